"""Reads a callee in place of its call, or emits a CALL of it where it is recursive."""

import ast
from types import SimpleNamespace
from typing import Any

from adjgen.ir.core import UNBOUND, Call, Const, Function, Opaque, Var
from adjgen.ir.types import NOTHING, OPAQUE, REAL, Type, is_mutable
from adjgen.read import expressions, flags, keywords, lists
from adjgen.read.cells import SHARED, freeze
from adjgen.read.comments import report_misplaced
from adjgen.read.flow import ends, returns_its_argument, yields
from adjgen.read.frame import Frame
from adjgen.read.names import ABSENT, Callee
from adjgen.read.opaque import Code
from adjgen.read.outside import table_value
from adjgen.read.recursion import fitting
from adjgen.read.shared import note_name
from adjgen.read.state import locals_of, outer_state, parameters
from adjgen.read.values import Display, FunctionValue, ListValue, RowValue, Value, leaves, rebuilt
from adjgen.read.views import keep_lists

HARMLESS_DECORATORS = {
    "adjgen.differentiable",
    "adjgen.decorator.differentiable",
    "builtins.property",  # what is read in place when an attribute of an object is asked for
    "builtins.staticmethod",
    "functools.wraps",
}


MANY = 5_000  # statements read in place; a chain of functions that each call another twice has 2**n


class RecursionFound(Exception):
    """A function that is being read in place calls itself; carries its definition."""


def inlined(frame: Frame, node: ast.Call, target: FunctionValue) -> Value:
    """Return the value of a call of a function whose source is known."""
    definition, session = target.definition, frame.session
    refusal = unreadable(frame, definition)
    if refusal:
        return frame.opaque(
            node, f"ADJ302 `{ast.unparse(node.func)}` {refusal}", "Write it as a plain function."
        )
    outside = outer_state(definition.node) if target.frame is None else ""
    if outside and definition is not session.main:
        why = "A derivative has no meaning for state outside the function: pass it in."
        return frame.opaque(node, f"ADJ503 `{ast.unparse(node.func)}` {outside}", why)
    given = [*target.first, *(expressions.value(frame, argument) for argument in node.args)]
    named = dict(target.named)
    named |= {k.arg: expressions.value(frame, k.value) for k in node.keywords if k.arg}
    bound = bind_arguments(frame, node, definition, given, named)
    if bound is None:
        return Var("", OPAQUE)
    if session.in_place > MANY and may_be_called(target, bound):
        session.recursive.add(definition)
    if definition in session.recursive:
        return called(frame, node, definition, bound)
    if definition in session.stack:
        if target.frame is not None:
            return frame.problem(
                node, "ADJ302", "a recursive function inside a function", "Move it to module level."
            )
        raise RecursionFound(definition)
    mark, problems = len(session.builder.eqns), len(session.problems)
    session.stack.append(definition)
    try:
        return read_body(session, definition, bound, target.frame)
    except RecursionFound as found:
        if found.args[0] != definition:
            raise
        del session.builder.eqns[mark:], session.problems[problems:]
        session.recursive.add(definition)
        return called(frame, node, definition, bound)
    finally:
        session.stack.pop()


def may_be_called(target: FunctionValue, bound: dict[str, Value]) -> bool:
    """Whether a CALL can stand for a callee: it gets plain values and sees no local ones."""
    kinds = dict(parameters(target.definition.node)).values()
    plain = all(isinstance(value, (Var, Const)) for value in bound.values())
    named = isinstance(target.definition.node, ast.FunctionDef) and target.frame is None
    return plain and named and not any(kind.startswith("VAR_") for kind in kinds)


def unreadable(frame: Frame, definition: Any) -> str:
    """Say why a function cannot be read, or return ""."""
    node = definition.node
    if isinstance(node, ast.AsyncFunctionDef):
        return "is a coroutine"
    if yields(node):
        return "is a generator"
    decorators = getattr(node, "decorator_list", [])
    kinds = {kind for _, kind in parameters(node)}
    if kinds and all(kind.startswith("VAR_") for kind in kinds) and _wraps(definition):
        name = definition.live.__name__
        return f"is the wrapper of a decorator: the function itself is `{name}.__wrapped__`"
    if getattr(definition, "live", None) is None and not isinstance(node, ast.Lambda):
        outside = Frame(frame.session, definition, set())
        for decorator in decorators:
            plain = decorator.func if isinstance(decorator, ast.Call) else decorator
            if outside.dotted(plain) not in HARMLESS_DECORATORS and not _keeps(outside, decorator):
                return f"is changed by the decorator `{ast.unparse(plain)}`"
    return ""


def _keeps(frame: Frame, decorator: ast.expr) -> bool:
    """Whether a decorator returns the function that it is given: it only registers it somewhere."""
    binding = frame.binding(decorator)
    return isinstance(binding, Callee) and returns_its_argument(binding.definition.node)


def _wraps(definition: Any) -> bool:
    return hasattr(getattr(definition, "live", None), "__wrapped__")


def bind_arguments(
    frame: Frame, node: ast.Call, definition: Any, given: list[Value], named: dict[str, Value]
) -> dict[str, Value] | None:
    """Return the values of a callee's parameters, or None after reporting that they do not fit."""
    bound = preset_values(frame, definition)
    rest = list(given)
    left = dict(named)
    for name, kind in parameters(definition.node):
        if name in bound:
            continue  # self of a bound method, an argument of a functools.partial
        if kind == "VAR_POSITIONAL":
            bound[name], rest = Display("tuple", tuple(rest)), []
        elif kind == "VAR_KEYWORD":
            bound[name], left = keywords.received(frame, node, definition.node, name, left), {}
        elif rest and kind != "KEYWORD_ONLY":
            bound[name] = rest.pop(0)
        elif name in left and kind != "POSITIONAL_ONLY":
            bound[name] = left.pop(name)
        elif name in definition.defaults:
            bound[name] = default_value(frame, node, definition, name)
        else:
            frame.problem(node, "ADJ304", f"argument `{name}` is missing")
            return None
    if rest or left:
        frame.problem(node, "ADJ304", "there are more arguments than parameters")
        return None
    flags.look(frame, definition, bound)
    return bound


def preset_values(frame: Frame, definition: Any) -> dict[str, Value]:
    """Return the values of parameters that are set already: self of a bound method, those of a partial."""
    given = dict(getattr(definition, "fixed", {}))
    own = getattr(definition, "self_value", ABSENT)
    if own is not ABSENT:
        given[parameters(definition.node)[0][0]] = own
    return {name: _held(frame, definition, name, value) for name, value in given.items()}


def _held(frame: Frame, definition: Any, name: str, value: Any) -> Value:
    if value is None or isinstance(value, (bool, int, float, str)):
        return Const(value)
    tree = held_object(frame, definition, name, value)
    code = Code(
        ast.Name(name, ast.Load()),
        globals={name: tree},
        reason="ADJ401 an object that is set already",
    )
    return frame.emit(definition.node, Opaque(code), (), [OPAQUE])[0]


def held_object(frame: Frame, definition: Any, name: str, value: Any) -> ast.expr:
    """Return the expression by which generated code reaches a live object that has no name."""
    label = f"{definition.qualname} arguments"
    holder = frame.session.holders.setdefault(label, SimpleNamespace())
    while getattr(holder, name, value) is not value:  # another partial of the same function
        label += "_"
        holder = frame.session.holders.setdefault(label, SimpleNamespace())
    setattr(holder, name, value)
    return ast.Name(f"@{label}:{name}", ast.Load())


def default_value(frame: Frame, node: ast.AST, definition: Any, name: str) -> Value:
    """Return the value of a default, which Python evaluated when the function was defined."""
    default = definition.defaults[name]
    if isinstance(default, (Var, Const, Display, FunctionValue, ListValue, RowValue)):
        return default
    if default is None or isinstance(default, (bool, int, float, str)):
        return Const(default)
    if isinstance(default, ast.AST):
        held = constant_display(default)
        held = table_value(Frame(frame.session, definition, ()), default) if held is None else held
        if held is not None:
            return held
    place = definition.place
    keyword = name in {a.arg for a in definition.node.args.kwonlyargs}
    label = frame.member_of(place.module, place.name)
    if keyword:
        store: ast.expr = ast.Attribute(label, "__kwdefaults__", ast.Load())
        tree = ast.Subscript(store, ast.Constant(name), ast.Load())
    else:
        order = [n for n, _ in parameters(definition.node) if n in definition.defaults]
        store = ast.Attribute(label, "__defaults__", ast.Load())
        tree = ast.Subscript(store, ast.Constant(order.index(name)), ast.Load())
    code = Code(tree, reason="ADJ401 a default that is a container")
    return frame.emit(node, Opaque(code), (), [OPAQUE])[0]


def constant_display(node: ast.AST) -> Value | None:
    """Return a tuple of literals as a value."""
    if isinstance(node, ast.Constant) and not isinstance(node.value, complex):
        return Const(node.value)
    if isinstance(node, ast.Tuple):
        items = [held for item in node.elts if (held := constant_display(item)) is not None]
        return Display("tuple", tuple(items)) if len(items) == len(node.elts) else None
    return None


def read_body(
    session: Any,
    definition: Any,
    bound: dict[str, Value],
    outer: Frame | None,
    is_main: bool = False,
) -> Value:
    """Lower the body of a function in place and return its value."""
    frame = Frame(session, definition, locals_of(definition.node))
    for name, value in bound.items():
        note_name(frame, name, value)
        frame.env[name] = lists.named(frame, value)
    frame.outer, frame.is_main = outer, is_main
    if outer is None:  # what is defined inside is looked through with what is around it
        report_misplaced(frame)
    session.frames.append(frame)
    try:
        return _read(frame, definition.node)
    finally:
        session.frames.pop()


def _read(frame: Frame, node: Any) -> Value:
    from adjgen.read.statements import structure, suite

    session = frame.session
    place = session.builder.loc
    if isinstance(node, ast.Lambda):
        result = structure(frame, node.body)
    else:
        body = list(node.body)
        if not ends(body):
            last = body[-1]
            body.append(
                ast.copy_location(ast.Return(ast.copy_location(ast.Constant(None), last)), last)
            )
        suite(frame, body)
        result = frame.env.get("%result", Const(None))
    session.builder.loc = place
    return Const(None) if result is UNBOUND else result


def called(frame: Frame, node: ast.Call, definition: Any, bound: dict[str, Value]) -> Value:
    """Emit a CALL of a recursive function; its body is lowered once."""
    from adjgen.read.lower import function_for_call

    if any(kind.startswith("VAR_") for _, kind in parameters(definition.node)):
        return frame.problem(
            node, "ADJ601", "a recursive function with *args or **kwargs", "Name its parameters."
        )
    preset = preset_values(frame, definition)
    kinds = [(name, kind) for name, kind in parameters(definition.node) if name not in preset]
    args = [frame.materialise(node, bound[name]) for name, _ in kinds]
    name = function_for_call(frame.session, definition)
    function = frame.session.functions[name]
    function.about["called"] = True
    if any(param.tree.kind for param in function.params):
        what = "a recursive function with a parameter that is a tuple or an object"
        return frame.problem(node, "ADJ601", what, "Give each number a parameter of its own.")
    if not fitting(frame, node, function, args):
        return Var("", NOTHING)
    keywords = tuple(n for n, kind in kinds if kind == "KEYWORD_ONLY")
    op = Call(name, function.result, keywords)
    outs = frame.emit(node, op, args, result_types(function))
    return rebuilt(function.result, iter([given_back(frame, out, function, bound) for out in outs]))


def result_types(function: Function) -> list[Type]:
    """Return the types of what a function returns: numbers, as long as its body is not known."""
    return [found.type for found in function.body.results] or [REAL] * function.result.leaves()


def given_back(frame: Frame, out: Var, function: Function, bound: dict[str, Value]) -> Value:
    """Return a result of a CALL; a list may be one that the function was given, or keeps."""
    if not is_mutable(out.type):
        keep_lists(frame.session, bound.values(), [out])
        return out
    if function.about.get("returns_argument"):
        parts = [part for value in bound.values() for part in leaves(value)]
        freeze(SHARED, *(part.cell for part in parts if isinstance(part, (ListValue, RowValue))))
    return lists.held(frame, out, frozen=SHARED)
