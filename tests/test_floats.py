"""A gradient is a float, whatever numbers the function is called with and multiplied by."""

import pytest

import adjgen


def scaled(x, n):
    return x * n


def gated(x):
    return x * (x > 1)


def shifted(x):
    return x * 2**70


def huge(x):
    return x * 10**400


def cubed(x, n):
    return n * x * x if n > 1 else x * n


def accumulated(x, n):
    total = 0
    for _ in range(n):
        total = total + x * n
    return total


def larger(x, y):
    return max(x * y, y)


CASES = [
    (scaled, (0.5, 3), 3.0),
    (scaled, (2, 3), 3.0),
    (scaled, (2, True), 1.0),
    (gated, (2.0,), 1.0),
    (gated, (0.5,), 0.0),
    (shifted, (2.0,), 2.0**70),
    (cubed, (2, 3), 12.0),
    (cubed, (2, 1), 1.0),
    (accumulated, (2, 3), 9.0),
    (accumulated, (2, 0), 0.0),
    (larger, (2, 3), 3.0),
    (larger, (0, 3), 0.0),
]


@pytest.mark.parametrize("f, point, expected", CASES, ids=lambda x: getattr(x, "__name__", str(x)))
def test_a_gradient_is_a_float(f, point, expected):
    value, gradient = adjgen.value_and_grad(f, wrt="x")(*point)
    assert repr(value) == repr(f(*point))
    for found in (gradient, adjgen.grad(f, wrt="x")(*point)):
        assert type(found) is float and found == expected


def test_of_ints_every_gradient_is_a_float():
    assert repr(adjgen.grad(scaled)(2, 3)) == "(3.0, 2.0)"


def test_an_int_beyond_the_floats_raises_as_the_function_does():
    with pytest.raises(OverflowError):
        huge(2.0)
    with pytest.raises(OverflowError):
        adjgen.grad(huge)(2.0)


def test_a_float_is_not_converted():
    """Where the equations show that a gradient is a float, nothing is written."""
    import inspect

    def f(x, y):
        total = 0.0
        for _ in range(3):
            total = total + x * y
        return total

    assert "float(" not in inspect.getsource(adjgen.grad(f))


def parts(x, y):
    a, b = divmod(x, y)
    return a * b + x


def test_zeros_that_folding_takes_out_make_no_floats():
    assert repr(adjgen.grad(parts, strategy="forward")(7, 2)) == "(4.0, -9.0)"
