"""Solvers inside functions: a root has the derivative of the implicit function theorem, or is refused.

Central differences of tightly converged solves judge first derivatives, those of the gradient the
second ones; cube roots are judged by their formula.
"""

import functools
import importlib
import inspect
import math

import pytest
from compare import assert_close
from fluids import numerics
from fluids.numerics import secant as find_root
from scipy import optimize
from scipy.optimize import brentq, newton, root_scalar, toms748

import adjgen
from adjgen.diagnostics import UnsupportedError
from adjgen.pipeline import generate
from adjgen.read.source import find, read_file

# What can be read.


def with_args(p, q):
    def err(v, p, q):
        return v**3 + q * v - p

    v = find_root(err, 1.0, args=(p, q), xtol=1e-14)
    return v * v


def with_kwargs(p, q):
    def err(v, p, q=1.0):
        return v**3 + q * v - p

    return numerics.secant(err, 1.0, xtol=1e-14, args=(p,), kwargs={"q": q})


def by_bracket(p):
    return optimize.brenth(f=lambda x: x**3 + x - p, a=0.0, b=10.0, xtol=1e-14)


def with_args_in_a_name(p):
    args = (p, 2.0)
    return newton(lambda x, a, b: math.exp(x) - a * b, 0.3, None, args, 1e-14)


def of_a_partial(p, q):
    def err(a, x, b=2.0):
        return a * x - b + math.sin(x)

    return brentq(functools.partial(err, p, b=q), -5, 50, xtol=1e-14)


def that_tells_its_slope(p, q):
    def err(x, p, q):
        return x**3 + q * x - p, 3.0 * x * x + q

    return numerics.newton(err, 1.0, fprime=True, xtol=1e-14, args=(p, q))


def of_an_attribute(p, q):
    found = root_scalar(
        lambda x, k: (x**3 + k * x - p, 3 * x * x + k), (q,), "newton", x0=1.0, fprime=True
    )
    if not found.converged:
        raise ValueError("no root")
    return found.root * p + root_scalar(lambda x: x**3 + x - q, bracket=(0, 9), xtol=1e-14).root


def one_in_another(p, q):
    def outer(y):
        inner = brentq(lambda x: x**3 + x - y * p, -50, 50, xtol=1e-14)
        return inner + y - q

    return brentq(outer, -20, 20, xtol=1e-14)


def square_and_one(z):
    return z * z + 1.0


def of_functions_that_call_functions(p):
    t = p * 2.0

    def scale(v):
        return v * t

    def err(x):
        y = scale(x)
        for _ in range(3):
            y = y + square_and_one(x) * 0.1
        if x > 0.2:
            y += x
        return y - 3.0

    t = p * 3.0
    return toms748(err, -0.5, 50.0, xtol=1e-14)


def in_a_loop(p, q):
    s = 0.0
    for k in range(1, 4):
        guess = s + square_and_one(q)
        terms = (p * k, square_and_one(q))
        s += newton(lambda x, a, b: x * a - math.cos(x) * b, guess, args=terms, tol=1e-14)
    return s


def in_a_branch(p):
    if p > 1.0:
        x = optimize.bisect(lambda x: x - p * p, 0.0, 100.0, xtol=1e-13)
    else:
        x = p
    return x * p


def of_a_name_that_changes(p):
    err = lambda x: x * x - p  # noqa: E731
    first = brentq(err, 0.0, 10.0, xtol=1e-14)
    p = p * p
    return first + brentq(err, 0.0, 10.0, xtol=1e-14)


def of_the_variable_itself(p):
    c = p
    return brentq(lambda p: p**3 + p - c, -5, 50, xtol=1e-14)


def with_defaults(p, q):
    def err(x, a=p * q):
        return x**3 + x - a

    p = 0.0
    return brentq(err, -5, 50, xtol=1e-14) + p


def of_calls_in_arguments(p, q):
    return brentq(
        lambda x, a: x**3 + x - a, 0.0, square_and_one(q), args=(square_and_one(p),), xtol=1e-14
    )


def of_a_function_that_solves(p, x=None):
    if x is None:
        return brentq(lambda x: of_a_function_that_solves(p, x) - 3.0, 0.0, 9.0, xtol=1e-14)
    return x**3 + p * x


def that_calls_itself(p, q):
    return of_a_function_that_solves(p) * q + of_a_function_that_solves(p, q)


PROGRAMS = {
    that_calls_itself: (1.5, 2.5),
    with_args: (3.0, 2.0),
    with_kwargs: (3.0, 2.0),
    by_bracket: (3.0,),
    with_args_in_a_name: (1.4,),
    of_a_partial: (1.5, 2.5),
    that_tells_its_slope: (3.0, 2.0),
    of_an_attribute: (3.0, 2.0),
    one_in_another: (1.3, 2.2),
    of_functions_that_call_functions: (1.7,),
    in_a_loop: (1.2, 0.7),
    in_a_branch: (2.5,),
    of_a_name_that_changes: (3.0,),
    of_the_variable_itself: (3.0,),
    with_defaults: (1.5, 2.5),
    of_calls_in_arguments: (1.5, 2.5),
}
each = pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)


def names_of(f):
    return list(inspect.signature(f).parameters)


def slopes(f, point):
    """The partial derivatives of a function by central differences, extrapolated twice."""

    def slope(k, h):
        up, down = ([x + d * (j == k) for j, x in enumerate(point)] for d in (h, -h))
        return (f(*up) - f(*down)) / (2.0 * h)

    found = []
    for k in range(len(point)):
        a, b, c = (slope(k, h) for h in (4e-3, 2e-3, 1e-3))
        found.append((a - 20.0 * b + 64.0 * c) / 45.0)
    return found


@each
def test_value_and_gradient(f):
    point = PROGRAMS[f]
    value, gradients = adjgen.value_and_grad(f, wrt=names_of(f))(*point)
    assert value == f(*point)
    assert_close(list(gradients), slopes(f, point), relative=1e-8, absolute=1e-9)


@each
def test_tangents_agree_with_gradients(f):
    point, names = PROGRAMS[f], names_of(f)
    gradients = adjgen.grad(f, wrt=names)(*point)
    forward = adjgen.jvp(f)
    for name, gradient in zip(names, gradients):
        dots = {f"{other}_dot": float(other == name) for other in names}
        value, tangent = forward(*point, **dots)
        assert value == f(*point)
        assert_close(tangent, gradient, relative=1e-12)


@each
def test_second_derivatives(f):
    point, names = PROGRAMS[f], names_of(f)
    for name in names:
        first = adjgen.grad(f, wrt=name)
        second = adjgen.grad(first, wrt=names)(*point)
        assert_close(list(second), slopes(first, point), relative=1e-6, absolute=1e-7)


def cube_root(a):
    return brentq(lambda x: x**3 - a, -10.0, 10.0, xtol=1e-15, rtol=1e-15)


def test_the_formula():
    first = adjgen.grad(cube_root)
    assert_close(first(2.0), 2.0 ** (-2.0 / 3.0) / 3.0, relative=1e-14)
    assert_close(adjgen.grad(first)(2.0), -2.0 / 9.0 * 2.0 ** (-5.0 / 3.0), relative=1e-13)


def test_a_root_without_slope_has_an_infinite_derivative():
    assert adjgen.grad(cube_root)(0.0) == math.inf
    assert adjgen.jvp(cube_root)(0.0, a_dot=-1.0) == (0.0, -math.inf)
    assert adjgen.jvp(cube_root)(0.0, a_dot=0.0) == (0.0, 0.0)


def test_what_is_no_root_has_no_derivative():
    def at_a_bound(p):
        return halved(lambda x, q: x * x - q, 0.0, 1.0, (p,))

    adjgen.rule(halved, solves=0)
    assert at_a_bound(4.0) == 1.0
    assert math.isnan(adjgen.grad(at_a_bound)(4.0))
    assert_close(adjgen.grad(at_a_bound)(0.25), 1.0, relative=1e-14)


def test_guesses_and_bounds_have_no_derivative():
    def from_a_guess(guess, p):
        return newton(lambda x: x * x - p, guess)

    assert adjgen.grad(from_a_guess, wrt="guess")(1.0, 2.0) == 0.0


def test_the_residual_runs_as_often_as_in_the_function():
    calls = []

    def note(x):
        calls.append(x)
        return x

    def solved(p):
        n = brentq(lambda x: note(x) - 3.0, 0.0, 10.0)
        return n * p

    assert solved(2.0) == adjgen.value_and_grad(solved)(2.0)[0]
    assert calls[: len(calls) // 2] == calls[len(calls) // 2 :]


def test_what_is_written():
    text = inspect.getsource(adjgen.value_and_grad(with_args))
    assert "    def err(v, p, q):\n" in text
    assert "find_root(err, 1.0, args=(p, q), xtol=1e-14)" in text
    assert "    err_bar = implicit(2.0 * v, " in text


# A solver of the user's own.


def halved(g, low, high, args=()):
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if g(middle, *args) < 0.0 else (low, middle)
    return 0.5 * (low + high)


def test_rule_makes_a_solver():
    def f(p):
        return halved(lambda x, q: x * x - q, 0.0, 10.0, (p,))

    assert adjgen.rule(halved, solves=0) is halved
    value, gradient = adjgen.value_and_grad(f)(3.0)
    assert value == f(3.0)
    assert_close(gradient, 0.5 / math.sqrt(3.0), relative=1e-14)


def test_rules_for_solvers_that_cannot_work():
    with pytest.raises(TypeError, match="no parameter 7"):
        adjgen.rule(halved, solves=7)
    with pytest.raises(TypeError, match="no partials"):
        adjgen.rule(halved, [None], solves=0)


# What is refused.


def printing(p):
    def err(x):
        print(x)
        return x - p

    return brentq(err, 0, 10)


def collecting(p):
    seen = []

    def err(x):
        seen.append(x)
        return x - p

    return brentq(err, 0, 10)


def of_a_system(p):
    return optimize.fsolve(lambda x: x - p, 0.0)[0]


def of_several_numbers(p):
    return newton(lambda x: x - p, [1.0, 2.0])


def with_more_than_the_root(p):
    return brentq(lambda x: x - p, 0, 10, full_output=True)[0]


def with_args_from_outside(p, args):
    return brentq(lambda x, a: x - p * a, 0, 10, args=args)


@pytest.mark.parametrize(
    "f",
    [
        printing,
        collecting,
        of_a_system,
        of_several_numbers,
        with_more_than_the_root,
        with_args_from_outside,
    ],
    ids=lambda f: f.__name__,
)
def test_refused(f):
    with pytest.raises(UnsupportedError) as caught:
        adjgen.grad(f, wrt="p")
    assert "ADJ307" in {problem.code for problem in caught.value.diagnostics}


def test_a_passive_call_may_do_anything(capsys):
    def passive(p):
        def err(x):
            print(round(x, 3))
            return x - 2.0

        return p * brentq(err, 0, 10)

    assert adjgen.value_and_grad(passive)(3.0) == (6.0, 2.0)
    first = capsys.readouterr().out
    assert passive(3.0) == 6.0
    assert capsys.readouterr().out == first


# Modules.

SOURCE = """
from math import exp
from scipy.optimize import brentq as solve

SCALE = 2.0

def growth(x):
    return exp(SCALE * x)

def f(p, q):
    def balance(x: float) -> float:
        \"\"\"Return what is missing.\"\"\"
        missing: float = growth(x) - q
        return missing + p * x

    return solve(balance, -5.0, 5.0, xtol=1e-14)
"""


def test_a_generated_module(tmp_path, monkeypatch):
    (tmp_path / "sources.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    source = importlib.import_module("sources")
    made = generate([find(read_file(str(tmp_path / "sources.py")), "f")])
    module = {"__name__": "made"}
    exec(compile(made.source, "made", "exec"), module)
    value, gradients = module["f_value_and_grad"](1.5, 2.5)
    assert value == module["f"](1.5, 2.5) == source.f(1.5, 2.5)
    assert_close(list(gradients), slopes(source.f, (1.5, 2.5)), relative=1e-8)


def flash(zs, ratios):
    def missing(v):
        total = 0.0
        for z, ratio in zip(zs, ratios):
            total += z * (ratio - 1.0) / (1.0 + v * (ratio - 1.0))
        return total

    return brentq(missing, 0.0, 1.0, xtol=1e-14)


def test_lists():
    zs, ratios = [0.3, 0.7], [2.5, 0.6]
    value, gradients = adjgen.value_and_grad(flash)(zs, ratios)
    assert value == flash(zs, ratios)
    wanted = slopes(lambda a, b, c, d: flash([a, b], [c, d]), (*zs, *ratios))
    assert_close([*gradients[0], *gradients[1]], wanted, relative=1e-8)


def test_a_bound_that_may_have_no_value():
    def f(p, k=1):
        if k > 0:
            high = 10.0
        return brentq(lambda x: x**3 - p, 0.0, high, xtol=1e-14)

    gradient = adjgen.value_and_grad(f, wrt="p")
    assert gradient(3.0)[0] == f(3.0)
    with pytest.raises(UnboundLocalError):
        gradient(3.0, k=0)


def test_a_list_that_is_changed_is_refused():
    def counting(p):
        count = [0]

        def err(x):
            count[0] += 1
            return x - p

        return brentq(err, 0, 10)

    with pytest.raises(UnsupportedError) as caught:
        adjgen.grad(counting)
    assert [problem.code for problem in caught.value.diagnostics] == ["ADJ307"]
