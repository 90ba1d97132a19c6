"""`adjgen ops`: the operations of generated code beside those of what SymPy makes of the same function."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import click

from adjgen.commands import options
from adjgen.commands.jobs import results
from adjgen.commands.produce import Job, Outcome, definitions, produce
from adjgen.commands.report import note, table
from adjgen.commands.sources import read, sources
from adjgen.diagnostics import AdjgenError

LADDER = {
    "naive_sympy": "SymPy diff, as written",
    "sympy_cse": "SymPy with cse",
    "sympy_cse_basic": "SymPy with cse, basic optimisations",
}
PRODUCTS = {
    "value": "value",
    "jvp": "value and tangent (jvp)",
    "vjp": "value and adjoint (vjp)",
    "value_and_grad": "value and gradient",
    "jacobian": "Jacobian",
    "value_and_jacobian": "value and Jacobian",
    "hessian": "Hessian",
    "hvp": "Hessian times vector (hvp)",
}


Ladders = Mapping[str, Mapping[str, Any]]  # the counts of SymPy by function


@click.command(short_help="Count operations, beside those of SymPy.")
@click.argument("source", nargs=-1, required=True)
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True
)
@options.generation
@click.option(
    "--sympy/--no-sympy", "sympy", default=True, help="Compare with SymPy. [default: sympy]"
)
@click.option("--time-limit", "limit", default=20.0, show_default=True, help="Seconds for SymPy.")
@options.JOBS
def ops(source: tuple[str, ...], form: str, sympy: bool, limit: float, **given: Any) -> None:
    """Count the operations of generated code, and of SymPy's derivatives of the same function.

    Counted is what the generated code executes: each statement once, a loop body times its trip
    count. + - * / % // and each elementary call are one operation, comparisons and indexing none. SymPy
    runs in a process with a time limit, and only on functions that are one expression.

    \b
    Examples:
      adjgen ops samples/lecture.py::f
      adjgen ops samples/ --format json --no-sympy
    """
    from adjgen.commands.generate import code_of, show

    jobs = [options.job(one, given) for one in sources(source)]
    report: dict[str, Any] = {}
    code = 0
    work = partial(counted, limit if sympy else None)
    for outcome, found in results(work, jobs, given["jobs"], "counting"):
        show([outcome])
        code = max(code, code_of(outcome))
        if not outcome.text:
            continue
        report.update(entries(outcome, found))
        if form == "table":
            click.echo(counts(outcome, found))
    if form == "json":
        click.echo(json.dumps(report, indent=2))
    elif not report:
        note("nothing to count")
    raise click.exceptions.Exit(code)


def counted(limit: float | None, job: Job) -> tuple[Outcome, Ladders]:
    """Generate from a file, count all strategies and, within a time limit, ask SymPy about each function."""
    outcome = produce(job)
    if not outcome.text:
        return outcome, {}
    from adjgen.count import ladder

    found, _ = definitions(job, read(job.source))
    done = {qualname for _, qualname in outcome.bases}
    wrt = job.options["wrt"]
    ladders: dict[str, dict[str, Any]] = {}
    for definition in found:
        if definition.qualname in done:
            ladders[definition.qualname] = {"strategies": by_strategy(definition, job)}
            if limit is not None:
                ladders[definition.qualname] |= ladder(definition, limit, wrt)
    return outcome, ladders


def by_strategy(definition: Any, job: Job) -> dict[str, Any]:
    """Return the operations of value and derivatives by each strategy that applies."""
    from adjgen.diff.signature import wrt_names
    from adjgen.numbers_or_arrays import fitting_primal
    from adjgen.pipeline import Options, deep_recursion
    from adjgen.strategies import counts

    options = Options(**job.options, define=tuple(sorted(job.define.items())))
    try:
        with deep_recursion():
            module = fitting_primal(definition, options)
            return counts(module, wrt_names(module, options.wrt), options)
    except AdjgenError:
        return {}  # lists of lists have no Jacobian


def entries(outcome: Outcome, found: Ladders) -> dict[str, Any]:
    """Return the JSON entries of a file, by <path>::<function>."""
    return {
        f"{outcome.job.source.path}::{qualname}": {
            **outcome.ops[qualname],
            **found.get(qualname, {}),
        }
        for _, qualname in outcome.bases
    }


def counts(outcome: Outcome, found: Ladders | None = None) -> str:
    """Return a table for each function of a file."""
    parts = []
    for _, qualname in outcome.bases:
        rungs = (found or {}).get(qualname, {})
        kinds = {**outcome.ops[qualname], **rungs}
        parts.append(f"{outcome.job.source.path}::{qualname}\n{one_table(kinds)}")
        if any("formula" in row for row in kinds.values() if isinstance(row, Mapping)):
            parts[-1] += "\n  n: turns of a loop whose number is not known"
        if reason := rungs.get("reason"):
            parts[-1] += f"\n  SymPy: {reason}"
    return "\n\n".join(parts) + "\n"


def one_table(kinds: Mapping[str, Any]) -> str:
    """Return the rungs of a function as a table: a row each, a column for each operation."""
    labels = {**LADDER, **PRODUCTS}
    ways = {f"both by {name}": row for name, row in kinds.get("strategies", {}).items()}
    labels |= dict(zip(ways, ways))
    kinds = {**kinds, **ways}
    rows = {key: kinds[key] for key in labels if isinstance(kinds.get(key), Mapping)}
    columns = sorted({op for row in rows.values() for op in row.get("by_op", {})})
    raw = ["count_ops"] if any("count_ops" in row for row in rows.values()) else []
    lines: list[list[object]] = [["", "total", *columns, *raw]]
    for key, row in rows.items():
        label = labels[key] + (", not simplified" if row.get("unsimplified") else "")
        total = row.get("formula", row["total"])  # with the trips of loops, if they are not known
        cells = [row.get("by_op", {}).get(op, "") for op in columns]
        lines.append([label, total, *cells, *(row.get(key, "") for key in raw)])
    return table(lines, indent="  ")
