"""Judges adjgen on random programs: value, output and exceptions as Python's, derivatives as the oracle's.

One program is one file, imported; its seed also decides which way through adjgen it goes (Way).
"""

import contextlib
import copy
import importlib.util
import inspect
import io
import math
import random
import re
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import oracle
import random_programs
from random_programs import Program
from reduce import minimised, well_formed

TOLERANCE = 1e-9  # to the oracle, relative to the sum of absolute path terms
ADJOINT = 1e-12  # of forward to reverse, relative to the same
TINY = 1e-200
RENEWED = 40  # chunks of 50 programs that one process judges, about
PATIENCE = 60.0  # seconds for one program
Function = Callable[..., Any]
BROKEN = {"NameError", "UnboundLocalError", "TypeError", "RecursionError", "AttributeError"}


class MismatchError(Exception):
    """What adjgen gave is not right; the first argument is the kind, the second the detail."""


class LateError(BaseException):
    """A program took too long."""


@dataclass(frozen=True)
class Way:
    """A way through adjgen: the live function or the command line's path, style, second order."""

    generated: bool = False
    second: bool = False
    style: str = "named"
    exact: bool = True
    all_inputs: bool = False
    formatted: bool = False
    products: tuple[str, ...] = ("jvp", "vjp", "value_and_grad")


def way_of(program: Program) -> Way:
    """Return the way that a program goes, which its seed decides."""
    seed = program.seed
    return Way(
        generated=seed % 10 == 7,
        second=seed % 10 == 2,
        style="ssa" if seed % 4 == 3 else "named",
        exact=seed % 8 != 5,
        all_inputs=seed % 3 == 1 and not program.truthy,
        formatted=seed % 40 == 7,
        products=("jvp", "value_and_grad" if program.shape is None and seed % 4 < 3 else "vjp"),
    )


@dataclass(frozen=True)
class Failure:
    """A program that adjgen did not get right."""

    program: Program
    way: Way
    kind: str
    detail: str

    def symptom(self) -> tuple[str, ...]:
        """Return what a smaller program must have in common with this one."""
        marks = {
            "refused": r"ADJ\d+",
            "exception": r"^[\w ]+|\('\w+'|None",
            "crashed": r"^\w+(?=:)",
        }
        pattern = re.compile(marks.get(self.kind, r"(?!)"), re.MULTILINE)
        return (self.kind, *pattern.findall(self.detail)[:3])

    def __str__(self) -> str:
        head = f"seed {self.program.seed}: {self.kind}: {self.detail}\n{self.way}"
        return f"{head}\n{self.program.text}"


@dataclass
class Tally:
    """How many programs and points had which fate."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Add the counts and failures of other programs."""
        self.counts += other.counts
        self.failures += other.failures

    def __str__(self) -> str:
        return ", ".join(f"{name} {count}" for name, count in sorted(self.counts.items()))


# A program as a file ---------------------------------------------------------------------------------


@contextlib.contextmanager
def imported(text: str, name: str = "program") -> Iterator[tuple[Any, Path]]:
    """Give the module of a program's text, imported from a file in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
            yield module, path
        finally:
            del sys.modules[name]


@contextlib.contextmanager
def hurried(seconds: float) -> Iterator[None]:
    """Raise LateError in what takes longer (where the platform can)."""

    def late(*_: object) -> None:
        raise LateError

    if not hasattr(signal, "setitimer"):
        yield
        return
    old = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


@dataclass(frozen=True)
class Outcome:
    """What a call did: its value or exception, what it printed, its arguments as it left them."""

    value: Any
    error: Exception | None
    printed: str
    arguments: Any = None

    def raised(self) -> tuple[str, str] | None:
        """Return type and message of the exception."""
        return (type(self.error).__name__, str(self.error)) if self.error else None


def outcome(function: Function, arguments: dict[str, Any], **more: Any) -> Outcome:
    """Call a function: parameters by position where they can be, as people do."""
    arguments = copy.deepcopy(arguments)
    positional, named = [], dict(more)
    for name, parameter in inspect.signature(function).parameters.items():
        if name in arguments:
            if parameter.kind is parameter.KEYWORD_ONLY:
                named[name] = arguments[name]
            else:
                positional.append(arguments[name])
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            value, error = function(*positional, **named), None
        except Exception as raised:
            value, error = None, raised
    return Outcome(value, error, printed.getvalue(), arguments)


def parameters(function: Function) -> list[str]:
    """Return the names of a function's parameters."""
    return list(inspect.signature(function).parameters)


# What adjgen makes of it -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Products:
    """Derivative functions by name; `second` as {(product of the gradient, name, name): function}."""

    value: Function | None
    first: dict[str, Function]
    second: dict[tuple[str, str, str], Function]


def products(function: Function, path: Path, program: Program, way: Way) -> Products:
    """Return what adjgen makes of a program, by the API or by a generated module."""
    import adjgen

    wrt = None if way.all_inputs else program.wrt
    options: dict[str, Any] = {"wrt": wrt, "exact": way.exact, "style": way.style}
    names = [name for name in way.products if program.shape is None or name != "value_and_grad"]
    if way.generated:
        generated = adjgen.generate(f"{path}::f", formatted=way.formatted, **options)
        found: dict[str, Any] = {"__name__": "generated"}
        exec(compile(generated.source, "<generated>", "exec"), found)
        return Products(found["f"], {name: found[f"f_{name}"] for name in names}, {})
    first = {name: getattr(adjgen, name)(function, **options) for name in names}
    second = {}
    if way.second and program.shape is None:
        last = program.wrt[-1]
        listed = any(isinstance(program.points[0][name], list) for name in program.wrt)
        for a in dict.fromkeys([program.wrt[0], last]):
            slope = adjgen.grad(function, **options | {"wrt": a})
            for name in ["jvp", "vjp"] if listed else ["grad"]:
                derive = getattr(adjgen, name)
                second[name, a, last] = derive(slope, **options | {"wrt": last})
    return Products(None, first, second)


# Comparing -------------------------------------------------------------------------------------------


def close(found: Any, right: Any, size: Any, tolerance: float) -> bool:
    """Whether a number is right relative to a size; a NaN never is."""
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return False
    return bool(abs(oracle.MP.mpf(found) - right) <= tolerance * size + TINY)


def check_value(found: Any, right: Any, exact: bool) -> None:
    """Compare values: bit for bit, or to 1e-9 where x**2 may have become x*x."""
    if repr(found) == repr(right):
        return
    pairs = list(zip(oracle.leaves(found), oracle.leaves(right), strict=True))
    if exact or not all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) for a, b in pairs):
        raise MismatchError("value", f"{found!r}, not {right!r}")


def check_call(name: str, found: Outcome, original: Outcome) -> Any:
    """Compare what was printed and raised; return what was returned."""
    if found.raised() != original.raised():
        error = found.error or original.error
        trace = "".join(traceback.format_exception(error)[-3:])
        raise MismatchError("exception", f"{name} {found.raised()}, f {original.raised()}\n{trace}")
    if found.printed != original.printed:
        raise MismatchError("output", f"{name} printed {found.printed!r}, f {original.printed!r}")
    if not original.error and repr(found.arguments) != repr(original.arguments):
        left = f"{name} left {found.arguments!r}, f {original.arguments!r}"
        raise MismatchError("argument", left)
    return found.value


def check_point(
    text: str, f: Function, made: Products, program: Program, way: Way, at: dict[str, Any]
) -> str:
    """Compare everything at one point; return what came of it."""
    original = outcome(f, at)
    if not original.error and not all(map(is_finite, oracle.leaves(original.value))):
        return "skipped: value not finite"
    rng = random.Random(program.seed)
    weights = weights_of(rng)
    dots = {name: oracle.like(at[name], weights) for name in program.wrt}
    bars = oracle.like(original.value if not original.error else example(program.shape), weights)
    more = {"jvp": {f"{name}_dot": dot for name, dot in dots.items()}, "vjp": {"bar": bars}}
    before = repr(more)
    found = {
        name: check_call(name, outcome(function, at, **more.get(name, {})), original)
        for name, function in made.first.items()
        if not (
            original.error and program.lists and name == "vjp"
        )  # how long a bar is, is not known
    }
    if repr(more) != before:
        raise MismatchError("argument", f"tangents and bars are left as {more!r}, not {before}")
    if made.value:
        value = check_call("value", outcome(made.value, at), original)
        if not original.error:
            check_value(value, original.value, way.exact)
    if original.error:
        for names, function in [pair for pair in made.second.items() if pair[0][0] == "grad"]:
            check_call(f"grad of grad by {names}", outcome(function, at), original)
        return "raised alike"
    try:
        right = oracle.differentiate(text, "f", at, program.wrt, order=2 if made.second else 1)
    except oracle.NotJudged as reason:
        return f"skipped: {reason}"
    if right.near and not way.exact:
        return "skipped: close comparison"
    for value, _ in found.values():
        check_value(value, original.value, way.exact)
    check_first({name: slopes for name, (_, slopes) in found.items()}, right, at, dots, bars)
    if made.second and not right.ties:
        check_second(made.second, at, right, original, dots)
        return "compared, second order too"
    return "compared"


def example(shape: Any) -> Any:
    """Return what a function could return that raises here."""
    if isinstance(shape, tuple):
        return tuple(map(example, shape))
    return [example(shape - 1 or None)] if shape else 0.0


def weights_of(rng: random.Random) -> Iterator[float]:
    """Yield random numbers away from zero."""
    while True:
        yield rng.choice([-1, 1]) * rng.uniform(0.5, 2.0)


def is_finite(value: Any) -> bool:
    """Whether a value is a finite real number."""
    return isinstance(value, (int, float)) and math.isfinite(value)


def check_first(
    found: dict[str, Any], right: oracle.Judgement, at: Any, dots: dict[str, Any], bars: Any
) -> None:
    """Compare tangents and gradients with the oracle's, then with each other."""
    flat = oracle.leaves(list(dots.values()))
    check_forward(found["jvp"], right, flat)
    for name, weights in (("value_and_grad", [1.0]), ("vjp", oracle.leaves(bars))):
        if name in found:
            slopes = gradients(found[name], list(dots))
            check_containers(slopes, [at[parameter] for parameter in dots])
            check_reverse(oracle.leaves(slopes), right, weights)
            check_adjoint(found["jvp"], oracle.leaves(slopes), right, flat, weights)


def gradients(found: Any, wrt: Sequence[str]) -> list[Any]:
    """Return gradients as a list: they are bare if there is one."""
    bare = len(wrt) == 1 and not isinstance(found, tuple)
    return [found] if bare else list(found)


def check_containers(slopes: list[Any], arguments: list[Any]) -> None:
    """Compare the containers of gradients with those of the arguments; they share no memory."""
    held: list[Any] = []

    def same(slope: Any, argument: Any) -> bool:
        if not isinstance(argument, (list, tuple)):
            return not isinstance(slope, (list, tuple))
        held.append(slope)
        pairs = type(slope) is type(argument) and len(slope) == len(argument)
        return pairs and all(map(same, slope, argument))

    if not all(map(same, slopes, arguments)) or len(slopes) != len(arguments):
        raise MismatchError("container", f"gradients {slopes}, arguments {arguments}")
    lists = [one for one in held if isinstance(one, list)]
    if len({id(one) for one in lists}) < len(lists):
        raise MismatchError("container", f"gradients share a list: {slopes}")


def check_second(
    made: dict[tuple[str, str, str], Function],
    at: dict[str, Any],
    right: oracle.Judgement,
    original: Outcome,
    dots: dict[str, Any],
) -> None:
    """Compare derivatives of derivatives with the oracle's."""
    places = {name: oracle.places(name, at[name]) for name in dots}
    flat = {name: oracle.leaves(dot) for name, dot in dots.items()}
    for (product, a, b), function in made.items():
        more = {"jvp": {f"{b}_dot": dots[b]}, "vjp": {"bar": dots[a]}}.get(product, {})
        quiet = replace(original, value=None)
        title = f"{product} of grad by {a}, {b}"
        found = check_call(title, outcome(function, at, **more), quiet)
        rows, columns = (a, b) if product != "vjp" else (b, a)
        weights = flat[columns] if more else [1.0]
        slopes = oracle.leaves(found[1] if more else found)
        for place, slope in zip(places[rows], slopes, strict=True):
            terms = [
                (weight, right.second[0][(place, other) if rows == a else (other, place)])
                for weight, other in zip(weights, places[columns])
            ]
            expected = sum(weight * d for weight, (d, _) in terms)
            size = sum(abs(weight) * s for weight, (_, s) in terms)
            if not close(slope, expected, size, TOLERANCE):
                wrong = f"{title} at {at}, {place}: {slope}, not {float(expected)} of {float(size)}"
                raise MismatchError("second", wrong)


def check_forward(found: Any, right: oracle.Judgement, dots: Sequence[float]) -> None:
    """Compare the tangents of the results."""
    leaves = oracle.leaves(found)
    for k, (tangent, slopes) in enumerate(zip(leaves, right.first, strict=True)):
        terms = list(zip(dots, slopes.values(), strict=True))
        expected = sum(d * dot for dot, (d, _) in terms)
        size = sum(a * abs(dot) for dot, (_, a) in terms)
        if not close(tangent, expected, size, TOLERANCE):
            raise MismatchError(
                "forward", f"result {k}: {tangent!r}, not {float(expected)} of {float(size)}"
            )


def check_reverse(found: Any, right: oracle.Judgement, bars: Sequence[float]) -> None:
    """Compare the gradients of the sum of bar * result."""
    inputs = right.first[0] if right.first else [None] * len(found)
    for name, adjoint in zip(inputs, found, strict=True):
        terms = [(bar, slopes[name]) for bar, slopes in zip(bars, right.first)]
        expected = sum(bar * d for bar, (d, _) in terms)
        size = sum(abs(bar) * a for bar, (_, a) in terms)
        if not close(adjoint, expected, size, TOLERANCE):
            raise MismatchError(
                "reverse", f"by {name}: {adjoint!r}, not {float(expected)} of {float(size)}"
            )


def check_adjoint(
    forward: Any,
    backward: Sequence[float],
    right: oracle.Judgement,
    dots: Sequence[float],
    bars: Sequence[float],
) -> None:
    """Compare forward with reverse: the bars times the tangents is the gradients times the dots."""
    left = sum(oracle.MP.mpf(bar) * tangent for bar, tangent in zip(bars, oracle.leaves(forward)))
    other = sum(oracle.MP.mpf(dot) * g for dot, g in zip(dots, backward, strict=True))
    size = sum(
        abs(bar * dot) * a
        for bar, slopes in zip(bars, right.first)
        for dot, (_, a) in zip(dots, slopes.values())
    )
    if not close(float(left), other, size, ADJOINT):
        raise MismatchError(
            "adjoint", f"forward {float(left)}, reverse {float(other)} of {float(size)}"
        )


# Programs --------------------------------------------------------------------------------------------


def judge(program: Program, way: Way) -> Tally:
    """Judge one program; it has at most one failure."""
    tally = Tally(Counter({"programs": 1}))
    try:
        with hurried(PATIENCE):
            tally.counts.update(fates(program, way))
    except LateError:
        tally.failures.append(Failure(program, way, "timeout", f"over {PATIENCE} s"))
    except MismatchError as error:
        tally.failures.append(Failure(program, way, *error.args))
    except Exception as error:
        import adjgen

        kind = "refused" if isinstance(error, adjgen.AdjgenError) else "crashed"
        trace = "" if kind == "refused" else "".join(traceback.format_exception(error)[-6:])
        tally.failures.append(Failure(program, way, kind, f"{error}\n{trace}"))
    for failure in tally.failures:
        tally.counts["refused" if failure.kind == "refused" else "mismatched"] += 1
    if program.lists and tally.counts["refused"]:  # rightly, or without need: the share is watched
        codes = [code for one in tally.failures for code in one.symptom()[1:2]]
        tally.failures.clear()
        tally.counts = Counter({"programs": 1, f"refused with lists: {codes[0]}": 1})
    return tally


def fates(program: Program, way: Way) -> list[str]:
    """Return what became of each point of a program."""
    with imported(program.text) as (module, path):
        made = products(module.f, path, program, way)
        found = [
            check_point(program.text, module.f, made, program, way, at) for at in program.points
        ]
    return [f"points {fate}" for fate in found]


def judge_seeds(seeds: Sequence[int]) -> Tally:
    """Judge the programs of some seeds."""
    tally = Tally()
    for program in map(random_programs.program, seeds):
        tally.add(judge(program, way_of(program)))
    return tally


def judge_all(
    seeds: Sequence[int], jobs: int, progress: Callable[[int, Tally], None] | None = None
) -> Tally:
    """Judge the programs of many seeds in processes."""
    chunks = [seeds[k : k + 50] for k in range(0, len(seeds), 50)]
    tally = Tally()
    for done in results(chunks, jobs):
        tally.add(done)
        if progress:
            progress(len(seeds), tally)
    return tally


def results(chunks: list[Sequence[int]], jobs: int) -> Iterable[Tally]:
    """Yield the tallies of chunks of seeds, in order."""
    if jobs <= 1 and len(chunks) <= RENEWED:
        yield from map(judge_seeds, chunks)
        return
    # Modules and parsed files that were read stay in memory: the children are renewed before they
    # add up, by hand: an executor with max_tasks_per_child may wait for ever (Python 3.11).
    for k in range(0, len(chunks), jobs * RENEWED):
        with ProcessPoolExecutor(jobs) as pool:
            yield from pool.map(judge_seeds, chunks[k : k + jobs * RENEWED])


def smallest(failure: Failure, seconds: float = 60.0) -> Failure:
    """Return a failure with the same symptom and a program that is as small as it gets."""
    found = failure
    with imported(failure.program.text) as (module, _):
        raised = [outcome(module.f, at).error for at in failure.program.points]
    broken = BROKEN - {type(error).__name__ for error in raised}

    def fails(text: str) -> bool:
        nonlocal found
        if not well_formed(text):
            return False
        program = replace(failure.program, text=text)
        with hurried(2.0) if failure.kind != "timeout" else contextlib.nullcontext():
            try:
                with imported(text) as (module, _):
                    values = [outcome(module.f, at) for at in program.points]
                oracle.load(text)
            except (LateError, Exception):
                return False
        if not all(plausible(one, program.shape, broken) for one in values):
            return False
        tally = judge(program, failure.way)
        if tally.failures and tally.failures[0].symptom() == failure.symptom():
            found = tally.failures[0]
            return True
        return False

    minimised(failure.program.text, fails, seconds)
    return found


def plausible(found: Outcome, shape: Any, broken: set[str]) -> bool:
    """Whether a call gave numbers in a shape, or an exception that programs may raise."""
    if found.error:
        return type(found.error).__name__ not in broken
    return has_shape(found.value, shape)


def has_shape(value: Any, shape: Any) -> bool:
    """Whether a value is a number, a list of a depth, or a tuple of a shape."""
    if shape is None:
        return isinstance(value, (int, float))
    if isinstance(shape, int):  # how deep a list is
        inner = shape - 1 or None
        return isinstance(value, list) and all(has_shape(part, inner) for part in value)
    pairs = isinstance(value, tuple) and len(value) == len(shape)
    return pairs and all(has_shape(part, inner) for part, inner in zip(value, shape))


def report(seeds: Sequence[int], jobs: int, shown: int = 5) -> int:
    """Judge many programs, print what became of them and the smallest failures; return an exit code."""
    start, told = time.monotonic(), []

    def progress(total: int, tally: Tally) -> None:
        seconds = time.monotonic() - start
        done = tally.counts["programs"]
        for failure in tally.failures[len(told) :]:
            told.append(failure)
            print(f"seed {failure.program.seed}: {failure.kind}", file=sys.stderr, flush=True)
        if sys.stderr.isatty() or done % 5000 == 0:
            bad = len(tally.failures)
            end = "\r" if sys.stderr.isatty() else "\n"
            print(
                f"{done}/{total}, {bad} failed, {seconds:.0f} s",
                end=end,
                file=sys.stderr,
                flush=True,
            )

    tally = judge_all(seeds, jobs, progress)
    print(summary(tally, shown))
    print(f"{time.monotonic() - start:.0f} s")
    return 1 if tally.failures else 0


def summary(tally: Tally, shown: int = 5) -> str:
    """Return the counts and, minimised, the first failures of each kind."""
    chosen: dict[str, list[Failure]] = {}
    for failure in tally.failures:
        chosen.setdefault(failure.kind, []).append(failure)
    lines = [str(tally)]
    lines += [
        f"{kind}: seeds {[f.program.seed for f in failures][:40]}"
        for kind, failures in chosen.items()
    ]
    for failures in chosen.values():
        for failure in failures[:shown]:
            lines += ["-" * 80, str(smallest(failure))]
    return "\n".join(lines)
