"""FLOP model F1 on single equations: each rule of the count with a case on either side."""

import pytest

from adjgen.elementary import TABLE, cost, total
from adjgen.ir.core import Const, Var
from adjgen.ir.types import BOOL, INT, REAL

X, Y, Z, N, FLAG = Var("x", REAL), Var("y", REAL), Var("z", REAL), Var("n", INT), Var("flag", BOOL)

CASES = [
    ("add", [X, Y], {"add": 1}),
    ("add", [X, 2.0], {"add": 1}),
    ("mul", [X, N], {"mul": 1}),
    ("div", [1.0, X], {"div": 1}),
    ("mod", [X, Y], {"mod": 1}),
    ("floordiv", [X, Y], {"floordiv": 1}),
    ("add", [2.0, 3.0], {}),
    ("sqrt", [2.0], {}),
    ("neg", [2.0], {}),
    ("neg", [X], {"neg": 1}),
    ("pos", [X], {}),
    ("add", [N, 1], {}),
    ("mul", [N, FLAG], {}),
    ("mod", [N, 2], {}),
    ("abs", [N], {}),
    ("pow", [N, 2], {}),
    ("div", [N, 2], {"div": 1}),
    ("sqrt", [N], {"sqrt": 1}),
    ("exp", [X], {"exp": 1}),
    ("abs", [X], {"abs": 1}),
    ("atan2", [X, 1.0], {"atan2": 1}),
    ("floor", [X], {"floor": 1}),
    ("float", [X], {}),
    ("not", [FLAG], {}),
    ("hypot", [X], {"hypot": 1}),
    ("hypot", [X, Y], {"hypot": 1}),
    ("hypot", [X, Y, Z], {"hypot": 2}),
    ("hypot", [X, 1.0, 2.0], {"hypot": 2}),
    ("dist", [X, Y, Z, 1.0], {"dist": 3}),
    ("fsum", [X, Y, Z], {"fsum": 2}),
    ("prod", [X, Y, Z], {"prod": 2}),
    ("sum", [X, Y, Z], {"sum": 2}),
    ("lt", [X, Y], {"compare": 1}),
    ("isnan", [X], {"compare": 1}),
    ("max", [X, Y, Z], {"max": 2}),
    ("math_pow", [X, 2.0], {"math_pow": 1}),
    ("stop_gradient", [X], {}),
]
POWERS = [
    (2, {"mul": 1}),
    (2.0, {"mul": 1}),
    (3, {"mul": 2}),
    (4, {"mul": 2}),
    (7, {"mul": 4}),
    (8, {"mul": 3}),
    (1024, {"mul": 10}),
    (1025, {"pow": 1}),
    (1, {}),
    (-1, {"div": 1}),
    (-2, {"mul": 1, "div": 1}),
    (0.5, {"sqrt": 1}),
    (1.5, {"sqrt": 1, "mul": 2}),
    (2.5, {"sqrt": 1, "mul": 3}),
    (-0.5, {"sqrt": 1, "div": 1}),
    (0, {"pow": 1}),
    (0.3, {"pow": 1}),
    (float("inf"), {"pow": 1}),
    (float("nan"), {"pow": 1}),
    (10**400, {"pow": 1}),
]


def atoms(args):
    return [arg if isinstance(arg, Var) else Const(arg) for arg in args]


@pytest.mark.parametrize("name, args, expected", CASES)
def test_equation(name, args, expected):
    assert cost(name, atoms(args)) == expected


@pytest.mark.parametrize("exponent, expected", POWERS)
def test_power(exponent, expected):
    assert cost("pow", atoms([X, exponent])) == expected


def test_power_of_a_constant_base():
    assert cost("pow", atoms([2.0, X])) == {"pow": 1}


def test_total_leaves_out_what_is_only_reported():
    assert (
        total({"mul": 2, "neg": 1, "compare": 5, "select": 3, "max": 1, "min": 1, "load": 9}) == 3
    )


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
def test_every_category_is_known(row):
    known = {"call", "operator", "power", "comparison", "choice", "free", "sequence", "none"}
    assert row.category in known
