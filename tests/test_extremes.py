"""What a derivative multiplies on the way is no larger or smaller than need be: lengths of tiny and of huge sides."""

from math import atan2, dist, hypot

import mpmath
import pytest
from compare import assert_close

import adjgen

MP = mpmath.MPContext()
MP.dps = 400


def angle(x: float) -> float:
    return atan2(x**4, x**3)


def length(x: float) -> float:
    return hypot(x**4, 3.0 * x**4)


def side(x: float) -> float:
    return hypot(x**4)


def apart(x: float) -> float:
    return dist([x**4, x**4], [0.0, -(x**4)])


def listed(x: float) -> float:
    v = [x**4, 2.0 * x**4]
    w = [0.0, 0.0]
    return dist(v, w)


def starred(x: float) -> float:
    v = [x**4, 2.0 * x**4]
    return hypot(*v)


def guarded(x: float) -> float:
    a = x**4
    return hypot(a, 2.0 * a) if a > 0.0 else 0.0


EXACT = {
    "hypot": lambda *sides: MP.sqrt(sum(a * a for a in sides)),
    "dist": lambda p, q: MP.sqrt(sum((a - b) ** 2 for a, b in zip(p, q))),
    "atan2": MP.atan2,
}


def exact(function, x):
    """The derivative of the same source at a number of 400 digits."""
    run = type(function)(function.__code__, {**EXACT, "__builtins__": __builtins__})
    step = MP.mpf(10) ** -150 * x
    return float((run(x + step) - run(x - step)) / (2 * step))


@pytest.mark.parametrize("x", [1e-60, 3.0, 1e60])
@pytest.mark.parametrize("function", [angle, length, side, apart, listed, starred, guarded])
def test_lengths(function, x):
    expected = exact(function, MP.mpf(x))
    for strategy in ("forward", "reverse"):
        found = adjgen.value_and_grad(function, strategy=strategy)(x)[1]
        assert_close(found, expected, 1e-12)
    assert_close(adjgen.jvp(function)(x, x_dot=1e3)[1], 1e3 * expected, 1e-12)
    assert_close(adjgen.vjp(function)(x, bar=1e3)[1], 1e3 * expected, 1e-12)
