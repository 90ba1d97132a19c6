"""Lowers calls with a list behind a star: max(*x), min(*x, 5.0), and g(t, *x) of a function that is read.

How many arguments there are is known at run time only: where they do not fit, it raises as Python does.
"""

import ast

from adjgen.elementary.sequences import depth
from adjgen.ir.core import Const
from adjgen.read import displays, list_methods, lists, stores
from adjgen.read.frame import Frame
from adjgen.read.state import parameters
from adjgen.read.values import FunctionValue, ListValue, RowValue, Value

GIVEN = "%starred"  # the list behind a star; a name that no user can write


def extreme(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower max or min of unpacked lists of numbers; None for others. One number is not enough."""
    if dotted not in displays.CHOICES or node.keywords:
        return None
    made = frame.attempt(lambda: stores.display(frame, ast.copy_location(_list(node), node)))
    if not isinstance(made, ListValue) or depth(lists.kind_of(frame, made)) != 1:
        return None
    from adjgen.read.carrying import carry
    from adjgen.read.statements import branch

    whole = frame.materialise(node, made)
    if sum(not isinstance(argument, ast.Starred) for argument in node.args) < 2:
        frame.locals.add(GIVEN)
        frame.env[GIVEN] = made
        star = ast.Starred(ast.Name(GIVEN, ast.Load()), ast.Load())
        again = ast.Expr(ast.copy_location(ast.Call(node.func, [star], []), node))
        few = frame.row(node, "lt", frame.row(node, "len", whole), Const(2))
        ast.copy_location(again, node)
        branch(frame, node, few, lambda: carry(frame, again, observes=True), lambda: None)
        frame.env.pop(GIVEN)
    return frame.row(node, list_methods.WHOLE[dotted], whole)


def _list(node: ast.Call) -> ast.List:
    return ast.List(node.args, ast.Load())


def items_for(frame: Frame, node: ast.Call, target: FunctionValue | None) -> ast.Call | None:
    """Return a call with the items of an unpacked list, as many as the function has parameters left."""
    stars = [k for k, argument in enumerate(node.args) if isinstance(argument, ast.Starred)]
    if target is None or len(stars) != 1 or any(keyword.arg is None for keyword in node.keywords):
        return None
    (at,) = stars
    left = _left(node, target)
    if left is None or at != len(node.args) - 1:
        return None
    found = lists.list_of(frame, node.args[at].value)  # type: ignore[attr-defined]
    if not isinstance(found, (ListValue, RowValue)):
        return None
    from adjgen.read.statements import suite

    label = f"{GIVEN}_{len(frame.locals)}"
    frame.locals.add(label)
    frame.env[label] = found
    name = ast.copy_location(ast.Name(label, ast.Load()), node)
    suite(frame, _checks(node, name, target, left))
    items = [ast.Subscript(name, ast.Constant(k), ast.Load()) for k in range(len(left))]
    for inner in (part for item in items for part in ast.walk(item)):
        if isinstance(inner, ast.expr):
            ast.copy_location(inner, node)
    return ast.copy_location(ast.Call(node.func, [*node.args[:-1], *items], node.keywords), node)


def _left(node: ast.Call, target: FunctionValue) -> list[str] | None:
    """Return the parameters that a list behind a star has to fill; None if that is not known."""
    definition = target.definition
    kinds = parameters(definition.node)
    preset = getattr(definition, "fixed", {}) or getattr(definition, "preset", {})
    if any(kind.startswith("VAR_") for _, kind in kinds) or preset or definition.bound:
        return None
    named = {k.arg for k in node.keywords} | {name for name, _ in target.named}
    positional = [name for name, kind in kinds if kind != "KEYWORD_ONLY"]
    left = positional[len(target.first) + len(node.args) - 1 :]
    if named.intersection(positional) or any(name in definition.defaults for name in left):
        return None
    return left or None


def _checks(
    node: ast.Call, name: ast.Name, target: FunctionValue, left: list[str]
) -> list[ast.stmt]:
    """Return the statements that raise TypeError where a list has too few items, or too many."""
    kinds = parameters(target.definition.node)
    count = sum(kind != "KEYWORD_ONLY" for _, kind in kinds)
    called, length = _called(target), ast.Call(ast.Name("len", ast.Load()), [name], [])
    few: list[ast.stmt] = [
        _raising(length, k, ast.Constant(f"{called} missing {_missing(left[k:])}"))
        for k in range(len(left))
    ]
    given = ast.BinOp(length, ast.Add(), ast.Constant(count - len(left)))
    takes = f"{called} takes {count} positional argument{'s' * (count > 1)} but "
    parts = [ast.Constant(takes), ast.FormattedValue(given, -1), ast.Constant(" were given")]
    many = _raising(length, len(left), ast.JoinedStr(parts), ast.Gt())
    test = ast.Compare(length, [ast.Lt()], [ast.Constant(len(left))])
    check = ast.If(test, few, [many])
    for inner in ast.walk(check):
        if isinstance(inner, (ast.expr, ast.stmt)) and not hasattr(inner, "lineno"):
            ast.copy_location(inner, node)
    return [check]


def _called(target: FunctionValue) -> str:
    """Return what Python calls a function in the message of an error."""
    name = target.definition.qualname
    if isinstance(target.definition.node, ast.Lambda):
        name = "<lambda>"
    if target.frame is not None:
        around, _, own = target.definition.qualname.rpartition(".")
        name = f"{around}.<locals>.{own}"
    return f"{name}()"


def _missing(names: list[str]) -> str:
    """Return how Python says which arguments are missing."""
    quoted = [f"'{name}'" for name in names]
    comma = "," if len(quoted) > 2 else ""
    before = f"{', '.join(quoted[:-1])}{comma} and " if quoted[1:] else ""
    plural = "s" if quoted[1:] else ""
    return f"{len(quoted)} required positional argument{plural}: {before}{quoted[-1]}"


def _raising(length: ast.expr, count: int, text: ast.expr, op: ast.cmpop | None = None) -> ast.stmt:
    """Return `if length == count: raise TypeError(text)`."""
    error = ast.Call(ast.Name("TypeError", ast.Load()), [text], [])
    test = ast.Compare(length, [op or ast.Eq()], [ast.Constant(count)])
    return ast.If(test, [ast.Raise(error)], [])
