"""A return whose condition is known to be false must not give the result a structure."""


def f(x, y):
    step, v = (y, 0)
    for _ in range(3):
        if v:
            return (x, (2.5,))
    return (y * step, (0.5,))


POINT = (1.2, 0.7)
