"""What is checked at a point: equal values, the adjoint identity, and jvp against the value."""

import math
import random
from collections.abc import Callable
from typing import Any

from adjgen.trial.slope import NotTheSlope, Ray, complex_step, moved, taylor
from adjgen.trial.structure import (
    Function,
    Point,
    apply,
    dot_terms,
    floats,
    mapped,
    same,
    spelled,
)
from adjgen.trial.subject import Subject

IDENTITY = 1e-12  # of the sum of absolute terms
BLUR, NUDGES, NUDGE = 16.0, 8, 2.0**-49
SMALLEST = 1e-292  # below, numbers lose digits to underflow
COMPLEX = 1e-9  # beyond, the Taylor remainder decides


class Failed(Exception):
    """A check failed; the message says which, where and with what numbers."""


class Singular(Exception):
    """The derivative is infinite or NaN here, as at the edge of a domain."""


def check_point(found: Subject, point: Point, rng: random.Random) -> dict[str, float]:
    """Return the figures of the checks at a point, or raise Failed."""
    try:
        return _checked(found, point, rng)
    except (Failed, Singular) as failure:
        raise type(failure)(f"{failure} at {spelled(point)}") from None


def _checked(found: Subject, point: Point, rng: random.Random) -> dict[str, float]:
    value = apply(found.value, point)
    if found.original:
        compare_values(apply(found.original, point), value, "the original", found.exact)
    dots = {name: direction(point[name], rng) for name in found.active}
    bars = random_bars(value, rng)
    value_dot = tangent(found, point, dots, value)
    figures = adjoint_identity(found, point, dots, bars, value, value_dot)
    if found.matrices:
        from adjgen.trial.matrices import check_hessian, check_jacobian

        jacobian = check_jacobian(found, point, dots, bars, value)
        figures["adjoint"] = max(*figures.values(), jacobian, check_hessian(found, point, dots))
    terms = dot_terms(bars, value_dot)
    scale = sum(map(abs, terms)) or sum(map(abs, dot_terms(bars, value))) or 1.0
    return figures | slope(found, Ray(point, dots, bars, math.fsum(terms), scale))


def slope(found: Subject, ray: Ray) -> dict[str, float]:
    """Compare jvp with the value nearby."""
    step = complex_step(found.complex, ray) if found.complex else None
    if step is not None and step <= COMPLEX:
        return {"complex": step}
    try:
        return taylor(found.value, ray)
    except NotTheSlope as reason:
        raise Failed(f"jvp is not the slope of the value: {reason}") from None


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
    if found.value_and_grad and not getattr(value, "shape", ()):  # an array has no gradient
        same_value, _ = derived(found.value_and_grad, "value_and_grad", point)
        compare_values(value, same_value, "value_and_grad")
    if not found.vjp:
        return {}
    same_value, gradients = derived(found.vjp, "vjp", point, **{found.bar: bars})
    compare_values(value, same_value, "vjp")
    gradients = (gradients,) if len(found.active) == 1 else gradients
    forward = dot_terms(bars, value_dot)
    reverse = [t for name, g in zip(found.active, gradients) for t in dot_terms(g, dots[name])]
    given = {found.tangents[name]: dot for name, dot in dots.items()}

    def again(nearby: Point) -> list[float]:
        assert found.jvp
        return dot_terms(bars, apply(found.jvp, nearby, **given)[1])

    names = ("the adjoint identity does not hold", "forward", "reverse")
    return {"adjoint": difference(names, forward, reverse, blur(point, dots, forward, again))}


def difference(
    names: tuple[str, str, str], a: list[float], b: list[float], most: Callable[[], float]
) -> float:
    """Return how far the sums of terms are apart, relative to the terms; raise Failed if that is too far.

    `most` tells how much rounding errors of the point change the sum.
    """
    total = sum(map(abs, a)) + sum(map(abs, b))
    error = abs(math.fsum(a) - math.fsum(b))
    tolerance = IDENTITY * total + SMALLEST
    if error > tolerance and error > tolerance + BLUR * most():
        what, one, other = names
        raise Failed(f"{what}: {math.fsum(a)!r} {one}, {math.fsum(b)!r} {other}")
    return error / total if total else 0.0


def blur(
    point: Point, dots: Point, terms: list[float], again: Callable[[Point], list[float]]
) -> Callable[[], float]:
    """Return what tells how much a sum of terms changes when the point moves by rounding errors.

    Two sweeps of a derivative in which terms cancel cannot agree better than that.
    """

    def most() -> float:
        rng, changes = random.Random(0), []
        for _ in range(NUDGES):
            nudges = {name: direction(point[name], rng) for name in dots}
            nearby = again(moved(point, nudges, NUDGE))
            changes.append(abs(math.fsum(nearby) - math.fsum(terms)))
        return max(changes)

    return most


def derived(function: Function, kind: str, point: Point, **more: Any) -> tuple[Any, Any]:
    """Return the value and the derivative that a function gives."""
    value, derivative = given_by(function, kind, point, **more)
    check_finite(kind, derivative)
    return value, derivative


def given_by(function: Function, kind: str, point: Point, **more: Any) -> Any:
    """Return what a derivative function gives; it must not raise where the function did not."""
    try:
        return apply(function, point, **more)
    except Exception as error:
        raise Failed(f"{kind} raises {type(error).__name__}: {error}") from None


def check_finite(kind: str, derivative: Any) -> None:
    """Raise Singular for an infinite derivative, or NaN."""
    if not all(map(math.isfinite, floats(derivative))):
        what = "NaN" if any(map(math.isnan, floats(derivative))) else "an infinite derivative"
        raise Singular(f"{kind} gives {what}")


def compare_values(expected: Any, got: Any, whose: str, exact: bool = True) -> None:
    """Raise Failed unless two values are the same bit for bit (or nearly, where x**2 became x*x)."""
    if same(expected, got):
        return
    a, b = list(floats(expected)), list(floats(got))
    near = len(a) == len(b) and all(math.isclose(x, y, rel_tol=1e-12) for x, y in zip(a, b))
    if exact or not near:
        raise Failed(f"the value of {whose} differs: {expected!r} and {got!r}")


def direction(value: Any, rng: random.Random) -> Any:
    """Return a random tangent, as large as the value itself."""

    def draw(x: Any) -> float:
        size = abs(float(x)) if isinstance(x, int | float) else 0.0
        return rng.choice((-1.0, 1.0)) * rng.uniform(0.5, 1.0) * (size or 1.0)

    return mapped(draw, value)


def random_bars(value: Any, rng: random.Random) -> Any:
    """Return a random adjoint with the structure of the value."""
    return mapped(lambda y: rng.uniform(0.5, 1.5) if isinstance(y, float) else 0.0, value)
