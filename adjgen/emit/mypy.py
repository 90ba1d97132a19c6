"""What mypy cannot follow in generated functions, as its error codes; the header of a module excuses them.

It does not see that a parameter is a number where the user's code uses it (`float | None`), that
`total = 0` starts a float, and what type a power or carried code has.
"""

import ast
from collections import Counter
from collections.abc import Iterable

from adjgen.emit.assignments import Line

KINDS = {Line, ast.arg, ast.Assign, ast.Attribute, ast.Return}
LEAVES = {ast.Name, ast.Constant, str, int, float, bool, type(None), ast.Load, ast.Store}
OPTIONAL = {"arg-type", "assignment", "index", "operator", "return-value"}
KEPT = {"__defaults__", "__kwdefaults__"}  # where a function keeps what may be None to mypy
UNKNOWN = ("Any", "ndarray")
UNTYPED = {"no-untyped-call", "no-untyped-def"}  # a function that the user's code hands to a solver


def excused(tree: ast.FunctionDef) -> set[str]:
    """Return the error codes that a function may make mypy report."""
    found: set[str] = set()
    nodes = told_apart(tree)
    args = [node for node in nodes if isinstance(node, ast.arg) and node.annotation]
    if any("None" in ast.unparse(arg.annotation) for arg in args if arg.annotation):
        found |= OPTIONAL
    if whole_and_real(nodes):
        found.add("assignment")
    if lists_of_unknown(nodes):
        found.add("var-annotated")
    if any(map(is_of_any_type, nodes)) and any(map(is_bare_return, nodes)):
        found.add("no-any-return")
    if any(isinstance(node, ast.Attribute) and node.attr in KEPT for node in nodes):
        found.add("index")
    if any(isinstance(node, ast.FunctionDef) and node is not tree for node in nodes):
        found |= UNTYPED
    return found


def told_apart(tree: ast.AST) -> list[ast.AST]:
    """Return the nodes that the questions below are about: a walk through all takes five times as long."""
    found: list[ast.AST] = []
    pending = [tree]
    for node in pending:  # which grows
        kind = type(node)
        if kind in KINDS or (kind is ast.BinOp and type(node.op) is ast.Pow):  # type: ignore[attr-defined]
            found.append(node)
        for name in kind._fields:
            part = getattr(node, name, None)
            if type(part) is list:
                pending += [item for item in part if type(item) not in LEAVES]
            elif type(part) not in LEAVES and isinstance(part, ast.AST) and part._fields:
                pending.append(part)
            elif type(part) is ast.Name and part.id.endswith(UNKNOWN):
                found.append(part)
    return found


def whole_and_real(nodes: Iterable[ast.AST]) -> bool:
    """Whether a name is given the literal of a whole number, and something else too."""
    whole: set[str] = set()
    other: set[str] = set()
    for node in nodes:
        if isinstance(node, Line):
            other.add(node.name)
        elif isinstance(node, ast.Assign):
            literal = isinstance(node.value, ast.Constant) and type(node.value.value) in (int, bool)
            kind = whole if literal else other
            kind.update(t.id for t in node.targets if isinstance(t, ast.Name))
    return bool(whole & other)


def lists_of_unknown(nodes: Iterable[ast.AST]) -> bool:
    """Whether an empty list does not meet its elements where it begins: in another arm, or never."""
    begun: Counter[str] = Counter()
    filled: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List):
            names = [t.id for t in node.targets if isinstance(t, ast.Name)]
            begun.update(names if not node.value.elts else [])
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            filled.update([node.value.id] if node.attr == "append" else [])
    return any(count > 1 or name not in filled for name, count in begun.items())


def is_of_any_type(node: ast.AST) -> bool:
    """Whether mypy takes an expression for Any: a power of a number that is not whole, a call of a
    function of a module that may have no types, what arrays of unknown numbers give."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return "." in node.func.id
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        exponent = node.right.operand if isinstance(node.right, ast.UnaryOp) else node.right
        return not (isinstance(exponent, ast.Constant) and isinstance(exponent.value, int))
    return isinstance(node, ast.Name) and node.id.rpartition(".")[2] in UNKNOWN


def is_bare_return(node: ast.AST) -> bool:
    """Whether a statement returns a value that is no tuple."""
    return isinstance(node, ast.Return) and not isinstance(node.value, (ast.Tuple, type(None)))
