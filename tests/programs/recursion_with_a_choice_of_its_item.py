"""An item of what a call of itself returns stands in a choice beside a parameter: both are numbers."""

from math import sin


def g(depth, x):
    if depth <= 0:
        return (sin(x), (2.0 * x,))
    c, (d,) = g(depth - 1, 1.5 * x)
    return (sin(x) * c, (abs(x if depth > 5 else d),))


def f(x, n):
    y, (z,) = g(n, x)
    return y * z


POINTS = ((0.7, 0), (0.7, 2), (-0.4, 6))
