"""Whether an import in a `try` works here: that decides which of its branches is read."""

import ast
import cmath
import math
from typing import TYPE_CHECKING

from adjgen.read.modules import RULED, Module, find_module, is_present, source_of, submodule

if TYPE_CHECKING:
    from adjgen.read.static import StaticScope

CLOSED = {"math": math, "cmath": cmath}  # C modules of which all names are known


def succeeds(scope: "StaticScope", node: ast.Import | ast.ImportFrom) -> bool | None:
    """Return whether an import works; None if only running it would tell."""
    if isinstance(node, ast.Import):
        modules = [find_module(alias.name, scope.file) for alias in node.names]
    else:
        modules = [scope.source_of_import(node)]
    if any(module.kind == "unclear" for module in modules):
        return None
    if not all(is_present(module) for module in modules):
        return False
    if isinstance(node, ast.Import):
        return True
    answers = {_has(scope, modules[0], a.name) for a in node.names if a.name != "*"}
    return False if False in answers else None if None in answers else True


def _has(scope: "StaticScope", module: Module, name: str) -> bool | None:
    """Return whether `from module import name` works; None if that is not known."""
    if module.dotted in CLOSED:
        return name in dir(CLOSED[module.dotted])
    other = scope.scope_of(source_of(module))
    if other is not None and name in other.table.names:
        return True
    if submodule(module, name, scope.file).kind != "missing":
        return True
    ruled = module.dotted.split(".")[0] in RULED
    if other is None or other.table.stars:
        return True if ruled else None
    computed = "__getattr__" in other.table.names or "globals()" in other.file.text
    return None if computed and not ruled else False
