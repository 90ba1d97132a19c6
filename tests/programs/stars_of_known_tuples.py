"""`*p` of a tuple that is written out is its items, wherever they go."""

import math


def g(a, b, c=2.0):
    return a * b + c


def f(x, y):
    p = (x * y, y)
    q = (*p, x)
    return g(*p) + math.hypot(*p) * max(*q, 0.1) + sum([*q, 1.0]) + g(1.0, *(x, y))


POINT = (0.4, 1.3)
