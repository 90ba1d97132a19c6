"""Lowers statements that always fall through: assignments, calls, definitions, and what is carried."""

import ast
import sys
from collections.abc import Callable

from adjgen.ir.core import UNBOUND
from adjgen.read import array_changes, calls, inner, list_methods, names, places
from adjgen.read.assignments import OTHER_SCOPE, annotated, assign_all, augmented
from adjgen.read.carrying import carry
from adjgen.read.expressions import bind, value
from adjgen.read.flow import assigned
from adjgen.read.frame import Frame
from adjgen.read.opaque import OBSERVERS, changes
from adjgen.read.values import (
    BindingValue,
    FunctionValue,
)  # fmt: skip


def _expression(frame: Frame, node: ast.Expr) -> None:
    inner = node.value
    if isinstance(inner, ast.Constant):
        return
    if isinstance(inner, ast.Call):
        if frame.dotted(inner.func).startswith(OBSERVERS) or _logger(frame, inner.func):
            given = [*inner.args, *(k.value for k in inner.keywords)]
            carry(frame, node, observes=not any(changes(part, frame.dotted) for part in given))
            return
        made = frame.attempt(lambda: array_changes.statement(frame, node, inner))
        if made is not None:
            return
        if not calls.readable(frame, inner):
            if list_methods.method(frame, inner) is not None:
                return
            carry(
                frame,
                node,
                reason=f"ADJ301 a call of `{ast.unparse(inner.func)}`, which adjgen cannot read",
                hint="Return the result instead.",
            )
            return
    value(frame, inner)


def _logger(frame: Frame, function: ast.expr) -> bool:
    """Whether a function is a method of a logger of the module: an object of that name, or kind."""
    methods = {"debug", "info", "warning", "error", "critical", "exception", "log"}
    if not isinstance(function, ast.Attribute) or function.attr not in methods:
        return False
    owner = frame.binding(function.value)
    if not isinstance(owner, names.External):
        return False
    if owner.value is names.ABSENT:
        return ast.unparse(function.value).lower().strip("_") in ("log", "logger", "logging")
    return type(owner.value).__module__.startswith("logging")


def observe(frame: Frame, node: ast.stmt) -> None:
    """Carry a statement into which active values may enter: raise, assert."""
    carry(frame, node, observes=True)


def _define(frame: Frame, node: ast.FunctionDef) -> None:
    if node.decorator_list:
        frame.problem(
            node,
            "ADJ302",
            f"`{node.name}` is decorated inside a function",
            "Define it at module level.",
        )
    bind(frame, node.name, FunctionValue(inner.inner_definition(frame, node), frame))


def _delete(frame: Frame, node: ast.Delete) -> None:
    targets = list(node.targets)
    while targets:
        target = targets.pop(0)
        if isinstance(target, (ast.Tuple, ast.List)):
            targets[:0] = target.elts
        elif isinstance(target, ast.Name):
            frame.lookup(target)
            frame.env[target.id] = UNBOUND
        elif not places.delete(frame, node, target):
            one = ast.copy_location(ast.Delete([target]), node)
            carry(frame, one, reason="ADJ401 deleting an item", hint="Use plain names.")


def _import(frame: Frame, node: ast.Import | ast.ImportFrom) -> None:
    if frame.session.trying and not _always_there(frame, node):
        carry(frame, node)  # it may fail, and somebody expects that
        return
    for alias in node.names:
        name = (alias.asname or alias.name).split(".")[0]
        bind(frame, name, BindingValue(frame.definition.scope.imported(node, alias)))


def _always_there(frame: Frame, node: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import is of Python's own modules, which does not fail."""
    bindings = [frame.definition.scope.imported(node, alias) for alias in node.names]
    known = [b for b in bindings if isinstance(b, (names.Known, names.ModuleName))]
    roots = {b.dotted.partition(".")[0] for b in known}
    return len(known) == len(bindings) and roots <= {*sys.stdlib_module_names}


def _scope(frame: Frame, node: ast.Global | ast.Nonlocal) -> None:
    word = type(node).__name__.lower()
    body = frame.definition.node.body
    if set(node.names) & set(assigned(body)):
        frame.problem(node, "ADJ503", f"`{word}` inside a differentiated function", OTHER_SCOPE)


SIMPLE: dict[type, Callable[..., None]] = {
    ast.Assign: assign_all, ast.AnnAssign: annotated, ast.AugAssign: augmented, ast.Expr: _expression,
    ast.FunctionDef: _define, ast.Delete: _delete, ast.Import: _import, ast.ImportFrom: _import,
    ast.Global: _scope, ast.Nonlocal: _scope, ast.Raise: observe,
    ast.Pass: lambda frame, node: None,
}  # fmt: skip
