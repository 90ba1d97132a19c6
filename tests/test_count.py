"""The SymPy ladder: F1 on trees with numbers measured elsewhere, the child process, the size without SymPy."""

import subprocess
import sys

import pytest
import sympy
from sympy import Abs, Float, Max, Rational, atan2, cos, exp, log, sin, sqrt, tanh

from adjgen.count import ladder, module_of, size_of
from adjgen.count.tape import NotStraightError, record
from adjgen.count.tree import UncountableError, count, count_all
from adjgen.elementary.cost import total
from adjgen.read.source import find, read_text

x, y, z = sympy.symbols("x y z", real=True)


@pytest.mark.parametrize(
    ("tree", "operations"),
    [
        (x, {}),
        (sqrt(2) * sympy.pi, {}),
        (x + y, {"add": 1}),
        (x - y, {"sub": 1}),
        (x - 2, {"sub": 1}),
        (2 - x, {"sub": 1}),
        (-x - y, {"neg": 1, "sub": 1}),
        (-2 * x - 3 * y, {"mul": 2, "sub": 1}),
        (-x - 2, {"sub": 1}),
        (-x, {"neg": 1}),
        (-x * y, {"neg": 1, "mul": 1}),
        (-2 * x, {"mul": 1}),
        (z - x * y, {"mul": 1, "sub": 1}),
        (x * y * z, {"mul": 2}),
        (x / y, {"div": 1}),
        (1 / x, {"div": 1}),
        (-1 / x, {"div": 1}),
        (3 / x, {"div": 1}),
        (1 / (x * y), {"div": 2}),
        (x / 2, {"div": 1}),
        (3 * x / 2, {"mul": 1}),
        (x / (2 * y), {"div": 2}),
        (Float(0.3) * x, {"mul": 1}),
        (x**2, {"mul": 1}),
        (x**3, {"mul": 2}),
        (x**4, {"mul": 2}),
        (x**8, {"mul": 3}),
        (x**2.0, {"mul": 1}),
        (x**-2, {"mul": 1, "div": 1}),
        (y * x**-2, {"mul": 1, "div": 1}),
        (sqrt(x), {"sqrt": 1}),
        (1 / sqrt(x), {"sqrt": 1, "div": 1}),
        (y / sqrt(x), {"sqrt": 1, "div": 1}),
        (x ** Rational(3, 2), {"sqrt": 1, "mul": 2}),
        (x ** Rational(1, 3), {"pow": 1}),
        (x**y, {"pow": 1}),
        (x**2000, {"pow": 1}),
        (2**x, {"pow": 1}),
        (exp(-x), {"neg": 1, "exp": 1}),
        (tanh(x) * atan2(x, y), {"tanh": 1, "atan2": 1, "mul": 1}),
        (Abs(x) + log(x), {"abs": 1, "log": 1, "add": 1}),
        (Max(x, y), {"max": 1}),
        (sin(x) + sin(x) * cos(x), {"sin": 2, "cos": 1, "add": 1, "mul": 1}),
    ],
    ids=str,
)
def test_f1_on_trees(tree, operations):
    assert dict(count(tree)) == operations


def test_derivatives_that_sympy_does_not_know_are_no_formula():
    with pytest.raises(UncountableError):
        count(sympy.diff(sympy.floor(x), x))


# Value plus derivatives: (naive, naive by SymPy's own count_ops, cse, cse with basic optimisations).
MEASURED = {
    "lecture": (15, 17, 7, 7),
    "nest2": (41, 43, 15, 11),
    "nest3": (98, 100, 21, 15),
    "nest4": (223, 225, 27, 19),
    "sine_product4": (302, 302, 38, 38),
    "speelpenning10": (89, 89, 46, 46),
    "rosenbrock10": (162, 162, 135, 132),
    "matrix2": (176, 176, 68, 68),
}
NAMES = [f"x{k}" for k in range(10)]
TEXT = f"""
from math import exp, sin, sqrt

def lecture(x):
    return sqrt(x**2 + exp(x**2))

def nested(x, n):
    for _ in range(n):
        a = x * x
        x = sqrt(a + exp(a))
    return x

def nest2(x):
    return nested(x, 2)

def nest3(x):
    return nested(x, 3)

def nest4(x):
    return nested(x, 4)

def sine_product4(x):
    for _ in range(4):
        x = x * sin(x)
    return x

def speelpenning10({", ".join(NAMES)}):
    return {" * ".join(NAMES)}

def rosenbrock10({", ".join(NAMES)}):
    return {" + ".join(f"(1.0 - {a}) ** 2 + 100.0 * ({b} - {a} ** 2) ** 2" for a, b in zip(NAMES, NAMES[1:]))}

def matrix2(a11, a12, a21, a22, b11, b12, b21, b22):
    p11, p12 = a11 * b11 + a12 * b21, a11 * b12 + a12 * b22
    p21, p22 = a21 * b11 + a22 * b21, a21 * b12 + a22 * b22
    s11, s12, s21, s22 = a11 + b11, a12 + b12, a21 + b21, a22 + b22
    return s11 * p11 + s12 * p12, s11 * p21 + s12 * p22, s21 * p11 + s22 * p12, s21 * p21 + s22 * p22

def branch(x):
    if x > 0.0:
        return x * x
    return x

def run_time_loop(x, n):
    for _ in range(n):
        x = x * x
    return x

def printing(x):
    print("here")
    return x

def rounded(x):
    return x * (x // 1.0)

def exploding(x):
    for k in range(60):
        x = x * x + sin(x)
    return x

def one_of_two(x, y):
    return x * y + y

def powers(x):
    return (x**0.5 + 0.5 * x) ** 2.0
"""


def module(name):
    return module_of(find(read_text(TEXT, "functions.py"), name))


@pytest.mark.parametrize("name", MEASURED)
def test_the_ladder_gives_the_measured_numbers(name):
    found = ladder(module(name), timeout=60.0)
    naive, cse, basic = (found[rung] for rung in ("naive_sympy", "sympy_cse", "sympy_cse_basic"))
    assert (naive["total"], naive["count_ops"], cse["total"], basic["total"]) == MEASURED[name]
    assert "reason" not in found
    for entry in (naive, cse, basic):
        assert total(entry["by_op"]) == entry["total"]


def test_the_tree_counter_alone_gives_the_lecture_numbers():
    f = sqrt(x**2 + exp(x**2))
    expressions = [f, sympy.diff(f, x)]
    assert total(count_all(expressions)) == 15
    shared, reduced = sympy.cse(expressions)
    assert total(count_all([tree for _, tree in shared] + reduced)) == 7


def test_definitions_and_functions_are_taken_too():
    definition = find(read_text(TEXT, "functions.py"), "lecture")
    assert ladder(definition)["naive_sympy"]["total"] == 15
    assert ladder(module("lecture").main)["sympy_cse"]["total"] == 7


def test_wrt_selects_derivatives():
    counts = [
        ladder(module("one_of_two"), wrt=wrt)["naive_sympy"]["total"]
        for wrt in (None, ["x"], ["y"], [])
    ]
    assert counts == [3, 2, 3, 2]


def test_halves_and_whole_floats_are_exact_numbers():
    assert ladder(module("powers"))["naive_sympy"]["by_op"]["sqrt"] == 3


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("branch", "depends on the arguments"),
        ("run_time_loop", "trip count"),
        ("printing", "Python code"),
        ("rounded", "floordiv"),
    ],
)
def test_what_is_no_formula_gets_a_reason(name, words):
    found = ladder(module(name))
    assert words in found["reason"]
    assert found["naive_sympy"] is found["sympy_cse"] is found["sympy_cse_basic"] is None


def test_a_refused_function_gets_its_problem():
    found = ladder(find(read_text("async def f(x):\n    return x\n", "a.py"), "f"))
    assert "ADJ602" in found["reason"]


def test_past_the_time_limit_the_size_is_computed_without_sympy():
    found = ladder(module("exploding"), timeout=0.05)
    assert found["naive_sympy"]["unsimplified"] and found["naive_sympy"]["total"] > 10**20
    assert found["sympy_cse"] is None and "0.05 s" in found["reason"]


def test_what_the_child_finished_in_time_is_kept(monkeypatch):
    """The child that is stopped has printed the first rung, without SymPy's own slow count."""
    code = 'print(\'{"naive_sympy": {"total": 4}}\', flush=True); import time; time.sleep(60)'
    real = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda _, **kw: real([sys.executable, "-c", code], **kw)
    )
    found = ladder(module("lecture"), timeout=1.0)
    assert found["naive_sympy"] == {"total": 4} and found["sympy_cse"] is None
    assert "1 s" in found["reason"]


def test_a_child_that_fails_says_why(monkeypatch):
    real = subprocess.Popen
    command = [sys.executable, "-c", "raise MemoryError('too large')"]
    monkeypatch.setattr(subprocess, "Popen", lambda _, **kw: real(command, **kw))
    found = ladder(module("lecture"))
    assert found["naive_sympy"]["unsimplified"] and "too large" in found["reason"]


@pytest.mark.parametrize(
    ("name", "operations"),
    [("lecture", 18), ("speelpenning10", 9 + 10 * 8), ("matrix2", 176), ("one_of_two", 3)],
)
def test_the_unsimplified_size(name, operations):
    """Lecture: 5 for f; its derivative is 0.5 / f * (2 * x + exp(x**2) * (2 * x)), 6 + 1 + 6."""
    assert size_of(record(module(name)))["total"] == operations


def test_a_tape_is_the_operations_of_all_loops_and_calls():
    assert [name for name, _ in record(module("nest2")).nodes] == ["mul", "exp", "add", "sqrt"] * 2
    with pytest.raises(NotStraightError):
        record(module("branch"))
