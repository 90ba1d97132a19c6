"""What went wrong and where: problems with a code, a caret, a reason and a hint, and the errors that carry them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A reason not to differentiate something (or a warning, ADJ7xx).

    line counts from 1, col and end_col from 0 in characters; `text` is the source line.
    """

    code: str
    what: str
    why: str = ""
    path: str = "<unknown>"
    line: int = 0
    col: int = 0
    end_col: int = 0
    text: str = ""

    def where(self) -> str:
        """Return path:line:column as editors understand it."""
        return f"{self.path}:{self.line}:{self.col + 1}" if self.line else self.path

    def __str__(self) -> str:
        return format_problem(self)


def format_problem(problem: Problem) -> str:
    """Return a problem as it is shown: place, code and reason, the line with a caret, the hint.

    >>> print(format_problem(Problem("ADJ301", "no rule for `ln`", "Write `log`.", "a.py", 3, 4, 9, "    ln(x)")))
    a.py:3:5: ADJ301 no rule for `ln`
        3 |     ln(x)
          |     ^^^^^
      Write `log`.
    """
    lines = [f"{problem.where()}: {problem.code} {problem.what}"]
    if problem.text:
        number = str(problem.line)
        prefix = problem.text[: problem.col].expandtabs(4)
        marked = problem.text[problem.col : max(problem.end_col, problem.col + 1)]
        lines.append(f"    {number} | {problem.text.expandtabs(4).rstrip()}")
        blank = " " * cells(prefix)
        carets = "^" * max(1, cells(marked.rstrip()))
        lines.append(f"    {' ' * len(number)} | {blank}{carets}")
    if problem.why:
        lines.append(f"  {problem.why}")
    return "\n".join(lines)


def cells(text: str) -> int:
    """Return how many terminal cells a text takes: wide characters two, combining ones none."""
    import unicodedata

    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems sorted by place, each once."""
    unique = {(p.path, p.line, p.col, p.code, p.what): p for p in problems}
    return [unique[key] for key in sorted(unique)]


class AdjgenError(Exception):
    """Base of what adjgen raises on purpose; `diagnostics` lists all problems."""

    def __init__(self, message: str, diagnostics: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.diagnostics = list(diagnostics)


class UnsupportedError(AdjgenError, SyntaxError):
    """A function that adjgen does not differentiate; Python shows the user's line with a caret.

    Parameters
    ----------
    problems
        All problems of the function; the first gives filename, lineno and offset, the
        others become notes.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        problems = ordered(problems)
        first = problems[0]
        message = f"{first.code} {first.what}" + (f". {first.why}" if first.why else "")
        end = max(first.end_col, first.col + 1) + 1
        place = (first.path, first.line, first.col + 1, first.text, first.line, end)
        known = first.line or first.path != Problem.path
        SyntaxError.__init__(self, message, *[place] * bool(known))
        self.diagnostics = problems
        for problem in problems[1:]:
            self.add_note(str(problem))
