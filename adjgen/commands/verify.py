"""`adjgen verify`: generate in memory, run that at points in a child process, and report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import click

from adjgen.commands import options
from adjgen.commands.arguments import merged
from adjgen.commands.jobs import results
from adjgen.commands.produce import Job, Outcome, produce
from adjgen.commands.report import note
from adjgen.commands.sources import sources
from adjgen.trial.subject import Order
from adjgen.verify import Verdict
from adjgen.verify import verify as run


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
    complex step, or the Taylor remainder shrinks with the square of the step. With --mode jacobian
    the entries must add up to what jvp says; with --mode hessian to what hvp says, and that must be
    the slope of the gradient.

    Points are those of --at, or random ones (always the same for a seed) at which the function
    is finite. Parameters without a derivative, as counts and names, keep their defaults; without a default
    they need --at. Arrays have the dimensions of their annotations, each name with a small size of its own.
    What is executed is the generated text, in a process of its own; your source only
    with --against-original.

    \b
    Examples:
      adjgen verify samples/lecture.py::f --at x=1.2
      adjgen verify samples/logistic_map.py --at n=10
      adjgen verify samples/ --against-original
    """
    from adjgen.commands.generate import show

    jobs = [options.job(one, given) for one in sources(source)]
    how = How.of(given)
    code, counts, parameters = 0, {"ok": 0, "failed": 0, "skipped": 0}, set[str]()
    for outcome, verdicts in results(partial(done, how), jobs, given["jobs"], "verifying"):
        code = max(code, show([outcome]))
        parameters |= outcome.parameters
        for verdict in verdicts:
            click.echo(f"{outcome.job.source.path}::{verdict}")
            counts[verdict.status] += 1
            asked_for = verdict.status == "skipped" and outcome.job.source.named
            code = max(code, int(verdict.status == "failed" or bool(asked_for)))
    ok, failed, skipped = counts.values()
    note(f"{ok} verified, {failed} failed, {skipped} not verified")
    check_names(how.at, parameters)
    raise click.exceptions.Exit(code)


@dataclass(frozen=True)
class How:
    """How to verify: given values by parameter, seed of the others, seconds for a function."""

    at: Mapping[str, Any]
    seed: int = 0
    limit: float = 20.0
    against_original: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "How":
        """Return what the command line says; `generate` has no more than --at."""
        at = merged(given["at"])
        known = {"seed": "seed", "limit": "time_limit", "against_original": "against_original"}
        return cls(at, **{key: given[name] for key, name in known.items() if name in given})


def check_names(at: Mapping[str, Any], parameters: Iterable[str]) -> None:
    """Raise click.UsageError for a value of a parameter that no function has."""
    if unknown := sorted(set(at) - set(parameters)):
        raise click.UsageError(f"--at: no function has a parameter {unknown[0]}")


def done(how: How, job: Job) -> tuple[Outcome, list[Verdict]]:
    """Generate from a file and verify that."""
    outcome = produce(job)
    return outcome, verdicts(how, outcome)


def verdicts(how: How, outcome: Outcome) -> list[Verdict]:
    """Verify the functions of a generated module."""
    if not outcome.text:
        return []
    job = outcome.job
    bases, mode, text = outcome.bases, job.options["mode"], outcome.text
    if mode not in ("forward", "both"):  # the checks need jvp; the reverse sweep is the same text
        outcome = produce(replace(job, options={**job.options, "mode": "both"}))
    order = Order(
        outcome.text,
        at=dict(how.at),
        seed=how.seed,
        arrays=dict(outcome.arrays),
        folders=[outcome.root] if outcome.root else [],
        original=(outcome.module, outcome.file) if how.against_original else None,
        exact=job.options["exact"],
        wrt=job.options["wrt"] or (),
        seconds=how.limit / 20,
        matrices=text if mode in ("jacobian", "hessian") else "",
        sparse=job.options["sparse"],
    )
    return list(run(order, bases, how.limit))
