"""`adjgen verify`: generate in memory, run that at points in a child process, and report."""

from typing import Any

import click

from adjgen.commands import options
from adjgen.commands.jobs import results
from adjgen.commands.produce import Outcome, produce
from adjgen.commands.report import note
from adjgen.commands.sources import sources


@click.command(short_help="Check generated derivatives by running them.")
@click.argument("source", nargs=-1, required=True)
@options.AT
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random points.")
@click.option("--time-limit", default=20.0, show_default=True, help="Seconds for a function.")
@click.option("--against-original", is_flag=True, help="Also import the source and compare values.")
@options.generation
@options.JOBS
def verify(source: tuple[str, ...], **given: Any) -> None:
    """Check generated derivatives by running them.

    At each point: every generated function returns the value of the function bit for bit; the
    adjoint identity <bar, J dot> = <J^T bar, dot> holds to 1e-12 of its terms; jvp agrees with a
    complex step, or the Taylor remainder shrinks with the square of the step.

    Points are those of --at, or random ones (always the same for a seed) at which the function
    is finite. Parameters without a derivative, as counts and names, keep their defaults; without a default
    they need --at. What is executed is the generated text, in a process of its own; your source only
    with --against-original.

    \b
    Examples:
      adjgen verify samples/lecture.py::f --at x=1.2
      adjgen verify samples/logistic_map.py --at n=10
      adjgen verify samples/ --against-original
    """
    from adjgen.commands.generate import show

    jobs = [options.job(one, given) for one in sources(source)]
    code, counts = 0, {"ok": 0, "failed": 0, "skipped": 0}
    for outcome in results(produce, jobs, given["jobs"], "generating"):
        code = max(code, show([outcome]))
        for verdict in verdicts(outcome, given) if outcome.text else ():
            counts[verdict.status] += 1
            named = verdict.name in dict(outcome.bases) and bool(outcome.job.source.named)
            if verdict.status == "failed" or (verdict.status == "skipped" and named):
                code = max(code, 1)
    ok, failed, skipped = counts.values()
    note(f"{ok} verified, {failed} failed, {skipped} not verified")
    raise click.exceptions.Exit(code)


def verdicts(outcome: Outcome, given: dict[str, Any], err: bool = False) -> list[Any]:
    """Verify the functions of a module and print a line for each."""
    from adjgen.commands.arguments import merged
    from adjgen.trial.subject import Order
    from adjgen.verify import verify as run

    limit = given.get("time_limit") or 20.0
    order = Order(
        outcome.text,
        at=merged(tuple(given.get("at") or ())),
        seed=given.get("seed") or 0,
        folders=[outcome.root] if outcome.root else [],
        original=(outcome.module, outcome.file) if given.get("against_original") else None,
        exact=bool(outcome.job.options.get("exact")),
        wrt=tuple(outcome.job.options.get("wrt") or ()),
        seconds=limit / 20,
    )
    found = []
    for verdict in run(order, outcome.bases, limit):
        click.echo(f"{outcome.job.source.path}::{verdict}", err=err)
        found.append(verdict)
    return found
