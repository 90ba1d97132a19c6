"""Definitions of the functions and methods of a file that is only parsed, with their defaults."""

import ast
from typing import TYPE_CHECKING, Any

from adjgen.read.constants import evaluate, number
from adjgen.read.flow import assigned
from adjgen.read.names import (
    Binding,
    Callee,
    Constant,
    Definition,
    External,
    FunctionNode,
    Place,
    Scope,
)
from adjgen.read.private import written_out
from adjgen.read.rebound import lasting, settled
from adjgen.read.session import Moment

if TYPE_CHECKING:
    from adjgen.read.static import StaticScope


def define(
    view: "Moment",
    moment: "Moment",
    node: FunctionNode,
    qualname: str,
    owner: ast.ClassDef | None,
) -> Definition:
    """Return the definition of a function, or of a method of `owner`; `self` stays a parameter."""
    if owner is None:
        return Definition(
            node, view.scope.file, view, qualname, _defaults(node, moment, qualname, None)
        )
    static = "staticmethod" in marks(node)
    node = written_out(node, owner.name, view.scope.file)
    of = External(None, node=owner, scope=view.scope)
    defaults = _defaults(node, moment, qualname, owner)
    return Definition(
        node, view.scope.file, view, qualname, defaults, int(not static), static=static, owner=of,
        home=of,
    )  # fmt: skip


def _defaults(
    node: FunctionNode, moment: "Moment", qualname: str, owner: ast.ClassDef | None
) -> dict[str, object]:
    """Return the values that the defaults had when the function was defined, else their trees."""
    hidden = set(assigned(owner.body)) if owner else set()
    found: dict[str, object] = {}
    for name, default in parameter_defaults(node):
        found[name] = default
        of_class = hidden & {n.id for n in ast.walk(default) if isinstance(n, ast.Name)}
        if of_class or not lasting(default, moment):
            found[name] = _kept(node, qualname, name)
        if of_class:
            continue  # a name of the class body, which is no scope of its methods
        binding = evaluate(default, moment, None)
        if isinstance(binding, Constant):
            found[name] = binding.value
        elif number(binding) is not None:
            found[name] = number(binding)
    return found


def _kept(node: FunctionNode, qualname: str, name: str) -> ast.expr:
    """Return the expression of a default as the function itself keeps it."""
    if name in {a.arg for a in node.args.kwonlyargs}:
        text = f"{qualname}.__kwdefaults__[{name!r}]"
    else:
        positional = [*node.args.posonlyargs, *node.args.args]
        first = len(positional) - len(node.args.defaults)
        text = f"{qualname}.__defaults__[{[a.arg for a in positional].index(name) - first}]"
    tree = ast.parse(text, mode="eval").body
    for inner in ast.walk(tree):
        ast.copy_location(inner, node)
    return tree


def parameter_defaults(node: FunctionNode) -> list[tuple[str, ast.expr]]:
    """Return the parameters that have a default, with it."""
    positional = [*node.args.posonlyargs, *node.args.args]
    pairs = list(zip(positional[len(positional) - len(node.args.defaults) :], node.args.defaults))
    keyword = zip(node.args.kwonlyargs, node.args.kw_defaults)
    return [(a.arg, d) for a, d in [*pairs, *keyword] if d is not None]


def member_of_class(scope: "StaticScope", moment: Scope, owner: External, name: str) -> Binding:
    """Return what `Class.name` stands for; of a class that others shape only methods are known."""
    place = inside(owner.place, name)
    node: Any = owner.node
    return settled(_member(scope, moment, owner, name, place), scope, node, name, place)


def _member(
    scope: "StaticScope", moment: Scope, owner: External, name: str, place: Place | None
) -> Binding:
    node: Any = owner.node
    private = name.removeprefix("_" + node.name.lstrip("_"))
    name = private if private.startswith("__") else name
    bound = [inner for inner in node.body if name in assigned([inner])]
    plain = not (node.bases or node.keywords or node.decorator_list)
    base = base_of(owner)
    if not bound and base is not None:
        above: Any = base.scope
        return member_of_class(above, Moment(above, above.order_of(base.node)), base, name)
    if len(bound) == 1 and isinstance(bound[0], ast.FunctionDef):
        if marks(bound[0]) <= {"staticmethod"}:
            before = scope.order_of(node)
            return Callee(scope.definition(bound[0], f"{node.name}.{name}", before, node), place)
    if len(bound) == 1 and isinstance(bound[0], ast.Assign) and plain:
        value = evaluate(bound[0].value, moment, place)
        if isinstance(value, Constant):
            return value
    return External(place, f"`{node.name}.{name}` is not known before run time")


def base_of(owner: External) -> External | None:
    """Return the class that a class is derived from, if it is one whose text is known."""
    node: Any = owner.node
    if len(node.bases) != 1 or node.keywords or owner.scope is None:
        return None
    scope: Any = owner.scope
    base = evaluate(node.bases[0], Moment(scope, scope.order_of(node)), None)
    return base if isinstance(base, External) and isinstance(base.node, ast.ClassDef) else None


def marks(node: FunctionNode) -> set[str]:
    """Return the bare names of the decorators, "?" for others."""
    decorators = getattr(node, "decorator_list", [])
    return {d.id if isinstance(d, ast.Name) else "?" for d in decorators}


def inside(place: Place | None, attribute: str) -> Place | None:
    """Return the place of an attribute of what is at a place."""
    if place is None:
        return None
    return Place(place.module, f"{place.name}.{attribute}".lstrip("."), place.holder)
