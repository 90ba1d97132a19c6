"""`*args` and `**kwargs` that are only handed on are the arguments themselves; an empty one leaves no trace."""


def product(x, y, k=2.0):
    return x * y * k


def handed(*args, **kwargs):
    return product(*args, **kwargs)


def twice(a, *args, **kwargs):
    if a > 1.0:
        return handed(a, *args, **kwargs) * product(2.0, a, **kwargs)
    return handed(a, a)


def f(x, y):
    total = twice(x, y, k=3.0 * x) + handed(x, y=y)
    for _ in range(3):
        total += twice(y, total, k=x)
    return total


POINTS = ((1.5, 0.7), (0.8, 1.2))
