"""Rows that make one array of several: concatenate, stack, arrays that are written out; and their parts."""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.typing import (
    UNKNOWN,
    array_row,
    element_type,
    known,
    of_rank,
    rank_of,
    shape_of,
)
from adjgen.elementary.row import Number, call, row
from adjgen.ir.types import REAL, Type, array


def _joined(args: Sequence[Any]) -> Type:
    """Return the type of np.concatenate((x, ...), axis)."""
    shape, axis = shape_of(args[1]), known(args[0])
    if not isinstance(shape, tuple) or axis is UNKNOWN or axis is None:
        return of_rank(1 if axis is None else None)
    return array(tuple(None if k == axis % len(shape) else d for k, d in enumerate(shape)), REAL)


def concatenated(axis: int, *arrays: Any) -> Any:
    """Return arrays behind each other along an axis."""
    import numpy as np

    return np.concatenate(arrays, axis=axis)


def _ends(arrays: Sequence[Any], axis: int) -> list[Any]:
    """Return where each array ends along the axis."""
    ends: list[Any] = []
    for one in arrays:
        length = call("np.size", one, axis)
        ends.append(length if not ends else ends[-1] + length)
    return ends


def _concatenated_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    if k == 0:
        return None
    axis, arrays = args[0], args[1:]
    ends = _ends(arrays[:k], axis)
    start = ends[k - 2] if k > 1 else None
    stop = ends[k - 1] if k < len(arrays) else None
    lead = rank_of(args[k])
    part = call("slice", start, stop, None, beside=bar)
    if axis == 0:
        return call("picked", bar, part)
    if axis < 0 and lead is None:
        return call(
            "picked", bar, ..., part, *[call("slice", None, None, None, beside=bar)] * (-1 - axis)
        )
    before = axis if axis >= 0 else lead + axis
    return call("picked", bar, *[call("slice", None, None, None, beside=bar)] * before, part)


row(
    "concatenated", concatenated, category="sequence", typed=_joined, variadic=True,
    jvp=lambda args, y, dot: call("concatenated", args[0], *(dot(k) for k in range(1, len(args)))),
    vjp=_concatenated_bar,
)  # fmt: skip


def stacked(axis: int, *arrays: Any) -> Any:
    """Return arrays beside each other along a new axis."""
    import numpy as np

    return np.stack(arrays, axis=axis)


def _type_stacked(args: Sequence[Any]) -> Type:
    shape, axis = shape_of(args[1]), known(args[0])
    if not isinstance(shape, tuple) or axis is UNKNOWN:
        return of_rank(None)
    at = axis % (len(shape) + 1)
    return array((*shape[:at], len(args) - 1, *shape[at:]), REAL)


row(
    "stacked", stacked, category="sequence", typed=_type_stacked, variadic=True,
    jvp=lambda args, y, dot: call("stacked", args[0], *(dot(k) for k in range(1, len(args)))),
    vjp=lambda k, args, y, bar: None if k == 0 else call("np.take", bar, k - 1, args[0]),
)  # fmt: skip


def _type_taken(args: Sequence[Any]) -> Type:
    shape, axis = shape_of(args[0]), known(args[2])
    if not isinstance(shape, tuple) or not isinstance(axis, int) or rank_of(args[1]) != 0:
        return of_rank(None, element_type(args[0]))
    at = axis % len(shape)
    return array((*shape[:at], *shape[at + 1 :]), element_type(args[0]))


array_row(
    "take", signature=(("a", ...), ("indices", ...), ("axis", None)), typed=_type_taken,
    jvp=lambda args, y, dot: call("np.take", dot(0), *args[1:]),
    vjp=lambda k, args, y, bar: None if k else call("take_bar", bar, *args),
)  # fmt: skip


def _displayed(args: Sequence[Any]) -> Type:
    structure = known(args[0])
    dims: list[int] = []
    level = structure
    while isinstance(level, tuple):
        dims.append(len(level))
        level = level[0] if level else 0
    inner = [shape_of(leaf) for leaf in args[1:]]
    if not inner:
        return array(tuple(dims), REAL)
    known_inner = (
        inner[0]
        if all(isinstance(s, tuple) and len(s) == len(inner[0] or ()) for s in inner)
        else None
    )
    return of_rank(None) if known_inner is None else array((*dims, *known_inner), REAL)


def arranged(structure: Any, leaves: Any) -> Any:
    """Return the nested list that a structure of places describes."""
    if isinstance(structure, tuple):
        return [arranged(inner, leaves) for inner in structure]
    return leaves[structure]


def displayed(structure: Any, *leaves: Any) -> Any:
    """Return the array of a nested list."""
    import numpy as np

    return np.array(arranged(structure, leaves))


def path_to(structure: Any, k: int) -> tuple[int, ...] | None:
    """Return the indices of leaf k in a structure."""
    if not isinstance(structure, tuple):
        return () if structure == k else None
    for at, inner in enumerate(structure):
        found = path_to(inner, k)
        if found is not None:
            return (at, *found)
    return None


row(
    "displayed", displayed, category="sequence", typed=_displayed, variadic=True,
    jvp=lambda args, y, dot: call("displayed", args[0], *(dot(k) for k in range(1, len(args)))),
    vjp=lambda k, args, y, bar: (
        None if k == 0 else call("picked", bar, *(path_to(args[0], k - 1) or ()))
    ),
)  # fmt: skip
