"""Operands are evaluated from left to right: the left x is the old one, the right x the new."""


def f(x):
    y = x * (x := x + 1.0) * x
    return y + x


POINT = (0.6,)
