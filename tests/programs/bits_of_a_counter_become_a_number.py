"""A carried number takes the value of an int expression that adjgen has no row for."""

from math import sin


def f(x, y, z):
    i = 0
    while (i := i + 1) < 4:
        x += sin(z) * y
        if y > 0.0:
            x = x * y
        if z != y:
            y = i & 3
    return x * y


POINTS = ((0.2, 0.1, -0.7), (0.2, -0.1, 0.4))
