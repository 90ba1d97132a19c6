"""Calls of functions that cannot be read: called as they are, and refused where they are active."""

import contextlib
import importlib
import sys
import textwrap

import pytest

import adjgen
from adjgen.diagnostics import UnsupportedError
from adjgen.pipeline import Options, generate
from adjgen.read.source import find, read_file

MODULE = """
    import contextlib

    CACHE = {}
    LOCK = contextlib.nullcontext()
    table = None
    calls = []

    def load():
        global table
        calls.append("load")
        table = {"a": 2.0, "b": 5.0}

    def look(key):
        with LOCK:
            if key not in CACHE:
                CACHE[key] = float(len(key))
                calls.append(key)
            return CACHE[key]

    def twice(key):
        return 2.0 * look(key)

    def loaded(x, key="a"):
        if table is None:
            load()
        return x * table[key]

    def looked(x, key="abc"):
        return x * x * twice(key) + x

    def checked(x, key="abc"):
        look(key)
        return x * x

    def changed(items):
        with LOCK:
            items[0] += 1.0
            return None

    def once(x):
        items = [1.0, 2.0]
        changed(items)
        return x * items[0]

    def again(x):
        items = [1.0, 2.0]
        before = items[0]
        changed(items)
        return x * items[0] * before

    def many(x, n=3):
        items, total = [1.0], x
        for k in range(n):
            changed(items)
            total = total * items[0]
        return total

    def active(x, key="abc"):
        return look(x) * look(key) + look(x)

    def local(x, key="abc"):
        def inner(key):
            with LOCK:
                return CACHE.get(key, 1.0)
        return x * inner(key)

    def given(x, key="abc"):
        return x * applied(lambda k: look(k), key)

    def applied(function, key):
        while True:
            try:
                return function(key)
            except KeyError:
                continue
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "carried.py").write_text(textwrap.dedent(MODULE))
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("carried")
    del sys.modules["carried"]


def by_text(module, name):
    """The value and gradient by the module that the command line writes."""
    made = generate([find(read_file(module.__file__), name)], Options(formatted=False))
    assert not made.refused, made.refused
    space = {}
    exec(compile(made.source, "made", "exec"), space)
    return space[f"{name}_value_and_grad"]


def by_live(module, name):
    return adjgen.value_and_grad(getattr(module, name))


@pytest.mark.parametrize("way", [by_text, by_live])
def test_a_passive_call_stays_a_call(module, way):
    assert way(module, "looked")(3.0) == (57.0, 37.0)
    assert way(module, "checked")(3.0) == (9.0, 6.0)
    assert module.calls == ["abc"]


@pytest.mark.parametrize("way", [by_text, by_live])
def test_a_function_that_assigns_a_global(module, way):
    derivative = way(module, "loaded")
    assert derivative(3.0) == (6.0, 2.0)
    assert derivative(3.0, "b") == (15.0, 5.0)
    assert module.calls == ["load"]


@pytest.mark.parametrize("way", [by_text, by_live])
def test_a_list_that_the_call_may_change(module, way):
    assert way(module, "once")(3.0) == (6.0, 2.0)
    for name in ("again", "many"):
        with pytest.raises((UnsupportedError, AssertionError), match="ADJ407"):
            way(module, name)


def test_an_active_call_is_refused_with_all_its_problems(module):
    with pytest.raises(UnsupportedError) as caught:
        by_live(module, "active")
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.text.strip()) == ("ADJ204", "with LOCK:")


@pytest.mark.parametrize("way", [by_text, by_live])
def test_a_lambda_is_written_where_it_stood(module, way):
    assert way(module, "given")(3.0) == (9.0, 3.0)


def test_a_local_function_is_refused_where_it_stands(module):
    with pytest.raises(UnsupportedError) as caught:
        by_live(module, "local")
    assert caught.value.diagnostics[0].text.strip() == "with LOCK:"


def longer(xs, x):
    xs.append(2.0)
    return x


def descends(depth: int, xs: list[float], x: float) -> float:
    return x if depth <= 0 else descends(depth - 1, xs, longer(xs, x))


def grown_unread(xs: list[float], x: float) -> float:
    descends(3, xs, x)
    return x


def grown_behind(xs: list[float], x: float) -> float:
    s = xs[0] * x
    descends(3, xs, x)
    return s


@pytest.mark.parametrize("f", [grown_unread, grown_behind])
def test_a_list_that_a_recursion_hands_to_carried_code_has_no_gradient(f):
    for make in (adjgen.value_and_grad, adjgen.jvp):
        with pytest.raises(UnsupportedError, match="ADJ407"):
            make(f)
    assert adjgen.grad(grown_unread, "x")([1.0], 3.0) == 1.0


def traced(n: int, x: float, log: list[float]) -> float:
    log.append(x)
    return x if n <= 0 else traced(n - 1, x * x, log)


def local(n: int, xs: list[float], x: float) -> float:
    mine = [1.0, 2.0]
    longer_by_file(mine)
    return x * xs[0] if n <= 0 else local(n - 1, xs, x * xs[1])


def longer_by_file(xs):
    with contextlib.nullcontext():
        return xs.append(1.0)


def test_a_recursion_that_stores_into_lists_of_its_caller_has_no_reverse_sweep():
    with pytest.raises(UnsupportedError, match="ADJ302"):
        adjgen.grad(traced, "x")
    log = []
    assert adjgen.jvp(traced, "x")(2, 1.5, log, x_dot=1.0) == (1.5**4, 4 * 1.5**3)
    assert log == [1.5, 2.25, 5.0625]


def test_lists_of_a_recursion_are_its_own():
    assert adjgen.jvp(local, "x")(1, [2.0, 3.0], 1.5, x_dot=1.0) == (9.0, 6.0)
