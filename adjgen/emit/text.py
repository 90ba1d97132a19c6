"""From syntax trees to text: astor prints, black formats what a person will see."""

import ast
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from math import inf
from typing import Any

from adjgen.emit.assignments import Comment

LONGEST = 10_000  # lines that black is asked to format
COMMENT_WIDTH = 76
Spelled = Callable[[str], str]


@cache
def _printer() -> Any:
    """Return astor's printer with comments, loaded at first use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # astor touches names that Python 3.12 deprecates
        import astor.code_gen

    class Source(_quick(astor.code_gen.SourceGenerator)):  # type: ignore[misc]
        """astor's printer, which also prints Comment, references, and what it does not know."""

        def __init__(self, spelled: Spelled) -> None:
            super().__init__(" " * 4)
            self.spelled = spelled  # how a reference to a name of a module is written

        def visit_Name(self, node: ast.Name) -> None:
            self.write(self.spelled(node.id) if node.id.startswith("@") else node.id)

        def visit_Comment(self, node: Comment) -> None:
            self.statement(node, docstring(node.text) if node.docstring else comment(node.text))

        def visit_Constant(self, node: ast.Constant) -> None:
            if isinstance(node.value, str):
                self.write(repr(node.value))
            else:
                super().visit_Constant(node)

        def verbatim(self, node: ast.stmt) -> None:
            for line in self.unparsed(node).split("\n"):
                self.statement(node, line)

        def unparsed(self, node: ast.AST) -> str:
            for name in ast.walk(node):
                if isinstance(name, ast.Name) and name.id.startswith("@"):
                    name.id = self.spelled(name.id)
            return ast.unparse(ast.fix_missing_locations(node))

        visit_Try = visit_TryStar = visit_Match = visit_With = visit_ClassDef = verbatim

        def visit_JoinedStr(self, node: ast.JoinedStr, is_joined: bool = False) -> None:
            self.write(self.unparsed(node))

    return Source


def _quick(base: Any) -> Any:
    """Return astor's printer with what it does most done quickly, and to the same text."""
    from astor.op_util import Precedence, precedence_data, symbol_data

    operators = {kind: f" {symbol} " for kind, symbol in symbol_data.items()}
    highest, literal, alone = Precedence.highest, Precedence.Constant, Precedence.call_one_arg

    class Quick(base):  # type: ignore[misc]
        methods: dict[type, Any] = {}  # of each class of nodes

        def visit(self, node: ast.AST) -> None:
            kind = type(node)
            if kind not in self.methods:
                self.methods[kind] = getattr(type(self), f"visit_{kind.__name__}")
            self.methods[kind](self, node)

        def visit_Assign(self, node: Any) -> Any:
            if not isinstance(node.targets[0], ast.Name):
                return super().visit_Assign(node)
            self.statement(node, node.targets[0].id, " = ")
            self.result.append(self.text(node.value, Precedence.Assign))

        def text(self, node: Any, outer: int) -> str:
            """Return an expression, in parentheses where what is around it binds closer."""
            kind = type(node)
            if kind is ast.Name:
                return str(self.spelled(node.id) if node.id[0] == "@" else node.id)
            if kind is ast.BinOp and type(node.op) is not ast.Pow:
                own = precedence_data[type(node.op)]
                left, right = self.text(node.left, own), self.text(node.right, own + 1)
                both = left + operators[type(node.op)] + right
                return f"({both})" if own < outer else both
            if kind is ast.Call and not node.keywords:
                level = alone if len(node.args) == 1 else Precedence.Comma
                args = [self.text(arg, level) for arg in node.args]
                return f"{self.text(node.func, highest)}({', '.join(args)})"
            if kind is ast.Constant and type(node.value) is float and 0.0 <= node.value < inf:
                if outer <= literal:
                    return repr(node.value)
            node._pp, start = outer, len(self.result)
            self.visit(node)
            found = "".join(self.result[start:])
            del self.result[start:]
            return found

    return Quick


def print_statements(statements: Sequence[ast.stmt], spelled: Spelled) -> str:
    """Return the text of statements, one a line, unformatted."""
    printer = _printer()(spelled)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        printer.visit(ast.Module(list(statements), []))
    return "".join(printer.result).strip("\n")


def comment(text: str) -> str:
    """Return a comment on one line."""
    plain = text.strip()
    if not plain.isprintable():
        plain = "".join(c if c.isprintable() else " " for c in plain)
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
