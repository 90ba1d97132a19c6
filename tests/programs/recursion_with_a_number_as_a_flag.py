"""What a recursive function does not use has no influence, whatever is passed for it."""


def g(depth: int, x, up: bool):
    if depth <= 0:
        return x * x
    return x * g(depth - 1, x * 0.5, x > 1.0 and x)


def f(x):
    return g(2, x, x < 0.0)


POINTS = ((0.4,), (3.0,))
