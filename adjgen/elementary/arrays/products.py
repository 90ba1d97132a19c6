"""Rows of products of matrices and vectors: matmul, dot, outer, vdot.

C = A B: A_bar = C_bar B^T, B_bar = A^T C_bar. Where the numbers of dimensions are not known, a function
that looks at them is carried along.
"""

import operator
from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.bilinear import TWO, adjoints, terms
from adjgen.elementary.arrays.fitting import NUMERIC, reduced_to
from adjgen.elementary.arrays.typing import array_row, of_rank, rank_of, shape_of
from adjgen.elementary.row import BY_NAME, Number, call, row
from adjgen.ir.shapes import broadcast
from adjgen.ir.types import REAL, Type, array


def transposed(x: Number) -> Number:
    """Return the transpose of a matrix, or of each of many."""
    return call("transposed", x) if rank_of(x) == 2 else call("np.swapaxes", x, -1, -2)


def type_of_matmul(args: Sequence[Any]) -> Type:
    """Return the type of a @ b."""
    a, b = shape_of(args[0]), shape_of(args[1])
    if not isinstance(a, tuple) or not isinstance(b, tuple) or not a or not b:
        return of_rank(None)
    lead = broadcast(a[:-2], b[:-2])
    assert isinstance(lead, tuple)
    return array((*lead, *a[-2:-1], *(b[-1:] if len(b) > 1 else ())), REAL)


def _matmul_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number:
    a, b = args
    ranks = rank_of(a), rank_of(b)
    if ranks == (1, 1):
        return bar * args[1 - k]
    if ranks == (2, 2):
        return call("matmul", transposed(a), bar) if k else call("matmul", bar, transposed(b))
    if ranks == (2, 1):
        return call("matmul", transposed(a), bar) if k else call("np.outer", bar, b)
    if ranks == (1, 2):
        return call("np.outer", a, bar) if k else call("matmul", b, bar)
    if None not in ranks and min(ranks) > 1:  # type: ignore[type-var, operator]
        whole = call("matmul", transposed(a), bar) if k else call("matmul", bar, transposed(b))
        return reduced_to(whole, args[k])
    return call("matmul_right_bar" if k else "matmul_left_bar", bar, a, b)


MATMUL: dict[str, Any] = {
    "category": "sequence", "typed": type_of_matmul, "vjp": _matmul_bar,
    "jvp": lambda args, y, dot: terms(args, dot, lambda a, b: call("matmul", a, b)),
}  # fmt: skip
BY_NAME["numpy.matmul"] = row("matmul", operator.matmul, signature=TWO, **MATMUL)


def type_of_dot(args: Sequence[Any]) -> Type:
    """Return the type of np.dot(a, b)."""
    ranks = rank_of(args[0]), rank_of(args[1])
    if 0 in ranks:
        return array(broadcast(shape_of(args[0]), shape_of(args[1])), REAL)
    return type_of_matmul(args) if ranks in SMALL else of_rank(None)


SMALL = ((1, 1), (1, 2), (2, 1), (2, 2))


def _dot_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number:
    if (rank_of(args[0]), rank_of(args[1])) in SMALL:
        return _matmul_bar(k, args, y, bar)
    return call("dot_right_bar" if k else "dot_left_bar", bar, *args)


array_row(
    "dot", signature=TWO, typed=type_of_dot, vjp=_dot_bar,
    jvp=lambda args, y, dot: terms(args, dot, lambda a, b: call("np.dot", a, b)),
)  # fmt: skip
adjoints("matmul_left_bar", "matmul_right_bar", lambda a, b: call("matmul", a, b), NUMERIC)
adjoints("dot_left_bar", "dot_right_bar", lambda a, b: call("np.dot", a, b), NUMERIC)


def _outer_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number:
    flat = (
        call("matmul", call("transposed", bar), _flat(args[0], bar))
        if k
        else call("matmul", bar, _flat(args[1], bar))
    )
    return flat if rank_of(args[k]) == 1 else call("np.reshape", flat, call("np.shape", args[k]))


def _flat(x: Number, bar: Number) -> Number:
    return x if rank_of(x) == 1 else call("np.ravel", x, beside=bar)


array_row(
    "outer", signature=TWO, vjp=_outer_bar,
    typed=lambda args: array(tuple(_length(a) for a in args), REAL),
    jvp=lambda args, y, dot: terms(args, dot, lambda a, b: call("np.outer", a, b)),
)  # fmt: skip


def _length(x: Any) -> Any:
    shape = shape_of(x)
    return shape[0] if isinstance(shape, tuple) and len(shape) == 1 else None


def _vdot_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number:
    other = bar * args[1 - k]
    same = rank_of(args[0]) == rank_of(args[1]) == 1
    return other if same else call("np.reshape", other, call("np.shape", args[k]))


array_row(
    "vdot", signature=TWO, typed=lambda args: REAL, vjp=_vdot_bar,
    jvp=lambda args, y, dot: terms(args, dot, lambda a, b: call("np.vdot", a, b)),
)  # fmt: skip
