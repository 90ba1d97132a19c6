"""Whether a value is None, where that is known before the program runs."""

import ast

from adjgen.ir.core import Const
from adjgen.read.frame import Frame
from adjgen.read.values import Display, ListValue, RowValue, Value


def is_none(frame: Frame, node: ast.Compare, left: Value) -> Const | None:
    """Return whether a value is None, if that is known: a list of the function's own is not."""
    right = node.comparators[0]
    if len(node.ops) > 1 or not isinstance(node.ops[0], (ast.Is, ast.IsNot)):
        return None
    if not (isinstance(right, ast.Constant) and right.value is None):
        return None
    none = isinstance(left, Const) and left.value is None
    own = isinstance(left, ListValue) and frame.session.heap[left.cell] not in frame.session.origins
    if not (own or isinstance(left, (Const, Display, RowValue))):
        return None
    return Const(none == isinstance(node.ops[0], ast.Is))
