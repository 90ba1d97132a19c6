"""A local tuple is its items: reductions of it, start values, which are evaluated last, and `*t`."""

import math


def h(v, n):
    print(n)
    return v + n


def g(a, b, c=1.0):
    return a * b - c


def f(x, y):
    t = (x * y, x + y, y)
    s = sum(t, y) + sum((h(x, 1), h(y, 2)), start=h(x, 3)) + sum(t) + sum(t, 0)
    s += math.prod(t, start=x) * math.prod((h(x, 1), h(y, 2)), start=h(x, 3)) - math.fsum(t)
    s += max(t) * min(t) + max(*t, 0.5) + min(x, *t) + max(t, default=0.0) + len(t)
    s += sum((), y) + math.prod(t[:0], start=x) + sum(()) + math.prod(())
    u = (*t[:0], x, *(y, x))
    return s * g(*t) + math.hypot(*t) + g(*(x, y)) + math.dist(t, (x, x, y)) + sum((*t, x)) * u[0]


POINTS = ((0.7, 1.3), (-0.4, 0.2))
