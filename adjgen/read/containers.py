"""Tuples, lists that are written out and objects as one value: what carried code is given."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adjgen.ir.core import Atom, Const, Opaque, Var
from adjgen.ir.query import closure
from adjgen.ir.types import NOTHING, NUMBERS, OPAQUE, Type, is_mutable
from adjgen.read.cells import (
    EXCHANGED,
    MOVED,
    ROWS,
    SHARED,
    STALE,
    THE_CALLERS,
    around,
    below,
    freeze,
    references,
)  # fmt: skip
from adjgen.read.holding import DISPLAYS, Holding, Kinds
from adjgen.read.library_calls import permutes
from adjgen.read.objects import no_number
from adjgen.read.opaque import Code
from adjgen.read.plain_objects import plain_self
from adjgen.read.values import Cell, Display, ListValue, RowValue, Value, leaves
from adjgen.read.views import keep_lists, lists_in, note_lists, relate

CHANGED = "code that adjgen cannot read may change the object `{}`"


def as_object(frame: Any, node: ast.AST, value: Display) -> Atom:
    """Return an atom for a tuple or list, or for an object: the one that it is, or a new one."""
    if value.record is not None and value.whole is not None:
        return value.whole
    items = [frame.materialise(node, item) for item in value.items]
    labels = tuple(f"item_{k}" for k in range(len(items)))
    loads: list[ast.expr] = [ast.Name(label, ast.Load()) for label in labels]
    tree: ast.expr = (ast.Tuple if value.kind == "tuple" else ast.List)(loads, ast.Load())
    what = "a container of active values is used as an object"
    if value.record is not None:
        given = [ast.keyword(name, one) for name, one in zip(value.record.fields, loads)]
        tree = ast.Call(ast.Name(value.record.reference, ast.Load()), [], given)
        what = f"an object `{value.record.name()}` of active values is used as a whole"
    code = Code(tree, labels, reason=f"ADJ401 {what}", hint="Use its items one by one.")
    found: Atom = frame.emit(node, Opaque(code), items, [OPAQUE])[0]
    keep_lists(frame.session, value.items, [found])
    relate(frame.session, [found, *items])
    if value.record is None:
        frame.session.own.add(found)
    return found


def refuse_changes(frame: Any, node: ast.AST, names: Sequence[str]) -> None:
    """Refuse code that may change an object whose fields are known as numbers: they would be old."""
    for name in names:
        held: Value = frame.held(name)
        if isinstance(held, Display) and any(not one.frozen for one in objects(held)):
            why = "Take its fields one by one, or make its class a frozen dataclass."
            frame.problem(node, "ADJ407", CHANGED.format(name), why)


def items_of(frame: Any, value: Value | None) -> Type:
    """Return the type of the items of a list; that of what is none is not known."""
    kind = value.type if isinstance(value, (Var, Const)) else OPAQUE
    if isinstance(value, (ListValue, RowValue)):
        kind = frame.session.heap[value.cell].type
        for _ in value.where if isinstance(value, RowValue) else ():
            kind = kind.element or OPAQUE
    return kind.element or OPAQUE


def following(frame: Any, values: Mapping[str, Value]) -> Holding:
    """Return what follows the names that code reads."""
    items = {name: items_of(frame, value) for name, value in values.items()}
    flat = {name for name, kind in items.items() if kind in NUMBERS}
    nested = {name for name, kind in items.items() if kind.element in NUMBERS}
    atoms = {name: value for name, value in values.items() if isinstance(value, (Var, Const))}
    doubtful = frame.session.doubtful
    numbers = {n for n, a in atoms.items() if a.type in NUMBERS and a not in doubtful}
    own = {name for name, atom in atoms.items() if atom in frame.session.own}
    arrays = frame.session.arrays or any(a.type.dtype for a in frame.session.heap.values())
    kinds = Kinds(flat, nested, numbers, own, arrays, plain_self(frame))
    return Holding(frame.dotted, kinds)


def cells_in(frame: Any, value: Value) -> list[Cell]:
    """Return the lists that a value is or may hold."""
    found: list[Cell] = []
    for leaf in leaves(value):
        known = [leaf.cell] if isinstance(leaf, (ListValue, RowValue)) else []
        holder = frame.session.heap.get(known[0]) if known else leaf
        found += [*known, *frame.session.views.get(holder, ())]
    return found


def _change_unseen(
    frame: Any, node: ast.AST, code: Code, values: Mapping[str, Value], reads: Sequence[Atom]
) -> list[Atom]:
    """Note that code may change lists: their rows may be others behind it.

    Return the lists and objects that it may change, also through others. Rows that have other names
    are refused.
    """
    follow = following(frame, values)
    names = follow.changed(code.node)
    cells = {name: cells_in(frame, value) for name, value in values.items() if name in names}
    named = references(frame.session.frames) if any(cells.values()) else {}
    changed = {atom: None for name, atom in zip(code.reads, reads) if name in names}
    for name, known in cells.items():
        value = values[name]
        reasons = [cell.loose or cell.frozen for cell in known]
        for reason in [r for r in reasons if r in (SHARED, MOVED, ROWS, THE_CALLERS)][:1]:
            what = f"code that adjgen cannot read may change `{name}`: {reason}"
            frame.problem(node, "ADJ407", what, "Change a copy, or build a new list.")
        for cell in known:
            depth = len(value.where) if isinstance(value, RowValue) else 0
            for steps, outer in enumerate(around(cell)):
                outer.exchanges[depth + bool(steps)] += 1
            inside = [row for outer in around(cell) for row in below(outer) if row is not cell]
            for row in inside:
                row.stale = STALE
            near = [*around(cell), *(row for row in inside if named[row])]
            lists = [frame.session.heap.get(one) for one in near]
            changed.update((a, None) for a in lists if isinstance(a, Var) and is_mutable(a.type))
    if any(cells.values()):
        _rows_exchanged(frame, code, values, names, follow.given(code.node))
    return [*changed]


def with_changes(
    frame: Any, node: ast.AST, code: Code, values: Mapping[str, Value], reads: Sequence[Atom]
) -> tuple[Code, Sequence[Atom]]:
    """Return code that says which lists it may change, and what it is given: these come last, if it reads
    them through others."""
    changed = _change_unseen(frame, node, code, values, reads)
    given = [*reads, *(atom for atom in changed if atom not in reads)]
    places = frozenset(k for k, atom in enumerate(given) if atom in changed)
    return replace(code, changes=places), given


def _rows_exchanged(
    frame: Any, code: Code, values: Mapping[str, Value], changed: set[str], given: set[str]
) -> None:
    """Note that code which may change lists of lists may have put any list that it is given into them."""
    kinds = {name: items_of(frame, values[name]) for name in changed if name in values}
    lists = [n for n, kind in kinds.items() if kind.element is not None or kind == NOTHING]
    outer = lists if len(kinds) > 1 or not permutes(code.node) else []
    boxes = {cell for name in outer for cell in cells_in(frame, values[name])}
    for cell in boxes:
        cell.loose = cell.loose or EXCHANGED
    for name in given.intersection(values) if boxes else ():
        freeze(MOVED, *(cell for cell in cells_in(frame, values[name]) if cell not in boxes))


def note_holding(
    frame: Any, code: Code, values: Mapping[str, Value], reads: Sequence[Atom], outs: Sequence[Var]
) -> None:
    """Note which lists the objects that code makes or changes may hold."""
    follow, session = following(frame, values), frame.session
    held = follow.made(code.node)
    given = follow.given(code.node) if code.effect and not code.observes else set()
    relate(session, [*outs, *(a for n, a in zip(code.reads, reads) if n in held | given)])
    if lists := lists_in(session, [v for n, v in values.items() if n in given]):
        note_lists(session, lists, closure([*reads], session.related))
    keep_lists(session, [v for n, v in values.items() if n in held], outs)
    parts, known = [code.node], []
    if isinstance(code.node, (*DISPLAYS, ast.Subscript)):  # of objects, it may be one
        parts = list(ast.walk(code.node))
        known = [session.foreign[atom] for atom in reads if atom in session.foreign]
    if why := next(filter(None, [*known, *(no_number(frame, part) for part in parts)]), ""):
        session.foreign.update(dict.fromkeys(outs, why))
    if follow.makes_own(code.node):
        session.own.update(outs)


def objects(value: Value) -> list[Any]:
    """Return the classes of the objects in a value."""
    if not isinstance(value, Display):
        return []
    inner = [one for item in value.items for one in objects(item)]
    return [value.record, *inner] if value.record is not None else inner
