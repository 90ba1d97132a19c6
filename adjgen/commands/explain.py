"""`adjgen explain CODE`: the page of a diagnostic, from adjgen/pages/."""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable

import click


def pages() -> dict[str, Traversable]:
    """Return the page of each code, in order."""
    found = (files("adjgen") / "pages").iterdir()
    named = {page.name.removesuffix(".md"): page for page in found if page.name.startswith("ADJ")}
    return dict(sorted(named.items()))


def title(code: str) -> str:
    """Return what a code means, in a few words.

    >>> title("ADJ001")
    'syntax error in the source'
    """
    page = pages().get(code)
    if page is None:
        return ""
    return page.read_text(encoding="utf-8").split("\n", 1)[0].partition(": ")[2]


@click.command(short_help="Print what a diagnostic means and what to write instead.")
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Print the page of a diagnostic: what it means, why, and what to write instead.

    Without CODE all codes are listed.

    \b
    Examples:
      adjgen explain ADJ301
      adjgen explain 301
    """
    known = pages()
    if code is None:
        click.echo("\n".join(f"{name}  {title(name)}" for name in known))
        return
    number = re.sub(r"^(adj)?", "", code.strip().lower())
    page = known.get(f"ADJ{number.zfill(3)}")
    if page is None:
        raise click.UsageError(f"there is no diagnostic {code}; `adjgen explain` lists them")
    click.echo(page.read_text(encoding="utf-8").rstrip("\n"))
