"""Rows of scipy: special functions and the normal distribution."""

import math
from dataclasses import replace
from typing import Any

from adjgen.elementary.libraries import alias, own
from adjgen.elementary.row import TABLE, Number, call, enter, select
from adjgen.elementary.transcendental import GAUSSIAN, TWO_BY_ROOT_PI

HALF_ROOT_PI = math.sqrt(math.pi) / 2.0
ROOT_TWO = math.sqrt(2.0)
ROOT_TWO_BY_PI = math.sqrt(2.0 / math.pi)
ROOT_TWO_PI = math.sqrt(2.0 * math.pi)
NAMES = {
    "erf": "erf", "erfc": "erfc", "gamma": "gamma", "lgamma": "gammaln", "expm1": "expm1",
    "log1p": "log1p", "cbrt": "cbrt", "exp2": "exp2",
}  # fmt: skip


def density(x: Number) -> Number:
    """Return the density of the normal distribution."""
    return call("exp", -0.5 * (x * x)) / ROOT_TWO_PI


def hazard(x: Number, y: Number) -> Number:
    """Return the derivative of y, the logarithm of the normal distribution at x: density / distribution."""
    return ROOT_TWO_BY_PI / call("special.erfcx", -(x / ROOT_TWO))


def zero_by(x: Number, b: Number, y: Number) -> Any:
    """Return whether x is zero, where x * log(b) is 0 for every b."""
    return x == 0.0


def next_order(lower: str, x: Number, y: Number) -> Number:
    """Return the derivative of the Bessel function y of order 1, by that of order 0."""
    return select(x == 0.0, 0.5, lambda: call(lower, x) - y / x)


for _row, _name in NAMES.items():
    alias(TABLE[_row], "scipy.special", _name)

for _name, _slope in {
    "gammaln": lambda x, y: call("special.psi", x), "gamma": lambda x, y: y * call("special.psi", x),
}.items():  # fmt: skip
    enter(replace(TABLE[f"special.{_name}"], partials=(_slope,)))

# fmt: off
own("scipy.special", "expit", lambda x, y: y * call("special.expit", -x), domain=("real",), source="DLMF 4.7(ii)")
own("scipy.special", "log_expit", lambda x, y: call("special.expit", -x), domain=("real",), source="DLMF 4.7(ii)")
own("scipy.special", "logit", lambda x, y: 1.0 / (x * (1.0 - x)), domain=("probability",), source="DLMF 4.7(i)")
own(
    "scipy.special", "xlogy", lambda x, b, y: call("log", b, beside=y), lambda x, b, y: select(x == 0.0, 0.0, lambda: x / b),
    domain=("nonzero", "positive"), where=zero_by, edges=(((0.0, 1.0), (0.0, 0.0)),), kink="0 by the second at x = 0", source="DLMF 4.7(i)",
)
own(
    "scipy.special", "xlog1py", lambda x, b, y: call("log1p", b, beside=y),
    lambda x, b, y: select(x == 0.0, 0.0, lambda: x / (1.0 + b)),
    domain=("nonzero", "above_minus_one"), where=zero_by, edges=(((0.0, 0.0), (0.0, 0.0)),), kink="0 by the second at x = 0", source="DLMF 4.7(i)",
)
own("scipy.special", "polygamma", None, lambda order, x, y: call("special.polygamma", order + 1, x), domain=("order", "positive"), source="DLMF 5.15")
own("scipy.special", "psi", lambda x, y: call("special.polygamma", 1, x), domain=("positive",), source="DLMF 5.15")
own("scipy.special", "erfcx", lambda x, y: 2.0 * (x * y) - TWO_BY_ROOT_PI, domain=("real",), source="DLMF 7.10")
own("scipy.special", "erfinv", lambda x, y: HALF_ROOT_PI * call("exp", y * y), domain=("unit",), source="DLMF 7.17")
own("scipy.special", "ndtr", lambda x, y: density(x), domain=("real",), source="DLMF 7.10", note=GAUSSIAN)
own("scipy.special", "log_ndtr", hazard, domain=("real",), source="DLMF 7.10", note=GAUSSIAN)
own("scipy.special", "ndtri", lambda p, y: ROOT_TWO_PI * call("exp", 0.5 * (y * y)), domain=("probability",), source="DLMF 7.17")

# Bessel functions: those of order 1 are x/2 near 0, or have a pole there.
own("scipy.special", "i0", lambda x, y: call("special.i1", x), domain=("real",), source="DLMF 10.29")
own("scipy.special", "i1", lambda x, y: next_order("special.i0", x, y), domain=("real",), source="DLMF 10.29", edges=(((0.0,), (0.5,)),))
own("scipy.special", "k0", lambda x, y: -call("special.k1", x), domain=("positive",), source="DLMF 10.29")
own("scipy.special", "k1", lambda x, y: -(call("special.k0", x) + y / x), domain=("positive",), source="DLMF 10.29")
own("scipy.special", "j0", lambda x, y: -call("special.j1", x), domain=("real",), source="DLMF 10.6")
own("scipy.special", "j1", lambda x, y: next_order("special.j0", x, y), domain=("real",), source="DLMF 10.6", edges=(((0.0,), (0.5,)),))
own("scipy.special", "y0", lambda x, y: -call("special.y1", x), domain=("positive",), source="DLMF 10.6")
own("scipy.special", "y1", lambda x, y: call("special.y0", x) - y / x, domain=("positive",), source="DLMF 10.6")

NORMAL: dict[str, Any] = {"source": "DLMF 7.10", "note": GAUSSIAN, "domain": ("real",)}
own("scipy.stats", "norm.pdf", lambda x, y: -(x * y), **NORMAL)
own("scipy.stats", "norm.logpdf", lambda x, y: -x, **NORMAL)
own("scipy.stats", "norm.cdf", lambda x, y: density(x), **NORMAL)
own("scipy.stats", "norm.sf", lambda x, y: -density(x), **NORMAL)
own("scipy.stats", "norm.logcdf", hazard, **NORMAL)
own("scipy.stats", "norm.logsf", lambda x, y: -hazard(-x, y), **NORMAL)
own("scipy.stats", "norm.ppf", lambda p, y: ROOT_TWO_PI * call("exp", 0.5 * (y * y)), **NORMAL | {"domain": ("probability",)})
# fmt: on
