"""Rows of differences of neighbours, and of the trapezoidal rule, which sums over them."""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.copies import moving
from adjgen.elementary.arrays.fitting import reduced_to
from adjgen.elementary.arrays.reductions import expanded, reduced
from adjgen.elementary.arrays.typing import array_row, known, rank_of, shape_of
from adjgen.elementary.row import Number, call
from adjgen.ir.types import REAL, Type, array


def _differences(args: Sequence[Any]) -> Type:
    """Return the type of np.diff(x, n, axis): the axis is shorter."""
    shape, axis = shape_of(args[0]), known(args[2])
    if not isinstance(shape, tuple) or not shape:
        return array(None, REAL)
    return array(tuple(None if k == axis % len(shape) else d for k, d in enumerate(shape)), REAL)


moving("diff", (("a", ...), ("n", 1), ("axis", -1)), _differences)


# ---- the trapezoidal rule is linear in the values, in the points and in the step


def _without(axis: int, first: bool, beside: Number) -> list[Any]:
    """Return the index of all along an axis but the first or the last."""
    whole = call("slice", None, None, None, beside=beside)
    part = call("slice", *((1, None) if first else (None, -1)), None, beside=beside)
    return [..., part, *[whole] * (-1 - axis)] if axis < 0 else [*[whole] * axis, part]


def _steps(args: Sequence[Any]) -> Number:
    """Return the steps between the points, along the axis."""
    y, x, dx, axis = args
    if known(x) is None:
        return dx
    if rank_of(x) != 1 or axis == -1:
        return call("np.diff", x, 1, axis)
    behind = -1 - axis if axis < 0 else (rank_of(y) or 0) - 1 - axis
    return call("picked", call("np.diff", x, 1, -1), ..., *[None] * behind)


def _trapezoid_bar(name: str, k: int, args: Sequence[Any], bar: Number) -> Number | None:
    y, x, _, axis = args
    before, behind = (_without(axis, first, bar) for first in (False, True))
    if k == 0:
        half = expanded(bar, axis, False) * (0.5 * _steps(args))
        grown = call("part_plus", call("zeros_of", y), half, *before)
        return call("part_plus", grown, half, *behind)
    if k == 1:
        means = 0.5 * (call("picked", y, *before) + call("picked", y, *behind))
        change = reduced_to(expanded(bar, axis, False) * means, _steps(args))
        if rank_of(x) != 1:
            return call("diff_bar", change, x, 1, axis)
        return call("diff_bar", call("np.ravel", change), x, 1, -1)
    return reduced_to(bar * call(name, y, None, 1.0, axis), args[2]) if k == 2 else None


def _trapezoid_dot(name: str, args: Sequence[Any], dot: Any) -> Number:
    y, x, dx, axis = args
    parts = [call(name, dot(0), x, dx, axis)] if dot.has(0) else []
    if dot.has(1):
        parts.append(call(name, y, dot(1), 1.0, axis))
    if dot.has(2):
        parts.append(call(name, y, None, dot(2), axis))
    return sum(parts[1:], parts[0])


for _home, _short in {"numpy": "np", "scipy.integrate": "integrate"}.items():
    array_row(
        "trapezoid", home=_home, signature=(("y", ...), ("x", None), ("dx", 1.0), ("axis", -1)),
        typed=lambda args: array(reduced(shape_of(args[0]), known(args[3]), False), REAL),
        jvp=lambda args, y, dot, name=f"{_short}.trapezoid": _trapezoid_dot(name, args, dot),
        vjp=lambda k, args, y, bar, name=f"{_short}.trapezoid": _trapezoid_bar(name, k, args, bar),
    )  # fmt: skip


def trapezoid_is_known(y: Any, x: Any, dx: Any, axis: Any) -> bool:
    """Whether the rule is for this call: the axis of the points is known, and the step is a number."""
    if known(x) is not None and known(axis) != -1 and not (rank_of(x) and rank_of(y)):
        return False
    return isinstance(known(axis), int) and rank_of(dx) == 0
