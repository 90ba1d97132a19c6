"""Where a derivative is a convention: kinks of rows that intervals do not rule out, tests for equality.

Each kink's test becomes an equation behind the value; those that ranges decides are not there.
"""

from collections.abc import Iterator
from dataclasses import replace

from adjgen.diagnostics import Problem, ordered
from adjgen.diff.active import active_variables, varied_variables
from adjgen.diff.problems import problem_at
from adjgen.diff.refusals import chosen
from adjgen.diff.rules import operand
from adjgen.elementary.row import TABLE
from adjgen.elementary.trace import Traced, atom_of
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Const, Eqn, For, Function, If, Module, Var
from adjgen.ir.query import called, equations
from adjgen.ir.types import REAL, differentiable
from adjgen.passes.ranges import ranges

KINK = "Elsewhere the derivative is exact. Smooth the function if this point matters."
EQUAL = (
    "Equality holds at single points: there the derivative is that of this branch alone. If the "
    "branch is a limit, write the first terms of the series for abs(x) < 1e-4, say."
)


def kinks(module: Module, wrt: tuple[str, ...] | None) -> list[Problem]:
    """Return a warning for each place where the derivative of a function is a convention."""
    from adjgen.pipeline import deep_recursion

    with deep_recursion():
        return _kinks(module, wrt)


def _kinks(module: Module, wrt: tuple[str, ...] | None) -> list[Problem]:
    main = module.main
    every = [param for param in main.params if param.differentiable]
    inputs = [var for param in (chosen(main, wrt) if wrt else every) for var in param.numbers()]
    found = list(_of_function(main, inputs, main))
    for name in called(module):
        function = module.functions[name]
        found += _of_function(
            function, [v for v in function.body.params if differentiable(v.type)], main
        )
    return ordered(found)


def _of_function(function: Function, inputs: list[Var], main: Function) -> Iterator[Problem]:
    body = function.body
    active = active_variables(body, inputs, body.results)
    varied = varied_variables(body, inputs)
    tests: dict[Eqn, list[Var]] = {}
    ruled = ranges(_tested(body, varied, active, tests))
    decided = {eqn.outs[0] for eqn in equations(ruled) if _is_false(eqn)}
    for eqn, outs in tests.items():
        if not decided.intersection(outs):
            what = f"ADJ701 a kink of `{eqn.op}`; the convention is: {TABLE[str(eqn.op)].kink}"
            yield problem_at(main, eqn, what, KINK)
    # What is only ever compared, a number of pipes say, has no derivative to be wrong.
    varied = varied_variables(body, [var for var in inputs if var in active])
    for eqn in equations(body):
        if _asks_for_equality(eqn, varied):
            yield problem_at(main, eqn, "ADJ702 a test for equality of numbers that vary", EQUAL)


def _tested(block: Block, varied: set[Var], active: set[Var], tests: dict[Eqn, list[Var]]) -> Block:
    """Return the block with a test behind each value that may have a kink."""
    eqns: list[Eqn] = []
    for eqn in block.eqns:
        blocks = tuple(_tested(inner, varied, active, tests) for inner in eqn.blocks)
        eqns.append(replace(eqn, blocks=blocks))
        if _has_kink(eqn, varied, active):
            builder = Builder(eqn.loc, derivative=True)
            args = [operand(builder, arg) for arg in eqn.args]
            found = TABLE[str(eqn.op)].kink_tests(args, Traced(builder, eqn.outs[0]))
            atoms = [atom_of(test) for test in found]
            if Const(False) not in atoms:
                tests[eqn] = [atom for atom in atoms if isinstance(atom, Var)]
                eqns += builder.eqns
    return Block(block.params, tuple(eqns), block.results)


def _has_kink(eqn: Eqn, varied: set[Var], active: set[Var]) -> bool:
    """Whether an equation may have a kink, and a partial there that counts (a step has none)."""
    row = TABLE[eqn.op] if isinstance(eqn.op, str) else None
    if row is None or not row.kink or not varied.intersection(_variables(eqn)):
        return False
    return not row.partials or not active.isdisjoint(eqn.outs)


def _variables(eqn: Eqn) -> set[Var]:
    return {arg for arg in eqn.args if isinstance(arg, Var)}


def _is_false(eqn: Eqn) -> bool:
    """Whether ranges has decided a test."""
    return eqn.op == "lt" and eqn.args == (Const(0), Const(0))


def _asks_for_equality(eqn: Eqn, varied: set[Var]) -> bool:
    """Whether an equation is == or != of numbers that vary, or asks for the truth of one."""
    name = (TABLE[eqn.op].like or eqn.op) if isinstance(eqn.op, str) else ""
    if name in ("eq", "ne") and eqn.args[0] is not eqn.args[1]:  # x != x asks for NaN
        return any(arg in varied and _is_number(arg) for arg in _variables(eqn))
    asked: tuple[Atom, ...] = ()
    if isinstance(eqn.op, If) or name in ("not", "bool"):
        asked = eqn.args
    elif isinstance(eqn.op, For) and eqn.op.tested:
        asked = eqn.blocks[1].results
    return any(atom in varied and _is_number(atom) for atom in asked if isinstance(atom, Var))


def _is_number(atom: Atom) -> bool:
    """Whether a value is a number, or an array, which may be one."""
    return REAL in (atom.type, atom.type.dtype)
