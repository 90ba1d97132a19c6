"""`x or y` is a number: x if it is not zero, else y; so is `x and y`."""


def f(x, y):
    return (x or y * 3.0) + (x and y)


POINTS = ((0.5, 2.0), (0.0, 2.0))
