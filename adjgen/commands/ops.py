"""`adjgen ops`: the operations of generated code beside those of what SymPy makes of the same function."""

import json
from collections.abc import Mapping
from typing import Any

import click

from adjgen.commands import options
from adjgen.commands.jobs import results
from adjgen.commands.produce import Job, Outcome, definitions, produce
from adjgen.commands.report import note, table
from adjgen.commands.sources import read, sources

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
}


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
    for outcome in results(produce, jobs, given["jobs"], "counting"):
        show([outcome])
        code = max(code, code_of(outcome))
        if not outcome.text:
            continue
        found = ladders(outcome.job, limit) if sympy else {}
        report.update(entries(outcome, found))
        if form == "table":
            click.echo(counts(outcome, found))
    if form == "json":
        click.echo(json.dumps(report, indent=2))
    elif not report:
        note("nothing to count")
    raise click.exceptions.Exit(code)


def ladders(job: Job, limit: float) -> dict[str, Mapping[str, Any]]:
    """Return SymPy's counts for each function of a source."""
    from adjgen.count import ladder

    found, _ = definitions(job, read(job.source))
    wrt = job.options["wrt"]
    return {each.qualname: ladder(each, limit, wrt) for each in found}


def entries(outcome: Outcome, found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the JSON entries of a file, by <path>::<function>."""
    return {
        f"{outcome.job.source.path}::{qualname}": {
            **outcome.ops[qualname],
            **found.get(qualname, {}),
        }
        for _, qualname in outcome.bases
    }


def counts(outcome: Outcome, found: Mapping[str, Mapping[str, Any]] = {}) -> str:
    """Return a table for each function of a file."""
    parts = []
    for _, qualname in outcome.bases:
        rungs = found.get(qualname, {})
        kinds = {**outcome.ops[qualname], **rungs}
        parts.append(f"{outcome.job.source.path}::{qualname}\n{one_table(kinds)}")
        if reason := rungs.get("reason"):
            parts[-1] += f"\n  SymPy: {reason}"
    return "\n\n".join(parts) + "\n"


def one_table(kinds: Mapping[str, Any]) -> str:
    """Return the rungs of a function as a table: a row each, a column for each operation."""
    labels = {**LADDER, **PRODUCTS}
    rows = {key: kinds[key] for key in labels if isinstance(kinds.get(key), Mapping)}
    columns = list(dict.fromkeys(op for row in rows.values() for op in row.get("by_op", {})))
    raw = any("count_ops" in row for row in rows.values())
    head = ["", "total", *columns, *(["count_ops"] if raw else [])]
    lines = [head]
    for key, row in rows.items():
        cells = [row.get("by_op", {}).get(op, "") for op in columns]
        lines.append(
            [labels[key], row["total"], *cells, *([row.get("count_ops", "")] if raw else [])]
        )
    return table(lines, indent="  ")
