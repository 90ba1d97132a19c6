"""a % b depends on b as well, with the floor of the quotient; fmod truncates, also for negatives."""

from math import fmod, modf


def f(x, y):
    fraction, whole = modf(x * y)
    q, r = divmod(x, y)
    return x % y + fmod(x, y) * fraction + whole * x + q * y - r


POINTS = ((7.3, 2.1), (-7.3, 2.1), (7.3, -2.1))
