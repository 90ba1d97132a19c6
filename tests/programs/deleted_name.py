"""After `del` a name has no value; what it held is needed all the same."""


def f(x, n: int):
    y = x * x
    for k in range(n):
        x = x + y
        if k == 1:
            del y
    return x * x


POINTS = ((0.4, 1), (0.4, 2), (0.4, 3))
