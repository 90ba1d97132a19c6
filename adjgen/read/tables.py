"""Tables of numbers at module level, `K[i]` and `DATA["water"]`: what is known of their items."""

import ast
from collections.abc import Sequence
from typing import Any

from adjgen.ir.types import INT, OPAQUE, REAL, Type
from adjgen.read.names import ABSENT, External


def kind_of_items(binding: Any) -> Type:
    """Return the type of the items of what a name outside the function stands for."""
    if not isinstance(binding, External):
        return OPAQUE
    kinds = _written(binding.table) if binding.value is ABSENT else _held(binding.value)
    if kinds == {int}:
        return INT
    return REAL if kinds and kinds <= {int, float} else OPAQUE


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
