"""A name that is assigned and used under the same condition, in two statements."""


def f(x, flag: bool):
    if flag:
        t = x * x
    x = x + 1.0
    if flag:
        x = x * t
    return x


POINTS = ((0.4, True), (0.4, False))
