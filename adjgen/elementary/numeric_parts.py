"""Adjoints of functions that move, repeat or pick elements of arrays; generated code carries the text of those it uses."""

from typing import Any

import numpy as np


def take_bar(bar: Any, x: Any, indices: Any, axis: Any = None) -> Any:
    """Return the adjoint of x, where bar is that of np.take(x, indices, axis)."""
    out = np.zeros(np.shape(x), dtype=np.result_type(x, 1.0))
    if axis is None:
        np.add.at(np.reshape(out, -1), np.asarray(indices), bar)
        return out
    first = axis % np.ndim(x)
    taken = range(first, first + np.ndim(indices))
    np.add.at(
        np.moveaxis(out, axis, 0), np.asarray(indices), np.moveaxis(bar, taken, range(len(taken)))
    )
    return out


def take_along_axis_bar(bar: Any, x: Any, indices: Any, axis: Any) -> Any:
    """Return the adjoint of x, where bar is that of np.take_along_axis(x, indices, axis)."""
    out = np.zeros(np.shape(x), dtype=np.result_type(x, 1.0))
    grid = list(np.ogrid[tuple(slice(n) for n in np.shape(x))])
    grid[axis] = indices
    np.add.at(out, tuple(grid), bar)
    return out


def repeat_bar(bar: Any, x: Any, repeats: Any, axis: Any = None) -> Any:
    """Return the adjoint of x, where bar is that of np.repeat(x, repeats, axis)."""
    count = np.size(x) if axis is None else np.shape(x)[axis]
    return take_bar(bar, x, np.repeat(np.arange(count), repeats), axis)


def tile_bar(bar: Any, x: Any, reps: Any) -> Any:
    """Return the adjoint of x, where bar is that of np.tile(x, reps)."""
    given = tuple(np.atleast_1d(reps))
    rank = max(len(given), np.ndim(x))
    shape = (1,) * (rank - np.ndim(x)) + np.shape(x)
    times = (1,) * (rank - len(given)) + given
    pairs = [n for pair in zip(times, shape) for n in pair]
    return np.reshape(
        np.sum(np.reshape(bar, pairs), axis=tuple(range(0, 2 * rank, 2))), np.shape(x)
    )


def pad_bar(bar: Any, x: Any, pad_width: Any) -> Any:
    """Return the adjoint of x, where bar is that of np.pad(x, pad_width)."""
    widths = np.broadcast_to(pad_width, (np.ndim(x), 2))
    return bar[tuple(slice(w, w + n) for (w, _), n in zip(widths, np.shape(x)))]


def split_bar(bar: Any, x: Any, sections: Any, k: Any, axis: Any = 0) -> Any:
    """Return the adjoint of x, where bar is that of np.array_split(x, sections, axis)[k]."""
    out = np.zeros(np.shape(x), dtype=np.result_type(x, 1.0))
    np.array_split(out, sections, axis)[k][...] = bar
    return out


def piled_bar(bar: Any, k: Any, function: Any, *arrays: Any) -> Any:
    """Return the adjoint of array k, where bar is that of np.vstack, hstack or column_stack of the arrays."""
    rows = function == "vstack"
    if function == "column_stack":
        arrays = tuple(a if np.ndim(a) > 1 else np.reshape(a, (-1, 1)) for a in arrays)
    whole = [np.atleast_2d(a) if rows else np.atleast_1d(a) for a in arrays]
    axis = 0 if rows or np.ndim(whole[0]) == 1 else 1
    start = sum(np.shape(a)[axis] for a in whole[:k])
    part = slice(start, start + np.shape(whole[k])[axis])
    return bar[part] if axis == 0 else bar[:, part]


def diagonal_bar(bar: Any, x: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    """Return the adjoint of x, where bar is that of np.diagonal(x, offset, axis1, axis2)."""
    out = np.zeros(np.shape(x), dtype=np.result_type(x, 1.0))
    k = np.arange(np.shape(bar)[-1])
    matrices = np.moveaxis(out, (axis1, axis2), (-2, -1))
    matrices[..., k + max(-offset, 0), k + max(offset, 0)] = bar
    return out


def diag_bar(bar: Any, x: Any, k: Any = 0) -> Any:
    """Return the adjoint of x, where bar is that of np.diag(x, k)."""
    return np.diag(bar, k).copy() if np.ndim(x) == 1 else diagonal_bar(bar, x, k)


def trace_bar(bar: Any, x: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    """Return the adjoint of x, where bar is that of np.trace(x, offset, axis1, axis2)."""
    shape = np.shape(np.diagonal(x, offset, axis1, axis2))
    return diagonal_bar(np.broadcast_to(np.expand_dims(bar, -1), shape), x, offset, axis1, axis2)


def diff_bar(bar: Any, x: Any, n: Any = 1, axis: Any = -1) -> Any:
    """Return the adjoint of x, where bar is that of np.diff(x, n, axis)."""
    if n >= np.shape(x)[axis]:  # nothing is left
        return np.zeros(np.shape(x), dtype=np.result_type(x, 1.0))
    for _ in range(n):
        shape = list(np.shape(bar))
        shape[axis] += 1
        out = np.zeros(shape, dtype=np.result_type(bar, 1.0))
        rows = np.moveaxis(out, axis, 0)
        rows[1:] += np.moveaxis(bar, axis, 0)
        rows[:-1] -= np.moveaxis(bar, axis, 0)
        bar = out
    return bar


def fitted(x: Any, like: Any) -> Any:
    """Return x in the shape of `like`: summed where that was broadcast, repeated where x was."""
    shape = np.shape(like)
    lead = max(np.ndim(x) - len(shape), 0)
    ones = [k for k, n in enumerate(shape, start=np.ndim(x) - len(shape)) if n == 1 and k >= lead]
    x = np.sum(x, axis=(*range(lead), *ones), keepdims=True)
    return np.broadcast_to(np.reshape(x, np.shape(x)[lead:]), shape)


def quantile_weights(x: Any, q: Any, axis: Any = None) -> Any:
    """Return the derivative of np.quantile(x, q, axis) by each element; equal ones share theirs."""
    if not np.size(x):
        return np.zeros(np.shape(x), dtype=np.result_type(x, 1.0))
    rows = np.reshape(x, -1) if axis is None else x
    along = 0 if axis is None else axis
    place = q * (np.shape(rows)[along] - 1)
    low = int(place)
    high = min(low + 1, np.shape(rows)[along] - 1)
    ordered = np.sort(rows, along)
    weights = np.zeros_like(rows, dtype=np.result_type(x, 1.0))
    for at, weight in ((low, 1.0 - (place - low)), (high, place - low)):
        same = rows == np.expand_dims(np.take(ordered, at, along), along)
        weights += weight * (same / np.sum(same, axis=along, keepdims=True))
    return np.reshape(weights, np.shape(x))


def interval_of(x: Any, xp: Any) -> Any:
    """Return between which two of the increasing numbers xp each x is, as the place of the first."""
    return np.clip(np.searchsorted(xp, x, side="right") - 1, 0, len(xp) - 2)


def polyder_bar(bar: Any, p: Any) -> Any:
    """Return the adjoint of p, where bar is that of np.polyder(p)."""
    grown = np.append(bar * np.arange(len(p) - 1, 0, -1), 0.0)
    return grown.astype(np.result_type(bar, 1.0))


def unit_arrays(like: Any) -> Any:
    """Return as many arrays in the shape of another as that has elements: each is 1.0 at one of them, else 0.0."""
    return np.reshape(np.eye(np.size(like)), (-1, *np.shape(like)))


def array_of_rows(rows: Any, value: Any, x: Any) -> Any:
    """Return the gradients of the elements of an array by x as one array of shape value.shape + x.shape."""
    return np.reshape(rows, (*np.shape(value), *np.shape(x)))[()]


def rows_of_array(slopes: Any, value: Any, x: Any) -> Any:
    """Return the list of arrays that `array_of_rows` puts into one."""
    return list(np.reshape(slopes, (np.size(value), *np.shape(x))))
