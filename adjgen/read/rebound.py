"""What rebinds names of a module or class other than an assignment at top level, found in the text.

`global`, `:=`, `globals()[...]`, `module.K = ...`, `setattr(Class, "k", ...)`. A constant that one
of these may reach is not frozen.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adjgen.read.constants import evaluate, fixed
from adjgen.read.flow import SCOPES, assigned, has_own_namespace, own_nodes
from adjgen.read.modules import Module, source_of
from adjgen.read.names import Binding, Callee, Constant, External, Known, ModuleName, Place

if TYPE_CHECKING:
    from adjgen.read.session import Moment
    from adjgen.read.static import StaticScope

ANY = "*"
CHANGING = {"update", "setdefault", "pop", "popitem", "clear", "__setitem__", "__delitem__"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
OF_CLASSES = {"__new__", "__init_subclass__", "__class_getitem__"}  # their first parameter is one
OTHER = re.compile(r"\b(setattr|delattr|__dict__|vars)\b")


@dataclass(frozen=True, eq=False)
class Store:
    """`base.name = ...` or its like; `local` if the base is a name of the function around it."""

    base: ast.expr
    line: int
    local: bool


class Rebound:
    """The names that a file rebinds: its own, and attributes of what it can reach."""

    def __init__(self, tree: ast.Module, text: str) -> None:
        self.tree, self.text = tree, text

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of the module itself, with what rebinds them; ANY if one is not known."""
        found: dict[str, str] = {}
        if "globals(" in self.text or "exec(" in self.text:
            for node, _, owner in self.inside:
                written = _globals_written(node) if owner else []
                if owner and written and self._runs(owner):
                    found |= dict.fromkeys(written, f"`globals()` in line {node.lineno}")
        if ":=" in self.text:
            for inner in own_nodes(*self.tree.body):
                if isinstance(inner, ast.NamedExpr):
                    found[inner.target.id] = f"`:=` in line {inner.lineno}"
        if "global" in self.text:
            for part in ast.walk(self.tree):
                for name in part.names if isinstance(part, ast.Global) else ():
                    found[name] = f"`global {name}` in line {getattr(part, 'lineno', 0)}"
        return found

    def _runs(self, owner: ast.AST) -> bool:
        """Whether the file itself may run a function or class at its top level."""
        if not isinstance(owner, FUNCTIONS) or owner.decorator_list:
            return True
        named = (getattr(n, "id", getattr(n, "attr", "")) for n in ast.walk(self.tree))
        return owner.name in named

    @cached_property
    def inside(self) -> list[tuple[Any, frozenset[str], Any]]:
        """Every node, with the names local to the functions around it and the outermost of these."""
        return list(_inside(self.tree))

    @cached_property
    def attributes(self) -> dict[str, list[Store]]:
        """The attributes that are bound or deleted from outside, by name."""
        found: dict[str, list[Store]] = {}
        own = _own_attributes(self.tree)
        for node, around, _ in self.inside:
            for base, name in _stores(node):
                if id(base) not in own:
                    root = base
                    while isinstance(root, ast.Attribute):
                        root = root.value
                    local = isinstance(root, ast.Name) and root.id in around
                    found.setdefault(name, []).append(Store(base, node.lineno, local))
        return found

    @cached_property
    def dotted(self) -> set[str] | None:
        """What stands behind a dot in the file, which is quick to see; None if that is not all."""
        return None if OTHER.search(self.text) else set(re.findall(r"\.\s*(\w+)", self.text))

    def stores(self, name: str) -> list[Store]:
        """Return the stores that may bind an attribute of this name."""
        if self.dotted is not None and name not in self.dotted:
            return []
        return [*self.attributes.get(name, ()), *self.attributes.get(ANY, ())]


def _inside(tree: ast.AST) -> Iterator[tuple[Any, frozenset[str], Any]]:
    pending: list[tuple[Any, frozenset[str], Any]] = [(tree, frozenset(), None)]
    while pending:
        node, names, owner = pending.pop()
        yield node, names, owner
        if isinstance(node, SCOPES):
            owner = owner or node
        if isinstance(node, (*FUNCTIONS, ast.Lambda)):
            body = node.body if isinstance(node.body, list) else [node.body]
            inner = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
            names = names | inner | set(assigned(body))
        pending += [(child, names, owner) for child in ast.iter_child_nodes(node)]


def _own_attributes(tree: ast.AST) -> set[int]:
    """Return the names `self` in methods: what is stored there is the object's, not the class's."""
    found: set[int] = set()
    for owner in ast.walk(tree):
        for method in owner.body if isinstance(owner, ast.ClassDef) else ():
            if (
                not isinstance(method, FUNCTIONS)
                or method.name in OF_CLASSES
                or not method.args.args
            ):
                continue
            marks = {getattr(d, "id", "") for d in method.decorator_list}
            if not marks & {"classmethod", "staticmethod"}:
                first = method.args.args[0].arg
                names = (n for n in ast.walk(method) if isinstance(n, ast.Name))
                found |= {id(n) for n in names if n.id == first}
    return found


def _is_call(node: ast.AST | None, *names: str) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in names


def _globals_written(node: Any) -> list[str]:
    """Return the names of the module that a node inside a function or class writes."""
    if isinstance(node, (ast.Subscript, ast.Attribute)) and _is_call(node.value, "globals"):
        return _written(node)
    if isinstance(node, ast.Call) and _is_call(node, "exec"):
        return [] if has_own_namespace(node) else [ANY]
    passed = node.args if isinstance(node, ast.Call) else [getattr(node, "value", None)]
    stored = isinstance(node, (ast.Assign, ast.Call, ast.Return, ast.NamedExpr))
    return [ANY] if stored and any(_is_call(part, "globals") for part in passed) else []


def _text(node: ast.AST | None) -> str:
    value = getattr(node, "value", None)
    return value if isinstance(value, str) else ANY


def _written(node: Any) -> list[str]:
    """Return the names that `space[...]` or `space.update` writes into a dict of names."""
    if isinstance(node, ast.Subscript):
        return [] if isinstance(node.ctx, ast.Load) else [_text(node.slice)]
    if isinstance(node, ast.Attribute):
        return [ANY] if node.attr in CHANGING else []
    return []


def _stores(node: Any) -> Iterator[tuple[ast.expr, str]]:
    """Yield the object and attribute that a node binds or deletes."""
    if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
        yield node.value, node.attr
    elif _is_call(node, "setattr", "delattr") and node.args:
        yield node.args[0], _text(node.args[1]) if len(node.args) > 1 else ANY
    elif isinstance(node, (ast.Subscript, ast.Attribute)):
        space = node.value
        if isinstance(space, ast.Attribute) and space.attr == "__dict__":
            yield from ((space.value, name) for name in _written(node))
        elif isinstance(space, ast.Call) and _is_call(space, "vars") and space.args:
            yield from ((space.args[0], name) for name in _written(node))


def settled(
    binding: Binding, home: "StaticScope", target: object, name: str, place: Place | None
) -> Binding:
    """Return what a name of a module (its scope) or class (its node) in `home` is if that is certain.

    What another file rebinds is not found where it was defined: that External has no place.
    """
    number = isinstance(binding, Constant) or (
        isinstance(binding, External)
        and not isinstance(binding.node, ast.ClassDef)
        and (binding.node is not None or binding.table is not None)
    )
    if number and target is home and ANY in home.rebound.names:
        return External(place, f"{home.rebound.names[ANY]} may rebind it")
    for scope in [*home.session.scopes.values()]:
        for store in scope.rebound.stores(name):
            certain = None if store.local else _means(scope, store.base, target)
            if certain or (certain is None and number and scope is home):
                why = f"line {store.line} of {scope.file.label} rebinds it"
                return External(place if scope is home else None, why)
    return binding


def lasting(node: ast.expr, moment: "Moment") -> bool:
    """Whether an expression has the value later that it has at a moment of the import."""
    if fixed(node, moment):
        return True
    if isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
        return all(
            lasting(n, moment) for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)
        )
    scope = moment.scope
    if isinstance(node, ast.Attribute):
        others = scope.session.scopes.values()
        stored = any(other.rebound.stores(node.attr) for other in others)
        return not stored and lasting(node.value, moment)
    if (
        not isinstance(node, ast.Name)
        or node.id in scope.rebound.names
        or ANY in scope.rebound.names
    ):
        return False
    entries = [*scope.table.names.get(node.id, ()), *scope.table.stars]
    return all(entry.order < moment.before for entry in entries)


def _means(scope: "StaticScope", base: ast.expr, target: object) -> bool | None:
    """Return whether an expression is a module or class; None if that is not known."""
    found = evaluate(base, scope, None)
    if isinstance(found, ModuleName) and isinstance(found.found, Module):
        return scope.scope_of(source_of(found.found)) is target
    if isinstance(found, External) and isinstance(found.node, ast.ClassDef):
        return found.node is target
    return False if isinstance(found, (Known, Constant, Callee)) else None
