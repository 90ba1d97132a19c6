"""Rows of powers and roots, and of the distances built from them.

x**n has five cases: a constant integer, a constant fraction, exponent 0, base 0 and a negative
base. No case computes what can overflow or divide by zero where the value is finite.
"""

import math
import operator
from collections.abc import Sequence
from typing import Any

from adjgen.elementary.row import INF, Number, call, pole, row, select
from adjgen.ir.types import NUMBERS


def zero_like(y: Number) -> Number:
    """Return 0.0; zeros in the shape and precision of an array."""
    atom = getattr(y, "atom", None)
    return 0.0 if atom is None or atom.type in NUMBERS else 0.0 * y


def is_known(exponent: Number) -> bool:
    """Whether an exponent is a constant small enough to be told apart from its neighbours."""
    return isinstance(exponent, (int, float)) and abs(exponent) < 2.0**53


def by_base(x: Number, n: Number, y: Number) -> Number:
    """Return the derivative of y = x**n by x."""
    if is_known(n):
        return by_base_of_known(x, n, y)
    before = n - (1 if isinstance(n, int) else 1.0)

    # Where x is not 0, n * y / x is 0 for n = 0, but its own derivative by n is not.
    def of_zero() -> Number:
        return select(n == 0.0, lambda: zero_like(y), lambda: pole(x))

    def below_one() -> Number:
        return select(x == 0.0, of_zero, lambda: n * y / x)

    return select(n >= 1.0, lambda: n * x**before, below_one)


def by_base_of_known(x: Number, n: int | float, y: Number) -> Number:
    """Return the derivative of y = x**n by x for a constant n.

    Above 1 this is n * x**(n - 1), since y may underflow first; below 1 it is n * y / x, since
    x**(n - 1) may overflow first.
    """
    simple = {0: 0.0, 1: 1.0}
    if n in simple:
        return simple[int(n)]
    if n == 2:
        return 2.0 * x
    if n == 3:
        return 3.0 * (x * x)
    if n == 0.5:
        return half_over_root(y)
    if n > 1:
        return float(n) * x ** (n - 1)
    if n > 0:
        return select(x == 0.0, lambda: pole(x), lambda: float(n) * y / x)
    return float(n) * y / x


def by_exponent(x: Number, n: Number, y: Number) -> Number:
    """Return the derivative of y = x**n by n: y * log(x), where x has a logarithm."""

    def at_most_zero() -> Number:
        return select(x == 0.0, 0.0, math.nan)

    return select(x > 0.0, lambda: y * call("log", x, beside=y), at_most_zero)


def half_over_root(y: Number) -> Number:
    """Return the derivative of the square root y."""
    return select(y == 0.0, lambda: pole(y), lambda: 0.5 / y)


def root_of_sum(k: int, args: Sequence[Number], y: Number) -> Number:
    """Return the derivative of hypot by args[k]."""
    return select(y == 0.0, 0.0, lambda: args[k] / y)


def along_the_line(k: int, args: Sequence[Number], y: Number) -> Number:
    """Return the derivative of the distance y of p and q, which follow each other in args."""
    half = len(args) // 2
    step = args[k % half] - args[k % half + half]
    return select(y == 0.0, 0.0, lambda: step / y if k < half else -step / y)


def at_zero(x: Number, y: Number) -> Any:
    """Return whether the argument is zero."""
    return x == 0.0


def at_origin(args: Sequence[Number], y: Number) -> tuple[Any, ...]:
    """Return whether each argument is zero."""
    return tuple(arg == 0.0 for arg in args)


def of_power(x: Number, n: Number, y: Number) -> Any:
    """Return whether x**n may have no derivative: never by x for constants outside 0 < n < 1."""
    if is_known(n):
        return x == 0.0 if 0.0 < n < 1.0 else False
    return x <= 0.0


def distance(*args: float) -> float:
    """Return the distance of two points, one after the other in args."""
    half = len(args) // 2
    return math.dist(args[:half], args[half:])


# fmt: off
POWER: dict[str, Any] = {
    "domain": ("positive", "real"),
    "kink": "x**p at x = 0: inf for 0 < p < 1, 0 by p; by p nan for x < 0",
    "where": of_power,
    "source": "DLMF 4.7(ii)",
}
AT_ZERO = (
    ((0.0, 0.5), (INF, 0.0)), ((0.0, 0.25), (INF, 0.0)), ((0.0, 1.0), (1.0, 0.0)), ((0.0, 1.5), (0.0, 0.0)),
    ((0.0, 2.0), (0.0, 0.0)), ((0.0, 3.0), (0.0, 0.0)), ((0.0, 0.0), (0.0, 0.0)), ((0.0, 0), (0.0, 0.0)),
    ((-2.0, -1.0), (-0.25, math.nan)), ((-2.0, 3.0), (12.0, math.nan)), ((-2.0, 4), (-32.0, math.nan)),
    ((-2.0, 0), (0.0, math.nan)), ((1e-300, 1.5), (1.5e-150, 0.0)), ((1e-300, 0.5), (5e149, 1e-150 * math.log(1e-300))),
    ((1e300, 0.5), (5e-151, 1e150 * math.log(1e300))), ((1e-100, 3.0), (3e-200, 1e-300 * math.log(1e-100))),
    ((1e300, -1.0), (0.0, 1e-300 * math.log(1e300))), ((1e-300, 1.0), (1.0, 1e-300 * math.log(1e-300))),
)

row("pow", operator.pow, by_base, by_exponent, **POWER, result="number", category="power", edges=AT_ZERO, names=("builtins.pow",))
row("math_pow", math.pow, by_base, by_exponent, **POWER, edges=AT_ZERO, names=("math.pow",))

row(
    "sqrt", math.sqrt, lambda x, y: half_over_root(y),
    domain=("positive",), kink="inf at x = 0", where=at_zero, names=("math.sqrt",),
    edges=(((0.0,), (INF,)), ((1e-300,), (5e149,)), ((1e300,), (5e-151,)), ((INF,), (0.0,))),
)
row(
    "cbrt", math.cbrt, lambda x, y: select(y == 0.0, lambda: pole(y), lambda: 1.0 / 3.0 / (y * y)), raises=False,
    domain=("nonzero",), kink="inf at x = 0", where=at_zero, names=("math.cbrt",),
    edges=(((0.0,), (INF,)), ((-0.0,), (INF,)), ((1e-300,), (1e200 / 3,)), ((-1e300,), (1e-200 / 3,)), ((INF,), (0.0,))),
)
row(
    "hypot", math.hypot, root_of_sum, variadic=True, raises=False,
    domain=("nonzero",), kink="0 at the origin", where=at_origin, names=("math.hypot",),
    edges=(
        ((0.0, 0.0), (0.0, 0.0)), ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)), ((3e-200, 4e-200), (0.6, 0.8)), ((3e200, -4e200), (0.6, -0.8)),
        ((-2.0,), (-1.0,)), ((5e-324, 0.0), (1.0, 0.0)),
    ),
)
row(
    "dist", distance, along_the_line, variadic=True, raises=False,
    domain=("real",), kink="0 where the points coincide", names=("math.dist",),
    edges=(
        ((1.0, 2.0, 1.0, 2.0), (0.0, 0.0, 0.0, 0.0)), ((3e-200, 0.0, 0.0, 4e-200), (0.6, -0.8, -0.6, 0.8)),
        ((5.0, 2.0), (1.0, -1.0)), ((3e200, 0.0, 0.0, 4e200), (0.6, -0.8, -0.6, 0.8)),
    ),
)
# The guard is the limit: 2.0**1024 is no float. ldexp takes an int, by which there is no derivative.
row(
    "ldexp", math.ldexp, lambda x, i, y: select(i < 1024, lambda: call("ldexp", 1.0, i, beside=y), INF), None,
    domain=("real", "int"), names=("math.ldexp",),
    edges=(((1e-300, 1500), (INF, 0.0)), ((0.0, 5), (32.0, 0.0)), ((1e-300, -60), (2.0**-60, 0.0)), ((1e-300, 1023), (2.0**1023, 0.0))),
)
row(
    "frexp", math.frexp, lambda x, y: (math.nan, None), result="opaque", raises=False, outs=2, domain=("nonzero",), names=("math.frexp",),
    refusal="The mantissa and the exponent of math.frexp jump at powers of two. Scale by a power of two that does not "
    "depend on x (math.frexp(adjgen.stop_gradient(x))[1]): m = math.ldexp(x, -exponent).",
)
# fmt: on
