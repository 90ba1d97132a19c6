"""Functions of numpy and scipy on numbers: other names of the same mathematics, with the partials of its rows.

Their last bits differ from those of math, and they give nan and inf where math raises. So each is a
row of its own, and its derivative speaks numpy too: that of np.sin is np.cos.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

from adjgen.elementary.powers import at_zero
from adjgen.elementary.row import SPOKEN, TABLE, Number, Row, call, enter, select

ALIKE = """exp expm1 exp2 log log2 log10 log1p sqrt cbrt sin cos tan sinh cosh tanh hypot degrees
radians fabs copysign fmod floor ceil trunc isnan isinf isfinite isclose""".split()
# Row -> what numpy calls it; derivatives use the first name.
OTHERWISE = {
    "asin": ["arcsin"], "acos": ["arccos"], "atan": ["arctan"], "atan2": ["arctan2"],
    "asinh": ["arcsinh"], "acosh": ["arccosh"], "atanh": ["arctanh"], "abs": ["absolute"],
    "degrees": ["rad2deg"], "radians": ["deg2rad"], "pow": ["power", "float_power"],
    "max": ["maximum", "fmax"], "min": ["minimum", "fmin"], "float": ["float64", "asarray"],
    "add": ["add"], "sub": ["subtract"], "mul": ["multiply"], "div": ["divide"],
    "neg": ["negative"], "pos": ["positive"], "mod": ["remainder"], "floordiv": ["floor_divide"],
    "lt": ["less"], "le": ["less_equal"], "gt": ["greater"], "ge": ["greater_equal"],
    "eq": ["equal"], "ne": ["not_equal"], "not": ["logical_not"],
}  # fmt: skip
SHORT = {"numpy": "np"}
FLOATS = {"floor", "ceil", "trunc"}  # ints in math


def function(home: str, name: str) -> Callable[..., Any]:
    """Return a function of a library, which is imported when the function is first called."""

    def evaluate(*args: Any) -> Any:
        found: Any = import_module(home)
        for part in name.split("."):
            found = getattr(found, part)
        return found(*args)

    return evaluate


def label(home: str, name: str) -> str:
    """Return the name of a row, as it is written in Python: np.exp, special.erf, stats.norm.cdf."""
    return f"{SHORT.get(home) or home.rpartition('.')[2]}.{name}"


def own(home: str, name: str, *partials: Any, **about: Any) -> None:
    """Enter a row that only a library has."""
    evaluate, names = function(home, name), (f"{home}.{name}",)
    enter(Row(label(home, name), evaluate, partials, raises=False, home=home, names=names, **about))


def alias(base: Row, home: str, name: str) -> None:
    """Enter `base` under the name that a library has for it; max and hypot take two numbers there."""
    partials, domain, where = base.partials, base.domain, base.where
    if base.variadic:
        partials, domain = tuple(partial(_of_two, base.partials[0], k) for k in (0, 1)), domain * 2
        where = partial(_kink_of_two, base.where) if base.where else None
    result = "real" if base.name in FLOATS else base.result
    other = replace(
        base, name=label(home, name), evaluate=function(home, name), partials=partials, domain=domain,
        raises=False, variadic=False, where=where, edges=(), result=result, home=home, like=base.name,
        names=(f"{home}.{name}",), view=name == "asarray",
    )  # fmt: skip
    enter(other)
    if home == "numpy" and (base.category in ("call", "power") or base.name == "floordiv"):
        SPOKEN.setdefault(base.name, other.name)


def _of_two(rule: Any, k: int, a: Number, b: Number, y: Number) -> Number:
    return rule(k, (a, b), y)


def _kink_of_two(where: Any, a: Number, b: Number, y: Number) -> Any:
    return where((a, b), y)


def taken(c: Number, then: float, other: float, y: Number) -> Number:
    """Return `then` or `other`; beside an array also a number chooses for each element."""
    kind = getattr(getattr(y, "atom", None), "type", None)
    if kind is not None and kind.dtype:
        return call("np.where", c, then, other, beside=y)
    return select(c, then, other)


for _row in dict.fromkeys([*ALIKE, *OTHERWISE]):
    for _name in ([_row] if _row in ALIKE else []) + OTHERWISE.get(_row, []):
        alias(TABLE[_row], "numpy", _name)

# fmt: off
TWO: dict[str, Any] = {"domain": ("real", "real")}
own("numpy", "square", lambda x, y: 2.0 * x, result="number", domain=("real",))
own("numpy", "reciprocal", lambda x, y: -(y / x), result="number", domain=("nonzero",))
own("numpy", "sign", kink="0, at the jump too", where=at_zero, edges=(((0.0,), ()),), result="number", domain=("nonzero",))
own("numpy", "rint", kink="0, at the jumps too", domain=("real",))
own(
    "numpy", "heaviside", None, lambda x, half, y: select(x == 0.0, 1.0, 0.0), kink="0 by x, at the jump too",
    where=lambda x, half, y: x == 0.0, edges=(((0.0, 0.5), (0.0, 1.0)),), domain=("nonzero", "real"),
)
own("numpy", "logaddexp", lambda a, b, y: call("exp", a - y), lambda a, b, y: call("exp", b - y), **TWO)
own(
    "numpy", "where", None, lambda c, a, b, y: taken(c, 1.0, 0.0, y), lambda c, a, b, y: taken(c, 0.0, 1.0, y),
    domain=("truth", "real", "real"), category="choice",
)
enter(
    Row(
        "logistic", lambda one, s, x: one / s, (None, None, lambda one, s, x, y: y * (1.0 - y)),
        note="1 / (1 + exp(-x)) of arrays; the derivative is accurate to 2 ulp of 1 where the value saturates",
    )
)  # fmt: skip
for _name in ("logical_and", "logical_or", "logical_xor"):
    own("numpy", _name, result="bool", category="comparison", **TWO)
# fmt: on
