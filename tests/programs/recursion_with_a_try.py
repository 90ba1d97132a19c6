"""Passive code that changes only local names may run once more in the reverse sweep of a call."""


def g(depth: int, x, text: str):
    try:
        k = int(text)
    except ValueError:
        k = 2
    if depth <= 0:
        return x * k
    return x * g(depth - 1, x * 0.5, text)


def f(x, text: str):
    return g(2, x, text) + x


POINTS = ((0.4, "3"), (0.4, "a"))
