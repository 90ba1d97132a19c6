"""A function that calls itself twice; each level has values of its own."""


def g(x, n):
    if n <= 1:
        return x * x
    return 0.5 * g(x * 0.9, n - 1) * x + g(x + 0.1, n - 2)


def f(x):
    return g(x, 5)


POINT = (1.1,)
