"""Rows of polynomials: vander, polyval, polyder."""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.copies import moving
from adjgen.elementary.arrays.typing import array_row, of_rank, rank_of, shape_of, type_of
from adjgen.elementary.row import Number, call
from adjgen.ir.types import REAL, array


def _slopes(args: Sequence[Any], y: Number) -> Number:
    """Return the derivative of each power in the rows of np.vander(x, N) by x."""
    increasing = args[2]
    count = call("np.size", y, 1)
    exponents = call("in_precision_of", call("np.arange", count, None, None), y)
    if increasing:
        return call("moved_on", y, 0.0, 1) * exponents
    return call("np.flip", call("moved_on", call("np.flip", y, 1), 0.0, 1) * exponents, 1)


array_row(
    "vander", typed=lambda args: of_rank(2), signature=(("x", ...), ("N", None), ("increasing", False)),
    jvp=lambda args, y, dot: call("np.expand_dims", dot(0), 1) * _slopes(args, y),
    vjp=lambda k, args, y, bar: (
        None if k else call("np.sum", bar * _slopes(args, y), 1, False)
    ),
)  # fmt: skip


# ---- polynomials by their coefficients, the highest first


moving("polyder", (("p", ...),), lambda args: of_rank(1))


def _of_coefficients(x: Number, p: Number, bar: Number) -> Number:
    """Return the adjoint of the coefficients: the sums of the powers of all x."""
    flat = x if rank_of(x) == 1 else call("np.ravel", x, beside=bar)
    powers = call("np.vander", flat, call("np.size", p), False)
    return call("in_precision_of", call("matmul", call("np.ravel", bar), powers), p)


def _slope_of(p: Number) -> Number:
    """Return the coefficients of the derivative, in the precision of those of the polynomial."""
    slope = call("np.polyder", p)
    return call("in_precision_of", slope, p) if type_of(p).dtype else slope


def _polyval_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    p, x = args
    parts = [call("np.polyval", dot(0), x)] if dot.has(0) else []
    if dot.has(1):
        parts.append(call("np.polyval", _slope_of(p), x) * dot(1))
    return sum(parts[1:], parts[0])


array_row(
    "polyval", signature=(("p", ...), ("x", ...)), jvp=_polyval_dot,
    typed=lambda args: array(shape_of(args[1]), REAL),
    vjp=lambda k, args, y, bar: (
        bar * call("np.polyval", _slope_of(args[0]), args[1]) if k
        else _of_coefficients(args[1], args[0], bar)
    ),
)  # fmt: skip
