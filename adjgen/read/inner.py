"""Functions that are defined inside another one: lambdas, and defs in a body."""

import ast
from dataclasses import dataclass, field
from typing import Any

from adjgen.read import expressions
from adjgen.read.frame import Frame
from adjgen.read.values import Value


@dataclass(frozen=True, eq=False)
class InnerDefinition:
    """A lambda or a function defined inside another: what names.Definition says of others."""

    node: Any
    file: Any
    scope: Any
    qualname: str
    defaults: dict[str, Value] = field(default_factory=dict)
    bound: int = 0
    live: Any = None


def inner_definition(frame: Frame, node: ast.FunctionDef | ast.Lambda) -> InnerDefinition:
    """Return a function defined here; its defaults are evaluated now, as Python does."""
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    pairs = list(zip(positional[len(positional) - len(args.defaults) :], args.defaults))
    pairs += [(a, d) for a, d in zip(args.kwonlyargs, args.kw_defaults) if d is not None]
    defaults = {a.arg: expressions.value(frame, d) for a, d in pairs}
    name = getattr(node, "name", "<lambda>")
    of = frame.definition
    return InnerDefinition(node, of.file, of.scope, f"{of.qualname}.{name}", defaults)
