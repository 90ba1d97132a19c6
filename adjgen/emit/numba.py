"""How operations are spelled for numba, where that differs from plain Python, and what numba has no word for.

Lists are arrays of one dimension here; the rows nd_* stand for what makes them (emit.ndarrays).
"""

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce

from adjgen.emit.references import outside
from adjgen.emit.spellings import Args, Spelling, backwards, binary, call, same, subscript
from adjgen.ir.core import Block, Const, Eqn, Function, Param
from adjgen.ir.types import INT

DTYPES = ("float64", "int64", "bool_")
PRODUCT = binary(ast.Mult)


def numpy(name: str, *args: ast.expr) -> ast.Call:
    """Write a call of numpy."""
    return ast.Call(outside("numpy", name), list(args), [])


def dtype(arg: ast.expr) -> ast.expr:
    """Write the type of the numbers of an array, which rows have as a number."""
    assert isinstance(arg, ast.Constant) and isinstance(arg.value, int)
    return outside("numpy", DTYPES[arg.value])


def method(items: ast.expr, name: str, *args: ast.expr) -> ast.Call:
    """Write items.name(...)."""
    return ast.Call(ast.Attribute(items, name, ast.Load()), list(args), [])


def length(items: ast.expr) -> ast.Call:
    """Write len(items)."""
    return ast.Call(outside("builtins", "len"), [items], [])


def power(args: Args) -> ast.expr:
    """Spell a power as that of floats, unless it is constant.

    numba multiplies for whole powers, which gives other numbers, and 0 for 2**-1.
    """
    exponent = args[1]
    number = exponent.operand if isinstance(exponent, ast.UnaryOp) else exponent
    if isinstance(number, ast.Constant):
        return ast.BinOp(args[0], ast.Pow(), exponent)
    return ast.BinOp(args[0], ast.Pow(), call("builtins.float")([exponent]))


def is_complex(args: Args) -> ast.expr:
    """Spell whether a power is complex in Python, in numba it is nan: of base < 0 and a fraction."""
    base, exponent, _ = args
    zero = ast.Constant(0.0)
    fraction = ast.BinOp(exponent, ast.Mod(), ast.Constant(1.0))
    negative = ast.Compare(base, [ast.Lt()], [zero])
    return ast.BoolOp(ast.And(), [negative, ast.Compare(fraction, [ast.Gt()], [zero])])


def difference_length(args: Args) -> ast.expr:
    """Spell math.dist((a, b), (c, d)) as the hypotenuse of the differences."""
    half = len(args) // 2
    pairs: list[ast.expr] = [ast.BinOp(a, ast.Sub(), b) for a, b in zip(args[:half], args[half:])]
    return call("math.hypot" if half == 2 else "builtins.abs")(pairs)


def log_base(args: Args) -> ast.expr:
    """Spell math.log(x, base) as the quotient that it is."""
    log = call("math.log")
    return ast.BinOp(log([args[0]]), ast.Div(), log([args[1]]))


def isqrt(args: Args) -> ast.expr:
    """Spell the whole part of a square root."""
    return call("builtins.int")([call("math.sqrt")(args)])


def forever(args: Args) -> ast.expr:
    """Spell what is always true: of `while True` numba takes the end for what runs before the turns."""
    return ast.Compare(ast.Constant(0), [ast.Lt()], [ast.Constant(1)])


def padded(args: Args) -> ast.expr:
    """Spell an array with zeros behind it, as long as another."""
    missing = ast.BinOp(length(args[1]), ast.Sub(), length(args[0]))
    return joined([args[0], numpy("zeros", missing)])


def joined(args: Args) -> ast.expr:
    """Spell the numbers of two arrays in one."""
    return numpy("concatenate", ast.Tuple(list(args), ast.Load()))


def shares(args: Args) -> ast.expr:
    """Spell the shares of the items that have a value."""
    equal = ast.Compare(args[0], [ast.Eq()], [args[1]])
    return ast.BinOp(equal, ast.Div(), numpy("sum", equal))


def dot(args: Args) -> ast.expr:
    """Spell the sum of products."""
    return numpy("sum", PRODUCT(args))


def order_of(args: Args) -> ast.expr:
    """Spell the positions of items in the order of their values; equal ones keep theirs."""
    items, reverse = args
    falling = isinstance(reverse, ast.Constant) and reverse.value
    keys = ast.UnaryOp(ast.USub(), items) if falling else items
    found = numpy("argsort", keys)
    found.keywords.append(ast.keyword("kind", ast.Constant("mergesort")))
    return found


def scattered(args: Args) -> ast.expr:
    """Spell an array that has grown by values at positions, each of which occurs once."""
    items, values, order = args
    return ast.BinOp(items, ast.Add(), subscript(values, [numpy("argsort", order)]))


def array_of(args: Args) -> ast.expr:
    """Spell np.array([a, b], dtype)."""
    *items, kind = args
    if not items:
        return numpy("empty", ast.Constant(0), dtype(kind))
    return numpy("array", ast.List(items, ast.Load()), dtype(kind))


def full(args: Args) -> ast.expr:
    """Spell np.full(n, value, dtype)."""
    value, count, kind = args
    return numpy("full", count, value, dtype(kind))


NUMBA: dict[str, Spelling] = {
    "pow": power, "is_complex": is_complex, "math_pow": power, "dist": difference_length, "log_base": log_base,
    "prod": lambda args: reduce(lambda a, b: PRODUCT([a, b]), args),
    "isqrt": isqrt, "forever": forever, "fmod": call("numpy.fmod"), "cbrt": call("numpy.cbrt"),
    "slice": call("builtins.slice"), "reversed": backwards, "joined": joined, "padded": padded, "shares": shares, "dot": dot,
    "gathered": lambda args: subscript(args[0], args[1:]), "scaled": PRODUCT,
    "add_elements_1": binary(ast.Add), "order_of": order_of, "scattered": scattered,
    "zeros_like_1": lambda args: numpy("zeros", length(args[0])),
    "nd_array": array_of, "nd_full": full, "nd_view": same,
    "nd_empty": lambda args: numpy("empty", args[0], dtype(args[1])),
    "nd_zeros": lambda args: numpy("zeros", args[0], dtype(args[1])),
    "nd_copy": lambda args: method(args[0], "astype", dtype(args[1])),
    "nd_range": call("numpy.arange"), "nd_from_list": lambda args: numpy("array", args[0]),
}  # fmt: skip

ONE_BY_ONE = "Add them up one by one."
ABSENT = {
    "fsum": ONE_BY_ONE, "exact_total": ONE_BY_ONE,
    "remainder": "Write `x - y * round(x / y)`.", "modf": "Write `fmod(x, 1.0)` and `x - fmod(x, 1.0)`.",
    "round_digits": "Write `round(x * 100.0) / 100.0`.",
    "isclose": "Compare `abs(a - b)` with a tolerance.",
    "ulp": "Give it in as an argument.", "nextafter": "Give it in as an argument.",
    "norm": "Add up the squares, and take the root.", "distance": "Add up the squares, and take the root.",
    "np.isclose": "Compare `abs(a - b)` with a tolerance.", "np.heaviside": "Write a conditional expression.",
    "polygamma": "", "splev": "", "bisplev": "", "splev_partial": "", "bisplev_partial": "", "implicit": "",
    "as_tuple": "Return the list.", "refilled": "Return the list.",
    "repeated": "Write a loop.", "folded_1": "",
    "append": "Begin with `[0.0] * n` and fill it.", "most": "Begin with `[0.0] * n` and fill it.",
    "require_number": "", "require_rank": "",
}  # fmt: skip
NARROW: dict[str, tuple[Callable[[Eqn], bool], str]] = {  # rows that numba has for some arguments
    "hypot": (lambda eqn: len(eqn.args) == 2, "Write `hypot(hypot(x, y), z)`."),
    "dist": (lambda eqn: len(eqn.args) <= 4, "Write it with hypot, or a root."),
}


def positional(params: Sequence[Param]) -> tuple[Param, ...]:
    """Return a signature without keyword-only parameters, which numba does not know.

    What stands before a parameter without a default has none either.
    """
    found: list[Param] = []
    needed = False
    for param in reversed(params):
        needed = needed or (param.default is ... and not param.kind.startswith("VAR_"))
        kind = "POSITIONAL_OR_KEYWORD" if param.kind == "KEYWORD_ONLY" else param.kind
        found.append(replace(param, kind=kind, default=... if needed else param.default))
    return tuple(reversed(found))


def with_floats(function: Function) -> Function:
    """Return the function with whole exponents as floats: x**3.0 is what Python computes.

    numba multiplies for x**3, which is another number, and wrong for negative exponents of whole numbers.
    """
    return replace(function, body=_floats(function.body))


def multiplied(eqn: Eqn) -> bool:
    """Whether a power may be one of multiplications: in derivatives, and of whole numbers."""
    return eqn.op == "pow" and (eqn.derivative or eqn.args[0].type is INT)


def _floats(block: Block) -> Block:
    eqns = []
    for eqn in block.eqns:
        if eqn.blocks:
            eqn = eqn.reading(eqn.args, tuple([_floats(inner) for inner in eqn.blocks]))
        elif eqn.op in ("pow", "math_pow") and isinstance(n := eqn.args[1], Const):
            if n.type is INT and not (n.value >= 0 and multiplied(eqn)):
                eqn = eqn.reading((eqn.args[0], Const(float(n.value))), ())
        eqns.append(eqn)
    return Block(block.params, tuple(eqns), block.results)
