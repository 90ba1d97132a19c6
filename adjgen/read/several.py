"""Lowers what goes through known functions: `for g in (sin, cos)`, `[g(x) for g in ...]`, `TABLE[k](x)`.

A loop over functions that are written out is its turns one after the other; a call of one out of a
table of the module is a branch on the key.
"""

import ast
from collections.abc import Callable
from typing import Any

from adjgen.ir.core import Atom, Const
from adjgen.read import displays, expressions, joins, stores
from adjgen.read.constants import PLAIN, evaluate
from adjgen.read.flow import jumps
from adjgen.read.frame import Frame
from adjgen.read.lowering import Mark
from adjgen.read.names import ABSENT, Callee, External, Known
from adjgen.read.rebound import CHANGING
from adjgen.read.values import BindingValue, FunctionValue, Value, leaves

MOST = 50  # functions of a loop


def turns(frame: Frame, node: ast.For) -> bool:
    """Lower a loop over functions that are written out; return whether it is one."""
    from adjgen.read.assignments import assign
    from adjgen.read.statements import suite

    found = _functions(frame, node.iter) if not jumps(node.body) else None
    for item in found or ():
        assign(frame, node, node.target, item)
        suite(frame, node.body)
    if found:
        suite(frame, node.orelse)
    return bool(found)


def collected(frame: Frame, node: ast.ListComp | ast.GeneratorExp) -> Value | None:
    """Return the list of what functions that are written out give; None for others."""
    from adjgen.read.assignments import assign

    generator = node.generators[0]
    single = len(node.generators) == 1 and not generator.ifs
    found = _functions(frame, generator.iter) if single else None
    if not found:
        return None
    made = []
    statement = ast.copy_location(ast.Assign([generator.target], node.elt), node)
    for item in found:
        assign(frame, statement, generator.target, item)
        made.append(expressions.value(frame, node.elt))
    return stores.listed(frame, node, made)


def _functions(frame: Frame, node: ast.expr) -> list[Value] | None:
    """Return the items of a display with functions among them."""
    items = displays.items_of(frame, node)
    if not items or len(items) > MOST or any(isinstance(item, ast.Starred) for item in items):
        return None
    start = Mark(frame)
    found = [expressions.value(frame, item) for item in items]
    if not any(_is_function(part) for item in found for part in leaves(item)):
        start.rewind()
        return None
    return found


def _is_function(value: Value) -> bool:
    known = isinstance(value, BindingValue) and isinstance(value.binding, Known)
    return known or isinstance(value, FunctionValue)


def from_table(frame: Frame, node: ast.Call, call: Callable[[Value], Value]) -> Value | None:
    """Lower TABLE[k](x) for a table of the module with functions; None for others."""
    of = node.func
    if not isinstance(of, ast.Subscript) or not isinstance(of.slice, (ast.Name, ast.Constant)):
        return None
    pairs = _pairs(frame, of.value)
    if not pairs or not all(_is_function(function) for _, function in pairs):
        return None
    key = expressions.atom(frame, of.slice)
    return _branches(frame, node, key, pairs, call)


def _branches(
    frame: Frame, node: ast.Call, key: Atom, pairs: list[tuple[Any, Value]],
    call: Callable[[Value], Value],
) -> Value:  # fmt: skip
    """Lower the call of the function that belongs to a key."""
    if not pairs:
        return _missing(frame, node)
    (one, function), *rest = pairs
    test = frame.row(node, "eq", key, Const(one))
    return joins.choose(
        frame, node, test,
        lambda: call(function), lambda: _branches(frame, node, key, rest, call),
    )  # fmt: skip


def _missing(frame: Frame, node: ast.Call) -> Value:
    """Look a key up that the table does not have: that raises."""
    from adjgen.read.carrying import carry

    of: Any = node.func
    error = ast.Call(ast.Name("KeyError", ast.Load()), [of.slice], [])
    for one in (ast.Expr(of), ast.Raise(error)):
        carry(frame, ast.fix_missing_locations(ast.copy_location(one, node)), observes=True)
    return Const(0.0)


def _pairs(frame: Frame, node: ast.expr) -> list[tuple[Any, Value]]:
    """Return the keys of a dict of the module that nothing changes, with the functions."""
    binding = frame.binding(node)
    if not isinstance(node, ast.Name) or not isinstance(binding, External):
        return []
    if _is_changed(frame.definition.file.tree, node.id):
        return []
    scope = frame.definition.scope
    if type(binding.value) in (dict, tuple):
        found = [(key, scope.describe(one, None)) for key, one in _items(binding.value)]
    elif binding.value is ABSENT and isinstance(binding.table, ast.Dict) and binding.scope:
        keys = [getattr(key, "value", ABSENT) for key in binding.table.keys]
        values = [evaluate(one, binding.scope, None) for one in binding.table.values]
        found = list(zip(keys, values))
    elif binding.value is ABSENT and isinstance(binding.table, ast.Tuple) and binding.scope:
        items = tuple([evaluate(one, binding.scope, None) for one in binding.table.elts])
        found = _items(items)
    else:
        return []
    if not all(type(key) in PLAIN for key, _ in found):
        return []
    return [(key, _as_value(one)) for key, one in found]


def _items(table: Any) -> list[tuple[Any, Any]]:
    """Return the keys of a dict, or the places of a tuple from both ends, with what is there."""
    if isinstance(table, dict):
        return list(table.items())
    places = range(len(table))
    return [(k, table[k]) for one in places for k in (one, one - len(table))]


def _as_value(binding: Any) -> Value:
    return (
        FunctionValue(binding.definition) if isinstance(binding, Callee) else BindingValue(binding)
    )


def _is_changed(tree: ast.Module, name: str) -> bool:
    """Whether a file stores into what a name of it stands for."""
    for node in ast.walk(tree):
        inner = getattr(node, "value", None)
        if not isinstance(inner, ast.Name) or inner.id != name:
            continue
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, ast.Attribute) and node.attr in CHANGING:
            return True
    return False
