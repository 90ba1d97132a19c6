"""Objects that are so many numbers, while a function is read: fields, properties, methods, new objects.

Properties and methods are read in place as other functions are. What adjgen cannot read is carried and
gets the object itself.
"""

import ast
from collections.abc import Mapping
from typing import Any

from adjgen.ir.core import Const, Opaque, Var
from adjgen.ir.trees import Tree
from adjgen.ir.types import of_constant
from adjgen.read import calls, classes, expressions, inline, lists, members
from adjgen.read.bound import require_bound
from adjgen.read.frame import Frame
from adjgen.read.lowering import Mark
from adjgen.read.names import ABSENT, Callee, Constant, External
from adjgen.read.opaque import Code
from adjgen.read.structures import UnfitError
from adjgen.read.values import Display, FunctionValue, Value, tree_of

OPERATORS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.Pow: "pow",
    ast.MatMult: "matmul", ast.FloorDiv: "floordiv", ast.Mod: "mod",
}  # fmt: skip
REPLACE = "dataclasses.replace"
REASON = "ADJ401 `{}` is no field, and no property that can be read in place"
HINT = "Use fields, and properties that no derived class has otherwise."


def named(frame: Frame, node: ast.expr) -> Display | None:
    """Return the object that a name stands for, or a field or item; nothing is evaluated."""
    found: Value | None = None
    if isinstance(node, ast.Name) and frame.session.objects:
        owner = frame.frame_of(node.id)
        found = owner.env.get(node.id) if owner is not None else None
        if _object(found):
            require_bound(frame, node, node.id, owner)
    elif isinstance(node, ast.Attribute):
        found = stored(frame, node)
    elif isinstance(node, ast.Subscript) and frame.session.objects:
        found = lists.reference(frame, node)
    return _object(found)


def stored(frame: Frame, node: ast.Attribute) -> Value | None:
    """Return a field of an object that has a name, None for other attributes."""
    of = named(frame, node.value)
    return _field(of, node.attr) if of is not None else None


def _field(of: Display, name: str) -> Value | None:
    fields = of.record.fields if of.record is not None else ()
    return of.items[fields.index(name)] if name in fields else None


def held(frame: Frame, node: ast.expr) -> Display | None:
    """Return the object that an expression is, None for others; what is none has not been evaluated."""
    if not frame.session.objects:
        return None
    evaluated = (ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Attribute)
    if (found := named(frame, node)) is not None:
        return found
    if isinstance(node, evaluated) or isinstance(node, ast.Call) and _may_make_one(frame, node):
        return _object(frame.attempt(lambda: _object(expressions.value(frame, node))))
    return None


def _object(value: Value | None) -> Display | None:
    return value if isinstance(value, Display) and value.record is not None else None


def _may_make_one(frame: Frame, node: ast.Call) -> bool:
    """Whether a call may give an object: of a class, a function or a method that can be read."""
    binding = frame.binding(node.func)
    if isinstance(binding, (External, Callee)) or frame.dotted(node.func) == REPLACE:
        return True
    return isinstance(node.func, ast.Attribute) and binding is None


def attribute(frame: Frame, node: ast.Attribute) -> Value | None:
    """Return an attribute of an object, None if it is one of something else."""
    if not frame.session.objects:
        return None
    start = Mark(frame)
    of = held(frame, node.value)
    if of is None or of.record is None:
        return None
    if (found := _field(of, node.attr)) is not None:
        return found
    kind, member = members.member(frame, of.record.owner, node.attr)
    if kind == "property" and isinstance(member, Callee):
        return _read(frame, node, FunctionValue(member.definition, first=(of,)), start)
    start.rewind()
    if isinstance(member, Constant):  # of the class
        if member.place is None:
            return Const(member.value)
        code = Code(frame.expression_of(node, member, node.attr))
        return frame.emit(node, Opaque(code), (), [of_constant(member.value)])[0]
    return frame.opaque(node, REASON.format(node.attr), HINT)


def _read(frame: Frame, node: ast.Attribute, target: FunctionValue, start: Mark) -> Value:
    """Read a property in place; one that cannot be read is asked for, which is refused if it is active."""
    call = ast.copy_location(ast.Call(node, [], []), node)
    result = inline.inlined(frame, call, target)
    found = tuple(start.problems())
    if not found:
        return result
    start.rewind()
    return frame.opaque(node, f"{found[0].code} {found[0].what}", found[0].why, problems=found)


def method(frame: Frame, node: ast.Call) -> Value | None:
    """Lower a call of a method of an object, None for others."""
    function = node.func
    if not isinstance(function, ast.Attribute) or not frame.session.objects:
        return None
    if calls.is_starred(node):
        return None
    start = Mark(frame)
    of = held(frame, function.value)
    if of is None or of.record is None:
        return None
    found: Value | None = None
    kind, member = members.member(frame, of.record.owner, function.attr)
    if function.attr == "_replace" and of.kind == "tuple" and not node.args:
        found = replaced(frame, of, node.keywords)
    elif isinstance(member, Callee) and kind != "property":
        first = () if kind == "static" else (of,)
        return calls.read(frame, node, FunctionValue(member.definition, first=first))
    if found is None:
        start.rewind()
    return found


def operation(frame: Frame, node: ast.BinOp, left: Value, right: Value) -> Value | None:
    """Lower an operator that the class of an object has a method for, None for others."""
    word = OPERATORS.get(type(node.op))
    if word is None:
        return None
    found = _operator(frame, node, f"__{word}__", left, right)
    return found or _operator(frame, node, f"__r{word}__", right, left)


def sign(frame: Frame, node: ast.UnaryOp, operand: Value) -> Value | None:
    """Lower -p of an object whose class has a method for that, None for others."""
    name = {ast.USub: "__neg__", ast.UAdd: "__pos__"}.get(type(node.op))
    return _operator(frame, node, name, operand) if name else None


def _operator(frame: Frame, node: ast.expr, name: str, *args: Value) -> Value | None:
    """Read the method of an operator in place, None if there is none that can be read."""
    of = _object(args[0])
    if of is None or of.record is None:
        return None
    kind, member = members.member(frame, of.record.owner, name)
    if kind != "method" or not isinstance(member, Callee):
        return None
    start = Mark(frame)
    call = ast.copy_location(ast.Call(ast.Name(name, ast.Load()), [], []), node)
    result = inline.inlined(frame, call, FunctionValue(member.definition, first=args))
    if not start.problems():
        return result
    start.rewind()
    return None


# ---- new objects


def made(frame: Frame, node: ast.Call, binding: Any) -> Value | None:
    """Lower a call of a class whose objects are so many numbers, None for others."""
    if not isinstance(binding, External) and not is_replace(frame, node):
        return None
    return frame.attempt(lambda: _made(frame, node, binding))


def _made(frame: Frame, node: ast.Call, binding: Any) -> Value | None:
    if is_replace(frame, node):
        of = _object(expressions.value(frame, node.args[0]))
        return None if of is None else replaced(frame, of, node.keywords)
    if not isinstance(binding, External) or calls.is_starred(node) or not _knows(frame):
        return None
    try:
        found = classes.structure_of_class(binding)
        parameters = members.constructor(binding) if found is not None else None
    except UnfitError:
        return None
    if found is None or parameters is None or len(node.args) > len(parameters):
        return None
    tree = found.tree.own()
    given: dict[str, Value] = {}
    for name, argument in zip(parameters, node.args):
        given[name] = expressions.value(frame, argument)
    for word in node.keywords:
        given[str(word.arg)] = expressions.value(frame, word.value)
    missing = {name: value for name, value in parameters.items() if name not in given}
    if given.keys() - parameters.keys() or len(node.args) + len(node.keywords) > len(given):
        return None
    given |= {name: Const(value) for name, value in missing.items() if value is not ABSENT}
    if given.keys() != parameters.keys() or tree.record is None:
        return None
    frame.session.objects = True
    members.note(frame, tree.record)
    return _fitting(tree, given)


def _knows(frame: Frame) -> bool:
    return frame.session.target != "numba" and not frame.session.closed


def _fitting(tree: Tree, given: Mapping[str, Value]) -> Display | None:
    """Return an object of given parts, if they have the structure of its fields."""
    assert tree.record is not None
    for name, child in zip(tree.record.fields, tree.children):
        atom = isinstance(given[name], (Var, Const))
        if (
            child.kind == "items"
            or not atom
            and tree_of(given[name]) != child
            or atom
            and child.kind
        ):
            return None
    return Display(tree.kind, tuple(given[name] for name in tree.record.fields), tree.record)


def is_replace(frame: Frame, node: ast.Call) -> bool:
    """Whether a call is dataclasses.replace(p, ...) with one object."""
    plain = len(node.args) == 1 and not calls.is_starred(node)
    return plain and frame.session.objects and frame.dotted(node.func) == REPLACE


def replaced(frame: Frame, of: Display, words: list[ast.keyword]) -> Display | None:
    """Return an object with other values of some fields."""
    assert of.record is not None
    new = {str(word.arg): expressions.value(frame, word.value) for word in words}
    if new.keys() - set(of.record.fields):
        return None
    old = dict(zip(of.record.fields, of.items))
    tree = tree_of(of)
    return _fitting(tree, old | new)
