"""After a loop its variable keeps the last value, and after zero trips the value from before."""


def f(x, n):
    i = 7
    for i in range(n):  # noqa: B007
        x = x * 1.1
    return x * i


POINTS = ((0.7, 0), (0.7, 3))
