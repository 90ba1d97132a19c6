"""Calls and unpackings of tuples whose items are known one by one: sum(t, start), max(*t), `a, *rest = t`.

A local tuple is its items: `*t` among arguments is t[0], t[1], ..., which reads none of them twice.
"""

import ast
from collections.abc import Sequence

from adjgen.elementary.row import BY_NAME
from adjgen.ir.core import Const, Opaque
from adjgen.ir.types import OPAQUE
from adjgen.read import expressions, lists, records, stores
from adjgen.read.flow import integer
from adjgen.read.frame import Frame
from adjgen.read.opaque import Code
from adjgen.read.values import Display, Value

Nodes = list[ast.expr]
# Functions of a display whose items are the arguments of a row: sum([a, b]), max((a, b)).
REDUCTIONS = {
    "builtins.sum", "math.fsum", "math.prod", "builtins.max", "builtins.min", "math.dist",
}  # fmt: skip
CHOICES = {"builtins.max", "builtins.min"}
MANY = 1_000  # items of a tuple
NEUTRAL = {"sum": "0", "prod": "1"}  # the start values that Python takes if none is given
READERS = {*REDUCTIONS, "builtins.len"}  # what only reads a list that it is given


def spread(frame: Frame, nodes: Sequence[ast.expr]) -> Nodes | None:
    """Return expressions with `*t` replaced by the items of t; None if those are not known."""
    found: Nodes = []
    for node in nodes:
        items = items_of(frame, node.value) if isinstance(node, ast.Starred) else [node]
        if items is None:
            return None
        found += items
    return found


def joined(name: str | None, left: Value, right: Value) -> Display | None:
    """Return the sum of two displays, or t * n of a tuple and a number that is written out."""
    if isinstance(right, Const) and name == "mul":
        left, right = right, left
    if any(isinstance(side, Display) and side.kind == "record" for side in (left, right)):
        return None
    if isinstance(left, Display) and isinstance(right, Display) and name == "add":
        return Display(left.kind, left.items + right.items) if left.kind == right.kind else None
    if name != "mul" or not isinstance(right, Display) or not isinstance(left, Const):
        return None
    plain = right.kind == "tuple" and type(left.value) is int and left.value < MANY
    return Display("tuple", right.items * left.value) if plain else None


def items_of(frame: Frame, node: ast.expr) -> Nodes | None:
    """Return the items of a tuple or list that is written out, of a name bound to one, or of t[1:]."""
    if isinstance(node, (ast.Tuple, ast.List)):
        return spread(frame, node.elts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):  # t + (x,)
        sides = [node.left, node.right]
        same = len({_kind(frame, side) for side in sides}) == 1
        return spread(frame, [ast.Starred(side, ast.Load()) for side in sides]) if same else None
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        ends = [node.slice.lower, node.slice.upper, node.slice.step]
        numbers = [integer(end) if end else None for end in ends]
        named = isinstance(
            node.value, ast.Name
        )  # the items of a display would not all be evaluated
        known = all(n is not None for n, end in zip(numbers, ends) if end) and numbers[2] != 0
        items = items_of(frame, node.value) if named and known else None
        return None if items is None else items[slice(*numbers)]
    owner = frame.frame_of(node.id) if isinstance(node, ast.Name) else None
    held = owner.env.get(node.id) if owner and isinstance(node, ast.Name) else None
    if isinstance(node, ast.Attribute):
        held = records.stored(frame, node)
    if not isinstance(held, Display) or held.kind == "record":
        return None
    places = [ast.copy_location(ast.Constant(k), node) for k in range(len(held.items))]
    return [ast.copy_location(ast.Subscript(node, k, ast.Load()), node) for k in places]


def _kind(frame: Frame, node: ast.expr) -> str:
    """Return what kind of display an expression is: a tuple and a list cannot be added."""
    while isinstance(node, (ast.BinOp, ast.Subscript)):
        node = node.left if isinstance(node, ast.BinOp) else node.value
    held = frame.held(node.id) if isinstance(node, ast.Name) else None
    return held.kind if isinstance(held, Display) else type(node).__name__.lower()


def arguments(frame: Frame, node: ast.Call, dotted: str) -> tuple[str, Nodes] | None:
    """Return the row that a call of a reduction means, with its arguments; None if it is unknown."""
    args, named = list(node.args), {k.arg: k.value for k in node.keywords}
    row = BY_NAME[dotted].name
    if dotted == "math.dist":
        points = [items_of(frame, argument) or [] for argument in args]
        alike = len(points) == 2 and all(points) and len(points[0]) == len(points[1])
        return (row, [*points[0], *points[1]]) if alike and not named else None
    if dotted in CHOICES and len(args) > 1:
        return None if named else (row, args)
    items = items_of(frame, args[0]) if args else None
    if items is None:
        return None
    if dotted in CHOICES and items and isinstance(named.get("default"), ast.Constant):
        del named["default"]  # which only an empty display asks for
    if dotted == "builtins.sum" and len(args) == 2:
        named["start"] = args.pop()
    start = named.pop("start", None) if dotted in ("builtins.sum", "math.prod") else None
    if named or len(args) > 1:
        return None
    if start is None or (isinstance(start, ast.Constant) and repr(start.value) == NEUTRAL[row]):
        return (row, items) if items else None
    return f"{row}_from", [*items, start]


def matched(frame: Frame, targets: Sequence[ast.expr], held: Display) -> list[Value] | None:
    """Return what each target of an unpacking gets; None if that is not known."""
    stars = [k for k, target in enumerate(targets) if isinstance(target, ast.Starred)]
    if not stars:
        return list(held.items) if len(held.items) == len(targets) else None
    (at,) = stars
    star = targets[at]
    behind = len(held.items) - (len(targets) - at - 1)
    if behind < at or not isinstance(star, ast.Starred) or not only_read(frame, star.value):
        return None
    return [*held.items[:at], Display("list", held.items[at:behind]), *held.items[behind:]]


def unpacked(target: ast.expr, source: ast.expr) -> ast.expr:
    """Return what is unpacked: a list that is written out for it is nobody else's, so a tuple does."""
    if not isinstance(target, (ast.Tuple, ast.List)) or not isinstance(
        source, (ast.Tuple, ast.List)
    ):
        return source
    items = list(source.elts)
    if len(items) == len(target.elts):
        items = [unpacked(part, item) for part, item in zip(target.elts, items)]
    return ast.copy_location(ast.Tuple(items, ast.Load()), source)


def only_read(frame: Frame, target: ast.expr) -> bool:
    """Whether a new list is nowhere changed, nor given to what might: then it is its items."""
    if not isinstance(target, ast.Name):
        return False
    root = frame.definition.node
    return all(
        _reads(frame, parent, child)
        for parent in ast.walk(root)
        for child in ast.iter_child_nodes(parent)
        if isinstance(child, ast.Name) and child.id == target.id and isinstance(child.ctx, ast.Load)
    )


def _reads(frame: Frame, parent: ast.AST, name: ast.Name) -> bool:
    """Whether what stands around a list only reads it."""
    if isinstance(parent, ast.Subscript):
        return isinstance(parent.ctx, ast.Load) and integer(parent.slice) is not None
    if isinstance(parent, ast.Assign):
        return all(isinstance(target, (ast.Tuple, ast.List)) for target in parent.targets)
    if isinstance(parent, ast.Call):
        return frame.dotted(parent.func) in READERS
    if isinstance(parent, ast.Return):
        return frame.is_main
    return isinstance(parent, (ast.Starred, ast.For))


def length(frame: Frame, node: ast.Call) -> Const | None:
    """Return len(t) of a tuple whose items are known."""
    named = (ast.Name, ast.Attribute)
    plain = len(node.args) == 1 and not node.keywords and isinstance(node.args[0], named)
    items = items_of(frame, node.args[0]) if plain else None
    return None if items is None else Const(len(items))


def display(frame: Frame, node: ast.expr) -> Value | None:
    """Return a tuple that is written out, perhaps with `*t` in it, or a slice of one."""
    items = items_of(frame, node)
    if items is None:
        return None
    return Display("tuple", tuple(expressions.value(frame, item) for item in items))


def copied(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Return tuple(t) or list(t) of a tuple whose items are known, None for other calls."""
    if dotted not in ("builtins.tuple", "builtins.list") or node.keywords or len(node.args) != 1:
        return None
    made = display(frame, node.args[0])
    if dotted == "builtins.list" and isinstance(made, Display):
        return stores.listed(frame, node, made.items)
    return made


def item_of_display(frame: Frame, node: ast.Subscript, base: Display, reason: str) -> Value:
    """Lower an item or slice of a tuple that is known; an index of run time needs a list of it."""
    if base.kind == "record":
        return frame.opaque(node, reason, expressions.ADVICE)
    number = integer(node.slice)
    if number is not None and -len(base.items) <= number < len(base.items):
        return base.items[number]
    if isinstance(node.slice, ast.Slice):
        parts = (node.slice.lower, node.slice.upper, node.slice.step)
        bounds = [None if part is None else integer(part) for part in parts]
        if all(b is not None or p is None for b, p in zip(bounds, parts)):
            return Display(base.kind, base.items[slice(*bounds)])
    elif number is None and (listed := stores.of_display(frame, node, base)) is not None:
        return lists.item(frame, node, listed, node.slice)
    item = ast.Subscript(ast.Name("container", ast.Load()), node.slice, ast.Load())
    code = Code(item, ("container",), reason=reason, hint=expressions.ADVICE)
    return frame.emit(node, Opaque(code), [frame.materialise(node, base)], [OPAQUE])[0]
