"""Rows that fit an array to the shape of another: zeros, copies, the sum over what was broadcast.

They are what derivatives are written with; a user's call of np.broadcast_to is in shaping.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from adjgen.elementary.arrays.typing import (
    like,
    of_rank,
    rank_of,
    shape_of,
    tuple_type,
    type_of,
)
from adjgen.elementary.libraries import function
from adjgen.elementary.row import Number, Row, call, enter, row
from adjgen.ir.shapes import same, summed_axes
from adjgen.ir.types import INT, NUMBERS, OPAQUE, REAL, Type, array

NUMERIC = "adjgen.elementary.numeric"
PARTS = "adjgen.elementary.numeric_parts"
PRODUCTS = "adjgen.elementary.numeric_products"


def carried(name: str, home: str = NUMERIC, **about: Any) -> None:
    """Enter a row whose text generated code carries."""
    about = {"category": "sequence"} | about
    enter(Row(name, function(home, name), home=home, carried=True, **about))


def own_type(args: Any) -> Type:
    """Return the type of what only a carried function makes for another: it stands in no equation."""
    return OPAQUE


def zeros_of(like: Any) -> Any:
    """Return zeros of the shape and precision of an array."""
    import numpy as np

    return np.zeros_like(like, dtype=np.result_type(like, 1.0))


def spread(x: Any, like: Any) -> Any:
    """Return x in the shape of another array."""
    import numpy as np

    return np.broadcast_to(x, np.shape(like))


def copied_array(x: Any) -> Any:
    """Return a copy."""
    import numpy as np

    return np.array(x)[()]


def spreaded(x: Number, like: Number) -> Number:
    """Return x in the shape of `like`, which it may have already."""
    return x if same(shape_of(x), shape_of(like)) else spread_to(x, like)


def filled_like(x: Any, like: Any) -> Any:
    """Return an array full of a number, in the shape and precision of another."""
    import numpy as np

    return np.full_like(like, x, dtype=np.result_type(like, 1.0))[()]


def spread_to(x: Number, like: Number) -> Number:
    """Return x in the shape of `like`; a number in its precision too."""
    if type_of(x) not in NUMBERS:
        return call("spread", x, like)
    return call("filled_like" if rank_of(like) else "filled_like_any", x, like)


def reduced_to(x: Number, like: Number) -> Number:
    """Return x summed to the shape of `like`, which was broadcast to that of x."""
    to = shape_of(like)
    if same(shape_of(x), to):
        return x
    if to == ():
        return call("np.sum", x, None, False)
    axes = summed_axes(shape_of(x), to)
    if axes is None:
        return call("unbroadcast", x, like)
    assert isinstance(to, tuple)
    lead = len(shape_of(x) or ()) - len(to)
    kept = tuple(axis for axis in axes if axis >= lead)
    for some, keep in ((kept, True), (tuple(axis for axis in axes if axis < lead), False)):
        if some:
            x = call("np.sum", x, some if len(some) > 1 else some[0], keep)
    return x


def fitted_to(x: Number, like: Number) -> Number:
    """Return x in the shape of `like`, where either may have been broadcast along some axes."""
    if type_of(x) in NUMBERS:
        return spreaded(x, like)
    return x if same(shape_of(x), shape_of(like)) else call("fitted", x, like)


def as_float_type(args: Any) -> Any:
    """Return the type of floats in the shape of the last argument."""
    kind = type_of(args[-1])
    return array(kind.shape, REAL) if kind.dtype else kind if kind is not OPAQUE else of_rank(None)


carried(
    "unbroadcast", typed=as_float_type, view=True,
    jvp=lambda args, y, dot: call("unbroadcast", dot(0), args[1]),
    vjp=lambda k, args, y, bar: None if k else call("spread", bar, args[0]),
)  # fmt: skip
for _name in ("filled_like", "filled_like_any"):  # of what may be a number, too
    row(
        _name, filled_like, category="sequence", typed=as_float_type, raises=False,
        jvp=lambda args, y, dot: spread_to(dot(0), args[1]),
        vjp=lambda k, args, y, bar: None if k else call("np.sum", bar, None, False),
    )  # fmt: skip
row(
    "spread", spread, category="sequence", typed=as_float_type, view=True,
    jvp=lambda args, y, dot: call("spread", dot(0), args[1]),
    vjp=lambda k, args, y, bar: None if k else reduced_to(bar, args[0]),
)  # fmt: skip
carried(
    "fitted", PARTS, typed=as_float_type, view=True,
    jvp=lambda args, y, dot: call("fitted", dot(0), args[1]),
    vjp=lambda k, args, y, bar: None if k else call("fitted", bar, args[0]),
)  # fmt: skip
row("zeros_of", zeros_of, category="none", typed=as_float_type, raises=False)


def copied_as_is(x: Any) -> Any:
    """Return a copy: of an array without dimensions an array, of a number a number."""
    import copy

    return copy.copy(x)


row("copied_as_is", copied_as_is, category="sequence", typed=like(), raises=False)
row(
    "copied_array", copied_array, category="sequence", typed=like(), raises=False,
    jvp=lambda args, y, dot: call("copied_array", dot(0)), vjp=lambda k, args, y, bar: bar,
)  # fmt: skip


row(
    "or_nan",
    lambda count: count or math.nan,
    category="none",
    typed=lambda args: REAL,
    raises=False,
)


def constantly(kind: Type, args: Any) -> Type:
    """Return a type, whatever the arguments."""
    return kind


def type_of_shape(args: Any) -> Type:
    """Return the type of a shape: a tuple, if it is known how many sizes it has."""
    count = rank_of(args[0])
    return OPAQUE if count is None else tuple_type(count)


TYPES: dict[str, Callable[[Any], Type]] = {
    "size": partial(constantly, INT), "ndim": partial(constantly, INT), "shape": type_of_shape,
}  # fmt: skip
for _name, _typed in TYPES.items():
    enter(
        Row(
            f"np.{_name}", function("numpy", _name), names=(f"numpy.{_name}",), home="numpy",
            category="none", typed=_typed,
            signature=(("a", ...), *((("axis", None),) if _name == "size" else ())),
        )
    )  # fmt: skip
