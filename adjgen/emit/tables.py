"""Copies of the user's tables: constants of a generated module, small ones for black to lay out.

A large table is written as rows that black leaves alone: one number a line would be no table.
"""

import ast
from collections.abc import Iterable, Iterator

WIDTH = 88  # characters of a line, as black has it
BRACKETS: dict[type, tuple[str, str]] = {ast.Tuple: ("(", ")"), ast.List: ("[", "]")}
SMALL = 400  # characters of a table that is laid out by black


def statement(name: str, tree: ast.expr, anything: str) -> str:
    """Return the assignment of a table; `anything` is the annotation of what mypy would take amiss.

    >>> statement("T", ast.parse("(1.0, 2.0)", mode="eval").body, "Any")
    'T = (1.0, 2.0)'
    >>> statement("T", ast.parse("{'a': 1}", mode="eval").body, "Any")
    "T: Any = {'a': 1}"
    """
    said = f"{name}: {anything}" if anything else name
    text = ast.unparse(tree)
    if len(text) <= SMALL or isinstance(tree, ast.Constant):
        return f"{said} = {text}"
    return "\n".join(rows(tree, f"{said} = ", "", "  # fmt: skip"))


def plain(tree: ast.expr) -> bool:
    """Whether mypy sees by itself what a table has: numbers with a point, in tuples and lists.

    >>> [plain(ast.parse(text, mode="eval").body) for text in ("[(1.0, -2.5)]", "(1, 2)", "[]")]
    [True, False, False]
    """
    if isinstance(tree, (ast.Tuple, ast.List)) and tree.elts:
        return all(plain(item) for item in tree.elts)
    number = tree.operand if isinstance(tree, ast.UnaryOp) else tree
    return isinstance(number, ast.Constant) and type(number.value) is float


def rows(tree: ast.expr, before: str, indent: str, after: str) -> Iterator[str]:
    """Yield the lines of a large display: what fits into a line, or a display of its own in lines."""
    if isinstance(tree, ast.Call) and len(tree.args) == 1:
        yield from rows(tree.args[0], f"{before}{ast.unparse(tree.func)}(", indent, f"){after}")
        return
    opening, closing = BRACKETS.get(type(tree), ("{", "}"))
    inner = indent + "    "
    yield before + opening
    line = inner
    for key, item in _items(tree):
        text = key + ast.unparse(item) + ","
        large = len(inner) + len(text) > WIDTH and not isinstance(item, ast.Constant)
        if line != inner and (large or len(line) + 1 + len(text) > WIDTH):
            yield line
            line = inner
        if large:
            yield from rows(item, inner + key, inner, ",")
        else:
            line += text if line == inner else f" {text}"
    if line != inner:
        yield line
    yield indent + closing + after


def _items(tree: ast.expr) -> Iterable[tuple[str, ast.expr]]:
    if isinstance(tree, ast.Dict):
        keys = [f"{ast.unparse(key)}: " if key else "**" for key in tree.keys]
        return zip(keys, tree.values)
    return [("", item) for item in getattr(tree, "elts", [])]
