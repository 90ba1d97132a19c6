"""What generated code writes for a name from outside the function: a reference, for emission to spell.

Tables that are written out in a module are noted: a generated module has a copy of its own.
"""

import ast
import copy
from typing import TYPE_CHECKING, Any

from adjgen.read import names
from adjgen.read.flow import COMPREHENSIONS
from adjgen.read.missing import constant_expression, missing_hint
from adjgen.read.opaque import targets
from adjgen.read.values import BindingValue, Value

if TYPE_CHECKING:
    from adjgen.read.frame import Frame


def expression_of(frame: "Frame", node: ast.AST, binding: Any, name: str) -> ast.expr:
    """Return what generated code writes for a name from outside the function."""
    place = getattr(binding, "place", None)
    if isinstance(binding, names.Constant) and place is None:
        return constant_expression(binding.value)
    if isinstance(binding, (names.Known, names.ModuleName)):
        if isinstance(binding, names.ModuleName):
            module, member = binding.dotted, ""
        else:
            module, member = binding.home()
        return frame.member_of(module, member)
    if isinstance(binding, names.Callee):
        place = binding.place or binding.definition.place
    if place is None or not place.module:  # a text that came from no file has no module
        missing = isinstance(binding, names.Missing)
        what = f"`{name}` is not defined" if missing else f"generated code cannot import `{name}`"
        frame.problem(node, "ADJ501", what, missing_hint(binding))
        return ast.Constant(None)
    if place.holder is not None:
        frame.session.holders[place.module] = place.holder
    elif is_table(binding):
        frame.session.tables[place.module, place.name] = binding
    return frame.member_of(place.module, place.name)


def is_table(binding: Any) -> bool:
    """Whether a name stands for what is written out as a display in a module."""
    return isinstance(binding, names.External) and binding.table is not None


def table_value(frame: "Frame", node: ast.AST) -> Value | None:
    """Return the value of a name that stands for a table, None for others."""
    binding = frame.binding(node)
    return BindingValue(binding) if is_table(binding) else None


def display_of(frame: "Frame", default: object) -> ast.AST | None:
    """Return the display that a default is, or that it is the name of."""
    if isinstance(default, (ast.Name, ast.Attribute)):
        binding = frame.binding(default)
        return binding.table if is_table(binding) else None
    return default if isinstance(default, ast.AST) else None


def tables_named(frame: "Frame", node: ast.AST) -> tuple[ast.AST, dict[str, ast.expr]]:
    """Return code in which each `module.TABLE` is one name, and what is written for these names."""
    found: dict[str, ast.expr] = {}
    parts = {text: part for part in ast.walk(node) if (text := _dotted(part))}
    inner = _bound_inside(node) if parts else set()
    for text, part in parts.items():
        if text.partition(".")[0] not in inner:
            binding = frame.binding(part)
            if is_table(binding) and binding.place is not None:
                found[text] = expression_of(frame, part, binding, text)
    return (_Named(set(found)).visit(copy.deepcopy(node)) if found else node), found


def _bound_inside(node: ast.AST) -> set[str]:
    """Return the names that comprehensions and lambdas in a piece of code bind."""
    found: set[str] = set()
    for part in ast.walk(node):
        found |= targets(part) if isinstance(part, COMPREHENSIONS) else set()
        found |= {part.arg} if isinstance(part, ast.arg) else set()
    return found


def _dotted(node: ast.AST) -> str:
    """Return the text of `a.b.c`, "" for anything else."""
    parts = []
    while isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *parts[::-1]]) if parts and isinstance(node, ast.Name) else ""


class _Named(ast.NodeTransformer):
    """Makes one name of each dotted text that is known."""

    def __init__(self, texts: set[str]) -> None:
        self.texts = texts

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        text = _dotted(node)
        if text in self.texts:
            return ast.copy_location(ast.Name(text, ast.Load()), node)
        return self.generic_visit(node)
