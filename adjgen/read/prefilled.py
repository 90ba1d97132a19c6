"""Functions of which some arguments are given: functools.partial of what can be read."""

import ast
from dataclasses import replace

from adjgen.ir.core import Const, Var
from adjgen.read import calls, expressions
from adjgen.read.frame import Frame
from adjgen.read.lowering import Mark
from adjgen.read.values import FunctionValue


def partial_of(frame: Frame, node: ast.Call) -> FunctionValue | None:
    """Return the function that functools.partial makes of one whose source is known, and of numbers."""
    start = Mark(frame)
    if node.args and not calls.is_starred(node):
        of, *given = [expressions.value(frame, argument) for argument in node.args]
        named = {str(k.arg): expressions.value(frame, k.value) for k in node.keywords}
        plain = all(isinstance(held, (Var, Const)) for held in (*given, *named.values()))
        if isinstance(of, FunctionValue) and plain:
            both = dict(of.named) | named
            return replace(of, first=(*of.first, *given), named=tuple(both.items()))
    start.rewind()
    return None
