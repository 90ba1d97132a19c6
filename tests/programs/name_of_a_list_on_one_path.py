"""A name stands for a list on one path only, and the list is changed after it."""


def last(ys, x):
    if x > 1.0:
        if x > 2.0:
            return ys
        ys[0] = ys[0] * x
    ys.append(x)
    return ys


def f(xs, x):
    if x > 1.5:
        vs = xs
    xs[1] = xs[1] * x
    n = len(xs)
    xs.append(x * xs[0])
    zs = last(xs, x)
    if x > 1.5:
        vs[0] = vs[n] * vs[1]
    return zs[0] * xs[1] + xs[-1], xs


POINTS = (([0.5, 1.2], 0.7), ([0.5, 1.2], 1.7), ([0.5, 1.2], 2.7))
