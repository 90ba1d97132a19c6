"""A default of `...` is a default like any other, not the sign that there is none."""


def f(x, y=...):
    if y is ...:
        return x * x
    return x * y


POINT = (0.7, ...)
