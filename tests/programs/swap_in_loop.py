"""Carried values that exchange places need a parallel assignment when they leave SSA form."""


def f(x, y, n):
    for _ in range(n):
        x, y = y, x * 0.9 + y * y
    return x - 2.0 * y


POINTS = ((0.3, 0.5, 3), (0.3, 0.5, 0))
