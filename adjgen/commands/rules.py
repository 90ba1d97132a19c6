"""`adjgen rules`: the elementary functions g_i and their partial derivatives, from the rule table."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from adjgen.elementary import Row


@click.command(short_help="Show the elementary functions and their derivatives.")
@click.argument("name", required=False)
def rules(name: str | None) -> None:
    """Show the elementary functions and their partial derivatives.

    In a formula y is the value of the function. Without NAME every rule is listed, the partials
    of several arguments with semicolons between them; with NAME (tanh, math.tanh) one rule is
    shown with its conventions.

    \b
    Examples:
      adjgen rules
      adjgen rules atan2
    """
    from adjgen.elementary import BY_NAME, TABLE, arrays  # noqa: F401

    if name is None:
        rows = [(head(row), formulas(row)) for row in TABLE.values() if is_public(row)]
        width = max(len(first) for first, _ in rows)
        click.echo("\n".join(f"{first:{width}}  {second}" for first, second in rows))
        return
    row = TABLE.get(name) or BY_NAME.get(name)
    if row is None or row.jvp:  # what a step with a list does to slopes is no partial
        from adjgen.read.names import did_you_mean

        near = did_you_mean(name.rpartition(".")[2], [n for n in TABLE if not TABLE[n].jvp])
        raise click.UsageError(
            f"there is no rule for {name}" + (f"; did you mean {near}?" if near else "")
        )
    click.echo(f"y = {head(row)}")
    click.echo("\n".join(f"  {key:<14}{text}" for key, text in facts(row)))


def is_public(row: "Row") -> bool:
    """Whether a row stands for something that a program can write (not a step of adjgen's own)."""
    from adjgen.commands.formula import SYMBOLS

    named = bool(row.names) or row.name in SYMBOLS or row.name in ("neg", "pos", "not")
    return (
        named and not row.like and not row.signature
    )  # what a library calls the same is told of the row itself


def head(row: "Row") -> str:
    """Return how a row is called."""
    from adjgen.commands.formula import arguments

    more = ", ..." if row.variadic else ""
    return f"{row.name}({', '.join(arguments(row))}{more})"


def formulas(row: "Row") -> str:
    """Return the partials of a row in a line."""
    from adjgen.commands.formula import partials

    if row.refusal:
        return "refused: no rule for its derivative"
    texts = [text for _, text in partials(row)]
    return "0" if set(texts) == {"0"} else "; ".join(texts)


def every_name(row: "Row") -> list[str]:
    """Return the dotted names of a row, and those that libraries have for it."""
    from adjgen.elementary import TABLE

    return [
        name for one in TABLE.values() if row.name in (one.name, one.like) for name in one.names
    ]


def facts(row: "Row") -> list[tuple[str, str]]:
    """Return what is known of a row, as pairs of a label and a text."""
    from adjgen.commands.formula import partials

    found = [(f"dy/d{name}", text) for name, text in partials(row)]
    more = {
        "Python": ", ".join(name.removeprefix("builtins.") for name in every_name(row)),
        "convention": row.kink,
        "accuracy": row.note,
        "refused": row.refusal,
        "reference": row.source,
    }
    return found + [(key, text) for key, text in more.items() if text]
