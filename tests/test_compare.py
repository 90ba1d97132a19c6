"""The comparators themselves: what must not pass does not."""

import math

import mpmath
import pytest
from compare import assert_close, assert_same_bits, richardson

ALIKE = [
    (1.0, 1.0 + 1e-13),
    (math.inf, math.inf),
    (0.0, -0.0),
    ((1.0, (2.0, [3.0])), (1.0, (2.0, [3.0]))),
    ({"a": 1.0}, {"a": 1.0}),
]
DIFFERENT = [
    (math.nan, math.nan),
    (math.nan, 1.0),
    (1.0, math.nan),
    (math.inf, -math.inf),
    (math.inf, 1e308),
    (1.0, 1.0 + 1e-11),
    (0.0, 1e-300),
    ((1.0,), 1.0),
    ((1.0, 2.0), (1.0,)),
    ((1.0, (2.0,)), (1.0, 2.0)),
    ({"a": 1.0}, {"b": 1.0}),
]


@pytest.mark.parametrize("actual, expected", ALIKE)
def test_alike(actual, expected):
    assert_close(actual, expected)


@pytest.mark.parametrize("actual, expected", DIFFERENT)
def test_different(actual, expected):
    with pytest.raises(AssertionError):
        assert_close(actual, expected)


@pytest.mark.parametrize("pair", [(0.0, -0.0), (1, 1.0), (True, 1), (1.0, 1.0 + 2**-52)])
def test_different_bits(pair):
    with pytest.raises(AssertionError):
        assert_same_bits(*pair)


def test_richardson_is_exact_with_fifty_digits():
    with mpmath.workdps(50):
        slope = richardson(lambda x, y: mpmath.exp(x) * y, [mpmath.mpf(2), mpmath.mpf(3)], 0, 1e-9)
        assert_close(float(slope), float(3 * mpmath.exp(2)), 1e-15)
