"""Rows that arrange elements otherwise: reshape, transpose, concatenate, stack, flip, repeat and their kin."""

import operator
from collections.abc import Callable, Sequence
from typing import Any

from adjgen.elementary.arrays.fitting import reduced_to
from adjgen.elementary.arrays.typing import (
    UNKNOWN,
    array_row,
    element_type,
    known,
    like,
    of_rank,
    rank_of,
    shape_of,
    tuple_type,
    type_of,
)
from adjgen.elementary.row import Number, call, row
from adjgen.ir.shapes import Shape, broadcast, dims, symbol
from adjgen.ir.types import BOOL, INT, NUMBERS, REAL, Type, array


def linear(
    name: str, signature: Any, typed: Any, back: Callable[..., Number], **about: Any
) -> None:
    """Enter a function that is linear in its first argument; `back` gives that argument's adjoint."""
    array_row(
        name, signature=signature, typed=typed,
        jvp=lambda args, y, dot, full=f"np.{name}": call(full, dot(0), *args[1:]),
        vjp=lambda k, args, y, bar: None if k else back(bar, *args),
        **about,
    )  # fmt: skip


def reshaped(bar: Number, x: Number, *others: Any) -> Number:
    """Return the adjoint of what was only reshaped."""
    return call("np.reshape", bar, call("np.shape", x))


def shape_from(said: Any) -> Shape:
    """Return the shape that an argument says: a tuple, a whole number, or what only running tells."""
    value, kind = known(said), type_of(said)
    if kind.name.startswith("tuple of "):
        return dims(int(kind.name.split()[-1]))
    if isinstance(value, tuple):
        return tuple(n if isinstance(n, int) and n >= 0 else dims(1)[0] for n in value)
    if kind is INT:
        return (value,) if isinstance(value, int) and value >= 0 else dims(1)
    return symbol()


def type_reshaped(args: Sequence[Any]) -> Type:
    """Return the type of np.reshape(x, shape)."""
    return array(shape_from(args[1]), element_type(args[0]))


def permuted(args: Sequence[Any]) -> Type:
    """Return the type of np.transpose(x, axes)."""
    shape, axes = shape_of(args[0]), known(args[1])
    if not isinstance(shape, tuple) or axes is UNKNOWN:
        return of_rank(None)
    order = axes if axes is not None else range(len(shape))[::-1]
    return array(tuple(shape[k] for k in order), element_type(args[0]))


def exchanged(args: Sequence[Any]) -> Type:
    """Return the type of np.swapaxes(x, i, j)."""
    shape, i, j = shape_of(args[0]), known(args[1]), known(args[2])
    if not isinstance(shape, tuple) or UNKNOWN in (i, j):
        return of_rank(None)
    if not all(-len(shape) <= axis < len(shape) for axis in (i, j)):
        return of_rank(None)  # numpy will say so
    new = list(shape)
    new[i], new[j] = new[j], new[i]
    return array(tuple(new), element_type(args[0]))


def with_ones(args: Sequence[Any]) -> Type:
    """Return the type of np.expand_dims(x, axis)."""
    shape, axis = shape_of(args[0]), known(args[1])
    if not isinstance(shape, tuple) or axis is UNKNOWN:
        return of_rank(None)
    axes = axis if isinstance(axis, tuple) else (axis,)
    count = len(shape) + len(axes)
    ones, rest = {a % count for a in axes}, iter(shape)
    return array(tuple(1 if k in ones else next(rest) for k in range(count)), element_type(args[0]))


def flat(args: Sequence[Any]) -> Type:
    """Return the type of a flat array."""
    return of_rank(1, element_type(args[0]))


def untyped(args: Sequence[Any]) -> Type:
    """Return the type of an array of which nothing is known."""
    return of_rank(None, element_type(args[0]))


def same_rank(args: Sequence[Any]) -> Type:
    """Return the type of an array with as many dimensions as the first argument."""
    return of_rank(rank_of(args[0]), element_type(args[0]))


def undone_order(bar: Number, x: Number, axes: Any) -> Number:
    """Return the adjoint of a transposition."""
    if axes is None:
        return call("np.transpose", bar, None)
    order = [axis % len(axes) for axis in axes]
    return call("np.transpose", bar, tuple(sorted(range(len(axes)), key=lambda k: order[k])))


ONE = (("a", ...),)
# fmt: off
linear("reshape", (("a", ...), ("shape", ...)), type_reshaped, reshaped, view=True)
linear("ravel", ONE, flat, reshaped, view=True)
row(
    "flatten", lambda x: x.flatten(), category="sequence", typed=flat,  # a method alone
    jvp=lambda args, y, dot: call("np.ravel", dot(0)), vjp=lambda k, args, y, bar: reshaped(bar, args[0]),
)
linear("transpose", (("a", ...), ("axes", None)), permuted, undone_order, view=True)
linear("swapaxes", (("a", ...), ("axis1", ...), ("axis2", ...)), exchanged, lambda bar, x, i, j: call("np.swapaxes", bar, i, j), view=True)
linear("moveaxis", (("a", ...), ("source", ...), ("destination", ...)), same_rank, lambda bar, x, i, j: call("np.moveaxis", bar, j, i), view=True)
linear("expand_dims", (("a", ...), ("axis", ...)), with_ones, reshaped, view=True)
linear("squeeze", (("a", ...), ("axis", None)), untyped, reshaped, view=True)
linear("atleast_1d", ONE, lambda args: type_of(args[0]) if rank_of(args[0]) else of_rank(1 if rank_of(args[0]) == 0 else None), reshaped, view=True)
linear("atleast_2d", ONE, lambda args: type_of(args[0]) if (rank_of(args[0]) or 0) > 1 else of_rank(None if rank_of(args[0]) is None else 2), reshaped, view=True)
linear("broadcast_to", (("a", ...), ("shape", ...)), type_reshaped, lambda bar, x, shape: reduced_to(bar, x), view=True)
linear("flip", (("m", ...), ("axis", None)), like(), lambda bar, x, axis: call("np.flip", bar, axis), view=True)
linear("flipud", (("m", ...),), like(), lambda bar, x: call("np.flipud", bar), view=True)
linear("fliplr", (("m", ...),), like(), lambda bar, x: call("np.fliplr", bar), view=True)
linear("roll", (("a", ...), ("shift", ...), ("axis", None)), like(), lambda bar, x, shift, axis: call("np.roll", bar, _negative(shift), axis))
linear("tril", (("m", ...), ("k", 0)), like(), lambda bar, x, k: call("np.tril", bar, k))
linear("triu", (("m", ...), ("k", 0)), like(), lambda bar, x, k: call("np.triu", bar, k))
linear("copy", ONE, like(), lambda bar, x: bar)
# fmt: on
row(
    "shape_tuple",
    lambda *dims: dims,
    category="none",
    variadic=True,
    raises=False,
    typed=lambda args: tuple_type(len(args)),
)
for _name, _function in {"number": float, "item_of": lambda x: x.item()}.items():
    row(
        _name, _function, category="sequence", typed=lambda args: REAL,  # of an array with one element
        jvp=lambda args, y, dot, name=_name: call(name, dot(0)),
        vjp=lambda k, args, y, bar: call("spread", bar, args[0]),
    )  # fmt: skip
row(
    "copy_of", lambda x: x.copy(), category="sequence", typed=like(),  # a method
    jvp=lambda args, y, dot: call("copy_of", dot(0)), vjp=lambda k, args, y, bar: bar,
)  # fmt: skip
for _name, _bits in {
    "bit_and": operator.and_,
    "bit_or": operator.or_,
    "bit_xor": operator.xor,
}.items():
    row(_name, _bits, category="none", typed=lambda args: _masks(args))
row("bit_not", operator.invert, category="none", typed=like())


def _masks(args: Sequence[Any]) -> Type:
    """Return the type of the bits of two masks."""
    kinds = {type_of(arg).dtype or type_of(arg) for arg in args}
    return array(broadcast(*map(shape_of, args)), BOOL if kinds == {BOOL} else INT)


row(
    "transposed", lambda x: x.T, category="sequence", view=True,
    typed=lambda args: array(_reversed(shape_of(args[0])), element_type(args[0])),
    jvp=lambda args, y, dot: call("transposed", dot(0)),
    vjp=lambda k, args, y, bar: call("transposed", bar),
)  # fmt: skip


def _reversed(shape: Shape) -> Shape:
    return shape[::-1] if isinstance(shape, tuple) else symbol()


def _negative(shift: Any) -> Any:
    if isinstance(shift, tuple):
        return tuple(-s for s in shift)
    return -shift if type_of(shift) in NUMBERS else call("np.negative", shift)
