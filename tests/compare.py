"""How tests compare numbers: nested, shape by shape, and never equal to a NaN by accident."""

import math


def leaves(value):
    """Return the numbers of nested tuples, lists and dicts with their places."""
    if isinstance(value, dict):
        return [(f"[{k!r}]{at}", x) for k, v in value.items() for at, x in leaves(v)]
    if isinstance(value, (tuple, list)):
        return [(f"[{k}]{at}", x) for k, v in enumerate(value) for at, x in leaves(v)]
    return [("", value)]


def close(actual, expected, relative, absolute=0.0):
    """Return whether two numbers agree; inf equals inf of its sign, NaN equals nothing."""
    if math.isnan(actual) or math.isnan(expected):
        return False
    if math.isinf(actual) or math.isinf(expected):
        return actual == expected
    return abs(actual - expected) <= max(absolute, relative * max(abs(actual), abs(expected)))


def assert_close(actual, expected, relative=1e-12, absolute=0.0):
    """Fail unless two values have one shape and each number agrees."""
    places = [at for at, _ in leaves(expected)]
    assert [at for at, _ in leaves(actual)] == places, f"{actual!r} is not shaped as {expected!r}"
    for (at, x), (_, y) in zip(leaves(actual), leaves(expected), strict=True):
        assert close(x, y, relative, absolute), f"{at or 'value'}: {x!r}, expected {y!r}"


def same_bits(x, y):
    """Return whether two values are the same, to the sign of a zero and the type."""
    return [(at, type(v), repr(v)) for at, v in leaves(x)] == [
        (at, type(v), repr(v)) for at, v in leaves(y)
    ]


def assert_same_bits(actual, expected):
    """Fail unless two values are the same to the last bit."""
    assert same_bits(actual, expected), f"{actual!r}, expected exactly {expected!r}"


def richardson(function, point, k, step):
    """Return the derivative along coordinate k by central differences with one extrapolation.

    With 50-digit numbers and a small step this is exact far beyond a float.
    """

    def central(h):
        ahead, behind = list(point), list(point)
        ahead[k] += h
        behind[k] -= h
        return (function(*ahead) - function(*behind)) / (2 * h)

    return (4 * central(step / 2) - central(step)) / 3
