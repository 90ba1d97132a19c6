"""Tables at module level, indexed and walked: they are read where they are, and are passive."""

import importlib
import sys
import textwrap

import pytest

import adjgen
from adjgen.pipeline import Options, generate
from adjgen.read.source import find, read_file

MODULE = """
    from math import log

    A = {(1, 1): 0.5, (2, 1): -1.25}
    B = {(1, 1): [1.0, 2.0], (2, 1): [3.0, 4.0]}
    C = (1.0, 2.0, 3.0)
    D = [(1.0, 2.0), (3.0, 4.0)]
    NUMBERS = {"a": 1, "b": 2}

    def by_pair(x, l=1, s=1):
        if (l, s) not in A:
            raise ValueError("not supported")
        omega = A[(l, s)]
        row = B[(l, s)]
        for k in range(2):
            omega += row[k] / x ** (k + 1)
        return omega

    def by_place(x, i=1):
        total = C[i]
        total += x
        p, q = D[i]
        for c in C:
            total += c * x
        for c, (d, e) in zip(C, D):
            total += c * d * e * x
        for k in range(len(C)):
            total += C[k] * x
        return total * p + q * x

    def by_name(x, name="a"):
        n = NUMBERS[name]
        n += 1
        return x**n * C[n] + sum(C) * x + sum(c * x**k for k, c in enumerate(C))

    def horner(x):
        total = 0.0
        for c in reversed(C[1:]):
            total = total * x + c
        return total + sum([c * x for c in C])

    def limit(atoms):
        if atoms.get("C"):
            n = atoms["C"]
        else:
            return 1.0
        return 0.55 / (4.76 * n + 1.0)

    def of_a_dict(x, atoms=None):
        if atoms is not None:
            return limit(atoms) * x
        return x * x
"""
NAMES = ("by_pair", "by_place", "by_name", "horner")


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "of_tables.py").write_text(textwrap.dedent(MODULE))
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("of_tables")
    del sys.modules["of_tables"]


@pytest.mark.parametrize("name", NAMES)
def test_value_and_gradient(module, name):
    function = getattr(module, name)
    made = generate([find(read_file(module.__file__), name)], Options(formatted=False))
    assert not made.refused, made.refused
    space = {}
    exec(compile(made.source, "made", "exec"), space)
    slope = (function(1.5 + 1e-6) - function(1.5 - 1e-6)) / 2e-6
    for derivative in (
        space[f"{name}_value_and_grad"],
        adjgen.value_and_grad(function, wrt="x"),
    ):
        value, gradient = derivative(1.5)
        assert value == function(1.5)
        assert gradient == pytest.approx(slope, rel=1e-6)


def test_what_is_walked_backwards_is_evaluated_once(module):
    made = generate([find(read_file(module.__file__), "horner")], Options(formatted=False))
    assert made.source.split("def horner_jvp")[0].count("of_tables.C[1:]") == 1


def test_keys_are_passive(module):
    made = generate([find(read_file(module.__file__), "by_pair")], Options(formatted=False))
    assert "by_pair_vjp(x, l, s, *, bar) -> (value, x_bar)" in made.source


def test_a_dict_that_a_callee_reads_is_passive(module):
    derivative = adjgen.value_and_grad(module.of_a_dict)
    assert derivative(1.5) == (2.25, 3.0)
    assert derivative(1.5, {"C": 2}) == (module.limit({"C": 2}) * 1.5, module.limit({"C": 2}))
