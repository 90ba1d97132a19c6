"""An int for a real parameter stays an int in the value; the derivative is that of the float."""


def f(x, y):
    return x // 2 + x * 3 + x % 0.7 + x**2 / y + max(x, 1)


POINTS = ((1.9, 0.5), (5, 2), (2, 3))
