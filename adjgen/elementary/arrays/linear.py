"""Rows of linear algebra: solve, inv, det, slogdet, matrix_power, pinv; what has no rule is refused by name.

Formulas: M. B. Giles, "An extended collection of matrix derivative results for forward and reverse
mode algorithmic differentiation", 2008.
"""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.bilinear import terms
from adjgen.elementary.arrays.fitting import carried, reduced_to
from adjgen.elementary.arrays.products import transposed
from adjgen.elementary.arrays.typing import array_row, known, like, of_rank, rank_of, shape_of
from adjgen.elementary.row import Number, call
from adjgen.ir.shapes import symbol
from adjgen.ir.types import REAL, Type, array

MATRICES = "adjgen.elementary.numeric_matrices"
ONE = (("a", ...),)


def mm(*factors: Number) -> Number:
    """Return the product of matrices, the last two first."""
    *before, last = factors
    for factor in reversed(before):
        last = call("matmul", factor, last)
    return last


# ---- solve: the right side is a vector where it has fewer dimensions, which running tells


SOLVE, TIMES, OUTER = "solve_columns", "times_columns", "outer_columns"


def _solve_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    plain = _is_plain(*args)
    right = dot(1) if dot.has(1) else None
    if dot.has(0):
        moved = mm(dot(0), y) if plain else call(TIMES, dot(0), y)
        right = -moved if right is None else right - moved
    return call("np.linalg.solve" if plain else SOLVE, args[0], right)


def _is_plain(a: Any, b: Any) -> bool:
    """Whether this is a matrix, and a vector or a matrix, for certain."""
    return rank_of(a) == 2 and rank_of(b) in (1, 2)


def _solve_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number:
    a, b = args
    if not _is_plain(a, b):
        b_bar = call(SOLVE, transposed(a), bar)
        return reduced_to(b_bar, b) if k else -reduced_to(call(OUTER, b_bar, y, a), a)
    b_bar = call("np.linalg.solve", transposed(a), bar)
    if k == 1:
        return b_bar
    return -(call("np.outer", b_bar, y) if rank_of(b) == 1 else mm(b_bar, transposed(y)))


def _type_of_solution(args: Sequence[Any]) -> Type:
    return like(1)(args) if rank_of(args[0]) == 2 else of_rank(None)


array_row(
    "linalg.solve", signature=(*ONE, ("b", ...)), typed=_type_of_solution, jvp=_solve_dot,
    vjp=_solve_bar,
)  # fmt: skip
carried(SOLVE, MATRICES, typed=lambda args: of_rank(None), jvp=_solve_dot, vjp=_solve_bar)


def _terms_of(name: str) -> Any:
    def jvp(args: Sequence[Any], y: Number, dot: Any) -> Number:
        found = terms(args, dot, lambda *given: call(name, *given))
        return call("zeros_of", y) if found is None else found

    return jvp


def _times_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number:
    return call(TIMES, transposed(args[0]), bar) if k else call(OUTER, bar, args[1], args[0])


def _outer_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    u, x, _ = args
    return (call(TIMES, bar, x), call(TIMES, transposed(bar), u), None)[k]


carried(TIMES, MATRICES, typed=lambda args: of_rank(None), jvp=_terms_of(TIMES), vjp=_times_bar)
carried(OUTER, MATRICES, typed=lambda args: of_rank(None), jvp=_terms_of(OUTER), vjp=_outer_bar)


# ---- inverses


def _inv_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number:
    return -mm(mm(transposed(y), bar), transposed(y))


array_row(
    "linalg.inv", signature=ONE, typed=like(), vjp=_inv_bar,
    jvp=lambda args, y, dot: -mm(y, dot(0), y),
)  # fmt: skip
carried(
    "inverse_or_nan", MATRICES, typed=like(), vjp=_inv_bar,
    jvp=lambda args, y, dot: -mm(y, dot(0), y),
)  # fmt: skip


def _pinv_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    a, moved = args[0], dot(0)
    back = transposed(moved)
    left = mm(y, transposed(y), back)  # within what a reaches, and beyond
    right = mm(back, transposed(y), y)
    return left - mm(left, a, y) + right - mm(y, a, right) - mm(y, moved, y)


def _pinv_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number:
    a, back = args[0], transposed(bar)
    left = mm(transposed(y), y, back)
    right = mm(back, y, transposed(y))
    return (
        right - mm(a, y, right) + left - mm(left, y, a) - mm(mm(transposed(y), bar), transposed(y))
    )


array_row(
    "linalg.pinv", signature=ONE, typed=lambda args: array(_turned(shape_of(args[0])), REAL),
    jvp=_pinv_dot, vjp=_pinv_bar, kink="where the rank changes",
    source="G. H. Golub, V. Pereyra, SIAM J. Numer. Anal. 10 (1973) 413",
)  # fmt: skip


def _turned(shape: Any) -> Any:
    return (*shape[:-2], *shape[:-3:-1]) if isinstance(shape, tuple) else symbol()


# ---- determinants


def _without_matrix(args: Sequence[Any]) -> Type:
    """Return the type of a number for each matrix."""
    shape = shape_of(args[0])
    return array(shape[:-2] if isinstance(shape, tuple) else symbol(), REAL)


def each(value: Number, a: Number) -> Number:
    """Return a number for each matrix, so that it broadcasts with the matrices."""
    return value if rank_of(a) == 2 else call("np.expand_dims", value, (-2, -1))


def _trace_of(a: Number, moved: Number) -> Number:
    """Return the sum of the products of the elements of two matrices, or of each two of many."""
    return call("np.sum", a * moved, None if rank_of(a) == 2 else (-2, -1), False)


array_row(
    "linalg.det", signature=ONE, typed=_without_matrix,
    jvp=lambda args, y, dot: _trace_of(call("cofactors", args[0]), dot(0)),
    vjp=lambda k, args, y, bar: each(bar, args[0]) * call("cofactors", args[0]),
)  # fmt: skip
carried(
    "cofactors", MATRICES, typed=like(),
    jvp=lambda args, y, dot: call("cofactors_dot", dot(0), args[0]),
    vjp=lambda k, args, y, bar: call("cofactors_dot", bar, args[0]),
)  # fmt: skip
carried(
    "cofactors_dot", MATRICES, typed=like(),
    refusal="the third derivative of a determinant has no rule",
)  # fmt: skip


def _slogdet_dot(args: Sequence[Any], y: Any, dot: Any) -> Number:
    position, sign, _ = y
    if position == 0:
        return call("zeros_of", sign)
    return _trace_of(transposed(call("inverse_or_nan", args[0])), dot(0))


def _slogdet_bar(k: int, args: Sequence[Any], y: Any, bar: Number) -> Number | None:
    if y[0] == 0:
        return None
    return each(bar, args[0]) * transposed(call("inverse_or_nan", args[0]))


def _twice_without_matrix(args: Sequence[Any]) -> tuple[Type, ...]:
    return (_without_matrix(args),) * 2


array_row(
    "linalg.slogdet", signature=ONE, typed=_twice_without_matrix, outs=2,
    jvp=_slogdet_dot, vjp=_slogdet_bar,
)  # fmt: skip


# ---- powers


def _factors(a: Number, n: int) -> tuple[Number, int, bool]:
    """Return the matrix that is multiplied by itself and how often; whether it is the inverse."""
    return (call("np.linalg.inv", a), -n, True) if n < 0 else (a, n, False)


def _power_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    a, n, inverse = _factors(*args)
    moved = -mm(a, dot(0), a) if inverse else dot(0)
    powers = [call("np.linalg.matrix_power", a, k) for k in range(n)]
    terms = [mm(powers[k], moved, powers[n - 1 - k]) for k in range(n)]
    return sum(terms[1:], terms[0]) if terms else call("zeros_of", y)


def _power_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    if k:
        return None
    a, n, inverse = _factors(*args)
    powers = [transposed(call("np.linalg.matrix_power", a, k)) for k in range(n)]
    terms = [mm(mm(powers[k], bar), powers[n - 1 - k]) for k in range(n)]
    if not terms:
        return None
    whole = sum(terms[1:], terms[0])
    return _inv_bar(0, args, a, whole) if inverse else whole


array_row(
    "linalg.matrix_power", signature=(*ONE, ("n", ...)), typed=like(),
    jvp=_power_dot, vjp=_power_bar,
)  # fmt: skip


def power_is_known(a: Any, n: Any) -> bool:
    """Whether the rule is for this power: it has a term for each factor."""
    return isinstance(known(n), int) and abs(known(n)) <= 16


# ---- what is refused by name


for _name, _why in {
    "svd": "its factors are not unique. Differentiate np.linalg.eigh of a.T @ a, or np.linalg.norm.",
    "svdvals": "use np.linalg.eigvalsh of a.T @ a.",
    "qr": "use np.linalg.cholesky of a.T @ a, whose transpose is R up to signs.",
    "eig": "eigenvalues of a matrix that is not symmetric may be complex. Of a symmetric one use np.linalg.eigh.",
    "eigvals": "eigenvalues of a matrix that is not symmetric may be complex. Of a symmetric one use np.linalg.eigvalsh.",
    "lstsq": "its rank may change. Use np.linalg.solve(a.T @ a, a.T @ b), or np.linalg.pinv(a) @ b.",
    "cond": "use the ratio of eigenvalues.",
}.items():
    array_row(f"linalg.{_name}", signature=ONE, typed=lambda args: of_rank(None), refusal=_why)
