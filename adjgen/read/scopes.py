"""Carried code that reads variables in ways that renaming them would change."""

import ast
from typing import Any

from adjgen.read import names
from adjgen.read.flow import rebound
from adjgen.read.opaque import SEES_ALL, late_reads


def check_scopes(frame: Any, node: ast.AST) -> None:
    """Refuse code that reads variables in ways that renaming them would change."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and frame.dotted(inner.func) in SEES_ALL:
            what = f"`{ast.unparse(inner.func)}` reads variables that adjgen does not see"
            frame.problem(inner, "ADJ301", what, "Name what it reads.")
        binding = frame.binding(inner) if isinstance(inner, ast.Attribute) else None
        if isinstance(binding, names.External) and binding.place is None:
            frame.expression_of(inner, binding, ast.unparse(inner))
        if isinstance(inner, ast.Call) and not inner.args:
            if frame.dotted(inner.func) == "builtins.super":
                what = "`super()` outside of its class"
                frame.problem(inner, "ADJ301", what, "Name the class: `Base.method(self, x)`.")
    late = late_reads(node, frame.dotted)
    for name in sorted(late & rebound(frame.definition.node)) if late else ():
        what = f"a function or generator reads `{name}`, which is assigned again"
        frame.problem(node, "ADJ401", what, "Give the other value a name of its own.")
