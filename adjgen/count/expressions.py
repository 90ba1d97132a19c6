"""SymPy expressions from a tape: each row as the function that SymPy has for it, never through text."""

from collections.abc import Callable
from typing import Any

import sympy
from sympy.codegen import cfunctions


class NoFormulaError(Exception):
    """SymPy has nothing for a row."""


def number(value: Any) -> Any:
    """Return a constant; whole numbers and short binary fractions exactly, as a person writes them."""
    if isinstance(value, int):
        return sympy.Integer(int(value))
    top, bottom = value.as_integer_ratio() if value - value == 0.0 else (0, 0)
    if 0 < bottom <= 1024 and abs(top) < 2**53:
        return sympy.Rational(top, bottom)
    return sympy.Float(value)


def norm(*args: Any) -> Any:
    """Return the Euclidean norm."""
    return sympy.sqrt(sympy.Add(*[x**2 for x in args]))


def distance(*args: Any) -> Any:
    """Return the distance of two points, one after the other in args."""
    half = len(args) // 2
    return norm(*[a - b for a, b in zip(args[:half], args[half:])])


def scalar_product(*args: Any) -> Any:
    """Return the scalar product of two points, one after the other in args."""
    half = len(args) // 2
    return sympy.Add(*[a * b for a, b in zip(args[:half], args[half:])])


FORMULAS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "pow": lambda a, b: a**b,
    "math_pow": lambda a, b: a**b,
    "mod": sympy.Mod,
    "abs": sympy.Abs,
    "fabs": sympy.Abs,
    "max": sympy.Max,
    "min": sympy.Min,
    "sum": sympy.Add,
    "fsum": sympy.Add,
    "prod": sympy.Mul,
    "sumprod": scalar_product,
    "fma": lambda a, b, c: a * b + c,
    "hypot": norm,
    "dist": distance,
    "log_base": lambda x, base: sympy.log(x) / sympy.log(base),
    "lgamma": sympy.loggamma,
    "degrees": lambda x: x * (180 / sympy.pi),
    "radians": lambda x: x * (sympy.pi / 180),
    "atan2": sympy.atan2,
    "exp2": cfunctions.exp2,
    "expm1": cfunctions.expm1,
    "log1p": cfunctions.log1p,
    "log2": cfunctions.log2,
    "log10": cfunctions.log10,
    "cbrt": sympy.cbrt,
}
for _name in (
    "exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
    "asinh", "acosh", "atanh", "erf", "erfc", "gamma",
):  # fmt: skip
    FORMULAS[_name] = getattr(sympy, _name)


def derivatives(tape: dict[str, Any]) -> list[Any]:
    """Return the results of a tape, then their derivatives by its inputs."""
    inputs = [sympy.Symbol(f"v{k}", real=True) for k in range(tape["inputs"])]
    values = list(inputs)
    for name, args in tape["nodes"]:
        if name not in FORMULAS:
            raise NoFormulaError(f"SymPy has no formula for {name}")
        values.append(FORMULAS[name](*[value_of(arg, values) for arg in args]))
    results = [value_of(result, values) for result in tape["results"]]
    return results + [sympy.diff(y, inputs[k]) for y in results for k in tape["wrt"]]


def value_of(reference: Any, values: list[Any]) -> Any:
    """Return the expression of a node, or a constant."""
    return values[reference] if isinstance(reference, int) else number(reference[0])
