"""The texts around generated code, from templates/: a missing field is an error, never an empty place.

Jinja2 is loaded at the first use.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any


def data_dir(kind: str) -> Traversable:
    """Return the folder "templates" or "samples": packed in an installation, or of a checkout.

    The pyproject.toml tells a checkout from a site-packages that happens to have such a folder.
    """
    packed = files("adjgen") / "_data" / kind
    root = Path(__file__).resolve().parent.parent
    if (root / "pyproject.toml").is_file() and (root / kind).is_dir():
        return root / kind
    if packed.is_dir():
        return packed
    raise FileNotFoundError(f"this installation of adjgen has no folder {kind}/")


@cache
def environment() -> Any:
    """Return the Jinja2 environment; templates named .html escape what is put into them."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    def load(name: str) -> str:
        return (data_dir("templates") / name).read_text(encoding="utf-8")

    env = Environment(
        loader=FunctionLoader(load),
        undefined=StrictUndefined,
        autoescape=lambda name: (name or "").endswith(".html.jinja"),
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(comment=comment, docstring=docstring)
    return env


def render(template: str, **fields: Any) -> str:
    """Return a template of templates/ filled in."""
    return str(environment().get_template(template).render(**fields))


def module(
    *,
    source: str,
    source_hash: str,
    options_hash: str,
    command: str,
    doc: str,
    imports: str,
    functions: Sequence[str],
    notes: Sequence[str] = (),
) -> str:
    """Return the text of a generated module.

    Parameters
    ----------
    source
        What it was made from: "samples/lecture.py::f", or several with commas.
    source_hash, options_hash
        Hexadecimal digits.
    command
        The command line that makes it again.
    doc
        The docstring as plain text: first line, blank line, paragraphs.
    imports
        Import statements and module constants, or "".
    functions
        The text of each function.
    notes
        Lines for the header: modules imported besides that of the target, rules of the target.
    """
    return render(
        "module.py.jinja",
        source=source,
        source_hash=source_hash,
        options_hash=options_hash,
        command=command,
        doc=doc,
        imports=imports.strip("\n"),
        functions=[function.strip("\n") for function in functions],
        notes=notes,
    )


def comment(text: str) -> str:
    """Return a text that is safe behind a `#`: on one line, nothing that ends a line.

    >>> comment("a\\nb")
    'a\\\\nb'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def docstring(text: str) -> str:
    """Return the literal of a docstring, whatever is in it.

    >>> docstring("Derivatives of `f`.") == 3 * '"' + "Derivatives of `f`." + 3 * '"'
    True
    """
    body = text.strip().replace("\\", "\\\\")
    body = re.sub('"{3,}|"+$', lambda quotes: '\\"' * len(quotes[0]), body)
    body = "\n".join(comment(line) for line in body.split("\n"))
    return f'"""{body}\n"""' if "\n" in body else f'"""{body}"""'
