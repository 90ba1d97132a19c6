"""How operations are spelled in plain Python: MATH, the table that those of other targets begin with."""

import ast
from collections.abc import Callable, Sequence

from adjgen.elementary.sequences import DEEPEST
from adjgen.emit.references import outside

Args = Sequence[ast.expr]
Spelling = Callable[[Args], ast.expr]


def binary(op: type[ast.operator]) -> Spelling:
    """Spell a binary operator; a negative left side of ** needs no care, constants are UnaryOps."""
    sign = op()
    return lambda args: ast.BinOp(args[0], sign, args[1])


def compare(op: type[ast.cmpop]) -> Spelling:
    """Spell a comparison."""
    return lambda args: ast.Compare(args[0], [op()], [args[1]])


def unary(op: type[ast.unaryop]) -> Spelling:
    """Spell a unary operator."""
    sign = op()
    return lambda args: ast.UnaryOp(sign, args[0])


def call(dotted: str) -> Spelling:
    """Spell a call of a function of a module."""
    module, _, name = dotted.rpartition(".")
    return lambda args: ast.Call(outside(module, name), list(args), [])


def over_tuple(dotted: str) -> Spelling:
    """Spell a call with one tuple: sum((a, b))."""
    inner = call(dotted)
    return lambda args: inner([ast.Tuple(list(args), ast.Load())])


def sum_from(args: Args) -> ast.expr:
    """Spell a sum with a start value, the last argument: sum((a, b), c)."""
    terms = ast.Tuple(list(args[:-1]), ast.Load())
    return ast.Call(outside("builtins", "sum"), [terms, args[-1]], [])


def two_points(args: Args) -> ast.expr:
    """Spell math.dist((p...), (q...))."""
    half = len(args) // 2
    points: list[ast.expr] = [
        ast.Tuple(list(part), ast.Load()) for part in (args[:half], args[half:])
    ]
    return call("math.dist")(points)


def winners(args: Args) -> ast.expr:
    """Spell how many values equal the first: sum((b == a, c == a)) or 1."""
    same: list[ast.expr] = [ast.Compare(arg, [ast.Eq()], [args[0]]) for arg in args[1:]]
    return ast.BoolOp(ast.Or(), [over_tuple("builtins.sum")(same), ast.Constant(1)])


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


def columns(depth: int) -> Spelling:
    """Spell the sum of lists (of lists) in the shape of another."""

    def spell(args: Args) -> ast.expr:
        each = [ast.Starred(args[0], ast.Load()), *[zeros(depth)([one]) for one in args[1:]]]
        inner: ast.expr = ast.Name(f"column_{depth}", ast.Load())
        inner = columns(depth - 1)([inner]) if depth > 1 else call("builtins.sum")([inner])
        target = ast.Name(f"column_{depth}", ast.Store())
        pairs = ast.Call(outside("builtins", "zip"), each, [])
        return ast.ListComp(inner, [ast.comprehension(target, pairs, [], 0)])

    return spell


def folded(depth: int) -> Spelling:
    """Spell the sums of what the repetitions of a list (of lists) hold."""

    def spell(args: Args) -> ast.expr:
        items, like, _ = args
        length = call("builtins.len")([like])

        def total(k: ast.expr) -> ast.expr:
            own = ast.Subscript(items, ast.Slice(k, None, length), ast.Load())
            if depth == 1:
                return call("builtins.sum")([own])
            return columns(depth - 1)([own, subscript(like, [k])])

        return each("k", total, call("builtins.range")([length]), items, like)

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


def subscript(items: ast.expr, where: Args) -> ast.expr:
    """Write items[i][j]."""
    for index in where:
        items = ast.Subscript(items, index, ast.Load())
    return items


def part(args: Args) -> ast.expr:
    """Spell a slice."""
    none = [isinstance(a, ast.Constant) and a.value is None for a in args]
    bounds = [None if empty else a for a, empty in zip(args, none)]
    return ast.Subscript(args[0], ast.Slice(*bounds[1:]), ast.Load())


def each(
    base: str, value: Callable[[ast.expr], ast.expr], items: ast.expr, *inside: ast.expr
) -> ast.expr:
    """Spell [value(one) for one in items]; the name is not one of those inside."""
    taken = {n.id for tree in inside for n in ast.walk(tree) if isinstance(n, ast.Name)}
    while base in taken:
        base += "_"
    body = value(ast.Name(base, ast.Load()))
    return ast.ListComp(body, [ast.comprehension(ast.Name(base, ast.Store()), items, [], 0)])


def copied(depth: int) -> Spelling:
    """Spell the copy of a list (of lists)."""
    plain = call("builtins.list")
    if depth == 1:
        return plain
    return lambda args: each("row", lambda one: copied(depth - 1)([one]), args[0])


def shares(args: Args) -> ast.expr:
    """Spell the shares of the items that have a value."""
    items, value = args

    def share(one: ast.expr) -> ast.expr:
        times = ast.Call(ast.Attribute(items, "count", ast.Load()), [value], [])
        equal = ast.Compare(one, [ast.Eq()], [value])
        return ast.IfExp(equal, ast.BinOp(ast.Constant(1.0), ast.Div(), times), ast.Constant(0.0))

    return each("one", share, items, items, value)


def dot(args: Args) -> ast.expr:
    """Spell the sum of products."""
    names: list[ast.expr] = [ast.Name("a", ast.Load()), ast.Name("b", ast.Load())]
    target = ast.Tuple([ast.Name("a", ast.Store()), ast.Name("b", ast.Store())], ast.Store())
    pairs = ast.Call(outside("builtins", "zip"), list(args), [])
    products = ast.ListComp(
        ast.BinOp(names[0], ast.Mult(), names[1]), [ast.comprehension(target, pairs, [], 0)]
    )
    return ast.Call(outside("builtins", "sum"), [products, ast.Constant(0.0)], [])


def order_of(args: Args) -> ast.expr:
    """Spell the positions of items in the order of their values."""
    items, reverse = args
    places = call("builtins.range")([call("builtins.len")([items])])
    keywords = [ast.keyword("key", ast.Attribute(items, "__getitem__", ast.Load()))]
    if isinstance(reverse, ast.Constant) and reverse.value:
        keywords.append(ast.keyword("reverse", reverse))
    return ast.Call(outside("builtins", "sorted"), [places], keywords)


def scattered(args: Args) -> ast.expr:
    """Spell a list that has grown by values at positions."""
    zipped, one = call("builtins.zip"), ast.Name("_", ast.Store())
    pair = ast.Tuple([one, ast.Name("b", ast.Store())], ast.Store())
    target = ast.Tuple([ast.Name("a", ast.Store()), pair], ast.Store())
    places = call("builtins.sorted")([zipped([args[2], args[1]])])
    total = ast.BinOp(ast.Name("a", ast.Load()), ast.Add(), ast.Name("b", ast.Load()))
    return ast.ListComp(total, [ast.comprehension(target, zipped([args[0], places]), [], 0)])


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


def is_complex(args: Args) -> ast.expr:
    """Spell whether a power, the last argument, is complex."""
    return call("builtins.isinstance")([args[2], outside("builtins", "complex")])


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
    "sum": over_tuple("builtins.sum"), "sum_from": sum_from, "fsum": over_tuple("math.fsum"), "prod": over_tuple("math.prod"),
    "dist": two_points, "winners": winners, "max": extreme("max", ast.Gt), "min": extreme("min", ast.Lt),
    "log_base": call("math.log"), "math_pow": call("math.pow"), "round_digits": call("builtins.round"),
    "range": call("builtins.range"), "reversed": call("builtins.reversed"), "len": call("builtins.len"), "items_of": call("builtins.list"), "isqrt": call("math.isqrt"), "padded": padded, "backwards": backwards,
    "pack": lambda args: ast.Tuple(list(args), ast.Load()), "stop_gradient": same, "index": same, "infinity": infinity, "is_complex": is_complex,
    "forever": lambda args: ast.Constant(True),
    "item": lambda args: subscript(args[0], args[1:]), "part": part, "order_of": order_of,
    "listing": lambda args: ast.List(list(args), ast.Load()), "joined": binary(ast.Add),
    "filled": lambda args: ast.BinOp(ast.List([args[0]], ast.Load()), ast.Mult(), args[1]),
    "popped": lambda args: ast.Call(ast.Attribute(args[0], "pop", ast.Load()), [], []),
    "repeated": binary(ast.Mult), "total": call("builtins.sum"), "exact_total": call("math.fsum"), "unpacked": same,
    "largest": call("builtins.max"), "smallest": call("builtins.min"), "shares": shares, "dot": dot,
    "gathered": lambda args: each("k", lambda k: subscript(args[0], [k]), args[1], args[0]),
    "scaled": lambda args: each(
        "one", lambda one: ast.BinOp(one, ast.Mult(), args[1]), args[0], args[1]
    ),
    "scattered": scattered, "as_tuple": call("builtins.tuple"), "distance": call("math.dist"),
    "norm": lambda args: call("math.hypot")([ast.Starred(args[0], ast.Load())]),
}  # fmt: skip
for _depth in range(1, DEEPEST + 1):
    MATH[f"copied_{_depth}"] = copied(_depth)
    MATH |= {f"add_elements_{_depth}": add_elements(_depth), f"zeros_like_{_depth}": zeros(_depth)}
    MATH |= {f"columns_{_depth}": columns(_depth), f"folded_{_depth}": folded(_depth)}
