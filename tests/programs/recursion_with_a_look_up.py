"""A recursion looks a name up in a list that is written out: the reverse sweep may do that again."""


def g(depth, x, *, mode: str):
    if depth <= 0:
        return x * x
    step = g(depth - 1, x, mode="a") * 0.5
    try:
        m = ["a", "c"].index(mode)
    except ValueError:
        raise RuntimeError("no") from None
    return step * x + m


def f(x, mode: str):
    return g(3, x, mode=mode)


POINTS = ((1.5, "a"), (1.5, "b"))
