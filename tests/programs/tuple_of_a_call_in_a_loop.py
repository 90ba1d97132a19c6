"""A call that returns a nested tuple, whose parts are carried by a loop in another order."""


def g(a, b):
    return (a * b, (b - a, a + 0.5))


def f(x, y):
    for _ in range(3):
        x, (y, z) = g(x, y)
        y = y * z
    return x, (y,)


POINT = (0.9, -0.3)
