"""What goes to standard error: diagnostics, notes, and a table of refusals by reason."""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import click

from adjgen.diagnostics import Problem, format_problem

UNREADABLE = {"ADJ004", "ADJ005", "ADJ006"}  # files and settings, not functions: exit code 2


def note(message: str) -> None:
    """Print a line to standard error."""
    click.echo(message, err=True)


def colourful() -> bool:
    """Whether standard error takes colours."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stderr.isatty() and not plain


def show_problems(problems: Iterable[Problem]) -> None:
    """Print problems with their lines and carets."""
    for problem in problems:
        note(coloured(problem) if colourful() else format_problem(problem))


def coloured(problem: Problem) -> str:
    """Return a problem with its place bold, its code and carets red."""
    first, *others = format_problem(problem).split("\n")
    head = f"{problem.where()}: "
    red = click.style(problem.code, fg="red", bold=True)
    first = click.style(head, bold=True) + red + first.removeprefix(head + problem.code)
    lines = [
        click.style(line, fg="red") if set(line.partition("|")[2].strip()) == {"^"} else line
        for line in others
    ]
    return "\n".join([first, *lines])


def show_bug(trace: str, where: str = "") -> None:
    """Print that adjgen failed, in a few words; the traceback only with ADJGEN_DEBUG=1."""
    what = trace.rstrip().rpartition("\n")[2]
    note(f"{where or 'adjgen'}: ADJ900 a bug in adjgen: {what}")
    if os.environ.get("ADJGEN_DEBUG") == "1":
        note(trace.rstrip())
    else:
        note("  Please report it with your source; ADJGEN_DEBUG=1 shows the traceback.")


def exit_code(problems: Sequence[Problem]) -> int:
    """Return 2 for files that cannot be read or written and for settings, otherwise 1 (0: no problem)."""
    if not problems:
        return 0
    return 2 if any(problem.code in UNREADABLE for problem in problems) else 1


def show_refusals(refused: Mapping[str, Sequence[Problem]], done: int) -> None:
    """Print how many functions were refused, by reason."""
    if not refused:
        return
    from adjgen.commands.explain import title

    total = done + len(refused)
    note(f"{len(refused)} of {total} function{'s' * (total > 1)} refused:")
    reasons = Counter(code for problems in refused.values() for code in {p.code for p in problems})
    for code, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        note(f"  {count:5d}  {code}  {title(code)}")
    note("adjgen explain CODE tells more.")


KINKS = {"ADJ701": ("kink", "kinks"), "ADJ702": ("test for equality", "tests for equality")}


def show_kinks(kinks: Mapping[str, Sequence[Problem]], each: bool) -> None:
    """Print where derivatives are conventions: a line for each function, or only how often."""
    found = {name: problems for name, problems in kinks.items() if problems}
    if not found:
        return
    if each:
        for name, problems in found.items():
            note(f"{name}: {counted(problems)}")
    else:
        total = counted([problem for problems in found.values() for problem in problems])
        note(f"{total} in {len(found)} function{'s' * (len(found) > 1)}")
    note("adjgen inspect FILE::FUNCTION --show kinks lists them.")


def counted(problems: Sequence[Problem]) -> str:
    """Return how many warnings of each kind there are."""
    words = []
    for code, names in KINKS.items():
        count = sum(problem.code == code for problem in problems)
        words += [f"{count} {names[count > 1]}"] if count else []
    return " and ".join(words)


def table(rows: Sequence[Sequence[object]], indent: str = "") -> str:
    """Return rows in columns, words to the left and numbers to the right.

    >>> print(table([("", "mul"), ("value", 2), ("gradient", 10)]))
              mul
    value       2
    gradient   10
    """
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = []
    for row in cells:
        first, *others = (
            cell.ljust(w) if not i else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths))
        )
        lines.append(indent + "  ".join([first, *others]).rstrip())
    return "\n".join(lines)
