"""A try around active code that is left by return: the derivative is that of the path that ran."""

from math import exp, log


def f(x, y):
    try:
        if y > 0.0:
            return log(x) * y
        z = exp(x * 400.0) * y
    except OverflowError:
        return x * y
    except ValueError:
        pass
    else:
        z = z + x
        return z * y
    return x * x * y


POINTS = ((0.7, 1.5), (-0.7, 1.5), (1.9, -0.5), (0.01, -0.5))
