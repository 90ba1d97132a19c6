"""What the caller sees of its lists and arrays when a function has run: those that it changed."""

from collections.abc import Mapping, Sequence

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Block, Eqn, For, If, Param, Try, Var
from adjgen.ir.query import equations, moves
from adjgen.read.lowering import Session
from adjgen.read.values import ListValue, Value

CONTROL = (If, For, Try)


def show_changes(session: Session, params: Sequence[Param], bound: Mapping[str, Value]) -> None:
    """Note which lists of the caller hold something else at the end."""
    for param in params:
        value = bound[param.name]
        if isinstance(value, ListValue) and value.cell.given and not param.tree.kind:
            held = session.heap[value.cell]
            if held is not param.vars[0]:
                session.builder.emit("changed", [param.vars[0], held], [])
    for cell, held in session.heap.items():
        if cell.buffer is not None and _is_changed(session.builder.eqns, held, cell.buffer):
            session.builder.emit("refilled", [cell.buffer, held], [])


def _is_changed(eqns: Sequence[Eqn], held: Atom, given: Var) -> bool:
    """Whether the caller's list may hold something else at the end; arrays are stored into, or stay."""
    if not given.type.dtype:
        return held is not given
    sources: dict[Atom, list[Atom]] = {}
    stored: set[Atom] = set()
    for eqn in equations(Block((), tuple(eqns), ())):
        if not isinstance(eqn.op, CONTROL) and (
            not isinstance(eqn.op, str) or TABLE[eqn.op].mutates
        ):
            stored.update(eqn.outs)
        for source, target in moves(eqn) if eqn.blocks else ():
            sources.setdefault(target, []).append(source)
    pending, seen = [held], set()
    while pending:
        if (one := pending.pop()) not in seen:
            seen.add(one)
            pending += sources.get(one, ())
    return not seen.isdisjoint(stored)
