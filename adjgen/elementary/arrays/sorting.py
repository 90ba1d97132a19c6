"""Rows that look for elements by their order: sort, median, quantile, interp."""

import math
from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.fitting import PARTS, carried
from adjgen.elementary.arrays.reductions import expanded, reduced
from adjgen.elementary.arrays.typing import (
    array_row,
    element_type,
    known,
    like,
    shape_of,
    type_of,
)
from adjgen.elementary.row import Number, call, select
from adjgen.ir.types import INT, REAL, Type, array

A = ("a", ...)


def _order(args: Sequence[Any]) -> Number:
    return call("np.argsort", args[0], args[1])


array_row(
    "sort", signature=(A, ("axis", -1)), typed=like(), kink="equal elements keep their order",
    jvp=lambda args, y, dot: call("np.take_along_axis", dot(0), _order(args), args[1]),
    vjp=lambda k, args, y, bar: (
        None if k else call("take_along_axis_bar", bar, args[0], _order(args), args[1])
    ),
)  # fmt: skip
array_row(
    "partition", signature=(A, ("kth", ...), ("axis", -1)), typed=like(),
    refusal="the order of the others is not said: use np.sort.",
)  # fmt: skip


def sort_is_known(x: Any, axis: Any) -> bool:
    """Whether the rule is for this axis: None is that of the flat array."""
    return isinstance(known(axis), int)


# ---- quantiles: of two neighbours in the order, with constant weights


def _quantile(name: str, more: Sequence[Any], level: Any) -> None:
    def weights(args: Sequence[Any]) -> Number:
        return call("quantile_weights", args[0], level(args), args[-2])

    array_row(
        name, signature=(A, *more, ("axis", None), ("keepdims", False)), typed=_reduced,
        kink="equal elements share the derivative",
        jvp=lambda args, y, dot: call("np.sum", dot(0) * weights(args), args[-2], args[-1]),
        vjp=lambda k, args, y, bar: None if k else expanded(bar, *args[-2:]) * weights(args),
    )  # fmt: skip


def _reduced(args: Sequence[Any]) -> Type:
    axis, keepdims = known(args[-2]), known(args[-1])
    return array(reduced(shape_of(args[0]), axis, keepdims), element_type(args[0]))


_quantile("median", (), lambda args: 0.5)
_quantile("quantile", (("q", ...),), lambda args: args[1])
_quantile("percentile", (("q", ...),), lambda args: args[1] / 100.0)
carried("quantile_weights", PARTS, category="none", typed=like())


def quantile_is_known(x: Any, *others: Any) -> bool:
    """Whether the rule is for this call: one level, along one axis or all."""
    level = known(others[0]) if len(others) > 2 else 0.5
    axis = known(others[-2])
    return isinstance(level, (int, float)) and (axis is None or isinstance(axis, int))


# ---- linear interpolation between given points


def _places(x: Number, xp: Number, fp: Number) -> tuple[Number, ...]:
    """Return the place of x between its neighbours, its share in the way from one to the other, and the slope.

    Beyond the ends the share is 0 or 1 and the slope 0; of a single point, too, which is both neighbours.
    """
    k = call("interval_of", x, xp)
    x0, x1, f0, f1 = (call("np.take", given, at, None) for given in (xp, fp) for at in (k, k + 1))
    inside = select(x < x0, 0.0, lambda: select(x > x1, 0.0, 1.0))
    width = select(x1 == x0, math.inf, lambda: x1 - x0)
    share = select(x < x0, 0.0, lambda: select(x >= x1, 1.0, lambda: (x - x0) / width))
    return k, share, inside * ((f1 - f0) / width)


def _interp_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    k, share, slope = _places(*args)
    parts = []
    if dot.has(0):
        parts.append(slope * dot(0))
    for at, moved in ((1, -slope), (2, 1.0)):
        if dot.has(at):
            left, right = (call("np.take", dot(at), p, None) for p in (k, k + 1))
            parts.append(moved * ((1.0 - share) * left + share * right))
    return sum(parts[1:], parts[0])


def _interp_bar(j: int, args: Sequence[Any], y: Number, bar: Number) -> Number:
    k, share, slope = _places(*args)
    if j == 0:
        return bar * slope
    bar = -(bar * slope) if j == 1 else bar
    left = call("take_bar", bar * (1.0 - share), args[j], k, None)
    return left + call("take_bar", bar * share, args[j], k + 1, None)


array_row(
    "interp", signature=(("x", ...), ("xp", ...), ("fp", ...)), jvp=_interp_dot, vjp=_interp_bar,
    typed=lambda args: array(shape_of(args[0]), REAL) if shape_of(args[0]) != () else REAL,
    kink="the slope at the right at a given point, 0 beyond the ends",
)  # fmt: skip
carried(
    "interval_of", PARTS, category="none",
    typed=lambda args: array(shape_of(args[0]), INT) if type_of(args[0]).dtype else INT,
)  # fmt: skip
