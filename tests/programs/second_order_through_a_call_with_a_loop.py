"""A loop inside a call, of whose nested tuple only one part is used; second order."""

from math import sin


def g(x, n):
    for _ in range(n):
        x *= sin(x)
    return ((x, x * x), x)


def f(x, n):
    (d, _), w = g(x, n)
    return d


POINTS = ((1.9, 2), (0.5, 0))
