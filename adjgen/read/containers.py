"""Tuples, lists that are written out and objects as one value: what carried code is given."""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from adjgen.ir.core import Atom, Const, Opaque, Var
from adjgen.ir.query import closure
from adjgen.ir.types import NUMBERS, OPAQUE
from adjgen.read.cells import MOVED, ROWS, SHARED, STALE, THE_CALLERS, around, below, references
from adjgen.read.holding import Holding, Kinds
from adjgen.read.opaque import Code
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


def is_flat(frame: Any, value: Value | None) -> bool:
    """Whether a value is a list of numbers."""
    kind = value.type if isinstance(value, (Var, Const)) else OPAQUE
    if isinstance(value, (ListValue, RowValue)):
        kind = frame.session.heap[value.cell].type
        for _ in value.where if isinstance(value, RowValue) else ():
            kind = kind.element or OPAQUE
    return kind.element in NUMBERS


def following(frame: Any, values: Mapping[str, Value]) -> Holding:
    """Return what follows the names that code reads."""
    flat = {name for name, value in values.items() if is_flat(frame, value)}
    atoms = {name: value for name, value in values.items() if isinstance(value, (Var, Const))}
    doubtful = frame.session.doubtful
    numbers = {n for n, a in atoms.items() if a.type in NUMBERS and a not in doubtful}
    own = {name for name, atom in atoms.items() if atom in frame.session.own}
    return Holding(frame.dotted, Kinds(flat, numbers, own))


def cells_in(frame: Any, value: Value) -> list[Cell]:
    """Return the lists that a value is or may hold."""
    found: list[Cell] = []
    for leaf in leaves(value):
        known = [leaf.cell] if isinstance(leaf, (ListValue, RowValue)) else []
        holder = frame.session.heap.get(known[0]) if known else leaf
        found += [*known, *frame.session.views.get(holder, ())]
    return found


def change_unseen(frame: Any, node: ast.AST, code: Code, values: Mapping[str, Value]) -> list[Atom]:
    """Note that code may change lists: their rows may be others behind it; return those it changes.

    Rows that have other names are refused.
    """
    names = following(frame, values).changed(code.node)
    cells = {name: cells_in(frame, value) for name, value in values.items() if name in names}
    named = references(frame.session.frames) if any(cells.values()) else {}
    changed: dict[Atom, None] = {}
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
            lists = [frame.session.heap.get(c) for c in (*around(cell), *inside) if named[c]]
            changed.update((a, None) for a in lists if isinstance(a, Var) and a.type.element)
    return [*changed]


def note_holding(
    frame: Any, code: Code, values: Mapping[str, Value], reads: Sequence[Atom], outs: Sequence[Var]
) -> None:
    """Note which lists the objects that code makes or changes may hold."""
    follow, session = following(frame, values), frame.session
    held = follow.made(code.node)
    if code.effect and not code.observes:
        given = follow.given(code.node)
        relate(session, [a for n, a in zip(code.reads, reads) if n in given])
        lists = lists_in(session, [v for n, v in values.items() if n in given])
        note_lists(session, lists, closure([*reads], session.related) if lists else ())
    keep_lists(session, [v for n, v in values.items() if n in held], outs)
    relate(session, [*outs, *(a for n, a in zip(code.reads, reads) if n in held)])
    if follow.makes_own(code.node):
        session.own.update(outs)


def objects(value: Value) -> list[Any]:
    """Return the classes of the objects in a value."""
    if not isinstance(value, Display):
        return []
    inner = [one for item in value.items for one in objects(item)]
    return [value.record, *inner] if value.record is not None else inner
