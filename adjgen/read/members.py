"""What objects of a class have besides their fields: methods, properties, constants; how they are made."""

import ast
import dataclasses
import functools
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from adjgen.diagnostics import AdjgenError
from adjgen.ir.trees import Record
from adjgen.read.classes import meaning
from adjgen.read.constants import PLAIN, evaluate
from adjgen.read.definitions import base_of, inside
from adjgen.read.flow import assigned
from adjgen.read.frame import Frame
from adjgen.read.methods import shadowed
from adjgen.read.modules import is_known
from adjgen.read.names import ABSENT, Callee, Constant, External, Place
from adjgen.read.rebound import settled
from adjgen.read.session import Moment
from adjgen.read.source import read_file


def member(frame: Frame, owner: External, name: str) -> tuple[str, Any]:
    """Return what objects of a class have of a name: "method", "static", "property", and the function.

    Of what only running tells, or a class derived from it may have otherwise, nothing is known.
    """
    if not isinstance(owner.value, type):
        return _member(owner, name)
    describe = getattr(frame.definition.scope, "describe", None)
    return _live_member(owner, name, describe) if describe else ("", None)


def _live_member(
    owner: External, name: str, describe: Callable[[Any, Place | None], Any]
) -> tuple[str, Any]:
    found = inspect.getattr_static(owner.value, name, ABSENT)
    if any(name in vars(one) for one in _derived(owner.value)):
        return "", None
    if isinstance(found, (property, functools.cached_property)):
        function = found.fget if isinstance(found, property) else found.func
        return "property", describe(function, None)
    if isinstance(found, staticmethod):
        return "static", describe(found.__func__, None)
    if isinstance(found, types.FunctionType):
        return "method", describe(found, None)
    place = inside(owner.place, name)
    return "value", Constant(found, place) if type(found) in PLAIN else None


def _derived(cls: type) -> Iterator[type]:
    one: type
    for one in type.__subclasses__(cls):
        yield one
        yield from _derived(one)


def _member(owner: External, name: str) -> tuple[str, Any]:
    one: Any = owner
    if shadowed(owner, name, True):
        return "", None
    while one is not None:
        node, scope = one.node, one.scope
        bound = [part for part in node.body if name in assigned([part])]
        if len(bound) == 1 and isinstance(bound[0], ast.FunctionDef):
            before = scope.order_of(node)
            label = f"{node.name}.{name}"
            definition = scope.definition(bound[0], label, before, node)
            return _kind(one, bound[0]), Callee(definition)
        if bound and isinstance(bound[0], ast.AnnAssign) and bound[0].value is not None:
            place = inside(one.place, name)
            moment = Moment(scope, scope.order_of(node))
            found = settled(evaluate(bound[0].value, moment, place), scope, node, name, place)
            return "value", found if isinstance(found, Constant) and len(bound) == 1 else None
        if bound:
            found = scope.resolve_attribute(one, name)
            return "value", found if isinstance(found, Constant) else None
        one = base_of(one)
    return "", None


def _kind(owner: External, node: ast.FunctionDef) -> str:
    """Return what a function in the text of a class is, "" if a decorator makes something else of it."""
    dotted = [getattr(meaning(owner, one), "dotted", "") for one in node.decorator_list]
    known = {
        (): "method", ("builtins.staticmethod",): "static", ("builtins.property",): "property",
        ("functools.cached_property",): "property",
    }  # fmt: skip
    return known.get(tuple(dotted), "")


def note(frame: Frame, record: Record) -> None:
    """Note what generated code needs of a class: where it is, and the files that say what it is."""
    owner: Any = record.owner
    frame.expression_of(frame.definition.node, owner, record.name())
    if isinstance(owner.value, type):
        for one in owner.value.__mro__:
            path = getattr(sys.modules.get(one.__module__), "__file__", None) or ""
            if path.endswith(".py") and not is_known(one.__module__.partition(".")[0]):
                with suppress(AdjgenError):
                    file = read_file(path)
                    frame.session.files.setdefault(file.path, file)
        return
    while owner is not None:
        frame.session.files.setdefault(owner.scope.file.path, owner.scope.file)
        owner = base_of(owner)


def constructor(owner: External) -> dict[str, Any] | None:
    """Return the parameters of a class's constructor with their defaults, None if these are not known."""
    if not isinstance(owner.value, type):
        return _constructor(owner)
    cls: Any = owner.value
    if issubclass(cls, tuple):
        found = {name: cls._field_defaults.get(name, ABSENT) for name in cls._fields}
    else:
        fields = dataclasses.fields(cls)
        if any(f.kw_only or f.default_factory is not dataclasses.MISSING for f in fields):
            return None
        found = {f.name: ABSENT if f.default is dataclasses.MISSING else f.default for f in fields}
    known = all(value is ABSENT or type(value) in PLAIN for value in found.values())
    return found if known else None


def _constructor(owner: External) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    chain = [owner]
    while (above := base_of(chain[-1])) is not None:
        chain.append(above)
    for one in reversed(chain):
        node: Any = one.node
        words = [k.arg for d in node.decorator_list if isinstance(d, ast.Call) for k in d.keywords]
        for part in node.body:
            if not isinstance(part, ast.AnnAssign) or not isinstance(part.target, ast.Name):
                continue
            if part.target.id == "_" or "kw_only" in words:
                return None
            value: Any = ABSENT
            if part.value is not None:
                scope: Any = one.scope
                held = evaluate(part.value, Moment(scope, scope.order_of(node)), None)
                if not isinstance(held, Constant):
                    return None
                value = held.value
            found[part.target.id] = value
    return found
