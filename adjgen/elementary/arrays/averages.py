"""Rows of more reductions: ptp, average, reductions of ufuncs; logsumexp and softmax of scipy, which do not overflow."""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.fitting import reduced_to, spreaded
from adjgen.elementary.arrays.reductions import expanded, fraction, reduced, shares, weighted
from adjgen.elementary.arrays.typing import array_row, known, like, rank_of, shape_of
from adjgen.elementary.row import TABLE, Number, call
from adjgen.ir.types import REAL, array


def _of_range(x: Number, axis: Any, keepdims: Any, y: Number) -> Number:
    high, low = (call(f"np.{name}", x, axis, keepdims) for name in ("max", "min"))
    return shares(x, axis, keepdims, high) - shares(x, axis, keepdims, low)


weighted("ptp", _of_range, kink="the items that have an extreme value share its derivative equally")


# ---- averages with weights


def _aligned(weights: Number, a: Number, axis: Any) -> Number:
    """Return weights along an axis in as many dimensions as the array has."""
    rank = rank_of(a)
    if axis is None or rank_of(weights) == rank or rank is None:
        return weights
    return call("picked", weights, ..., *[None] * (rank - 1 - axis % rank))


def _parts(args: Sequence[Any], y: Number) -> tuple[Number, Number, Number]:
    """Return the weights, what they sum to, and the distances from the average."""
    a, axis, weights, keepdims = args
    aligned, rank = _aligned(weights, a, axis), rank_of(a)
    from_the_end = axis % rank - rank if isinstance(axis, int) and rank else axis
    total = call("np.sum", aligned, from_the_end, axis is not None)
    return aligned, total, a - expanded(y, axis, keepdims)


def _average_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    a, axis, weights, keepdims = args
    parts = [call("np.average", dot(0), axis, weights, keepdims)] if dot.has(0) else []
    if dot.has(2):
        _, total, distances = _parts(args, y)
        moved = distances * _aligned(dot(2), a, axis) / total
        parts.append(call("np.sum", moved, axis, keepdims))
    return sum(parts[1:], parts[0])


def _average_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    a, axis, weights, keepdims = args
    bar = expanded(bar, axis, keepdims)
    if k == 0 and weights is None:
        return spreaded(bar / fraction(a, axis, y), a)
    if k not in (0, 2):
        return None
    aligned, total, distances = _parts(args, y)
    if k == 0:
        return spreaded(bar * (aligned / total), a)
    found = reduced_to(bar * distances / total, aligned)
    return found if aligned is weights else call("np.reshape", found, call("np.shape", weights))


array_row(
    "average", jvp=_average_dot, vjp=_average_bar,
    signature=(("a", ...), ("axis", None), ("weights", None), ("keepdims", False)),
    typed=lambda args: array(reduced(shape_of(args[0]), known(args[1]), known(args[3])), REAL),
)  # fmt: skip


def average_is_known(a: Any, axis: Any, weights: Any, keepdims: Any) -> bool:
    """Whether the rule is for this call: it is known along which axis the weights are."""
    ranks = rank_of(a), rank_of(weights)
    if known(weights) is None or known(axis) is None:
        return True
    return None not in ranks and (ranks[0] == ranks[1] or ranks[1] == 1)


# ---- the reductions of ufuncs are those of the functions, along the first axis


REDUCE = (("array", ...), ("axis", 0), ("keepdims", False))


def _reduction(name: str, like: str) -> None:
    def tangent(args: Sequence[Any], y: Number, dot: Any) -> Number:
        return TABLE[like].jvp(args, y, dot)  # type: ignore[misc]

    def adjoint(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
        return TABLE[like].vjp(k, args, y, bar)  # type: ignore[misc]

    array_row(
        f"{name}.reduce", typed=TABLE[like].typed, signature=REDUCE, jvp=tangent, vjp=adjoint,
        broadcasts=TABLE[like].broadcasts,
    )  # fmt: skip


for _name, _like in {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}.items():
    _reduction(_name, f"np.{_like}")


# ---- functions of scipy that do not overflow


AXIS = (("x", ...), ("axis", None))


def _softmax_rule(y: Number, moved: Number, axis: Any) -> Number:
    """Return the tangent or the adjoint: the derivative of softmax is symmetric."""
    return y * (moved - call("np.sum", y * moved, axis, axis is not None))


weighted(
    "logsumexp", lambda x, axis, keepdims, y: call("np.exp", x - expanded(y, axis, keepdims)),
    home="scipy.special",
)  # fmt: skip
array_row(
    "softmax", home="scipy.special", signature=AXIS, typed=like(),
    jvp=lambda args, y, dot: _softmax_rule(y, dot(0), args[1]),
    vjp=lambda k, args, y, bar: None if k else _softmax_rule(y, bar, args[1]),
)  # fmt: skip
array_row(
    "log_softmax", home="scipy.special", signature=AXIS, typed=like(),
    jvp=lambda args, y, dot: (
        dot(0) - call("np.sum", call("np.exp", y) * dot(0), args[1], args[1] is not None)
    ),
    vjp=lambda k, args, y, bar: (
        None if k else bar - call("np.exp", y) * call("np.sum", bar, args[1], args[1] is not None)
    ),
)  # fmt: skip
