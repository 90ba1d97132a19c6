"""Arguments by name arrive in the order in which they are written, defaults fill the rest."""


def g(a, b=2.0, *, c, d=0.5):
    return a * b - c**3 / d


def f(x, y):
    return g(c=x, a=y) * g(x, y, d=y, c=(x := x * 0.5)) + x


POINT = (0.9, 1.4)
