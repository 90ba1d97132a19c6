"""A list is returned on one path and changed on the others: what was returned stays as it was."""


def f(xs, x):
    if x > 0.5:
        if x > 1.0:
            return xs
    xs[1] *= x
    for _ in range(3):
        xs[0] = xs[0] * x + 1.0
        if xs[0] > 1.5:
            return xs
        xs[1] *= xs[0]
    return xs


POINTS = (([0.5, 2.0], 2.0), ([1.0, 2.0], 0.75), ([0.5, 2.0], 0.25))
