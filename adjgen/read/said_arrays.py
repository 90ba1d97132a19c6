"""What annotations say of arrays: `Float[np.ndarray, "hidden in"]`, `NDArray[np.float64]`, `np.ndarray`.

Nothing is imported for them: a name means what the imports of its file say, wherever they stand.
"""

import ast
from typing import Any

from adjgen.ir.shapes import Dim, Shape, symbol
from adjgen.ir.types import BOOL, INT, REAL, Type, array
from adjgen.read.source import SourceFile
from adjgen.read.state import annotation_of, parameters

WHOLE = {"numpy.ndarray", "numpy.typing.NDArray"}
REALS = ("Float", "Num", "Real", "Inexact", "Shaped")
KINDS = {"Int": INT, "UInt": INT, "Integer": INT, "Bool": BOOL} | dict.fromkeys(REALS, REAL)
DTYPES = {"int": INT, "uint": INT, "integer": INT, "intp": INT, "bool": BOOL}
UNIONS = {"typing.Optional", "typing.Union", "Optional", "Union"}


def said_array(file: SourceFile, said: ast.expr | None, parameter: str) -> Type | None:
    """Return the type of array that an annotation says; None if it says something else."""
    return Reader(file, parameter).of(said) if said is not None else None


def says_arrays(definition: Any) -> bool:
    """Whether the annotation of a parameter says that it is an array."""
    file, node = definition.file, definition.node
    return any(said_array(file, annotation_of(node, name), name) for name, _ in parameters(node))


def says_floats(definition: Any, name: str) -> bool:
    """Whether an annotation says that a parameter is an array of floats."""
    said = annotation_of(definition.node, name)
    text = "" if said is None else ast.unparse(said).lower()
    return "float" in text and said_array(definition.file, said, name) is not None


class Reader:
    """Reads the annotation of one parameter."""

    def __init__(self, file: SourceFile, parameter: str) -> None:
        self.file, self.parameter = file, parameter
        if "named" not in file.kept:
            file.kept["named"] = named(file.tree)
        self.names: dict[str, Any] = file.kept["named"]

    def of(self, said: ast.expr, depth: int = 0) -> Type | None:
        """Return the type that an expression says; `depth` is that of names for other names."""
        if isinstance(said, ast.Constant) and isinstance(said.value, str):
            try:
                return self.of(ast.parse(said.value.strip(), mode="eval").body, depth)
            except SyntaxError:
                return None
        if isinstance(said, ast.BinOp) and isinstance(said.op, ast.BitOr):
            return self.of(said.left, depth) or self.of(said.right, depth)
        if isinstance(said, ast.Name) and isinstance(self.names.get(said.id), ast.expr):
            return self.of(self.names[said.id], depth + 1) if depth < 9 else None
        if isinstance(said, ast.Subscript):
            return self.subscript(said, depth)
        return array(symbol(self.parameter)) if self.dotted(said) in WHOLE else None

    def subscript(self, said: ast.Subscript, depth: int) -> Type | None:
        """Return the type that `X[...]` says."""
        dotted = self.dotted(said.value)
        parts = said.slice.elts if isinstance(said.slice, ast.Tuple) else [said.slice]
        if dotted in UNIONS:
            return next(filter(None, (self.of(part, depth) for part in parts)), None)
        if dotted == "typing.Annotated":
            return self.of(parts[0], depth)
        if dotted in WHOLE:  # NDArray[np.float64], np.ndarray[Any, np.dtype[np.float64]]
            return array(symbol(self.parameter), self.dtype(parts[-1]))
        module, _, kind = dotted.rstrip("0123456789").rpartition(".")
        text = getattr(parts[-1], "value", None)
        if module != "jaxtyping" or kind not in KINDS or not isinstance(text, str):
            return None
        return array(dimensions(text, self.parameter), KINDS[kind])

    def dtype(self, said: ast.expr) -> Type:
        """Return the type of the numbers: np.float64, np.dtype[np.int64], Any."""
        if isinstance(said, ast.Subscript):
            return self.dtype(said.slice)
        name = self.dotted(said).removeprefix("numpy.").rstrip("_0123456789")
        return DTYPES.get(name, REAL)

    def dotted(self, node: ast.expr) -> str:
        """Return the full name of a name, or ""."""
        if isinstance(node, ast.Name):
            found = self.names.get(node.id, node.id)
            return found if isinstance(found, str) else ""
        if isinstance(node, ast.Attribute):
            return f"{self.dotted(node.value)}.{node.attr}"
        return ""


def dimensions(text: str, parameter: str) -> Shape:
    """Return the shape that a text of jaxtyping says.

    >>> dimensions("hidden in", "W"), dimensions("rows=3 1 _ #n", "x"), dimensions("... n", "x")
    (('hidden', 'in'), (3, 1, None, None), frozenset({'x'}))
    """
    words = [word.rpartition("=")[2] for word in text.split()]
    if any(word == "..." or "*" in word[:2] for word in words):
        return symbol(parameter)  # any number of dimensions
    return tuple(map(_dimension, words))


def _dimension(word: str) -> Dim:
    if word.isdecimal():
        return int(word)
    return None if word[0] in "_#?" or "{" in word else word


def named(tree: ast.Module) -> dict[str, Any]:
    """Return what the imports of a file name, and the expressions that its assignments do."""
    found: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            inside = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for one in node.names:
                top = one.name if inside else one.name.split(".")[0]
                found[one.asname or top] = inside + (one.name if one.asname else top)
    for statement in tree.body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(target, ast.Name) and isinstance(statement, ast.Assign):
            found[target.id] = statement.value
        elif type(statement).__name__ == "TypeAlias":  # of Python 3.12
            alias: Any = statement
            found[alias.name.id] = alias.value
    return found
