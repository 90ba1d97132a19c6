"""An assertion may bind a name or call a function: it is a test that raises."""


def g(x, y=2.0):
    return x * y


def f(x, n: int):
    for k in range(n):
        assert (y := g(x, y=x)) < 2.0, k
        x = x + y
    assert g(x)
    return x * y


POINTS = ((0.4, 2), (1.3, 2), (-0.1, 0), (0.0, 1))
