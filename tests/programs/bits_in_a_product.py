"""An int expression that adjgen has no row for, `n & 3`, is a number all the same."""


def f(x, n):
    r = n & 3
    r *= x
    r += n >> 1
    return r * x


POINTS = ((1.2, 6), (1.2, -1))
