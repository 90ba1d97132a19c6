"""Lists that the body of a try changes: who runs after an exception must find them as the body left them.

A change is harmless where nothing behind it can raise: then the body ended, or changed nothing.
"""

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from adjgen.read.bound import deleted
from adjgen.read.definite import bound_by
from adjgen.read.flow import assigned
from adjgen.read.values import Cell


@dataclass
class Guard:
    """A body that is being read: the lists that exist before it, and its last changes."""

    cells: set[Cell]
    last: set[ast.AST]

    def sees(self, cell: Cell, node: ast.AST) -> bool:
        """Whether a handler could see that a list was changed here, and then something raised."""
        return cell in self.cells and node not in self.last


def harmless(node: ast.stmt, sure: Collection[str]) -> bool:
    """Whether a statement cannot raise; `sure` are the names that have a value."""
    if isinstance(node, (ast.Return, ast.Assign)):
        targets = node.targets if isinstance(node, ast.Assign) else []
        known = not isinstance(node.value, ast.Name) or node.value.id in sure
        plain = all(isinstance(target, ast.Name) for target in targets)
        return known and plain and isinstance(node.value, (ast.Name, ast.Constant, type(None)))
    return isinstance(node, (ast.Pass, ast.Break, ast.Continue))


def known(body: Sequence[ast.stmt], count: int, sure: Collection[str]) -> set[str]:
    """Return the names that have a value behind the first statements of a body."""
    return {*sure, *bound_by(body[:count])} - deleted(*body)


def unharmed(body: Sequence[ast.stmt], sure: Collection[str]) -> int:
    """Return how many statements of a body are left without the last ones, which cannot raise."""
    count = len(body)
    while count and harmless(body[count - 1], known(body, count - 1, sure)):
        count -= 1
    return count


def last_changes(body: Sequence[ast.stmt], sure: Collection[str]) -> set[ast.AST]:
    """Return the stores and appends of a body behind which nothing can raise."""
    count = unharmed(body, sure)
    if not count:
        return set()
    last = body[count - 1]
    if isinstance(last, ast.If):
        sure = known(body, count - 1, sure)
        return last_changes(last.body, sure) | last_changes(last.orelse, sure)
    if isinstance(last, ast.Assign) and len(last.targets) == 1:
        return {last} if isinstance(last.targets[0], ast.Subscript) else set()
    if isinstance(last, ast.AugAssign):
        return {last} if isinstance(last.target, ast.Subscript) else set()
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        method = last.value.func
        plain = isinstance(method, ast.Attribute) and method.attr == "append"
        return {last.value} if plain else set()
    return set()


def doubtful(body: Sequence[ast.stmt], sure: Collection[str]) -> list[str]:
    """Return the names that statements bind before something that may raise."""
    count = unharmed(body, sure)
    if not count:
        return []
    last, found = body[count - 1], assigned(body[: count - 1])
    if isinstance(last, ast.If):
        found += assigned([last.test])
        sure = known(body, count - 1, sure)
        found += [*doubtful(last.body, sure), *doubtful(last.orelse, sure)]
    elif isinstance(last, ast.Assign) and all(isinstance(t, ast.Name) for t in last.targets):
        found += assigned([last.value])
    elif isinstance(last, (ast.AugAssign, ast.AnnAssign)) and isinstance(last.target, ast.Name):
        found += assigned([last.value]) if last.value else []
    else:
        found += assigned([last])
    return list(dict.fromkeys(found))
