"""Rows between lists of numbers (of lists of numbers) and arrays: np.array(items) and x.tolist()."""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.typing import of_rank, type_of
from adjgen.elementary.row import call, row
from adjgen.elementary.sequences import depth, inside
from adjgen.ir.types import NUMBERS, REAL, Type


def array_of(items: Sequence[Any]) -> Any:
    """Return the array of a list."""
    import numpy as np

    return np.array(items)


def _type_of_array(args: Sequence[Any]) -> Type:
    lists = depth(type_of(args[0]))
    number = inside(type_of(args[0]), lists)
    return of_rank(lists, number if number in NUMBERS else REAL)


row(
    "array_of", array_of, category="sequence", typed=_type_of_array,
    jvp=lambda args, y, dot: call("array_of", dot(0)),
    vjp=lambda k, args, y, bar: call("list_of", bar, args[0]),
)  # fmt: skip
row(
    "list_of", lambda x, like: x.tolist(), category="sequence", typed=lambda args: type_of(args[1]),
    jvp=lambda args, y, dot: call("list_of", dot(0), args[1]),
    vjp=lambda k, args, y, bar: None if k else call("array_of", bar),
)  # fmt: skip
