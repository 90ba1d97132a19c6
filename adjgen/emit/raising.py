"""Statements that raise, as numba takes them: exceptions of Python with constant texts, plain tests."""

import ast
import builtins

# What tests of texts are made of.
TESTS = (
    ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Name, ast.Constant, ast.Tuple, ast.expr_context,
    ast.And, ast.Or, ast.Not, ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot,
)  # fmt: skip
SUMS = (ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub, ast.cmpop)  # in tests of assert
FUNCTIONS = {"abs", "len", "min", "max", "math.isfinite", "math.isinf", "math.isnan", "math.sqrt"}


def raised(tree: ast.stmt) -> ast.stmt | None:
    """Return a raise or an assert as numba takes it, its texts constant; None for what it cannot take."""
    if isinstance(tree, ast.Assert):
        if not is_plain(tree.test):
            return None
        return ast.Assert(tree.test, template(tree.msg) if tree.msg else None)
    if not isinstance(tree, ast.Raise) or tree.exc is None:
        return None
    error = tree.exc.func if isinstance(tree.exc, ast.Call) else tree.exc
    name = error.id if isinstance(error, ast.Name) else ""
    kind = getattr(builtins, name.removeprefix("@builtins:"), None)
    if not (name[:1] == "@" and isinstance(kind, type) and issubclass(kind, Exception)):
        return None
    if not isinstance(tree.exc, ast.Call):
        return ast.Raise(error)
    if tree.exc.keywords:
        return None
    return ast.Raise(ast.Call(error, [template(arg) for arg in tree.exc.args], []))


def is_plain(test: ast.expr) -> bool:
    """Whether a test is made of local names, numbers, and functions that numba has."""
    nodes = list(ast.walk(test))
    calls = [n for n in nodes if isinstance(n, ast.Call)]
    if any(n.keywords or as_written(n.func) not in FUNCTIONS for n in calls):
        return False
    functions = [n for one in calls for n in ast.walk(one.func)]
    rest = [n for n in nodes if n not in calls and n not in functions]
    foreign = any(isinstance(n, ast.Name) and n.id[0] == "@" for n in rest)
    return not foreign and all(isinstance(n, (*TESTS, *SUMS)) for n in rest)


def template(tree: ast.expr) -> ast.Constant:
    """Return the text of an exception without values in it: what has a value stands as it is written."""
    if isinstance(tree, ast.Constant):
        return tree
    if isinstance(tree, ast.JoinedStr):
        return ast.Constant("".join(map(part_of_text, tree.values)))
    if isinstance(tree, ast.BinOp):
        left, right = template(tree.left), template(tree.right)
        return (
            left
            if isinstance(tree.op, ast.Mod)
            else ast.Constant(str(left.value) + str(right.value))
        )
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute):
        if tree.func.attr == "format":
            return template(tree.func.value)
    return ast.Constant(as_written(tree))


def part_of_text(part: ast.expr) -> str:
    """Return a part of an f-string: its text, or a placeholder as it is written."""
    if isinstance(part, ast.FormattedValue):
        return "{" + as_written(part.value) + "}"
    return str(part.value) if isinstance(part, ast.Constant) else ""


def as_written(tree: ast.expr) -> str:
    """Return an expression as text, the names of modules as they are imported."""
    text = ast.unparse(tree).replace("@builtins:", "").replace("@", "")
    return text.replace(":.", ".").replace(":", ".")
