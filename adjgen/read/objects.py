"""What is an object, no number: parameters by their annotations, `ell: Ellipsoid | None`, `when: datetime`;
values by what made them, `Gain(2.0)`. Operators of objects are those of their classes.
"""

import ast
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from adjgen.ir.core import Var
from adjgen.ir.types import OPAQUE
from adjgen.read.names import ABSENT, External, Known
from adjgen.read.state import annotation_of

OBJECTS = ("datetime.", "pathlib.", "enum.")  # modules whose classes are no numbers
NUMERIC = ("__float__", "__array__")  # what has one of these is taken for a number
ARITHMETIC = {f"__{side}{name}__" for side in ("", "r") for name in
              "add sub mul truediv floordiv mod pow neg abs".split()}  # fmt: skip
PLAIN_BASES = {"float", "int", "tuple", "list", "Protocol"}
COMPLEX = "ADJ406 a complex number cannot be differentiated"
OPERATOR = "ADJ401 an operator of an object: its class says what it is"
LIBRARY = "ADJ401 an operator of an object of Python's library, which is no number"


def is_object(bindings: Iterable[Any]) -> bool:
    """Whether one of the names in an annotation is a class of the user's, which is no number."""
    return any(map(_names_class, bindings))


def _names_class(binding: Any) -> bool:
    if isinstance(binding, Known):
        return binding.dotted.startswith(OBJECTS) or binding.dotted == "builtins.complex"
    if not isinstance(binding, External):
        return False
    if isinstance(binding.value, type):
        return not _of_numbers(binding.value)
    return isinstance(binding.node, ast.ClassDef) and not _computes(binding.node)


def _of_numbers(cls: type) -> bool:
    """Whether the objects of a class may stand for numbers, or tuples and lists of them."""
    own = hasattr(cls, "_fields") and not ARITHMETIC.isdisjoint(vars(cls))  # of a NamedTuple
    plain = issubclass(cls, (float, int, tuple, list)) and not own
    plain = plain or getattr(cls, "_is_protocol", False)
    return plain or any(hasattr(cls, name) for name in NUMERIC)


def _computes(node: ast.ClassDef) -> bool:
    """Whether a class may be one of numbers: it says so, or has a base and no operators of its own."""
    defined = {getattr(part, "name", "") for part in node.body}
    bases = {ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases}
    own = bool(defined & ARITHMETIC) and bases.isdisjoint(PLAIN_BASES)
    return not defined.isdisjoint(NUMERIC) or (bool(bases) and not own)


def no_number(frame: Any, node: ast.AST) -> str:
    """Return why what an expression gives is no number, or "": an object of a class, or complex."""
    if isinstance(node, ast.Call):
        binding = frame.binding(node.func)
        return _why(binding) if _names_class(binding) else ""
    binding = frame.binding(node)
    if isinstance(binding, External) and binding.value is not ABSENT:
        return why_value(binding.value)
    if isinstance(binding, External) and binding.maker is not None:
        return _why(binding.maker) if _names_class(binding.maker) else ""
    parts = ast.walk(binding.node) if isinstance(binding, External) and binding.node else ()
    return COMPLEX if any(type(getattr(n, "value", None)) is complex for n in parts) else ""


def why_value(value: object) -> str:
    """Return why a live value, or one of those inside a container, is no number, or ""."""
    if isinstance(value, (list, tuple, dict)):
        parts = [*value.values()] if isinstance(value, dict) else value
        return next((why for part in parts if (why := why_value(part))), "")
    cls = type(value)
    if cls is complex:
        return COMPLEX
    other = cls.__module__ != "builtins" and not _of_numbers(cls)
    return OPERATOR if other and any(hasattr(cls, name) for name in ARITHMETIC) else ""


def no_number_said(said: Iterable[Any]) -> str:
    """Return why what an annotation says is no number, or ""."""
    return next((_why(binding) for binding in said if _names_class(binding)), "")


def _why(binding: Any) -> str:
    if not isinstance(binding, Known):
        return OPERATOR
    return COMPLEX if binding.dotted == "builtins.complex" else LIBRARY


def annotation_bindings(frame: Any, name: str) -> list[Any]:
    """Return what the names in an annotation mean: in `bool | None`, Optional[str], "float"."""
    said = annotation_of(frame.definition.node, name)
    found: list[Any] = []
    pending = [] if said is None else [said]
    while pending:
        for part in ast.walk(pending.pop()):
            found.append(frame.binding(part))
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                with suppress(SyntaxError, ValueError):  # Literal["any text"]
                    pending.append(ast.parse(part.value, mode="eval").body)
    return found


def note_object(frame: Any, parameter: Var) -> None:
    """Note of a parameter that its annotation or its default says it is an object, no number."""
    why = no_number_said(annotation_bindings(frame, parameter.hint))
    default = frame.definition.defaults.get(parameter.hint)
    if not why and default is not None:
        why = no_number(frame, default) if isinstance(default, ast.AST) else why_value(default)
    if why and parameter.type == OPAQUE:
        frame.session.foreign[parameter] = why
