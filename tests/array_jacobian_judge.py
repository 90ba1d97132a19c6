"""Judges Jacobians and Hessians of random array programs: their entries against jvp, hvp against jvp of grad.

`python tests/array_jacobian_judge.py 0 1000` judges the programs of these seeds.
"""

import itertools
import math
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import array_judge
import array_programs
import numpy as np
from array_programs import Program
from judge import LateError, MismatchError, hurried, imported

import adjgen
from adjgen.trial.matrices import terms
from adjgen.trial.structure import dot_terms

NEAR = 1e-9  # relative to the terms


def compare(what: str, left: Any, right: Any) -> str:
    """Compare two sums of terms; return what came of it."""
    a, b = math.fsum(left), math.fsum(right)
    if not (math.isfinite(a) and math.isfinite(b)):
        return f"{what} not finite"
    size = sum(map(abs, left)) + sum(map(abs, right))
    if abs(a - b) > NEAR * size + 1e-200:
        raise MismatchError(what, f"{a} by tangents, {b} by entries, of {size}")
    return f"{what} compared"


def fates(program: Program) -> Iterator[str]:
    """Yield what became of each point."""
    with imported(program.text) as (module, _):
        f, options = module.f, {"target": "numpy", "wrt": tuple(program.wrt)}
        try:
            along = adjgen.jvp(f, **options)
        except adjgen.AdjgenError:
            yield "refused"
            return
        jacobian = adjgen.value_and_jacobian(f, **options)
        curved = {}
        if program.shape == ():
            try:
                slope = adjgen.jvp(adjgen.grad(f, **options), **options)
                curved = {"hvp": adjgen.hvp(f, **options), "hessian": adjgen.hessian(f, **options)}
            except adjgen.AdjgenError as error:
                yield f"second derivatives refused: {error.diagnostics[0].code}"
        for at in program.points:
            value, error = array_judge.called(f, array_judge.given(at))
            if error is not None:
                yield "raises"
                continue
            draw = np.random.default_rng(program.seed)
            dots = {name: array_judge.drawn(draw, at[name]) for name in program.wrt}
            more = {f"{name}_dot": dot for name, dot in dots.items()}
            bars = array_judge.like(value, lambda leaf: array_judge.drawn(draw, leaf))  # noqa: B023
            try:
                _, tangent = along(*array_judge.given(at), **more)
            except TypeError as error:
                yield f"refused when run: {error}"[:40]
                continue
            same_value, entries = jacobian(*array_judge.given(at))
            if not array_judge.near(same_value, value):
                raise MismatchError("value", f"{same_value!r}, not {value!r}")
            yield compare("jacobian", dot_terms(bars, tangent), terms(entries, bars, dots, False))
            if curved:
                _, right = slope(*array_judge.given(at), **more)
                found = curved["hvp"](*array_judge.given(at), **more)
                weights = tuple(array_judge.drawn(draw, at[name]) for name in program.wrt)
                yield compare("hvp", dot_terms(weights, right), dot_terms(weights, found))
                matrix = curved["hessian"](*array_judge.given(at))
                yield compare(
                    "hessian", dot_terms(weights, found), terms(matrix, weights, dots, False)
                )


def tally(seeds: Iterable[int]) -> Counter[str]:
    """Return how many points had which fate; the first failure is raised."""
    found: Counter[str] = Counter()
    for program in map(array_programs.program, seeds):
        try:
            with hurried(300.0), np.errstate(all="ignore"):
                found.update(fates(program))
        except LateError:  # a busy machine: how many may be late, the test says
            found["late"] += 1
        except Exception as error:
            raise AssertionError(f"seed {program.seed}:\n{program.text}") from error
    return found


def main() -> None:
    """Judge the programs of the seeds that the command line gives."""
    found: Counter[str] = Counter()
    for seed in range(*itertools.islice(map(int, sys.argv[1:]), 2)):
        try:
            found.update(tally([seed]))
        except AssertionError as error:
            found["bad"] += 1
            last = "".join(traceback.format_exception(error.__cause__)[-2:])
            print(f"seed {seed}: {last[-600:]}", flush=True)
    print(dict(sorted(found.items())))


if __name__ == "__main__":
    main()
