"""A name that no path, or only one path, binds before it is read: the exception is the function's."""


def f(x, n: int):
    if x > 0:
        y = x * x
    for _ in range(n):
        v = y + x
    return v * y


POINTS = ((0.4, 2), (0.4, 0), (-0.4, 2))
