"""A list whose items nobody reads still says how often a zip turns, and where the way back begins."""


def f(xs, A):
    vs = [v for row in A for v in row]
    s = 0.0
    for j, (r, _) in enumerate(zip(vs, xs)):
        s += xs[j] * r
    return r * s


POINT = ([0.7, -1.5], [[0.4, 1.0], [0.8, 1.6], [1.2, 1.4]])
