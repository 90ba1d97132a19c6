"""Tuples, lists that are written out and objects as one value: what carried code is given."""

import ast
from collections.abc import Sequence
from typing import Any

from adjgen.ir.core import Atom, Opaque, Var
from adjgen.ir.types import OPAQUE
from adjgen.read.cells import MOVED, ROWS, SHARED, STALE, THE_CALLERS, below
from adjgen.read.opaque import Code
from adjgen.read.values import Display, ListValue, RowValue, Value
from adjgen.read.views import keep_lists

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
    return found


def refuse_changes(frame: Any, node: ast.AST, names: Sequence[str]) -> None:
    """Refuse code that may change an object whose fields are known as numbers: they would be old."""
    for name in names:
        held: Value = frame.held(name)
        if isinstance(held, Display) and any(not one.frozen for one in objects(held)):
            why = "Take its fields one by one, or make its class a frozen dataclass."
            frame.problem(node, "ADJ407", CHANGED.format(name), why)


def change_unseen(frame: Any, node: ast.AST, names: Sequence[str]) -> None:
    """Note that code may change lists: their rows may be others behind it. Rows that have other names are refused."""
    for name in names:
        held: Value = frame.held(name)
        known = [held.cell] if isinstance(held, (ListValue, RowValue)) else []
        known += frame.session.views.get(held, ()) if isinstance(held, Var) else ()
        reasons = [cell.loose or cell.frozen for cell in known]
        for reason in [r for r in reasons if r in (SHARED, MOVED, ROWS, THE_CALLERS)][:1]:
            what = f"code that adjgen cannot read may change `{name}`: {reason}"
            frame.problem(node, "ADJ407", what, "Change a copy, or build a new list.")
        for cell in known:
            cell.exchanges[len(held.where) if isinstance(held, RowValue) else 0] += 1
            for row in below(cell):
                row.stale = STALE


def objects(value: Value) -> list[Any]:
    """Return the classes of the objects in a value."""
    if not isinstance(value, Display):
        return []
    inner = [one for item in value.items for one in objects(item)]
    return [value.record, *inner] if value.record is not None else inner
