"""A loop that runs zero times must hand through the value that it would have carried."""


def f(x, y, n):
    total = y
    for k in range(3, n):
        total = total * x + k
    return total


POINTS = ((1.3, 0.4, 0), (1.3, 0.4, 6))
