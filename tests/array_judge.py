"""Judges adjgen on random array programs: value, arguments, forward against reverse, and both against tracers.

HIPS autograd judges gradients where nothing is stored; everywhere differences of the SOURCE in long double,
run with a numpy whose new arrays are long doubles, judge the derivative along a direction.
"""

import builtins
import copy
import re
import sys
import time
import traceback
import types
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import array_programs
import numpy as np
from array_programs import Program
from judge import LateError, MismatchError, Tally, hurried, imported
from reduce import minimised, well_formed

ADJOINT = 1e-10  # of forward to reverse, relative to the terms
RANK = "; annotate it if it has others"
TOLERANCE = 1e-8  # to autograd, to differences
PATIENCE = 60.0
RENEWED = 20
LONG = np.longdouble
Function = Callable[..., Any]


@dataclass(frozen=True)
class Way:
    """A way through adjgen: the live function or a generated module, style, exactness, second order."""

    generated: bool = False
    style: str = "named"
    exact: bool = True
    second: bool = False
    one: bool = False


def way_of(program: Program) -> Way:
    """Return the way that a program goes, which its seed decides."""
    seed = program.seed
    return Way(
        generated=seed % 6 == 5,
        style="ssa" if seed % 4 == 3 else "named",
        exact=seed % 8 != 4,
        second=seed % 8 == 2,
        one=seed % 5 == 1,
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
        marks = {"crashed": r"^\w+(?=:)", "exception": r"^\w+ \('\w+'"}
        pattern = re.compile(marks.get(self.kind, r"(?!)"), re.MULTILINE)
        return (self.kind, *pattern.findall(self.detail)[:2])

    def __str__(self) -> str:
        head = f"seed {self.program.seed}: {self.kind}: {self.detail}\n{self.way}"
        return f"{head}\n{self.program.text}"


# Numbers ---------------------------------------------------------------------------------------------


def leaves(value: Any) -> list[Any]:
    """Return the numbers and arrays of nested tuples."""
    if isinstance(value, (tuple, list)):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


def like(value: Any, make: Callable[[Any], Any]) -> Any:
    """Return a value in the tuples of another one."""
    if isinstance(value, (tuple, list)):
        return tuple(like(part, make) for part in value)
    return make(value)


def drawn(draw: np.random.Generator, like: Any) -> Any:
    """Return random numbers away from zero in the shape of a value: a float for a number."""
    shape = np.shape(like)
    numbers = draw.choice([-1.0, 1.0], shape) * draw.uniform(0.5, 2.0, shape)
    return numbers if isinstance(like, np.ndarray) else float(numbers)


def inner(left: Iterable[Any], right: Iterable[Any]) -> tuple[float, float]:
    """Return the sum of the products, and that of their sizes."""
    products = [np.asarray(a, LONG) * np.asarray(b, LONG) for a, b in zip(left, right, strict=True)]
    return sum(np.sum(p) for p in products), sum(np.sum(np.abs(p)) for p in products)


def same_bits(a: Any, b: Any) -> bool:
    """Whether two values are the same: containers, kinds, shapes, and every bit."""
    if isinstance(a, (tuple, list)) or isinstance(b, (tuple, list)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same_bits, a, b))
    one, other = np.asarray(a), np.asarray(b)
    kinds = isinstance(a, np.ndarray) == isinstance(b, np.ndarray) and one.dtype == other.dtype
    return kinds and one.shape == other.shape and one.tobytes() == other.tobytes()


def near(a: Any, b: Any) -> bool:
    """Whether two values are the same but for what `x * x` for `x**2` makes of them."""
    pairs = list(zip(leaves(a), leaves(b)))
    return len(leaves(a)) == len(leaves(b)) and all(
        np.shape(x) == np.shape(y) and np.allclose(x, y, rtol=1e-9, atol=1e-9) for x, y in pairs
    )


# The source with other numbers ------------------------------------------------------------------------


def long_doubles() -> types.ModuleType:
    """Return a numpy whose new arrays are long doubles."""
    module = types.ModuleType("numpy")
    vars(module).update({name: getattr(np, name) for name in dir(np) if not name.startswith("__")})

    def widened(name: str) -> Function:
        make = getattr(np, name)

        def function(*args: Any, **options: Any) -> Any:
            made = make(*args, **options)
            return made.astype(LONG) if made.dtype == np.float64 else made

        return function

    for name in ("zeros", "ones", "empty", "full", "array", "eye"):
        setattr(module, name, widened(name))
    return module


LONG_NUMPY = long_doubles()


def loaded(text: str, numpy: Any) -> Function:
    """Return f of a program that is run with another module for numpy."""

    def importing(name: str, *rest: Any) -> Any:
        return numpy if name == "numpy" else builtins.__import__(name, *rest)

    names = vars(builtins) | {"__import__": importing}
    if numpy is LONG_NUMPY:
        names["float"] = LONG
    space: dict[str, Any] = {"__builtins__": names, "__name__": "program"}
    exec(compile(text, "<tracer>", "exec"), space)
    return space["f"]


def slope(f: Function, at: Sequence[Any], dots: Sequence[Any], bars: Any) -> list[Any]:
    """Return the sum of bars * derivative of f along dots, by extrapolated differences of two steps."""

    def shifted(h: Any) -> Any:
        moved = [np.asarray(x, LONG) + h * np.asarray(d, LONG) for x, d in zip(at, dots)]
        value = f(*[m if isinstance(x, np.ndarray) else m[()] for m, x in zip(moved, at)])
        return inner(leaves(bars), leaves(value))[0]

    def central(h: Any) -> Any:
        return (shifted(h) - shifted(-h)) / (2 * h)

    found = []
    for h in (LONG("1e-5"), LONG("3e-6")):
        found.append((4 * central(h / 2) - central(h)) / 3)
    return found


def traced(text: str, at: Sequence[Any], bars: Any) -> list[Any] | None:
    """Return the gradients of the sum of bars * f by autograd; None where it cannot follow."""
    import autograd
    import autograd.numpy

    if "np.full" in text:  # of which autograd has no rule
        return None

    def weighted(*args: Any) -> Any:
        value = loaded(text, autograd.numpy)(*args)
        pairs = zip(leaves(bars), leaves(value), strict=True)
        return sum(autograd.numpy.sum(bar * leaf) for bar, leaf in pairs)

    try:
        return list(autograd.grad(weighted, tuple(range(len(at))))(*copy.deepcopy(at)))
    except Exception:
        return None


# One program -------------------------------------------------------------------------------------------


def products(module: Any, path: Path, program: Program, way: Way) -> dict[str, Function]:
    """Return what adjgen makes of a program, by the API or by a generated module."""
    import adjgen

    options: dict[str, Any] = {"target": "numpy", "exact": way.exact, "style": way.style}
    if way.one:
        options["wrt"] = program.wrt[:1]
    names = ["jvp", "vjp"] + ["value_and_grad"] * (program.shape == ())
    if way.generated:
        generated = adjgen.generate(f"{path}::f", **options)
        found: dict[str, Any] = {"__name__": "generated"}
        exec(compile(generated.source, "<generated>", "exec"), found)
        return {"": found["f"]} | {name: found[f"f_{name}"] for name in names}
    made = {name: getattr(adjgen, name)(module.f, **options) for name in names}
    if way.second and program.shape == ():
        try:
            gradient = adjgen.grad(
                module.f, wrt=program.wrt[:1], **{k: v for k, v in options.items() if k != "wrt"}
            )
            made["second"] = adjgen.jvp(gradient, wrt=program.wrt, target="numpy")
        except adjgen.AdjgenError:
            pass
    return made


def given(at: dict[str, Any]) -> list[Any]:
    """Return arguments of their own, in the memory layout of the given ones."""
    return [arranged(value) for value in at.values()]


def arranged(value: Any) -> Any:
    """Return a copy with the memory layout of an array."""
    if not isinstance(value, np.ndarray):
        return value
    backwards = value.ndim and value.strides[0] < 0
    return value[::-1].copy(order="K")[::-1] if backwards else value.copy(order="K")


def check_point(
    program: Program, way: Way, f: Function, made: dict[str, Function], at: dict[str, Any]
) -> str:
    """Compare everything at one point; return what came of it."""
    arguments = given(at)
    value, error = called(f, arguments)
    if error is None and not all(np.all(np.isfinite(leaf)) for leaf in leaves(value)):
        return "skipped: value not finite"
    draw = np.random.default_rng(program.seed)
    wrt = program.wrt[:1] if way.one else program.wrt
    dots = {name: drawn(draw, at[name]) for name in wrt}
    bars = like(value, lambda leaf: drawn(draw, leaf)) if error is None else 1.0
    more = {"jvp": {f"{n}_dot": d for n, d in dots.items()}, "vjp": {"bar": bars}}
    found = {}
    for name, function in made.items():
        if name == "second":
            continue
        mine, options = given(at), copy.deepcopy(more.get(name, {}))
        if error is not None and name == "vjp":
            continue
        result, raised = called(function, mine, **options)
        if raised is not None and RANK in str(raised):
            return "refused when run: the items of a parameter tell another number of dimensions"
        if says(raised) != says(error):
            trace = "".join(traceback.format_exception(raised or error)[-3:])
            raise MismatchError("exception", f"{name} {says(raised)}, f {says(error)}\n{trace}")
        if error is not None:
            continue
        check_unchanged(name, options, more.get(name, {}))
        if not same_bits(mine, arguments):
            raise MismatchError("argument", f"{name} left {mine}, f {arguments}")
        given_value = result if name == "" else result[0]
        loose = not way.exact or lies_otherwise(program, at)
        if not (same_bits(given_value, value) or (loose and near(given_value, value))):
            raise MismatchError("value", f"{name} gave {given_value!r}, not {value!r}")
        if name:
            found[name] = result[1]
            check_memory(name, given_value, result[1], mine, options)
    if error is not None:
        return "raised alike"
    return check_derivatives(program, at, dots, bars, found, made.get("second"))


def lies_otherwise(program: Program, at: dict[str, Any]) -> bool:
    """Whether products of arrays that lie backwards in memory are computed: of copies they are rounded otherwise."""
    backwards = any(min(np.asarray(x).strides, default=0) < 0 for x in at.values())
    backwards = backwards or "::-1" in program.text or "flip" in program.text
    return backwards and any(word in program.text for word in (" @ ", "dot(", "matmul(", "inner("))


def check_unchanged(name: str, options: dict[str, Any], before: dict[str, Any]) -> None:
    """Fail if a tangent or an adjoint that was given has changed."""
    if not all(same_bits(one, other) for one, other in zip(options.values(), before.values())):
        raise MismatchError("seed", f"{name} changed what it was given: {options}")


def called(f: Function, arguments: list[Any], **options: Any) -> tuple[Any, Exception | None]:
    """Call a function; return its value, or its exception."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return f(*arguments, **options), None
    except Exception as error:
        return None, error


def says(error: Exception | None) -> tuple[str, str] | None:
    """Return type and message of an exception."""
    return (type(error).__name__, str(error)) if error else None


def check_memory(
    name: str, value: Any, slopes: Any, arguments: list[Any], options: dict[str, Any]
) -> None:
    """Fail if what a derivative function returns shares memory with anything else, or with itself."""
    own = [leaf for leaf in leaves(slopes) if isinstance(leaf, np.ndarray)]
    others = [*leaves(value), *arguments, *leaves(list(options.values()))]
    for k, one in enumerate(own):
        if (
            one.ndim
            and not one.flags.writeable
            or 0 in [s for s, n in zip(one.strides, one.shape) if n > 1]
        ):
            raise MismatchError("memory", f"{name}: result {k} cannot be stored into")
        for other in [*own[:k], *[o for o in others if isinstance(o, np.ndarray)]]:
            if np.may_share_memory(one, other) and np.shares_memory(one, other):
                raise MismatchError("memory", f"{name}: result {k} shares memory")


def check_derivatives(
    program: Program, at: dict[str, Any], dots: dict[str, Any], bars: Any, found: dict[str, Any],
    second: Function | None,
) -> str:  # fmt: skip
    """Compare tangents and gradients with each other and with tracers."""
    gradients = {
        name: gradient_list(found[name], dots, at)
        for name in ("vjp", "value_and_grad")
        if name in found
    }
    forward, forward_size = inner(leaves(bars), leaves(found["jvp"]))
    backward, size = inner(dots.values(), gradients["vjp"])
    size = max(size, forward_size, 1e-3)
    finite = all(np.all(np.isfinite(g)) for g in [*gradients["vjp"], *leaves(found["jvp"])])
    directions = [dots.get(name, np.zeros(np.shape(x))) for name, x in at.items()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wide = loaded(program.text, LONG_NUMPY)
        first, closer = slope(wide, given(at), directions, bars)
        kink = not abs(first - closer) <= 1e-9 * (size if finite else max(1.0, abs(closer)))
        if not finite:
            return "skipped: derivative not finite" if kink else not_finite(gradients)
        if not abs(forward - backward) <= ADJOINT * size:
            raise MismatchError("adjoint", f"forward {forward}, reverse {backward} of {size}")
        if not kink and not abs(backward - closer) <= TOLERANCE * size:
            raise MismatchError("derivative", f"reverse {backward}, differences {closer} of {size}")
        if "value_and_grad" in gradients:
            pairs = zip(gradients["value_and_grad"], gradients["vjp"])
            if not all(np.allclose(a * bars, b, rtol=1e-9, atol=1e-9 * size) for a, b in pairs):
                raise MismatchError("gradient", f"{gradients}")
        seen = traced(program.text, given(at), bars) if program.pure else None
        if seen is not None and not agree(dict(zip(at, seen)), dots, gradients["vjp"], float(size)):
            check_elements(wide, at, bars, dict(zip(dots, gradients["vjp"])), float(size))
            return "compared, autograd is wrong"
        if second is not None and not kink:
            check_second(program, at, second)
    fate = "compared" if not kink else "compared forward with reverse"
    return fate + (", autograd too" if seen is not None else "")


def not_finite(gradients: dict[str, Any]) -> str:
    """Fail: the function is smooth and the derivative is not finite."""
    raise MismatchError("not finite", f"{gradients}")


def gradient_list(found: Any, dots: dict[str, Any], at: dict[str, Any]) -> list[Any]:
    """Return gradients as a list; they have the shapes of their arguments."""
    bare = len(dots) == 1 and not isinstance(found, tuple)
    slopes = [found] if bare else list(found)
    for name, slope_ in zip(dots, slopes, strict=True):
        if np.shape(slope_) != np.shape(at[name]):
            shapes = f"{np.shape(slope_)}, {name} has {np.shape(at[name])}"
            raise MismatchError("shape", f"the gradient by {name} has the shape {shapes}")
    return slopes


def agree(seen: dict[str, Any], dots: dict[str, Any], mine: list[Any], size: float) -> bool:
    """Whether gradients are autograd's, where those are finite."""
    for name, own in zip(dots, mine):
        largest = max(size, float(np.max(np.abs(seen[name]), initial=0.0)))
        if np.all(np.isfinite(seen[name])) and not (
            np.shape(own) == np.shape(seen[name])
            and np.allclose(own, seen[name], rtol=0.0, atol=TOLERANCE * largest)
        ):
            return False
    return True


def check_elements(
    wide: Function, at: dict[str, Any], bars: Any, mine: dict[str, Any], size: float
) -> None:
    """Compare gradients with differences, element by element: what autograd says otherwise is not right
    (it does not sum what np.where has broadcast)."""
    for name, own in mine.items():
        for place in np.ndindex(np.shape(at[name])):
            unit = np.zeros(np.shape(at[name]))
            unit[place] = 1.0
            directions = [unit if key == name else np.zeros(np.shape(x)) for key, x in at.items()]
            first, closer = slope(wide, given(at), directions, bars)
            found = np.asarray(own)[place]
            if (
                not abs(first - closer) <= 1e-9 * size
                or not abs(found - closer) <= TOLERANCE * size
            ):
                text = f"by {name}{list(place)}: {found}, differences {closer}, autograd otherwise"
                raise MismatchError("autograd", text)


def check_second(program: Program, at: dict[str, Any], second: Function) -> None:
    """Compare the derivative of the gradient by the first parameter along a direction with differences."""
    draw = np.random.default_rng(program.seed + 1)
    dots = {name: drawn(draw, x) for name, x in at.items()}
    weights = drawn(draw, next(iter(at.values())))
    found, raised = called(second, given(at), **{f"{n}_dot": d for n, d in dots.items()})
    if raised is not None:
        trace = "".join(traceback.format_exception(raised)[-3:])
        raise MismatchError("exception", f"second {says(raised)}\n{trace}")
    mine, size = inner([weights], leaves(found[1]))
    f = loaded(program.text, LONG_NUMPY)
    name = next(iter(at))

    def mixed(step: Any) -> Any:
        def value(i: int, j: int) -> Any:
            moved = [
                np.asarray(x, LONG) + i * step * np.asarray(dots[n], LONG) for n, x in at.items()
            ]
            moved[0] = moved[0] + j * step * np.asarray(weights, LONG)
            return f(
                *[m if isinstance(x, np.ndarray) else m[()] for m, x in zip(moved, at.values())]
            )

        return (value(1, 1) - value(1, -1) - value(-1, 1) + value(-1, -1)) / (4 * step * step)

    found_right = []
    for h in (LONG("1e-4"), LONG("5e-5")):
        found_right.append((4 * mixed(h / 2) - mixed(h)) / 3)
    size = max(size, 1.0)
    if abs(found_right[0] - found_right[1]) > 1e-7 * size:
        return
    if not abs(mine - found_right[1]) <= 1e-6 * size:
        raise MismatchError("second", f"by {name}: {mine}, differences {found_right[1]} of {size}")


# Programs ----------------------------------------------------------------------------------------------


def judge(program: Program, way: Way) -> Tally:
    """Judge one program; it has at most one failure."""
    import adjgen

    tally = Tally(Counter({"programs": 1}))
    try:
        with hurried(PATIENCE), imported(program.text) as (module, path):
            try:
                made = products(module, path, program, way)
            except adjgen.AdjgenError as error:
                tally.counts[f"refused {reason(error)}"] += 1
                return tally
            for at in program.points:
                tally.counts[f"points {check_point(program, way, module.f, made, at)}"] += 1
    except LateError:
        tally.failures.append(Failure(program, way, "timeout", f"over {PATIENCE} s"))
    except MismatchError as error:
        tally.failures.append(Failure(program, way, *error.args))
    except Exception as error:
        trace = "".join(traceback.format_exception(error)[-6:])
        tally.failures.append(Failure(program, way, "crashed", f"{error}\n{trace}"))
    tally.counts["mismatched"] += len(tally.failures)
    return tally


def reason(error: Any) -> str:
    """Return code and reason of a refusal without the names in it."""
    first = str(error).splitlines()[0]
    found = re.search(r"(ADJ\d+) (.*)", first) or re.search(r"()(.*)", first)
    assert found
    text = re.sub(r" \(program.py, line \d+\)", "", f"{found[1]} {found[2]}")
    return text if "call of" in text else re.sub(r"`[^`]*`", "`...`", text)


def judge_seeds(seeds: Sequence[int]) -> Tally:
    """Judge the programs of some seeds."""
    tally = Tally()
    for program in map(array_programs.program, seeds):
        tally.add(judge(program, way_of(program)))
    return tally


def results(seeds: Sequence[int], jobs: int) -> Iterator[Tally]:
    """Yield the tallies of chunks of seeds, in order; processes are renewed by hand now and then."""
    chunks = [seeds[k : k + 50] for k in range(0, len(seeds), 50)]
    if jobs <= 1:
        yield from map(judge_seeds, chunks)
        return
    for k in range(0, len(chunks), jobs * RENEWED):
        with ProcessPoolExecutor(jobs) as pool:
            yield from pool.map(judge_seeds, chunks[k : k + jobs * RENEWED])


def judge_all(seeds: Sequence[int], jobs: int, every: int = 0) -> Tally:
    """Judge the programs of many seeds in processes."""
    tally, start = Tally(), time.monotonic()
    for done in results(seeds, jobs):
        tally.add(done)
        count = tally.counts["programs"]
        if every and count % every == 0:
            seconds = time.monotonic() - start
            line = f"{count}/{len(seeds)}, {len(tally.failures)} failed, {seconds:.0f} s"
            print(line, file=sys.stderr, flush=True)
    return tally


def smallest(failure: Any, seconds: float = 40.0) -> Any:
    """Return a failure with the same symptom and a program that is as small as it gets."""
    found = failure

    def fails(text: str) -> bool:
        nonlocal found
        if not well_formed(text):
            return False
        program = replace(failure.program, text=text)
        try:
            with hurried(3.0), imported(text) as (module, _), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for at in program.points:
                    value = module.f(*given(at))
                    if isinstance(program.shape, tuple) and not isinstance(
                        value, (float, np.ndarray)
                    ):
                        return False
                    if not all(isinstance(v, (float, np.ndarray)) for v in leaves(value)):
                        return False
                    if (program.shape == ()) != (isinstance(value, float)):
                        return False
        except (LateError, Exception):
            return False
        tally = judge(program, failure.way)
        if tally.failures and tally.failures[0].symptom() == failure.symptom():
            found = tally.failures[0]
            return True
        return False

    minimised(failure.program.text, fails, seconds)
    return found


def summary(tally: Tally, shown: int = 3) -> str:
    """Return the counts and, minimised, the first failures of each kind."""
    chosen: dict[Any, list[Any]] = {}
    for failure in tally.failures:
        chosen.setdefault(failure.symptom(), []).append(failure)
    lines = [f"{count:6} {name}" for name, count in sorted(tally.counts.items())]
    lines += [
        f"{kind}: seeds {[f.program.seed for f in some][:40]}" for kind, some in chosen.items()
    ]
    for some in chosen.values():
        for failure in some[:shown]:
            lines += ["-" * 80, str(smallest(failure))]
    return "\n".join(lines)


def report(seeds: Sequence[int], jobs: int, shown: int = 3) -> int:
    """Judge many programs, print what became of them and the smallest failures; return an exit code."""
    start = time.monotonic()
    tally = judge_all(seeds, jobs, 1000)
    print(summary(tally, shown))
    print(f"{time.monotonic() - start:.0f} s")
    return 1 if tally.failures else 0
