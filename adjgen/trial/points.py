"""Points at which a function can be checked: given ones, or random ones inside its domain."""

import inspect
import random
import signal
from collections.abc import Callable, Sequence
from typing import Any

from adjgen.trial.arrays import as_array, drawn_array, sizes
from adjgen.trial.objects import drawn_structure, is_structure, made
from adjgen.trial.structure import Function, Point, apply, finite, floats
from adjgen.trial.subject import Order, Subject, Unverifiable

Size = tuple[float, float]
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
USUAL: Size = (1e-100, 1e100)  # of random points: beyond, derivatives under- and overflow
SLOW = "no result within"


class OutOfTime(BaseException):
    """A point takes too long; not an Exception, so that the code under test does not catch it."""


class Search:
    """A search for points at which the function is finite: the given one, or random ones.

    The caller says of each whether its derivative could be checked; a point beside which the
    derivative is infinite is replaced by another one.
    """

    def __init__(self, found: Subject, order: Order, rng: random.Random) -> None:
        self.found, self.order, self.rng = found, order, rng
        self.given = set(found.active) <= set(order.at)
        self.wanted, self.tries = (1, 1) if self.given else (POINTS, ATTEMPTS)
        self.accepted = self.since = self.slow = 0
        self.problem = ""

    def find(self) -> Point | None:
        """Return the next point, or None: there are enough, or no more will be found."""
        while self.tries and self.accepted < self.wanted and self.slow <= 3:
            self.tries -= 1
            regions = REGIONS[self.accepted] if self.since < PATIENCE else ANYWHERE
            point = drawn(self.found, self.order, self.rng, regions)
            usual = None if self.given else USUAL
            problem = trouble(self.found.value, point, self.order.seconds, usual)
            if not problem:
                return point
            self.slow += problem.startswith(SLOW)
            self.reject(problem)
        return None

    def accept(self) -> None:
        """Count a point that was checked."""
        self.accepted, self.since = self.accepted + 1, 0

    def reject(self, problem: str) -> None:
        """Note why a point could not be checked."""
        self.since, self.problem = self.since + 1, problem

    def reason(self) -> str:
        """Return why no point was found."""
        where = "at the given point" if self.given else "at random points; use --at"
        return f"no finite value {where} ({self.problem})"


def drawn(found: Subject, order: Order, rng: random.Random, regions: Sequence[Region]) -> Point:
    """Return a value for each parameter: a given one, the default, or a random number or array."""
    arrays, point = order.arrays.get(found.name, {}), {}
    known = sizes(arrays.values())
    for parameter in found.parameters:
        name, default = parameter.name, parameter.default
        if name in order.at:
            given = order.at[name]
            point[name] = as_array(given) if name in arrays else made(parameter.annotation, given)
        elif name in arrays and (name in found.active or default is parameter.empty):
            point[name] = drawn_array(arrays[name], known, rng, rng.choice(regions))
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
    if is_structure(parameter.annotation):
        return drawn_structure(parameter.annotation, lambda: region(rng))
    if str(parameter.annotation).startswith(("list", "tuple", "List", "Sequence")):
        return [region(rng) for _ in range(3)]
    return region(rng)


def trouble(function: Function, point: Point, seconds: float, usual: Size | None = None) -> str:
    """Return why the function has no finite value (or none of usual size) at a point, or ""."""
    timed = hasattr(signal, "setitimer")
    if timed:
        signal.signal(signal.SIGALRM, _out_of_time)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        value = apply(function, point)
        small = usual is None or all(abs(x) < usual[1] for x in floats(value))
        large = usual is None or all(abs(x) > usual[0] or x == 0.0 for x in floats(value))
        return "" if finite(value) and small and large else f"value {value}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    except OutOfTime:
        return f"{SLOW} {seconds:g} s"
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_REAL, 0.0)


def _out_of_time(*_: object) -> None:
    raise OutOfTime
