"""A loop whose body ends in raise can be left before it."""


def f(x, k):
    while True:
        if k == 1:
            break
        if k == 2:
            x = x * x
            break
        raise ValueError(k)
    return x


POINT = (0.5, 2)
