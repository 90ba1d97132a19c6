"""Ranges with steps, negative ones too, whose bounds are known at run time only."""


def f(x, n, step):
    for i in range(n, -n, -step):
        x = x + 0.1 * i * x
    for i in range(-n, n, step):
        x = x * x * 0.5 + i
    return x


POINTS = ((0.4, 2, 3), (0.4, -2, 1), (0.4, 3, 2))
