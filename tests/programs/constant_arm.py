"""An arm that gives a constant contributes nothing; the other arm alone has a derivative."""


def f(x):
    y = 2
    if x > 0.0:
        y = x * x
    return y * y


POINTS = ((0.8,), (-0.8,))
