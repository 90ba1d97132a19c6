"""The child process of `verify`: runs a generated module at points and checks what it returns.

It answers one line of JSON for each function that it is asked for; what the code under test
prints goes nowhere.
"""

import importlib
import importlib.util
import inspect
import io
import json
import os
import pickle
import random
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from adjgen.trial_checks import Failed, apply, check_point, complex_module, finite

Point = dict[str, Any]
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
ANYWHERE = [scales(-4.0, 0.0), scales(0.0, 3.0), scales(2.0, 7.0), between(0.0, 1.0), between(-5.0, 5.0)]
POINTS = len(REGIONS)
SLOW = "no result within"


class Unverifiable(Exception):
    """No statement can be made, for the reason that the message gives."""


class OutOfTime(BaseException):
    """A point takes too long; not an Exception, so that the code under test does not catch it."""


@dataclass
class Order:
    """What the parent sends, once: the module and how to check it."""

    text: str
    at: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    folders: list[str] = field(default_factory=list)  # where passive imports of the source are found
    original: tuple[str, str] | None = None  # module name (or ""), file: compare with its functions
    exact: bool = False
    wrt: tuple[str, ...] = ()
    seconds: float = 1.0  # for a point


@dataclass
class Subject:
    """A function of the generated module, with its derivatives as far as they were generated."""

    name: str
    value: Callable[..., Any]
    jvp: Callable[..., Any] | None
    vjp: Callable[..., Any] | None
    value_and_grad: Callable[..., Any] | None
    complex: Callable[..., Any] | None = None
    original: Callable[..., Any] | None = None
    exact: bool = False
    wrt: tuple[str, ...] = ()

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """The parameters that take one value."""
        every = inspect.signature(self.value).parameters.values()
        return [p for p in every if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]

    def added(self, function: Callable[..., Any] | None) -> list[str]:
        """Return the parameters that a derivative function has and the function has not."""
        own = [p.name for p in self.parameters]
        more = inspect.signature(function).parameters if function else ()
        return [name for name in more if name not in own]

    @property
    def tangents(self) -> dict[str, str]:
        """The name of the tangent of each differentiated parameter."""
        return {name.rpartition("_dot")[0]: name for name in self.added(self.jvp)}

    @property
    def active(self) -> list[str]:
        """The names of the differentiated parameters, in the order of the gradients."""
        names = [p.name for p in self.parameters if p.name in self.tangents]
        return [name for name in self.wrt if name in names] or names

    @property
    def bar(self) -> str:
        """The name of vjp's adjoint of the value."""
        return (self.added(self.vjp) or ["bar"])[-1]


def main() -> None:
    """Read an Order from standard input, then names, one a line; answer each with a line."""
    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "w", encoding="utf-8")
    order: Order = pickle.load(source)
    sys.path.extend(order.folders)
    sys.stdout = sys.stderr = io.StringIO()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in source:
        name, qualname = line.decode().split()
        print(json.dumps(answer(order, name, qualname)), file=answers, flush=True)


def answer(order: Order, name: str, qualname: str) -> dict[str, Any]:
    """Return the verdict on a function: status "ok", "failed" or "skipped", and details."""
    try:
        found = subject(order, name, qualname)
        return {"status": "ok", **verified(found, order)}
    except Unverifiable as reason:
        return {"status": "skipped", "reason": str(reason)}
    except Failed as failure:
        return {"status": "failed", "reason": str(failure)}
    except Exception as error:
        return {"status": "failed", "reason": f"{type(error).__name__}: {error}"}


def subject(order: Order, name: str, qualname: str) -> Subject:
    """Execute the module in a fresh namespace and return one of its functions."""
    try:
        space = executed(order.text)
    except ImportError as error:
        raise Unverifiable(f"the module needs {error.name or error}, which is not installed") from None
    if name not in space:
        raise Unverifiable(f"the module has no function {name}")
    kinds = [space.get(f"{name}_{kind}") for kind in ("jvp", "vjp", "value_and_grad")]
    found = Subject(name, space[name], *kinds, exact=order.exact, wrt=order.wrt)
    found.complex = complex_module(order.text).get(name)
    if order.original:
        found.original = original(*order.original, qualname)
    return found


def executed(text: str) -> dict[str, Any]:
    """Return the namespace of a module text."""
    space: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "<generated>", "exec"), space)
    return space


def original(module: str, file: str, qualname: str) -> Callable[..., Any]:
    """Return the user's own function, imported (only --against-original asks for this)."""
    try:
        if module:
            found: Any = importlib.import_module(module)
        else:
            spec = importlib.util.spec_from_file_location("original", file)
            assert spec and spec.loader
            found = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(found)
        for part in qualname.split("."):
            found = getattr(found, part)
    except Exception as error:
        raise Unverifiable(f"the original cannot be imported: {error}") from None
    return found  # type: ignore[no-any-return]


def verified(found: Subject, order: Order) -> dict[str, Any]:
    """Check a function at points; return the worst figures."""
    if not found.active:
        raise Unverifiable("no forward derivative (f_jvp) to compare with")
    figures: list[dict[str, float]] = []
    rng = random.Random(f"{order.seed}:{found.name}")
    for point in points(found, order, rng):
        figures.append(check_point(found, point, rng))
    keys = {key for figure in figures for key in figure}
    worst = {key: max(figure.get(key, 0.0) for figure in figures) for key in keys - {"order"}}
    if "order" in keys:
        worst["order"] = min(figure["order"] for figure in figures if "order" in figure)
    return {"points": len(figures), **worst}


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


def trouble(function: Callable[..., Any], point: Point, seconds: float) -> str | None:
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
