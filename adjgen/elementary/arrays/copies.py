"""Rows of functions that copy elements to several places or pick some: repeat, tile, pad, take, split, diag, meshgrid."""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.fitting import PARTS, carried, reduced_to
from adjgen.elementary.arrays.shaping import linear, same_rank
from adjgen.elementary.arrays.typing import (
    array_row,
    element_type,
    known,
    like,
    of_rank,
    rank_of,
    shape_of,
)
from adjgen.elementary.row import Number, call, row
from adjgen.ir.types import REAL, Type, array


def moving(name: str, signature: Any, typed: Any, **about: Any) -> None:
    """Enter a function that is linear in its first argument, and its carried adjoint, name_bar(bar, x, ...)."""
    back = f"{name}_bar"
    linear(name, signature, typed, lambda bar, x, *settings: call(back, bar, x, *settings), **about)
    carried(
        back, PARTS, typed=like(1),
        jvp=lambda args, y, dot: call(back, dot(0), *args[1:]),
        vjp=lambda k, args, y, bar: None if k else call(f"np.{name}", bar, *args[2:]),
    )  # fmt: skip


def _with_axis(args: Sequence[Any]) -> Type:
    """Return the type of np.repeat(x, repeats, axis)."""
    kind = element_type(args[0])
    return of_rank(1 if known(args[2]) is None else rank_of(args[0]), kind)


def _tiled(args: Sequence[Any]) -> Type:
    rank, reps = rank_of(args[0]), known(args[1])
    least = len(reps) if isinstance(reps, tuple) else 1
    return of_rank(None if rank is None else max(rank, least), element_type(args[0]))


def _taken(args: Sequence[Any]) -> Type:
    """Return the type of np.take(x, indices, axis)."""
    shape, axis, rank = shape_of(args[0]), known(args[2]), rank_of(args[1])
    if axis is None and rank is not None:
        return of_rank(rank, element_type(args[0]))
    if not isinstance(shape, tuple) or not isinstance(axis, int) or rank != 0:
        return of_rank(None, element_type(args[0]))
    at = axis % len(shape)
    return array((*shape[:at], *shape[at + 1 :]), element_type(args[0]))


def _of_diag(args: Sequence[Any]) -> Type:
    return of_rank({1: 2, 2: 1}.get(rank_of(args[0]) or 0), element_type(args[0]))


def _one_less(args: Sequence[Any]) -> Type:
    rank = rank_of(args[0])
    return of_rank(None if rank is None else rank - 1, element_type(args[0]))


def _of_trace(args: Sequence[Any]) -> Type:
    rank = rank_of(args[0])
    return of_rank(None if rank is None else rank - 2, element_type(args[0]))


A = ("a", ...)
DIAGONAL = (A, ("offset", 0), ("axis1", 0), ("axis2", 1))
moving("repeat", (A, ("repeats", ...), ("axis", None)), _with_axis)
moving("tile", (("A", ...), ("reps", ...)), _tiled)
moving("take", (A, ("indices", ...), ("axis", None)), _taken)
moving("take_along_axis", (("arr", ...), ("indices", ...), ("axis", ...)), same_rank)
moving("diag", (("v", ...), ("k", 0)), _of_diag, view=True)
moving("diagonal", DIAGONAL, _one_less, view=True)
moving("trace", DIAGONAL, _of_trace)


# ---- padding with constants, whose tangent is padded with zeros


array_row(
    "pad", typed=same_rank,
    signature=(("array", ...), ("pad_width", ...), ("mode", "constant"), ("constant_values", 0)),
    jvp=lambda args, y, dot: call("np.pad", dot(0), args[1], "constant", 0),
    vjp=lambda k, args, y, bar: None if k else call("pad_bar", bar, args[0], args[1]),
)  # fmt: skip
carried(
    "pad_bar", PARTS, typed=like(1), view=True,
    jvp=lambda args, y, dot: call("pad_bar", dot(0), *args[1:]),
    vjp=lambda k, args, y, bar: None if k else call("np.pad", bar, args[2], "constant", 0),
)  # fmt: skip


def pad_is_known(x: Any, pad_width: Any, mode: Any, values: Any) -> bool:
    """Whether the rule is for this call: what is put around does not vary."""
    return known(mode) == "constant" and isinstance(known(values), (int, float, tuple))


# ---- parts of np.split, one row each


def split_part(x: Any, sections: Any, k: int, axis: int = 0) -> Any:
    """Return one part of an array that is split."""
    import numpy as np

    return np.split(x, sections, axis)[k]


def array_split_part(x: Any, sections: Any, k: int, axis: int = 0) -> Any:
    """Return one part of an array that is split as evenly as it goes."""
    import numpy as np

    return np.array_split(x, sections, axis)[k]


for _function in (split_part, array_split_part):
    row(
        _function.__name__, _function, category="sequence", typed=same_rank, view=True,
        jvp=lambda args, y, dot, name=_function.__name__: call(name, dot(0), *args[1:]),
        vjp=lambda k, args, y, bar: None if k else call("split_bar", bar, *args),
    )  # fmt: skip
carried(
    "split_bar", PARTS, typed=like(1),
    jvp=lambda args, y, dot: call("split_bar", dot(0), *args[1:]),
    vjp=lambda k, args, y, bar: None if k else call("array_split_part", bar, *args[2:]),
)  # fmt: skip


# ---- the arrays of np.meshgrid, one row each


def meshed(k: int, indexing: Any, *arrays: Any) -> Any:
    """Return one of the arrays of np.meshgrid."""
    import numpy as np

    return np.meshgrid(*arrays, indexing=indexing)[k]


def _meshed_bar(j: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    k, indexing, *arrays = args
    if j - 2 != k:
        return None
    along = 1 - k if indexing == "xy" and k < 2 and len(arrays) > 1 else k
    others = tuple(axis for axis in range(len(arrays)) if axis != along)
    summed = call("np.sum", bar, others, False) if others else bar
    return (
        summed if rank_of(args[j]) == 1 else call("np.reshape", summed, call("np.shape", args[j]))
    )


row(
    "meshed", meshed, category="sequence", variadic=True, vjp=_meshed_bar,
    typed=lambda args: of_rank(len(args) - 2, element_type(args[known(args[0]) + 2])),
    jvp=lambda args, y, dot: call(
        "meshed", args[0], args[1],
        *[dot(k) if k == args[0] + 2 else args[k] for k in range(2, len(args))],
    ),
)  # fmt: skip


# ---- numbers between two ends


def _between(args: Sequence[Any]) -> Type:
    start, stop = (rank_of(arg) for arg in args[:2])
    return of_rank(None if start is None or stop is None else 1 + max(start, stop), REAL)


def _linspace_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    """Return the adjoint of an end: a number's share in the stop grows from 0 to 1."""
    if k > 1:
        return None
    share = call("np.linspace", 0.0, 1.0, *args[2:], beside=bar)
    share = call("in_precision_of", share, y)
    weights = share if k else 1.0 - share
    found = (
        call("matmul", weights, bar) if rank_of(y) == 1 else call("np.tensordot", weights, bar, 1)
    )
    return reduced_to(found, args[k])


array_row(
    "linspace", typed=_between, vjp=_linspace_bar,
    signature=(("start", ...), ("stop", ...), ("num", 50), ("endpoint", True)),
    jvp=lambda args, y, dot: call("np.linspace", dot(0), dot(1), *args[2:]),
)  # fmt: skip
