"""`flag and a is not None` reads no `a` where the flag is false, and `a` has no value there."""


def search(x, bounded=False):
    if bounded:
        a = 0.5 * x
    if bounded and a is not None:
        x = max(x, a)
    return x * x if not bounded or a > x else a * x


def f(x, y):
    return search(x) * search(y, bounded=True)


POINTS = ((1.3, 2.7), (0.4, -1.5))
