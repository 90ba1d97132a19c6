"""Applies the rows of the rule table: the tangent and the adjoint of one plain equation."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from adjgen.elementary.row import TABLE, pole, select
from adjgen.elementary.trace import Traced, atom_of
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Const, Eqn, Function, If, Var
from adjgen.ir.types import REAL, Type

ONE, ZERO = Const(1.0), Const(0.0)


def operand(builder: Builder, atom: Atom) -> Any:
    """Return what a partial is given for an argument: constants keep their values."""
    return atom.value if isinstance(atom, Const) else Traced(builder, atom)


def partial(builder: Builder, eqn: Eqn, k: int, out: int = 0) -> Atom | None:
    """Write the partial derivative of an equation for argument k; None if it is zero."""
    assert isinstance(eqn.op, str)
    row = TABLE[eqn.op]
    args = [operand(builder, arg) for arg in eqn.args]
    outs = [Traced(builder, o) for o in eqn.outs]
    builder.library = bool(row.home)
    result = row.partial(k, args, outs[0] if len(outs) == 1 else tuple(outs))
    builder.library = False
    if isinstance(result, tuple):
        result = result[out]
    if result is None or atom_of(result) == ZERO:
        return None
    return as_float(atom_of(result))


def partials(
    builder: Builder, eqn: Eqn, wanted: set[Var], out: int = 0
) -> Iterator[tuple[Var, Atom]]:
    """Write the partials by the wanted arguments, one by one as they are used.

    An argument that stands twice in a product or a sum has one partial: 2.0 * x, 2.0.
    """
    twice = len(eqn.args) == 2 and eqn.args[0] is eqn.args[1] and eqn.op in ("mul", "add")
    for k, arg in enumerate(eqn.args[:1] if twice else eqn.args):
        if not isinstance(arg, Var) or arg not in wanted:
            continue
        factor = partial(builder, eqn, k, out)
        if twice and factor is not None:
            factor = (
                atom_of(2.0 * operand(builder, factor)) if isinstance(factor, Var) else Const(2.0)
            )
        if factor is not None:
            yield arg, factor


def as_float(atom: Atom) -> Atom:
    """Return integer constants as floats: derivatives are floats."""
    if isinstance(atom, Const) and type(atom.value) in (int, bool):
        try:
            return Const(float(atom.value))
        except OverflowError:
            return atom  # an integer beyond the floats stays one
    return atom


def times(builder: Builder, bar: Atom, factor: Atom, guarded: bool = False) -> Atom:
    """Write bar * factor, 0 where bar is if that is `guarded`. A choice among factors becomes a choice among products: a branch that is
    not taken is skipped, not multiplied by zero; so is an infinite or undefined factor where bar is zero."""
    last = builder.eqns[-1] if builder.eqns else None
    if last is not None and isinstance(last.op, If) and last.outs == (factor,) and bar != ONE:
        builder.eqns.pop()
        then, other = (_times_block(builder, bar, block, guarded) for block in last.blocks)
        (out,) = builder.branch(last.args[0], then, other)
        return out
    if factor == ZERO:
        return ZERO
    if isinstance(bar, Const) and isinstance(factor, Const):
        return Const(bar.value * factor.value)
    left, right = operand(builder, bar), operand(builder, factor)
    if last is not None and last.op == "infinity" and last.outs == (factor,):
        builder.eqns.pop()
        base, sign = (operand(builder, arg) for arg in last.args)
        return atom_of(select(left == 0.0, 0.0, lambda: left * pole(base, sign)))
    if isinstance(factor, Var) if guarded else _is_infinite(factor):
        return atom_of(select(left == 0.0, 0.0, lambda: left * right))
    return atom_of(left * right)


def _is_infinite(factor: Atom) -> bool:
    return isinstance(factor, Const) and not math.isfinite(factor.value)


def _times_block(builder: Builder, bar: Atom, block: Block, guarded: bool) -> Block:
    inner = builder.nested()
    inner.eqns = list(block.eqns)
    return inner.block([times(inner, bar, as_float(block.results[0]), guarded)])


def plus(builder: Builder, a: Atom | None, b: Atom) -> Atom:
    """Write a + b; an absent a is zero."""
    if a is None or a == ZERO:
        return b
    if b == ZERO:
        return a
    if isinstance(a, Const) and isinstance(b, Const):
        return Const(a.value + b.value)
    return atom_of(Traced(builder, a) + operand(builder, b))


def is_list_operation(eqn: Eqn) -> bool:
    """Whether an equation is linear in lists, so that it is its own derivative."""
    return isinstance(eqn.op, str) and (eqn.op == "backwards" or eqn.op.startswith("add_elements"))


def depth(kind: Type) -> int:
    """Return how many lists are around a number: 0 for a number."""
    found = 0
    while kind.element is not None:
        found, kind = found + 1, kind.element
    return found


def zero_like(builder: Builder, atom: Atom) -> Atom:
    """Return the zero of a variable's kind: 0.0, or a list of zeros."""
    if not depth(atom.type):
        return ZERO
    return builder.emit(f"zeros_like_{depth(atom.type)}", (atom,), [atom.type])[0]


def real_power_check(eqn: Eqn) -> Eqn | None:
    """Return the check that a power is real, which derivative functions make; None where it must be."""
    if eqn.op != "pow" or not isinstance(eqn.args[0], Var):
        if not (eqn.op == "pow" and isinstance(eqn.args[0], Const) and _negative(eqn.args[0])):
            return None
    exponent = eqn.args[1]
    if exponent.type.name in ("int", "bool"):
        return None
    if (
        isinstance(exponent, Const)
        and isinstance(exponent.value, float)
        and exponent.value.is_integer()
    ):
        return None
    return replace(eqn, outs=(), op="require_real", args=(*eqn.args, eqn.outs[0]))


def number_check(function: Function) -> list[Eqn]:
    """Return the check that the value is a number, which derivatives of functions with numpy make.

    The adjoint of a number that met an array would have the shape of the array.
    """
    values = [r for r in function.body.results if isinstance(r, Var) and r.type == REAL]
    if not values or not function.about.get("numpy"):
        return []
    return [Eqn((), "require_number", tuple(dict.fromkeys(values)), (), None, True)]


def _negative(base: Const) -> bool:
    return isinstance(base.value, (int, float)) and base.value < 0
