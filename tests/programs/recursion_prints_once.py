"""A recursive function that prints: the reverse sweep must not run it a second time."""


def g(depth, x):
    if depth <= 0:
        return x * x, x
    a, b = g(depth - 1, x * 0.9)
    print("level", depth, a)
    return a * b, b + x


def f(x):
    a, b = g(3, x)
    return a - b


POINT = (1.2,)
