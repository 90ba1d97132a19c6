"""A variable that is both factors, both ends of a tie and all terms of a sum."""


def f(x):
    return x * x + max(x, x) * min(x, x, 5.0) + sum([x, x, x]) / x**2


POINT = (1.7,)
