"""Points at which a function can be checked: given ones, or random ones inside its domain."""

import inspect
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from adjgen.trial.structure import Function, Point, apply, finite
from adjgen.trial.subject import Order, Subject, Unverifiable

Region = Callable[[random.Random], float]


def between(low: float, high: float) -> Region:
    """Return a source of numbers in an interval."""
    return lambda rng: rng.uniform(low, high)


def scales(low: float, high: float) -> Region:
    """Return a source of numbers between powers of ten."""
    return lambda rng: 10.0 ** rng.uniform(low, high)


ATTEMPTS = 400  # random points tried until enough lie in the domain
PATIENCE = 20  # failures after which a point may lie anywhere
# Where the points lie, one after the other: branches by sign are met. Quantities of engineering
# are fractions, or large; anywhere, each parameter has a scale of its own.
REGIONS: list[list[Region]] = [
    [between(0.5, 3.0)], [between(-3.0, 3.0)], [between(0.05, 1.0)], [between(-3.0, -0.1)], [scales(-2.0, 3.0)],
]  # fmt: skip
ANYWHERE = [
    scales(-4.0, 0.0),
    scales(0.0, 3.0),
    scales(2.0, 7.0),
    between(0.0, 1.0),
    between(-5.0, 5.0),
]
POINTS = len(REGIONS)
SLOW = "no result within"


class OutOfTime(BaseException):
    """A point takes too long; not an Exception, so that the code under test does not catch it."""


def points(found: Subject, order: Order, rng: random.Random) -> Iterator[Point]:
    """Yield points at which the function is finite: the given one, or some random ones."""
    given = set(found.active) <= set(order.at)
    wanted, tries = (1, 1) if given else (POINTS, ATTEMPTS)
    count = since = slow = 0
    problem = ""
    for _ in range(tries):
        point = drawn(found, order.at, rng, REGIONS[count] if since < PATIENCE else ANYWHERE)
        problem = trouble(found.value, point, order.seconds) or ""
        slow += problem.startswith(SLOW)
        count, since = (count, since + 1) if problem else (count + 1, 0)
        if not problem:
            yield point
        if count == wanted or slow > 3:
            break
    if not count:
        tried = "at the given point" if given else "at random points; use --at"
        raise Unverifiable(f"no finite value {tried} ({problem})")


def drawn(found: Subject, at: Point, rng: random.Random, regions: Sequence[Region]) -> Point:
    """Return a value for each parameter: a given one, the default, or a random number."""
    point = {}
    for parameter in found.parameters:
        name, default = parameter.name, parameter.default
        if name in at:
            point[name] = at[name]
        elif name in found.active:
            point[name] = number(parameter, rng, rng.choice(regions))
        elif default is not parameter.empty:
            point[name] = default
        else:
            raise Unverifiable(f"parameter {name} has no value; use --at {name}=...")
    return point


def number(parameter: inspect.Parameter, rng: random.Random, region: Region) -> Any:
    """Return a random value of a parameter, often near its default."""
    default = parameter.default
    if default is None and rng.random() < 0.5:
        return None
    if isinstance(default, int | float) and default and rng.random() < 0.7:
        return float(default) * rng.uniform(0.9, 1.1)
    if str(parameter.annotation).startswith(("list", "tuple", "List", "Sequence")):
        return [region(rng) for _ in range(3)]
    return region(rng)


def trouble(function: Function, point: Point, seconds: float) -> str | None:
    """Return why the function has no finite value at a point, or None."""
    timed = hasattr(signal, "setitimer")
    if timed:
        signal.signal(signal.SIGALRM, _out_of_time)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        value = apply(function, point)
        return None if finite(value) else f"value {value}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    except OutOfTime:
        return f"{SLOW} {seconds:g} s"
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_REAL, 0.0)


def _out_of_time(*_: object) -> None:
    raise OutOfTime
