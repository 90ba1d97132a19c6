"""A tape carries another tape on which a list may be None: how long it is, is asked for at the end."""

from math import sin


def f(xs, x, y):
    i = 0
    while True:
        i += 1
        if i > 1:
            break
        if x > 3.0:
            pass
        else:
            for _ in range(2):
                try:
                    if x > 1.7:
                        return x, [y] * len(xs)
                    x = sin(x)
                except ValueError:
                    raise
    return x * y, xs


POINTS = (([1.0, 2.0], 0.5, 3.0), ([1.0, 2.0], 2.5, 3.0))
