"""Adjoints of products of arrays of any rank; generated code carries the text of those it uses."""

from typing import Any

import numpy as np

from adjgen.elementary.numeric import dot_left_bar, dot_right_bar, unbroadcast


def tensordot_axes(a: Any, b: Any, axes: Any) -> Any:
    """Return the axes of a and of b that np.tensordot(a, b, axes) sums over, and those that stay."""
    if np.ndim(axes) == 0:
        axes = (range(np.ndim(a) - axes, np.ndim(a)), range(axes))
    pairs = [
        (np.atleast_1d(given) % np.ndim(x)).tolist() if np.size(given) else []
        for given, x in zip(axes, (a, b))
    ]
    free = [[k for k in range(np.ndim(x)) if k not in used] for x, used in zip((a, b), pairs)]
    return (*pairs, *free)


def tensordot_left_bar(bar: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """Return the adjoint of a, where bar is that of np.tensordot(a, b, axes)."""
    of_a, of_b, free_a, free_b = tensordot_axes(a, b, axes)
    found = np.tensordot(bar, b, (list(range(len(free_a), np.ndim(bar))), free_b))
    order = free_a + [of_a[of_b.index(k)] for k in sorted(of_b)]
    return np.transpose(found, np.argsort(order).astype(int))


def tensordot_right_bar(bar: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    """Return the adjoint of b, where bar is that of np.tensordot(a, b, axes)."""
    of_a, of_b, free_a, free_b = tensordot_axes(a, b, axes)
    found = np.tensordot(a, bar, (free_a, list(range(len(free_a)))))
    order = [of_b[of_a.index(k)] for k in sorted(of_a)] + free_b
    return np.transpose(found, np.argsort(order).astype(int))


def inner_left_bar(bar: Any, a: Any, b: Any) -> Any:
    """Return the adjoint of a, where bar is that of np.inner(a, b)."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return dot_left_bar(bar, a, b)
    return tensordot_left_bar(bar, a, b, (-1, -1))


def inner_right_bar(bar: Any, a: Any, b: Any) -> Any:
    """Return the adjoint of b, where bar is that of np.inner(a, b)."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return dot_right_bar(bar, a, b)
    return tensordot_right_bar(bar, a, b, (-1, -1))


def kron_parts(bar: Any, a: Any, b: Any) -> Any:
    """Return bar, a and b of np.kron(a, b) so that bar has an axis for each of a, then of b, in turn."""
    rank = max(np.ndim(a), np.ndim(b))
    shapes = [(1,) * (rank - np.ndim(x)) + np.shape(x) for x in (a, b)]
    whole = np.reshape(bar, [n for pair in zip(*shapes) for n in pair])
    return whole, np.reshape(a, shapes[0]), np.reshape(b, shapes[1])


def kron_left_bar(bar: Any, a: Any, b: Any) -> Any:
    """Return the adjoint of a, where bar is that of np.kron(a, b)."""
    whole, _, right = kron_parts(bar, a, b)
    axes = list(range(np.ndim(right)))
    return np.reshape(np.tensordot(whole, right, ([2 * k + 1 for k in axes], axes)), np.shape(a))


def kron_right_bar(bar: Any, a: Any, b: Any) -> Any:
    """Return the adjoint of b, where bar is that of np.kron(a, b)."""
    whole, left, _ = kron_parts(bar, a, b)
    axes = list(range(np.ndim(left)))
    return np.reshape(np.tensordot(left, whole, (axes, [2 * k for k in axes])), np.shape(b))


def convolve_left_bar(bar: Any, a: Any, v: Any, mode: Any = "full") -> Any:
    """Return the adjoint of a, where bar is that of np.convolve(a, v, mode)."""
    short = min(np.size(a), np.size(v))
    start = {"full": 0, "same": (short - 1) // 2, "valid": short - 1}[mode]
    whole = np.zeros(np.size(a) + np.size(v) - 1, dtype=np.result_type(bar))
    whole[start : start + np.size(bar)] = bar
    return np.reshape(np.correlate(whole, np.atleast_1d(v), "valid"), np.shape(a))


def convolve_right_bar(bar: Any, a: Any, v: Any, mode: Any = "full") -> Any:
    """Return the adjoint of v, where bar is that of np.convolve(a, v, mode)."""
    return convolve_left_bar(bar, v, a, mode)


def in_space(x: Any) -> Any:
    """Return vectors of the plane or of space as those of space."""
    none = np.zeros(np.shape(x)[:-1] + (3 - np.shape(x)[-1],), dtype=np.result_type(x))
    return np.concatenate([x, none], axis=-1)


def cross_left_bar(bar: Any, a: Any, b: Any) -> Any:
    """Return the adjoint of a, where bar is that of np.cross(a, b)."""
    if np.shape(a)[-1] == np.shape(b)[-1] == 2:
        bar = np.stack([0.0 * bar, 0.0 * bar, bar], axis=-1)
    return unbroadcast(np.cross(in_space(b), bar)[..., : np.shape(a)[-1]], a)


def cross_right_bar(bar: Any, a: Any, b: Any) -> Any:
    """Return the adjoint of b, where bar is that of np.cross(a, b)."""
    return -cross_left_bar(bar, b, a)


def pairs_left_bar(bar: Any, a: Any, b: Any) -> Any:
    """Return the adjoint of a, where bar is that of np.add.outer(a, b)."""
    return np.sum(bar, axis=tuple(range(np.ndim(a), np.ndim(bar))))


def pairs_right_bar(bar: Any, a: Any, b: Any) -> Any:
    """Return the adjoint of b, where bar is that of np.add.outer(a, b)."""
    return np.sum(bar, axis=tuple(range(np.ndim(a))))
