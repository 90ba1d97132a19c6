"""Where derivatives are conventions: what is warned of, with its line, and what is proved not to be."""

import math

import pytest

import adjgen
from adjgen.elementary.row import TABLE
from adjgen.pipeline import Options, generate
from adjgen.read.source import find, functions, read_text

HEAD = "from math import *\n"


def warned(text, **options):
    """The warnings of the functions of a text, as (code, line, the first backquoted word)."""
    file = read_text(text, "kinks.py")
    made = generate(
        [find(file, name) for name in functions(file)], Options(formatted=False, **options)
    )
    assert not made.refused
    return [(p.code, p.line, p.what.split("`")[1] if "`" in p.what else "") for p in made.warnings]


@pytest.mark.parametrize(
    ("expression", "rows"),
    [
        ("abs(x)", ["abs"]),
        ("max(x, y) - min(x, 1.0)", ["max", "min"]),
        ("sqrt(x) + hypot(x, y)", ["sqrt", "hypot"]),
        ("x * floor(y) + round(x) * x", ["floor", "round"]),
        ("x % y", ["mod"]),
        ("x**0.5 + y**0.3", ["pow", "pow"]),
        ("x**y", ["pow"]),
        ("asin(x) + acosh(y) + atan2(x, y)", ["asin", "acosh", "atan2"]),
        ("sqrt(1.0 + x * x) + abs(exp(x) + 1.0)", []),
        ("x**2 + x**3.5 + x**-0.5 + 2.0**y", []),
        ("sqrt(x) if x > 0.0 else 0.0 * x", []),
        ("hypot(x, 1.0) + atan2(x, 2.0) + max(x * x, -1.0)", []),
        ("y if abs(x) > 1.0 else x", []),
        ("x * abs(2.0)", []),
        ("x * abs(adjgen.stop_gradient(y))", []),
    ],
)
def test_kinks_that_can_be_reached_are_listed(expression, rows):
    found = warned(f"{HEAD}import adjgen\ndef f(x, y):\n    return x * ({expression})\n")
    assert [what for _, _, what in found] == rows
    assert {(code, line) for code, line, _ in found} <= {("ADJ701", 4)}


@pytest.mark.parametrize(
    ("test", "count"),
    [
        ("x == 0.0", 1),
        ("x - y != 1", 1),
        ("not x", 1),
        ("x", 1),
        ("x > 0.0 and x * y == y", 1),
        ("x == 0.0 or y == 0.0", 2),
        ("x != x", 0),
        ("x > 0.0", 0),
        ("floor(x) == 3", 1),
        ("isclose(x, y)", 0),
        ("n == 2", 0),
        ("kind == 'a'", 0),
    ],
)
def test_tests_for_equality_are_listed(test, count):
    text = f"{HEAD}def f(x, y, n=1, kind='a'):\n    if {test}:\n        return x + y\n    return x * y\n"
    found = warned(text)
    assert len(found) == count
    assert all(code in ("ADJ701", "ADJ702") and line == 3 for code, line, _ in found)


def test_only_what_varies_with_wrt_counts():
    text = f"{HEAD}def f(x, y):\n    return abs(x) * sqrt(y)\n"
    assert warned(text, wrt=("y",)) == [("ADJ701", 3, "sqrt")]


def test_loops_and_recursion_are_looked_into():
    text = (
        "def f(x, n):\n    for _ in range(n):\n        x = abs(x) - 1.0\n    while x:\n        x = x - 1.0\n"
        "    return g(x)\ndef g(x):\n    return abs(x) if x < 1.0 else g(x / 2.0)\n"
    )
    assert warned(text) == [("ADJ701", 3, "abs"), ("ADJ702", 4, ""), ("ADJ701", 8, "abs")]


def test_functions_of_numpy_have_the_kinks_of_their_rows():
    text = (
        "import numpy as np\ndef f(x, y):\n    a = np.absolute(x) + np.maximum(x, y)\n"
        "    a = a + np.abs(np.cosh(x)) + np.where(x > 0.0, x, y)\n"
        "    return a if np.equal(x, 2.0) else 2.0 * a\n"
    )
    assert warned(text) == [
        ("ADJ701", 3, "np.absolute"),
        ("ADJ701", 3, "np.maximum"),
        ("ADJ702", 5, ""),
    ]


@pytest.mark.parametrize(
    "row", [row for row in TABLE.values() if row.where], ids=lambda row: row.name
)
def test_the_place_of_a_kink_is_where_the_edges_say(row):
    """Of the points that a row's tests name, at least one is its kink, and ordinary ones are not."""
    name = row.like or row.name  # a library's row has the edges of the one that it is a name of
    met = [
        bool(tests) and all(tests)
        for args, _ in TABLE[name].edges
        if row.variadic or len(args) == max(1, len(row.partials))
        for tests in [row.kink_tests(args, row.evaluate(*args))]
    ]
    assert any(met)
    ordinary = {
        "acosh": (2.0,),
        "pow": (2.0, 1.7),
        "math_pow": (2.0, 1.7),
        "np.clip": (0.7, 0.5, 0.9),
    }.get(name, (0.5, 0.7))
    args = ordinary[: 2 if row.variadic else max(1, len(row.partials))]
    assert not all(row.kink_tests(args, row.evaluate(*args)))


def test_the_report_of_a_decorated_function_has_them():
    @adjgen.differentiable
    def f(x):
        return abs(x) if x != 2.0 else math.pi * x

    assert [problem.code for problem in f.adjgen.diagnostics] == ["ADJ702", "ADJ701"] or [
        problem.code for problem in f.adjgen.diagnostics
    ] == ["ADJ701", "ADJ702"]


LONG = {
    "arms": "def f(x, n):\n    if n == 0:\n        return x\n"
    + "".join(f"    elif n == {k}:\n        return x * {k}.5\n" for k in range(1, 500))
    + "    return x\n",
    "terms": "def f(x):\n    if " + " or ".join(f"x == {k}" for k in range(1500)) + ":\n"
    "        return x\n    return x * x\n",
}


@pytest.mark.parametrize(("text", "count"), [(LONG["arms"], 0), (LONG["terms"], 1500)])
def test_many_arms_and_terms_are_looked_through(text, count):
    assert len(warned(text, mode="reverse")) == count
