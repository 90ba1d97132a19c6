"""What `verify` checks at a point: equal values, the adjoint identity, and jvp against the value.

jvp is compared with a complex step where the code runs on complex numbers, otherwise with the
Taylor remainder, which must shrink with the square of the step.
"""

import copy
import inspect
import math
import random
import sys
from collections.abc import Callable, Iterator
from statistics import median
from types import ModuleType
from typing import Any, Protocol

EPSILON = sys.float_info.epsilon
IDENTITY = 1e-12  # of the sum of absolute terms
DERIVATIVE = 1e-5  # of the directional derivative's absolute terms, for difference quotients
STEPS = [2.0**-k for k in range(3, 28)]
TINY_STEPS = [2.0**-k for k in (44, 46, 48, 50)]  # here a remainder is rounding, not mathematics
Point = dict[str, Any]
Function = Callable[..., Any]


class Failed(Exception):
    """A check failed; the message says which, where and with what numbers."""


class Subject(Protocol):
    """The functions to check; those that were not generated are None."""

    value: Function
    jvp: Function | None
    vjp: Function | None
    value_and_grad: Function | None
    complex: Function | None
    original: Function | None
    exact: bool

    @property
    def tangents(self) -> dict[str, str]:
        """The name of the tangent of each differentiated parameter."""
        ...

    @property
    def active(self) -> list[str]:
        """The names of the differentiated parameters, in the order of the gradients."""
        ...

    @property
    def bar(self) -> str:
        """The name of vjp's adjoint of the value."""
        ...


def apply(function: Function, point: Point, **more: Any) -> Any:
    """Call a function with named values (copies: it may change what it gets), positional where it must."""
    point = copy.deepcopy(point)
    parameters = inspect.signature(function).parameters.values()
    args = [point.pop(p.name) for p in parameters if p.kind is p.POSITIONAL_ONLY]
    return function(*args, **point, **more)


def check_point(found: Subject, point: Point, rng: random.Random) -> dict[str, float]:
    """Return the figures of the checks at a point, or raise Failed."""
    try:
        return _checked(found, point, rng)
    except Failed as failure:
        raise Failed(f"{failure} at {spelled(point)}") from None


def _checked(found: Subject, point: Point, rng: random.Random) -> dict[str, float]:
    value = apply(found.value, point)
    if found.original:
        compare_values(apply(found.original, point), value, "the original", found.exact)
    dots = {name: direction(point[name], rng) for name in found.active}
    bars = random_bars(value, rng)
    value_dot = tangent(found, point, dots, value)
    figures = adjoint_identity(found, point, dots, bars, value, value_dot)
    forward = dot_terms(bars, value_dot)
    scale = sum(map(abs, forward)) or sum(map(abs, dot_terms(bars, value))) or 1.0
    step = complex_step(found, point, dots, bars, math.fsum(forward), scale)
    if step is not None and step <= 1e-9:
        return {**figures, "complex": step}
    return {**figures, "order": taylor(found, point, dots, bars, math.fsum(forward), scale)}


def tangent(found: Subject, point: Point, dots: Point, value: Any) -> Any:
    """Return what jvp gives for a direction, after a comparison of its value."""
    assert found.jvp
    given = {found.tangents[name]: dot for name, dot in dots.items()}
    jvp_value, value_dot = derived(found.jvp, "jvp", point, **given)
    compare_values(value, jvp_value, "jvp")
    return value_dot


def adjoint_identity(
    found: Subject, point: Point, dots: Point, bars: Any, value: Any, value_dot: Any
) -> dict[str, float]:
    """Compare <bar, J dot> with <J^T bar, dot>; return the difference relative to the terms."""
    if found.value_and_grad:
        same_value, _ = derived(found.value_and_grad, "value_and_grad", point)
        compare_values(value, same_value, "value_and_grad")
    if not found.vjp:
        return {}
    same_value, gradients = derived(found.vjp, "vjp", point, **{found.bar: bars})
    compare_values(value, same_value, "vjp")
    gradients = (gradients,) if len(found.active) == 1 else gradients
    forward = dot_terms(bars, value_dot)
    reverse = [t for name, g in zip(found.active, gradients) for t in dot_terms(g, dots[name])]
    total = sum(map(abs, forward)) + sum(map(abs, reverse))
    error = abs(math.fsum(forward) - math.fsum(reverse))
    if not error <= IDENTITY * total:
        numbers = f"{math.fsum(forward)!r} forward, {math.fsum(reverse)!r} reverse"
        raise Failed(f"the adjoint identity does not hold: {numbers}")
    return {"adjoint": error / total if total else 0.0}


def derived(function: Function, kind: str, point: Point, **more: Any) -> tuple[Any, Any]:
    """Return what a derivative function gives; it must not raise where the function did not."""
    try:
        value, derivative = apply(function, point, **more)
    except Exception as error:
        raise Failed(f"{kind} raises {type(error).__name__}: {error}") from None
    if any(math.isnan(x) for x in floats(derivative)):
        raise Failed(f"{kind} gives NaN")
    return value, derivative


def compare_values(expected: Any, got: Any, whose: str, exact: bool = True) -> None:
    """Raise Failed unless two values are the same bit for bit (or nearly, where x**2 became x*x)."""
    if same(expected, got):
        return
    a, b = list(floats(expected)), list(floats(got))
    near = len(a) == len(b) and all(math.isclose(x, y, rel_tol=1e-12) for x, y in zip(a, b))
    if exact or not near:
        raise Failed(f"the value of {whose} differs: {expected!r} and {got!r}")


def same(a: Any, b: Any) -> bool:
    """Whether two values have the same structure and the same bits."""
    if isinstance(a, list | tuple) and type(a) is type(b):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (repr(a) == repr(b) if isinstance(a, float) else bool(a == b))


def leaves(value: Any) -> Iterator[Any]:
    """Yield what nested lists and tuples (and arrays) hold."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def floats(value: Any) -> Iterator[float]:
    """Yield the floats of a structure."""
    return (leaf for leaf in leaves(value) if isinstance(leaf, float))


def finite(value: Any) -> bool:
    """Whether a value holds numbers, all of them finite."""
    numbers = [leaf for leaf in leaves(value) if isinstance(leaf, int | float | complex)]
    return bool(numbers) and all(not isinstance(x, complex) and math.isfinite(x) for x in numbers)


def dot_terms(a: Any, b: Any) -> list[float]:
    """Return the terms of the inner product of two structures; what is not a number adds nothing."""
    pairs = zip(leaves(a), leaves(b), strict=True)
    return [x * y for x, y in pairs if isinstance(x, int | float) and isinstance(y, int | float)]


def mapped(function: Callable[..., Any], *structures: Any) -> Any:
    """Apply a function leaf by leaf; the first structure decides the containers."""
    first = structures[0]
    if isinstance(first, list | tuple):
        items = [mapped(function, *parts) for parts in zip(*structures)]
        return tuple(items) if isinstance(first, tuple) else items
    if hasattr(first, "tolist") and getattr(first, "shape", ()):
        nested = [s.tolist() for s in structures]
        return sys.modules["numpy"].array(mapped(function, *nested))
    return function(*structures)


def direction(value: Any, rng: random.Random) -> Any:
    """Return a random tangent, as large as the value itself."""

    def draw(x: Any) -> float:
        size = abs(float(x)) if isinstance(x, int | float) else 0.0
        return rng.choice((-1.0, 1.0)) * rng.uniform(0.5, 1.0) * (size or 1.0)

    return mapped(draw, value)


def random_bars(value: Any, rng: random.Random) -> Any:
    """Return a random adjoint with the structure of the value."""
    return mapped(lambda y: rng.uniform(0.5, 1.5) if isinstance(y, float) else 0.0, value)


def moved(point: Point, dots: Point, step: Any) -> Point:
    """Return the point a step further in a direction."""

    def move(x: Any, dot: float) -> Any:
        return x + step * dot if isinstance(x, int | float) else x

    return {name: mapped(move, x, dots[name]) if name in dots else x for name, x in point.items()}


def complex_step(
    found: Subject, point: Point, dots: Point, bars: Any, slope: float, scale: float
) -> float | None:
    """Return how far a complex step is from jvp, relative to its terms; None if it is not possible."""
    if not found.complex:
        return None
    try:
        value = apply(found.complex, moved(point, dots, 1e-30j))
        parts = [y.imag * bar for y, bar in zip(leaves(value), leaves(bars), strict=True)]
        return abs(math.fsum(parts) / 1e-30 - slope) / scale
    except Exception:
        return None  # a comparison, floor, ...: the Taylor test decides


def taylor(
    found: Subject, point: Point, dots: Point, bars: Any, slope: float, scale: float
) -> float:
    """Return the order with which the Taylor remainder shrinks; raise Failed if jvp is not the slope."""
    start = math.fsum(dot_terms(bars, apply(found.value, point)))

    def remainder(step: float) -> float:
        try:
            value = apply(found.value, moved(point, dots, step))
            return abs(math.fsum(dot_terms(bars, value)) - start - step * slope)
        except (ArithmeticError, ValueError):
            return math.inf  # left the domain

    noise = 4 * max(map(remainder, TINY_STEPS)) + 8 * EPSILON * abs(start)
    remainders = [remainder(step) for step in STEPS]
    errors = [max(r - noise, 0.0) / (h * scale) for h, r in zip(STEPS, remainders)]
    orders = [math.log2(a / b) for a, b in zip(remainders, remainders[1:]) if b > 10 * noise and a < math.inf]
    order = median(orders[-3:]) if orders else 2.0
    # two neighbouring steps: at a single one a wrong slope may cancel against the curvature
    if min(map(max, errors, errors[1:])) > DERIVATIVE and order < 1.7:
        quotient = "the Taylor remainder shrinks with order"
        raise Failed(f"jvp is not the slope of the value: {quotient} {order:.2f}")
    return order


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
    import cmath

    module = ModuleType("math")
    for name, function in vars(math).items():
        analytic = getattr(cmath, name, refuse if callable(function) else function)
        setattr(module, name, analytic)
    return module


def complex_builtins() -> dict[str, Any]:
    """Return the builtins, without those that a complex step cannot pass."""
    import builtins

    return {**vars(builtins), **dict.fromkeys(("abs", "max", "min", "round", "float", "int"), refuse)}


def refuse(*_: Any) -> Any:
    """Raise: not an analytic function."""
    raise TypeError("not analytic")


def spelled(point: Point) -> str:
    """Return a point as `--at` takes it."""
    return ",".join(f"{name}={value!r}" for name, value in point.items())
