"""One value under several names; then one of the names is changed."""


def f(x):
    a = b = x * x
    a *= 3.0
    b -= a
    return a * b


POINT = (0.7,)
