"""Rows of arithmetic, of sums and products over literal displays, and of comparisons.

A product of several factors has prefix and suffix products as partials: dividing the value by a
factor fails where the factor is zero.
"""

import math
import operator
from collections.abc import Sequence
from functools import reduce
from typing import Any

from adjgen.elementary.row import Number, call, row


def one(k: int, args: Sequence[Number], y: Number) -> Number:
    """Return the partial of a sum."""
    return 1.0


def product_of_others(k: int, factors: Sequence[Number], y: Number) -> Number:
    """Return prefix * suffix, each nested so that it contains that of the neighbouring factor."""

    def times(a: Number, b: Number) -> Number:
        return call("mul", a, b, beside=y)

    parts = []
    if k > 0:
        parts.append(reduce(times, factors[:k]))
    if k < len(factors) - 1:
        parts.append(reduce(lambda suffix, x: times(x, suffix), reversed(factors[k + 1 :])))
    return reduce(times, parts) if parts else 1.0


def partner(k: int, args: Sequence[Number], y: Number) -> Number:
    """Return the factor that args[k] meets in the scalar product of two displays."""
    return args[(k + len(args) // 2) % len(args)]


def sum_of(*terms: Any) -> Any:
    """Return Python's sum, whose last bits depend on the version of Python."""
    return sum(terms)


def sum_from(*terms: Any) -> Any:
    """Return Python's sum with a start value, the last argument."""
    return sum(terms[:-1], terms[-1])


def fsum_of(*terms: float) -> float:
    """Return the correctly rounded sum."""
    return math.fsum(terms)


def product_of(*factors: Any) -> Any:
    """Return the product."""
    return math.prod(factors)


def scalar_product(*args: Any) -> Any:
    """Return the scalar product of two points, one after the other in args."""
    half = len(args) // 2
    return math.sumprod(args[:half], args[half:])  # type: ignore[attr-defined]


# fmt: off
OPERATOR: dict[str, Any] = {"result": "number", "category": "operator"}
REALS = ("real", "real")

row("add", operator.add, lambda a, b, y: 1.0, lambda a, b, y: 1.0, **OPERATOR, raises=False, commutative=True, domain=REALS)
row("sub", operator.sub, lambda a, b, y: 1.0, lambda a, b, y: -1.0, **OPERATOR, raises=False, domain=REALS)
row("mul", operator.mul, lambda a, b, y: b, lambda a, b, y: a, **OPERATOR, raises=False, commutative=True, domain=REALS)
row("neg", operator.neg, lambda x, y: -1.0, **OPERATOR, raises=False, domain=("real",))
row("pos", operator.pos, lambda x, y: 1.0, result="number", raises=False, category="free", domain=("real",))
# -(y / b) and not -a / (b * b), which overflows and underflows where the value does not. 1.0 / b stays an
# equation if b is a constant: it may be 0, and it is inexact.
row(
    "div", operator.truediv, lambda a, b, y: call("div", 1.0, b, beside=y), lambda a, b, y: -(y / b), category="operator",
    domain=("real", "nonzero"), edges=(((1e200, 1e200), (1e-200, -1e-200)), ((1e-200, 1e-200), (1e200, -1e200))),
)

row("sum", sum_of, one, result="number", variadic=True, raises=False, domain=("real",), names=("builtins.sum",))
row("sum_from", sum_from, one, result="number", variadic=True, raises=False, domain=("real",))
row("fsum", fsum_of, one, variadic=True, domain=("real",), names=("math.fsum",))
row("prod", product_of, product_of_others, result="number", variadic=True, raises=False, domain=("real",), names=("math.prod",))
if hasattr(math, "sumprod"):  # Python 3.12
    row("sumprod", scalar_product, partner, result="number", variadic=True, domain=("real",), names=("math.sumprod",))
if hasattr(math, "fma"):  # Python 3.13
    row("fma", math.fma, lambda a, b, c, y: b, lambda a, b, c, y: a, lambda a, b, c, y: 1.0, domain=(*REALS, "real"), names=("math.fma",))

COMPARISON: dict[str, Any] = {"result": "bool", "raises": False, "category": "comparison"}

row("lt", operator.lt, **COMPARISON, domain=REALS)
row("le", operator.le, **COMPARISON, domain=REALS)
row("gt", operator.gt, **COMPARISON, domain=REALS)
row("ge", operator.ge, **COMPARISON, domain=REALS)
row("eq", operator.eq, **COMPARISON, commutative=True, domain=REALS)
row("ne", operator.ne, **COMPARISON, commutative=True, domain=REALS)
row("is", operator.is_, **COMPARISON, commutative=True, domain=REALS)
row("is_not", operator.is_not, **COMPARISON, commutative=True, domain=REALS)
row("not", operator.not_, result="bool", raises=False, category="free", domain=("real",))
# fmt: on
