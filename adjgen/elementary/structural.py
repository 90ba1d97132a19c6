"""Rows that are no mathematics: stop_gradient, the check of real powers."""

import math
from typing import Any

from adjgen.elementary.row import call, row

row(
    "stop_gradient", lambda x: x, result="number", raises=False, category="none",
    names=("adjgen.stop_gradient",),
)  # fmt: skip

# What 1.0 / x and negative powers are at x = 0, reached from above: the derivative has the other sign.
row(
    "infinity", lambda x, sign: math.copysign(math.inf, sign), lambda x, sign, y: call("infinity", x, -sign),
    None, raises=False, category="none",
)  # fmt: skip


NOTHING = "the function returned None, which has no derivative"


def no_derivative(nothing: None) -> None:
    """Raise TypeError: this path of a function returns None."""
    raise TypeError(NOTHING)


row("no_derivative", no_derivative, outs=0, category="none")


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


def require_rank(value: Any, name: str, rank: int, optional: bool) -> None:
    """Raise TypeError if an array has another number of dimensions than the function's items tell."""
    if not (optional and value is None) and getattr(value, "ndim", 0) != rank:
        raise TypeError(f"{name} must have {rank} dimensions")


row("require_rank", require_rank, outs=0, category="none")


def require_plain(value: Any, name: str) -> None:
    """Raise TypeError if an array is passed where what is done with it means something else of lists."""
    if getattr(value, "ndim", 0):
        raise TypeError(plain_text(name))


def plain_text(name: str) -> str:
    """Return what derivatives say that are for lists and numbers, and were given an array."""
    return f'{name} is an array: say target="numpy", or annotate it'


row("require_plain", require_plain, outs=0, category="none")


def unbound_error(name: str, free: bool) -> NameError:
    """Return what Python raises where a name is read that has no value."""
    if free:
        where = f"free variable {name!r} where it is not associated with a value in enclosing scope"
        return NameError(f"cannot access {where}")
    where = f"local variable {name!r} where it is not associated with a value"
    return UnboundLocalError(f"cannot access {where}")


def require_bound(bound: bool, name: str, free: bool) -> None:
    """Raise what Python raises where a name is read that has no value on this path."""
    if not bound:
        raise unbound_error(name, free)


row("require_bound", require_bound, outs=0, category="none")
