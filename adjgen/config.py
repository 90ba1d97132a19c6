"""The [tool.adjgen] table of the nearest pyproject.toml: defaults for the options of `generate`.

What the command line says comes first. A setting that does not exist is an error, never ignored.
"""

import re
import tomllib
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from adjgen.diagnostics import AdjgenError, Problem

MODES = ("forward", "reverse", "both", "jacobian", "hessian")
TARGETS = ("math", "numpy", "numba")
STYLES = ("named", "ssa")
STRATEGIES = ("auto", "reverse", "forward", "markowitz", "markowitz-last")


def _one_of(*choices: str) -> tuple[str, Callable[[Any], bool]]:
    return "one of " + ", ".join(f'"{choice}"' for choice in choices), lambda v: v in choices


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and not any(isinstance(v, dict | list) for v in value.values())


SETTINGS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "mode": _one_of(*MODES),
    "target": _one_of(*TARGETS),
    "style": _one_of(*STYLES),
    "exact": ("true or false", _is_flag),
    "sparse": ("true or false", _is_flag),
    "format": ("true or false", _is_flag),
    "strategy": _one_of(*STRATEGIES),
    "unroll": ("a number of turns", _is_count),
    "allow_cancel": ("true or false", _is_flag),
    "strict": ("true or false", _is_flag),
    "define": ("a table of constants by name", _is_table),
}


def nearest_project(start: Path) -> Path | None:
    """Return the nearest pyproject.toml at or above a folder."""
    start = start.resolve()
    candidates = (folder / "pyproject.toml" for folder in (start, *start.parents))
    return next((path for path in candidates if path.is_file()), None)


def settings(start: Path) -> dict[str, Any]:
    """Return the settings that hold for files in a folder.

    Raises
    ------
    AdjgenError
        ADJ005: a setting is unknown, a value does not fit, or the file is not TOML.
    """
    path = nearest_project(start)
    if path is None:
        return {}
    text = path.read_bytes().decode("utf-8", "replace")
    try:
        tool = tomllib.loads(text).get("tool", {})
        table = tool.get("adjgen", {}) if isinstance(tool, dict) else {}
    except tomllib.TOMLDecodeError as error:
        raise _error([_problem(path, text, "", f"not a TOML file: {error}", "")]) from None
    if not isinstance(table, dict):
        raise _error([_problem(path, text, "adjgen", "tool.adjgen is not a table", "")])
    if problems := [p for key, value in table.items() for p in _check(path, text, key, value)]:
        raise _error(problems)
    return dict(table)


def _check(path: Path, text: str, key: str, value: Any) -> list[Problem]:
    if key not in SETTINGS:
        near = get_close_matches(key, SETTINGS, 1)
        hint = f"Did you mean `{near[0]}`?" if near else f"Settings: {', '.join(SETTINGS)}."
        return [_problem(path, text, key, f"unknown setting `{key}` in [tool.adjgen]", hint)]
    takes, fits = SETTINGS[key]
    if fits(value):
        return []
    return [_problem(path, text, key, f"`{key}` cannot be {value!r}", f"It takes {takes}.")]


def _problem(path: Path, text: str, key: str, what: str, why: str) -> Problem:
    """Return a problem placed at the line that sets the key, as far as one can be found."""
    table = text.find("[tool.adjgen")
    found = (
        re.compile(rf'^[ \t]*"?({re.escape(key)})\b', re.M).search(text, max(table, 0))
        if key
        else None
    )
    if not found:
        return Problem("ADJ005", what, why, shown(path))
    start = text.rfind("\n", 0, found.start(1)) + 1
    line = text[start:].split("\n", 1)[0]
    number = text.count("\n", 0, start) + 1
    col = found.start(1) - start
    return Problem("ADJ005", what, why, shown(path), number, col, col + len(key), line)


def shown(path: Path) -> str:
    """Return a path as people see it: relative to the current folder if it is inside."""
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)


def _error(problems: list[Problem]) -> AdjgenError:
    return AdjgenError("\n".join(map(str, problems)), problems)
