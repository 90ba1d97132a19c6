"""`angle = pi` on one path and a computed angle on the other were two kinds of things."""

from math import atan, pi, sin


def f(x, length):
    if length != 0.0:
        angle = atan(x / length)
    else:
        angle = pi
    return sin(0.5 * angle) * x


POINTS = ((1.3, 0.7), (0.4, 0.0))
