"""How rows of arrays are written for numpy: operators, methods, items, stores."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from adjgen.elementary.row import Row
from adjgen.emit.references import outside
from adjgen.ir.shapes import rank
from adjgen.ir.types import Type

Args = Sequence[ast.expr]
POSITIONAL = {
    "np.arange",
    "np.linspace",
    "np.logspace",
    "np.size",
    "np.eye",
    "np.tensordot",
    "np.clip",
    "np.linalg.eigvalsh",
    "np.linalg.eigh",
}


def numpy(name: str, *args: ast.expr, **keywords: ast.expr) -> ast.expr:
    """Write a call of a function of numpy."""
    named = [ast.keyword(key, value) for key, value in keywords.items()]
    return ast.Call(outside("numpy", name), list(args), named)


def by_signature(row: Row, args: Args) -> ast.expr:
    """Write a call of a function: what has a default by its name, or not at all."""
    function = outside(row.home, row.names[0].removeprefix(f"{row.home}."))
    pairs = list(zip(args, row.signature))
    while pairs and _is_default(*pairs[-1]):
        pairs.pop()
    plain = [arg for arg, (_, default) in pairs if default is ... or row.name in POSITIONAL]
    named = [
        ast.keyword(name, arg)
        for arg, (name, default) in pairs
        if default is not ...
        and row.name not in POSITIONAL
        and not _is_default(arg, (name, default))
    ]
    return ast.Call(function, plain, named)


def _is_default(arg: ast.expr, parameter: tuple[str, Any]) -> bool:
    default = parameter[1]
    return isinstance(arg, ast.Constant) and default is not ... and repr(arg.value) == repr(default)


def index(parts: Args) -> ast.expr:
    """Write what stands in the brackets: slices as they are written there."""
    written = [_part(part) for part in parts]
    return written[0] if len(written) == 1 else ast.Tuple(written, ast.Load())


def _part(part: ast.expr) -> ast.expr:
    name = part.func.id if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) else ""
    if name == "@builtins:slice" and isinstance(part, ast.Call):
        ends = [None if _is_default(end, ("", None)) else end for end in part.args]
        return ast.Slice(*ends)
    return part


def picked(args: Args) -> ast.expr:
    """Write x[parts]."""
    return ast.Subscript(args[0], index(args[1:]), ast.Load())


def several(name: str) -> Callable[[Args], ast.expr]:
    """Write np.concatenate((a, b), axis=1): the axis is the first argument of the row."""

    def spell(args: Args) -> ast.expr:
        arrays = ast.Tuple(list(args[1:]), ast.Load())
        first = isinstance(args[0], ast.Constant) and args[0].value == 0
        return numpy(name, arrays) if first else numpy(name, arrays, axis=args[0])

    return spell


def displayed(args: Args) -> ast.expr:
    """Write np.array([[a, b], [c, d]]); the first argument says which place is where."""
    return numpy("array", _nested(args[0], args[1:]))


def _nested(structure: ast.expr, leaves: Args) -> ast.expr:
    if isinstance(structure, ast.Tuple):
        return ast.List([_nested(inner, leaves) for inner in structure.elts], ast.Load())
    assert isinstance(structure, ast.Constant) and isinstance(structure.value, int)
    return leaves[structure.value]


def method(name: str) -> Callable[[Args], ast.expr]:
    """Write x.name()."""
    return lambda args: ast.Call(ast.Attribute(args[0], name, ast.Load()), [], [])


def or_nan(args: Args) -> ast.expr:
    """Write n or nan."""
    return ast.BoolOp(ast.Or(), [args[0], outside("math", "nan")])


def bits(op: type[ast.operator]) -> Callable[[Args], ast.expr]:
    """Write a & b and its kin."""
    return lambda args: ast.BinOp(args[0], op(), args[1])


def spread(args: Args) -> ast.expr:
    """Write np.broadcast_to(x, np.shape(like))."""
    return numpy("broadcast_to", args[0], numpy("shape", args[1]))


def filled_like(args: Args) -> ast.expr:
    """Write an array full of a number, in the precision of another."""
    kind = numpy("result_type", args[1], ast.Constant(1.0))
    return numpy("full_like", args[1], args[0], dtype=kind)


def zeros_of(args: Args) -> ast.expr:
    """Write zeros in the shape of an array, which are floats even if it has whole numbers."""
    kind = numpy("result_type", args[0], ast.Constant(1.0))
    return numpy("zeros_like", args[0], dtype=kind)


def copied(args: Args) -> ast.expr:
    """Write a copy of what may be a number."""
    return ast.Subscript(numpy("array", args[0]), ast.Tuple([], ast.Load()), ast.Load())


def part_of(name: str) -> Callable[[Args], ast.expr]:
    """Write np.split(x, sections, axis=1)[k]."""

    def spell(args: Args) -> ast.expr:
        x, sections, k, axis = args
        named = {} if _is_default(axis, ("", 0)) else {"axis": axis}
        return ast.Subscript(numpy(name, x, sections, **named), k, ast.Load())

    return spell


def meshed(args: Args) -> ast.expr:
    """Write np.meshgrid(x, y, indexing="ij")[k]."""
    named = {} if _is_default(args[1], ("", "xy")) else {"indexing": args[1]}
    return ast.Subscript(numpy("meshgrid", *args[2:], **named), args[0], ast.Load())


def piled(args: Args) -> ast.expr:
    """Write np.vstack((a, b)): the name of the function is the first argument of the row."""
    assert isinstance(args[0], ast.Constant)
    return numpy(str(args[0].value), ast.Tuple(list(args[1:]), ast.Load()))


def astype(args: Args) -> ast.expr:
    """Write x.astype(kind)."""
    return ast.Call(ast.Attribute(args[0], "astype", ast.Load()), [args[1]], [])


def array_as(name: str) -> Callable[[Args], ast.expr]:
    """Write np.array(x, dtype=kind)."""
    return lambda args: numpy(name, args[0], dtype=args[1])


def in_precision_of(args: Args) -> ast.expr:
    """Write x.astype(np.result_type(like, 1.0))."""
    return astype([args[0], numpy("result_type", args[1], ast.Constant(1.0))])


def identity_like(args: Args) -> ast.expr:
    """Write an identity matrix as long as an axis of an array, in its precision."""
    length = ast.Subscript(numpy("shape", args[0]), args[1], ast.Load())
    return numpy("eye", length, dtype=numpy("result_type", args[0], ast.Constant(1.0)))


def count_of(args: Args) -> ast.expr:
    """Write np.sum(same, axis=0, keepdims=True, dtype=np.result_type(x, 1.0))."""
    named = (
        {}
        if _is_default(args[1], ("", None))
        else {"axis": args[1], "keepdims": ast.Constant(True)}
    )
    return numpy("sum", args[0], **named, dtype=numpy("result_type", args[2], ast.Constant(1.0)))


ARRAYS: dict[str, Callable[[Args], ast.expr]] = {
    "matmul": lambda args: ast.BinOp(args[0], ast.MatMult(), args[1]),
    "transposed": lambda args: ast.Attribute(args[0], "T", ast.Load()),
    "dtype_of": lambda args: ast.Attribute(args[0], "dtype", ast.Load()),
    "shape_tuple": lambda args: ast.Tuple(list(args), ast.Load()),
    "array_of": lambda args: numpy("array", *args), "list_of": method("tolist"),
    "logistic": lambda args: ast.BinOp(args[0], ast.Div(), args[1]),
    "number": lambda args: ast.Call(outside("builtins", "float"), list(args), []),
    "flatten": method("flatten"), "item_of": method("item"), "copy_of": method("copy"),
    "bit_and": bits(ast.BitAnd), "bit_or": bits(ast.BitOr), "bit_xor": bits(ast.BitXor),
    "bit_not": lambda args: ast.UnaryOp(ast.Invert(), args[0]), "picked": picked, "displayed": displayed, "spread": spread,
    "filled_like": filled_like, "filled_like_any": lambda args: ast.Subscript(filled_like(args), ast.Tuple([], ast.Load()), ast.Load()),
    "slice": lambda args: ast.Call(outside("builtins", "slice"), list(args), []),
    "concatenated": several("concatenate"), "stacked": several("stack"), "zeros_of": zeros_of,
    "copied_array": copied, "copied_as_is": lambda args: ast.Call(outside("copy", "copy"), list(args), []),
    "or_nan": or_nan, "split_part": part_of("split"), "array_split_part": part_of("array_split"),
    "meshed": meshed, "piled": piled, "astype": astype, "astype_int": astype, "einsum": lambda args: numpy("einsum", *args),
    "array_as": array_as("array"), "asarray_as": array_as("asarray"), "count_of": count_of, "in_precision_of": in_precision_of, "identity_like": identity_like,
    "sum_of_rows": lambda args: ast.Call(outside("builtins", "sum"), list(args), []),
    "max_of_items": lambda args: ast.Call(outside("builtins", "max"), list(args), []),
    "min_of_items": lambda args: ast.Call(outside("builtins", "min"), list(args), []),
}  # fmt: skip


# ---- stores


def _place(items: ast.expr, parts: Args) -> ast.Subscript:
    return ast.Subscript(items, index(parts), ast.Store())


def put(items: ast.expr, args: Args) -> list[ast.stmt]:
    """Write x[parts] = value."""
    return [ast.Assign([_place(items, args[1:])], args[0])]


def put_added(items: ast.expr, args: Args) -> list[ast.stmt]:
    """Write np.add.at(x, parts, value): what parts name twice grows twice."""
    value, *parts = args
    whole = parts[0] if len(parts) == 1 else ast.Tuple(parts, ast.Load())
    return [ast.Expr(ast.Call(outside("numpy", "add.at"), [items, whole, value], []))]


def part_plus(items: ast.expr, args: Args) -> list[ast.stmt]:
    """Write x[parts] += value."""
    value, *parts = args
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        return [ast.AugAssign(_place(items, parts), ast.Sub(), value.operand)]
    return [ast.AugAssign(_place(items, parts), ast.Add(), value)]


def update(op: type[ast.operator]) -> Callable[[ast.expr, Args], list[ast.stmt]]:
    """Write x += value and its kin."""

    def write(items: ast.expr, args: Args) -> list[ast.stmt]:
        assert isinstance(items, ast.Name)
        return [ast.AugAssign(ast.Name(items.id, ast.Store()), op(), args[0])]

    return write


STORES: dict[str, Callable[[ast.expr, Args], list[ast.stmt]]] = {
    "put": put, "put_added": put_added, "part_plus": part_plus, "add_in_place": update(ast.Add),
    "sub_in_place": update(ast.Sub), "mul_in_place": update(ast.Mult), "div_in_place": update(ast.Div),
}  # fmt: skip


def refill(items: ast.expr, new: ast.expr, kind: Type) -> list[ast.stmt]:
    """Write items[:] = new, x[...] = new; what may be a number after all is left alone."""
    whole = ast.Constant(...) if kind.dtype else ast.Slice()
    store: list[ast.stmt] = [ast.Assign([ast.Subscript(items, whole, ast.Store())], new)]
    if not kind.dtype or rank(kind.shape):
        return store
    test = ast.Call(outside("builtins", "isinstance"), [items, outside("numpy", "ndarray")], [])
    return [ast.If(test, store, [])]
