"""Structures of values: how the leaves of arguments and results stand in tuples, lists and objects."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """A class of the user's whose objects are so many numbers: a dataclass, or a NamedTuple.

    reference   "@module:name", where generated code finds it
    fields      the names of its parts in order; "" is the object itself
    passive     those of them that are no numbers
    frozen      whether its objects stay as they are
    whole       whether fields are said to be whole numbers, which derivatives are not
    owner       what the class is for who reads its methods
    """

    reference: str
    fields: tuple[str, ...]
    passive: frozenset[str] = frozenset()
    frozen: bool = True
    whole: bool = False
    owner: Any = field(default=None, compare=False)

    def name(self) -> str:
        """Return the name of the class."""
        return self.reference.rpartition(":")[2].rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Tree:
    """The structure of a value: a leaf (kind ""), a tuple, a list of structures, or an object.

    Of kind "each" it is a list of its only child, made of the items of lists that are the leaves; of
    kind "items" it is a tuple whose items are those of a list. An object is a "record", or a "tuple".
    """

    kind: str = ""
    children: tuple["Tree", ...] = ()
    record: Record | None = None

    def kinds(self) -> set[str]:
        """Return the kinds of this structure and of those inside."""
        return {self.kind}.union(*(child.kinds() for child in self.children))

    def leaves(self) -> int:
        """Return the number of leaves."""
        return sum(child.leaves() for child in self.children) if self.kind else 1

    def roles(self) -> list[str]:
        """Return for each leaf what it is: a number (""), a "field" that is none, or an "object"."""
        if not self.kind:
            return [""]
        if self.record is None:
            return [role for child in self.children for role in child.roles()]
        found = []
        for name, child in zip(self.record.fields, self.children):
            own = "field" if name in self.record.passive else ""
            found += child.roles() if name and not own else [own or "object"]
        return found

    def apart(self, value: Any) -> list[Any]:
        """Return the leaves of a value; an object may be given as the tuple of its fields."""
        if self.kind in ("", "items"):
            return [value]
        names = self.record.fields if self.record else ("item",) * len(self.children)
        items = iter(self._items(value))
        parts = [(child, next(items) if n else value) for n, child in zip(names, self.children)]
        return [leaf for child, part in parts for leaf in child.apart(part)]

    def _items(self, value: Any) -> Iterable[Any]:
        if self.record is None or isinstance(value, (list, tuple)):
            return list(value)
        return [getattr(value, name) for name in self.record.fields if name]

    def own(self) -> "Tree":
        """Return the structure of a new object in the place of one that is there already."""
        record, children = self.record, tuple(child.own() for child in self.children)
        if record is not None and record.fields[:1] == ("",):
            return Tree(self.kind, children[1:], replace(record, fields=record.fields[1:]))
        return Tree(self.kind, children, record)

    def records(self) -> Iterator[Record]:
        """Yield the classes of the objects in this structure."""
        if self.record is not None:
            yield self.record
        for child in self.children:
            yield from child.records()

    def has_objects(self) -> bool:
        """Whether an object is in this structure."""
        return any(True for _ in self.records())


LEAF = Tree()


def tuple_of(*children: Tree) -> Tree:
    """Return the structure of a tuple."""
    return Tree("tuple", children)


def flat_tree(count: int) -> Tree:
    """Return the structure of a helper's results: one alone, several as a tuple."""
    return LEAF if count == 1 else tuple_of(*[LEAF] * count)
