"""Loops over zip(a, b, strict=True): one over zip(a, b) that raises where it ends, if one is longer."""

import ast
from typing import Any

from adjgen.read.frame import Frame

SHORTER, LONGER = (f"zip() argument 2 is {word} than argument 1" for word in ("shorter", "longer"))
EFFECTS = (ast.Call, ast.NamedExpr, ast.Await)


def plainly(frame: Frame, node: ast.expr) -> ast.expr:
    """Return enumerate(x, start=1) as enumerate(x, 1), and zip(a, b, strict=False) as zip(a, b)."""
    if not isinstance(node, ast.Call) or len(node.keywords) != 1:
        return node
    (keyword,), dotted = node.keywords, frame.dotted(node.func)
    args = list(node.args)
    if dotted == "builtins.enumerate" and keyword.arg == "start" and len(args) == 1:
        args.append(keyword.value)
    elif dotted != "builtins.zip" or not _is(keyword, False):
        return node
    return ast.copy_location(ast.Call(node.func, args, []), node)


def lenient(frame: Frame, node: ast.expr) -> tuple[ast.expr, list[ast.stmt]]:
    """Return what is walked without `strict=True`, and the statements that raise behind the walk."""
    if not isinstance(node, ast.Call) or not node.args:
        return node, []
    if frame.dotted(node.func) == "builtins.enumerate":
        inner, checks = lenient(frame, node.args[0])
        if not checks:
            return node, []
        made = ast.Call(node.func, [inner, *node.args[1:]], node.keywords)
        return ast.copy_location(made, node), checks
    if frame.dotted(node.func) != "builtins.zip" or len(node.keywords) != 1 or len(node.args) != 2:
        return node, []
    effects = any(isinstance(part, EFFECTS) for arg in node.args for part in ast.walk(arg))
    if not _is(node.keywords[0], True) or effects:
        return node, []
    lengths: list[ast.expr] = [ast.Call(_name("len"), [argument], []) for argument in node.args]
    checks = [
        _raising(lengths, ast.Gt(), SHORTER),
        _raising(lengths, ast.Lt(), LONGER),
    ]
    for inner_node in (part for check in checks for part in ast.walk(check)):
        if isinstance(inner_node, (ast.expr, ast.stmt)) and not hasattr(inner_node, "lineno"):
            ast.copy_location(inner_node, node)
    return ast.copy_location(ast.Call(node.func, node.args, []), node), checks


def _is(keyword: ast.keyword, value: bool) -> bool:
    """Whether a keyword is strict=True, or strict=False."""
    return keyword.arg == "strict" and getattr(keyword.value, "value", None) is value


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _raising(lengths: list[ast.expr], op: Any, text: str) -> ast.stmt:
    """Return `if len(a) > len(b): raise ValueError(text)`."""
    error = ast.Call(_name("ValueError"), [ast.Constant(text)], [])
    return ast.If(ast.Compare(lengths[0], [op], [lengths[1]]), [ast.Raise(error)], [])
