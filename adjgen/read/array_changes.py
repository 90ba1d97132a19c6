"""Lowers calls that change an array in place: x.fill(v), np.add.at(x, i, v), np.copyto(x, v)."""

import ast

from adjgen.ir.core import Const
from adjgen.read import arrays, expressions
from adjgen.read.carrying import carry
from adjgen.read.frame import Frame
from adjgen.read.values import ListValue, Value

AT = {"numpy.add.at": False, "numpy.subtract.at": True}  # whether the value is taken away
IN_PLACE = {"sort", "partition", "resize", "put", "itemset", "byteswap"}  # methods


def call(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower a call of a function that stores into an array; None for others."""
    if dotted not in AT and dotted != "numpy.copyto":
        return None
    if node.keywords or len(node.args) != (3 if dotted in AT else 2):
        return None
    base = expressions.value(frame, node.args[0])
    if not isinstance(base, ListValue) or arrays.held(frame, base) is None:
        return None
    if dotted == "numpy.copyto":
        value = expressions.atom(frame, node.args[1])
        arrays.change(frame, node, base, "copied_into", value)
        return Const(None)
    parts = arrays.index(frame, node.args[1])
    value = expressions.atom(frame, node.args[2])
    value = frame.row(node, "neg", value) if AT[dotted] else value
    arrays.change(frame, node, base, "put_added", value, *parts)
    return Const(None)


def statement(frame: Frame, node: ast.Expr, inner: ast.Call) -> Value | None:
    """Lower a call that stands alone; None for those that do not change an array."""
    if frame.session.target != "numpy":
        return None
    function = inner.func
    dotted = frame.dotted(function)
    if dotted or not isinstance(function, ast.Attribute):
        return call(frame, inner, dotted)
    if function.attr not in IN_PLACE and function.attr != "fill":
        return None
    base = expressions.value(frame, function.value)
    if not isinstance(base, ListValue) or arrays.held(frame, base) is None:
        return None
    if function.attr == "fill" and len(inner.args) == 1 and not inner.keywords:
        value = expressions.atom(frame, inner.args[0])
        arrays.change(frame, node, base, "filled_with", value)
        return Const(None)
    what = f"ADJ301 `.{function.attr}()` changes an array in place, which has no rule"
    carry(frame, node, reason=what, hint="Make a new array: `x = np.sort(x)`.")
    return Const(None)
