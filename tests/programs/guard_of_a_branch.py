"""The branch that is not taken would divide by zero and take the root of a negative number."""

from math import sqrt


def f(x):
    if x > 0.0:
        y = sqrt(x) / x
    else:
        y = 2.0 * x
    return y * (1.0 / x if x else 1.0)


POINTS = ((0.8,), (-0.8,), (0.0,))
