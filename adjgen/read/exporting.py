"""What names and lists hold after the body of a try, under the names that it has behind the try."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from adjgen.ir.core import Atom, Var
from adjgen.read.cells import Heap
from adjgen.read.lowering import Arm, Session
from adjgen.read.values import FunctionValue, RowValue, Value, leaves, rebuilt, tree_of
from adjgen.read.views import renamed_views


def atoms_inside(body: Arm) -> list[Var]:
    """Return the variables of a body that its names and lists hold at its end."""
    inside = {out for eqn in body.builder.eqns for out in eqn.outs}
    held = [atom for value in body.env.values() for atom in _atoms(value)]
    held += body.heap.values()
    return list(dict.fromkeys(a for a in held if isinstance(a, Var) and a in inside))


def _atoms(value: Value) -> Iterator[Atom]:
    for part in leaves(value):
        if isinstance(part, RowValue):
            yield from part.where
        elif isinstance(part, FunctionValue):
            for first in part.first:
                yield from _atoms(first)
        elif isinstance(part, Var):
            yield part


def given_outside(session: Session, body: Arm, given: Mapping[Var, Var]) -> None:
    """Replace the variables of a body by those that the try gives for them."""
    body.env = {name: _renamed(value, given) for name, value in body.env.items()}
    new: Heap = {}
    for cell, atom in body.heap.items():
        new[cell] = given.get(atom, atom) if isinstance(atom, Var) else atom
    body.heap = new
    for inner, outer in given.items():
        if inner in session.origins:
            session.origins[outer] = session.origins[inner]
        if inner in session.doubtful:
            session.doubtful.add(outer)
    renamed_views(session.views, given)


def _renamed(value: Value, given: Mapping[Var, Var]) -> Value:
    if given.keys().isdisjoint(a for a in _atoms(value) if isinstance(a, Var)):
        return value
    return rebuilt(tree_of(value), iter([_part(part, given) for part in leaves(value)]))


def _part(part: Value, given: Mapping[Var, Var]) -> Value:
    if isinstance(part, RowValue):
        where = tuple(given.get(a, a) if isinstance(a, Var) else a for a in part.where)
        return replace(part, where=where)
    if isinstance(part, FunctionValue):
        return replace(part, first=tuple(_renamed(first, given) for first in part.first))
    return given.get(part, part) if isinstance(part, Var) else part
