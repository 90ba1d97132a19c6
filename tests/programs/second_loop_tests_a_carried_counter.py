"""A counter of one loop is tested by the next, which may return in its first turn or never start."""

from math import exp


def f(x, y):
    i = 0
    while exp(-i * 0.5) > 0.1:
        i += 1
        y = y + x * 0.1
        if i > y:
            return y * x
    while x != 0 and i <= 5:
        return x * x - y
    return y


POINTS = ((1.0, 9.0), (0.0, 9.0), (0.5, 1.5))
