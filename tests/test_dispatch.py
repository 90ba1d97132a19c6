"""Functions as values: chosen by paths, made by functools.partial, returned by other functions."""

import math
import runpy
from functools import partial

import pytest

import adjgen
from adjgen.diagnostics import UnsupportedError
from adjgen.elementary import BY_NAME, TABLE


def scaled(x, a, b=2.0):
    return a * x**b


def square(x):
    return x * x


def make(k):
    def inner(t):
        return k * t

    return inner


def both(f, x):
    return f(x) + f(2.0 * x)


def conditional(x, name="sin"):
    f = math.sin if name == "sin" else math.cos
    return f(x)


def chain(x, name="own"):
    if name == "sin":
        f = math.sin
    elif name == "square":
        f = square
    elif name == "own":

        def f(t):
            return t * x

    else:
        raise ValueError("no such function")
    return f(x) + 3.0 * f(2.0 * x)


def on_one_path(x, flag=True):
    if flag:
        f = square
    return f(x)


def in_turns(x, n=3):
    for k in range(n):
        f = math.sin if k % 2 else math.cos
        x = f(x) * x
    return x


def passed_on(x, kind="square"):
    return both(square if kind == "square" else lambda t: t * t * x, x)


def of_partial(x, y):
    f = partial(scaled, a=y)
    return f(x) + f(x, b=3.0) + partial(scaled, x, y)() + both(partial(scaled, a=3.0), x)


def returned(x, k):
    return make(k)(x) + make(2.0)(x)


CASES = [
    (conditional, (0.5, "sin")),
    (conditional, (0.5, "cos")),
    (chain, (0.5, "sin")),
    (chain, (0.5, "square")),
    (chain, (0.5, "own")),
    (on_one_path, (0.5,)),
    (in_turns, (0.5, 3)),
    (passed_on, (0.5, "square")),
    (passed_on, (0.5, "cube")),
    (of_partial, (0.5, 1.25)),
    (returned, (0.5, 1.25)),
]


@pytest.mark.parametrize(("function", "args"), CASES)
def test_value_and_gradient(function, args):
    value, gradient = adjgen.value_and_grad(function, wrt="x")(*args)
    along = adjgen.jvp(function, wrt="x")(*args, x_dot=1.0)
    assert value == function(*args)
    step = 1e-6
    slope = function(args[0] + step, *args[1:]) - function(args[0] - step, *args[1:])
    assert gradient == pytest.approx(slope / (2.0 * step), rel=1e-6)
    assert along == (value, pytest.approx(gradient))


def test_exceptions_stay():
    with pytest.raises(ValueError, match="no such function"):
        adjgen.grad(chain, wrt="x")(0.5, "none")
    with pytest.raises(UnboundLocalError):
        adjgen.grad(on_one_path, wrt="x")(0.5, False)


def made_on_one_path(x):
    if x < 0.0:
        raise ValueError("negative")
    else:
        f = make(x * 2.0)
    return f(x)


def partial_on_one_path(x):
    if x > 0.0:
        f = partial(scaled, a=x * 2.0)
    else:
        f = square
    return f(x)


@pytest.mark.parametrize("function", [made_on_one_path, partial_on_one_path])
def test_a_function_that_holds_what_one_path_computed_is_refused(function):
    with pytest.raises(UnsupportedError, match="`f`"):
        adjgen.grad(function)


def ruled(x):
    return x if x < 1.0 else 1.0


def under_another_name(x):
    g = ruled
    return g(x)


def as_an_argument(x):
    return both(ruled, x)


def by_a_path(x, name="ruled"):
    g = ruled if name == "ruled" else math.sin
    return g(x)


@pytest.fixture
def rule():
    """A rule for `ruled`, which other tests do not see in the table."""
    before = set(TABLE)
    adjgen.rule(ruled, partials=[lambda x, y: 7.0])
    yield
    for name in set(TABLE) - before:
        del TABLE[name]
        BY_NAME.pop(name, None)


@pytest.mark.usefixtures("rule")
def test_the_rule_of_a_function_goes_with_it():
    assert adjgen.grad(under_another_name)(0.5) == 7.0
    assert adjgen.grad(as_an_argument)(0.25) == 7.0 + 2.0 * 7.0
    assert adjgen.grad(by_a_path, wrt="x")(0.5) == 7.0


TABLE_OF_THE_MODULE = {"sin": math.sin, "square": square}
IN_ORDER = (math.sin, square)


def by_key(x, key="sin"):
    return TABLE_OF_THE_MODULE[key](x) * x


def by_place(x, k=0):
    return IN_ORDER[k](x) * x


@pytest.mark.parametrize("generated", [False, True])
def test_tables_of_functions(generated, tmp_path):
    def derivative(function):
        if not generated:
            return adjgen.value_and_grad(function)
        path = tmp_path / "made.py"
        path.write_text(adjgen.generate(f"{__file__}::{function.__name__}").source)
        return runpy.run_path(str(path))[f"{function.__name__}_value_and_grad"]

    sine = (math.sin(0.7) * 0.7, math.sin(0.7) + 0.7 * math.cos(0.7))
    square = (0.7 * 0.7 * 0.7, 3.0 * 0.7 * 0.7)
    for function, keys in {by_key: ("sin", "square"), by_place: (-2, 1)}.items():
        for key, right in zip(keys, (sine, square)):
            assert derivative(function)(0.7, key) == pytest.approx(right, rel=1e-15)
    for function, key in [(by_key, "tan"), (by_place, 2)]:
        with pytest.raises(LookupError) as wanted:
            function(0.7, key)
        with pytest.raises(type(wanted.value)) as found:
            derivative(function)(0.7, key)
        assert str(found.value) == str(wanted.value)


MODULE_WITH_PARTIALS = """
import math
from functools import partial
import functools

K = 2.0
LIST = [1.0]

def g(a, x, *, b=1.0):
    return a * math.sin(x) * b

h = partial(g, K)
again = functools.partial(h, b=3.0)
odd = partial(g, LIST[0])

def f(x):
    return h(x) * again(x) + h(x, b=0.5)

def unknown(x):
    return odd(x)
"""


def test_partials_of_a_module_that_is_not_run():
    made = adjgen.generate(MODULE_WITH_PARTIALS, formatted=False)
    space = {}
    exec(made.source, space)
    s, c = math.sin(0.7), math.cos(0.7)
    found = space["f_value_and_grad"](0.7)
    assert found == pytest.approx((12.0 * s * s + s, 24.0 * s * c + c), rel=1e-14)
    assert "unknown_value_and_grad" not in space
