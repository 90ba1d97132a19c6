"""Lowers expressions: each kind of node has a handler; what has none is carried as passive code."""

import ast
from collections.abc import Callable

from adjgen.ir.core import Atom, Const, Opaque, Var
from adjgen.ir.types import BOOL, INT, OPAQUE
from adjgen.read import (
    arrays,
    asked,
    calls,
    comprehensions,
    displays,
    inner,
    joins,
    lists,
    names,
    nothing,
    operations,
    records,
    solvers,
    stores,
    tables,
)
from adjgen.read.bound import flag
from adjgen.read.flow import is_text
from adjgen.read.frame import Frame
from adjgen.read.opaque import Code
from adjgen.read.shared import note_name
from adjgen.read.values import (
    Display,
    FunctionValue,
    ListValue,
    RowValue,
    Value,
)  # fmt: skip

BINARY = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div",
    ast.FloorDiv: "floordiv", ast.Mod: "mod", ast.Pow: "pow",
}  # fmt: skip
COMPARE = {
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
    ast.Is: "is", ast.IsNot: "is_not",
}  # fmt: skip


def value(frame: Frame, node: ast.expr) -> Value:
    """Lower an expression to a value."""
    handler = HANDLERS.get(type(node))
    if handler is None:
        return frame.opaque(node, f"ADJ401 {describe(node)} cannot be differentiated", ADVICE)
    return handler(frame, node)


def atom(frame: Frame, node: ast.expr) -> Atom:
    """Lower an expression to an atom."""
    return frame.materialise(node, value(frame, node))


ADVICE = "Use plain arithmetic on numbers and the functions that `adjgen rules` lists."
WORDS = {
    ast.List: "a list", ast.Dict: "a dictionary", ast.Set: "a set", ast.Subscript: "an item of a container",
    ast.ListComp: "a list comprehension", ast.GeneratorExp: "a generator expression",
    ast.JoinedStr: "a string", ast.Attribute: "an attribute",
    ast.DictComp: "a dictionary", ast.SetComp: "a set", ast.Starred: "an unpacked argument",
}  # fmt: skip


PARTS = "Write the real and imaginary parts as two numbers."


def describe(node: ast.AST) -> str:
    """Name a construct for a message."""
    return WORDS.get(type(node), f"this expression ({type(node).__name__})")


def _constant(frame: Frame, node: ast.Constant) -> Value:
    if isinstance(node.value, complex):
        return frame.problem(node, "ADJ406", "a complex number", PARTS)
    return Const(node.value)


def _name(frame: Frame, node: ast.Name) -> Value:
    return frame.lookup(node)


def _attribute(frame: Frame, node: ast.Attribute) -> Value:
    if (part := records.attribute(frame, node)) is not None:
        return part
    binding = frame.binding(node)
    if binding is None and frame.session.target == "numpy":
        found = frame.attempt(lambda: arrays.attribute(frame, node))
        if found is not None:
            return found
    if binding is None and (root := solvers.attribute(frame, node)):
        return root
    if isinstance(binding, names.External) or binding is None:
        if isinstance(binding, names.External) or not _local_root(frame, node):
            made = frame.dotted(node.value.func) if isinstance(node.value, ast.Call) else ""
            if made == "builtins.complex" or made.startswith("cmath."):
                return frame.opaque(node, "ADJ406 complex numbers cannot be differentiated", PARTS)
            return frame.opaque(node, "ADJ301 its value is not known before run time")
        reason, hint = "ADJ401 an attribute cannot be differentiated", "Pass the number itself."
        if node.attr in ("real", "imag"):
            reason, hint = f"ADJ406 `.{node.attr}` of what may be complex", calls.REAL_NUMBER
        return frame.opaque(node, reason, hint)
    return frame.outside(node, binding)


def _local_root(frame: Frame, node: ast.expr) -> bool:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return isinstance(node, ast.Name) and frame.frame_of(node.id) is not None


def _binary(frame: Frame, node: ast.BinOp) -> Value:
    chain: list[ast.BinOp] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp):  # long sums lean to the left: walk, do not recurse
        chain.append(left)
        left = left.left
    result = value(frame, left)
    for step in reversed(chain):
        result = _operation(frame, step, result)
    return result


def _operation(frame: Frame, node: ast.BinOp, left: Value) -> Value:
    right = value(frame, node.right)
    name = BINARY.get(type(node.op))
    if frame.session.objects and (made := records.operation(frame, node, left, right)) is not None:
        return made
    if frame.session.target == "numpy":
        made = arrays.operation(frame, node, name, left, right)
        if made is not None:
            return made
    if (joined := displays.joined(name, left, right)) is not None:
        return joined
    made = stores.list_operation(frame, node, name, left, right)
    if made is not None:
        return made
    a, b = frame.materialise(node.left, left), frame.materialise(node.right, right)
    return operations.binary(frame, node, node.op, a, b)


def _unary(frame: Frame, node: ast.UnaryOp) -> Value:
    operand = node.operand
    if isinstance(node.op, ast.USub) and isinstance(operand, ast.Constant):
        if isinstance(operand.value, (int, float)) and not isinstance(operand.value, bool):
            return Const(-operand.value)
    held = value(frame, operand)
    if (made := records.sign(frame, node, held)) is not None:
        return made
    inner = frame.materialise(operand, held)
    if isinstance(node.op, ast.Invert) and inner.type.dtype in (BOOL, INT):
        return frame.row(node, "bit_not", inner)
    if isinstance(node.op, ast.Invert):
        reason = "ADJ404 a bit operation cannot be differentiated"
        return operations.on_atoms(frame, node, node.op, (inner,), reason)
    if isinstance(node.op, ast.Not) and isinstance(inner, Const):
        return Const(not inner.value)
    if why := operations.own_operators(frame, inner):
        return operations.on_atoms(frame, node, node.op, (inner,), why)
    name = {ast.USub: "neg", ast.UAdd: "pos", ast.Not: "not"}[type(node.op)]
    return frame.row(node, name, inner)


def _compare(frame: Frame, node: ast.Compare) -> Value:
    if not all(type(op) in COMPARE for op in node.ops):
        return frame.opaque(node, "ADJ405 `in` cannot be differentiated")
    left = value(frame, node.left)
    known = nothing.is_none(frame, node, left)
    return known if known is not None else _chain(frame, node, frame.materialise(node, left), 0)


def _chain(frame: Frame, node: ast.Compare, left: Atom, k: int) -> Value:
    """Lower comparison k and, if it holds, those after it."""
    right = atom(frame, node.comparators[k])
    first = frame.row(node, COMPARE[type(node.ops[k])], left, right)
    if k + 1 == len(node.ops):
        return first
    return joins.choose(
        frame, node, first, lambda: _chain(frame, node, right, k + 1), lambda: first
    )


def _boolean(frame: Frame, node: ast.BoolOp) -> Value:
    return _boolean_rest(frame, node, 0)


def _boolean_rest(frame: Frame, node: ast.BoolOp, k: int) -> Value:
    first = value(frame, node.values[k])
    if k + 1 == len(node.values):
        return first
    test = frame.materialise(node, first)
    rest, same = (lambda: _boolean_rest(frame, node, k + 1)), (lambda: first)
    if isinstance(node.op, ast.And):
        return joins.choose(frame, node, test, rest, same)
    return joins.choose(frame, node, test, same, rest)


def _conditional(frame: Frame, node: ast.IfExp) -> Value:
    test = atom(frame, asked.as_truth(frame, node.test))
    return joins.choose(
        frame, node, test, lambda: value(frame, node.body), lambda: value(frame, node.orelse)
    )


def _display(frame: Frame, node: ast.Tuple) -> Value:
    found = displays.display(frame, node)
    return found or frame.opaque(node, "ADJ401 an unpacked tuple cannot be differentiated", ADVICE)


def _walrus(frame: Frame, node: ast.NamedExpr) -> Value:
    result = lists.named(frame, value(frame, node.value))
    bind(frame, node.target.id, result)
    return result


def bind(frame: Frame, name: str, result: Value) -> None:
    """Give a name a value; a value without a name takes it as its hint."""
    result = lists.named(frame, result)
    held = frame.session.heap[result.cell] if isinstance(result, ListValue) else result
    if isinstance(held, Var) and not held.hint:
        held.hint = name
    note_name(frame, name, held)
    frame.env[name] = result
    frame.env.pop(flag(name), None)


def _subscript(frame: Frame, node: ast.Subscript) -> Value:
    of = f"what `{ast.unparse(node.value.func)}` gives" if isinstance(node.value, ast.Call) else ""
    reason = f"ADJ401 an item of {of or 'a container'} cannot be differentiated"
    if frame.session.target == "numpy" and not is_text(node.slice):
        picked = frame.attempt(lambda: arrays.item(frame, node))
        if picked is not None:
            return picked
    if isinstance(node.slice, ast.Slice) and (part := displays.display(frame, node)) is not None:
        return part
    if (part := tables.copied(frame, node)) is not None:
        return part
    base: Value | None
    if isinstance(node.value, ast.Name) and is_text(node.slice):
        lists.retype(frame, frame.held(node.value.id), OPAQUE)  # a dict
    root: ast.expr = node
    while isinstance(root, ast.Subscript):
        root = root.value
    if isinstance(root, ast.Call) and (calls.readable(frame, root) or lists.maker(frame, root)):
        base = value(frame, node.value)
    elif isinstance(node.value, (ast.BinOp, ast.List, ast.ListComp)) or lists.is_part(node.value):
        base = lists.list_of(frame, node.value)
    elif isinstance(node.value, ast.Attribute):
        base = records.attribute(frame, node.value)
    elif isinstance(node.value, (ast.Name, ast.Subscript)) and not is_text(node.slice):
        base = lists.reference(frame, node.value)
    else:
        base = None
    if isinstance(base, Display):
        return displays.item_of_display(frame, node, base, reason)
    if isinstance(base, (ListValue, RowValue)) and not isinstance(node.slice, ast.Tuple):
        if isinstance(node.slice, ast.Slice):
            return lists.part(frame, node, base, node.slice)
        return lists.item(frame, node, base, node.slice)
    if base is not None and not isinstance(node.value, ast.Name):
        item = ast.Subscript(ast.Name("container", ast.Load()), node.slice, ast.Load())
        code = Code(item, ("container",), reason=reason, hint=ADVICE)
        return frame.emit(node, Opaque(code), [frame.materialise(node, base)], [OPAQUE])[0]
    lists.whole(frame, node.slice)
    return frame.opaque(node, reason, ADVICE, tables.kind_of_items(frame.binding(node.value)))


def _list(frame: Frame, node: ast.List) -> Value:
    made = frame.attempt(lambda: stores.display(frame, node))
    return made or frame.opaque(node, "ADJ401 a list cannot be differentiated", ADVICE)


def _comprehension(frame: Frame, node: ast.ListComp) -> Value:
    made = comprehensions.collected(frame, node)
    return made or frame.opaque(
        node, "ADJ401 a list comprehension cannot be differentiated", ADVICE
    )


def _lambda(frame: Frame, node: ast.Lambda) -> Value:
    return FunctionValue(inner.inner_definition(frame, node), frame)


def _call(frame: Frame, node: ast.Call) -> Value:
    return tables.copied(frame, node) or calls.call(frame, node)


HANDLERS: dict[type, Callable[..., Value]] = {
    ast.Constant: _constant, ast.Name: _name, ast.Attribute: _attribute, ast.BinOp: _binary,
    ast.UnaryOp: _unary, ast.Compare: _compare, ast.BoolOp: _boolean, ast.IfExp: _conditional,
    ast.Tuple: _display, ast.NamedExpr: _walrus, ast.Subscript: _subscript, ast.Lambda: _lambda,
    ast.Call: _call, ast.List: _list, ast.ListComp: _comprehension,
}  # fmt: skip
