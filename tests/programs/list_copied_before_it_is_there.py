"""A list that may be None is copied before a loop that stores into it: the copy may be None too."""


def f(xs, x):
    for _ in xs:
        if xs:
            for _ in xs:
                return x, xs, xs
    return x * x, xs, xs[:]


POINTS = (([1.0, 2.0], 0.5), ([], 2.5))
