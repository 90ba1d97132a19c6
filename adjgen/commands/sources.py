"""What SOURCE stands for on the command line: files, functions in them, folders, standard input."""

import io
import os
import sys
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from adjgen.files import is_generated

STDIN = "<stdin>"


@dataclass(frozen=True)
class Source:
    """A file, and which of its functions were asked for.

    path    as given; STDIN for `-`, whose bytes are `data`
    named   functions asked for by name: if one is refused, nothing is written
    whole   whether all functions were asked for
    place   the name that its output has inside an output folder
    walked  whether it was found in a folder
    """

    path: str
    named: tuple[str, ...] = ()
    whole: bool = False
    place: str = ""
    walked: bool = False
    data: bytes | None = None

    @property
    def folder(self) -> Path:
        """The folder that decides which settings hold."""
        return Path.cwd() if self.data is not None else Path(self.path).parent


def sources(arguments: Sequence[str]) -> list[Source]:
    """Return the files that arguments name, each once.

    Raises
    ------
    click.UsageError
        An argument that names nothing.
    """
    found: dict[str, Source] = {}
    for argument in arguments:
        path, colons, name = argument.partition("::")
        if colons and not name:
            raise click.UsageError(f"{argument}: no function name after `::`")
        for new in _named(path, name):
            old = found.get(new.path, new)
            names = tuple(dict.fromkeys(old.named + new.named))
            found[new.path] = replace(old, named=names, whole=old.whole or new.whole)
    return list(found.values())


def _named(path: str, name: str) -> Iterator[Source]:
    named = (name,) if name else ()
    if path in ("-", STDIN):
        data = sys.stdin.buffer.read()
        yield Source(STDIN, named, not name, "stdin.py", data=data)
    elif os.path.isdir(path):
        if name:
            raise click.UsageError(f"{path} is a folder; a function is named as file.py::{name}")
        found = list(walk(path))
        if not found:
            raise click.UsageError(
                f"{path}: there are no Python files in it (generated ones are skipped)"
            )
        yield from found
    elif not os.path.exists(path):
        raise click.UsageError(f"{path}: there is no such file or folder")
    else:
        yield Source(path, named, not name, os.path.basename(path))


def walk(folder: str) -> Iterator[Source]:
    """Yield the Python files under a folder: not hidden, not generated, no virtual environments."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _skipped(here, name))
        for name in sorted(names):
            path = os.path.join(here, name)
            if name.endswith(".py") and not name.startswith(".") and not is_generated(path):
                yield Source(path, whole=True, place=os.path.relpath(path, folder), walked=True)


def _skipped(here: str, name: str) -> bool:
    if name.startswith(".") or name == "__pycache__":
        return True
    return os.path.isfile(os.path.join(here, name, "pyvenv.cfg"))


def read(source: Source) -> Any:
    """Return the SourceFile of a source.

    Raises
    ------
    AdjgenError
        It cannot be read, or is not Python.
    """
    from adjgen.read.source import read_file, read_text

    if source.data is None:
        return read_file(source.path)
    return read_text(decoded(source.data), STDIN)


def decoded(data: bytes) -> str:
    """Return the text of Python source by its byte order mark or encoding comment."""
    from adjgen.diagnostics import AdjgenError, Problem

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeError) as error:
        problem = Problem("ADJ007", f"not Python text: {error}", "Save it as UTF-8.", STDIN)
        raise AdjgenError(str(problem), [problem]) from None
