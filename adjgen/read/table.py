"""What the top level of a file binds, in order: Python's last assignment wins.

An entry is sure if every import of the file executes it; others leave a name uncertain.
"""

import ast
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from adjgen.read.flow import assigned, has_own_namespace

LAST = math.inf  # the order of what happens after the file was imported
NOT_FOUND = {"ImportError", "ModuleNotFoundError"}
BROAD = {"Exception", "BaseException", ""}
WRITERS = ("exec", "globals", "locals", "vars")  # may bind any name
BINDING_EXPRESSION = re.compile(r"\bexec\(|\b(globals|locals|vars)\(\)")
RUNS = (ast.Call, ast.Import, ast.ImportFrom)  # what may raise an ImportError of its own


@dataclass(frozen=True)
class Entry:
    """A binding of a name.

    kind   "import" and "from" (node is the alias, value the statement), "star" (value the
           statement, None if any name may be bound), "def", "class", "value" (node is the
           expression), "unknown", "deleted"
    """

    name: str
    kind: str
    node: Any
    value: Any
    order: float
    sure: bool
    line: int


class Judge(Protocol):
    """What the table asks about the world around the file."""

    def succeeds(self, node: ast.Import | ast.ImportFrom) -> bool | None:
        """Return whether an import works; None if that is not known."""

    def truth(self, test: ast.expr, before: float) -> bool | None:
        """Return the value of a condition; None if it is not known."""

    def swallows(self, manager: ast.expr, before: float) -> bool:
        """Return whether a context manager may swallow an exception."""


class Table:
    """The bindings of a module's top level."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.names: dict[str, list[Entry]] = {}
        self.stars: list[Entry] = []
        self.order = 0
        self.special = False

    def read(self, tree: ast.Module, text: str) -> None:
        """Fill the table from a file."""
        self.special = BINDING_EXPRESSION.search(text) is not None
        self.suite(tree.body, True)

    def newest_first(self, name: str, before: float) -> list[Entry]:
        """Return the entries that may bind a name."""
        found = [*self.stars, *self.names.get(name, ())][::-1]
        found = [entry for entry in found if entry.order < before]
        return sorted(found, key=lambda entry: -entry.order)

    def suite(self, statements: Sequence[ast.stmt], sure: bool) -> None:
        """Read statements in order."""
        for node in statements:
            self.order += 1
            reader = getattr(self, "_" + type(node).__name__.lower(), None)
            if reader is not None:
                reader(node, sure)
            if self.special:
                self._expressions(node)

    def bind(self, name: str, kind: str, node: Any, value: Any, sure: bool, line: int) -> None:
        """Append an entry."""
        entry = Entry(name, kind, node, value, self.order, sure, line)
        if kind == "star":
            self.stars.append(entry)
        else:
            self.names.setdefault(name, []).append(entry)

    # ---- statements, by the name of their class

    def _import(self, node: ast.Import, sure: bool) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            self.bind(name, "import", alias, node, sure, node.lineno)

    def _importfrom(self, node: ast.ImportFrom, sure: bool) -> None:
        if node.module == "__future__":
            return
        for alias in node.names:
            kind = "star" if alias.name == "*" else "from"
            self.bind(alias.asname or alias.name, kind, alias, node, sure, node.lineno)

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, sure: bool) -> None:
        self.bind(node.name, "def", node, None, sure, _first_line(node))

    _asyncfunctiondef = _functiondef

    def _classdef(self, node: ast.ClassDef, sure: bool) -> None:
        self.bind(node.name, "class", node, None, sure, _first_line(node))

    def _assign(self, node: ast.Assign, sure: bool) -> None:
        for target in node.targets:
            self._target(target, node.value, sure)

    def _annassign(self, node: ast.AnnAssign, sure: bool) -> None:
        if node.value is not None:
            self._target(node.target, node.value, sure)

    def _augassign(self, node: ast.AugAssign, sure: bool) -> None:
        if isinstance(node.target, ast.Name):
            load = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
            value = ast.copy_location(ast.BinOp(load, node.op, node.value), node)
            self._target(node.target, value, sure)

    def _delete(self, node: ast.Delete, sure: bool) -> None:
        for name in assigned([node]):
            self.bind(name, "deleted", None, None, sure, node.lineno)

    def _for(self, node: ast.For | ast.AsyncFor, sure: bool) -> None:
        self._target(node.target, None, False)
        self.suite([*node.body, *node.orelse], False)

    _asyncfor = _for

    def _while(self, node: ast.While, sure: bool) -> None:
        self.suite([*node.body, *node.orelse], False)

    def _with(self, node: ast.With | ast.AsyncWith, sure: bool) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self._target(item.optional_vars, None, sure)
        swallows = any(self.judge.swallows(item.context_expr, self.order) for item in node.items)
        self.suite(node.body, sure and not swallows)

    _asyncwith = _with

    def _if(self, node: ast.If, sure: bool) -> None:
        while True:  # an elif is an if in an else: walk, do not recurse
            truth = self.judge.truth(node.test, self.order)
            if truth is not False:
                self.suite(node.body, sure and truth is True)
            if truth is True:
                return
            sure = sure and truth is False
            if not (len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)):
                break
            node = node.orelse[0]
        self.suite(node.orelse, sure)

    def _match(self, node: ast.Match, sure: bool) -> None:
        for case in node.cases:
            for inner in ast.walk(case.pattern):
                name = getattr(inner, "name", None) or getattr(inner, "rest", None)
                if name:
                    self.bind(name, "unknown", None, None, False, node.lineno)
            self.suite(case.body, False)

    def _try(self, node: ast.Try, sure: bool) -> None:
        failing = self._failing(node)
        if failing is None:
            self.suite([*node.body, *node.orelse], False)
            for handler in node.handlers:
                self._handler(handler, False)
        elif failing == len(node.body):
            self.suite([*node.body, *node.orelse], sure)
        else:
            self.suite(node.body[:failing], sure)
            handler = next(h for h in node.handlers if _caught(h) & (NOT_FOUND | BROAD))
            self._handler(handler, sure)
        self.suite(node.finalbody, sure)

    def _trystar(self, node: Any, sure: bool) -> None:
        self.suite([*node.body, *node.orelse], False)
        for handler in node.handlers:
            self._handler(handler, False)
        self.suite(node.finalbody, sure)

    # ---- parts of statements

    def _handler(self, handler: ast.ExceptHandler, sure: bool) -> None:
        self.suite(handler.body, sure)
        if handler.name:
            self.bind(handler.name, "deleted", None, None, sure, handler.lineno)

    def _failing(self, node: ast.Try) -> int | None:
        """Return which statement of a try body fails, its length if none, None if not known."""
        caught = set().union(*map(_caught, node.handlers))
        for k, statement in enumerate(node.body):
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                succeeds = self.judge.succeeds(statement)
                if succeeds is False and caught & (NOT_FOUND | BROAD):
                    return k
                if not succeeds and caught:
                    return None
            elif caught and not _harmless(statement):
                if caught - NOT_FOUND or any(isinstance(n, RUNS) for n in ast.walk(statement)):
                    return None
        return len(node.body)

    def _typealias(self, node: Any, sure: bool) -> None:
        self._target(node.name, None, sure)

    def _target(self, target: ast.expr, value: ast.expr | None, sure: bool) -> None:
        if isinstance(target, ast.Name):
            kind = "value" if value is not None else "unknown"
            self.bind(target.id, kind, value, None, sure, target.lineno)
        elif isinstance(target, ast.Starred):
            self._target(target.value, None, sure)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for item, part in zip(target.elts, _items(target.elts, value)):
                self._target(item, part, sure)

    def _expressions(self, node: ast.stmt) -> None:
        """Read the expressions of a statement that may bind names."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return
        asked: set[int] = set()  # `name in globals()` reads only
        parts = (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
        for inner in (inner for part in parts for inner in ast.walk(part)):
            if isinstance(inner, ast.Compare):
                asked |= {id(side) for side in inner.comparators}
            elif isinstance(inner, ast.Call) and id(inner) not in asked:
                name = getattr(inner.func, "id", "")
                if name == "exec" and has_own_namespace(inner):
                    continue
                if name == "exec" or (name in WRITERS and not inner.args):
                    self.bind("*", "star", None, None, False, node.lineno)


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    return node.decorator_list[0].lineno if node.decorator_list else node.lineno


def _items(targets: Sequence[ast.expr], value: ast.expr | None) -> list[ast.expr | None]:
    """Return the parts of a display that is unpacked."""
    if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(targets):
        if not any(isinstance(item, ast.Starred) for item in [*targets, *value.elts]):
            return list(value.elts)
    return [None] * len(targets)


def _caught(handler: ast.ExceptHandler) -> set[str]:
    """Return the names of the exceptions that a handler catches; "" is everything."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {
        kind.id if isinstance(kind, ast.Name) else "" if kind is None else "?" for kind in kinds
    }


def _harmless(statement: ast.stmt) -> bool:
    """Whether a statement cannot raise anything (undefined names aside)."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return not statement.decorator_list
    if isinstance(statement, ast.Assign):
        named = all(isinstance(target, ast.Name) for target in statement.targets)
        return named and isinstance(statement.value, (ast.Constant, ast.Lambda))
    return isinstance(statement, ast.Pass)
