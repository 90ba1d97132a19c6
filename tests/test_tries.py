"""Try around active code: what is refused, what must not be caught, and what passive code may do."""

import importlib
import math
import sys
import textwrap

import pytest

import adjgen


def reads_what_may_be_new(x):
    try:
        y = 1.0 / x
        z = math.exp(y)
    except OverflowError:
        z = y
    return z


def changes_something_in_a_loop(x):
    seen = []
    y = x
    try:
        for k in range(3):
            seen.append(k)
            y = math.sqrt(y)
    except ValueError:
        y = 0.0
    return y * len(seen)


def walks_an_iterator(x, items):
    y = x
    try:
        for k in items:
            y = math.sqrt(y) * k
    except ValueError:
        y = 0.0
    return y


def leaves_a_finally(x):
    try:
        x = math.sqrt(x)
    finally:
        return x  # noqa: B012


def sets(x):
    global STATE
    STATE = x
    return x


def state_of_the_module(x):
    return sets(x) * x


@pytest.mark.parametrize(
    ("f", "why"),
    [
        (reads_what_may_be_new, "`y` may have a new value here"),
        (changes_something_in_a_loop, "code that changes something, in a loop or call"),
        (walks_an_iterator, "a loop inside try over what may be an iterator"),
        (leaves_a_finally, "a finally that is left"),
        (state_of_the_module, "`sets` assigns the global `STATE`"),
    ],
)
def test_is_refused_with_the_reason(f, why):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ") as caught:
        adjgen.value_and_grad(f, wrt="x")
    assert why in str(caught.value.diagnostics[0])
    assert caught.value.diagnostics[0].line > f.__code__.co_firstlineno


def complex_inside(x):
    try:
        y = x**1.5
    except ValueError:
        y = x
    return abs(y)


@pytest.mark.parametrize("find", [adjgen.value_and_grad, adjgen.jvp, adjgen.vjp])
def test_the_check_of_a_power_is_not_caught(find):
    tangent = {"x_dot": 1.0} if find is adjgen.jvp else {}
    assert find(complex_inside)(4.0, **tangent) == (8.0, 3.0)
    with pytest.raises(ValueError, match="complex"):
        find(complex_inside)(-4.0, **tangent)


def infinite_slope(x):
    try:
        return math.sqrt(x)
    except (ValueError, ZeroDivisionError):
        return -1.0


def test_derivatives_where_the_value_exists():
    assert adjgen.value_and_grad(infinite_slope)(0.0) == (0.0, math.inf)
    assert adjgen.value_and_grad(infinite_slope)(-1.0) == (-1.0, 0.0)


LOG = []


def logs(x):
    try:
        LOG.append("body")
        y = math.log(x)
        LOG.append("ended")
    except ValueError as error:
        LOG.append(str(error))
        y = x * x
    else:
        LOG.append("else")
        y = y * x
    finally:
        LOG.append("finally")
    return y


@pytest.mark.parametrize("x", [2.0, -2.0])
def test_effects_happen_once_in_order(x):
    LOG.clear()
    value = logs(x)
    expected = LOG.copy()
    for product in (adjgen.value_and_grad(logs), lambda x: adjgen.jvp(logs)(x, x_dot=1.0)):
        LOG.clear()
        found, slope = product(x)
        assert (found, LOG) == (value, expected)
        assert math.isclose(slope, math.log(x) + 1.0 if x > 0.0 else 2.0 * x)


def raises_a_reason(x):
    try:
        return math.log(x)
    except ValueError as error:
        raise LookupError("no logarithm") from error


def test_a_handler_that_raises_stays_a_handler():
    with pytest.raises(LookupError, match="no logarithm") as caught:
        adjgen.value_and_grad(raises_a_reason)(-1.0)
    assert isinstance(caught.value.__cause__, ValueError)


PACKAGE = {
    "__init__.py": "",
    "other.py": "FACTOR = 3.0",
    "mine.py": """
        CACHE = None

        def load():
            global CACHE
            if CACHE is None:
                CACHE = {"a": 2.0}
            return CACHE

        def f(x, key):
            try:
                from .other import FACTOR as scale
            except ImportError:
                scale = 1.0
            try:
                import nothing_of_the_kind
                scale = nothing_of_the_kind.scale
            except ImportError:
                pass
            return x * x * scale * load()[key]
        """,
}


def test_imports_and_caches_of_modules(tmp_path, monkeypatch):
    folder = tmp_path / "package_with_tries"
    folder.mkdir()
    for name, text in PACKAGE.items():
        (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    text = adjgen.generate(f"{folder / 'mine.py'}::f").source
    module = importlib.import_module("package_with_tries.mine")
    names = {}
    exec(text, names)
    try:
        assert names["f_value_and_grad"](2.0, "a") == (24.0, 24.0)
        assert module.CACHE == {"a": 2.0}
        assert adjgen.value_and_grad(module.f)(2.0, "a") == (24.0, 24.0)
    finally:
        for name in [n for n in sys.modules if n.startswith("package_with_tries")]:
            del sys.modules[name]
