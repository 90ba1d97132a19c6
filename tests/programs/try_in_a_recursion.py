"""A function that calls itself from a body and from a handler."""

from math import log


def f(x, n):
    try:
        if n == 0:
            return log(x) * x
        return f(x - 0.5, n - 1) * x
    except ValueError:
        return f(x + 2.0, 0) + x


POINTS = ((1.3, 0), (1.3, 2), (1.7, 4))
