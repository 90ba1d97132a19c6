"""Rows that keep elements within limits or in another precision: clip, nan_to_num, astype."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from adjgen.elementary.arrays.typing import array_row, element_type, shape_of, type_of
from adjgen.elementary.libraries import own
from adjgen.elementary.row import Number, call, row, select
from adjgen.ir.types import INT, OPAQUE, REAL, Type, array


def share(more: Number, less: Number, whole: float = 1.0) -> Number:
    """Return the part that the greater of two numbers has in their maximum: all, or half where both are it."""
    return select(less < more, whole, lambda: select(less == more, 0.5 * whole, 0.0))


def both(more: Number, less: Number, greater: Number, smaller: Number) -> Number:
    """Return the product of two such parts."""
    other = partial(share, greater, smaller)
    apart = all(isinstance(x, (int, float)) for x in (less, greater)) and less < greater
    tie = 0.5 if apart else lambda: other(0.5)  # never at both limits
    return select(less < more, other, lambda: select(less == more, tie, 0.0))


own(
    "numpy", "clip", lambda a, lo, hi, y: both(a, lo, hi, a),
    lambda a, lo, hi, y: both(lo, a, hi, lo),
    lambda a, lo, hi, y: share(call("np.maximum", a, lo), hi),
    domain=("real", "real", "positive"), result="number", category="choice",
    signature=(("a", ...), ("a_min", None), ("a_max", None)), kink="a tie is shared equally: 1/2 each",
    where=lambda a, lo, hi, y: (a - lo) * (hi - a) == 0.0,
    edges=(((1.0, 1.0, 3.0), (0.5, 0.5, 0.0)), ((3.0, 1.0, 3.0), (0.5, 0.0, 0.5)), ((2.0, 3.0, 1.0), (0.0, 0.0, 1.0))),
)  # fmt: skip


def of_finite(x: Number, moved: Number) -> Number:
    """Return what an element passes on: nothing where it is no finite number."""
    return select(call("np.isfinite", x), moved, 0.0)


array_row(
    "nan_to_num", typed=lambda args: array(shape_of(args[0]), element_type(args[0])),
    signature=(("x", ...), ("nan", 0.0), ("posinf", None), ("neginf", None)),
    jvp=lambda args, y, dot: of_finite(args[0], dot(0)),
    vjp=lambda k, args, y, bar: None if k else of_finite(args[0], bar),
)  # fmt: skip


# ---- other precisions; an adjoint is in that of its array


def astype(x: Any, dtype: Any) -> Any:
    """Return an array with elements of another type."""
    return x.astype(dtype)


def in_precision_of(x: Any, like: Any) -> Any:
    """Return an array in the precision of another."""
    import numpy as np

    return x.astype(np.result_type(like, 1.0))


def _as(kind: Type) -> Any:
    """Return the rule that the value has the shape of the argument and elements of one type."""
    return lambda args: array(shape_of(args[0]), kind) if type_of(args[0]).dtype else kind


def _astype_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    return None if k else call("in_precision_of", bar, args[0])


row(
    "astype", astype, category="sequence", typed=_as(REAL), vjp=_astype_bar,
    jvp=lambda args, y, dot: call("astype", dot(0), args[1]),
)  # fmt: skip
row(
    "in_precision_of", in_precision_of, category="sequence", typed=_as(REAL),
    jvp=lambda args, y, dot: call("in_precision_of", dot(0), args[1]), vjp=_astype_bar,
)  # fmt: skip
for _name in ("array_as", "asarray_as"):
    row(
        _name, astype, category="sequence", typed=_as(REAL), vjp=_astype_bar, view=_name == "asarray_as",
        jvp=lambda args, y, dot: call("array_as", dot(0), args[1]),
    )  # fmt: skip
row("astype_int", astype, category="none", typed=_as(INT))
row("dtype_of", lambda x: x.dtype, category="none", typed=lambda args: OPAQUE)
