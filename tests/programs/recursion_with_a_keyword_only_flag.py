"""A keyword-only passive parameter is handed down by name through a recursion."""


def g(depth, x, y, *, up: bool = True):
    if depth <= 0:
        return x * y if up else x
    return g(depth - 1, x * 0.9, y, up=not up) + x * y


def f(x, up: bool):
    return g(3, x, 0.5, up=up)


POINTS = ((1.3, True), (1.3, False))
