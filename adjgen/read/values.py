"""What a name can stand for while a function is lowered: more than an atom, and known before run time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Union

from adjgen.ir.core import UNBOUND, Atom, Const, Loc, Var
from adjgen.ir.trees import LEAF, Record, Tree
from adjgen.ir.types import NOTHING


@dataclass(frozen=True, slots=True)
class Display:
    """A tuple (or, in a return statement, a list) whose items are known one by one, or an object.

    An object has a `record`; `whole` is the object itself, if there is one already. Of a parameter that
    is a tuple of numbers it is a list of them.
    """

    kind: str
    items: tuple["Value", ...]
    record: Record | None = None
    whole: Var | None = None

    def holding(self, items: Iterable["Value"]) -> "Display":
        """Return the same with other items."""
        new = tuple(items)
        same = new == self.items
        return Display(self.kind, new, self.record, self.whole if same else None)


@dataclass(frozen=True, slots=True, eq=False)
class FunctionValue:
    """A function; one defined inside another keeps the frame whose variables it sees.

    `first` are arguments before those of a call: self of a method, those of a functools.partial;
    `named` are its keywords, which a call may give once more.
    """

    definition: Any
    frame: Any = None
    first: tuple["Value", ...] = ()
    named: tuple[tuple[str, "Value"], ...] = ()


@dataclass(slots=True, eq=False)
class Cell:
    """A list as an object, whatever it holds.

    frozen      why it cannot be changed any more
    stale       why it cannot be read any more
    loose       why the lists inside cannot be changed
    rows        the cells of lists that were put inside
    exchanges   how often lists at a depth in it were exchanged
    growths     how often lists at a depth got more: those counted from the end are others since
    given       whether it is the caller's, who sees its changes
    inside      lists that it may be a row of
    buffer      the parameter whose list it may be, if the caller gave one for a default of None
    bases       the arrays of which this one may be a view
    """

    frozen: str = ""
    stale: str = ""
    loose: str = ""
    rows: list["Cell"] = field(default_factory=list)
    exchanges: Counter[int] = field(default_factory=Counter)
    growths: Counter[int] = field(default_factory=Counter)
    given: bool = False
    inside: tuple["Cell", ...] = ()
    buffer: Var | None = None
    bases: tuple["Cell", ...] = ()


@dataclass(frozen=True, slots=True)
class ListValue:
    """A list of numbers (or of such lists): what it holds now is in the heap."""

    cell: Cell


@dataclass(frozen=True, slots=True)
class RowValue:
    """A list inside a list: the item at a place of a cell."""

    cell: Cell
    where: tuple[Atom, ...]
    exchanges: int
    growths: int

    @classmethod
    def at(cls, cell: Cell, where: tuple[Atom, ...]) -> "RowValue":
        """Return the row that is at a place now."""
        return cls(cell, where, _above(cell.exchanges, where), _above(cell.growths, where))

    @classmethod
    def inside(cls, base: "List", index: Atom) -> "RowValue":
        """Return what is at an index of a list now; what is inside a row that has moved has moved."""
        if not isinstance(base, RowValue):
            return cls.at(base.cell, (index,))
        where = (*base.where, index)
        return replace(base, where=where) if base.has_moved() else cls.at(base.cell, where)

    def has_moved(self) -> bool:
        """Whether another row may be at the place by now."""
        if self.exchanges != _above(self.cell.exchanges, self.where):
            return True
        counted = all(isinstance(k, Const) and k.value >= 0 for k in self.where)
        return not counted and self.growths != _above(self.cell.growths, self.where)


def _above(counts: Counter[int], where: tuple[Atom, ...]) -> int:
    """Return how often a change was above a place: what changes below leaves a row where it is."""
    return sum(count for depth, count in counts.items() if depth < len(where))


List = ListValue | RowValue


@dataclass(frozen=True, slots=True)
class BindingValue:
    """A module or another name that resolution knows: `import math` inside a function."""

    binding: Any


@dataclass(frozen=True, slots=True, eq=False)
class Dispatch:
    """One of several functions: `selector` is the place of the one that it is."""

    selector: Atom
    functions: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A name that means different kinds of things on different paths, or may have no value.

    `place` is that of a try which would not lose the name if it was carried as it is.
    """

    reason: str
    code: str = "ADJ205"
    hint: str = "Use one name for one kind of value."
    place: Loc | None = None


Value = Union[
    Var, Const, Display, FunctionValue, BindingValue, Dispatch, Conflict, ListValue, RowValue
]  # fmt: skip


def leaves(value: Value) -> Iterator[Value]:
    """Yield the parts of a value that are no displays."""
    if isinstance(value, Display):
        for item in value.items:
            yield from leaves(item)
    else:
        yield value


def tree_of(value: Value) -> Tree:
    """Return the structure of a value."""
    if isinstance(value, Display):
        return Tree(value.kind, tuple(tree_of(item) for item in value.items), value.record)
    return LEAF


def rebuilt(tree: Tree, parts: Iterator[Value]) -> Value:
    """Arrange parts as a structure says."""
    if not tree.kind:
        return next(parts)
    return Display(tree.kind, tuple(rebuilt(child, parts) for child in tree.children), tree.record)


def expanded(value: Value, tree: Tree) -> Value:
    """Return a value of which nothing is known in the shape of a structure; others as they are.

    That is UNBOUND, or what stands for an expression that could not be read.
    """
    if tree.kind and isinstance(value, (Var, Const)) and value.type == NOTHING:
        return rebuilt(tree, iter([UNBOUND] * tree.leaves()))
    return value


def is_atom(value: Value) -> bool:
    """Whether a value can be an argument of an equation."""
    return isinstance(value, (Var, Const))


def merged_tree(values: Sequence[Value]) -> Tree | None:
    """Return the common structure of values, or None if they have none.

    UNBOUND goes with every structure; functions and modules agree only if they are the same.
    """
    bound = [value for value in values if value is not UNBOUND]
    trees = {tree_of(value) for value in bound}
    if len(trees) > 1:
        return None
    special = [part for value in bound for part in leaves(value) if not is_atom(part)]
    if special:
        same = all(value == bound[0] for value in bound) and len(bound) == len(values)
        return tree_of(bound[0]) if same else None
    return trees.pop() if trees else LEAF


def atoms_of(value: Value) -> list[Atom]:
    """Return the leaves of a value all of whose parts are atoms."""
    return [part for part in leaves(value) if isinstance(part, (Var, Const))]
