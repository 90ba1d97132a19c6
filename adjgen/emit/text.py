"""From syntax trees to text: astor prints, black formats what a person will see."""

import ast
import textwrap
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from adjgen.emit.assignments import Comment, Definition
from adjgen.emit.quick import Quick

LONGEST = 10_000  # lines that black is asked to format
COMMENT_WIDTH = 76
DOC_WIDTH = 80
Spelled = Callable[[str], str]


@cache
def _printer() -> Any:
    """Return astor's printer with comments, loaded at first use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # astor touches names that Python 3.12 deprecates
        import astor.code_gen

    base: Any = type("Base", (Quick, astor.code_gen.SourceGenerator), _tables())

    class Source(base):  # type: ignore[misc]
        """astor's printer, which also prints Comment, references, and what it does not know."""

        def __init__(self, spelled: Spelled) -> None:
            super().__init__(" " * 4)
            self.spelled = spelled  # how a reference to a name of a module is written

        def visit_Name(self, node: ast.Name) -> None:
            self.write(self.spelled(node.id) if node.id.startswith("@") else node.id)

        def visit_Comment(self, node: Comment) -> None:
            lines = docstring(node.text) if node.docstring else [comment(node.text)]
            for line in lines:
                self.statement(node, line)

        def visit_Definition(self, node: Definition) -> None:
            for line in opening(node, self.spelled):
                self.statement(node, line)
            self.body(node.body)

        def visit_Constant(self, node: ast.Constant) -> None:
            if isinstance(node.value, str):
                self.write(repr(node.value))
            else:
                super().visit_Constant(node)

        def verbatim(self, node: ast.stmt) -> None:
            for line in unparsed(node, self.spelled).split("\n"):
                self.statement(node, line)

        visit_ListComp = _list_comprehension
        visit_TryStar = visit_Match = visit_With = visit_ClassDef = verbatim

        def visit_JoinedStr(self, node: ast.JoinedStr, is_joined: bool = False) -> None:
            self.write(unparsed(node, self.spelled))

    return Source


def _tables() -> dict[str, Any]:
    """Return what the printer knows of operators, from astor's tables."""
    from astor.op_util import Precedence, precedence_data, symbol_data

    binary = {
        kind: (precedence_data[kind], precedence_data[kind] + 1, f" {symbol} ")
        for kind, symbol in symbol_data.items()
        if issubclass(kind or int, ast.operator) and kind is not ast.Pow
    }
    return {"binary": binary, "bound": Precedence, "minus": precedence_data[ast.USub]}


def _list_comprehension(printer: Any, node: ast.ListComp) -> None:
    """Print a list comprehension without the parentheses that astor writes around its items."""
    from astor.op_util import Precedence

    with printer.delimit("[]"):
        printer.write(printer.text(node.elt, Precedence.Comma), *node.generators)


def unparsed(node: ast.AST, spelled: Spelled) -> str:
    """Return the text of what astor does not know, its references written."""
    for name in ast.walk(node):
        if isinstance(name, ast.Name) and name.id.startswith("@"):
            name.id = spelled(name.id)
    return ast.unparse(ast.fix_missing_locations(node))


def opening(node: Definition, spelled: Spelled) -> list[str]:
    """Return the decorators of a function and its signature."""
    decorators = [f"@{unparsed(one, spelled)}" for one in node.decorator_list]
    return [*decorators, signature(node, spelled)]


def signature(node: Definition, spelled: Spelled) -> str:
    """Return the first line of a function."""
    given = node.args
    plain = [*given.posonlyargs, *given.args]
    defaults = [None] * (len(plain) - len(given.defaults)) + given.defaults
    words = [parameter(spelled, *pair) for pair in zip(plain, defaults)]
    if given.posonlyargs:
        words.insert(len(given.posonlyargs), "/")
    if given.vararg:
        words.append("*" + parameter(spelled, given.vararg))
    elif given.kwonlyargs:
        words.append("*")
    words += [parameter(spelled, *pair) for pair in zip(given.kwonlyargs, given.kw_defaults)]
    if given.kwarg:
        words.append("**" + parameter(spelled, given.kwarg))
    result = f" -> {unparsed(node.returns, spelled)}" if node.returns else ""
    return f"def {node.name}({', '.join(words)}){result}:"


def parameter(spelled: Spelled, arg: ast.arg, default: ast.expr | None = None) -> str:
    """Return a parameter with its annotation and default.

    >>> number = ast.arg("n", ast.Name("int"))
    >>> parameter(str, number, ast.Constant(3)), parameter(str, ast.arg("x"))
    ('n: int = 3', 'x')
    """
    said = f": {unparsed(arg.annotation, spelled)}" if arg.annotation else ""
    equals = " = " if said else "="
    return arg.arg + said + (equals + unparsed(default, spelled) if default else "")


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


def docstring(text: str) -> list[str]:
    """Return the literal of a docstring as lines, whatever is in the text.

    >>> docstring("Return x.")
    ['\"\"\"Return x.\"\"\"']
    """
    plain = " ".join(text.split())
    if '"' in plain or "\\" in plain or not plain.isprintable():
        return [repr(plain)]
    lines = textwrap.wrap(plain, DOC_WIDTH, break_long_words=False, break_on_hyphens=False)
    if len(lines) < 2:
        return [f'"""{plain}"""']
    return [f'"""{lines[0]}', *lines[1:], '"""']


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


def checked(source: str) -> str:
    """Return the text of a module, which Python can read: otherwise it is a bug of adjgen's."""
    try:
        compile(source, "<generated>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise AssertionError(f"adjgen wrote what Python cannot read: {error}") from error
    return source
