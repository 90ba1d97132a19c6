"""Applies the rows of the rule table: the tangent and the adjoint of one plain equation."""

import math
from collections.abc import Container, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from adjgen.diff.again import INDICES
from adjgen.diff.arrays import spread
from adjgen.elementary.row import TABLE, Row, call, pole, select
from adjgen.elementary.sequences import depth
from adjgen.elementary.trace import Traced, applied, atom_of
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Const, Eqn, Function, If, Var
from adjgen.ir.query import equations, moves
from adjgen.ir.shapes import rank
from adjgen.ir.types import INT, NUMBERS, REAL, differentiable

ONE, ZERO = Const(1.0), Const(0.0)
ITEMS = {"picked", "put", "put_added"}  # of arrays
NONE = (Const(None), ZERO)  # no derivative


def operand(builder: Builder, atom: Atom) -> Any:
    """Return what a partial is given for an argument: constants keep their values."""
    return Traced(builder, atom) if isinstance(atom, Var) else atom.value


def partials(
    builder: Builder, eqn: Eqn, wanted: Container[Var], out: int = 0
) -> Iterator[tuple[Var, Atom]]:
    """Write the partials by the wanted arguments, one by one as they are used.

    An argument that stands twice in a product or a sum has one partial: 2.0 * x, 2.0.
    """
    assert isinstance(eqn.op, str)
    row = TABLE[eqn.op]
    args = [Traced(builder, a) if isinstance(a, Var) else a.value for a in eqn.args]
    outs = [Traced(builder, o) for o in eqn.outs]
    y = outs[0] if len(outs) == 1 else tuple(outs)
    twice = len(args) == 2 and eqn.args[0] is eqn.args[1] and eqn.op in ("mul", "add")
    for k, arg in enumerate(eqn.args[:1] if twice else eqn.args):
        if not isinstance(arg, Var) or arg not in wanted:
            continue
        if arg.type is not REAL and not differentiable(arg.type):
            continue
        builder.library = bool(row.home) or any([bool(a.type.dtype) for a in eqn.args])
        result = row.partial(k, args, y)
        builder.library = False
        factor = atom_of(result[out] if isinstance(result, tuple) else result)
        if not isinstance(factor, Var):
            factor = as_float(factor)
            if factor in NONE:
                continue
        if twice:
            two = Const(2.0)
            factor = applied(builder, "mul", (two, factor)) if isinstance(factor, Var) else two
        yield arg, factor


def as_float(atom: Atom) -> Atom:
    """Return integer constants as floats: derivatives are floats."""
    if not isinstance(atom, Var) and type(atom.value) in (int, bool):
        try:
            return Const(float(atom.value))
        except OverflowError:
            return atom  # an integer beyond the floats stays one
    return atom


def times(
    builder: Builder, bar: Atom, factor: Atom, guarded: bool = False, like: Atom | None = None
) -> Atom:
    """Write bar * factor; if `guarded`, 0 where bar is. A choice among factors becomes a choice among products: a branch
    that is not taken is skipped, not multiplied by zero; so is an infinite or undefined factor where bar is zero.
    An array of choices among numbers has the precision of `like`."""
    last = builder.eqns[-1] if builder.eqns else None
    last = last if last is not None and last.outs == (factor,) else None
    if last is not None and last.op == "np.where" and bar is not ONE:
        return _times_choice(builder, bar, last, guarded, like)
    if last is not None and last.blocks and isinstance(last.op, If) and bar is not ONE:
        builder.eqns.pop()
        then, other = (_times_block(builder, bar, block, guarded) for block in last.blocks)
        (out,) = builder.branch(last.args[0], then, other)
        return out
    if not isinstance(factor, Var):
        if factor is ZERO:
            return ZERO
        if isinstance(bar, Const):
            return Const(bar.value * factor.value)
        if not math.isfinite(factor.value):
            left, right = operand(builder, bar), factor.value
            return atom_of(select(left == 0.0, 0.0, lambda: left * right))
    if last is not None and last.op == "infinity":
        builder.eqns.pop()
        left, (base, sign) = operand(builder, bar), (operand(builder, a) for a in last.args)
        return atom_of(select(left == 0.0, 0.0, lambda: left * pole(base, sign)))
    if guarded and isinstance(factor, Var):
        left, right = operand(builder, bar), operand(builder, factor)
        return atom_of(select(left == 0.0, 0.0, lambda: left * right))
    return applied(builder, "mul", (bar, factor))


def _times_choice(
    builder: Builder, bar: Atom, choice: Eqn, guarded: bool, like: Atom | None
) -> Atom:
    """Write bar * np.where(...): both sides are computed, so that infinities need a guard."""
    test, *sides = (operand(builder, a) for a in choice.args)
    left: Any = Traced(builder, bar)
    poles = {eqn.outs[0] for eqn in builder.eqns if eqn.op == "infinity"}
    infinite = [isinstance(s, float) and not math.isfinite(s) for s in sides]
    if guarded or any(infinite) or not poles.isdisjoint(choice.args):
        products = partial(_products, builder, bar, test, sides, like)
        return atom_of(select(left == 0.0, 0.0, products))
    return atom_of(_products(builder, bar, test, sides, like))


def _products(builder: Builder, bar: Atom, test: Any, sides: list[Any], like: Atom | None) -> Any:
    """Write np.where(test, bar * one, bar * other), also where a side is a choice again."""
    left: Any = Traced(builder, bar)
    made = {eqn.outs[0]: eqn for eqn in builder.eqns if eqn.op == "np.where"}
    products = []
    for side in sides:
        inner = made.get(atom_of(side))  # type: ignore[arg-type]
        if inner is not None:
            products.append(operand(builder, _times_choice(builder, bar, inner, False, like)))
        else:
            products.append(side if is_zero_number(side) else left * side)
    numbers = [k for k, one in enumerate(products) if atom_of(one).type in NUMBERS]
    if like is not None and like.type.dtype and len(numbers) == 2:
        k = 1 if is_zero_number(products[0]) else 0
        products[k] = spread(products[k], Traced(builder, like))
    return call("np.where", test, *products)


def is_zero_number(value: Any) -> bool:
    """Whether what a partial is given is the number 0.0."""
    return isinstance(value, float) and value == 0.0


def _times_block(builder: Builder, bar: Atom, block: Block, guarded: bool) -> Block:
    inner = builder.nested()
    inner.eqns = list(block.eqns)
    return inner.block([times(inner, bar, as_float(block.results[0]), guarded)])


def plus(builder: Builder, a: Atom | None, b: Atom) -> Atom:
    """Write a + b; an absent a is zero."""
    if a is None or is_zero(a):
        return b
    if is_zero(b):
        return a
    if not (isinstance(a, Var) or isinstance(b, Var)):
        return Const(a.value + b.value)
    return applied(builder, "add", (a, b))


def is_zero(atom: Atom) -> bool:
    """Whether an atom is no contribution."""
    return atom is ZERO


def list_rule(eqn: Eqn) -> Row | None:
    """Return the row of an equation that says itself what it does to tangents and adjoints."""
    row = TABLE[eqn.op] if isinstance(eqn.op, str) else None
    return row if row is not None and row.jvp is not None else None


def value_of(builder: Builder, eqn: Eqn, rule: Row, position: int) -> Any:
    """Return what a rule is given for the value: of several outs of an array function (position, *outs)."""
    if rule.outs == 1:
        return operand(builder, eqn.outs[0])
    return (position, *[operand(builder, out) for out in eqn.outs]) if rule.signature else position


def zero_like(builder: Builder, atom: Atom) -> Atom:
    """Return the zero of a variable's kind: 0.0, or a list or array of zeros."""
    if atom.type.dtype:
        return atom_of(call("zeros_of", Traced(builder, atom)))
    lists = depth(atom.type)
    if not lists:
        return ZERO
    if lists == 1:  # in two equations: a loop keeps the length, not the list
        (length,) = builder.emit("len", (atom,), [INT])
        return builder.emit("filled", (ZERO, length), [atom.type])[0]
    return builder.emit(f"zeros_like_{lists}", (atom,), [atom.type])[0]


def real_power_check(eqn: Eqn) -> Eqn | None:
    """Return the check that a power is real, which derivative functions make; None where it must be."""
    if eqn.op != "pow":
        return None
    base, exponent = eqn.args
    if isinstance(base, Const) and not _negative(base):
        return None
    if exponent.type.name in ("int", "bool") or eqn.outs[0].type.dtype:
        return None  # powers of arrays are nan where they are not real
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


def rank_checks(function: Function) -> list[Eqn]:
    """Return the checks that arrays have as many dimensions as the items taken of them tell.

    An index that is said to be a whole number is one: places in an array could be named twice. What may
    be None has none.
    """
    places, optional, found = _places(function), _compared_with_none(function), []
    for param in function.params:
        for var in param.vars:
            told = var.type.dtype and isinstance(var.type.shape, tuple) and not param.annotation
            if told or (var.type == INT and var in places):
                missing = Const(param.default is None or var in optional)
                dimensions = Const(rank(var.type.shape) if told else 0)
                args = (var, Const(param.name), dimensions, missing)
                found.append(Eqn((), "require_rank", args, (), None, True))
    return found


def _compared_with_none(function: Function) -> set[Atom]:
    """Return what a function asks of whether it is None."""
    asked = [e.args for e in equations(function.body) if e.op in ("is", "is_not")]
    return {arg for args in asked if Const(None) in args for arg in args}


def _places(function: Function) -> set[Atom]:
    """Return what an index into an array is, or is computed from."""
    arrays = function.about.get("target") == "numpy"
    eqns = list(equations(function.body)) if arrays else []
    sources: dict[Atom, list[Atom]] = {}
    for eqn in eqns:
        pairs = [(arg, out) for out in eqn.outs for arg in eqn.args] if eqn.op in INDICES else []
        for source, target in [*pairs, *(moves(eqn) if eqn.blocks else ())]:
            sources.setdefault(target, []).append(source)
    pending = [arg for eqn in eqns if eqn.op in ITEMS for arg in eqn.args[1:]]
    found: set[Atom] = set()
    while pending:
        if (arg := pending.pop()) not in found:
            found.add(arg)
            pending += sources.get(arg, ())
    return found


def array_check(function: Function) -> list[Eqn]:
    """Return the check that a value which may be an array is a number: an array has no gradient."""
    values = [r for r in function.body.results if isinstance(r, Var) and r.type.dtype]
    return [Eqn((), "require_number", tuple(values), (), None, True)] if values else []


def _negative(base: Const) -> bool:
    return isinstance(base.value, (int, float)) and base.value < 0
