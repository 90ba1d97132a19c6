"""The right side of `and` may not be evaluated: the name then keeps its value."""


def f(x, y):
    t = y
    if x > 0.0 and (t := x * x) > 0.2:
        return t * y
    return t * x


POINTS = ((0.9, 2.0), (0.3, 2.0), (-0.9, 2.0))
