"""Integrals that scipy computes inside functions: their derivatives are integrals, or are refused."""

import importlib
import math
from math import cos, exp, sin, sqrt

import mpmath
import pytest
from compare import assert_close
from fluids import numerics
from scipy import integrate
from scipy.integrate import quad

import adjgen
from adjgen.diagnostics import UnsupportedError


def weighted(x, p, q):
    return exp(-p * x) * x**q


def with_args(a, b, p, q):
    return quad(weighted, a, b, args=(p, q))[0] * p


def with_an_error(p, h):
    res, _ = integrate.quad(lambda x, k: sin(k * x) / x, 1.0, sqrt(h) * 2.0, (p * h,))
    return float(res) ** 2


def to_infinity(p, q):
    return numerics.quad(lambda x: exp(-p * x * x) * cos(q * x), -math.inf, math.inf)[0]


def in_a_branch_of_a_loop(p, q):
    total = 0.0
    for k in range(3):
        if k != 1:
            total += quad(weighted, 0.5, 1.0 + p, args=(p + k, q))[0]
    return total * p


def one_in_another(p, q):
    return quad(lambda y: quad(lambda x: x * y * p + q, 0.0, y)[0] * y, q, p)[0]


def of_a_nested_function(p, q):
    scale = p * p

    def inner(x):
        y = x * scale
        return y * sin(y) + exp(-x)

    return quad(inner, 0.0, q)[0] + quad(inner, 0.0, 0.5 * q)[0]


POINTS = {
    with_args: (0.5, 2.0, 1.3, 2.5),
    with_an_error: (1.5, 2.5),
    to_infinity: (1.5, 0.7),
    in_a_branch_of_a_loop: (0.8, 1.5),
    one_in_another: (1.5, 0.4),
    of_a_nested_function: (1.2, 0.9),
}


def slope(f, point, k, h=1e-4):
    """A partial derivative by central differences, extrapolated once."""

    def quotient(h):
        up, down = ([x + d * (j == k) for j, x in enumerate(point)] for d in (h, -h))
        return (f(*up) - f(*down)) / (2.0 * h)

    return (4.0 * quotient(h / 2.0) - quotient(h)) / 3.0


@pytest.mark.parametrize("f", POINTS, ids=lambda f: f.__name__)
def test_first_derivatives(f):
    point, count = POINTS[f], len(POINTS[f])
    names = f.__code__.co_varnames[:count]
    value, gradient = adjgen.value_and_grad(f)(*point)
    assert value == f(*point)
    assert_close(list(gradient), [slope(f, point, k) for k in range(count)], 1e-8)
    tangents = adjgen.jvp(f)
    for k in range(count):
        dots = {f"{name}_dot": float(j == k) for j, name in enumerate(names)}
        assert_close(tangents(*point, **dots), (value, gradient[k]), 1e-12)


@pytest.mark.parametrize("f", POINTS, ids=lambda f: f.__name__)
def test_second_derivatives(f):
    point, count = POINTS[f], len(POINTS[f])
    for k in range(count):
        first = adjgen.grad(f, wrt=k)
        second = [adjgen.grad(first, wrt=j)(*point) for j in range(count)]
        assert_close(second, [slope(first, point, j) for j in range(count)], 1e-7, 1e-8)


def test_against_a_formula():
    p, q = 1.5, 0.7
    exact = mpmath.sqrt(mpmath.pi / p) * mpmath.exp(-q * q / 4 / p)
    wanted = (float(exact * (q * q / 4 / p / p - 1 / (2 * p))), float(exact * -q / 2 / p))
    assert_close(adjgen.grad(to_infinity)(p, q), wanted, 1e-11)


SOURCE = """from math import exp

from scipy.integrate import quad


def decay(x, p):
    return exp(-p * x)


def dose(p, t):
    return quad(decay, 0.0, t, args=(p,))[0]
"""


def test_generated_modules_integrate_too(tmp_path, monkeypatch):
    (tmp_path / "doses.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    source = adjgen.generate(tmp_path / "doses.py").source
    assert "quad(doses.decay, 0.0, t, args=(p,))" in source
    (tmp_path / "made.py").write_text(source)
    made = importlib.import_module("made")
    original = importlib.import_module("doses").dose
    value, gradient = made.dose_value_and_grad(0.3, 2.0)
    assert value == made.dose(0.3, 2.0) == original(0.3, 2.0)
    assert_close(gradient, (slope(original, (0.3, 2.0), 0), exp(-0.6)), 1e-9)
    assert_close(made.dose_jvp(0.3, 2.0, p_dot=1.0, t_dot=0.0)[1], gradient[0], 1e-12)


def test_a_kink_that_moves_costs_digits():
    def f(p, q):
        return quad(lambda x: max(p * x, abs(x - q)), 0.0, 1.0)[0]

    assert_close(adjgen.grad(f)(1.3, 0.4), [slope(f, (1.3, 0.4), k) for k in (0, 1)], 1e-4)
    with pytest.raises(UnsupportedError, match="may jump"):
        adjgen.grad(adjgen.grad(f, wrt="q"), wrt="q")


def uses_the_error(p):
    res, err = quad(lambda x: p * x, 0.0, 1.0)
    return res + err


def with_a_weight(p):
    return quad(lambda x: p * x, 0.0, 1.0, weight="cos", wvar=2.0)[0]


def prints(p):
    def inner(x):
        print(x)
        return p * x

    return quad(inner, 0.0, 1.0)[0]


def of_a_list(p):
    terms = [p, p * p]
    return quad(lambda x: x * terms[0] + terms[1], 0.0, 1.0)[0]


def jumps_where_a_parameter_says(p, q):
    return quad(lambda x: p * x if x < q else 2.0 * p, 0.0, 1.0)[0]


def has_jumps_that_move(p, q):
    return quad(lambda x: p * math.floor(x * q), 0.0, 1.0)[0]


@pytest.mark.parametrize("f", [jumps_where_a_parameter_says, has_jumps_that_move])
def test_a_jump_that_moves_is_refused(f):
    assert_close(adjgen.grad(f, wrt="p")(2.0, 3.0), f(1.0, 3.0), 1e-12)
    with pytest.raises(UnsupportedError, match="may jump"):
        adjgen.grad(f, wrt="q")
    with pytest.raises(UnsupportedError, match="may jump"):
        adjgen.grad(adjgen.grad(f, wrt="p"), wrt="q")


@pytest.mark.parametrize("f", [uses_the_error, with_a_weight, prints, of_a_list])
def test_is_refused(f):
    with pytest.raises(UnsupportedError) as found:
        adjgen.value_and_grad(f)
    assert {problem.code for problem in found.value.diagnostics} == {"ADJ307"}


def test_what_is_not_differentiated_is_left_alone():
    def f(x, n):
        return (
            x * quad(lambda y: y * n, 0.0, 1.0)[0]
            + quad(uses, 0.0, 1.0, (n,), weight="cos", wvar=1.0)[0]
        )

    def uses(y, n):
        return y * n

    assert adjgen.grad(f, wrt="x")(2.0, 3.0) == 1.5
