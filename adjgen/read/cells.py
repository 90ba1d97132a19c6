"""Lists while a function is lowered: a cell is a list as an object, the heap says what it holds now.

Two names of one cell are aliases. Where it is not known which cell a name holds, the cells in
question are frozen: they can be read, but no longer changed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from adjgen.ir.core import UNBOUND, Atom, Var
from adjgen.ir.types import is_mutable
from adjgen.read.values import Cell, Display, FunctionValue, ListValue, RowValue, Value, leaves

Heap = dict[Cell, Atom]
SHARED = "may be another name of the same list"
THE_CALLERS = "it is a list of the caller's, who sees its changes, in another list"
MOVED = "was put into another list: change it before, or there"
STALE = "a list that was put into another one, which was changed there since"
EXCHANGED = "code that adjgen cannot read may have put other lists into it"
ROWS = "its lists may be the same ones as those of another list"


def opened(value: Value, heap: Mapping[Cell, Any]) -> Value:
    """Return a value with what lists hold in place of the lists."""
    if isinstance(value, ListValue):
        held: Value = heap.get(value.cell, UNBOUND)
        return held
    if isinstance(value, Display):
        return value.holding(opened(item, heap) for item in value.items)
    return value


def cells_of(value: Value) -> list[Cell | None]:
    """Return the cells of a value's leaves, None for what is no list; an array without a name is alone."""
    return [
        leaf.cell if isinstance(leaf, ListValue)
        else Cell() if isinstance(leaf, Var) and is_mutable(leaf.type) else None
        for leaf in leaves(value)
    ]  # fmt: skip


def closed(value: Value, cells: Iterator[Cell], heap: Heap) -> Value:
    """Return a value with lists in place of what they hold; `cells` has one for each leaf."""
    if isinstance(value, Display):
        return value.holding([closed(item, cells, heap) for item in value.items])
    cell = next(cells)
    if isinstance(value, Var) and is_mutable(value.type):
        heap[cell] = value
        return ListValue(cell)
    return value


def references(frames: list[Any]) -> Counter[Cell]:
    """Return how many names hold each cell or a view of it, in functions that are being read and in
    closures."""
    found: Counter[Cell] = Counter()
    pending, seen = list(frames), set()
    while pending:
        frame = pending.pop()
        if id(frame) in seen:
            continue
        seen.add(id(frame))
        values = list(frame.env.values())
        for leaf in (leaf for value in values for leaf in leaves(value)):
            if isinstance(leaf, (ListValue, RowValue)):
                found[leaf.cell] += 1
                found.update(leaf.cell.bases)
            elif isinstance(leaf, Var):  # an object that may hold them
                found.update(frame.session.views.get(leaf, {}).keys())
            elif isinstance(leaf, FunctionValue) and leaf.frame is not None:
                pending.append(leaf.frame)
                values += [*leaf.definition.defaults.values(), *leaf.first]
    return found


def stays_inside(cell: Cell, *before: Cell | None) -> None:
    """Note that a cell may be a row of the lists that others before it are rows of."""
    for outer in [outer for one in before if one is not None for outer in one.inside]:
        if outer not in cell.inside:
            cell.inside += (outer,)
            outer.rows.append(cell)


def below(cell: Cell) -> list[Cell]:
    """Return the lists that were put into one, into these, and so on."""
    return _reached(cell.rows, lambda one: one.rows)


def around(cell: Cell) -> list[Cell]:
    """Return a list and those that it is inside of: a change of its items may be one of theirs."""
    return _reached([cell], lambda one: one.inside)


def _reached(cells: Iterable[Cell], step: Callable[[Cell], Iterable[Cell]]) -> list[Cell]:
    """Return cells, those that a step leads to from them, and so on."""
    found = dict.fromkeys(cells)
    pending = [*found]
    while pending:
        more = [one for one in step(pending.pop()) if one not in found]
        found.update(dict.fromkeys(more))
        pending += more
    return [*found]


def freeze(reason: str, *cells: Cell | None) -> bool:
    """Forbid changes of cells; return whether one could be changed before."""
    loose = [cell for cell in cells if cell is not None and not cell.frozen]
    for cell in loose:
        cell.frozen = reason
    return bool(loose)


def merged_cells(
    pairs: Mapping[str, tuple[Value, Value]], merged: dict[tuple[Any, Any], Cell]
) -> Iterator[Cell]:
    """Yield for each leaf of names that two paths leave different the cell it holds after them.

    What is a number on one path and an array on the other is one object with no other name.
    """
    for a, b in pairs.values():
        one, other = cells_of(a), cells_of(b)
        count = max(len(one), len(other))
        one += [None] * (count - len(one))
        other += [None] * (count - len(other))
        for pair in zip(one, other):
            if pair[0] is None and pair[1] is not None and a is not UNBOUND:
                pair = Cell(), pair[1]
            elif pair[1] is None and pair[0] is not None and b is not UNBOUND:
                pair = pair[0], Cell()
            yield merged.setdefault(pair, Cell())


def shares_rows(cell: Cell, held: Counter[Cell]) -> bool:
    """Whether lists inside a list may have other names, or be in other lists."""
    return bool(cell.loose) or any(held[row] or row.loose for row in below(cell))


def freeze_merged(merged: Mapping[tuple[Any, Any], Cell], held: Counter[Cell]) -> None:
    """Freeze cells that are known by other names than those that were merged."""
    times = Counter(cell for pair in merged for cell in set(pair))
    for pair, cell in merged.items():
        stays_inside(cell, *pair)
        cell.stale = next((c.stale for c in pair if c is not None and c.stale), "")
        if any(c is not None and shares_rows(c, held) for c in pair):
            cell.loose = ROWS
        cell.buffer = next((c.buffer for c in pair if c is not None and c.buffer), None)
    for cell in times:
        if cell is not None:
            cell.buffer = None  # what it is part of now is the caller's
    for pair, cell in merged.items():
        if any(c is not None and (held[c] or times[c] > 1 or c.frozen or c.given) for c in pair):
            reasons = [c.frozen for c in pair if c is not None and c.frozen]
            freeze(reasons[0] if reasons else SHARED, cell, *pair)
