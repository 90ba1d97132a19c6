"""What rows of lists compute: a list that is stored into is a new list here, emission stores in place."""

from collections.abc import Sequence
from functools import reduce
from operator import getitem
from typing import Any

from adjgen.ir.types import OPAQUE, Type, seq

DEEPEST = 5  # lists in lists in lists


def depth(kind: Type) -> int:
    """Return how many lists are around a number: 0 for a number."""
    found = 0
    while kind.element is not None:
        found, kind = found + 1, kind.element
    return found


def around(kind: Type, lists: int) -> Type:
    """Return the type of lists around a value."""
    for _ in range(lists):
        kind = seq(kind)
    return kind


def inside(kind: Type, lists: int) -> Type:
    """Return the type of what is so many lists deep."""
    for _ in range(lists):
        kind = kind.element or OPAQUE
    return kind


def item(items: Sequence[Any], *where: int) -> Any:
    """Return an item, of an item: items[i][j]."""
    return reduce(getitem, where, items)


def with_item(items: Sequence[Any], value: Any, *where: int) -> list[Any]:
    """Return a list in which one item is another."""
    new = list(items)
    first, *rest = where
    new[first] = with_item(new[first], value, *rest) if rest else value
    return new


def add_at(items: Sequence[Any], value: Any, *where: int) -> list[Any]:
    """Return a list in which one item has grown."""
    return with_item(items, item(items, *where) + value, *where)


def add_row_at(items: Sequence[Any], value: Sequence[Any], *where: int) -> list[Any]:
    """Return a list in which the numbers of one row have grown."""
    return with_item(items, [plus(a, b) for a, b in zip(item(items, *where), value)], *where)


def plus(a: Any, b: Any) -> Any:
    """Return the sum of two numbers, or of two lists, element by element."""
    return [plus(x, y) for x, y in zip(a, b)] if isinstance(a, list) else a + b


def columns(rows: Sequence[Any], like: Any) -> Any:
    """Return the sum of lists in the shape of another, which is zero where there are none."""
    return reduce(plus, rows, [plus(one, one) for one in zeros_of(like)])


def folded(items: Sequence[Any], like: Sequence[Any], count: int) -> list[Any]:
    """Return the sums of what `count` repetitions of a list hold, in the shape of that list."""
    n = len(like)
    return [
        columns(items[k::n], one) if isinstance(one, list) else sum(items[k::n])
        for k, one in enumerate(like)
    ]


def zeros_of(like: Any) -> Any:
    """Return zeros in the shape of a value."""
    return [zeros_of(one) for one in like] if isinstance(like, list) else 0.0


def copied(lists: int, items: Sequence[Any]) -> list[Any]:
    """Return a list of the same items, the lists inside copied too."""
    return [copied(lists - 1, inner) for inner in items] if lists > 1 else list(items)


def part(items: Sequence[Any], start: Any, stop: Any, step: Any) -> Sequence[Any]:
    """Return a slice."""
    return items[start:stop:step]


def add_part(
    items: Sequence[Any], values: Sequence[Any], start: Any, stop: Any, step: Any
) -> list[Any]:
    """Return a list in which a slice has grown."""
    new = list(items)
    for k, value in zip(range(*slice(start, stop, step).indices(len(new))), values):
        new[k] = plus(new[k], value)
    return new


def order_of(items: Sequence[Any], reverse: bool) -> list[int]:
    """Return the positions of items in the order of their values; equal ones keep theirs."""
    return sorted(range(len(items)), key=items.__getitem__, reverse=reverse)


def gathered(items: Sequence[Any], order: Sequence[int]) -> list[Any]:
    """Return the items at positions."""
    return [items[k] for k in order]


def scattered(items: Sequence[Any], values: Sequence[Any], order: Sequence[int]) -> list[Any]:
    """Return a list that has grown by values at positions, each of which occurs once."""
    return [a + b for a, (_, b) in zip(items, sorted(zip(order, values)))]


def shares(items: Sequence[Any], value: Any) -> list[float]:
    """Return the share of each item in a value that the largest (or smallest) ones have together."""
    return [1.0 / items.count(value) if one == value else 0.0 for one in items]


def dot(a: Sequence[Any], b: Sequence[Any]) -> Any:
    """Return the sum of the products of two lists."""
    return sum([x * y for x, y in zip(a, b)], 0.0)


def scaled(items: Sequence[Any], factor: Any) -> list[Any]:
    """Return a list of multiples."""
    return [one * factor for one in items]


def add_elements(lists: int, a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    """Return the sums of the elements of two lists (of lists) of one shape."""
    if lists > 1:
        return [add_elements(lists - 1, x, y) for x, y in zip(a, b, strict=True)]
    return [x + y for x, y in zip(a, b, strict=True)]


def zeros_like(lists: int, items: Sequence[Any]) -> list[Any]:
    """Return zeros in the shape of a list (of lists)."""
    return [zeros_like(lists - 1, one) for one in items] if lists > 1 else [0.0] * len(items)


def backwards(items: Sequence[Any]) -> Sequence[Any]:
    """Return a sequence that can be walked more than once, in the opposite order."""
    return items[::-1]


def padded(items: Sequence[float], like: Sequence[Any]) -> list[float]:
    """Return a list with zeros behind it, as long as another."""
    return [*items, *[0.0] * (len(like) - len(items))]
