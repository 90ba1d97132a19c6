"""Rows of reductions: sum, mean, prod, max, min, var, std, norm, and the builtins over arrays."""

from collections.abc import Sequence
from math import prod
from typing import Any

from adjgen.elementary.arrays.typing import (
    UNKNOWN,
    array_row,
    element_type,
    known,
    rank_of,
    shape_of,
)
from adjgen.elementary.row import INF, Number, call, row, select
from adjgen.ir.shapes import Shape, symbol
from adjgen.ir.types import REAL, Type, array

AXIS = (("a", ...), ("axis", None), ("keepdims", False))


def reduced(shape: Shape, axis: Any, keepdims: Any) -> Shape:
    """Return the shape after a reduction along an axis, some, or all."""
    if axis is None and not keepdims:
        return ()
    if not isinstance(shape, tuple) or UNKNOWN in (axis, keepdims):
        return symbol()
    axes = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    gone = {a % len(shape) if shape else 0 for a in axes}
    return tuple(
        1 if k in gone else dim for k, dim in enumerate(shape) if keepdims or k not in gone
    )


def type_of_reduction(args: Sequence[Any]) -> Type:
    """Return the type of f(x, axis, keepdims)."""
    return array(reduced(shape_of(args[0]), known(args[1]), known(args[2])), element_type(args[0]))


def expanded(value: Number, axis: Any, keepdims: Any) -> Number:
    """Return the value of a reduction with the dimensions that are gone, as ones."""
    if keepdims or axis is None or shape_of(value) == ():  # one number for all
        return value
    return call("np.expand_dims", value, axis)


def fraction(x: Number, axis: Any, y: Number) -> Number:
    """Return how many elements of x go into one of y."""
    if axis is None:
        return call("np.size", x)
    if isinstance(axis, int):
        return call("np.size", x, axis)
    return prod(call("np.size", x, one) for one in axis)


def count_of(same: Any, axis: Any, x: Any) -> Any:
    """Return how many are true along an axis, in the precision of an array."""
    import numpy as np

    return np.sum(same, axis=axis, keepdims=axis is not None, dtype=np.result_type(x, 1.0))


row(
    "count_of", count_of, category="none", raises=False,
    typed=lambda args: array(reduced(shape_of(args[0]), known(args[1]), known(args[1]) is not None), REAL),
)  # fmt: skip


def shares(x: Number, axis: Any, keepdims: Any, y: Number) -> Number:
    """Return the share of each element in the extreme: ties share it equally."""
    same = call("eq", x, expanded(y, axis, keepdims))
    return same / call("count_of", same, axis, x)


def _linear(name: str, scale: Any) -> None:
    array_row(
        name, typed=type_of_reduction, signature=AXIS, broadcasts=True,
        jvp=lambda args, y, dot, full=f"np.{name}": call(full, dot(0), *args[1:]),
        vjp=lambda k, args, y, bar: None if k else scale(expanded(bar, *args[1:]), *args, y),
    )  # fmt: skip


_linear("sum", lambda bar, x, axis, keepdims, y: bar)
_linear("mean", lambda bar, x, axis, keepdims, y: bar / fraction(x, axis, y))


def weighted(name: str, weights: Any, **about: Any) -> None:
    """Enter a reduction whose derivative is the sum of weights times those of the elements."""
    array_row(
        name, typed=type_of_reduction, signature=AXIS,
        jvp=lambda args, y, dot: call("np.sum", dot(0) * weights(*args, y), *args[1:]),
        vjp=lambda k, args, y, bar: None if k else expanded(bar, *args[1:]) * weights(*args, y),
        **about,
    )  # fmt: skip


def _others(x: Number, axis: Any) -> Number:
    """Return the product of the others; along several axes it is one axis after the other."""
    if not isinstance(axis, tuple):
        return call("products_of_others", x, axis)
    if not axis:
        return 1.0
    first, *rest = axis
    along = call("products_of_others", x, first)
    return along * _others(call("np.prod", x, first, True), tuple(rest)) if rest else along


weighted("prod", lambda x, axis, keepdims, y: _others(x, axis))
for _name in ("max", "min"):
    weighted(
        _name, shares, names=(f"numpy.a{_name}",),
        kink="the items that have the value share its derivative equally",
    )  # fmt: skip


def _centred(x: Number, axis: Any) -> Number:
    return x - call("np.mean", x, axis, axis is not None)


def _freedom(x: Number, axis: Any, ddof: Any, y: Number) -> Number:
    count = fraction(x, axis, y)
    return count if ddof == 0 else count - ddof


SPREAD = (("a", ...), ("axis", None), ("ddof", 0), ("keepdims", False))


def _type_of_spread(args: Sequence[Any]) -> Type:
    return array(reduced(shape_of(args[0]), known(args[1]), known(args[3])), REAL)


def _of_variance(x: Number, axis: Any, ddof: Any, keepdims: Any, y: Number) -> Number:
    return 2.0 * _centred(x, axis) / _freedom(x, axis, ddof, y)


def _of_deviation(x: Number, axis: Any, ddof: Any, keepdims: Any, y: Number) -> Number:
    """Return the weights of np.std: 0 where it is 0, as that of a norm at the origin."""
    whole = expanded(y, axis, keepdims)
    inverse = select(whole == 0.0, 0.0, lambda: 1.0 / whole)
    return _centred(x, axis) * inverse / _freedom(x, axis, ddof, y)


for _name, _weights in {"var": _of_variance, "std": _of_deviation}.items():
    array_row(
        _name, typed=_type_of_spread, signature=SPREAD,
        jvp=lambda args, y, dot, w=_weights: call("np.sum", dot(0) * w(*args, y), args[1], args[3]),
        vjp=lambda k, args, y, bar, w=_weights: (
            None if k else expanded(bar, args[1], args[3]) * w(*args, y)
        ),
    )  # fmt: skip


# ---- norms of vectors, of any order from 1; those of matrices are the Frobenius norm alone


def of_norm(args: Sequence[Any], y: Number) -> Number:
    """Return the weights of a norm."""
    x, order, axis, keepdims = args
    whole = expanded(y, axis, keepdims)
    if order == 1:
        return call("np.sign", x)
    if isinstance(order, (int, float)) and abs(order) == INF:
        same = call("eq", call("abs", x), whole)
        return call("np.sign", x) * same / call("count_of", same, axis, x)
    inverse = select(whole == 0.0, 0.0, lambda: 1.0 / whole)
    if order in (None, 2, "fro"):
        return x * inverse
    return call("np.sign", x) * call("pow", call("abs", x) * inverse, order - 1)


array_row(
    "linalg.norm", signature=(("x", ...), ("ord", None), ("axis", None), ("keepdims", False)),
    typed=lambda args: array(reduced(shape_of(args[0]), known(args[2]), known(args[3])), REAL),
    kink="0 at the origin",
    jvp=lambda args, y, dot: call("np.sum", dot(0) * of_norm(args, y), args[2], args[3]),
    vjp=lambda k, args, y, bar: None if k else expanded(bar, args[2], args[3]) * of_norm(args, y),
)  # fmt: skip


def norm_is_known(x: Any, order: Any, axis: Any, keepdims: Any) -> bool:
    """Whether the rule is for this norm: of a matrix the orders 1, 2 and inf mean something else."""
    order, axis = known(order), known(axis)
    if order is None or (order == "fro" and axis is None):
        return True
    vector = isinstance(axis, int) or (axis is None and rank_of(x) == 1)
    return vector and isinstance(order, (int, float)) and (order >= 1 or order == -INF)


# ---- the sums of Python


def _rows(shape: Shape) -> Shape:
    if isinstance(shape, tuple):
        return shape[1:]
    plain = isinstance(shape, frozenset) and len(shape) == 1
    return symbol(f"{min(shape)}[1]") if plain and shape else symbol()


row(
    "sum_of_rows", sum, category="sequence", broadcasts=True,  # builtins.sum of an array
    typed=lambda args: array(_rows(shape_of(args[0])), element_type(args[0])),
    jvp=lambda args, y, dot: call("sum_of_rows", dot(0)), vjp=lambda k, args, y, bar: bar,
)  # fmt: skip
for _name, _function in {"max": max, "min": min}.items():
    row(
        f"{_name}_of_items", _function, category="sequence", typed=lambda args: REAL,
        kink="the items that have the value share its derivative equally",
        jvp=lambda args, y, dot: call("np.sum", dot(0) * shares(args[0], None, False, y), None, False),
        vjp=lambda k, args, y, bar: bar * shares(args[0], None, False, y),
    )  # fmt: skip
