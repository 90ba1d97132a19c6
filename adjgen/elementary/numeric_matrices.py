"""Functions on matrices that derivatives need and numpy lacks; generated code carries the text of those it uses."""

from typing import Any

import numpy as np

from adjgen.elementary.numeric import products_of_others


def solve_columns(a: Any, b: Any) -> Any:
    """Return np.linalg.solve(a, b), where b is a vector, or one for each matrix, if it has fewer dimensions."""
    if np.ndim(b) < np.ndim(a):
        return np.linalg.solve(a, b[..., np.newaxis])[..., 0]
    return np.linalg.solve(a, b)


def times_columns(a: Any, x: Any) -> Any:
    """Return the product of matrices with vectors, which have fewer dimensions, or with matrices."""
    return (a @ x[..., np.newaxis])[..., 0] if np.ndim(x) < np.ndim(a) else a @ x


def outer_columns(u: Any, x: Any, a: Any) -> Any:
    """Return the adjoint of a, where u is that of times_columns(a, x)."""
    if np.ndim(x) < np.ndim(a):
        return u[..., np.newaxis] * x[..., np.newaxis, :]
    return u @ np.swapaxes(x, -1, -2)


def cofactors(a: Any) -> Any:
    """Return the derivative of np.linalg.det(a), by its singular values: also where that is 0."""
    u, s, vt = np.linalg.svd(a)
    sign = np.linalg.det(u) * np.linalg.det(vt)
    others = products_of_others(s, -1) * sign[..., np.newaxis]
    return (u * others[..., np.newaxis, :]) @ vt


def cofactors_dot(a_dot: Any, a: Any) -> Any:
    """Return the tangent of cofactors(a), which is also its adjoint."""
    u, s, vt = np.linalg.svd(a)
    sign = np.linalg.det(u) * np.linalg.det(vt)
    n = np.shape(a)[-1]
    e = np.swapaxes(u, -1, -2) @ a_dot @ np.swapaxes(vt, -1, -2)
    one_less = np.where(np.eye(n, dtype=bool), 1.0, s[..., np.newaxis, :])
    pairs = products_of_others(one_less, -1) * (1.0 - np.eye(n))  # products of all but two
    diagonal = np.sum(pairs * np.diagonal(e, 0, -2, -1)[..., np.newaxis, :], axis=-1)
    middle = diagonal[..., np.newaxis] * np.eye(n) - pairs * np.swapaxes(e, -1, -2)
    return sign[..., np.newaxis, np.newaxis] * (u @ middle @ vt)


def inverse_or_nan(a: Any) -> Any:
    """Return the inverse of a matrix, or of many; numbers that are none where there is none."""
    singular = np.isneginf(np.linalg.slogdet(a)[1])[..., np.newaxis, np.newaxis]
    one = np.eye(np.shape(a)[-1], dtype=np.result_type(a, 1.0))
    return np.where(singular, np.nan, np.linalg.inv(np.where(singular, one, a)))


def lower_part(a: Any) -> Any:
    """Return the lower triangle of a matrix, with half of the diagonal."""
    return np.tril(a) - 0.5 * (a * np.eye(np.shape(a)[-1], dtype=np.result_type(a)))


def of_lower(a: Any) -> Any:
    """Return the adjoint of a matrix of which the lower triangle alone was read, from that of a symmetric one."""
    both = a + np.swapaxes(a, -1, -2)
    return np.tril(both) - a * np.eye(np.shape(a)[-1], dtype=np.result_type(a))


def mirrored(a: Any) -> Any:
    """Return the symmetric matrix that has the lower triangle of another."""
    return np.tril(a) + np.swapaxes(np.tril(a, -1), -1, -2)


def eigenvectors(a: Any, half: Any = "L") -> Any:
    """Return the eigenvectors of a symmetric matrix."""
    return np.linalg.eigh(a, half)[1]
