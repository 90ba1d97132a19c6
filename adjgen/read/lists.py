"""Lowers lists: items, slices, stores, methods. A list is a cell; storing gives the cell a new value."""

import ast
from collections.abc import Iterable
from typing import Any

from adjgen.elementary.sequences import around, depth
from adjgen.ir.core import Atom, Const, Var
from adjgen.ir.types import BOOL, INT, NOTHING, OPAQUE, REAL, Type, seq
from adjgen.read import displays, expressions, records, stores
from adjgen.read.bound import require_bound
from adjgen.read.cells import ROWS, SHARED, freeze, stays_inside
from adjgen.read.flow import in_index, integer
from adjgen.read.frame import Frame
from adjgen.read.values import Cell, Display, List, ListValue, RowValue, Value

MAKERS = {"builtins.list", "builtins.sorted", "builtins.tuple", "copy.copy", "copy.deepcopy"}


class Retyped(Exception):
    """A parameter, said with its function, is a list (of lists), a dict or a whole number: read again."""

    def __init__(self, parameter: tuple[Any, str], kind: Type) -> None:
        super().__init__(parameter[1])
        self.parameter, self.kind = parameter, kind


def held(frame: Frame, var: Atom, frozen: str = "") -> ListValue:
    """Return a new list that holds a value."""
    cell = Cell(frozen=frozen, bases=tuple(frame.session.views.get(var, ())))
    frame.session.heap[cell] = var
    return ListValue(cell)


def named(frame: Frame, value: Value) -> Value:
    """Return a value that may get several names: an array in it is one object, whoever stores into it."""
    if isinstance(value, Display):
        return value.holding([named(frame, item) for item in value.items])
    return held(frame, value) if isinstance(value, Var) and value.type.dtype else value


def taken(frame: Frame, node: ast.AST, value: Value) -> Value:
    """Return a value in which a row is the list that it is now, which cannot be changed any more."""
    if isinstance(value, Display):
        return value.holding([taken(frame, node, item) for item in value.items])
    if not isinstance(value, RowValue):
        return value
    freeze(SHARED, value.cell)
    return held(frame, frame.materialise(node, value), frozen=SHARED)


def settled(frame: Frame, node: ast.AST, value: Value) -> Value:
    """Return a value whose lists are ones that no other name holds: what is returned stays as it is."""
    if isinstance(value, Display):
        return value.holding([settled(frame, node, item) for item in value.items])
    if not isinstance(value, (ListValue, RowValue)):
        return value
    return held(frame, frame.materialise(node, value))


def row_held(frame: Frame, var: Atom, frozen: str, inside: Iterable[Cell]) -> ListValue:
    """Return a list that is a row of others: where these change it, it cannot be read any more."""
    made = held(frame, var, frozen)
    stays_inside(made.cell, Cell(inside=tuple(inside)))
    return made


def share(*values: Value) -> None:
    """Note that rows, or the rows of these lists, are in another list too now."""
    for value in values:
        if isinstance(value, RowValue):
            value.cell.loose = ROWS
        elif isinstance(value, ListValue):
            for outer in value.cell.inside:
                outer.loose = ROWS


def numbers(kind: Type) -> bool:
    """Whether a type is a number, or a list of numbers (of lists of numbers, ...)."""
    while kind.element is not None:
        kind = kind.element
    return kind in (REAL, INT, BOOL, NOTHING)


def inherit(frame: Frame, source: Atom, var: Var, lists: int = 1) -> None:
    """Remember that a value is an item of a parameter."""
    origins = frame.session.origins
    if isinstance(source, Var) and source in origins:
        parameter, depth = origins[source]
        origins[var] = parameter, depth + lists


def retype(frame: Frame, atom: Value, kind: Type) -> None:
    """Have a parameter read as what its use says, if a value comes from one."""
    origins = frame.session.origins
    if isinstance(atom, Var) and atom in origins and (atom.type == REAL or atom.type.dtype):
        parameter, depth = origins[atom]
        if depth and kind == OPAQUE:
            return
        for _ in range(depth):
            kind = seq(kind)
        raise Retyped(parameter, kind)


def retype_row(frame: Frame, one: Value, other: Value) -> None:
    """Have a parameter read as a list of lists, if it stands for another list that is one."""
    for var, like in ((one, other), (other, one)):
        if isinstance(var, Var) and isinstance(like, Var) and var in frame.session.origins:
            parameter, depth_of_item = frame.session.origins[var]
            if depth(like.type) > depth(var.type):
                raise Retyped(parameter, around(like.type, depth_of_item))


# ---- which list


def reference(frame: Frame, node: ast.expr) -> Value | None:
    """Return the list (or tuple) that an expression names, None for others; nothing is evaluated
    but indices."""
    if isinstance(node, ast.Name):
        owner = frame.frame_of(node.id)
        found = owner.env.get(node.id) if owner else None
        if isinstance(found, Var):
            retype(frame, found, seq(REAL))
        if not isinstance(found, (ListValue, RowValue, Display)):
            return None
        require_bound(frame, node, node.id, owner)
        return found
    if isinstance(node, ast.Attribute):
        part = records.stored(frame, node)
        return part if isinstance(part, (ListValue, Display)) else None
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, (ast.Slice, ast.Tuple)):
        base = reference(frame, node.value)
        if isinstance(base, Display):
            number = integer(node.slice)
            if number is not None and -len(base.items) <= number < len(base.items):
                inner = base.items[number]
                return inner if isinstance(inner, (ListValue, RowValue, Display)) else None
        elif isinstance(base, (ListValue, RowValue)):
            kind = kind_of(frame, base)
            if kind.element is not None and kind.element.element is not None:
                return RowValue.inside(base, index(frame, node.slice))
            if kind.element == REAL:
                element = Var("", REAL)
                inherit(frame, frame.session.heap[base.cell], element, depth_of(base) + 1)
                retype(frame, element, seq(REAL))
    return None


def depth_of(base: List) -> int:
    """Return how deep in its cell a list is."""
    return len(base.where) if isinstance(base, RowValue) else 0


def kind_of(frame: Frame, base: Value) -> Type:
    """Return the type of a list."""
    if isinstance(base, (ListValue, RowValue)):
        kind = frame.session.heap[base.cell].type
        for _ in range(depth_of(base)):
            kind = kind.element or OPAQUE
        return kind
    return OPAQUE


def is_part(node: ast.expr) -> bool:
    """Whether an expression is x[i:j]."""
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)


def is_list(frame: Frame, node: ast.expr) -> bool:
    """Whether an expression names a list, or makes one."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        node = node.value
    if isinstance(node, (ast.Name, ast.Subscript, ast.Attribute)):
        return isinstance(reference(frame, node), (ListValue, RowValue))
    return isinstance(node, (ast.List, ast.ListComp))


def list_of(frame: Frame, node: ast.expr) -> Value | None:
    """Return the list that an expression names or makes; None for what is no list of numbers."""
    if isinstance(node, ast.Subscript) and is_part(node) and _makes_list(frame, node.value):
        return frame.attempt(lambda: _as_list(frame, node))
    if is_part(node):
        known = is_list(frame, node) or displays.display(frame, node) is not None
        found = expressions.value(frame, node) if known else None
    elif isinstance(node, ast.Subscript) and is_part(node.value):
        return frame.attempt(lambda: _as_list(frame, node))
    elif isinstance(node, (ast.Name, ast.Subscript, ast.Attribute)):
        found = reference(frame, node)
    elif isinstance(node, ast.GeneratorExp) or is_map(frame, node):
        from adjgen.read.comprehensions import collected, of_map

        generator = node if isinstance(node, ast.GeneratorExp) else of_map(node)
        found = collected(frame, generator)
    elif isinstance(node, (ast.List, ast.ListComp, ast.Tuple, ast.BinOp)) or _makes_list(
        frame, node
    ):
        return frame.attempt(lambda: _as_list(frame, node))
    else:
        return None
    if isinstance(found, Display):
        return stores.of_display(frame, node, found)
    return found if isinstance(found, (ListValue, RowValue)) else None


def _as_list(frame: Frame, node: ast.expr) -> Value | None:
    found = expressions.value(frame, node)
    if isinstance(found, Display):
        return stores.of_display(frame, node, found)
    return found if isinstance(found, (ListValue, RowValue)) else None


def is_map(frame: Frame, node: ast.expr) -> bool:
    """Whether an expression is map(function, sequence, ...)."""
    return (
        isinstance(node, ast.Call) and len(node.args) > 1 and not node.keywords
        and frame.dotted(node.func) == "builtins.map"
        and not any(isinstance(a, ast.Starred) for a in node.args)
    )  # fmt: skip


def _makes_list(frame: Frame, node: ast.expr) -> bool:
    from adjgen.read import calls

    return isinstance(node, ast.Call) and (calls.readable(frame, node) or bool(maker(frame, node)))


def maker(frame: Frame, node: ast.Call) -> str:
    """Return the name of a function that makes lists of lists, or ""."""
    dotted = frame.dotted(node.func)
    return dotted if dotted in MAKERS else ""


# ---- reading


def index(frame: Frame, node: ast.expr) -> Atom:
    """Lower an index: a whole number."""
    whole(frame, node)
    return as_index(frame, node, expressions.atom(frame, node))


def whole(frame: Frame, key: ast.expr) -> None:
    """Have parameters that stand in an index read as whole numbers."""
    for name in sorted(in_index(key)):
        retype(frame, frame.held(name), INT)


def as_index(frame: Frame, node: ast.expr, atom: Atom) -> Atom:
    """Return a whole number; what is not known to be one is taken as one."""
    retype(frame, atom, INT)
    return atom if atom.type in (INT, BOOL) else frame.row(node, "index", atom)


def item(frame: Frame, node: ast.expr, base: List, where: ast.expr) -> Value:
    """Lower x[i], for a number or a list."""
    at = index(frame, where)
    inner = kind_of(frame, base).element
    if inner is not None and inner.element is not None:
        row = RowValue.inside(base, at)
        frame.materialise(node, row)  # raises for a row that does not exist, though nobody reads it
        return row
    whole = frame.session.heap[base.cell]
    if base.cell.stale or (isinstance(base, RowValue) and base.has_moved()):
        frame.materialise(node, base)  # reports it
    path = (*(base.where if isinstance(base, RowValue) else ()), at)
    found = frame.row(node, "item", whole, *path)
    inherit(frame, whole, found, len(path))
    return found


def part(frame: Frame, node: ast.expr, base: Value, where: ast.Slice) -> Value:
    """Lower x[i:j:k], a new list."""
    bounds: list[Atom] = [
        Const(None) if bound is None else index(frame, bound)
        for bound in (where.lower, where.upper, where.step)
    ]
    return derived(frame, base, frame.row(node, "part", frame.materialise(node, base), *bounds))


def derived(frame: Frame, base: Value, var: Var) -> ListValue:
    """Return a new list made of the items of another: lists inside belong to both."""
    made = held(frame, var)
    if isinstance(base, (ListValue, RowValue)):
        inherit(frame, frame.session.heap[base.cell], var, depth_of(base))
        if var.type.element is not None and var.type.element.element is not None:
            made.cell.loose = base.cell.loose = ROWS
    return made


# ---- changing
