"""A body that only binds constants, in the middle of active values."""


def f(x, n):
    y = x
    for _ in range(n):
        try:
            y = 1.5
        except ValueError:
            pass
        y = y * x
    return y


POINTS = ((0.7, 0), (0.7, 2))
