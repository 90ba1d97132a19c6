"""A recursive function that never looks into its list gives it to others: it is a list all the same."""


def product(xs):
    return xs[0] * xs[1]


def g(xs, n):
    if n <= 0:
        return 1.0
    return g(xs, n - 1) * product(xs) + sum(xs)


def f(x):
    return g(x, 3)


POINT = ([0.5, 1.2],)
