"""Lowers items of arrays, stores into them, updates in place, and what their attributes say.

An array that has a name is a cell, as a list is: storing gives the cell a new value.
"""

import ast

from adjgen.elementary.arrays.items import IN_PLACE, type_of_item
from adjgen.elementary.arrays.typing import rank_of
from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Const, Var
from adjgen.ir.types import BOOL, INT, OPAQUE, REAL, Type
from adjgen.read import expressions, lists, questions, stores
from adjgen.read.cells import references
from adjgen.read.flow import integer
from adjgen.read.frame import Frame
from adjgen.read.values import Display, ListValue, RowValue, Value

BITS: dict[type, str] = {ast.BitAnd: "bit_and", ast.BitOr: "bit_or", ast.BitXor: "bit_xor"}
READ_ONLY = {"np.broadcast_to", "np.diag", "np.diagonal"}  # np.diag of a vector is new
VIEW = "it is a part of another array, which would change: store into that one, or into a copy"


def held(frame: Frame, value: Value) -> Atom | None:
    """Return the atom of an array; None for what is none."""
    if isinstance(value, ListValue):
        value = frame.session.heap[value.cell]
    return value if isinstance(value, Var) and value.type.dtype else None


def row(frame: Frame, node: ast.AST, name: str, *args: Atom, of: Value | None = None) -> Value:
    """Append a row of arrays; a value that may be a view of `of` remembers that."""
    out = frame.row(node, name, *args)
    if not TABLE[name].view or not out.type.dtype or of is None:
        return out
    made = remembered(frame, out, args[0], of)
    if name in READ_ONLY and (name != "np.diag" or rank_of(args[0]) != 1):
        made.cell.frozen = "numpy may have made it read-only"
    return made


def remembered(frame: Frame, out: Var, whole: Atom, of: Value) -> ListValue:
    """Return an array that may be a view of another one, which it remembers."""
    made = lists.held(frame, out)
    views = frame.session.views
    known = views.get(whole) if isinstance(whole, Var) else None
    if known is None and isinstance(of, ListValue):
        known = {of.cell: whole}
    if known:
        made.cell.bases, views[out] = tuple(known), known
    return made


# ---- items


def item(frame: Frame, node: ast.Subscript) -> Value | None:
    """Lower x[parts] of an array, x.shape[k]; None for other containers."""
    if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        return size(frame, node, node.value.value)
    base = expressions.value(frame, node.value)
    whole = held(frame, base)
    if whole is None:
        return None
    return row(frame, node, "picked", whole, *index(frame, node.slice), of=base)


def size(frame: Frame, node: ast.Subscript, of: ast.expr) -> Value | None:
    """Lower x.shape[k] of an array; None for others."""
    whole = held(frame, expressions.value(frame, of))
    place = integer(node.slice)
    if whole is None or place is None:
        return None
    return frame.row(node, "np.size", whole, Const(place))


def index(frame: Frame, node: ast.expr) -> list[Atom]:
    """Lower the parts of an index."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return [_part(frame, part) for part in parts]


def _part(frame: Frame, node: ast.expr) -> Atom:
    if isinstance(node, ast.Slice):
        ends = (node.lower, node.upper, node.step)
        bounds = [Const(None) if end is None else whole_number(frame, end) for end in ends]
        return frame.row(node, "slice", *bounds)
    if frame.dotted(node) == "numpy.newaxis":
        return Const(None)
    found = expressions.atom(frame, node)
    if found.type is REAL or found.type.dtype is REAL:
        lists.retype(frame, found, OPAQUE)
    return lists.as_index(frame, node, found) if found.type is REAL else found


def whole_number(frame: Frame, node: ast.expr) -> Atom:
    """Lower a whole number: a bound, a length."""
    found = expressions.atom(frame, node)
    lists.retype(frame, found, INT)
    return lists.as_index(frame, node, found) if found.type is REAL else found


# ---- stores


def stored_into(frame: Frame, target: ast.expr) -> ListValue | None:
    """Return the array that a target is a part of; None for others."""
    if frame.session.target != "numpy" or not isinstance(target, ast.Subscript):
        return None
    if not isinstance(target.value, ast.Name):
        return None
    owner = frame.frame_of(target.value.id)
    base = owner.env.get(target.value.id) if owner else None
    return base if isinstance(base, ListValue) and held(frame, base) is not None else None


def store(
    frame: Frame, node: ast.AST, target: ast.Subscript, base: ListValue, value: Value
) -> None:
    """Lower x[parts] = value."""
    parts = index(frame, target.slice)
    if isinstance(value, Display):
        from adjgen.read.array_calls import displayed

        value = displayed(frame, node, value) or value
    new = frame.materialise(node, value)
    change(frame, node, base, "put", new, *parts)


def change(frame: Frame, node: ast.AST, base: ListValue, name: str, *args: Atom) -> None:
    """Give an array the value of a row that stores into it."""
    if base.cell.bases and not base.cell.frozen:
        base.cell.frozen = VIEW
    old = frame.materialise(node, base)
    stores.change(frame, node, base, frame.row(node, name, old, *args))


def augmented(frame: Frame, node: ast.AugAssign, name: str | None) -> bool:
    """Lower x[parts] += value and x += value of an array; return whether that is what it is."""
    target = node.target
    if frame.session.target != "numpy":
        return False
    base = stored_into(frame, target)
    if base is not None and isinstance(target, ast.Subscript) and name is not None:
        parts = index(frame, target.slice)
        old = frame.row(target, "picked", frame.materialise(node, base), *parts)
        right = expressions.atom(frame, node.value)
        change(frame, node, base, "put", frame.row(node, name, old, right), *parts)
        return True
    if not isinstance(target, ast.Name) or name not in IN_PLACE:
        return False
    owner = frame.frame_of(target.id)
    found = owner.env.get(target.id) if owner else None
    if not isinstance(found, ListValue) or (whole := held(frame, found)) is None:
        return False
    if not rank_of(whole) and references(frame.session.frames)[found.cell] > 1:
        what = f"`{target.id}` has another name, which changes if it is an array, but not if it is a number"
        frame.problem(
            node, "ADJ407", what, f"Write `{target.id} = {target.id} ...`, or annotate it."
        )
    right = expressions.atom(frame, node.value)
    change(frame, node, found, f"{name}_in_place", right)
    return True


def unpacked(frame: Frame, node: ast.stmt, value: Value, count: int) -> list[Value] | None:
    """Lower a, b = x of an array: as many rows as there are names; None for what is no array."""
    whole = held(frame, value)
    if whole is None:
        return None
    kind = type_of_item([whole, Const(0)])
    outs = frame.emit(node, "rows", [whole], [kind] * count)
    return [remembered(frame, out, whole, value) if kind.dtype else out for out in outs]


def operation(
    frame: Frame, node: ast.BinOp, name: str | None, left: Value, right: Value
) -> Value | None:
    """Lower an operator of which a side is an array."""
    a, b = held(frame, left), held(frame, right)
    if a is None and b is None and (isinstance(node.op, ast.Mult) or not of_item(left, right)):
        return None
    one = a if a is not None else side(frame, node.left, left)
    other = b if b is not None else side(frame, node.right, right)
    if isinstance(node.op, ast.MatMult):
        return frame.row(node, "matmul", one, other)
    if type(node.op) in BITS and all(kind_of_items(side) in (BOOL, INT) for side in (one, other)):
        return frame.row(node, BITS[type(node.op)], one, other)
    return None if name is None else frame.row(node, name, one, other)


def of_item(left: Value, right: Value) -> bool:
    """Whether a number, such as an item of an array, meets a list: of Python's that would be an error."""
    sides = (left, right)
    listed = [isinstance(one, (ListValue, RowValue)) for one in sides]
    return any(listed) and any(isinstance(one, Var) and one.type is REAL for one in sides)


def side(frame: Frame, node: ast.expr, value: Value) -> Atom:
    """Return what an operator makes of the other side: numpy takes a list of numbers for an array."""
    made = of_list(frame, node, value)
    return made if made is not None else frame.materialise(node, value)


def of_list(frame: Frame, node: ast.AST, value: Value) -> Var | None:
    """Return the array of a list of numbers; None for what is none."""
    if not isinstance(value, (ListValue, RowValue)) or not lists.numbers(
        lists.kind_of(frame, value)
    ):
        return None
    return frame.row(node, "array_of", frame.materialise(node, value))


def kind_of_items(atom: Atom) -> Type:
    """Return the type of a number, or of the numbers of an array."""
    return atom.type.dtype or atom.type


def attribute(frame: Frame, node: ast.Attribute) -> Value | None:
    """Lower x.T, x.shape, x.size, x.ndim, x.dtype of an array; None for others."""
    if node.attr not in ("T", *questions.ROWS):
        return None
    base = expressions.value(frame, node.value)
    whole = held(frame, base)
    if whole is None:
        return None
    if node.attr == "T":
        return row(frame, node, "transposed", whole, of=base)
    return questions.answer(frame, node, node.attr, whole)
