"""A parameter hides math, a local hides sum, a module function hides exp: names resolve as Python says."""

from math import exp, sin


def exp(x):  # noqa: F811
    return 3.0 * x * x


def f(math, x):
    sum = sin(math) + exp(x)
    max = sum * math
    return max - sum


POINT = (0.4, 1.1)
