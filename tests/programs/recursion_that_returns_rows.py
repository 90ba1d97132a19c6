"""A recursive function hands a list of lists on and returns it; a row of what it returns is used."""


def g(depth, A, x):
    if depth <= 0:
        return A
    A = g(depth - 1, A, x * x)
    return A


def f(x, y, n):
    A = [[x, y], [y * y, x]]
    rows = g(n, A, x)
    first = rows[0]
    return first[0] * first[1] + rows[1][0]


POINTS = ((0.7, 1.2, 0), (0.7, 1.2, 2))
