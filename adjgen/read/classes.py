"""Dataclasses and NamedTuples as structures: their fields, as the class or its text says.

The API asks the class; on the command line its text is read, and that of the classes above it.
"""

import ast
import dataclasses
import enum
import inspect
import sys
import types
import typing
from collections.abc import Mapping
from functools import partial
from typing import Any

from adjgen.ir.trees import LEAF, Record, Tree
from adjgen.ir.types import OPAQUE
from adjgen.read.constants import evaluate
from adjgen.read.definitions import base_of
from adjgen.read.names import External, Known, Place
from adjgen.read.session import Moment
from adjgen.read.structures import (
    NUMBER,
    NUMBERS,
    Structure,
    UnfitError,
    of_items,
    structure,
    together,
)

PASSIVE = Structure(LEAF, (OPAQUE,))  # a field that is no number, and has no derivative
NO_NUMBERS = {"builtins.bool", "builtins.str", "builtins.NoneType", "types.NoneType"}
# What changes how an object is made, or what reading a field or item of it means.
ODD = {
    "__init__", "__new__", "__post_init__", "__getattr__", "__getattribute__", "__setattr__",
    "__iter__", "__len__", "__getitem__", "__reversed__", "__contains__", "__iadd__", "__isub__",
    "__imul__", "__itruediv__", "__ipow__",
}  # fmt: skip
IN_A_CLASS = (ast.AnnAssign, ast.Assign, ast.FunctionDef, ast.Expr, ast.Pass)
Fields = dict[str, Structure]


def structure_of_class(binding: External) -> Structure | None:
    """Return the structure of the objects of a class, None if it is none of numbers.

    Raises
    ------
    UnfitError
        If it is a dataclass or NamedTuple with numbers, and something else that is not known.
    """
    if isinstance(binding.value, type):
        return _of_live(binding, binding.value)
    if isinstance(binding.node, ast.ClassDef) and binding.scope is not None:
        return _of_text(binding, binding.node)
    return None


def _made(binding: External, fields: Fields, kind: str, frozen: bool) -> Structure | None:
    """Return the structure of objects with these fields; the object itself is before them."""
    if all(part is PASSIVE for part in fields.values()):
        return None
    if binding.place is None or not binding.place.module:
        raise unfit(binding, "is not in a module that generated code can import")
    passive = frozenset(name for name, part in fields.items() if part is PASSIVE)
    inner = [r for part in fields.values() for r in part.tree.records()]
    reference = f"@{binding.place.module}:{binding.place.name}"
    frozen = frozen and all(record.frozen for record in inner)
    whole = any(part.whole for part in fields.values())
    record = Record(reference, ("", *fields), passive, frozen, whole, binding)
    tree = Tree(kind, (LEAF, *(part.tree for part in fields.values())), record)
    return Structure(tree, (OPAQUE, *(kind for part in fields.values() for kind in part.types)))


def unfit(binding: External, why: str) -> UnfitError:
    """Return the refusal of objects of a class."""
    name = getattr(binding.node, "name", "") or getattr(binding.value, "__name__", "the class")
    hint = "Pass its numbers as parameters, or as a tuple; or name other parameters with wrt=."
    return UnfitError("ADJ609", f"`{name}` {why}", hint)


# ---- the class itself


def _of_live(binding: External, cls: type) -> Structure | None:
    is_tuple = issubclass(cls, tuple) and hasattr(cls, "_fields")
    if not is_tuple and "__dataclass_fields__" not in vars(cls):
        return None
    names = cls._fields if is_tuple else [f.name for f in dataclasses.fields(cls)]  # type: ignore[attr-defined]
    try:
        hints = typing.get_type_hints(cls)
    except Exception as error:  # what a text in an annotation may raise, which is the user's
        raise unfit(binding, f"has an annotation that cannot be read ({error})") from None
    if not set(names) <= set(hints):
        return None  # of collections.namedtuple
    fields = {name: _field_of_live(binding, name, hints[name]) for name in names}
    if all(part is PASSIVE for part in fields.values()):
        return None
    for one in cls.__mro__[:-1]:
        for name in sorted(ODD & set(vars(one)) if one is not tuple else ()):
            if not _is_generated(vars(one)[name]):
                raise unfit(binding, f"has a method `{name}` of its own")
    if is_tuple:
        return _made(binding, fields, "tuple", True)
    if not cls.__dataclass_params__.init or not all(f.init for f in dataclasses.fields(cls)):  # type: ignore[attr-defined]
        raise unfit(binding, "has fields that its constructor does not take")
    return _made(binding, fields, "record", cls.__dataclass_params__.frozen)  # type: ignore[attr-defined]


def _is_generated(method: Any) -> bool:
    """Whether a method was written by dataclass or NamedTuple, which execute text."""
    code = getattr(inspect.unwrap(getattr(method, "__func__", method)), "__code__", None)
    generated = code is not None and code.co_filename in ("<string>", dataclasses.__file__)
    return generated or code is None


def _field_of_live(binding: External, name: str, hint: Any) -> Structure:
    found = _said_by(hint)
    if found is None:
        raise unfit(binding, f"has a field `{name}` that is no number, nor a tuple of such")
    return found


def _said_by(hint: Any) -> Structure | None:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint in (float, int):
        return NUMBERS[f"builtins.{hint.__name__}"]
    if hint in (bool, str, type(None)) or origin is typing.Literal:
        return PASSIVE
    if origin in (typing.Union, types.UnionType):
        parts = [_said_by(part) for part in args]
        return parts[0] if parts[0] in (NUMBER, PASSIVE) and len({*parts}) == 1 else None
    if origin is tuple:
        if len(args) == 2 and args[1] is ...:
            return of_items(NUMBER) if _said_by(args[0]) == NUMBER else None
        found = [_said_by(part) for part in args]
        return None if any(part is PASSIVE for part in found) else together(found)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return PASSIVE
    if isinstance(hint, type):
        return structure_of_class(External(_place(hint), value=hint))
    return None


def _place(cls: type) -> Place | None:
    found: Any = sys.modules.get(cls.__module__)
    for part in cls.__qualname__.split("."):
        found = getattr(found, "__dict__", {}).get(part)
    return Place(cls.__module__, cls.__qualname__) if found is cls else None


# ---- its text


def _of_text(binding: External, node: ast.ClassDef) -> Structure | None:
    dotted = [getattr(meaning(binding, base), "dotted", "") for base in node.bases]
    if "typing.NamedTuple" in dotted and not node.decorator_list:
        fields = _fields(binding, node)
        return _checked(binding, [binding], fields, "tuple", True)
    settings = _settings(binding, node)
    if settings is None:
        return None
    chain = [binding]
    while chain[-1].node.bases:  # type: ignore[union-attr]
        above = base_of(chain[-1])
        if above is None:
            raise unfit(binding, "is derived from classes that are not known")
        chain.append(above)
    fields = {}
    for one in reversed(chain):
        if _settings(one, one.node) is not None:
            fields |= _fields(one, one.node)
    if settings.get("init") is False:
        raise unfit(binding, "has fields that its constructor does not take")
    return _checked(binding, chain, fields, "record", settings.get("frozen") is True)


def _checked(
    binding: External, chain: list[External], fields: Fields, kind: str, frozen: bool
) -> Structure | None:
    """Return the structure of objects, if no class of the chain does something of its own with them."""
    for one in chain:
        body: list[ast.stmt] = one.node.body  # type: ignore[union-attr]
        if not all(isinstance(part, IN_A_CLASS) for part in body):
            raise unfit(binding, "has more in its body than fields and methods")
        if any(name.startswith("__") for name in fields):
            raise unfit(binding, "has a private field")
        own = {part.name for part in body if isinstance(part, ast.FunctionDef)}
        for name in sorted(own & (ODD | fields.keys())):
            raise unfit(binding, f"has a method `{name}` of its own")
    return _made(binding, fields, kind, frozen)


def meaning(binding: External, node: ast.AST) -> Any:
    """Return what a name in the text of a class stands for."""
    scope: Any = binding.scope
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return None
    return evaluate(node, Moment(scope, scope.order_of(binding.node)), None)


def _settings(binding: External, node: Any) -> Mapping[str, Any] | None:
    """Return the keywords of a class's decorator `dataclass`, None if it has no such one."""
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if getattr(meaning(binding, called), "dotted", "") == "dataclasses.dataclass":
            if len(node.decorator_list) > 1 or node.keywords:
                raise unfit(binding, "has another decorator, or a metaclass")
            words = decorator.keywords if isinstance(decorator, ast.Call) else []
            return {str(k.arg): getattr(k.value, "value", None) for k in words}
    return None


def _fields(binding: External, node: Any) -> Fields:
    """Return the fields that a class itself has."""
    found = {}
    for part in node.body:
        if not isinstance(part, ast.AnnAssign) or not isinstance(part.target, ast.Name):
            continue
        said = part.annotation
        inner = said.value if isinstance(said, ast.Subscript) else said
        dotted = getattr(meaning(binding, inner), "dotted", "")
        if dotted in ("typing.ClassVar", "dataclasses.KW_ONLY"):
            continue
        if isinstance(part.value, ast.Call) and any(k.arg == "init" for k in part.value.keywords):
            raise unfit(binding, "has fields that its constructor does not take")
        one = _said_in(binding, said)
        if one is None:
            what = f"has a field `{part.target.id}` that is no number, nor a tuple of such"
            raise unfit(binding, what)
        found[part.target.id] = one
    return found


def _said_in(binding: External, said: ast.expr) -> Structure | None:
    resolve = partial(meaning, binding)
    if isinstance(said, ast.Constant) and isinstance(said.value, str):
        try:
            said = ast.parse(said.value.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            return None
    if isinstance(said, ast.BinOp) and isinstance(said.op, ast.BitOr):
        sides = [_said_in(binding, side) for side in (said.left, said.right)]
        if sides == [PASSIVE, PASSIVE]:
            return PASSIVE
    if isinstance(said, ast.Constant) and said.value is None:
        return PASSIVE
    inner = said.value if isinstance(said, ast.Subscript) else said
    meant = resolve(inner)
    if isinstance(meant, Known) and meant.dotted in (*NO_NUMBERS, "typing.Literal"):
        return PASSIVE
    if isinstance(meant, External) and isinstance(meant.node, ast.ClassDef):
        dotted = [getattr(meaning(meant, base), "dotted", "") for base in meant.node.bases]
        if any(base.startswith("enum.") for base in dotted):
            return PASSIVE
    return structure(said, resolve)
