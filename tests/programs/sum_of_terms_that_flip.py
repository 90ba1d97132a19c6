"""A sum all of whose terms are negative, with factors of both signs: flipping signs must come to an end."""

from math import asinh, fmod, log10, modf, sin


def g(x, y):
    p, d = modf(y)
    slope = log10(1.0 + p * p) if 1 == y else d / (2.0 + sin(d))
    return ((x * d, asinh(slope * 0.05 + 0.9 * x)), d)


def f(x):
    (a, u), step = g(x, x)
    (step, d), total = (max(-2.5, min(u * step, 2.5)) ** 2, fmod(a + u, 4.0)), x  # noqa: F841
    return step


POINTS = ((-1.97,), (1.92,), (1.48,))
