"""Whether Jacobians and Hessians agree with jvp, and the product of a Hessian with the slope of the gradient."""

import functools
import itertools
import math
import random
from collections.abc import Callable
from typing import Any

from adjgen.trial.checks import (
    Failed,
    Singular,
    blur,
    check_finite,
    compare_values,
    difference,
    direction,
    given_by,
)
from adjgen.trial.slope import NotTheSlope, Ray, taylor
from adjgen.trial.structure import Function, Point, apply, dot_terms, leaves
from adjgen.trial.subject import Subject

NEARLY = 1e-6  # two Hessians so near to each other: another point decides


def check_jacobian(found: Subject, point: Point, dots: Point, bars: Any, value: Any) -> float:
    """Return how far <bar, J dot> is from what jvp says, of the worst kind, or raise Failed."""
    along, worst = tangents(found, found.jvp, 1, dots, bars), 0.0
    for kind in sorted(found.matrices.keys() & {"jacobian", "value_and_jacobian"}):
        entries = by_entries(found, kind, dots, bars)
        if kind == "value_and_jacobian":
            compare_values(value, given_by(found.matrices[kind], kind, point)[0], kind)
        names = (f"{kind} differs from jvp", "by jvp", "by its entries")
        worst = max(worst, apart(names, point, dots, along, entries))
    return worst


def check_hessian(found: Subject, point: Point, dots: Point) -> float:
    """Return how far <u, H dot> is from <u, hvp>, or raise Failed; hvp must be the slope of the gradient."""
    if "hvp" not in found.matrices:
        return 0.0
    rng = random.Random(1)
    each = [direction(point[name], rng) for name in found.active]
    bars = each[0] if len(each) == 1 else tuple(each)
    along = tangents(found, found.matrices["hvp"], None, dots, bars)
    names = ("hessian differs from hvp", "by hvp", "by its entries")
    entries = by_entries(found, "hessian", dots, bars)
    try:
        worst = apart(names, point, dots, along, entries)
    except Failed:
        a, b = along(point), entries(point)
        if abs(math.fsum(a) - math.fsum(b)) <= NEARLY * sum(map(abs, a + b)):
            raise Singular("the Hessian loses digits, as where exponentials saturate,") from None
        raise
    forward, gradient = along(point), gradient_of(found)
    scale = sum(map(abs, forward)) or sum(map(abs, dot_terms(bars, apply(gradient, point)))) or 1.0
    try:
        taylor(gradient, Ray(point, dots, bars, math.fsum(forward), scale))
    except NotTheSlope as reason:
        raise Failed(f"hvp is not the slope of the gradient: {reason}") from None
    return worst


Along = Callable[[Point], list[float]]  # the terms of <bar, tangent> at a point


def apart(
    names: tuple[str, str, str], point: Point, dots: Point, one: Along, other: Along
) -> float:
    """Return how far two ways to a tangent are apart, or raise Failed."""
    a, b = one(point), other(point)
    changes = blur(point, dots, a, one), blur(point, dots, b, other)
    return difference(names, a, b, lambda: max(change() for change in changes))


def by_entries(found: Subject, kind: str, dots: Point, bars: Any) -> Along:
    """Return what gives the terms bar * entry * dot of <bar, J dot> at a point."""

    def along(point: Point) -> list[float]:
        matrix = given_by(found.matrices[kind], kind, point)
        matrix = matrix[1] if kind == "value_and_jacobian" else matrix
        check_finite(kind, matrix)
        return terms(matrix, bars, dots, found.sparse)

    return along


def gradient_of(found: Subject) -> Function:
    """Return the function that gives the gradient alone."""
    both = found.value_and_grad
    assert both

    @functools.wraps(both)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def tangents(
    found: Subject, function: Function | None, part: int | None, dots: Point, bars: Any
) -> Along:
    """Return what gives the terms of <bar, tangent> at a point; the tangent is a part of what the function returns."""
    assert function
    given = {found.tangents[name]: dot for name, dot in dots.items()}

    def along(point: Point) -> list[float]:
        made = given_by(function, "hvp" if part is None else "jvp", point, **given)
        tangent = made if part is None else made[part]
        check_finite("hvp" if part is None else "jvp", tangent)
        return dot_terms(bars, tangent)

    return along


def terms(matrix: Any, bars: Any, dots: Point, sparse: bool) -> list[float]:
    """Return the terms bar * entry * dot of <bar, J dot>."""
    each = list(dots.values())
    if sparse:
        values, (rows, columns) = matrix
        left, right = list(leaves(bars)), list(leaves(each))
        return [left[i] * entry * right[j] for entry, i, j in zip(values, rows, columns)]
    if isinstance(bars, list | tuple):
        pairs = zip(matrix, bars, strict=True)
        return [term for row, bar in pairs for term in terms(row, bar, dots, False)]
    parts = [matrix] if len(each) == 1 else list(matrix)
    found = []
    for part, dot in zip(
        parts, each, strict=True
    ):  # of an array each is one, of a number a gradient
        places = itertools.product(leaves(bars), leaves(dot))
        found += [a * entry * b for entry, (a, b) in zip(leaves(part), places, strict=True)]
    return found
