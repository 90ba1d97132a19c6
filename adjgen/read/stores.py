"""Lowers what makes and changes lists: displays, stores, appends. A store gives the cell a new value."""

import ast
from collections.abc import Sequence

from adjgen.elementary.sequences import depth, inside
from adjgen.ir.core import Atom, Const, Var
from adjgen.ir.types import BOOL, INT, REAL
from adjgen.read import cells, expressions, list_methods, lists, operations
from adjgen.read.frame import Frame
from adjgen.read.values import Cell, Display, List, ListValue, RowValue, Value


def listed(frame: Frame, node: ast.AST, items: Sequence[Value]) -> ListValue | None:
    """Return a new list of items, if they are numbers or lists of numbers."""
    atoms = []
    rows = []
    for one in items:
        if isinstance(one, Display):
            if one.record is not None:
                return None
            inner = listed(frame, node, one.items)
            if inner is None:
                return None
            one = inner
        if not isinstance(one, (Var, Const, ListValue, RowValue)):
            return None
        atom = frame.materialise(node, one)
        if not lists.numbers(atom.type) or frame.in_doubt(atom):
            return None
        lists.share(one)
        rows += [one.cell] if isinstance(one, ListValue) else []
        atoms.append(atom)
    made = lists.held(frame, frame.row(node, "listing", *atoms))
    if not lists.numbers(frame.session.heap[made.cell].type):
        return None
    if any(isinstance(one, RowValue) for one in items) or len(set(rows)) < len(rows):
        made.cell.loose = cells.ROWS
    moved(made.cell, rows)
    return made


def of_display(frame: Frame, node: ast.AST, found: Display) -> ListValue | None:
    """Return a list of the items of a tuple, None if they are no numbers."""
    if found.kind == "record":
        return None
    if found.whole is not None and found.record is None:
        return lists.held(frame, found.whole, frozen="it is a tuple")
    return listed(frame, node, found.items)


def display(frame: Frame, node: ast.List) -> ListValue | None:
    """Return a list that is written out, with `*xs` in it the items of a list of numbers."""
    parts: list[Atom] = []
    alone: list[Value] = []
    for item in [*node.elts, None]:
        if item is not None and not isinstance(item, ast.Starred):
            alone.append(expressions.value(frame, item))
            continue
        if alone or not node.elts:
            made = listed(frame, node, alone)
            if made is None or item is None and not parts:
                return made
            parts.append(frame.session.heap[made.cell])
            alone = []
        if item is not None:
            found = lists.list_of(frame, item.value)
            if found is None or depth(lists.kind_of(frame, found)) != 1:
                return None
            parts.append(frame.row(node, "copied_1", frame.materialise(node, found)))
    whole = parts[0]
    for more in parts[1:]:
        whole = frame.row(node, "joined", whole, more)
    return lists.held(frame, whole)


def moved(into: Cell, rows: Sequence[Cell]) -> None:
    """Note that lists are inside another one now."""
    for row in rows:
        if row.frozen or row.loose:
            into.loose = cells.ROWS
            for other in row.inside:
                other.loose = cells.ROWS
        if row.given or row.buffer:
            into.loose = cells.THE_CALLERS
        row.frozen = row.frozen or cells.MOVED
        row.inside += (into,)
        into.rows.append(row)


def change(frame: Frame, node: ast.AST, base: List, var: Var) -> None:
    """Give a list a new value."""
    cell = base.cell
    reason, instead = cell.frozen, "Change a copy, or build a new list."
    if isinstance(base, RowValue) and not reason:
        reason = cell.loose
        if base.has_moved():
            reason, instead = "its rows were exchanged since", "Take the row again."
    if reason:
        what = f"this list cannot be changed here: {reason}"
        frame.problem(node, "ADJ407", what, instead)
    if any(guard.sees(cell, node) for guard in frame.session.guards):
        what = "this list is changed in a try before something that may raise"
        why = "Change it last in the body, or behind the try."
        frame.problem(node, "ADJ204", what, why)
    if isinstance(base, RowValue):
        for row in cells.below(cell):
            row.stale = cells.STALE
    lists.inherit(frame, frame.session.heap[cell], var, 0)
    var.hint = var.hint or getattr(frame.session.heap[cell], "hint", "")
    frame.session.heap[cell] = var


def store(frame: Frame, node: ast.AST, target: ast.Subscript, base: Value, value: Value) -> None:
    """Lower x[i] = value."""
    assert isinstance(base, (ListValue, RowValue))
    place = RowValue.inside(base, lists.index(frame, target.slice))
    put(frame, node, base, place.where, value)


def update(frame: Frame, node: ast.AugAssign, target: ast.Subscript, base: Value, op: str) -> None:
    """Lower x[i] += value and its kin."""
    assert isinstance(base, (ListValue, RowValue))
    place = RowValue.inside(base, lists.index(frame, target.slice))
    if lists.kind_of(frame, base).element not in (REAL, INT, BOOL):
        _update_row(frame, node, place, op)
        return
    old = frame.row(target, "item", frame.session.heap[base.cell], *place.where)
    right = expressions.atom(frame, node.value)
    new = frame.row(node, op, old, right)
    put(frame, node, base, place.where, new)


def _update_row(frame: Frame, node: ast.AugAssign, row: RowValue, op: str) -> None:
    """Lower x[i] += list: the list inside stays the same one."""
    if op != "add" or not list_methods.extend(frame, node, row, node.value):
        what = "an update in place of a list in a list"
        frame.problem(node, "ADJ401", what, "Build a new list and store it there.")


def put(frame: Frame, node: ast.AST, base: List, path: tuple[Atom, ...], value: Value) -> None:
    """Put a value at a place of a list."""
    if isinstance(value, Display):
        value = listed(frame, node, value.items) or value
    new = frame.materialise(node, value)
    whole, holds_lists = frame.session.heap[base.cell], depth(lists.kind_of(frame, base)) > 1
    if new.type.element is not None:  # a parameter that is given a list as an item has such items
        element = Var("", inside(whole.type, len(path)))
        lists.inherit(frame, whole, element, len(path))
        lists.retype(frame, element, new.type)
    change(frame, node, base, frame.row(node, "with_item", whole, new, *path))
    if holds_lists or isinstance(value, (ListValue, RowValue)):
        exchanged(base)
        _received(frame, base, value, new)


def _received(frame: Frame, base: List, value: Value, row: Atom) -> None:
    """Note that a list got a row; one that carried code made may be in what that code was given."""
    lists.share(value)
    if isinstance(value, ListValue):
        moved(base.cell, [value.cell])
        return
    base.cell.loose = cells.ROWS
    if not isinstance(value, RowValue):
        cells.freeze(cells.MOVED, *frame.session.views.get(row, ()))


def exchange(frame: Frame, node: ast.AST, base: ListValue, i: Atom, j: Atom) -> None:
    """Lower x[i], x[j] = x[j], x[i] of lists."""
    whole = frame.materialise(node, base)
    second, first = frame.row(node, "item", whole, j), frame.row(node, "item", whole, i)
    half = frame.row(node, "with_item", whole, second, i)
    change(frame, node, base, frame.row(node, "with_item", half, first, j))
    exchanged(base)


def append(frame: Frame, node: ast.AST, base: List, value: Value) -> None:
    """Lower x.append(value)."""
    if isinstance(value, Display):
        value = listed(frame, node, value.items) or value
    new = frame.materialise(node, value)
    holds_lists = depth(lists.kind_of(frame, base)) > 1
    grown(frame, base)
    renew(frame, node, base, "append", new)
    if holds_lists or isinstance(value, (ListValue, RowValue)):
        _received(frame, base, value, new)


def exchanged(base: List) -> None:
    """Note that items of a list are at other places: rows of it are others."""
    base.cell.exchanges[lists.depth_of(base)] += 1


def grown(frame: Frame, base: List) -> None:
    """Note that a list got more items: places counted from its end are others."""
    if depth(lists.kind_of(frame, base)) > 1:
        base.cell.growths[lists.depth_of(base)] += 1


def renew(frame: Frame, node: ast.AST, base: List, name: str, *args: Atom) -> None:
    """Replace what a list holds by a row applied to it."""
    old = frame.materialise(node, base)
    new = frame.row(node, name, old, *args)
    if isinstance(base, RowValue):
        whole = frame.session.heap[base.cell]
        new = frame.row(node, "with_item", whole, new, *base.where)
    change(frame, node, base, new)


def list_operation(
    frame: Frame, node: ast.BinOp, name: str | None, left: Value, right: Value
) -> Value | None:
    """Lower list + list, [value] * count; None for what is no operation on lists."""
    sides = [left, right]
    found = [isinstance(side, (ListValue, RowValue)) for side in sides]
    if not any(found):
        return None
    if name == "add" and all(found):
        a, b = (frame.materialise(node, side) for side in sides)
        made = lists.derived(frame, left, frame.row(node, "joined", a, b))
        if made.cell.loose and isinstance(right, (ListValue, RowValue)):
            right.cell.loose = cells.ROWS
        return made
    for side, other, tree in ((left, right, node.left), (right, left, node.right)):
        if name != "mul" or not isinstance(other, (Var, Const)):
            continue
        if isinstance(side, ListValue) and isinstance(tree, ast.List) and len(tree.elts) == 1:
            whole, count = frame.session.heap[side.cell], lists.as_index(frame, node, other)
            (one,) = (e.args[0] for e in frame.session.builder.eqns if whole in e.outs)
            return lists.derived(frame, side, frame.row(node, "filled", one, count))
        if isinstance(side, (ListValue, RowValue)) and other.type in (INT, BOOL):
            if frame.session.heap[side.cell] not in frame.session.origins:  # that may be an array
                whole = frame.materialise(node, side)
                return lists.derived(frame, side, frame.row(node, "repeated", whole, other))
    a, b = (frame.materialise(node, side) for side in sides)
    reason = "ADJ401 arithmetic on a whole list cannot be differentiated"
    return operations.on_atoms(frame, node, node.op, (a, b), reason)
