"""The type of a list that a recursive call returns is known once the function has been read."""


def sums(x, n):
    if n > 0:
        total, parts = sums(x * 0.5, n - 1)
        return total * x + parts[1], parts
    return x, [x * k for k in range(3)]


def f(x, n):
    total, _ = sums(x, n)
    again, parts = sums(total, n)
    return again * parts[2] + total


POINT = (1.5, 2)
