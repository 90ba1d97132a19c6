"""What following names through files shares: the scopes of the files, and which files an answer needed.

An answer that met a circle of imports depends on where one entered it, so it is not kept.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from adjgen.read.names import Binding
from adjgen.read.source import SourceFile

if TYPE_CHECKING:
    from adjgen.read.static import StaticScope


class Session:
    """The scopes that lead to one another."""

    def __init__(self) -> None:
        self.scopes: dict[str, StaticScope] = {}
        self.circular = False
        self.doubtful: list[tuple[dict[Any, Any], Any]] = []
        self.trail: list[set[SourceFile]] = []

    @contextmanager
    def following(self, files: set[SourceFile]) -> Iterator[None]:
        """Add to `files` what is touched inside; forget doubtful answers at the outermost end."""
        self.trail.append(set())
        try:
            yield
        finally:
            files |= self.trail.pop()
            self.touch(files)
            if not self.trail:
                for answers, key in self.doubtful:
                    answers.pop(key, None)
                self.doubtful.clear()
                self.circular = False

    def touch(self, files: set[SourceFile]) -> None:
        """Note that an answer needed these files."""
        if self.trail:
            self.trail[-1] |= files


class Moment:
    """The scope of a module at a moment of its import: what was bound before a statement.

    `files` are those that its answers needed.
    """

    def __init__(self, scope: "StaticScope", before: float) -> None:
        self.scope, self.before = scope, before
        self.files: set[SourceFile] = {scope.file}

    def resolve(self, name: str) -> Binding:
        """Return what a name stands for at this moment."""
        with self.scope.session.following(self.files):
            return self.scope.at(name, self.before)

    def resolve_attribute(self, binding: Binding, attribute: str) -> Binding:
        """Return what `binding.attribute` stands for."""
        with self.scope.session.following(self.files):
            return self.scope.resolve_attribute(binding, attribute)

    def imported(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> Binding:
        """Return what an import statement binds."""
        with self.scope.session.following(self.files):
            return self.scope.imported(node, alias)
