"""What `from module import *` takes along: `__all__`, or the names without a leading underscore.

Answers are True, False, or None where only running the module would tell.
"""

import ast
import math
import os
from typing import TYPE_CHECKING

from adjgen.read.constants import evaluate
from adjgen.read.modules import Module, source_of, walk
from adjgen.read.names import Missing, ModuleName

if TYPE_CHECKING:
    from adjgen.read.static import StaticScope


def exported(scope: "StaticScope", module: Module, name: str) -> bool | None:
    """Return whether a star import of a module takes a name along."""
    if module.dotted == "math":
        return name in dir(math) and not name.startswith("_")
    other = scope.scope_of(source_of(module))
    if other is None:
        return None
    taken = exports(other, name)
    if module.dotted == "numpy" and taken is None:  # its __all__ is computed: most of what it shows
        entries = other.table.names.get(name, [])
        if all(entry.kind == "from" and entry.value.level for entry in entries):
            return None if entries and name in scope.builtins else bool(entries)
    return taken


def exports(scope: "StaticScope", name: str) -> bool | None:
    """Return whether a star import of a file binds a name."""
    has = not isinstance(scope.own(name), Missing)
    if "__all__" not in scope.table.names:
        if not has and may_be_submodule(scope, name):
            return None
        return has and not name.startswith("_")
    names = listed(scope)
    if names is not None:
        return name in names
    return None if has else False


def may_be_submodule(scope: "StaticScope", name: str) -> bool:
    """Whether a package has a module of this name: once imported, it is bound in the package."""
    folder = os.path.dirname(scope.file.file)
    if not scope.file.is_package or name in scope.table.names:
        return False
    return walk([name], [folder], name).kind != "missing"


def listed(scope: "StaticScope") -> set[str] | None:
    """Return the names in `__all__`."""
    if "__all__" not in scope.listed:
        scope.listed["__all__"] = None  # what a circle of imports sees
        scope.listed["__all__"] = _listed(scope)
    return scope.listed["__all__"]


def _listed(scope: "StaticScope") -> set[str] | None:
    found: set[str] = set()
    entries = scope.table.names.get("__all__", [])
    if not entries or any(entry.kind != "value" for entry in entries):
        return None
    for node in scope.file.tree.body:
        if not any(isinstance(n, ast.Name) and n.id == "__all__" for n in ast.walk(node)):
            continue
        part = _added(node)
        names = None if part is None else _strings(part, scope)
        if names is None:
            return None
        found = names if isinstance(node, (ast.Assign, ast.AnnAssign)) else found | names
    return found


def _added(node: ast.stmt) -> ast.expr | None:
    """Return what a statement adds to `__all__`: by `=`, `+=`, `extend` or `append`."""
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        plain = all(isinstance(t, ast.Name) and t.id == "__all__" for t in targets)
        return node.value if plain else None
    call = getattr(node, "value", None)
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    if len(call.args) != 1 or call.func.attr not in ("append", "extend"):
        return None
    return call.args[0] if call.func.attr == "extend" else ast.List([call.args[0]], ast.Load())


def _strings(node: ast.expr, scope: "StaticScope") -> set[str] | None:
    if isinstance(node, (ast.List, ast.Tuple)):
        texts = [item.value if isinstance(item, ast.Constant) else None for item in node.elts]
        found = {text for text in texts if isinstance(text, str)}
        return found if all(isinstance(text, str) for text in texts) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _strings(node.left, scope), _strings(node.right, scope)
        return None if left is None or right is None else left | right
    if isinstance(node, ast.Attribute) and node.attr == "__all__":
        module = evaluate(node.value, scope, None)
        if isinstance(module, ModuleName) and isinstance(module.found, Module):
            other = scope.scope_of(source_of(module.found))
            return listed(other) if other is not None else None
    return None
