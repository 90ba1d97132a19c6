"""Lowers expressions: each kind of node has a handler; what has none is carried as passive code."""

import ast
from collections.abc import Callable

from adjgen.ir.build import Builder
from adjgen.ir.core import UNBOUND, Atom, Const, Opaque, Tree, Var
from adjgen.ir.types import OPAQUE
from adjgen.read import calls, names
from adjgen.read.flow import integer
from adjgen.read.frame import Frame
from adjgen.read.opaque import Code
from adjgen.read.values import (
    Conflict,
    Display,
    FunctionValue,
    Value,
    atoms_of,
    expanded,
    merged_tree,
    rebuilt,
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


def describe(node: ast.AST) -> str:
    """Name a construct for a message."""
    return WORDS.get(type(node), f"this expression ({type(node).__name__})")


def _constant(frame: Frame, node: ast.Constant) -> Value:
    if isinstance(node.value, complex):
        return frame.problem(
            node, "ADJ406", "a complex number", "Write the real and imaginary parts as two numbers."
        )
    return Const(node.value)


def _name(frame: Frame, node: ast.Name) -> Value:
    return frame.lookup(node)


def _attribute(frame: Frame, node: ast.Attribute) -> Value:
    binding = frame.binding(node)
    if isinstance(binding, names.External) or binding is None:
        if isinstance(binding, names.External) or not _local_root(frame, node):
            return frame.opaque(node, "ADJ301 its value is not known before run time")
        return frame.opaque(
            node, "ADJ401 an attribute cannot be differentiated", "Pass the number itself."
        )
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
    if isinstance(left, Display) and isinstance(right, Display) and name == "add":
        return Display(left.kind, left.items + right.items)
    a, b = frame.materialise(node.left, left), frame.materialise(node.right, right)
    if name is None or any(isinstance(getattr(side, "value", None), str) for side in (a, b)):
        what = "ADJ404 a bit operation" if name is None else "ADJ402 a string operation"
        return calls.on_atoms(frame, node, node.op, (a, b), f"{what} cannot be differentiated")
    return frame.row(node, name, a, b)


def _unary(frame: Frame, node: ast.UnaryOp) -> Value:
    operand = node.operand
    if isinstance(node.op, ast.USub) and isinstance(operand, ast.Constant):
        if isinstance(operand.value, (int, float)) and not isinstance(operand.value, bool):
            return Const(-operand.value)
    inner = atom(frame, operand)
    if isinstance(node.op, ast.Invert):
        return calls.on_atoms(
            frame, node, node.op, (inner,), "ADJ404 a bit operation cannot be differentiated"
        )
    name = {ast.USub: "neg", ast.UAdd: "pos", ast.Not: "not"}[type(node.op)]
    return frame.row(node, name, inner)


def _compare(frame: Frame, node: ast.Compare) -> Value:
    if not all(type(op) in COMPARE for op in node.ops):
        return frame.opaque(node, "ADJ405 `in` cannot be differentiated")
    left = atom(frame, node.left)
    return _chain(frame, node, left, 0)


def _chain(frame: Frame, node: ast.Compare, left: Atom, k: int) -> Value:
    """Lower comparison k and, if it holds, those after it."""
    right = atom(frame, node.comparators[k])
    first = frame.row(node, COMPARE[type(node.ops[k])], left, right)
    if k + 1 == len(node.ops):
        return first
    return choose(frame, node, first, lambda: _chain(frame, node, right, k + 1), lambda: first)


def _boolean(frame: Frame, node: ast.BoolOp) -> Value:
    return _boolean_rest(frame, node, 0)


def _boolean_rest(frame: Frame, node: ast.BoolOp, k: int) -> Value:
    first = value(frame, node.values[k])
    if k + 1 == len(node.values):
        return first
    test = frame.materialise(node, first)
    rest, same = (lambda: _boolean_rest(frame, node, k + 1)), (lambda: first)
    if isinstance(node.op, ast.And):
        return choose(frame, node, test, rest, same)
    return choose(frame, node, test, same, rest)


def _conditional(frame: Frame, node: ast.IfExp) -> Value:
    test = atom(frame, node.test)
    return choose(
        frame, node, test, lambda: value(frame, node.body), lambda: value(frame, node.orelse)
    )


def truth(frame: Frame, node: ast.expr, test: Atom) -> Atom:
    """Return the truth of a test: that of an object is asked for once, for the object may change."""
    opaque = isinstance(test, Var) and test.type == OPAQUE
    return frame.row(node, "bool", test) if opaque else test


def choose(
    frame: Frame, node: ast.expr, test: Atom, then: Callable[[], Value], other: Callable[[], Value]
) -> Value:
    """Lower two expressions of which one is evaluated, with the names that := binds in them."""
    test = truth(frame, node, test)
    arms = [frame.arm(then, node), frame.arm(other, node)]
    return join(frame, node, test, arms, with_result=True)


def join(
    frame: Frame, node: ast.AST, test: Atom, arms: list[tuple[Builder, dict[str, Value], Value]],
    with_result: bool = False,
) -> Value:  # fmt: skip
    """Append the IF of two arms, bind the names that differ after them; return their result."""
    (then, env_a, a), (other, env_b, b) = arms
    old = frame.env
    changed = [n for n in dict.fromkeys([*env_a, *env_b]) if env_a.get(n) is not env_b.get(n)]
    new = {n: v for n, v in env_a.items() if env_b.get(n) is v}
    pairs = {n: (env_a.get(n, _absent(n)), env_b.get(n, _absent(n))) for n in changed}
    if with_result:
        pairs[""] = (a, b)
    flat: dict[str, tuple[Value, Value]] = {}
    trees: dict[str, Tree] = {}
    for name, pair in pairs.items():
        tree = merged_tree(pair)
        if tree is None:
            told = [held for held in pair if isinstance(held, Conflict)]
            reason = f"`{name}` is one kind of thing on one path and another on the other"
            new[name] = told[0] if told else Conflict(reason)
        elif pair[0] == pair[1] and not isinstance(pair[0], Var):
            new[name] = pair[0]
        else:
            trees[name] = tree
            flat[name] = pair
    parts = iter(_emit_if(frame, node, test, (then, other), flat, trees))
    for name, tree in trees.items():
        new[name] = rebuilt(tree, parts)
    result = new.pop("", UNBOUND)
    frame.env = {n: new[n] for n in dict.fromkeys([*old, *new]) if n in new}
    if with_result and isinstance(result, Conflict):
        return frame.problem(
            node, "ADJ205", "the two sides are different kinds of things", "Use numbers on both."
        )
    return result


def _absent(name: str) -> Value:
    return Const(False) if name.startswith("%") and name != "%result" else UNBOUND


def _emit_if(
    frame: Frame, node: ast.AST, test: Atom, arms: tuple[Builder, Builder],
    flat: dict[str, tuple[Value, Value]], trees: dict[str, Tree],
) -> tuple[Var, ...]:  # fmt: skip
    """Append the IF whose outs are the leaves of the names that differ, if there is anything in it."""
    sides: list[list[Atom]] = [[], []]
    hints: list[str] = []
    for name, pair in flat.items():
        hints += [name.lstrip("%")] * trees[name].leaves()
        for side, part in zip(sides, pair):
            side.extend(atoms_of(expanded(part, trees[name])))
    if not hints and not any(arm.eqns for arm in arms):
        return ()
    frame.at(node)
    then, other = (arm.block(side) for arm, side in zip(arms, sides))
    return frame.session.builder.branch(test, then, other, hints)


def _display(frame: Frame, node: ast.Tuple) -> Value:
    if any(isinstance(item, ast.Starred) for item in node.elts):
        return frame.opaque(node, "ADJ401 an unpacked tuple cannot be differentiated", ADVICE)
    return Display("tuple", tuple(value(frame, item) for item in node.elts))


def _walrus(frame: Frame, node: ast.NamedExpr) -> Value:
    result = value(frame, node.value)
    bind(frame, node.target.id, result)
    return result


def bind(frame: Frame, name: str, result: Value) -> None:
    """Give a name a value; a value without a name takes it as its hint."""
    if isinstance(result, Var) and not result.hint:
        result.hint = name
    frame.env[name] = result


def _subscript(frame: Frame, node: ast.Subscript) -> Value:
    number = integer(node.slice)
    reason = "ADJ401 an item of a container cannot be differentiated"
    if isinstance(node.value, ast.Name):
        owner = frame.frame_of(node.value.id)
        base = owner.env.get(node.value.id) if owner else None
    elif (
        isinstance(node.value, ast.Call)
        and number is not None
        and calls.readable(frame, node.value)
    ):
        base = value(frame, node.value)
    else:
        base = None
    if isinstance(base, Display) and number is not None:
        if -len(base.items) <= number < len(base.items):
            return base.items[number]
    if base is not None and not isinstance(node.value, ast.Name):
        item = ast.Subscript(ast.Name("container", ast.Load()), node.slice, ast.Load())
        code = Code(item, ("container",), reason=reason, hint=ADVICE)
        return frame.emit(node, Opaque(code), [frame.materialise(node, base)], [OPAQUE])[0]
    return frame.opaque(node, reason, ADVICE)


def _lambda(frame: Frame, node: ast.Lambda) -> Value:
    return FunctionValue(calls.inner_definition(frame, node), frame)


def _call(frame: Frame, node: ast.Call) -> Value:
    return calls.call(frame, node)


HANDLERS: dict[type, Callable[..., Value]] = {
    ast.Constant: _constant, ast.Name: _name, ast.Attribute: _attribute, ast.BinOp: _binary,
    ast.UnaryOp: _unary, ast.Compare: _compare, ast.BoolOp: _boolean, ast.IfExp: _conditional,
    ast.Tuple: _display, ast.NamedExpr: _walrus, ast.Subscript: _subscript, ast.Lambda: _lambda,
    ast.Call: _call,
}  # fmt: skip
