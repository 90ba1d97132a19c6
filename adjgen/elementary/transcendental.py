"""Rows of exponentials, logarithms, circular and hyperbolic functions, their inverses, erf and gamma.

Where the derivative is a simple function of the value y, it is written over y.
"""

import math

from adjgen.elementary.row import INF, Number, call, pole, row, select

LOG_2 = 0.6931471805599453  # as digits: the last bit of math.log is the machine's
LOG2_E = 1.4426950408889634
LOG10_E = 0.4342944819032518
DEGREE = 180.0 / math.pi
RADIAN = math.pi / 180.0
TWO_BY_ROOT_PI = 2.0 / math.sqrt(math.pi)

ABSOLUTE = "written over the value: accurate to 2 ulp of 1 where the value saturates"
GAUSSIAN = "exp(-x*x) has a relative error of x*x ulp, and tends to 0"


def circular(x: Number) -> Number:
    """Return sqrt(1 - x*x) without cancellation near 1."""
    return call("sqrt", (1.0 - x) * (1.0 + x))


def hyperbolic(x: Number) -> Number:
    """Return 1 / sqrt(x*x - 1), infinite at x = 1, without cancellation near 1 or overflow."""
    root = call("sqrt", x - 1.0)
    return select(root == 0.0, lambda: pole(root), lambda: 1.0 / root / call("sqrt", x + 1.0))


def reciprocal(s: Number, numerator: float = 1.0) -> Number:
    """Return numerator / s, infinite at s = 0."""
    return select(s == 0.0, lambda: pole(s, numerator), lambda: numerator / s)


def of_angle(a: Number, b: Number, numerator: Number) -> Number:
    """Return numerator / (a*a + b*b), 0 at the origin."""
    h = call("hypot", a, b)
    return select(h == 0.0, 0.0, lambda: numerator / h / h)


def gaussian(x: Number) -> Number:
    """Return the derivative of erf."""
    return TWO_BY_ROOT_PI * call("exp", -(x * x))


def log_to_base(x: float, base: float) -> float:
    """Return math.log with a base."""
    return math.log(x, base)


# fmt: off
row("exp", math.exp, lambda x, y: y, domain=("real",), source="DLMF 4.7(ii)", names=("math.exp",), edges=(((-800.0,), (0.0,)),))
row("exp2", math.exp2, lambda x, y: y * LOG_2, domain=("real",), source="DLMF 4.7(ii)", names=("math.exp2",), edges=(((-2000.0,), (0.0,)),))
row("expm1", math.expm1, lambda x, y: y + 1.0, domain=("real",), source="DLMF 4.7(ii)", note=ABSOLUTE, names=("math.expm1",))
row("log", math.log, lambda x, y: 1.0 / x, domain=("positive",), source="DLMF 4.7(i)", names=("math.log",))
row("log2", math.log2, lambda x, y: LOG2_E / x, domain=("positive",), source="DLMF 4.7(i)", names=("math.log2",))
row("log10", math.log10, lambda x, y: LOG10_E / x, domain=("positive",), source="DLMF 4.7(i)", names=("math.log10",))
row("log1p", math.log1p, lambda x, y: 1.0 / (1.0 + x), domain=("above_minus_one",), source="DLMF 4.7(i)", names=("math.log1p",))
# x * log(base) may underflow to 0, 1.0 / x / log(base) never divides by 0.
row(
    "log_base", log_to_base,
    lambda x, base, y: 1.0 / x / call("log", base, beside=y), lambda x, base, y: -y / (base * call("log", base, beside=y)),
    domain=("positive", "base"), source="DLMF 4.7(i)",
)

row("sin", math.sin, lambda x, y: call("cos", x), domain=("real",), source="DLMF 4.20", names=("math.sin",))
row("cos", math.cos, lambda x, y: -call("sin", x), domain=("real",), source="DLMF 4.20", names=("math.cos",))
row("tan", math.tan, lambda x, y: 1.0 + y * y, domain=("real",), source="DLMF 4.20", names=("math.tan",))
row(
    "asin", math.asin, lambda x, y: reciprocal(circular(x)), domain=("unit",), source="DLMF 4.24(ii)",
    kink="inf at x = -1 and 1", edges=(((1.0,), (INF,)), ((-1.0,), (INF,))), names=("math.asin",),
)
row(
    "acos", math.acos, lambda x, y: reciprocal(circular(x), -1.0), domain=("unit",), source="DLMF 4.24(ii)",
    kink="-inf at x = -1 and 1", edges=(((1.0,), (-INF,)), ((-1.0,), (-INF,))), names=("math.acos",),
)
row("atan", math.atan, lambda x, y: 1.0 / (1.0 + x * x), raises=False, domain=("real",), source="DLMF 4.24(ii)", names=("math.atan",))
row(
    "atan2", math.atan2, lambda a, b, y: of_angle(a, b, b), lambda a, b, y: of_angle(a, b, -a), raises=False,
    domain=("nonzero", "nonzero"), source="DLMF 4.24(ii)", kink="0 at the origin", where=lambda a, b, y: (a == 0.0, b == 0.0), names=("math.atan2",),
    edges=(
        ((0.0, 0.0), (0.0, 0.0)), ((-0.0, -0.0), (0.0, 0.0)), ((0.0, -1.0), (-1.0, 0.0)),
        ((3e-200, 4e-200), (1.6e199, -1.2e199)), ((3e200, 4e200), (1.6e-201, -1.2e-201)),
    ),
)
row("degrees", math.degrees, lambda x, y: DEGREE, raises=False, domain=("real",), names=("math.degrees",))
row("radians", math.radians, lambda x, y: RADIAN, raises=False, domain=("real",), names=("math.radians",))

row("sinh", math.sinh, lambda x, y: call("cosh", x), domain=("real",), source="DLMF 4.34", names=("math.sinh",))
row("cosh", math.cosh, lambda x, y: call("sinh", x), domain=("real",), source="DLMF 4.34", names=("math.cosh",))
row("tanh", math.tanh, lambda x, y: 1.0 - y * y, raises=False, domain=("real",), source="DLMF 4.34", note=ABSOLUTE, names=("math.tanh",))
row(
    "asinh", math.asinh, lambda x, y: 1.0 / call("hypot", x, 1.0), raises=False,
    domain=("real",), source="DLMF 4.38(ii)", edges=(((1e300,), (1e-300,)),), names=("math.asinh",),
)
row(
    "acosh", math.acosh, lambda x, y: hyperbolic(x), domain=("above_one",), source="DLMF 4.38(ii)",
    kink="inf at x = 1", where=lambda x, y: x == 1.0, edges=(((1.0,), (INF,)), ((1e300,), (1e-300,))), names=("math.acosh",),
)
row("atanh", math.atanh, lambda x, y: 1.0 / ((1.0 - x) * (1.0 + x)), domain=("unit",), source="DLMF 4.38(ii)", names=("math.atanh",))

row("erf", math.erf, lambda x, y: gaussian(x), raises=False, domain=("real",), source="DLMF 7.10", note=GAUSSIAN, names=("math.erf",), edges=(((0.0,), (TWO_BY_ROOT_PI,)),))
row("erfc", math.erfc, lambda x, y: -gaussian(x), raises=False, domain=("real",), source="DLMF 7.10", note=GAUSSIAN, names=("math.erfc",))

row(
    "gamma", math.gamma, lambda x, y: y * call("polygamma", 0, x),
    domain=("positive",), source="DLMF 5.2(i)", names=("math.gamma",),
)
row(
    "lgamma", math.lgamma, lambda x, y: call("polygamma", 0, x),
    domain=("positive",), source="DLMF 5.2(i)", names=("math.lgamma",),
)
# fmt: on
