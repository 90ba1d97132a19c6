"""Tables of numbers at module level, `K[i]` and `DATA["water"]`: what is known of their items."""

import ast
from collections.abc import Sequence
from typing import Any

from adjgen.ir.types import INT, OPAQUE, REAL, Type, seq
from adjgen.read import list_methods, lists
from adjgen.read.frame import Frame
from adjgen.read.names import ABSENT, External
from adjgen.read.values import ListValue, Value

HELD: dict[type, type[ast.AST]] = {list: ast.List, tuple: ast.Tuple}


def kind_of_items(binding: Any) -> Type:
    """Return the type of the items of what a name outside the function stands for."""
    if not isinstance(binding, External):
        return OPAQUE
    kinds = _written(binding.table) if binding.value is ABSENT else _held(binding.value)
    if kinds == {int}:
        return INT
    return REAL if kinds and kinds <= {int, float} else OPAQUE


def copied(frame: Frame, node: ast.expr) -> Value | None:
    """Return the new list of numbers that T[i:j], T.copy() or list(T) is; None for anything else."""
    if isinstance(node, ast.Subscript):
        return _part(frame, node) if isinstance(node.slice, ast.Slice) else None
    if not isinstance(node, ast.Call) or node.keywords:
        return None
    if isinstance(node.func, ast.Attribute) and (node.func.attr, node.args) == ("copy", []):
        base = _list(frame, node.func.value)
    elif len(node.args) == 1 and frame.dotted(node.func) == "builtins.list":
        base = _list(frame, node.args[0], (ast.List, ast.Tuple))
    else:
        return None
    return list_methods.copy(frame, node, base) if base is not None else None


def _part(frame: Frame, node: ast.Subscript) -> Value | None:
    base = _list(frame, node.value)
    assert isinstance(node.slice, ast.Slice)
    return lists.part(frame, node, base, node.slice) if base is not None else None


def _list(
    frame: Frame, node: ast.expr, kinds: tuple[type[ast.AST], ...] = (ast.List,)
) -> ListValue | None:
    """Return a table that is a list of numbers, to be read."""
    binding = frame.binding(node)
    kind = kind_of_items(binding)
    if kind == OPAQUE or not isinstance(binding, External):
        return None
    if not isinstance(binding.table, kinds) and HELD.get(type(binding.value)) not in kinds:
        return None
    table = frame.opaque(node, "", type=seq(kind))
    return lists.held(frame, table, frozen="it is a table of the module")


def _held(table: object) -> set[type]:
    if type(table) is dict:
        return {type(value) for value in table.values()}
    return {type(item) for item in table} if type(table) in (list, tuple) else set()  # type: ignore[attr-defined]


def _written(table: ast.AST | None) -> set[type]:
    items: Sequence[ast.expr] = []
    if isinstance(table, ast.Dict):
        items = table.values
    elif isinstance(table, (ast.List, ast.Tuple)):
        items = table.elts
    return {_kind(item) for item in items}


def _kind(item: ast.expr) -> type:
    if isinstance(item, ast.UnaryOp) and isinstance(item.op, ast.USub):
        item = item.operand
    return type(item.value) if isinstance(item, ast.Constant) else object
