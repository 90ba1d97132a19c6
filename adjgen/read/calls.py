"""Lowers calls: rows of the rule table, functions whose source is known (read in place), the rest carried."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from adjgen.elementary.row import BY_NAME, TABLE, Row
from adjgen.elementary.user import row_of
from adjgen.ir.core import Atom, Const, Opaque, Var
from adjgen.ir.types import BOOL, INT, OPAQUE, REAL
from adjgen.read import expressions, names
from adjgen.read.absent import is_forgiven, not_there
from adjgen.read.frame import Frame, missing_hint
from adjgen.read.opaque import OBSERVERS, Code
from adjgen.read.values import Display, FunctionValue, Value

# Functions of a display whose items are the arguments of a row: sum([a, b]), max((a, b)).
OVER_ITEMS = {"builtins.sum", "math.fsum", "math.prod", "builtins.max", "builtins.min"}
# Names that mean another row with a second argument.
WITH_TWO = {"math.log": "log_base", "builtins.round": "round_digits"}
COMPLEX = {"builtins.complex"}


@dataclass(frozen=True, eq=False)
class InnerDefinition:
    """A lambda or a function defined inside another: what names.Definition says of others."""

    node: Any
    file: Any
    scope: Any
    qualname: str
    defaults: dict[str, Value] = field(default_factory=dict)
    bound: int = 0
    live: Any = None


def inner_definition(frame: Frame, node: ast.FunctionDef | ast.Lambda) -> InnerDefinition:
    """Return a function defined here; its defaults are evaluated now, as Python does."""
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    pairs = list(zip(positional[len(positional) - len(args.defaults) :], args.defaults))
    pairs += [(a, d) for a, d in zip(args.kwonlyargs, args.kw_defaults) if d is not None]
    defaults = {a.arg: expressions.value(frame, d) for a, d in pairs}
    name = getattr(node, "name", "<lambda>")
    of = frame.definition
    return InnerDefinition(node, of.file, of.scope, f"{of.qualname}.{name}", defaults)


def readable(frame: Frame, node: ast.Call) -> bool:
    """Whether a call is of a row or of a function whose source is known."""
    binding = frame.binding(node.func)
    if isinstance(binding, (names.Known, names.Callee)):
        return isinstance(binding, names.Callee) or binding.dotted in BY_NAME
    if isinstance(node.func, ast.Name):
        owner = frame.frame_of(node.func.id)
        return owner is not None and isinstance(owner.env.get(node.func.id), FunctionValue)
    return isinstance(node.func, ast.Lambda)


def call(frame: Frame, node: ast.Call) -> Value:
    """Lower a call."""
    binding = frame.binding(node.func)
    dotted = binding.dotted if isinstance(binding, names.Known) else ""
    if dotted in COMPLEX or dotted.startswith("cmath."):
        return frame.problem(
            node, "ADJ406", "a complex number", "Write the real and imaginary parts as two numbers."
        )
    if dotted:
        return _known(frame, node, dotted)
    user = _user_row(binding)
    if user is not None and (node.keywords or len(node.args) != len(user.partials)):
        what = f"the rule of `{ast.unparse(node.func)}` is for {len(user.partials)} positional arguments"
        return frame.problem(node, "ADJ304", what, "Give it just these.")
    if user is not None:
        return _row(frame, node, user.name, node.args)
    target = _function(frame, node, binding)
    if target is not None and not _starred(node):
        from adjgen.read import inline

        return inline.inlined(frame, node, target)
    return _unknown(frame, node)


def _user_row(binding: Any) -> Row | None:
    """Return the rule that the user gave to a function with adjgen.rule."""
    live = (
        binding.definition.live
        if isinstance(binding, names.Callee)
        else getattr(binding, "value", None)
    )
    place = getattr(binding, "place", None)
    return row_of(live) or (BY_NAME.get(f"{place.module}.{place.name}") if place else None)


def _function(frame: Frame, node: ast.Call, binding: Any) -> FunctionValue | None:
    """Return the function that a call names, if its source is known."""
    if isinstance(binding, names.Callee):
        return FunctionValue(binding.definition)
    if isinstance(node.func, ast.Name):
        owner = frame.frame_of(node.func.id)
        held = owner.env.get(node.func.id) if owner else None
        return held if isinstance(held, FunctionValue) else None
    if isinstance(node.func, ast.Lambda):
        held = expressions.value(frame, node.func)
        return held if isinstance(held, FunctionValue) else None
    return None


def _starred(node: ast.Call) -> bool:
    return any(isinstance(a, ast.Starred) for a in node.args) or any(
        k.arg is None for k in node.keywords
    )


def _unknown(frame: Frame, node: ast.Call) -> Value:
    """Carry a call of something that adjgen cannot read."""
    text = ast.unparse(node.func)
    binding = frame.binding(node.func)
    if isinstance(node.func, ast.Name) and isinstance(binding, names.Missing):
        if is_forgiven(frame.definition.file.tree, text):
            return not_there(frame, node.func)
        what = f"no function `{text}` is known"
        return frame.problem(node.func, "ADJ301", what, missing_hint(binding))
    return frame.opaque(
        node,
        f"ADJ301 no derivative rule for `{text}`",
        "Give it one with adjgen.rule, or pass its result in as an argument.",
    )


def _known(frame: Frame, node: ast.Call, dotted: str) -> Value:
    """Lower a call of one of Python's own functions."""
    args = node.args
    row = BY_NAME.get(dotted)
    if dotted == "builtins.float" and len(args) == 1 and isinstance(args[0], ast.Constant):
        if isinstance(args[0].value, str) and not node.keywords:
            return _float_of_text(frame, node, args[0].value)
    if dotted == "math.dist" and not _starred(node):
        points = [_point(frame, argument) for argument in args]
        if len(points) == 2 and all(points) and len(points[0]) == len(points[1]):
            return _row(frame, node, "dist", [*points[0], *points[1]])
        row = None
    if dotted in OVER_ITEMS and len(args) == 1:
        items = _items(args[0])
        if items and not node.keywords:
            return _row(frame, node, BY_NAME[dotted].name, items)
        row = None
    if dotted in OVER_ITEMS and len(args) > 1 and dotted not in ("builtins.max", "builtins.min"):
        row = None  # sum of a start value
    if row is None or node.keywords or _starred(node) or not args:
        return _carried(frame, node, dotted)
    name = WITH_TWO.get(dotted, row.name) if len(args) == 2 else row.name
    arity = len(TABLE[name].partials)
    if not TABLE[name].variadic and arity and arity != len(args):
        return _carried(frame, node, dotted)
    return _row(frame, node, name, args)


def _carried(frame: Frame, node: ast.Call, dotted: str) -> Value:
    short = dotted.removeprefix("builtins.")
    reason = f"ADJ301 no derivative rule for this call of `{short}`"
    if dotted.startswith(OBSERVERS):
        code, reads = frame.code(node, (), reason, "", True, observes=True)
        return frame.emit(node, Opaque(code), reads, [OPAQUE])[0]
    return frame.opaque(node, reason, "`adjgen rules` lists what has one.")


def _float_of_text(frame: Frame, node: ast.Call, text: str) -> Value:
    try:
        return Const(float(text))
    except ValueError:
        return frame.opaque(node, "ADJ402 a number made of text")


def _point(frame: Frame, node: ast.expr) -> list[Any]:
    """Return the coordinates of a point that is written out, or bound to a tuple; else nothing."""
    if isinstance(node, ast.Name):
        owner = frame.frame_of(node.id)
        held = owner.env.get(node.id) if owner else None
        return list(held.items) if isinstance(held, Display) else []
    return list(_items(node) or [])


def _items(node: ast.expr) -> list[ast.expr] | None:
    """Return the items of a tuple or list that is written out."""
    if isinstance(node, (ast.Tuple, ast.List)):
        return None if any(isinstance(i, ast.Starred) for i in node.elts) else list(node.elts)
    return None


def _row(frame: Frame, node: ast.Call, name: str, args: Sequence[ast.expr | Value]) -> Value:
    """Append a row; an argument is an expression or a value."""
    atoms: list[Atom] = []
    for argument in args:
        held = expressions.value(frame, argument) if isinstance(argument, ast.expr) else argument
        atoms.append(frame.materialise(node, held))
    if TABLE[name].outs > 1:
        outs = frame.emit(node, name, atoms, [REAL] * TABLE[name].outs)
        return Display("tuple", outs)
    return frame.row(node, name, *atoms)


def on_atoms(frame: Frame, node: ast.expr, op: Any, atoms: tuple[Atom, ...], reason: str) -> Var:
    """Carry an operation on values that are already lowered."""
    loads: list[ast.expr] = [ast.Name(f"operand_{k}", ast.Load()) for k in range(len(atoms))]
    tree: ast.expr
    if len(loads) == 2:
        tree = ast.BinOp(loads[0], op, loads[1])
    else:
        tree = ast.UnaryOp(op, loads[0])
    labels = tuple(f"operand_{k}" for k in range(len(atoms)))
    code = Code(tree, labels, reason=reason, hint=expressions.ADVICE)
    integers = all(a.type in (INT, BOOL) for a in atoms)
    return frame.emit(node, Opaque(code), atoms, [INT if integers else OPAQUE])[0]
