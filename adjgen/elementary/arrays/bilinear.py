"""Rows of products that are linear in each of two arrays: tensordot, inner, kron, convolve, cross, outer of ufuncs.

With t(c, a, b) = <c, P(a, b)>, the adjoints of a and b are linear in c and in the other one, and so
their own adjoints are P and each other: second derivatives need nothing more.
"""

from collections.abc import Callable, Sequence
from typing import Any

from adjgen.elementary.arrays.fitting import PRODUCTS, carried, own_type
from adjgen.elementary.arrays.typing import (
    UNKNOWN,
    array_row,
    known,
    like,
    of_rank,
    rank_of,
    shape_of,
)
from adjgen.elementary.row import Number, call
from adjgen.ir.shapes import broadcast
from adjgen.ir.types import REAL, Type, array

TWO = (("a", ...), ("b", ...))
Product = Callable[..., Number]


def terms(args: Sequence[Any], dot: Any, product: Product, first: int = 0, second: int = 1) -> Any:
    """Return the tangent of what is linear in each of two arguments; None if neither varies."""
    parts = []
    for k in (first, second):
        if dot.has(k):
            parts.append(product(*[dot(k) if j == k else arg for j, arg in enumerate(args)]))
    return sum(parts[1:], parts[0]) if parts else None


def adjoints(left: str, right: str, product: Product, home: str = PRODUCTS) -> None:
    """Enter the carried functions (bar, a, b, ...) that give the adjoints of a and of b."""

    def tangent(name: str, second: int) -> Any:
        def jvp(args: Sequence[Any], y: Number, dot: Any) -> Number:
            found = terms(args, dot, lambda *given: call(name, *given), 0, second)
            return call("zeros_of", y) if found is None else found

        return jvp

    def of_left(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
        bar_of_value, _, b, *settings = args
        if k == 0:
            return product(bar, b, *settings)
        return call(right, bar_of_value, bar, b, *settings) if k == 2 else None

    def of_right(k: int, args: Sequence[Any], y: Number, bar: Number) -> Number | None:
        bar_of_value, a, _, *settings = args
        if k == 0:
            return product(a, bar, *settings)
        return call(left, bar_of_value, a, bar, *settings) if k == 1 else None

    carried(left, home, typed=like(1), jvp=tangent(left, 2), vjp=of_left)
    carried(right, home, typed=like(2), jvp=tangent(right, 1), vjp=of_right)


def bilinear(name: str, typed: Any, signature: Any = TWO) -> None:
    """Enter a function P(a, b, ...) of numpy; its adjoints are the carried P_left_bar and P_right_bar."""
    left, right = f"{name}_left_bar", f"{name}_right_bar"

    def product(*args: Any) -> Number:
        return call(f"np.{name}", *args)

    adjoints(left, right, product)
    array_row(
        name, typed=typed, signature=signature,
        jvp=lambda args, y, dot: terms(args, dot, product),
        vjp=lambda k, args, y, bar: call((left, right)[k], bar, *args) if k < 2 else None,
    )  # fmt: skip


def type_of_tensordot(args: Sequence[Any]) -> Type:
    """Return the type of np.tensordot(a, b, axes)."""
    ranks, axes = (rank_of(args[0]), rank_of(args[1])), known(args[2])
    if None in ranks or axes is UNKNOWN:
        return of_rank(None)
    summed = axes if isinstance(axes, int) else axes[0]
    count = summed if isinstance(summed, int) and summed is axes else len_of(summed)
    return of_rank(ranks[0] + ranks[1] - 2 * count)  # type: ignore[operator]


def len_of(axes: Any) -> int:
    """Return how many axes are named."""
    return len(axes) if isinstance(axes, tuple) else 1


def type_of_inner(args: Sequence[Any]) -> Type:
    """Return the type of np.inner(a, b)."""
    ranks = rank_of(args[0]), rank_of(args[1])
    if None in ranks or 0 in ranks:
        return of_rank(None)
    return of_rank(ranks[0] + ranks[1] - 2)  # type: ignore[operator]


def type_of_cross(args: Sequence[Any]) -> Type:
    """Return the type of np.cross(a, b), which is a number for vectors of the plane."""
    shapes = [shape_of(arg) for arg in args[:2]]
    if all(isinstance(shape, tuple) and 3 in shape[-1:] for shape in shapes):
        return array(broadcast(*shapes), REAL)
    return of_rank(None)


def type_of_kron(args: Sequence[Any]) -> Type:
    """Return the type of np.kron(a, b)."""
    ranks = [rank_of(arg) for arg in args]
    return of_rank(None if None in ranks else max(ranks))  # type: ignore[type-var]


for _name in ("tensordot_axes", "kron_parts", "in_space"):
    carried(_name, PRODUCTS, typed=own_type)
bilinear("tensordot", type_of_tensordot, (*TWO, ("axes", 2)))
bilinear("inner", type_of_inner)
bilinear("kron", type_of_kron)
bilinear("cross", type_of_cross)
bilinear("convolve", lambda args: of_rank(1), (("a", ...), ("v", ...), ("mode", "full")))
array_row(
    "correlate", typed=lambda args: of_rank(1), signature=(("a", ...), ("v", ...)),
    refusal="convolve with the reversed one: np.convolve(a, v[::-1]).",
)  # fmt: skip


# ---- of all pairs: np.multiply.outer(a, b) and its kin


def type_of_pairs(args: Sequence[Any]) -> Type:
    """Return the type of a value for every pair of elements."""
    ranks = rank_of(args[0]), rank_of(args[1])
    return of_rank(None if None in ranks else ranks[0] + ranks[1])  # type: ignore[operator]


PAIRS = (("A", ...), ("B", ...))
array_row(
    "multiply.outer", typed=type_of_pairs, signature=PAIRS,
    jvp=lambda args, y, dot: terms(args, dot, lambda a, b: call("np.multiply.outer", a, b)),
    vjp=lambda k, args, y, bar: call(f"tensordot_{('left', 'right')[k]}_bar", bar, *args, 0),
)  # fmt: skip
for _name, _sign in {"add": 1.0, "subtract": -1.0}.items():
    array_row(
        f"{_name}.outer", typed=type_of_pairs, signature=PAIRS,
        jvp=lambda args, y, dot, full=f"np.{_name}.outer": call(full, dot(0), dot(1)),
        vjp=lambda k, args, y, bar, sign=_sign: (
            call("pairs_right_bar", bar, *args) * sign if k else call("pairs_left_bar", bar, *args)
        ),
    )  # fmt: skip
for _k, _name in enumerate(("pairs_left_bar", "pairs_right_bar")):
    carried(
        _name, PRODUCTS, typed=like(1 + _k),
        jvp=lambda args, y, dot, name=_name: call(name, dot(0), *args[1:]),
        vjp=lambda k, args, y, bar, at=_k: None if k else call("np.add.outer", *_placed(args, bar, at)),
    )  # fmt: skip


def _placed(args: Sequence[Any], bar: Number, at: int) -> Sequence[Any]:
    """Return the terms of which one is an adjoint and the other zero."""
    return [bar if k == at else call("zeros_of", arg, beside=bar) for k, arg in enumerate(args[1:])]
