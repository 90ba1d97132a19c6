"""`**kwargs` of a function that is read in place: what it receives, and where it is handed on."""

import ast
from collections.abc import Callable, Mapping

from adjgen.ir.core import Opaque, Var
from adjgen.ir.types import OPAQUE
from adjgen.read.frame import Frame
from adjgen.read.names import FunctionNode
from adjgen.read.opaque import Code
from adjgen.read.values import Value


def received(
    frame: Frame, node: ast.AST, function: FunctionNode, name: str, given: Mapping[str, Value]
) -> Value:
    """Return the value of a parameter `**name`; what it is given must be handed on as it is."""
    if given and not _only_handed_on(function, name):
        what, why = f"`**{name}` receives arguments", "Give each a parameter of its own."
        frame.problem(node, "ADJ601", what, why)
    (held,) = frame.emit(node, Opaque(Code(ast.Dict([], []))), (), [OPAQUE])
    frame.session.keywords[held] = given
    return held


def _only_handed_on(function: FunctionNode, name: str) -> bool:
    nodes = list(ast.walk(function))
    handed = [n.value for n in nodes if isinstance(n, ast.keyword) and n.arg is None]
    return all(n in handed for n in nodes if isinstance(n, ast.Name) and n.id == name)


def spread(frame: Frame, node: ast.Call, lower: Callable[[Frame, ast.Call], Value]) -> Value | None:
    """Lower a call that hands on `**kwargs`, with the arguments that these hold; None for others."""
    held = {k: given for k in node.keywords if (given := _held(frame, k)) is not None}
    names = [k.arg for k in node.keywords if k.arg] + [
        name for one in held.values() for name in one
    ]
    if not held or len(set(names)) < len(names):
        return None
    keywords: list[ast.keyword] = []
    labels: list[str] = []
    for keyword in node.keywords:
        if keyword not in held:
            keywords.append(keyword)
        for name, value in held.get(keyword, {}).items():
            labels.append(f"%keyword_{len(frame.locals)}")
            frame.locals.add(labels[-1])
            frame.env[labels[-1]] = value
            load = ast.copy_location(ast.Name(labels[-1], ast.Load()), node)
            keywords.append(ast.keyword(name, load))
    try:
        return lower(frame, ast.copy_location(ast.Call(node.func, node.args, keywords), node))
    finally:
        for label in labels:
            frame.env.pop(label, None)


def _held(frame: Frame, keyword: ast.keyword) -> Mapping[str, Value] | None:
    """Return what `**kwargs` holds, None for another keyword."""
    if keyword.arg is not None or not isinstance(keyword.value, ast.Name):
        return None
    held = frame.held(keyword.value.id)
    return frame.session.keywords.get(held) if isinstance(held, Var) else None
