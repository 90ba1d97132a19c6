"""`adjgen generate`: derivative modules of files, written all together at the end or not at all."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from adjgen.commands import options
from adjgen.commands.jobs import results
from adjgen.commands.produce import Outcome, produce
from adjgen.commands.report import (
    exit_code,
    note,
    show_bug,
    show_kinks,
    show_problems,
    show_refusals,
)
from adjgen.commands.sources import Source, sources
from adjgen.diagnostics import Problem
from adjgen.files import Output, is_generated


@click.command(short_help="Write derivatives as a standalone module.")
@click.argument("source", nargs=-1, required=True)
@click.option("-o", "--output", metavar="PATH", help="A file, or a folder (for several files).")
@options.generation
@click.option("--format/--no-format", default=None, help="Format with black. [default: format]")
@options.JOBS
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file is missing or stale.")
@click.option("--diff", is_flag=True, help="Write nothing; print what would change.")
@click.option("--ops", is_flag=True, help="Also print the operations of each function.")
@click.option(
    "--verify", is_flag=True, help="Run what was generated at points before it is written."
)
@options.AT
@click.option("--strict", is_flag=True, default=None, help="Exit 1 if any function is refused.")
@click.option("--force", is_flag=True, help="Overwrite files that adjgen did not write.")
@click.option("-q", "--quiet", is_flag=True, help="Print refusals as a table only, and no kinks.")
def generate(source: tuple[str, ...], **given: Any) -> None:
    """Write the derivatives of Python functions as a standalone module.

    SOURCE is file.py, file.py::function, file.py::Class.method, a folder, or - for standard
    input. Of a whole file every function is taken that can be differentiated; the others are
    listed with their reasons. Without -o the module of one file goes to standard output.

    Defaults for mode, target, style, exact, sparse, format, strict and define can be set in
    [tool.adjgen] of pyproject.toml. Your code is read, never run; --verify runs what was
    generated.

    \b
    Examples:
      adjgen generate samples/lecture.py::f
      adjgen generate samples/ -o generated/ --verify -j 0
      adjgen generate model.py -o model_ad.py --check
      adjgen generate model.py::residuals --mode jacobian --sparse
    """
    jobs = [options.job(one, given) for one in sources(source)]
    paths = destinations([job.source for job in jobs], source, given["output"])
    if (given["check"] or given["diff"]) and None in paths:
        raise click.UsageError("--check and --diff compare with a file: give it with -o")
    outcomes = list(results(produce, jobs, given["jobs"], "generating"))
    code = show(outcomes, given["quiet"])
    if any(outcome.failed for outcome in outcomes):
        note("Nothing was written.")
        raise click.exceptions.Exit(code)
    pairs = list(zip(outcomes, paths))
    failed = given["verify"] and verified(outcomes, given)
    code = max(code, 1 if failed else deliver(pairs, given))
    if given["ops"]:
        show_ops(outcomes, aside=None in paths)
    show_refusals(by_function(outcomes, "refused"), sum(len(outcome.bases) for outcome in outcomes))
    if not (given["check"] or given["diff"] or given["quiet"]):
        walked = any(outcome.job.source.walked for outcome in outcomes)
        show_kinks(by_function(outcomes, "kinks"), each=not walked)
    raise click.exceptions.Exit(code)


def destinations(
    found: Sequence[Source], arguments: Sequence[str], output: str | None
) -> list[str | None]:
    """Return where the text of each source goes; None is standard output.

    Raises
    ------
    click.UsageError
        Several files and no folder for them, or a source would be overwritten.
    """
    many = len(found) != 1 or any(os.path.isdir(argument) for argument in arguments)
    if output in (None, "-"):
        if many:
            raise click.UsageError("several files need a folder to go to: -o FOLDER")
        return [None]
    assert output
    if many or os.path.isdir(output) or output.endswith("/"):
        if os.path.isfile(output):
            raise click.UsageError(f"{output} is a file; several files need a folder")
        paths = [os.path.join(output, source.place) for source in found]
    else:
        paths = [output]
    inputs = {os.path.realpath(source.path) for source in found}
    for path in paths:
        if os.path.realpath(path) in inputs:
            raise click.UsageError(
                f"{path} is a source and would be overwritten: choose another -o"
            )
        if paths.count(path) > 1:
            raise click.UsageError(f"{path} would be written twice: give different folders")
    return list(paths)


def show(outcomes: Sequence[Outcome], quiet: bool = False) -> int:
    """Print what is wrong with files and functions; return the exit code so far."""
    for outcome in outcomes:
        if outcome.bug:
            show_bug(outcome.bug, outcome.job.source.path)
        show_problems(outcome.problems)
        for name, problems in outcome.refused.items():
            if not quiet or name in outcome.job.source.named:
                show_problems(problems)
    return max((code_of(outcome) for outcome in outcomes), default=0)


def code_of(outcome: Outcome) -> int:
    """Return the exit code that an outcome calls for."""
    source = outcome.job.source
    if outcome.bug:
        return 3
    named = [p for name in source.named for p in outcome.refused.get(name, ())]
    if named or outcome.failed:
        return exit_code([*named, *outcome.problems])
    if outcome.job.strict and (outcome.refused or outcome.problems):
        return 1
    return 2 if exit_code(outcome.problems) == 2 else 0  # found in a folder, but unreadable


def by_function(outcomes: Sequence[Outcome], of: str) -> dict[str, list[Problem]]:
    """Return the problems of each function, by path and name: `of` is "refused" or "kinks"."""
    return {
        f"{outcome.job.source.path}::{name}": problems
        for outcome in outcomes
        for name, problems in getattr(outcome, of).items()
    }


def verified(outcomes: Sequence[Outcome], given: dict[str, Any]) -> bool:
    """Verify generated modules; return whether one failed."""
    from adjgen.commands.verify import How, check_names, verdicts

    how = How.of(given)
    check_names(how.at, {name for outcome in outcomes for name in outcome.parameters})
    failed = False
    found = results(partial(verdicts, how), outcomes, given["jobs"], "verifying")
    for outcome, verdict in zip(outcomes, found):
        for one in verdict:
            note(f"{outcome.job.source.path}::{one}")
            failed |= one.status == "failed"
    if failed:
        note("Verification failed. Nothing was written.")
    return failed


def deliver(pairs: Sequence[tuple[Outcome, str | None]], given: dict[str, Any]) -> int:
    """Print, compare or write the texts; return the exit code."""
    outputs = [(Output(path, outcome.text), outcome) for outcome, path in pairs if path]
    if given["check"] or given["diff"]:
        return compare([output for output, _ in outputs], given)
    for outcome, path in pairs:
        if path is None:
            click.echo(outcome.text.encode(), nl=False)
    fresh = [(output, outcome) for output, outcome in outputs if output.text]
    for output, _ in fresh:
        output.check_may_write(given["force"])
    for output, outcome in fresh:
        Path(output.path).parent.mkdir(parents=True, exist_ok=True)
        count = len(outcome.bases)
        state = "wrote" if output.write(given["force"]) else "unchanged:"
        note(f"{state} {output.path} ({count} function{'s' * (count > 1)})")
    return 0


def compare(outputs: Sequence[Output], given: dict[str, Any]) -> int:
    """Say which files are stale, and how they differ; return 1 under --check if one is."""
    states = [
        (output, output.state()) for output in outputs if output.text or is_generated(output.path)
    ]
    stale = [(output, state) for output, state in states if state != "current"]
    for output, state in stale:
        if given["diff"]:
            click.echo(output.diff(), nl=False)
        if given["check"]:
            note(f"{output.path}: {state if output.text else 'its functions are refused now'}")
    return int(bool(stale) and given["check"])


def show_ops(outcomes: Sequence[Outcome], aside: bool) -> None:
    """Print the operations of generated functions (to standard error if a module is on the other)."""
    from adjgen.commands.ops import counts

    for outcome in outcomes:
        if outcome.text:
            click.echo(counts(outcome), err=aside)
