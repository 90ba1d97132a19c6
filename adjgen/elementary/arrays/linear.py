"""Rows of linear algebra: solve, inv, det, slogdet, cholesky, eigh.

Formulas: M. B. Giles, "An extended collection of matrix derivative results for forward and reverse
mode algorithmic differentiation", 2008.
"""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.typing import array_row, like, rank_of
from adjgen.elementary.row import Number, call
from adjgen.ir.types import REAL


def _t(x: Number) -> Number:
    return call("transposed", x)


def _mm(a: Number, b: Number) -> Number:
    return call("matmul", a, b)


def all_matrices(*args: Any) -> bool:
    """Whether each argument is a matrix for certain, or (the last of two) a vector."""
    first, *rest = args
    return rank_of(first) in (2, None) and all(rank_of(other) in (1, 2, None) for other in rest)


def _solve_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    right = dot(1) if dot.has(1) else None
    if dot.has(0):
        moved = _mm(dot(0), y)
        right = -moved if right is None else right - moved
    return call("np.linalg.solve", args[0], right)


def _solve_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number:
    b_bar = call("np.linalg.solve", _t(args[0]), bar)
    if k == 1:
        return b_bar
    return -(call("np.outer", b_bar, y) if rank_of(y) == 1 else _mm(b_bar, _t(y)))


array_row(
    "linalg.solve",
    signature=(("a", ...), ("b", ...)),
    typed=like(1),
    jvp=_solve_dot,
    vjp=_solve_bar,
)
array_row(
    "linalg.inv", signature=(("a", ...),), typed=like(),
    jvp=lambda args, y, dot: -_mm(y, _mm(dot(0), y)),
    vjp=lambda k, args, y, bar: -_mm(_mm(_t(y), bar), _t(y)),
)  # fmt: skip
array_row(
    "linalg.det", signature=(("a", ...),), typed=lambda args: REAL,
    jvp=lambda args, y, dot: y * call("np.trace", _mm(call("np.linalg.inv", args[0]), dot(0))),
    vjp=lambda k, args, y, bar: bar * y * _t(call("np.linalg.inv", args[0])),
)  # fmt: skip
