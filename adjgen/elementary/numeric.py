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


def products_of_others(x: Any, axis: Any = None) -> Any:
    """Return for each element the product of the others along an axis, which may be zeros."""
    rows = np.ravel(x)[np.newaxis] if axis is None else np.moveaxis(x, axis, -1)
    ones = np.ones_like(rows[..., :1])
    before = np.cumprod(np.concatenate([ones, rows[..., :-1]], axis=-1), axis=-1)
    after = np.cumprod(np.concatenate([ones, rows[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    others = before * after
    return np.reshape(others, np.shape(x)) if axis is None else np.moveaxis(others, -1, axis)


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
