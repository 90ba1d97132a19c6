"""A recursive function that returns a tuple with one element, unpacked at each level."""


def g(depth, x, y):
    if depth <= 0:
        return (x * y,)
    (a,) = g(depth - 1, x * 0.9, y)
    return (a * x - y,)


def f(x, y):
    (c,) = g(3, x * y, y)
    return c


POINT = (1.3, 0.4)
