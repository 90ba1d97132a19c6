"""Rows of rounding, remainders, conversions and predicates: steps, whose derivative is 0.

A remainder a - n*b has the derivative -n by b, n being the rounded quotient.
"""

import math
import operator
from typing import Any

from adjgen.elementary.row import Number, row, select


def by_divisor(a: Number, b: Number, y: Number) -> Number:
    """Return minus the rounded quotient of which y is the remainder.

    Rounding a / b itself would overflow, and round wrongly near a jump. The remainder of a NaN
    by 0 raises nothing, hence the guard.
    """
    return select(b == 0.0, math.nan, lambda: (y - a) / b)


# fmt: off
STEP: dict[str, Any] = {"result": "int", "kink": "0, at the jumps too"}

row("floor", math.floor, **STEP, domain=("real",), names=("math.floor",))
row("ceil", math.ceil, **STEP, domain=("real",), names=("math.ceil",))
row("trunc", math.trunc, **STEP, domain=("real",), names=("math.trunc",))
row("round", round, **STEP, domain=("real",), names=("builtins.round",))
row("round_digits", round, result="number", kink="0, at the jumps too", domain=("real", "int"))
row("int", int, **STEP, category="free", domain=("real",), names=("builtins.int",))
row("float", float, lambda x, y: 1.0, category="free", domain=("real",), names=("builtins.float",))
row("bool", bool, result="bool", raises=False, category="free", domain=("real",), names=("builtins.bool",))

row("floordiv", operator.floordiv, result="number", category="operator", kink="0, at the jumps too", domain=("real", "nonzero"))
row(
    "mod", operator.mod, lambda a, b, y: 1.0, lambda a, b, y: -(a // b), result="number", category="operator",
    domain=("real", "nonzero"), kink="1 and -floor(a/b), at the jumps too",
    edges=(((-19.0, 3.0), (1.0, 7.0)), ((6.0, 3.0), (1.0, -2.0)), ((7.5, -2.0), (1.0, 4.0))),
)
# (quotient, remainder): one derivative for each.
row(
    "divmod", divmod, lambda a, b, y: (None, 1.0), lambda a, b, y: (None, -y[0]), result="number", outs=2, category="operator",
    domain=("real", "nonzero"), kink="0 and 0; 1 and -floor(a/b), at the jumps too", names=("builtins.divmod",),
)
row(
    "fmod", math.fmod, lambda a, b, y: 1.0, by_divisor,
    domain=("real", "nonzero"), kink="1 and -trunc(a/b), at the jumps too", names=("math.fmod",),
    edges=(((-7.5, 2.0), (1.0, 3.0)), ((1e300, 1e-300), (1.0, -math.inf)), ((2.0, math.inf), (1.0, 0.0))),
)
row(
    "remainder", math.remainder, lambda a, b, y: 1.0, by_divisor,
    domain=("real", "nonzero"), kink="1 and -n with n the even integer nearest to a/b at a tie", names=("math.remainder",),
    edges=(((7.9, 3.0), (1.0, -3.0)), ((2.0, math.inf), (1.0, 0.0))),
)
row("modf", math.modf, lambda x, y: (1.0, None), outs=2, raises=False, kink="1 and 0, at the jumps too", domain=("real",), names=("math.modf",))
row("nextafter", math.nextafter, lambda x, towards, y: 1.0, None, raises=False, domain=("real", "real"), names=("math.nextafter",))
row("ulp", math.ulp, raises=False, kink="0, at the jumps too", domain=("real",), names=("math.ulp",))

PREDICATE: dict[str, Any] = {"result": "bool", "category": "comparison"}

row("isnan", math.isnan, **PREDICATE, raises=False, domain=("real",), names=("math.isnan",))
row("isinf", math.isinf, **PREDICATE, raises=False, domain=("real",), names=("math.isinf",))
row("isfinite", math.isfinite, **PREDICATE, raises=False, domain=("real",), names=("math.isfinite",))
row("isclose", math.isclose, **PREDICATE, raises=False, domain=("real", "real"), names=("math.isclose",))
# fmt: on
