"""A return inside a while loop, behind an early return of something else."""


def f(x, y):
    if x < 0.1:
        if x:
            return x * y
    m = 0
    while m + 1:
        return 2.5
    return y


POINTS = ((-0.2, 1.2), (0.4, 1.2), (0.0, 1.2))
