"""Every stage of random programs is well formed, and a second run of a pass changes nothing much."""

import pytest
import random_programs

from adjgen.diagnostics import AdjgenError
from adjgen.ir.check import MalformedError, check
from adjgen.ir.core import Block, Const, Eqn, Function, If, Param, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import equations
from adjgen.ir.types import REAL
from adjgen.passes import fold, sequence
from adjgen.pipeline import Options, deep_recursion
from adjgen.read.source import find, read_text
from adjgen.stages import stages

SEEDS = range(60)


@pytest.mark.parametrize("kind", ["jvp", "vjp"])
@pytest.mark.parametrize("seed", SEEDS)
def test_each_stage_is_well_formed(seed, kind):
    program = random_programs.program(seed)
    text = program.text
    try:
        found = stages(find(read_text(text, "program.py"), "f"), None, Options(exact=True), kind)
    except AdjgenError as error:
        # no parameter is a number; programs with lists are sometimes refused
        assert program.lists or error.diagnostics[0].code == "ADJ604"
        return
    for _, function in found:
        check(function)


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_passes_come_to_rest(seed):
    text = random_programs.program(seed).text
    try:
        function = stages(find(read_text(text, "program.py"), "f"), None, Options(), "jvp")[-1][1]
    except AdjgenError:
        return
    with deep_recursion():
        for name, one in sequence(after=True):
            again = one(function.body)
            before, after = (sum(1 for _ in equations(b)) for b in (function.body, again))
            assert after <= before, name


def test_check_sees_a_variable_that_is_defined_twice():
    x, y = Var("x", REAL), Var("y", REAL)
    twice = (Eqn((y,), "neg", (x,)), Eqn((y,), "neg", (x,)))
    with pytest.raises(MalformedError, match="twice"):
        check(Function("f", (Param("x", (x,)),), Block((x,), twice, (y,))))


def test_check_sees_a_variable_that_is_read_too_early():
    x, y, z = (Var(name, REAL) for name in "xyz")
    early = (Eqn((y,), "neg", (z,)), Eqn((z,), "neg", (x,)))
    with pytest.raises(MalformedError, match="before"):
        check(Function("f", (Param("x", (x,)),), Block((x,), early, (y,))))


@pytest.mark.parametrize(("op", "unit"), [("add", 0.0), ("mul", 1.0)])
def test_folding_leaves_out_units_of_derivatives_only(op, unit):
    x, y = Var("", REAL), Var("x_bar", REAL)
    for derivative in (True, False):
        equation = Eqn((y,), op, (Const(unit), x), derivative=derivative)
        folded = fold(Block((x,), (equation,), (y,)))
        assert folded.results == ((x,) if derivative else (y,))
        assert len(folded.eqns) == (0 if derivative else 1)
    assert x.hint == "x_bar"  # the value takes the name of what it stands for


def test_free_variables_of_arms_inside_arms():
    x, y, z, test = (Var(name, REAL) for name in ("x", "y", "z", "test"))
    inner = Block((), (Eqn((z,), "mul", (x, y)),), (z,))
    other, out = Block((), (), (x,)), Var("out", REAL)
    block = Block((), (Eqn((y,), "neg", (x,)), Eqn((out,), If(), (test,), (inner, other))), (out,))
    free = FreeVariables()
    assert list(free.of(inner)) == [x, y] and list(free.of(block)) == [x, test]
    assert free.substitute(block, {z: Const(1.0)}) is block  # z is its own
    changed = free.substitute(block, {test: Const(True)})
    assert changed.eqns[1].args == (Const(True),) and changed.eqns[1].blocks == (inner, other)
