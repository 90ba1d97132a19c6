"""Views: parts of arrays that share memory with them. What they hold after a store into the array is not known.

A view remembers what the arrays held that it may be a part of; so do objects of carried code, which
may hold lists. Where paths meet, it may be a part of those of either.
"""

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adjgen.ir.core import Atom, Var
from adjgen.ir.types import OPAQUE
from adjgen.read.cells import around
from adjgen.read.values import Cell, ListValue, RowValue, Value, leaves

VIEW = (
    "a part of an array that was stored into since: it may be a view of it",
    "Take a copy: `part = x[i].copy()`.",
)
HOLDS = (
    "what is read here may hold a list that was changed since",
    "Read it through the list, or put a copy into it: `items.copy()`.",
)
Heap = Mapping[Cell, Atom]
Views = dict[Atom, dict[Cell, Atom | None]]  # view -> its arrays, and what they held; None: changed


def is_fresh(heap: Heap, cell: Cell, held: Atom | None) -> bool:
    """Whether an array was not stored into since a view of it was taken."""
    return held is not None and heap.get(cell, held) is held


def check_views(frame: Any, node: ast.AST, atoms: Iterable[Atom]) -> None:
    """Report a view of an array that was stored into since the view was taken."""
    views, heap = frame.session.views, frame.session.heap
    for atom in atoms if views else ():
        known = views.get(atom, {}) if isinstance(atom, Var) else {}
        if not all(is_fresh(heap, cell, held) for cell, held in known.items()):
            frame.problem(node, "ADJ407", *(VIEW if atom.type.dtype else HOLDS))


def keep_lists(session: Any, values: Iterable[Value], made: Iterable[Atom]) -> None:
    """Note that objects which code makes may hold the lists that it reads."""
    note_lists(session, lists_in(session, values), made)


def lists_in(session: Any, values: Iterable[Value]) -> dict[Cell, Atom | None]:
    """Return the lists that values are, hold or are in, with what these hold now."""
    found: dict[Cell, Atom | None] = {}
    for leaf in (leaf for value in values for leaf in leaves(value)):
        if isinstance(leaf, (ListValue, RowValue)):
            found |= {cell: session.heap.get(cell) for cell in around(leaf.cell)}
            found |= session.views.get(session.heap.get(leaf.cell), {})
        elif isinstance(leaf, Var):
            for inner in _named(session, leaf) if leaf.type.element is not None else ():
                found |= {cell: session.heap.get(cell) for cell in around(inner)}
            found |= session.views.get(leaf, {})
    return found


def note_lists(session: Any, found: dict[Cell, Atom | None], made: Iterable[Atom]) -> None:
    """Note that objects may hold lists."""
    for atom in made if found else ():
        if isinstance(atom, Var) and may_hold(session, atom):
            others = {cell: held for cell, held in found.items() if held is not atom}
            session.views[atom] = {**others, **session.views.get(atom, {})}


def pass_on(session: Any, args: Iterable[Atom], made: Iterable[Atom]) -> None:
    """Note that objects, or lists of objects, may hold what those that they are made of may."""
    found = {cell: held for arg in args for cell, held in session.views.get(arg, {}).items()}
    note_lists(session, found, made)


def relate(session: Any, atoms: Iterable[Atom]) -> None:
    """Note that of several objects one may be in another: what that gets, this has too."""
    objects = [a for a in atoms if isinstance(a, Var) and may_hold(session, a)]
    for one, other in zip(objects, objects[1:]):
        session.related.setdefault(one, []).append(other)
        session.related.setdefault(other, []).append(one)


def note_one_of(session: Any, out: Var, *atoms: Atom) -> None:
    """Note that a value is one of several: what is known of these as objects is known of it."""
    note_made_of(session, out, atoms)
    if session.own.issuperset(atoms):
        session.own.add(out)


def note_made_of(session: Any, out: Var, atoms: Iterable[Atom]) -> None:
    """Note that a value is an item of others, or a list of them, which may be objects."""
    relate(session, [out, *atoms])
    reasons = [session.foreign[one] for one in atoms if one in session.foreign]
    session.foreign.update([(out, reasons[0])] if reasons else ())


def _named(session: Any, items: Var) -> list[Cell]:
    """Return the lists that a value may be: of a row that was taken out of a list, those that have rows."""
    named = [cell for cell, held in session.heap.items() if held is items]
    kinds = {cell: held.type.element for cell, held in session.heap.items()}
    return named or [cell for cell, kind in kinds.items() if kind and kind.element is not None]


def may_hold(session: Any, var: Var) -> bool:
    """Whether a value may be an object that holds lists, or a list of such objects."""
    return OPAQUE in (var.type, var.type.element) or var in session.doubtful


def join_views(
    session: Any, outs: Sequence[Var], sides: Sequence[tuple[Heap, Sequence[Atom]]],
    merged: Mapping[tuple[Any, Any], Cell],
) -> None:  # fmt: skip
    """Note of which arrays the outs of a branch may be views; `merged` are lists that became one."""
    for k, out in enumerate(outs):
        found: dict[Cell, Atom | None] = {}
        for heap, atoms in sides:
            for cell, held in _held(session, heap, atoms[k], out).items():
                for one in (cell, *[new for pair, new in merged.items() if cell in pair]):
                    fresh = is_fresh(heap, cell, held) and found.get(one, held) is not None
                    found[one] = session.heap.get(one, held) if fresh else None
        if found:
            session.views[out] = found
        note_one_of(session, out, *(atoms[k] for _, atoms in sides))


def _held(session: Any, heap: Heap, atom: Atom, out: Var) -> dict[Cell, Atom | None]:
    """Return what one side of a branch may be a view of; an object may be the list of that side."""
    known: dict[Cell, Atom | None] = session.views.get(atom, {})
    if out.type == OPAQUE and atom.type.element is not None:
        return known | {cell: held for cell, held in heap.items() if held is atom}
    return known


def renamed_views(views: Views, names: Mapping[Var, Var]) -> None:
    """Give views, and what their arrays hold, the names that they have outside a block."""

    def new_name(atom: Atom) -> Atom:
        return names.get(atom, atom) if isinstance(atom, Var) else atom

    for var, known in list(views.items()):
        views[new_name(var)] = {c: held and new_name(held) for c, held in known.items()}
