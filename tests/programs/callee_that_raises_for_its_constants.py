"""A callee that is known to raise where it is read in place: nothing follows it, the rest stands."""


def power(a, kind):
    if kind == 1:
        return a * a
    raise ValueError(kind)


def f(x):
    if x > 3.0:
        x = power(x, 1) + 2.0 * power(x, 2)
    elif x > 2.0:
        while power(x, 2):
            x = x * 2.0
    return power(x, 1) * x


POINTS = ((0.5,), (2.5,), (4.0,))
