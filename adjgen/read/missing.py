"""Constants as syntax trees, and what to say of a name that nothing defines."""

import ast
from typing import Any

from adjgen.elementary.row import BY_NAME
from adjgen.read import names


def missing_hint(binding: Any) -> str:
    """Return what to do about a name that nothing defines."""
    why = getattr(binding, "why", "") or getattr(binding, "reason", "")
    if why or not isinstance(binding, names.Missing):
        return why or "Define it in a module that can be imported."
    known = {dotted.rpartition(".")[2]: dotted for dotted in BY_NAME}
    meant = known.get(names.did_you_mean(binding.name, list(known)), "").removeprefix("builtins.")
    return f"Did you mean `{meant}`?" if meant else "Define or import it."


def constant_expression(value: Any) -> ast.expr:
    """Return the syntax tree of a constant; negative numbers are minus applied to positive ones."""
    if (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and str(value).startswith("-")
    ):
        return ast.UnaryOp(ast.USub(), constant_expression(-value))
    if isinstance(value, float) and (value != value or value in (float("inf"),)):
        return ast.Name(f"@math:{'nan' if value != value else 'inf'}", ast.Load())
    return ast.Constant(value)


def tuple_expression(value: Any) -> ast.expr | None:
    """Return the syntax tree of a tuple of numbers, or of such tuples; None for others."""
    if type(value) in (bool, int, float):
        return constant_expression(value)
    items = [tuple_expression(item) for item in value] if type(value) is tuple else [None]
    known = [item for item in items if item is not None]
    return ast.Tuple(known, ast.Load()) if len(known) == len(items) else None
