"""A finally changes a list that was returned: the caller sees it as it is then."""


def f(xs, x):
    try:
        return xs
    finally:
        xs[0] = x * 3.0


POINT = ([1.0, 2.0], 3.0)
