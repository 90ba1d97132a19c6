"""Tables of a module that are written out: what generated code has instead of an import.

A table is copied if its items are literals, or what constants fold to, and nothing changes it.
"""

import ast
import math
from typing import Any

from adjgen.read.constants import PLAIN, evaluate, number
from adjgen.read.handed import only_read
from adjgen.read.names import Constant, External, Known, Place, Scope
from adjgen.read.session import Moment

CHANGEABLE = (ast.List, ast.Dict, ast.Set)


class NotLiteral(Exception):
    """A part of a table is known at run time only."""


def copied(binding: External) -> ast.expr | None:
    """Return the display that generated code has for a table, None if it must be imported."""
    moment, place = binding.scope, binding.place
    if not isinstance(moment, Moment) or not isinstance(binding.table, ast.expr):
        return None
    try:
        tree = written_out(binding.table, moment)
    except (NotLiteral, RecursionError):
        return None
    lists = depth(tree)
    if lists < 0:
        return tree
    if not _bound_once(binding) or not isinstance(place, Place):
        return None
    return tree if only_read(moment.scope, place.name, lists) else None


def written_out(node: ast.expr, scope: Scope) -> ast.expr:
    """Return a display in which everything is a literal, or raise NotLiteral."""
    if isinstance(node, ast.Constant):
        return constant(node.value)
    if isinstance(node, (ast.Tuple, ast.List)):
        return type(node)([written_out(item, scope) for item in node.elts], ast.Load())
    if isinstance(node, ast.Set):
        return ast.Set([written_out(item, scope) for item in node.elts])
    if isinstance(node, ast.Dict):
        keys = [written_out(key, scope) if key else _not_literal() for key in node.keys]
        return ast.Dict([*keys], [written_out(value, scope) for value in node.values])
    binding = evaluate(node, scope, None)
    if isinstance(binding, Constant):
        return constant(binding.value)
    if (known := number(binding)) is not None:
        return constant(known)
    if isinstance(binding, External) and isinstance(binding.table, ast.expr) and binding.scope:
        tree = written_out(binding.table, binding.scope)
        return tree if depth(tree) < 0 else _not_literal()
    return _frozen(node, scope)


def _frozen(node: ast.expr, scope: Scope) -> ast.expr:
    """Return frozenset({...}) of literals."""
    plain = isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords
    if not isinstance(node, ast.Call) or not plain or not isinstance(node.func, ast.Name):
        return _not_literal()
    inside = node.args[0]
    if scope.resolve(node.func.id) != Known("builtins.frozenset"):
        return _not_literal()
    if not isinstance(inside, (ast.Tuple, ast.List, ast.Set)):
        return _not_literal()
    return ast.Call(ast.Name("frozenset", ast.Load()), [written_out(inside, scope)], [])


def _not_literal() -> ast.expr:
    raise NotLiteral


def constant(value: Any) -> ast.expr:
    """Return the literal of a number or text; of inf and nan the call that makes them."""
    if type(value) not in PLAIN:
        return _not_literal()
    if isinstance(value, float) and not math.isfinite(value):
        return ast.Call(ast.Name("float", ast.Load()), [ast.Constant(str(value))], [])
    return ast.Constant(value)


def depth(tree: ast.expr) -> int:
    """Return how deep in a table the innermost list, dict or set is; -1 if there is none.

    >>> [depth(ast.parse(text, mode="eval").body) for text in ("(1, 2)", "[1, 2]", "(1, [2])")]
    [-1, 0, 1]
    """
    if isinstance(tree, ast.Constant) or isinstance(tree, ast.Call):
        return -1
    inside = tree.values if isinstance(tree, ast.Dict) else getattr(tree, "elts", [])
    deepest = max([depth(item) for item in inside], default=-1)
    return deepest + 1 if deepest >= 0 else 0 if isinstance(tree, CHANGEABLE) else -1


def _bound_once(binding: External) -> bool:
    """Whether the name of a table is that of its display, and of nothing else before it."""
    assert isinstance(binding.scope, Moment) and binding.place is not None
    entries = binding.scope.scope.table.names.get(binding.place.name, [])
    return [(entry.kind, entry.node) for entry in entries] == [("value", binding.table)]
