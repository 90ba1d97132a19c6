"""Try around active code: what is refused, what must not be caught, and what passive code may do."""

import importlib
import inspect
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
    seen = set()
    y = x
    try:
        for k in range(3):
            seen.add(k)
            y = math.sqrt(y)
    except ValueError:
        y = 0.0
    return y * len(seen)


def walks_an_iterator(x, items):
    y = x
    try:
        for k in items.values():
            y = math.sqrt(y) * k
    except ValueError:
        y = 0.0
    return y


def walks_a_list(x, items):
    y = x
    try:
        for k in items:
            y = math.sqrt(y) * k
    except ValueError:
        y = 0.0
    return y


def test_a_list_is_walked_again():
    (slope,) = {math.sqrt(3.0) * 2.0 * 0.25 * 4.0**-0.75}
    for f in (adjgen.value_and_grad(walks_a_list, wrt="x"), adjgen.jvp(walks_a_list, wrt="x")):
        tangent = {} if "grad" in f.__name__ else {"x_dot": 1.0}
        assert math.isclose(f(4.0, [3.0, 2.0], **tangent)[1], slope)


def stores_before_it_may_raise(x):
    a = [x, x]
    try:
        a[0] = 2.0 * x
        y = math.log(x)
    except ValueError:
        y = 1.0
    return a[0] * y


def stores_through_another_name(x):
    a = [x, x]
    b = a
    try:
        b[0] = 2.0 * x
        a[1] = math.log(x)
    except ValueError:
        pass
    return a[0] * a[1]


def first(items, x):
    items[0] = 2.0 * x
    return math.log(x)


def stores_in_a_callee(x):
    a = [x, x]
    try:
        y = first(a, x)
    except ValueError:
        y = 1.0
    return a[0] * y


def appends_in_a_loop(x):
    a = [x]
    try:
        for k in range(4):
            a.append(math.sqrt(x - k))
    except ValueError:
        return a[-1]
    return a[0]


def stores_and_raises(x):
    a = [x, x]
    try:
        if x > 1.0:
            a[0] = x * x
            raise ValueError
        y = 1.0 / x
    except ValueError:
        y = 1.0
    return a[0] * y


def a_handler_that_raises_reads(x):
    a = [x, x]
    try:
        a[0] = 2.0 * x
        y = math.log(x)
    except ValueError as error:
        raise LookupError(a[0]) from error
    return a[0] * y


def stores_in_an_inner_try(x):
    a = [x, x]
    try:
        try:
            a[0] = x * x
        except LookupError:
            raise
        y = math.log(x)
    except ValueError:
        y = 1.0
    return a[0] * y


def stores_before_finally_reads(x):
    a = [x, x]
    try:
        a[0] = x * x
        y = math.log(x)
    finally:
        print(a[0])
    return a[0] * y


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
        (stores_before_it_may_raise, "this list is changed in a try"),
        (stores_through_another_name, "this list is changed in a try"),
        (stores_in_a_callee, "this list is changed in a try"),
        (appends_in_a_loop, "this list is changed in a try"),
        (stores_and_raises, "this list is changed in a try"),
        (a_handler_that_raises_reads, "this list is changed in a try"),
        (stores_in_an_inner_try, "this list is changed in a try"),
        (stores_before_finally_reads, "this list is changed in a try"),
        (leaves_a_finally, "a finally that is left"),
        (state_of_the_module, "`sets` assigns the global `STATE`"),
    ],
)
def test_is_refused_with_the_reason(f, why):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ") as caught:
        adjgen.value_and_grad(f, wrt="x")
    assert why in str(caught.value.diagnostics[0])
    begin = min(f.__code__.co_firstlineno, first.__code__.co_firstlineno)
    assert caught.value.diagnostics[0].line > begin


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


def appends_last(x):
    found = [x]
    for k in range(4):
        try:
            found.append(found[-1] + math.sqrt(x - k))
        except ValueError:
            found.append(found[0] * k)
    return sum(found)


def stores_last(x):
    a, total = [x, 1.0, x * x], 0.0
    for k in range(4):
        try:
            a[k] = math.sqrt(x - k) * a[k]
        except (ValueError, IndexError):
            a[0] += 0.5 * x
            total += a[0]
        else:
            total += a[k]
    return total + a[1] * a[2]


def stores_under_a_condition(x):
    a = [x, x]
    b = a
    try:
        y = math.sqrt(x)
        if y > 1.0:
            b[0] = y * x
    except ValueError:
        a[1] = 3.0 * x
    return a[0] * a[1]


def lists_of_its_own(x):
    try:
        a = [x, x * x]
        a[0] = a[1] * 3.0
        a.append(math.log(a[0] - 1.0))
        rows = [a, [x, x, x]]
        y = rows[0][2] + sum(rows[1])
    except ValueError:
        y = x
    return y


def lists_behind_it(x):
    try:
        rows = [[x, math.log(x)], [x, 2.0]]
    except ValueError:
        return x * x
    row = rows[0]
    row[0] = 5.0 * x
    rows[1].append(row[1])
    return rows[0][0] * rows[1][2]


def a_row_of_a_list(x):
    rows = [[x, 2.0], [x * x, 1.0]]
    try:
        k = int(math.sqrt(x)) % 2
        row = rows[k]
    except ValueError:
        row = rows[0]
    return row[0] * rows[1][0]


def leaves_raising(x):
    a = [x, x]
    try:
        a[0] = 2.0 * x
        y = math.log(x)
    except ValueError:
        raise LookupError from None
    return a[0] * y


def of_the_caller(x, items):
    try:
        items[0] = math.log(x) * items[1]
    except ValueError:
        items[1] = x * items[0]
    return items[0] * items[1]


LISTED = [
    appends_last, stores_last, stores_under_a_condition, lists_of_its_own, lists_behind_it,
    leaves_raising,
]  # fmt: skip


@pytest.mark.parametrize("f", LISTED)
@pytest.mark.parametrize("x", [-1.5, 0.3, 1.7, 2.4, 5.5])
def test_lists_in_a_try(f, x):
    try:
        value = f(x)
    except LookupError:
        with pytest.raises(LookupError):
            adjgen.value_and_grad(f)(x)
        return
    slope = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
    for found in (adjgen.value_and_grad(f)(x), adjgen.jvp(f)(x, x_dot=1.0)):
        assert found[0] == value
        assert math.isclose(found[1], slope, rel_tol=1e-6, abs_tol=1e-8)


@pytest.mark.parametrize(("x", "slopes"), [(2.0, (12.5, [0.0, 10.0 * math.log(2.0)]))])
def test_a_list_of_the_caller(x, slopes):
    assert adjgen.value_and_grad(of_the_caller)(x, [3.0, 5.0])[1] == slopes


def says_nothing(x):
    try:
        if x > 1.0:
            return None
        return math.sqrt(x)
    except (TypeError, ValueError):
        return x * x


def test_no_derivative_of_nothing_and_no_handler_for_that():
    assert adjgen.value_and_grad(says_nothing)(0.25) == (0.5, 1.0)
    assert adjgen.value_and_grad(says_nothing)(-2.0) == (4.0, -4.0)
    with pytest.raises(TypeError, match="None"):
        adjgen.value_and_grad(says_nothing)(2.0)


def may_have_no_value(x, n):
    try:
        for k in range(n):
            z = x * k
        y = 2.0 * x
        return z + y
    except UnboundLocalError:
        return 3.0 * x


def test_a_name_without_a_value_raises_inside():
    assert adjgen.value_and_grad(may_have_no_value)(2.0, 3) == (8.0, 4.0)
    assert adjgen.value_and_grad(may_have_no_value)(2.0, 0) == (6.0, 3.0)


def in_itself(depth, x):
    if depth <= 0:
        return x
    v = in_itself(depth - 1, x * 0.5)
    try:
        y = math.acos(v * 0.5 + x) * x
    except ZeroDivisionError:
        y = v
    except ValueError:
        y = v * x
    return y


def two_handlers(x):
    return in_itself(1, x)


@pytest.mark.parametrize("style", ["named", "ssa"])
def test_what_is_caught_is_known_when_something_is_raised(style):
    names = {}
    exec(adjgen.generate(two_handlers, style=style).source, names)
    assert names["two_handlers"](2.0) == 2.0
    assert names["two_handlers_jvp"](2.0, x_dot=1.0) == (2.0, 2.0)
    assert names["two_handlers_value_and_grad"](2.0) == (2.0, 2.0)


def says_what_it_lacks(x):
    try:
        y = math.sqrt(x)
        z = y * missing  # noqa: F821
    except NameError:
        z = 3.0 * x
    return z


def asks_for_what_it_has(x):
    try:
        scale = 2.0 * math.pi
        y = math.sqrt(x) * scale
    except NameError:
        scale = y = 1.0
    try:
        y = y * scale
    except (ValueError, OverflowError):
        y = x
    except UnboundLocalError:
        return x
    else:
        y += x
    return y


def test_no_handler_of_name_errors_where_every_name_has_a_value():
    function = adjgen.value_and_grad(asks_for_what_it_has)
    assert "except" not in inspect.getsource(function).replace("except (ValueError", "")
    assert "UnboundLocalError" not in inspect.getsource(function)
    value, slope = function(4.0)
    assert value == asks_for_what_it_has(4.0)
    assert math.isclose(slope, 0.25 * (2.0 * math.pi) ** 2 + 1.0)


def test_a_handler_of_name_errors_for_what_is_missing_is_not_passed_over():
    with pytest.raises(adjgen.UnsupportedError, match="`missing` is not defined"):
        adjgen.value_and_grad(says_what_it_lacks)
