"""The spelling table: how each operation is written for a target. An absent row is a Python call."""

import ast
from collections.abc import Callable, Sequence

from adjgen.elementary.row import TABLE
from adjgen.elementary.structural import DEEPEST
from adjgen.ir.core import Const

Args = Sequence[ast.expr]
Spelling = Callable[[Args], ast.expr]


def outside(module: str, name: str) -> ast.Name:
    """Return a reference to a name of a module; emit.module chooses how it is written."""
    return ast.Name(f"@{module}:{name}", ast.Load())


def binary(op: type[ast.operator]) -> Spelling:
    """Spell a binary operator; a negative left side of ** needs no care, constants are UnaryOps."""
    return lambda args: ast.BinOp(args[0], op(), args[1])


def compare(op: type[ast.cmpop]) -> Spelling:
    """Spell a comparison."""
    return lambda args: ast.Compare(args[0], [op()], [args[1]])


def unary(op: type[ast.unaryop]) -> Spelling:
    """Spell a unary operator."""
    return lambda args: ast.UnaryOp(op(), args[0])


def call(dotted: str) -> Spelling:
    """Spell a call of a function of a module."""
    module, _, name = dotted.rpartition(".")
    return lambda args: ast.Call(outside(module, name), list(args), [])


def over_tuple(dotted: str) -> Spelling:
    """Spell a call with one tuple: sum((a, b))."""
    inner = call(dotted)
    return lambda args: inner([ast.Tuple(list(args), ast.Load())])


def two_points(args: Args) -> ast.expr:
    """Spell math.dist((p...), (q...))."""
    half = len(args) // 2
    points: list[ast.expr] = [
        ast.Tuple(list(part), ast.Load()) for part in (args[:half], args[half:])
    ]
    return call("math.dist")(points)


def extreme(name: str, better: type[ast.cmpop]) -> Spelling:
    """Spell max or min of two names as a conditional expression, which is 20 times faster."""
    plain, tupled = call(f"builtins.{name}"), over_tuple(f"builtins.{name}")

    def spell(args: Args) -> ast.expr:
        if len(args) == 1:
            return tupled(args)
        if len(args) == 2 and all(isinstance(a, (ast.Name, ast.Constant)) for a in args):
            return ast.IfExp(ast.Compare(args[1], [better()], [args[0]]), args[1], args[0])
        return plain(args)

    return spell


def zeros(depth: int) -> Spelling:
    """Spell zeros in the shape of a list (of lists)."""

    def spell(args: Args) -> ast.expr:
        if depth == 1:
            length = ast.Call(outside("builtins", "len"), list(args), [])
            return ast.BinOp(ast.List([ast.Constant(0.0)], ast.Load()), ast.Mult(), length)
        inner = zeros(depth - 1)([ast.Name(f"row_{depth}", ast.Load())])
        target = ast.Name(f"row_{depth}", ast.Store())
        return ast.ListComp(inner, [ast.comprehension(target, args[0], [], 0)])

    return spell


def backwards(args: Args) -> ast.expr:
    """Spell a list in the opposite order; loops write reversed() instead."""
    step = ast.UnaryOp(ast.USub(), ast.Constant(1))
    return ast.Subscript(args[0], ast.Slice(None, None, step), ast.Load())


def add_elements(depth: int) -> Spelling:
    """Spell the list of sums of two lists (of lists)."""
    one, other = (f"a_{depth}", f"b_{depth}") if depth > 1 else ("a", "b")

    def spell(args: Args) -> ast.expr:
        loads: list[ast.expr] = [ast.Name(one, ast.Load()), ast.Name(other, ast.Load())]
        target = ast.Tuple([ast.Name(one, ast.Store()), ast.Name(other, ast.Store())], ast.Store())
        pairs = ast.Call(outside("builtins", "zip"), list(args), [])
        inner = (
            add_elements(depth - 1)(loads)
            if depth > 1
            else ast.BinOp(loads[0], ast.Add(), loads[1])
        )
        return ast.ListComp(inner, [ast.comprehension(target, pairs, [], 0)])

    return spell


def padded(args: Args) -> ast.expr:
    """Spell a list with zeros behind it, as long as another."""
    lengths = [ast.Call(outside("builtins", "len"), [a], []) for a in reversed(args)]
    missing = ast.BinOp(lengths[0], ast.Sub(), lengths[1])
    return ast.BinOp(
        args[0],
        ast.Add(),
        ast.BinOp(ast.List([ast.Constant(0.0)], ast.Load()), ast.Mult(), missing),
    )


def same(args: Args) -> ast.expr:
    """Spell the identity."""
    return args[0]


def infinity(args: Args) -> ast.expr:
    """Spell an infinity of the sign of its second argument."""
    inf = outside("math", "inf")
    return ast.UnaryOp(ast.USub(), inf) if isinstance(args[1], ast.UnaryOp) else inf


MATH: dict[str, Spelling] = {
    "add": binary(ast.Add), "sub": binary(ast.Sub), "mul": binary(ast.Mult), "div": binary(ast.Div),
    "floordiv": binary(ast.FloorDiv), "mod": binary(ast.Mod), "pow": binary(ast.Pow),
    "neg": unary(ast.USub), "pos": unary(ast.UAdd), "not": unary(ast.Not),
    "lt": compare(ast.Lt), "le": compare(ast.LtE), "gt": compare(ast.Gt), "ge": compare(ast.GtE),
    "eq": compare(ast.Eq), "ne": compare(ast.NotEq), "is": compare(ast.Is), "is_not": compare(ast.IsNot),
    "sum": over_tuple("builtins.sum"), "fsum": over_tuple("math.fsum"), "prod": over_tuple("math.prod"),
    "dist": two_points, "max": extreme("max", ast.Gt), "min": extreme("min", ast.Lt),
    "log_base": call("math.log"), "math_pow": call("math.pow"), "round_digits": call("builtins.round"),
    "range": call("builtins.range"), "len": call("builtins.len"), "padded": padded, "backwards": backwards,
    "pack": lambda args: ast.Tuple(list(args), ast.Load()), "stop_gradient": same, "infinity": infinity,
}  # fmt: skip
for _depth in range(1, DEEPEST + 1):
    MATH |= {f"add_elements_{_depth}": add_elements(_depth), f"zeros_like_{_depth}": zeros(_depth)}
TARGETS = {"math": MATH}


def spell(target: str, name: str, args: Args) -> ast.expr:
    """Return the syntax tree of a row applied to arguments."""
    known = TARGETS[target].get(name)
    if known:
        return known(args)
    row = TABLE[name]
    if row.carried:
        return ast.Call(ast.Name(f"@:{name}", ast.Load()), list(args), [])
    if row.home:
        function = outside(row.home, row.names[0].removeprefix(f"{row.home}."))
        return ast.Call(function, list(args), [])
    return call(row.names[0] if row.names else f"math.{name}")(args)


FAMOUS = {3.141592653589793: "pi", 6.283185307179586: "tau"}


def constant(atom: Const) -> ast.expr:
    """Return a constant; a negative number is a minus and a positive one, as ** needs it."""
    value = atom.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if repr(value).startswith("-"):
            return ast.UnaryOp(ast.USub(), constant(Const(-value)))
        if isinstance(value, float) and value in FAMOUS:
            return outside("math", FAMOUS[value])
        if value != value or value == float("inf"):
            return outside("math", "nan" if value != value else "inf")
    if value == () and isinstance(value, tuple):
        return ast.Tuple([], ast.Load())
    return ast.Constant(value)
