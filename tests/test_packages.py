"""What reading whole packages brought up: code that is refused, not crashed on, or that is read now."""

import time

import pytest

from adjgen.pipeline import Options, generate
from adjgen.read import inline
from adjgen.read.source import find, functions, read_file, read_text

REGISTERED = """
seen = []

def register(f):
    seen.append(f.__name__)
    f.__doc__ = "registered"
    return f

def doubled(f):
    return lambda x: 2.0 * f(x)

def sometimes(f):
    if seen:
        f = doubled(f)
    return f

def again(f):
    def swap():
        nonlocal f
        f = doubled(f)
    swap()
    return f

def shifted(f):
    f.__defaults__ = (1.0,)
    return f

def missing(f):
    if seen:
        return f

@{decorator}
def cube(x, n=3.0):
    return x * x * x

def f(x):
    return cube(x) + 1.0
"""
A_TUPLE_LATER = """
def agm(a, b):
    if a[0] > b:
        return b, b
    while 1:
        b1 = a[0], a[1] * b
        a, b = b1, b1
        if b1[0] == 0.0:
            return b
"""
NOTHING_KNOWN = """
def f(x):
    y = late
    for _ in range(3):
        y = x, x
    late = 1.0
    return y[0] * late
"""


def generated(text):
    """What is generated for the functions of a text."""
    file = read_text(text, "package.py")
    return generate([find(file, name) for name in functions(file)], Options(formatted=False))


def test_a_decorator_that_only_registers_changes_nothing(as_module):
    made = generated(REGISTERED.format(decorator="register"))
    assert not {"cube", "f"} & set(made.refused)
    assert as_module(made.source).f_value_and_grad(2.0) == (9.0, 12.0)
    assert as_module(made.source).cube_value_and_grad(2.0) == (8.0, (12.0, 0.0))


@pytest.mark.parametrize("decorator", ["doubled", "sometimes", "again", "shifted", "missing"])
def test_a_decorator_that_may_change_the_function_is_refused(decorator):
    made = generated(REGISTERED.format(decorator=decorator))
    assert [problem.code for problem in made.refused["cube"]] == ["ADJ302"]
    assert {problem.code for problem in made.refused["f"]} <= {"ADJ302", "ADJ501"}


@pytest.mark.parametrize("text", [A_TUPLE_LATER, NOTHING_KNOWN])
def test_a_number_that_becomes_a_tuple_in_a_loop_is_refused(text):
    (problems,) = generated(text).refused.values()
    assert {problem.code for problem in problems} <= {"ADJ205", "ADJ501"}


def seconds(lines):
    """How long it takes to read a function with so many statements that are carried."""
    text = "def f(x, log):\n" + "    log.write('a line')\n" * lines + "    return x * x\n"
    start = time.process_time()
    assert not generated(text).refused
    return time.process_time() - start


def test_the_time_for_carried_statements_grows_with_their_number():
    assert min(seconds(800), seconds(800)) < 9.0 * max(seconds(200), 0.01)


def chain(levels):
    """Functions each of which calls the one before twice: read in place they are 2**levels."""
    text = "from math import sin\n\ndef f0(x, p='a'):\n    y = sin(x)\n    return y if p == 'a' else 2.0 * y\n"
    for k in range(1, levels):
        text += (
            f"\ndef f{k}(x, p='a'):\n    y = f{k - 1}(x, p)\n    return 0.5 * x + f{k - 1}(y, p)\n"
        )
    return text


def test_many_callees_are_called_instead_of_being_read_in_place(as_module, monkeypatch):
    in_place = as_module(generated(chain(6)).source)
    monkeypatch.setattr(inline, "MANY", 20)
    made = generated(chain(6))
    called = as_module(made.source)
    assert len(made.source) < 40_000 and "_f2_vjp" in made.source
    for p in ("a", "b"):
        value, slope = in_place.f5_value_and_grad(0.3, p)
        assert called.f5_value_and_grad(0.3, p) == (value, pytest.approx(slope, rel=1e-14))
        assert called.f5_jvp(0.3, p, x_dot=1.0) == (value, pytest.approx(slope, rel=1e-14))


def test_a_long_chain_of_callees_is_no_trouble(monkeypatch):
    monkeypatch.setattr(inline, "MANY", 200)
    file = read_text(chain(40), "package.py")
    made = generate([find(file, "f39")], Options(formatted=False, mode="reverse"))
    assert not made.refused
    assert len(made.source) < 1_000_000


def test_lambdas_of_one_module_are_called_what_they_are_bound_to(as_module):
    made = generated(
        "square = lambda x: x * x\ncube = lambda x, y: square(x) * y\n\n\n"
        "def f(x):\n    return cube(x, 2.0) + (lambda y: 3.0 * y)(x)\n"
    )
    assert not made.refused
    module = as_module(made.source)
    assert module.square_value_and_grad(3.0) == (9.0, 6.0)
    assert module.cube_value_and_grad(3.0, 2.0) == (18.0, (12.0, 9.0))
    assert module.f_value_and_grad(3.0) == (27.0, 15.0)


LISTS = """
def parts(x, n):
    rows = [[x * k for k in range(n)], [x * x]]
    return x * x, [x, 2.0 * x], rows

def f(x, n):
    total, _, _ = parts(x, n)
    if n > 2:
        again, _, _ = parts(total, n)
        _, pair, rows = parts(again, n)
        return total * pair[1] * rows[0][1]
    return total
"""


@pytest.mark.parametrize("n", [2, 3])
def test_a_list_of_a_callee_may_be_read_or_not(n, as_module, monkeypatch):
    in_place = as_module(generated(LISTS).source)
    monkeypatch.setattr(inline, "MANY", 0)
    called = as_module(generated(LISTS).source)
    value, slope = in_place.f_value_and_grad(1.5, n)
    assert slope == pytest.approx({2: 3.0, 3: 20.0 * 1.5**9}[n])
    assert called.f_value_and_grad(1.5, n) == (value, pytest.approx(slope, rel=1e-14))
    assert called.f_jvp(1.5, n, x_dot=1.0) == (value, pytest.approx(slope, rel=1e-14))


SAME = """
def same(xs, n):
    if n > 0:
        found, total = same(xs, n - 1)
        return found, total + xs[0]
    return xs, xs[1]

def read(x, n):
    xs = [x, x * x]
    found, total = same(xs, n)
    return xs[0] * total * found[1]

def changed(x, n):
    xs = [x, x * x]
    found, total = same(xs, n)
    xs[0] = 7.0
    return found[0] * total
"""


def test_a_list_that_a_recursive_function_gives_back_cannot_be_changed(as_module):
    made = generated(SAME)
    assert [problem.code for problem in made.refused.pop("changed")] == ["ADJ407"]
    assert not made.refused
    assert as_module(made.source).read_value_and_grad(2.0, 1) == (48.0, (112.0, 0.0))


INDEXED = """
def row(table, rows):
    return table[rows - 3] if rows < 6 else 1.0

def f(x, table, rows):
    return x * table[rows - 3]

def g(x, table, rows):
    return x * row(table, rows)
"""


def test_a_parameter_in_an_index_is_a_whole_number(as_module):
    made = generated(INDEXED)
    assert not made.refused
    module = as_module(made.source)
    expected = (1.4, (0.7, [0.0, 2.0, 0.0]))
    assert module.f_value_and_grad(2.0, [0.5, 0.7, 0.9], 4) == expected
    assert module.g_value_and_grad(2.0, [0.5, 0.7, 0.9], 4) == expected


def test_a_parameter_in_an_index_of_a_table_is_a_whole_number(tmp_path, monkeypatch):
    path = tmp_path / "tables.py"
    path.write_text(
        "TABLE = [0.5, 0.7, 0.9]\n\n\ndef row(rows):\n    return TABLE[rows - 3] if rows < 6 else 1.0\n"
        "\n\ndef g(x, rows):\n    return x * row(rows)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    made = generate([find(read_file(str(path)), "g")], Options(formatted=False))
    space = {}
    exec(made.source, space)
    assert space["g_value_and_grad"](2.0, 4) == (1.4, 0.7)


def test_a_dictionary_of_arguments_that_are_not_there_is_not_written():
    made = generated(
        "def g(x, **more):\n    return x * x\n\n\ndef f(x):\n    return g(x) * 2.0\n"
        "\n\ndef h(x):\n    return k(x, n=2.0)\n\n\ndef k(x, **more):\n    return x * more['n']\n"
    )
    assert "{}" not in made.source.split("def f(")[1].split("def g(")[0]
    assert [problem.code for problem in made.refused["h"]] == ["ADJ601"]


def test_a_list_that_is_put_into_another_of_its_name_stays_a_list(as_module):
    made = generated(
        "def f(x):\n    x = [1.0] + x\n    return x[0] * x[1] * x[2]\n\n\n"
        "def g(x):\n    x = [1.0, *x]\n    return x[0] * x[1] * x[2]\n"
    )
    assert not made.refused
    module = as_module(made.source)
    assert module.f_value_and_grad([2.0, 3.0]) == (6.0, [3.0, 2.0])
    assert module.g_value_and_grad([2.0, 3.0]) == (6.0, [3.0, 2.0])


def test_an_argument_that_is_given_twice_is_refused():
    made = generated(
        "def h(x, k=1.0):\n    return x * k\n\n\ndef w(x, **more):\n    return h(x, k=2.0, **more)\n"
        "\n\ndef f(x):\n    return w(x, k=3.0)\n"
    )
    assert "f" in made.refused
