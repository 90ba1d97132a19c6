"""Tuples whose items are known: added, repeated, grown by `+=`, and reduced as they stand."""


def pair(x):
    return x * x, 2.0 * x


def f(x, y):
    t = (x,)
    t += (y, x * y) + pair(x)
    p, q = (x, y), 2 * (y, x)
    a, b, c, d, e = t
    return max(p + q) * sum(p + (t[3],)) + a * b * c * d * e + (q * 2)[5] * len(p + q)


POINT = (2.0, 3.0)
