"""What generated code says of a parameter: of numbers what adjgen knows, of others what the user said.

A user's annotation is taken only where it is plain (`int | None`) and the default agrees: people
annotate floats as int.
"""

import ast
from typing import Any

from adjgen.ir.types import BOOL, INT, REAL, Type
from adjgen.read.frame import Frame
from adjgen.read.outside import display_of
from adjgen.read.parameters import Uses
from adjgen.read.said_arrays import said_array
from adjgen.read.state import annotation_of

PLAIN = {"bool": (bool,), "int": (bool, int), "float": (bool, int, float), "str": (str,)}


def annotation(definition: Any, name: str, kind: Type, differentiable: bool, used: Uses) -> str:
    """Return the annotation of a parameter, "" where nothing is known."""
    default = definition.defaults.get(name, ...)
    number = differentiable or kind == REAL and name in used.numbers
    said = plain(annotation_of(definition.node, name))
    optional = ["None"] if default is None or "None" in said else []
    said = [] if number else said
    if kind.dtype:
        whole = _whole(definition, name, kind)
        return " | ".join(whole + optional) if whole else ""
    if kind.element is not None and _of_tuple(definition, default, used):
        user = annotation_of(definition.node, name)
        of_tuple = user is None or ast.unparse(user).lower().startswith("tuple")
        found = ["tuple[float, ...]"] if of_tuple else ["Any"]
    elif number:
        found = [spelled(kind)]
    elif said and agrees(said, default):
        found = said
    elif isinstance(default, (bool, str)):
        found = [type(default).__name__]
    elif kind == INT:
        found = ["int"]
    elif kind == REAL:
        found = ["float"] if default is not ... else ["bool"]  # only its truth is asked for
    elif name in used.texts and name not in used.numbers | used.counts | used.objects:
        found = ["str"]
    else:
        return ""
    return " | ".join(dict.fromkeys(found + optional))


def _of_tuple(definition: Any, default: object, used: Uses) -> bool:
    """Whether a default is no list: a tuple that is written out, there or in a module."""
    outside = Frame(used.frame.session, definition, ())
    return isinstance(display_of(outside, default), ast.Tuple)


def _whole(definition: Any, name: str, kind: Type) -> list[str]:
    """Return how an array is annotated that the user's own annotation says all of; others are checked."""
    said = said_array(definition.file, annotation_of(definition.node, name), name)
    sure = said is not None and type(said.shape) is type(kind.shape)
    return ["ndarray"] if sure else []


def spelled(kind: Type) -> str:
    """Return how a number, or a list of numbers, is annotated."""
    if kind.element is not None:
        return f"list[{spelled(kind.element)}]"
    return {INT: "int", BOOL: "bool"}.get(kind, "float")


def agrees(said: list[str], default: object) -> bool:
    """Whether a default has one of the types that are said."""
    kinds = tuple(kind for word in said for kind in PLAIN.get(word, ()))
    return default is ... or default is None or isinstance(default, kinds)


def plain(node: ast.expr | None) -> list[str]:
    """Return the parts of an annotation that has nothing but bool, int, float, str and None.

    >>> plain(ast.parse("Optional[int]", mode="eval").body), plain(ast.parse("Callable", mode="eval").body)
    (['int', 'None'], [])
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value.strip(), mode="eval").body
        except SyntaxError:
            return []
    if isinstance(node, ast.Constant) and node.value is None:
        return ["None"]
    if isinstance(node, ast.Name) and node.id in PLAIN:
        return [node.id]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = plain(node.left), plain(node.right)
        return [*sides[0], *sides[1]] if all(sides) else []
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        inner = plain(node.slice)
        if node.value.id == "Optional" and inner:
            return [*inner, "None"]
        if node.value.id == "list" and inner:
            return [f"list[{' | '.join(inner)}]"]
    return []
