"""The reverse sweep needs values that the loop has overwritten long since."""

from math import sin


def f(x):
    y = x
    for _ in range(5):
        z = y * sin(x)
        y = z * z + y
        x = y - z
    return x


POINT = (0.4,)
