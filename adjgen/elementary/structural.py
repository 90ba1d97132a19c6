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


def require_real(base: Any, exponent: Any, power: Any) -> None:
    """Raise ValueError if base ** exponent is complex: a derivative function is about real numbers."""
    if isinstance(power, complex):
        raise ValueError("a negative number to a fractional power is complex")


row("require_real", require_real, outs=0, category="none")
