"""The methods that a method calls of its own object, `self.h(x)`, or of the classes above, `super().h(x)`.

The API asks the object. On the command line the class that was named speaks, unless the file shows
that an object or a class derived from it has something else of that name.
"""

import ast
from typing import Any

from adjgen.read.definitions import base_of, names_bound
from adjgen.read.flow import assigned
from adjgen.read.frame import Frame
from adjgen.read.names import ABSENT, Callee, External
from adjgen.read.values import FunctionValue


def method(frame: Frame, function: ast.expr) -> FunctionValue | None:
    """Return the function of `self.h` or `super().h`, with self as its first argument."""
    if not isinstance(function, ast.Attribute):
        return None
    of, above = function.value, False
    if isinstance(of, ast.Call) and not of.args and frame.dotted(of.func) == "builtins.super":
        above, of = True, ast.Name(_first(frame.definition), ast.Load())
    owner = frame.frame_of(of.id) if isinstance(of, ast.Name) else None
    if owner is None or not isinstance(of, ast.Name) or not _is_self(owner, of.id):
        return None
    binding = _member(owner.definition, function.attr, above)
    if not isinstance(binding, Callee):
        return None
    found = binding.definition
    given = found.bound and found.self_value is ABSENT
    return FunctionValue(found, first=(owner.env[of.id],) if given else ())


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


def _member(definition: Any, name: str, above: bool) -> Any:
    """Return what the object or class of a method has of a name; `above`: the classes before its own."""
    value, scope = definition.self_value, definition.scope
    if value is not ABSENT:
        return scope.above(value, name) if above else scope.member(value, name)
    owner = definition.owner
    if owner is None or shadowed(owner, name):
        return None
    owner = base_of(owner) if above else owner
    return scope.resolve_attribute(owner, name) if owner is not None else None


def shadowed(owner: External, name: str) -> bool:
    """Whether objects of a class may have something else of a name, as far as its file shows."""
    tree = owner.scope.file.tree  # type: ignore[union-attr]
    derived = {owner.node.name}  # type: ignore[union-attr]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == name:
            if not isinstance(node.ctx, ast.Load):
                return True
        elif isinstance(node, ast.ClassDef):
            if derived & {ast.unparse(base).rpartition(".")[2] for base in node.bases}:
                derived.add(node.name)
                if any(name in names_bound(inner) for inner in node.body):
                    return True
    return False
