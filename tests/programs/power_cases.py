"""Exponents: constant, integer at run time, active; bases: zero, negative, active."""


def f(x, y, n):
    return x**n + x**2 - (1.0 + y * y) ** x + 2.0**y + x**0 + x**-3 + (y**3) ** 1


POINTS = ((0.7, 0.4, 3), (-0.7, 0.4, 2), (1.3, 0.0, 0))
