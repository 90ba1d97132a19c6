"""How many operations generated code takes, counted on its text, and that it computes the same."""

import inspect
from math import isclose

import pytest
from counted_functions import COUNTS
from flops import flops
from oracle import leaves

import adjgen


def derivative(function, options):
    """The gradient of a function of one output, the Jacobian of others."""
    try:
        return adjgen.value_and_grad(function, **options)
    except adjgen.UnsupportedError:
        return adjgen.value_and_jacobian(function, **options)


@pytest.mark.parametrize(
    ("function", "args", "most", "options"), COUNTS, ids=lambda v: getattr(v, "__name__", None)
)
def test_counts(function, args, most, options):
    made = derivative(function, options)
    found = flops(inspect.getsource(made), made.__name__, *args, names=made.__globals__)
    assert found.total() <= most, f"{found.total()} operations: {dict(found)}"
    plain = derivative(function, {"unroll": 0, "strategy": "reverse"})(*args)
    close = [isclose(a, b, rel_tol=1e-12) for a, b in zip(leaves(made(*args)), leaves(plain))]
    assert all(close) and made(*args)[0] == function(*args)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("x * 2.0 + 1.0", 2),
        ("-x", 1),
        ("x + -x", 1),
        ("2.0 * 3.0 - sqrt(2.0)", 0),
        ("x**3 + x**-2 + x**0.5 + x**1.7", 9),
        ("sum([x, x, x]) + hypot(x, x, x)", 5),
        ("max(x, -1.0) if x > 2.0 else abs(x)", 1),
        ("sum([x * k for k in range(4)])", 7),
        ("[3 * k + 1 for k in range(5)][2] * x", 1),
    ],
)
def test_the_counter(body, count):
    text = f"from math import hypot, sqrt\n\ndef f(x):\n    return {body}\n"
    assert flops(text, "f", 1.5).total() == count


def test_stores_that_add_are_sums():
    text = "def f(x):\n    y = [0.0, 0.0]\n    y[0] += 2.0 * x\n    y[1] -= x\n    return y\n"
    assert flops(text, "f", 1.5).total() == 3
