"""Lowers calls of numpy's functions, of methods of arrays, and of Python's builtins over arrays."""

import ast
from collections.abc import Callable, Sequence

from adjgen.elementary.arrays import linear, products, reductions
from adjgen.elementary.arrays.typing import rank_of
from adjgen.elementary.row import BY_NAME, Row
from adjgen.ir.core import Atom, Const, Var
from adjgen.ir.types import BOOL, INT, NUMBERS, OPAQUE, REAL
from adjgen.read import arrays, displays, expressions, lists
from adjgen.read.frame import Frame
from adjgen.read.values import Display, ListValue, Value

KEYWORD_ONLY = {"keepdims", "ddof"}  # in numpy other parameters stand between
STATIC = {"axis", "keepdims", "ddof", "ord", "k", "axes", "axis1", "axis2", "source", "destination"}
SHAPES = {"shape", "newshape"}
FLOATS = {
    "builtins.float", "numpy.float64", "numpy.float32", "numpy.double", "numpy.single", "numpy.float16",
}  # fmt: skip
KNOWN: dict[str, Callable[..., bool]] = {
    "np.linalg.norm": reductions.norm_is_known, "np.inner": products.inner_is_known,
    "np.linalg.solve": linear.all_matrices,
}  # fmt: skip
# Methods of arrays that are functions of numpy under the same name, with the array as first argument.
METHODS = {
    "sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "dot", "reshape", "ravel", "transpose",
    "swapaxes", "squeeze", "trace", "copy", "take", "argmax", "argmin", "argsort", "any", "all", "nonzero",
}  # fmt: skip
SEVERAL = {"numpy.concatenate": "concatenated", "numpy.stack": "stacked"}
PILES = {"numpy.vstack": 0, "numpy.hstack": 1, "numpy.column_stack": 1}


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
    if dotted in SEVERAL or dotted in PILES:
        return joined(frame, node, dotted)
    if dotted == "numpy.dot" or dotted in BY_NAME:
        found = BY_NAME[dotted]
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
    if function.attr == "item" and not node.args:
        return frame.row(node, "number", whole)
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
    given |= {str(k.arg): k.value for k in node.keywords}
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
            value = expressions.value(frame, given[name])
            of = value if k == 0 else of
            made = argument(frame, given[name], name, value, row)
            if made is None:
                return None
            atom = made
        found.append(atom)
    if not suits(row, found):
        return None
    return arrays.row(frame, node, row.name, *found, of=of)


def suits(row: Row, args: Sequence[Atom]) -> bool:
    """Whether the rule is for these arguments."""
    test = KNOWN.get(row.name)
    if test is not None and not test(*args):
        return False
    if row.name == "np.arange" or row.category == "none":
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
        if len(parts) < len(value.items):
            return None
        if all(isinstance(part, Const) for part in parts):
            value = Const(tuple(part.value for part in parts if isinstance(part, Const)))
        elif name in SHAPES:
            return frame.row(node, "shape_tuple", *[as_length(frame, node, p) for p in parts])
        else:
            made = displayed(frame, node, value)
            return made if made is not None and name not in STATIC else None
    if isinstance(value, ListValue) and arrays.held(frame, value) is None and name not in STATIC:
        return frame.materialise(node, value)
    atom = frame.materialise(node, value)
    if name in STATIC and not isinstance(atom, Const):
        return None
    return as_length(frame, node, atom) if name in SHAPES or name in ("N", "M", "n") else atom


def as_length(frame: Frame, node: ast.AST, atom: Atom) -> Atom:
    """Return a length: what is a parameter is a whole number then."""
    if isinstance(atom, Const) or atom.type in (INT, OPAQUE):
        return atom
    lists.retype(frame, atom, INT)
    return frame.row(node, "index", atom) if atom.type is REAL else atom


# ---- arrays of what is written out, and of several arrays


def made_of(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower np.array([...]), np.asarray(x)."""
    if len(node.args) != 1 or any(frame.dotted(k.value) not in FLOATS for k in node.keywords):
        return None
    (given,) = node.args
    value = nested(frame, given)
    if isinstance(value, Display):
        return displayed(frame, node, value) if not node.keywords else None
    whole = arrays.held(frame, value)
    if whole is None:
        return None
    if dotted == "numpy.asarray" and not node.keywords:
        return value if rank_of(whole) else arrays.row(frame, node, "np.asarray", whole, of=value)
    return frame.row(node, "np.copy", whole)


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

    def structure(part: Value) -> object:
        if isinstance(part, Display):
            return tuple(structure(inner) for inner in part.items)
        leaves.append(frame.materialise(node, part))
        return len(leaves) - 1

    places = structure(value)
    if any(leaf.type.element is not None for leaf in leaves):
        return None
    return frame.row(node, "displayed", Const(places), *leaves)


def joined(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower np.concatenate((a, b), axis), np.stack, np.vstack, np.hstack."""
    named = {k.arg: k.value for k in node.keywords}
    if not node.args or named.keys() - {"axis"} or len(node.args) > 1 + (dotted in SEVERAL):
        return None
    given = node.args[0]
    items = displays.items_of(frame, given)
    if items is None or not items:
        return None
    axis_node = named.get("axis", node.args[1] if len(node.args) > 1 else None)
    axis = Const(0) if axis_node is None else expressions.atom(frame, axis_node)
    parts = [frame.materialise(given, expressions.value(frame, item)) for item in items]
    parts = [p for p in parts if p.type.dtype or p.type is OPAQUE]
    if len(parts) < len(items) or not isinstance(axis, Const) or axis.value is None:
        return None
    if dotted in SEVERAL:
        return frame.row(node, SEVERAL[dotted], axis, *parts)
    ranks = {rank_of(part) for part in parts}
    if dotted == "numpy.hstack" and ranks <= {1, 2} and len(ranks) == 1:
        return frame.row(node, "concatenated", Const(0 if ranks == {1} else 1), *parts)
    if dotted == "numpy.vstack" and ranks == {1}:
        return frame.row(node, "stacked", Const(0), *parts)
    if dotted == "numpy.vstack" and ranks == {2}:
        return frame.row(node, "concatenated", Const(0), *parts)
    if dotted == "numpy.column_stack" and ranks == {1}:
        return frame.row(node, "stacked", Const(1), *parts)
    return None


# ---- builtins


def builtin(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower sum(x), max(x), len(x), float(x) of an array."""
    name = dotted.removeprefix("builtins.")
    if len(node.args) != 1 or node.keywords or name not in BUILTINS:
        return None
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
