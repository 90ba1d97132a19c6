"""Loops and powers inside a try: what the derivative checks and computes is behind it, not caught by it."""

from math import log


def f(x, n):
    total = x
    try:
        for i in range(n):
            total = total * log(total) + i
            if total > 2.0:
                total = total**0.5
        y = total**1.5
    except ValueError:
        return x * x
    return y + x


POINTS = ((3.1, 2), (1.1, 3), (0.5, 2), (1.7, 0))
