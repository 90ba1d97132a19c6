"""Rows of items and parts of arrays: x[i, 1:], stores into them, updates in place.

An array that is stored into is a new value here; emission stores in place.
"""

import operator
from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.fitting import carried, reduced_to, spreaded
from adjgen.elementary.arrays.typing import known, rank_of, shape_of, type_of
from adjgen.elementary.row import Number, call, row
from adjgen.ir.shapes import Shape, broadcast, dims, symbol
from adjgen.ir.types import BOOL, INT, REAL, Type, array

SLICE, WHOLE = Type("slice"), Type("slice")  # some of a dimension, all of it


def picked(x: Any, *parts: Any) -> Any:
    """Return x[parts]."""
    return x[parts if len(parts) > 1 else parts[0]]


def put(x: Any, value: Any, *parts: Any) -> Any:
    """Return an array in which a part is another."""
    new = x.copy()
    new[parts if len(parts) > 1 else parts[0]] = value
    return new


def put_added(x: Any, value: Any, *parts: Any) -> Any:
    """Return an array in which a part has grown; what is named twice grows twice."""
    import numpy as np

    new = x.copy()
    np.add.at(new, parts if len(parts) > 1 else parts[0], value)
    return new


def is_basic(part: Any) -> bool:
    """Whether a part of an index is a whole number, a slice, None or an ellipsis: that gives a view."""
    return type_of(part) in (INT, SLICE, WHOLE) or known(part) in (None,) or known(part) is Ellipsis


def once(parts: Sequence[Any]) -> bool:
    """Whether no item is named twice by an index."""
    lists = [part for part in parts if not is_basic(part) and type_of(part).dtype is not BOOL]
    return not lists or (len(lists) == 1 and _is_distinct(known(lists[0])))


def _is_distinct(places: Any) -> bool:
    """Whether these are whole numbers of one sign that are all different."""
    if not isinstance(places, (tuple, list)) or not all(type(n) is int for n in places):
        return False
    return len(set(places)) == len(places) and len({n < 0 for n in places}) < 2


def shape_of_item(shape: Shape, parts: Sequence[Any]) -> Shape:
    """Return the shape of x[parts] from that of x."""
    if not all(is_basic(part) for part in parts):
        return _shape_of_gathered(shape, parts)
    numbers = sum(type_of(part) is INT for part in parts)
    if not isinstance(shape, tuple):
        plain = numbers == len(parts) and isinstance(shape, frozenset) and len(shape) == 1
        return symbol(f"{min(shape)}[{numbers}]") if plain and shape else symbol()
    used = sum(known(part) is not None and known(part) is not Ellipsis for part in parts)
    if used > len(shape):
        return symbol()
    found: list[Any] = []
    rest = list(shape)
    for k, part in enumerate(parts):
        if known(part) is Ellipsis:
            behind = sum(known(p) is not None for p in parts[k + 1 :])
            while len(rest) > behind:
                found.append(rest.pop(0))
        elif known(part) is None:
            found.append(1)
        else:
            dim = rest.pop(0)
            found += [] if type_of(part) is INT else [dim if type_of(part) is WHOLE else dims(1)[0]]
    return (*found, *rest)


def _shape_of_gathered(shape: Shape, parts: Sequence[Any]) -> Shape:
    if not isinstance(shape, tuple) or len(parts) != 1:
        return symbol()
    (part,) = parts
    if type_of(part).dtype is BOOL and isinstance(shape_of(part), tuple):
        return (None, *shape[len(shape_of(part) or ()) :])
    if isinstance(shape_of(part), tuple):
        return (*(shape_of(part) or ()), *shape[1:])
    return symbol()


def type_of_item(args: Sequence[Any]) -> Type:
    """Return the type of x[parts]."""
    kind = type_of(args[0])
    return array(shape_of_item(kind.shape, args[1:]), kind.dtype or REAL)


row(
    "rows", lambda x, *count: tuple(x), category="sequence", outs=2, view=True,  # as many as there are names
    jvp=lambda args, y, dot: call("picked", dot(0), y),
    scatter=lambda k, args, y, bar, into: grown(into, bar, [y]),
)  # fmt: skip


def _put_vjp(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    if k > 1:
        return None
    return call("put", bar, 0.0, *args[2:]) if k == 0 else of_part(bar, args)


def of_part(bar: Number, args: Sequence[Any], stored: bool = True) -> Number:
    """Return the adjoint of a value that was stored into a part of an array, or added to it, from that
    of the array."""
    name = "picked" if not stored or once(args[2:]) else "picked_last"
    return reduced_to(call(name, bar, *args[2:]), args[1])


def grown(into: Number, bar: Number, parts: Sequence[Any]) -> Number:
    """Return an adjoint to whose part another one is added."""
    return call("part_plus" if once(parts) else "put_added", into, bar, *parts)


def unpicked(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
    """Return the adjoint of x where x[parts] has all of x, perhaps with new dimensions; None where it has not.

    That of x[:, np.newaxis] is bar[:, 0], and a sum that was kept for the new dimension is a sum.
    """
    parts = args[1:]
    new = [j for j, part in enumerate(parts) if known(part) is None]
    if k or len(new) + sum(type_of(part) is WHOLE for part in parts) < len(parts):
        return None
    last = bar.builder.eqns[-1] if bar.builder.eqns else None
    if last is not None and last.outs == (bar.atom,) and last.op == "np.sum":
        x, axis, keepdims = last.args
        if new == [known(axis)] and known(keepdims) is True:
            return call("np.sum", type(bar)(bar.builder, x), new[0], False)
    return call("picked", bar, *(0 if known(part) is None else part for part in parts))


def first(args: Sequence[Any]) -> Type:
    """Return the type of the array that is stored into."""
    return type_of(args[0])


row(
    "slice", slice, category="none", raises=False,
    typed=lambda args: WHOLE if all(known(end) is None for end in args) else SLICE,
)  # fmt: skip
row(
    "picked", picked, category="sequence", typed=type_of_item, view=True,
    jvp=lambda args, y, dot: call("picked", dot(0), *args[1:]),
    vjp=unpicked, scatter=lambda k, args, y, bar, into: into if k else grown(into, bar, args[1:]),
)  # fmt: skip
row(
    "put", put, category="sequence", typed=first, mutates=True,
    jvp=lambda args, y, dot: call("put", dot(0), dot(1), *args[2:]), vjp=_put_vjp,
)  # fmt: skip
carried(
    "picked_last", typed=type_of_item,
    jvp=lambda args, y, dot: call("picked_last", dot(0), *args[1:]),
    vjp=lambda k, args, y, bar: None if k else call("put", call("zeros_of", args[0]), bar, *args[1:]),
)  # fmt: skip
for _name in ("put_added", "part_plus"):
    row(
        _name, put_added, category="sequence", typed=first, mutates=True,
        jvp=lambda args, y, dot, name=_name: call(name, dot(0), dot(1), *args[2:]),
        vjp=lambda k, args, y, bar: None if k > 1 else bar if k == 0 else of_part(bar, args, False),
    )  # fmt: skip

# x += v and its kin keep the type of the numbers in x, and other names of x see the change.
PARTIALS: dict[str, Any] = {
    "add": (lambda a, b, y: 1.0, lambda a, b, y: 1.0),
    "sub": (lambda a, b, y: 1.0, lambda a, b, y: -1.0),
    "mul": (lambda a, b, y: b, lambda a, b, y: a),
    "div": (lambda a, b, y: call("div", 1.0, b, beside=y), lambda a, b, y: -(y / b)),
}
IN_PLACE = {"add": "iadd", "sub": "isub", "mul": "imul", "div": "itruediv"}


def updated(args: Sequence[Any]) -> Type:
    """Return the type of what `x += v` leaves in x: a number may become an array."""
    kind = type_of(args[0])
    return kind if rank_of(args[0]) else array(broadcast(kind.shape, shape_of(args[1])), kind.dtype)


def _updated(name: str) -> Any:
    """Return the function that gives what `x += v` (or its kin) leaves in x."""
    change = getattr(operator, IN_PLACE[name])
    return lambda x, v: change(x.copy() if hasattr(x, "copy") else x, v)


def _update(name: str) -> None:
    partials = PARTIALS[name]

    def tangent(args: Sequence[Any], y: Number, dot: Any) -> Number:
        terms = [dot(k) * partials[k](*args, y) for k in (0, 1) if dot.has(k)]
        return spreaded(sum(terms[1:], terms[0]), y)

    def adjoint(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number:
        product = bar * partials[k](*args, y)
        return product if k == 0 and rank_of(args[0]) else reduced_to(product, args[k])

    row(
        f"{name}_in_place", _updated(name), category="sequence", typed=updated, mutates=True,
        jvp=tangent, vjp=adjoint,
    )  # fmt: skip


for _name in IN_PLACE:
    _update(_name)
