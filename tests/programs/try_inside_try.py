"""A handler inside a body, a handler that raises something else, one that raises again, and finally."""

from math import log


def f(x, y):
    done = []
    try:
        a = x / y
        try:
            b = log(a)
        except ValueError:
            if a < -5.0:
                raise
            b = a * a
        result = b * x
    except ZeroDivisionError:
        raise TypeError(f"no {y}") from None
    finally:
        done.append(1)
    return result * len(done)


POINTS = ((2.0, 3.0), (-2.0, 3.0), (-6.0, 0.5), (2.0, 0.0))
