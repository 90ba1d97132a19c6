"""Judges Jacobians and Hessians of random programs, by each strategy, with the oracle of the other products.

`python tests/jacobian_judge.py 0 1000` judges the programs of these seeds.
"""

import itertools
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import judge
import oracle
import random_programs
from judge import TOLERANCE, MismatchError, close
from random_programs import Program

import adjgen
from adjgen.diff import jacobian as written

Function = Callable[..., Any]
STRATEGIES = ("forward", "reverse", "")  # "": the cheapest


@contextmanager
def only(strategy: str) -> Iterator[None]:
    """Have Jacobians written by one strategy."""
    usual = written.order
    if strategy:
        written.order = lambda n, m: [strategy]
    try:
        yield
    finally:
        written.order = usual


def made(f: Function, program: Program, strategy: str) -> dict[str, Function]:
    """Return the functions of a program, those that the strategy applies to."""
    kinds = ["value_and_jacobian", "jacobian"][program.seed // 3 % 2 :][:1]
    kinds += ["hessian", "hvp"] if program.shape is None else []
    style = "ssa" if program.seed % 4 == 3 else "named"
    found = {}
    for kind in kinds:
        try:
            with only(strategy):
                found[kind] = getattr(adjgen, kind)(f, wrt=program.wrt, style=style, exact=True)
        except ValueError:  # no candidate: lists as inputs, calls
            assert strategy == "forward"
    return found


def check_jacobian(found: Any, right: oracle.Judgement) -> None:
    """Compare the entries, row by row."""
    entries = iter(oracle.leaves(found))
    for k, slopes in enumerate(right.first):
        for name, (expected, size) in slopes.items():
            entry = next(entries)
            if not close(entry, expected, size, TOLERANCE):
                raise MismatchError("entry", f"{k}, {name}: {entry!r}, not {float(expected)}")
    if [*entries]:
        raise MismatchError("entry", f"more entries than {len(right.first)} rows have")


def check_memory(found: Any) -> None:
    """Raise if two places hold the same list."""
    lists, pending = [], [found]
    while pending:
        one = pending.pop()
        if isinstance(one, (list, tuple)):
            lists += [one] if isinstance(one, list) else []
            pending += one
    if len({id(one) for one in lists}) < len(lists):
        raise MismatchError("memory", f"a list is there twice: {found}")


def check_hessian(found: Any, right: oracle.Judgement, names: Sequence[str]) -> None:
    """Compare the entries of a Hessian."""
    pairs = itertools.product(names, repeat=2)
    for pair, entry in zip(pairs, oracle.leaves(found), strict=True):
        expected, size = right.second[0][pair]
        if not close(entry, expected, size, TOLERANCE):
            raise MismatchError("second", f"{pair}: {entry!r}, not {float(expected)}")


def check_product(
    found: Any, right: oracle.Judgement, names: Sequence[str], dots: Sequence[float]
) -> None:
    """Compare a Hessian times a vector."""
    for name, entry in zip(names, oracle.leaves(found), strict=True):
        terms = [(dot, *right.second[0][name, other]) for other, dot in zip(names, dots)]
        expected, size = sum(t * d for t, d, _ in terms), sum(abs(t) * s for t, _, s in terms)
        if not close(entry, expected, size, TOLERANCE):
            raise MismatchError("product", f"{name}: {entry!r}, not {float(expected)}")


def check_point(
    program: Program, f: Function, functions: Mapping[str, Function], at: dict[str, Any]
) -> str:
    """Compare everything at one point; return what came of it."""
    original = judge.outcome(f, at)
    if not original.error and not all(map(judge.is_finite, oracle.leaves(original.value))):
        return "skipped: value not finite"
    numbers = itertools.cycle([1.5, -0.75, 1.25, 2.0])
    dots = {f"{name}_dot": oracle.like(at[name], numbers) for name in program.wrt}
    found = {}
    for kind, function in functions.items():
        given = judge.outcome(function, at, **(dots if kind == "hvp" else {}))
        found[kind] = judge.check_call(kind, given, original)
    if original.error:
        return "raised alike"
    for kind, given in found.items():
        check_memory(given[1] if kind == "value_and_jacobian" else given)
    second = "hvp" in functions
    try:
        right = oracle.differentiate(program.text, "f", at, program.wrt, order=2 if second else 1)
    except oracle.NotJudged as reason:
        return f"skipped: {reason}"
    names = [place for name in program.wrt for place in oracle.places(name, at[name])]
    if "value_and_jacobian" in found:
        value, found["jacobian"] = found["value_and_jacobian"]
        judge.check_value(value, original.value, True)
    if "jacobian" in found:
        check_jacobian(found["jacobian"], right)
    if not second or right.ties:
        return "compared"
    if "hessian" in found:
        check_hessian(found["hessian"], right, names)
    check_product(found["hvp"], right, names, oracle.leaves(list(dots.values())))
    return "compared, second order too"


def fates(program: Program) -> Iterator[str]:
    """Yield what became of each point, for each strategy."""
    with judge.imported(program.text) as (module, _):
        for strategy in STRATEGIES:
            try:
                functions = made(module.f, program, strategy)
            except adjgen.AdjgenError as error:
                yield f"refused: {error.diagnostics[0].code}"
                continue
            for at in program.points:
                yield f"{strategy or 'cheapest'} {check_point(program, module.f, functions, at)}"


def tally(seeds: Iterable[int]) -> Counter[str]:
    """Return how many points had which fate; the first failure is raised."""
    found: Counter[str] = Counter()
    for program in map(random_programs.program, seeds):
        try:
            with judge.hurried(judge.PATIENCE):
                found.update(fates(program))
        except (judge.LateError, Exception) as error:
            raise AssertionError(f"seed {program.seed}:\n{program.text}") from error
    return found


def main() -> None:
    """Judge the programs of the seeds that the command line gives."""
    bad = 0
    found: Counter[str] = Counter()
    for seed in range(*map(int, sys.argv[1:3])):
        try:
            found.update(tally([seed]))
        except AssertionError as error:
            bad += 1
            print(
                f"seed {seed}: {type(error.__cause__).__name__}: {str(error.__cause__)[:300]}",
                flush=True,
            )
    print(bad, "bad;", dict(sorted(found.items())))


if __name__ == "__main__":
    main()
