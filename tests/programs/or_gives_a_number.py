"""`x or y` is a number: x if it is not zero, else y; so is `x and y`. Untyped, x would be a flag."""


def f(x: float, y: float):
    return (x or y * 3.0) + (x and y)


POINTS = ((0.5, 2.0), (0.0, 2.0))
