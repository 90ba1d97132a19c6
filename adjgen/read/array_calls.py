"""Lowers calls of numpy's functions, of methods of arrays, and of Python's builtins over arrays."""

import ast
import math
from collections.abc import Callable, Sequence

from adjgen.elementary.arrays import averages, copies, linear, reductions, sorting, steps
from adjgen.elementary.arrays.typing import rank_of
from adjgen.elementary.row import BY_NAME, Row
from adjgen.ir.core import Atom, Const, Var
from adjgen.ir.types import BOOL, INT, NUMBERS, OPAQUE, REAL
from adjgen.read import array_several, arrays, expressions, lists
from adjgen.read.frame import Frame
from adjgen.read.values import Display, ListValue, Value, tree_of

KEYWORD_ONLY = {
    "keepdims",
    "ddof",
    "posinf",
    "neginf",
    "nan",
}  # in numpy other parameters stand between
STATIC = {
    "axis", "keepdims", "ddof", "ord", "k", "axes", "axis1", "axis2", "source", "destination", "offset",
    "pad_width", "mode", "constant_values", "reps", "q", "nan", "posinf", "neginf", "increasing",
    "endpoint", "UPLO",
}  # fmt: skip
SETTINGS = {"repeats", "shift", "indices", "kth"} | STATIC  # a tuple is no array there
SHAPES = {"shape", "newshape"}
LENGTHS = {"N", "M", "n", "num"}
FLOATS = {
    "builtins.float", "numpy.float64", "numpy.float32", "numpy.double", "numpy.single", "numpy.float16",
}  # fmt: skip
INFINITIES = {"numpy.inf", "math.inf"}
INTEGERS = {"builtins.int", "numpy.int64", "numpy.int32", "numpy.intp"}
KNOWN: dict[str, Callable[..., bool]] = {
    "np.linalg.norm": reductions.norm_is_known, "np.linalg.matrix_power": linear.power_is_known,
    "np.average": averages.average_is_known, "np.pad": copies.pad_is_known,
    "np.sort": sorting.sort_is_known, "np.median": sorting.quantile_is_known,
    "np.quantile": sorting.quantile_is_known, "np.percentile": sorting.quantile_is_known,
    "np.trapezoid": steps.trapezoid_is_known, "integrate.trapezoid": steps.trapezoid_is_known,
}  # fmt: skip
# Methods of arrays that are functions of numpy under the same name, with the array as first argument.
METHODS = {
    "sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "dot", "reshape", "ravel", "transpose",
    "swapaxes", "squeeze", "trace", "take", "argmax", "argmin", "argsort", "any", "all", "nonzero",
    "clip", "repeat", "cumprod", "diagonal", "ptp",
}  # fmt: skip


def call(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower a call that has to do with arrays; None for others."""
    if any(isinstance(a, ast.Starred) for a in node.args) or any(
        k.arg is None for k in node.keywords
    ):
        return None
    if dotted.startswith("builtins."):
        return builtin(frame, node, dotted)
    if dotted in ("numpy.array", "numpy.asarray", "numpy.copy"):
        return made_of(frame, node, dotted)
    if dotted in array_several.HANDLERS:
        return array_several.call(frame, node, dotted)
    if dotted in BY_NAME:
        one = dotted == "numpy.where" and len(node.args) == 1
        found = BY_NAME["numpy.nonzero" if one else dotted]
        return by_signature(frame, node, found, node.args) if found.signature else None
    if dotted or not isinstance(node.func, ast.Attribute):
        return None
    return method(frame, node, node.func)


def method(frame: Frame, node: ast.Call, function: ast.Attribute) -> Value | None:
    """Lower a method of an array."""
    if frame.binding(function.value) is not None:
        return None
    base = expressions.value(frame, function.value)
    whole = arrays.held(frame, base)
    if whole is None:
        return None
    if function.attr == "flatten" and not node.args:
        return frame.row(node, "flatten", whole)
    if function.attr in ("item", "copy") and not node.args and not node.keywords:
        return frame.row(node, f"{function.attr}_of", whole)
    if function.attr == "astype" and len(node.args) == 1 and not node.keywords:
        return retyped(frame, node, whole)
    if function.attr not in METHODS:
        return None
    name = f"numpy.{function.attr}"
    row = BY_NAME[name]
    args = node.args
    if function.attr in ("reshape", "transpose") and len(args) > 1:
        args = [ast.copy_location(ast.Tuple(list(args), ast.Load()), node)]
    return by_signature(frame, node, row, args, base)


def by_signature(
    frame: Frame, node: ast.Call, row: Row, args: Sequence[ast.expr], first: Value | None = None
) -> Value | None:
    """Lower a call of a function whose parameters are known by name."""
    names = [n for n, _ in row.signature if n not in KEYWORD_ONLY or row.name == "np.linalg.norm"]
    given = dict(zip(names[first is not None :], args))
    other = {"min": "a_min", "max": "a_max"} if row.name == "np.clip" else {}
    given |= {other.get(str(k.arg), str(k.arg)): k.value for k in node.keywords}
    allowed = {n for n, _ in row.signature}
    if len(args) > len(names) - (first is not None) or not given.keys() <= allowed:
        return None
    found: list[Atom] = []
    of: Value | None = None
    for k, (name, default) in enumerate(row.signature):
        if k == 0 and first is not None:
            of, atom = first, frame.materialise(node, first)
        elif name not in given:
            if default is ...:
                return None
            atom = Const(default)
        else:
            value = nested(frame, given[name])
            if (infinite := infinity(frame, given[name])) is not None:
                value = infinite
            of = value if k == 0 else of
            made = argument(frame, given[name], name, value, row)
            if made is None:
                return None
            atom = made
        found.append(atom)
    if not suits(row, found):
        return None
    if row.name == "np.clip" and Const(None) in found:
        return one_sided(frame, node, found)
    if row.outs > 1:
        kinds = row.typed(found) if row.typed is not None else ()
        return Display("tuple", tuple(frame.emit(node, row.name, found, kinds)))
    return arrays.row(frame, node, row.name, *found, of=of)


def one_sided(frame: Frame, node: ast.Call, args: Sequence[Atom]) -> Value | None:
    """Lower np.clip(x, lo, None), which is a maximum, and np.clip(x, None, hi)."""
    whole, low, high = args
    if low == high:
        return None
    if low == Const(None):
        return frame.row(node, "np.minimum", whole, high)
    return frame.row(node, "np.maximum", whole, low)


def infinity(frame: Frame, node: ast.expr) -> Const | None:
    """Return an infinity that is named; None for others."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = infinity(frame, node.operand)
        return None if inner is None else Const(-inner.value)
    return Const(math.inf) if frame.dotted(node) in INFINITIES else None


def suits(row: Row, args: Sequence[Atom]) -> bool:
    """Whether the rule is for these arguments."""
    test = KNOWN.get(row.name)
    if test is not None and not test(*args):
        return False
    if row.name in ("np.arange", "np.full") or row.category == "none":
        return True
    return any(arg.type.dtype for arg in args) or all(
        arg.type in NUMBERS or arg.type is OPAQUE or isinstance(arg, Const) for arg in args[:1]
    )


def argument(frame: Frame, node: ast.expr, name: str, value: Value, row: Row) -> Atom | None:
    """Return the atom of an argument; None where the rule does not know such ones."""
    if name == "dtype":
        return frame.materialise(node, value) if frame.dotted(node) in FLOATS else None
    if isinstance(value, Display):
        parts = [item for item in value.items if isinstance(item, (Var, Const))]
        settled = constant(value) if name in SETTINGS | SHAPES else None
        if settled is not None:
            value = settled
        elif name in SHAPES and len(parts) == len(value.items):
            return frame.row(node, "shape_tuple", *[as_length(frame, node, p) for p in parts])
        else:
            return displayed(frame, node, value) if name not in STATIC else None
    if isinstance(value, ListValue) and arrays.held(frame, value) is None and name not in STATIC:
        return frame.materialise(node, value)
    atom = frame.materialise(node, value)
    if name in STATIC and not isinstance(atom, Const):
        return None
    return as_length(frame, node, atom) if name in SHAPES | LENGTHS else atom


def constant(value: Value) -> Const | None:
    """Return a constant, or one that is a tuple of them, perhaps of tuples; None for others."""
    if not isinstance(value, Display):
        return value if isinstance(value, Const) else None
    inner = [constant(item) for item in value.items]
    found = [one.value for one in inner if one is not None]
    return Const(tuple(found)) if len(found) == len(inner) else None


def as_length(frame: Frame, node: ast.AST, atom: Atom) -> Atom:
    """Return a length: what is a parameter is a whole number then."""
    if isinstance(atom, Const) or atom.type in (INT, OPAQUE):
        return atom
    lists.retype(frame, atom, INT)
    return frame.row(node, "index", atom) if atom.type is REAL else atom


# ---- arrays of what is written out, and of several arrays


def made_of(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower np.array([...]), np.asarray(x)."""
    if len(node.args) != 1 or any(
        k.arg != "dtype" or frame.dotted(k.value) not in FLOATS for k in node.keywords
    ):
        return None
    (given,) = node.args
    value = nested(frame, given)
    if isinstance(value, Display) and not node.keywords:
        return displayed(frame, node, value)
    shown = displayed(frame, node, value) if isinstance(value, Display) else None
    whole = arrays.held(frame, value) if shown is None else shown
    if whole is None:
        return None if node.keywords else arrays.of_list(frame, node, value)
    if node.keywords:
        kind = frame.materialise(node, expressions.value(frame, node.keywords[0].value))
        if dotted == "numpy.asarray" and not isinstance(value, Display):
            return arrays.row(frame, node, "asarray_as", whole, kind, of=value)
        return frame.row(node, "array_as", whole, kind) if dotted != "numpy.copy" else None
    if dotted == "numpy.asarray" and not node.keywords:
        return value if rank_of(whole) else arrays.row(frame, node, "np.asarray", whole, of=value)
    return frame.row(node, "np.copy", whole)


def retyped(frame: Frame, node: ast.Call, whole: Atom) -> Value | None:
    """Lower x.astype(float), and x.astype(int), which has no derivative."""
    dotted = frame.dotted(node.args[0])
    if dotted not in FLOATS and dotted not in INTEGERS:
        return None
    kind = frame.materialise(node, expressions.value(frame, node.args[0]))
    return frame.row(node, "astype" if dotted in FLOATS else "astype_int", whole, kind)


def nested(frame: Frame, node: ast.expr) -> Value:
    """Lower a list that is written out, and the lists inside, to displays."""
    if isinstance(node, (ast.List, ast.Tuple)) and not any(
        isinstance(e, ast.Starred) for e in node.elts
    ):
        return Display("list", tuple(nested(frame, e) for e in node.elts))
    return expressions.value(frame, node)


def displayed(frame: Frame, node: ast.AST, value: Display) -> Var | None:
    """Return the array of a nested display of numbers and arrays."""
    leaves: list[Atom] = []
    if "record" in tree_of(value).kinds():
        return None  # an object is one item

    def structure(part: Value) -> object:
        if isinstance(part, Display):
            return tuple(structure(inner) for inner in part.items)
        leaves.append(frame.materialise(node, part))
        return len(leaves) - 1

    places = structure(value)
    if any(leaf.type.element is not None for leaf in leaves):
        return None
    return frame.row(node, "displayed", Const(places), *leaves)


# ---- builtins


def builtin(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower sum(x), max(x), len(x), float(x) of an array."""
    name = dotted.removeprefix("builtins.")
    if len(node.args) != 1 or node.keywords or name not in (*BUILTINS, "tuple"):
        return None
    if name == "tuple":  # of a tuple that is written out, that is itself
        inner = expressions.value(frame, node.args[0])
        return inner if isinstance(inner, Display) and inner.kind == "tuple" else None
    whole = arrays.held(frame, expressions.value(frame, node.args[0]))
    if whole is None:
        return None
    if name in ("int", "bool"):
        return frame.emit(node, name, [whole], [INT if name == "int" else BOOL])[0]
    return frame.row(node, BUILTINS[name], whole)


BUILTINS = {
    "sum": "sum_of_rows", "max": "max_of_items", "min": "min_of_items", "len": "len",
    "float": "number", "int": "int", "bool": "bool",
}  # fmt: skip
