"""What annotations say of numbers and lists of numbers: `float`, `list[float]`, `list[list[float]]`."""

import ast
from contextlib import suppress

from adjgen.ir.types import REAL, Type, seq
from adjgen.read.frame import Frame
from adjgen.read.state import annotation_of

LISTS = ("builtins.list", "typing.List")


def said_list(frame: Frame, said: ast.expr | None) -> Type | None:
    """Return the type that an annotation like list[list[float]] says, None for others."""
    if isinstance(said, ast.Constant) and isinstance(said.value, str):
        with suppress(SyntaxError, ValueError):
            return said_list(frame, ast.parse(said.value, mode="eval").body)
    if isinstance(said, ast.Subscript) and frame.dotted(said.value) in LISTS:
        is_number = frame.dotted(said.slice) == "builtins.float"
        inner = REAL if is_number else said_list(frame, said.slice)
        return inner and seq(inner)
    return None


def says_plain(frame: Frame, name: str) -> bool:
    """Whether an annotation says that a parameter is a number, or a list of numbers."""
    said = annotation_of(frame.definition.node, name)
    is_number = said is not None and frame.dotted(said) == "builtins.float"
    return is_number or said_list(frame, said) is not None
