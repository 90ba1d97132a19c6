"""The middle of a chained comparison is evaluated once, the end only if it is reached."""


def f(x, y):
    if 0.0 < (x := x * 2.0) < (y := y + 1.0):
        return x * y
    return x - y


POINTS = ((0.5, 1.0), (-0.5, 1.0), (3.0, 1.0))
