"""From syntax trees to text: astor prints, black formats what a person will see."""

import ast
import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any

from adjgen.emit.assignments import Comment

LONGEST = 10_000  # lines that black is asked to format
COMMENT_WIDTH = 76


@cache
def _generator() -> Any:
    """Return astor's printer with comments, loaded at first use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # astor touches names that Python 3.12 deprecates
        import astor.code_gen

    class Source(astor.code_gen.SourceGenerator):  # type: ignore[misc]
        """astor's printer, which also prints Comment and what it does not know."""

        def visit_Comment(self, node: Comment) -> None:
            self.statement(node, docstring(node.text) if node.docstring else comment(node.text))

        def visit_Constant(self, node: ast.Constant) -> None:
            if isinstance(node.value, str):
                self.write(repr(node.value))
            else:
                super().visit_Constant(node)

        def verbatim(self, node: ast.stmt) -> None:
            for line in ast.unparse(ast.fix_missing_locations(node)).split("\n"):
                self.statement(node, line)

        visit_TryStar = visit_Match = visit_With = visit_ClassDef = verbatim

        def visit_JoinedStr(self, node: ast.JoinedStr, is_joined: bool = False) -> None:
            self.write(ast.unparse(ast.fix_missing_locations(node)))

    return Source, astor.code_gen.to_source


def print_statements(statements: Sequence[ast.stmt]) -> str:
    """Return the text of statements, one a line, unformatted."""
    source, to_source = _generator()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.Module(list(statements), [])
        text = to_source(tree, source_generator_class=source, pretty_source="".join)
    return str(text).strip("\n")


def comment(text: str) -> str:
    """Return a comment on one line."""
    plain = "".join(c if c.isprintable() else " " for c in text.strip())
    return "# " + (
        plain if len(plain) <= COMMENT_WIDTH else plain[: COMMENT_WIDTH - 3].rstrip() + "..."
    )


def docstring(text: str) -> str:
    """Return the literal of a docstring in one line, whatever is in the text."""
    plain = " ".join(text.split())
    if '"' in plain or "\\" in plain or not plain.isprintable():
        return repr(plain)
    return f'"""{plain}"""'


def formatted(text: str) -> str:
    """Return the text as black formats it; long texts stay as they are."""
    if text.count("\n") > LONGEST:
        return text
    import black
    from black.mode import TargetVersion
    from black.parsing import InvalidInput

    try:
        mode = black.Mode(target_versions={TargetVersion.PY311})
        return black.format_str(text, mode=mode)
    except InvalidInput as error:
        raise AssertionError(f"adjgen wrote what black cannot read: {error}") from error
