"""Rows that make one array of several: concatenate, stack, vstack, append, arrays that are written out."""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.fitting import PARTS, carried
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
    shape, axis, kind = shape_of(args[1]), known(args[0]), element_type(*args[1:])
    if not isinstance(shape, tuple) or axis is UNKNOWN or axis is None:
        return of_rank(1 if axis is None else None, kind)
    return array(tuple(None if k == axis % len(shape) else d for k, d in enumerate(shape)), kind)


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
    shape, axis, kind = shape_of(args[1]), known(args[0]), element_type(*args[1:])
    if not isinstance(shape, tuple) or axis is UNKNOWN:
        return of_rank(None, kind)
    at = axis % (len(shape) + 1)
    return array((*shape[:at], len(args) - 1, *shape[at:]), kind)


row(
    "stacked", stacked, category="sequence", typed=_type_stacked, variadic=True,
    jvp=lambda args, y, dot: call("stacked", args[0], *(dot(k) for k in range(1, len(args)))),
    vjp=lambda k, args, y, bar: None if k == 0 else call("np.take", bar, k - 1, args[0]),
)  # fmt: skip


# ---- vstack, hstack, column_stack: what is joined depends on the numbers of dimensions


def piled(function: str, *arrays: Any) -> Any:
    """Return arrays below or beside each other."""
    import numpy as np

    return getattr(np, function)(arrays)


def _type_piled(args: Sequence[Any]) -> Type:
    ranks, kind = {rank_of(arg) for arg in args[1:]}, element_type(*args[1:])
    if known(args[0]) != "hstack":
        return of_rank(2 if ranks <= {0, 1, 2} else None, kind)
    return of_rank(1 if ranks <= {0, 1} else 2 if ranks == {2} else None, kind)


def _piled_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    if k == 0:
        return None
    part = call("piled_bar", bar, k - 1, *args)
    return call("np.reshape", part, call("np.shape", args[k]))


row(
    "piled", piled, category="sequence", typed=_type_piled, variadic=True, vjp=_piled_bar,
    jvp=lambda args, y, dot: call("piled", args[0], *(dot(k) for k in range(1, len(args)))),
)  # fmt: skip


def _piled_bar_bar(j: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    if j:
        return None
    _, k, function, *arrays = args
    zeros = [call("zeros_of", one, beside=bar) for one in arrays]
    shaped = call("np.reshape", bar, call("np.shape", arrays[k]))
    return call("piled", function, *zeros[:k], shaped, *zeros[k + 1 :])


carried(
    "piled_bar", PARTS, typed=lambda args: of_rank(None), view=True, variadic=True, vjp=_piled_bar_bar,
    jvp=lambda args, y, dot: call("piled_bar", dot(0), *args[1:]),
)  # fmt: skip


# ---- np.append, flat without an axis


def _append_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    if k > 1:
        return None
    if args[2] is not None:
        return _concatenated_bar(k + 1, (args[2], *args[:2]), y, bar)
    size = call("np.size", args[0], None)
    part = call("slice", *((size, None) if k else (None, size)), None, beside=bar)
    return call("np.reshape", call("picked", bar, part), call("np.shape", args[k]))


array_row(
    "append", signature=(("arr", ...), ("values", ...), ("axis", None)), vjp=_append_bar,
    typed=lambda args: of_rank(
        1 if known(args[2]) is None else rank_of(args[0]), element_type(*args[:2])
    ),
    jvp=lambda args, y, dot: call("np.append", dot(0), dot(1), args[2]),
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
    kind = element_type(*args[1:])
    return of_rank(None, kind) if known_inner is None else array((*dims, *known_inner), kind)


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
