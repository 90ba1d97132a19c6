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
    highest, assigned, literal = Precedence.highest, Precedence.Assign, Precedence.Constant

    def named(node: ast.AST) -> bool:
        return type(node) is ast.Name and node.id[0] != "@"

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
            node.value._pp = assigned
            self.statement(node, node.targets[0].id, " = ", node.value)

        def visit_Constant(self, node: Any) -> Any:
            enclosed = getattr(node, "_pp", highest) > literal
            if enclosed or type(node.value) is not float or not 0.0 <= node.value < inf:
                return super().visit_Constant(node)
            self.write(repr(node.value))

        def visit_BinOp(self, node: Any) -> Any:
            if isinstance(node.op, ast.Pow):
                return super().visit_BinOp(node)
            own, left, right = precedence_data[type(node.op)], node.left, node.right
            left._pp, right._pp = own, own + 1
            left, right = left.id if named(left) else left, right.id if named(right) else right
            if own < getattr(node, "_pp", highest):
                self.write("(", left, operators[type(node.op)], right, ")")
            else:
                self.write(left, operators[type(node.op)], right)

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
