"""The methods that a method calls of its own object, `self.h(x)`, or of the classes above, `super().h(x)`.

The API asks the object. On the command line the class that was named speaks, unless the file shows
that an object or a class derived from it has something else of that name.
"""

import ast
import dataclasses
from typing import Any

from adjgen.read.definitions import base_of
from adjgen.read.flow import assigned
from adjgen.read.frame import Frame
from adjgen.read.names import ABSENT, Callee, External
from adjgen.read.values import FunctionValue


def method(frame: Frame, function: ast.expr) -> FunctionValue | None:
    """Return the function of `self.h` or `super().h`, with self as its first argument."""
    if not isinstance(function, ast.Attribute):
        return None
    of, start = function.value, None
    if isinstance(of, ast.Call) and frame.dotted(of.func) == "builtins.super":
        named = [frame.binding(of.args[0]), of.args[1]] if len(of.args) == 2 else []
        own = [_own(frame.definition), ast.Name(_first(frame.definition), ast.Load())]
        start, of = named or own
    owner = frame.frame_of(of.id) if isinstance(of, ast.Name) else None
    if owner is None or not isinstance(of, ast.Name) or not _is_self(owner, of.id):
        return None
    above = function.value is not of
    binding = _member(owner.definition, function.attr, start) if start or not above else None
    if not isinstance(binding, Callee):
        return None
    found = binding.definition
    if not found.bound or found.self_value is not ABSENT:
        return FunctionValue(found)
    found = dataclasses.replace(found, owner=owner.definition.owner)
    return FunctionValue(found, first=(owner.env[of.id],))


def doubtful(frame: Frame, function: ast.expr) -> bool:
    """Whether `self.h` is a method of a class whose objects may have another one of that name."""
    of = function.value if isinstance(function, ast.Attribute) else None
    owner = frame.frame_of(of.id) if isinstance(of, ast.Name) else None
    if not isinstance(function, ast.Attribute) or owner is None or not isinstance(of, ast.Name):
        return False
    text = owner.definition.owner if _is_self(owner, of.id) else None
    return text is not None and shadowed(text, function.attr, True)


def _own(definition: Any) -> Any:
    """Return the class around a method: `super()` without arguments means it."""
    if getattr(definition, "self_value", ABSENT) is not ABSENT:
        return definition.scope.resolve("__class__")
    return getattr(definition, "home", None)


def _first(definition: Any) -> str:
    args = definition.node.args
    names = [*args.posonlyargs, *args.args]
    return names[0].arg if names else ""


def _is_self(frame: Frame, name: str) -> bool:
    """Whether a name is the first parameter of a method and never means anything else."""
    definition = frame.definition
    body = getattr(definition.node, "body", [])
    if not definition.bound or _first(definition) != name or not isinstance(body, list):
        return False
    return name not in assigned(body)


def _member(definition: Any, name: str, start: External | None) -> Any:
    """Return what the object or class of a method has of a name, or the classes above `start` have."""
    value, scope = definition.self_value, definition.scope
    if value is not ABSENT:
        return scope.above(start.value, value, name) if start else scope.member(value, name)
    if definition.owner is None or shadowed(definition.owner, name, start is None):
        return None
    owner = definition.owner
    if start is not None:
        owner = base_of(start) if isinstance(start.node, ast.ClassDef) else None
    return scope.resolve_attribute(owner, name) if owner is not None else None


def shadowed(owner: External, name: str, derived: bool) -> bool:
    """Whether objects of a class may have something else of a name, as far as the files show.

    A store to an attribute of that name is a sign of it, and (if `derived`) a class derived from it.
    """
    one: External | None = owner
    while one is not None:
        tree = one.scope.file.tree  # type: ignore[union-attr]
        stores = (
            n.attr
            for n in ast.walk(tree)
            if isinstance(n, ast.Attribute) and not isinstance(n.ctx, ast.Load)
        )
        if name in stores:
            return True
        one = base_of(one)
    classes = {owner.node.name}  # type: ignore[union-attr]
    for node in ast.walk(owner.scope.file.tree) if derived else ():  # type: ignore[union-attr]
        if isinstance(node, ast.ClassDef):
            if classes & {ast.unparse(base).rpartition(".")[2] for base in node.bases}:
                classes.add(node.name)
                if name in assigned(node.body):
                    return True
    return False
