"""Rows of symmetric matrices, of which numpy reads the lower triangle: cholesky, eigh, eigvalsh.

The derivative is that of the function as it is: elements above the diagonal have none.
"""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.fitting import carried
from adjgen.elementary.arrays.linear import MATRICES, mm
from adjgen.elementary.arrays.products import transposed
from adjgen.elementary.arrays.typing import array_row, like, shape_of
from adjgen.elementary.row import Number, call
from adjgen.ir.shapes import symbol
from adjgen.ir.types import REAL, Type, array

ONE = (("a", ...),)
HALF = (("a", ...), ("UPLO", "L"))  # which triangle is read

# Linear functions of a matrix, and the adjoint of each: of_lower and mirrored are each other's.
for _name, _back in {
    "lower_part": "lower_part",
    "of_lower": "mirrored",
    "mirrored": "of_lower",
}.items():
    carried(
        _name, MATRICES, typed=like(),
        jvp=lambda args, y, dot, name=_name: call(name, dot(0)),
        vjp=lambda k, args, y, bar, name=_back: call(name, bar),
    )  # fmt: skip


def _cholesky_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    left = call("np.linalg.solve", y, call("mirrored", dot(0)))
    return mm(y, call("lower_part", call("np.linalg.solve", y, transposed(left))))


def _cholesky_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number:
    """Return the adjoint: L^-T (lower part of L^T L_bar) L^-1, for the lower triangle."""
    back = transposed(y)
    inner = call("lower_part", mm(back, bar))
    left = call("np.linalg.solve", back, inner)
    whole = transposed(call("np.linalg.solve", back, transposed(left)))
    return call("of_lower", 0.5 * (whole + transposed(whole)))


array_row(
    "linalg.cholesky", signature=ONE, typed=like(), jvp=_cholesky_dot, vjp=_cholesky_bar,
    source="S. F. Walter, L. Lehmann, Optim. Methods Softw. 28 (2013)",
)  # fmt: skip


# ---- eigenvalues and eigenvectors


def values_type(args: Sequence[Any]) -> Type:
    """Return the type of the eigenvalues of each matrix."""
    shape = shape_of(args[0])
    return array(shape[:-1] if isinstance(shape, tuple) else symbol(), REAL)


def _symmetric(moved: Number, half: str) -> Number:
    """Return the tangent of the symmetric matrix that is read."""
    return call("mirrored", moved if half == "L" else transposed(moved))


def _of_half(whole: Number, half: str) -> Number:
    """Return the adjoint of the matrix from that of the symmetric one that is read."""
    found = call("of_lower", whole)
    return found if half == "L" else transposed(found)


def _gaps(w: Number, v: Number) -> Number:
    """Return 1 / (w[j] - w[i]), with zeros on the diagonal."""
    identity = call("identity_like", v, -1)
    return (
        1.0 / (call("np.expand_dims", w, -2) - call("np.expand_dims", w, -1) + identity) - identity
    )


def _eigh_dot(args: Sequence[Any], y: Any, dot: Any) -> Number:
    position, w, v = y
    turned = mm(mm(transposed(v), _symmetric(dot(0), args[1])), v)
    if position == 0:
        return call("np.diagonal", turned, 0, -2, -1)
    return mm(v, _gaps(w, v) * turned)


def _of_values(v: Number, bar: Number) -> Number:
    return mm(v * call("np.expand_dims", bar, -2), transposed(v))


def _eigh_bar(k: int, args: Sequence[Any], y: Any, bar: Number) -> Number:
    position, w, v = y
    if position == 0:
        return _of_half(_of_values(v, bar), args[1])
    whole = mm(mm(v, _gaps(w, v) * mm(transposed(v), bar)), transposed(v))
    return _of_half(0.5 * (whole + transposed(whole)), args[1])


array_row(
    "linalg.eigh", signature=HALF, outs=2, jvp=_eigh_dot, vjp=_eigh_bar,
    typed=lambda args: (values_type(args), like()(args)),
    kink="eigenvectors have no derivative where eigenvalues are equal",
)  # fmt: skip


def _vectors_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    return _eigh_dot(args, (1, call("np.linalg.eigvalsh", *args), y), dot)


def _vectors_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    return None if k else _eigh_bar(0, args, (1, call("np.linalg.eigvalsh", *args), y), bar)


carried("eigenvectors", MATRICES, typed=like(), jvp=_vectors_dot, vjp=_vectors_bar)


def _values_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    v = call("eigenvectors", *args)
    return call("np.diagonal", mm(mm(transposed(v), _symmetric(dot(0), args[1])), v), 0, -2, -1)


array_row(
    "linalg.eigvalsh", signature=HALF, typed=values_type, jvp=_values_dot,
    vjp=lambda k, args, y, bar: (
        None if k else _of_half(_of_values(call("eigenvectors", *args), bar), args[1])
    ),
)  # fmt: skip
