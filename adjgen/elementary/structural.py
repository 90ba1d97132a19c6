"""Rows that are no mathematics: sequences that loops walk, stop_gradient, the check of real powers."""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.row import row


def add_elements(a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    """Return the sums of the elements of two lists of one length."""
    return [x + y for x, y in zip(a, b, strict=True)]


def backwards(items: Sequence[Any]) -> Sequence[Any]:
    """Return a sequence that can be walked more than once, in the opposite order."""
    return items[::-1]


row("range", range, result="opaque", category="sequence")
row("backwards", backwards, result="opaque", raises=False, category="sequence")
row("add_elements", add_elements, result="opaque", raises=False, category="sequence")
row("zeros_like", lambda items: [0.0] * len(items), result="opaque", raises=False, category="sequence")
row("stop_gradient", lambda x: x, result="number", raises=False, category="none")


def require_real(base: Any, exponent: Any, power: Any) -> None:
    """Raise ValueError if base ** exponent is complex: a derivative function is about real numbers."""
    if isinstance(power, complex):
        raise ValueError("a negative number to a fractional power is complex")


row("require_real", require_real, outs=0, category="none")
