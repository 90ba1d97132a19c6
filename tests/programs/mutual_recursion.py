"""Two functions that call each other: both derivatives must exist before either is complete."""


def even(x, n):
    return x * 1.5 if n == 0 else odd(x * x * 0.7, n - 1) + x


def odd(x, n):
    return x if n == 0 else even(x - 0.3, n - 1) * x


def f(x):
    return even(x, 4)


POINT = (0.8,)
