"""Handlers that continue and break a loop; what the body assigned last keeps its old value there."""

from math import exp, sqrt


def f(x, n):
    s = 0.0
    for i in range(n):
        try:
            t = sqrt(x - i)
            s += t / (i - 5) * exp(t)
        except ValueError:
            s = s * x
            continue
        except ZeroDivisionError as error:
            s = s + x * len(str(error))
            break
        s = s + 0.5 * x
    return s


POINTS = ((2.5, 4), (-1.2, 3), (8.5, 7))
