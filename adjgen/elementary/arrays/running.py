"""Rows of running sums and products, and of products of all others.

The adjoint of a running product is a recurrence s_i = b_i + a_i s_(i-1), and so is that of a recurrence.
"""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.fitting import carried
from adjgen.elementary.arrays.typing import (
    array_row,
    element_type,
    known,
    like,
    of_rank,
    rank_of,
)
from adjgen.elementary.row import Number, call
from adjgen.ir.types import Type

A = ("a", ...)


def _flat_or(args: Sequence[Any]) -> Type:
    """Return the type of f(x, axis), which is flat without an axis."""
    if known(args[1]) is not None:
        return like()(args)
    return of_rank(1, element_type(args[0]))


def _unflattened(value: Number, x: Number, axis: Any) -> Number:
    """Return what a rule made of the flat array in the shape of the array."""
    if axis is not None or rank_of(x) == 1:
        return value
    return call("np.reshape", value, call("np.shape", x))


def _backwards(x: Number, axis: int) -> Number:
    return call("np.flip", x, axis)


for _name, _default in {"cumsum": None, "add.accumulate": 0}.items():
    array_row(
        _name, signature=(A, ("axis", _default)), typed=_flat_or,
        jvp=lambda args, y, dot: call("np.cumsum", dot(0), args[1]),
        vjp=lambda k, args, y, bar: None if k else _cumsum_bar(args, bar),
    )  # fmt: skip


def _cumsum_bar(args: Sequence[Any], bar: Number) -> Number:
    axis = 0 if args[1] is None else args[1]
    summed = _backwards(call("np.cumsum", _backwards(bar, axis), axis), axis)
    return _unflattened(summed, *args)


# ---- running products


carried(
    "moved_on", typed=like(),
    jvp=lambda args, y, dot: call("moved_on", dot(0), 0.0, args[2]),
    vjp=lambda k, args, y, bar: None if k else _moved_back(bar, args[2]),
)  # fmt: skip


def _moved_back(bar: Number, axis: int) -> Number:
    return _backwards(call("moved_on", _backwards(bar, axis), 0.0, axis), axis)


def _recurrence_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    a, _, axis = args
    parts = [dot(1)] if dot.has(1) else []
    if dot.has(0):
        parts.append(dot(0) * call("moved_on", y, 0.0, axis))
    return call("recurrence", a, sum(parts[1:], parts[0]), axis)


def _recurrence_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    a, _, axis = args
    if k > 1:
        return None
    factors = call("moved_on", _backwards(a, axis), 0.0, axis)
    whole = _backwards(call("recurrence", factors, _backwards(bar, axis), axis), axis)
    return whole if k == 1 else whole * call("moved_on", y, 0.0, axis)


carried("recurrence", typed=like(), jvp=_recurrence_dot, vjp=_recurrence_bar)


def _flat(args: Sequence[Any]) -> tuple[Number, int]:
    """Return the array and the axis that a running product is along."""
    x, axis = args
    if axis is not None:
        return x, axis
    return (x if rank_of(x) == 1 else call("np.ravel", x)), 0


def _cumprod_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    rows, axis = _flat(args)
    moved = dot(0) if rows is args[0] else call("np.ravel", dot(0))
    return call("recurrence", rows, moved * call("moved_on", y, 1.0, axis), axis)


def _cumprod_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    if k:
        return None
    rows, axis = _flat(args)
    factors = call("moved_on", _backwards(rows, axis), 0.0, axis)
    later = _backwards(call("recurrence", factors, _backwards(bar, axis), axis), axis)
    return _unflattened(later * call("moved_on", y, 1.0, axis), *args)


for _name, _default in {"cumprod": None, "multiply.accumulate": 0}.items():
    array_row(
        _name, signature=(A, ("axis", _default)), typed=_flat_or, jvp=_cumprod_dot, vjp=_cumprod_bar
    )


# ---- the product of the others along an axis, whose derivatives are those of running products


def _before_and_after(args: Sequence[Any]) -> tuple[Number, ...]:
    rows, axis = _flat(args)
    before = call("np.cumprod", rows, axis)
    after = call("np.cumprod", _backwards(rows, axis), axis)
    return rows, before, after


def _others_dot(args: Sequence[Any], y: Number, dot: Any) -> Number:
    """Return the tangent of the product of the products before and after each element."""
    rows, before, after = _before_and_after(args)
    axis = _flat(args)[1]
    moved = dot(0) if rows is args[0] else call("np.ravel", dot(0))
    ones = [call("moved_on", running, 1.0, axis) for running in (before, after)]
    turned, moved_back = _backwards(rows, axis), _backwards(moved, axis)
    dots = [
        call("moved_on", call("recurrence", factors, change * one, axis), 0.0, axis)
        for factors, change, one in ((rows, moved, ones[0]), (turned, moved_back, ones[1]))
    ]
    whole = dots[0] * _backwards(ones[1], axis) + ones[0] * _backwards(dots[1], axis)
    return _unflattened(whole, *args)


def _others_bar(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    """Return the adjoint, which is the tangent along `bar`: the second derivatives are symmetric."""
    if k:
        return None
    return _others_dot(args, y, lambda _: bar)


carried("products_of_others", typed=like(), jvp=_others_dot, vjp=_others_bar)
