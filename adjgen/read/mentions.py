"""Where the files that were read together mention a table of one of them, under whatever name."""

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from adjgen.read.constants import evaluate
from adjgen.read.names import Callee, External, Known, ModuleName

if TYPE_CHECKING:
    from adjgen.read.static import StaticScope


def imported_as(scopes: Iterable["StaticScope"], name: str) -> set[str]:
    """Return the names that import statements may give to what a module calls `name`."""
    found = {name}
    entries = [e for s in scopes for one in s.table.names.values() for e in one if e.kind == "from"]
    while more := {e.name for e in entries if e.node.name in found} - found:
        found |= more
    return found


def parents_of(scope: "StaticScope") -> dict[ast.AST, ast.AST]:
    """Return the node above each node of a file."""
    kept = scope.file.kept
    if "parents" not in kept:
        above: dict[ast.AST, ast.AST] = {}
        for node in ast.walk(scope.file.tree):
            above |= dict.fromkeys(ast.iter_child_nodes(node), node)
        kept["parents"] = above
    return kept["parents"]  # type: ignore[no-any-return]


def mentions(
    scope: "StaticScope", home: "StaticScope", name: str, names: set[str]
) -> Iterator[ast.expr]:
    """Yield the nodes of a file that may stand for a table of a module, imported under some name."""
    if not any(one in scope.file.text for one in names):
        return
    if scope is not home:
        table = home.table.names[name][-1].node
        names = {one for one in names if _table_of(scope.resolve(one)) is table}
    parents, spelled = parents_of(scope), _spelled(scope)
    for node, around in [pair for one in sorted({*names, name}) for pair in spelled.get(one, ())]:
        if isinstance(node, ast.Name) and node.id in names and node.id not in around:
            if isinstance(node.ctx, ast.Load) or isinstance(parents[node], ast.AugAssign):
                yield node
        elif isinstance(node, ast.Attribute) and node.attr == name:
            base = node.value
            if not (isinstance(base, ast.Name) and base.id in around) and _is(scope, base, home):
                yield node


def _spelled(scope: "StaticScope") -> dict[str, list[tuple[ast.expr, frozenset[str]]]]:
    """Return the names and attributes of a file by their text, with the names local around them."""
    kept = scope.file.kept
    if "spelled" not in kept:
        found: dict[str, list[tuple[ast.expr, frozenset[str]]]] = {}
        for node, around, _ in scope.rebound.inside:
            if isinstance(node, (ast.Name, ast.Attribute)):
                text = node.id if isinstance(node, ast.Name) else node.attr
                found.setdefault(text, []).append((node, around))
        kept["spelled"] = found
    return kept["spelled"]  # type: ignore[no-any-return]


def _table_of(binding: Any) -> ast.AST | None:
    return binding.table if isinstance(binding, External) else None


def _is(scope: "StaticScope", base: ast.expr, home: "StaticScope") -> bool:
    """Whether an expression may be a module."""
    found = evaluate(base, scope, None)
    if isinstance(found, ModuleName):
        return found.dotted == home.file.module
    return scope is home and not isinstance(found, (Known, Callee)) and root_of(base) != "self"


def root_of(node: ast.expr) -> str:
    """Return the name that a dotted text begins with, "" if it is no such text."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return getattr(node, "id", "")
