"""What the definitions reached from one live function share, and objects that hold names no import finds."""

import dataclasses
from collections.abc import Mapping
from types import CellType
from typing import Any

from adjgen.read.names import Definition, Place
from adjgen.read.session import Session
from adjgen.read.source import SourceFile
from adjgen.read.static import StaticScope


class Holder:
    """An object whose attributes are the names of a closure or of a module that is not importable."""

    __slots__ = ("_names",)

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def __getattribute__(self, name: str) -> Any:  # before its own: a cell may be `__class__`
        try:
            held = object.__getattribute__(self, "_names")[name]
            return held.cell_contents if isinstance(held, CellType) else held
        except (KeyError, ValueError):
            raise NameError(f"name {name!r} is not defined") from None


class Family:
    """What the definitions reached from one function share."""

    def __init__(self) -> None:
        self.definitions: dict[int, tuple[Any, Definition]] = {}
        self.holders: dict[int, tuple[Any, Place]] = {}
        self.static = Session()

    def place(self, owner: object, label: str, names: Mapping[str, Any], name: str) -> Place:
        """Return a place that is no module: one holder and one label for each owner."""
        if id(owner) not in self.holders:
            taken = {place.module for _, place in self.holders.values()}
            number = 2
            unique = label
            while unique in taken:
                unique, number = f"{label}_{number}", number + 1
            self.holders[id(owner)] = owner, Place(unique, "", Holder(names))
        return dataclasses.replace(self.holders[id(owner)][1], name=name)

    def static_scope(self, file: SourceFile) -> StaticScope:
        """Return the scope of a file as text."""
        known = self.static.scopes.get(file.file or file.path)
        return known or StaticScope(file, self.static)
