"""Rows that are no mathematics: sequences that loops walk, stop_gradient, the check of real powers."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

from adjgen.elementary.row import call, row

DEEPEST = 5  # lists in lists in lists: loops in loops in loops


def add_elements(depth: int, a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    """Return the sums of the elements of two lists (of lists) of one shape."""
    if depth > 1:
        return [add_elements(depth - 1, x, y) for x, y in zip(a, b, strict=True)]
    return [x + y for x, y in zip(a, b, strict=True)]


def zeros_like(depth: int, items: Sequence[Any]) -> list[Any]:
    """Return zeros in the shape of a list (of lists)."""
    return [zeros_like(depth - 1, item) for item in items] if depth > 1 else [0.0] * len(items)


def backwards(items: Sequence[Any]) -> Sequence[Any]:
    """Return a sequence that can be walked more than once, in the opposite order."""
    return items[::-1]


def padded(items: Sequence[float], like: Sequence[Any]) -> list[float]:
    """Return a list with zeros behind it, as long as another."""
    return [*items, *[0.0] * (len(like) - len(items))]


row("range", range, result="opaque", category="sequence")
row("backwards", backwards, result="opaque", raises=False, category="sequence")
for _depth in range(1, DEEPEST + 1):
    row(
        f"add_elements_{_depth}",
        partial(add_elements, _depth),
        result="opaque",
        raises=False,
        category="sequence",
    )
    row(
        f"zeros_like_{_depth}",
        partial(zeros_like, _depth),
        result="opaque",
        raises=False,
        category="none",
    )
row(
    "padded", padded, None, None, result="opaque", raises=False, category="sequence",
    refusal="The gradient of a loop that breaks while it walks a list has no second derivative yet.",
)  # fmt: skip
row("len", len, result="int", category="sequence", names=("builtins.len",))
row(
    "stop_gradient", lambda x: x, result="number", raises=False, category="none",
    names=("adjgen.stop_gradient",),
)  # fmt: skip

# What 1.0 / x and negative powers are at x = 0, reached from above: the derivative has the other sign.
row(
    "infinity", lambda x, sign: math.copysign(math.inf, sign), lambda x, sign, y: call("infinity", x, -sign),
    None, raises=False, category="none",
)  # fmt: skip


def require_real(base: Any, exponent: Any, power: Any) -> None:
    """Raise ValueError if base ** exponent is complex: a derivative function is about real numbers."""
    if isinstance(power, complex):
        raise ValueError("a negative number to a fractional power is complex")


row("require_real", require_real, outs=0, category="none")


def require_number(*values: Any) -> None:
    """Raise TypeError if a value is an array, whose derivative is not that of a number."""
    if any(getattr(value, "ndim", 0) for value in values):
        raise TypeError("the value is an array: these derivatives are for numbers")


row("require_number", require_number, outs=0, category="none")
