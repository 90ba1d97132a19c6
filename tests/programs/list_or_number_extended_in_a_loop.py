"""A name is a number that a loop adds to, behind one that was a list: each keeps its kind."""


def f(xs, x):
    total = xs[:1]
    for k in range(2):
        total += [xs[k] * x]
    out = sum(total)
    total = x
    for k in range(2):
        total += xs[k] * x
    return out * total, total


POINT = ([0.5, 1.2], 0.7)
