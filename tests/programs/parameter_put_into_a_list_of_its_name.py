"""After `x = [x, x * x]` the name is a list, the parameter is still a number."""


def f(x, y):
    x = [x, x * x]
    y = [y] * 2
    x = [*x, 1.0]
    y = [0.5] + y
    x[1] = x[1] * y[0]
    return x[0] * x[1] + y[1]


POINT = (2.0, 3.0)
