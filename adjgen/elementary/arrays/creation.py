"""Rows that make arrays, and those that only say something about them: no derivative goes through these."""

from collections.abc import Sequence
from typing import Any

from adjgen.elementary.arrays.fitting import reduced_to, spreaded
from adjgen.elementary.arrays.shaping import shape_from
from adjgen.elementary.arrays.typing import (
    array_row,
    known,
    no_derivative,
    of_rank,
    shape_of,
    type_of,
)
from adjgen.elementary.row import call
from adjgen.ir.shapes import symbol
from adjgen.ir.types import BOOL, OPAQUE, REAL, Type, array


def made(args: Sequence[Any]) -> Type:
    """Return the type of np.zeros(shape, dtype)."""
    return array(shape_from(args[0]), REAL)


def alike(args: Sequence[Any]) -> Type:
    """Return the type of np.zeros_like(x, dtype)."""
    return array(shape_of(args[0]) if type_of(args[0]).dtype else symbol(), REAL)


SHAPED = (("shape", ...), ("dtype", None))
LIKE = (("a", ...), ("dtype", None))
for _name in ("zeros", "ones", "empty"):
    no_derivative(_name, made, SHAPED)
    no_derivative(f"{_name}_like", alike, LIKE)
for _name, _typed in {"full": made, "full_like": alike}.items():
    array_row(
        _name, typed=_typed, signature=((SHAPED if _name == "full" else LIKE)[0], ("fill_value", ...)),
        jvp=lambda args, y, dot: spreaded(dot(1), y) if dot.has(1) else call("zeros_of", y),
        vjp=lambda k, args, y, bar: reduced_to(bar, args[1]) if k == 1 else None,
    )  # fmt: skip
no_derivative("eye", lambda args: of_rank(2), (("N", ...), ("M", None), ("k", 0), ("dtype", None)))
no_derivative("identity", lambda args: of_rank(2), (("n", ...), ("dtype", None)))
for _name in ("arange", "logspace", "geomspace"):
    no_derivative(
        _name, lambda args: of_rank(1), (("start", ...), ("stop", None), ("step", None)),
        category="sequence", refusal="its ends are settings here. Scale a range of numbers: a + (b - a) * np.linspace(0.0, 1.0, n).",
    )  # fmt: skip
for _name in ("argmax", "argmin", "argsort"):
    no_derivative(
        _name, lambda args: OPAQUE, (("a", ...), ("axis", -1 if _name == "argsort" else None)), raises=False
    )  # fmt: skip
for _name in ("any", "all", "count_nonzero"):
    no_derivative(
        _name, lambda args: BOOL if known(args[1]) is None else OPAQUE, (("a", ...), ("axis", None))
    )
ONE, TWO = (("a", ...),), (("a", ...), ("v", ...))
for _name, _signature in {
    "nonzero": ONE, "flatnonzero": ONE, "argwhere": ONE, "triu_indices_from": ONE, "tril_indices_from": ONE,
    "array_equal": TWO, "searchsorted": (*TWO, ("side", "left")), "digitize": (("x", ...), ("bins", ...)),
    "argpartition": (("a", ...), ("kth", ...), ("axis", -1)),
}.items():  # fmt: skip
    no_derivative(_name, lambda args: OPAQUE, _signature)
