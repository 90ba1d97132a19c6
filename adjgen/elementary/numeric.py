"""Functions on arrays that derivatives need and numpy lacks; generated code carries the text of those it uses."""

from typing import Any

import numpy as np


def unbroadcast(x: Any, like: Any) -> Any:
    """Return x summed over the axes along which `like` was broadcast, in the shape of `like`."""
    shape = np.shape(like)
    if np.shape(x) == shape:
        return x
    lead = np.ndim(x) - len(shape)
    axes = [*range(lead), *(lead + k for k, n in enumerate(shape) if n == 1)]
    return np.reshape(np.sum(x, axis=tuple(axes)) if lead >= 0 else x, shape)[()]


def picked_last(bar: Any, *parts: Any) -> Any:
    """Return bar[parts], with 0 where a later place names the same item: the last store stays."""
    where = parts[0] if len(parts) == 1 else parts  # which may be a tuple itself
    found = bar[where]
    order = np.reshape(np.arange(np.size(found)), np.shape(found))
    last = np.zeros(np.shape(bar), dtype=int)
    last[where] = order
    return np.where(last[where] == order, found, 0.0)


def products_of_others(x: Any, axis: Any = None) -> Any:
    """Return for each element the product of the others along an axis, which may be zeros."""
    rows = np.reshape(x, (1, -1)) if axis is None else np.moveaxis(x, axis, -1)
    ones = np.ones_like(rows[..., :1])
    before = np.cumprod(np.concatenate([ones, rows[..., :-1]], axis=-1), axis=-1)
    after = np.cumprod(np.concatenate([ones, rows[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    zeros = rows == 0.0
    nothing = np.sum(zeros, axis=-1, keepdims=True) > zeros  # also where the others overflow
    nothing &= np.all(np.isfinite(rows), axis=-1, keepdims=True)
    others = np.where(nothing, 0.0, before) * np.where(nothing, 0.0, after)
    return np.reshape(others, np.shape(x)) if axis is None else np.moveaxis(others, -1, axis)


def moved_on(x: Any, first: Any, axis: Any) -> Any:
    """Return the array in which each element stands one place later along an axis, behind `first`."""
    new = np.roll(x, 1, axis)
    np.moveaxis(new, axis, 0)[:1] = first
    return new


def recurrence(a: Any, b: Any, axis: Any) -> Any:
    """Return s along an axis, where s[i] = b[i] + a[i] * s[i - 1] and s[0] = b[0]."""
    s = np.array(b)
    rows, factors = np.moveaxis(s, axis, 0), np.moveaxis(a, axis, 0)
    for i in range(1, len(rows)):
        rows[i] += factors[i] * rows[i - 1]
    return s


def matmul_left_bar(bar: Any, a: Any, b: Any) -> Any:
    """Return the adjoint of a, where bar is that of a @ b."""
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return bar * b
    if np.ndim(b) == 1:
        return unbroadcast(bar[..., np.newaxis] * b, a)
    if np.ndim(a) == 1:
        return unbroadcast((b @ bar[..., np.newaxis])[..., 0], a)
    return unbroadcast(bar @ np.swapaxes(b, -1, -2), a)


def matmul_right_bar(bar: Any, a: Any, b: Any) -> Any:
    """Return the adjoint of b, where bar is that of a @ b."""
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return bar * a
    if np.ndim(a) == 1:
        return unbroadcast(a[:, np.newaxis] * bar[..., np.newaxis, :], b)
    if np.ndim(b) == 1:
        return unbroadcast((np.swapaxes(a, -1, -2) @ bar[..., np.newaxis])[..., 0], b)
    return unbroadcast(np.swapaxes(a, -1, -2) @ bar, b)


def dot_left_bar(bar: Any, a: Any, b: Any) -> Any:
    """Return the adjoint of a, where bar is that of np.dot(a, b)."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return unbroadcast(bar * b, a)
    if np.ndim(b) == 1:
        return np.multiply.outer(bar, b)
    return np.tensordot(
        bar, np.moveaxis(b, -2, 0), (range(np.ndim(a) - 1, np.ndim(bar)), range(1, np.ndim(b)))
    )


def dot_right_bar(bar: Any, a: Any, b: Any) -> Any:
    """Return the adjoint of b, where bar is that of np.dot(a, b)."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return unbroadcast(bar * a, b)
    summed = range(np.ndim(a) - 1)
    found = np.tensordot(a, bar, (summed, summed))
    return found if np.ndim(b) == 1 else np.moveaxis(found, 0, -2)
