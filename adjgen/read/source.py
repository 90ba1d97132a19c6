"""A Python file as text and syntax tree, or the reason why it is none; columns are in characters.

Errors: SourceError for what cannot be read or found, UnsupportedError for a syntax error.
"""

import ast
import io
import os
import re
import stat
import sys
import threading
import tokenize
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from adjgen.diagnostics import Problem, UnsupportedError
from adjgen.ir.core import Loc
from adjgen.read.decode import SourceError, decoded
from adjgen.read.names import Definition

LARGEST = 1 << 26  # bytes; a text of this size takes Python's parser gigabytes
INSTALLED = ("site-packages", "dist-packages")
PASSIVE = re.compile(r"#\s*adjgen:\s*passive\b")

# Python 3.11 counts the depth of a syntax tree against the recursion limit: the usual 1,000 lets a
# sum of some 2,900 terms through. 10,000 lets 29,000 through and is safe: measured, 3.11 parses and
# compiles 20,000 terms under a limit of 100,000 on an 8 MB stack, in threads too, and 90,000 crash.
# Python 3.12 and 3.13 have a limit of their own (between 2,000 and 5,000 terms, and 5,000 and
# 20,000), which this does not change.
DEEP = 10_000
_deep = threading.Lock()  # the recursion limit belongs to the process
_read: dict[tuple[str, str], tuple[tuple[int, ...], "SourceFile"]] = {}


@dataclass(frozen=True, eq=False)
class SourceFile:
    """A parsed file.

    path    as people see it: from the nearest pyproject.toml or site-packages, or as it was given
    file    the real path, "" if there is none
    module  the dotted name that imports it, by the __init__.py files; "" if unknown
    kept    what others derive from the file once
    """

    path: str
    file: str
    text: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    tree: ast.Module = field(repr=False)
    module: str = ""
    kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def label(self) -> str:
        """The path without folders that differ from machine to machine."""
        if not os.path.isabs(self.path):
            return self.path
        parts = self.module.count(".") + 1 + self.is_package
        return "/".join(self.path.replace(os.sep, "/").split("/")[-parts:])

    @property
    def is_package(self) -> bool:
        """Whether this is the __init__.py of a package."""
        return os.path.basename(self.file) == "__init__.py"

    def column(self, line: int, byte: int) -> int:
        """Return the character column of a UTF-8 byte column, which is what `ast` gives."""
        if not 1 <= line <= len(self.lines):
            return byte
        text = self.lines[line - 1]
        if text.isascii():
            return byte
        return len(text.encode("utf-8", "replace")[:byte].decode("utf-8", "ignore"))

    def loc(self, node: Any) -> Loc:
        """Return where a node begins."""
        return Loc(node.lineno, self.column(node.lineno, node.col_offset), self.path)

    def statement(self, line: int) -> str:
        """Return the statement, or its part before a body, that a line belongs to, on one line."""
        if "statements" not in self.kept:
            self.kept["statements"] = _first_lines(self.tree)
        first, last = self.kept["statements"].get(line, (line, line))
        parts = [part.strip().removesuffix("\\").rstrip() for part in self.lines[first - 1 : last]]
        if len(parts) == 1:
            return parts[0]
        plain = " ".join(re.sub(r"(^|\s+)#.*", "", part) for part in parts)
        return re.sub(r"(?<=[(\[{])\s+|\s+(?=[)\]}])", "", plain).strip()

    def problem(self, node: ast.AST | None, code: str, what: str, why: str = "") -> Problem:
        """Return a problem at a node; of a node with a body its first line is shown."""
        line = getattr(node, "lineno", 0)
        if not 1 <= line <= len(self.lines):
            return Problem(code, what, why, self.path)
        text = self.lines[line - 1]
        col = self.column(line, getattr(node, "col_offset", 0))
        end = len(text.split(" #")[0].rstrip())
        if getattr(node, "end_lineno", 0) == line:
            end = self.column(line, getattr(node, "end_col_offset", 0))
        return Problem(code, what, why, self.path, line, col, max(end, col + 1), text)

    def passive_comments(self) -> dict[int, int]:
        """Return the lines that end with the comment `# adjgen: passive`, with its column."""
        if "passive" not in self.kept:
            self.kept["passive"] = _passive_comments(self.text)
        return self.kept["passive"]  # type: ignore[no-any-return]


def _first_lines(tree: ast.Module) -> dict[int, tuple[int, int]]:
    """Return for each line of a statement on several lines the first and last of them."""
    found: dict[int, tuple[int, int]] = {}
    pending: list[Any] = list(tree.body)
    while pending:
        node = pending.pop()
        last = getattr(node, "end_lineno", 0)  # a case has no place of its own, its pattern has
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inside = getattr(node, name, None) or []
            pending += inside
            if inside and name in ("body", "cases"):
                last = getattr(inside[0], "pattern", inside[0]).lineno - 1
        first = getattr(node, "lineno", 0)
        if first and last > first and not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.update(dict.fromkeys(range(first, last + 1), (first, last)))
    return found


def read_file(path: str) -> SourceFile:
    """Return a parsed file; the same object until the file changes."""
    key = (os.path.abspath(path), path)
    try:
        status = os.stat(path)
        state = (status.st_ino, status.st_mtime_ns, status.st_size)
        if key in _read and _read[key][0] == state:
            return _read[key][1]
        data = _bytes(path, status)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(Problem("ADJ006", f"cannot read the file: {reason}", "", path)) from None
    file = parse(decoded(data, shown_path(path, key[0])), path, key[0])
    if stat.S_ISREG(status.st_mode):
        _read[key] = state, file
    return file


def read_text(text: str, path: str) -> SourceFile:
    """Return parsed text that is no file; `path` is the name that people see."""
    return parse(text, path, "")


def read_bytes(data: bytes, path: str) -> SourceFile:
    """Return parsed bytes that are no file, as from standard input."""
    return parse(decoded(data, path), path, "")


def parse(text: str, path: str, file: str) -> SourceFile:
    """Return the SourceFile of a text; `file` is its absolute path or ""."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    shown = shown_path(path, file)
    lines = tuple(text.split("\n"))
    tree = _tree(text, shown, lines)
    module = module_name(file) if file else ""
    return SourceFile(shown, os.path.realpath(file) if file else "", text, lines, tree, module)


def _bytes(path: str, status: os.stat_result) -> bytes:
    if stat.S_ISDIR(status.st_mode):
        raise OSError(0, "it is a folder")
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode)):
        raise OSError(0, "it is a device")
    if status.st_size > LARGEST:
        raise OSError(0, f"it has {status.st_size} bytes, more than {LARGEST}")
    with open(path, "rb") as stream:
        return stream.read()


def _tree(text: str, shown: str, lines: tuple[str, ...]) -> ast.Module:
    try:
        return deep(lambda: ast.parse(text))  # type: ignore[no-any-return]
    except SyntaxError as error:
        raise UnsupportedError([_syntax_problem(error, shown, lines)]) from None
    except (RecursionError, MemoryError):
        what = "nested more deeply than Python's parser can follow"
        why = "Break the longest expression or chain into statements."
        raise SourceError(Problem("ADJ008", what, why, shown)) from None
    except ValueError as error:  # NUL characters (3.11.3 and older), lone surrogates
        raise SourceError(Problem("ADJ007", f"not Python text: {error}", "", shown)) from None


def deep(parse: Callable[[], Any]) -> Any:
    """Return parse(), tried again with room for a deep tree if it needs that; quiet on warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return parse()
        except RecursionError:
            pass
        with _deep:
            usual = sys.getrecursionlimit()
            sys.setrecursionlimit(max(usual, DEEP))
            try:
                return parse()
            finally:
                sys.setrecursionlimit(usual)


def _syntax_problem(error: SyntaxError, shown: str, lines: tuple[str, ...]) -> Problem:
    line = min(error.lineno or 0, len(lines))
    what = f"syntax error: {error.msg}"
    if line < 1:
        return Problem("ADJ001", what, "", shown)
    text = lines[line - 1]
    col = min(max((error.offset or 1) - 1, 0), len(text))
    same = error.end_lineno in (None, line)
    end = (error.end_offset or 0) - 1 if same else len(text)
    return Problem("ADJ001", what, "", shown, line, col, max(end, col + 1), text)


def _passive_comments(text: str) -> dict[int, int]:
    if not PASSIVE.search(text):
        return {}
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [token for token in tokens if token.type == tokenize.COMMENT]
    return {c.start[0]: c.start[1] for c in comments if PASSIVE.search(c.string)}


def folders_above(file: str) -> Iterable[str]:
    """Yield the folders that contain a file, innermost first."""
    folder = os.path.dirname(file)
    while True:
        yield folder
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def shown_path(path: str, file: str) -> str:
    """Return the path that people see."""
    for folder in folders_above(file) if file else ():
        project = os.path.isfile(os.path.join(folder, "pyproject.toml"))
        if project or os.path.basename(folder) in INSTALLED:
            return os.path.relpath(file, folder).replace(os.sep, "/")
    return path


def import_root(file: str) -> str:
    """Return the folder that must be on sys.path to import a file by its dotted name."""
    for folder in folders_above(file):
        if not os.path.isfile(os.path.join(folder, "__init__.py")):
            return folder
    return os.path.dirname(file)


def module_name(file: str) -> str:
    """Return the dotted name that imports a file, or ""."""
    inside = os.path.relpath(file, import_root(file))
    parts = os.path.splitext(inside)[0].split(os.sep)
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""


def functions(file: SourceFile) -> list[str]:
    """Return the names of the functions that a file defines at top level, in order."""
    from adjgen.read import select

    return select.functions(file)


def find(file: SourceFile, selector: str) -> Definition:
    """Return the function `f` or the method `Class.method` of a file."""
    from adjgen.read import select

    return select.find(file, selector)


def of_function(function: Any) -> Definition:
    """Return the definition of a live function, method or functools.partial."""
    from adjgen.read.functions import definition_of

    return definition_of(function)
