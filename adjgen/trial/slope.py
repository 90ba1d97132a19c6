"""Whether jvp is the slope of the value.

By a complex step where the code runs on complex numbers, otherwise by the Taylor remainder,
which must shrink with the square of the step.
"""

import builtins
import cmath
import math
import sys
from dataclasses import dataclass
from functools import cache
from statistics import median
from types import ModuleType
from typing import Any

from adjgen.trial.structure import Function, Point, apply, dot_terms, is_number, leaves, mapped

EPSILON = sys.float_info.epsilon
DERIVATIVE = 1e-5  # of the directional derivative's absolute terms, for difference quotients
STEPS = [2.0**-k for k in range(3, 28)]
UNDERFLOW = sys.float_info.min**0.5  # a slope as small as this is lost in a value that adds numbers
TINY_STEPS = [2.0**-k for k in (44, 46, 48, 50)]  # here a remainder is rounding, not mathematics


class NotTheSlope(Exception):
    """The Taylor remainder does not shrink as it must."""


def moved(point: Point, dots: Point, step: Any) -> Point:
    """Return the point a step further in a direction."""

    def move(x: Any, dot: float) -> Any:
        return x + step * dot if is_number(x) else x

    return point | {name: mapped(move, point[name], dot) for name, dot in dots.items()}


@dataclass(frozen=True)
class Ray:
    """A point and a direction, an adjoint of the value, and the slope that jvp gives for them.

    `scale` is the sum of the slope's absolute terms, or of the value's where the slope is zero.
    """

    point: Point
    dots: Point
    bars: Any
    slope: float
    scale: float

    def along(self, function: Function, step: Any) -> float:
        """Return the value, weighted by the adjoint, a step further."""
        return math.fsum(dot_terms(self.bars, apply(function, moved(self.point, self.dots, step))))


def complex_step(function: Function, ray: Ray) -> float | None:
    """Return how far a complex step is from the slope, relative to its scale; None if impossible."""
    try:
        value = apply(function, moved(ray.point, ray.dots, 1e-30j))
        pairs = zip(leaves(value), leaves(ray.bars), strict=True)
        parts = [y.imag * bar for y, bar in pairs if isinstance(y, int | float | complex)]
        return abs(math.fsum(parts) / 1e-30 - ray.slope) / ray.scale
    except Exception:
        return None  # a comparison, floor, ...: the Taylor remainder decides


def taylor(function: Function, ray: Ray) -> dict[str, float]:
    """Return the order with which the Taylor remainder shrinks, or how near a difference quotient is.

    Raises
    ------
    NotTheSlope
        The remainder shrinks with order 1, and no difference quotient is near the slope.
    """
    start = ray.along(function, 0.0)

    def ahead(step: float) -> float:
        try:
            return ray.along(function, step)
        except Exception:
            return math.inf  # left the domain

    def remainder(step: float) -> float:
        return abs(ahead(step) - start - step * ray.slope)

    if abs(ray.slope) < UNDERFLOW and all(ahead(step) == start for step in STEPS):
        return {"quotient": 0.0}
    noise = 4 * max(map(remainder, TINY_STEPS)) + 8 * EPSILON * abs(start)
    remainders = [remainder(step) for step in STEPS]
    pairs = list(zip(remainders, remainders[1:]))
    orders = [math.log2(a / b) for a, b in pairs if b > 10 * noise and a < math.inf]
    order = median(orders[-3:]) if orders else 2.0
    if order >= 1.7:
        return {"order": order}
    # curvature and rounding may leave no good step on one side: the centred quotient has more
    centred = [(ahead(h) - ahead(-h)) / (2 * h) - ray.slope for h in STEPS]
    ahead_only = [max(r - noise, 0.0) / h for h, r in zip(STEPS, remainders)]
    error = min(best_two(errors) for errors in (centred, ahead_only)) / ray.scale
    if error <= DERIVATIVE:
        return {"quotient": error}
    raise NotTheSlope(f"the Taylor remainder shrinks with order {order:.2f}")


def best_two(errors: list[float]) -> float:
    """Return the error of the best two neighbours; a single one may be a wrong slope that cancels."""
    return min(max(abs(a), abs(b)) for a, b in zip(errors, errors[1:]))


@cache
def complex_module(text: str) -> dict[str, Any]:
    """Return the functions of a module with complex functions in the place of math, or nothing."""
    usual = sys.modules["math"]
    sys.modules["math"] = complex_math()
    try:
        space: dict[str, Any] = {"__name__": "generated", "__builtins__": complex_builtins()}
        exec(compile(text, "<generated>", "exec"), space)
        return space
    except Exception:
        return {}
    finally:
        sys.modules["math"] = usual


def complex_math() -> ModuleType:
    """Return a module like math that computes with complex numbers, or raises TypeError."""
    module = ModuleType("math")
    for name, function in vars(math).items():
        analytic = getattr(cmath, name, refuse if callable(function) else function)
        setattr(module, name, analytic)
    return module


def complex_builtins() -> dict[str, Any]:
    """Return the builtins, without those that a complex step cannot pass."""
    return {
        **vars(builtins),
        **dict.fromkeys(("abs", "max", "min", "round", "float", "int"), refuse),
    }


def refuse(*_: Any) -> Any:
    """Raise: not an analytic function."""
    raise TypeError("not analytic")
