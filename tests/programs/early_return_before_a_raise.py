"""A list of statements that ends in raise can be left before it."""


def f(x, k):
    if k < 3:
        if k == 1:
            return x * x
        raise ValueError(k)
    return x * x * x


POINT = (0.5, 1)
