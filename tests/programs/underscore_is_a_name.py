"""`_` is a variable like any other: a generated loop must not count in it."""


def f(x, y):
    _, t = abs(y), x
    for m in range(2):
        if x + m:
            t = t * y
        else:
            return x
    y = _ * t
    return y


POINTS = ((-0.2, -1.6), (0.0, 1.3), (-1.0, 0.3))
