"""Some arms of a chain inside a loop return, others change what the next turn tests."""

from math import sin


def f(x, y):
    k = 0
    while k < 5:
        if y > 1.7:
            if (k + 3) % 5 % 2 == 0:
                return sin(max(x, x) + y)
        elif k % 2 == 1:
            y = y - x * x
        elif y * y > 0.5:
            y *= 0.5 * sin(x)
        else:
            if sin(y) != -0.5:
                return x * (x := y * x)
            y = 9.0
        k += 1
    return x * y


POINTS = ((0.9, 2.0), (1.4, 1.2), (0.2, 0.1), (0.2, 1.71))
