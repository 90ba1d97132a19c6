"""Lowers statements. Leaving a list of statements early is a flag, and what follows stands in the other arm.

Flags are names that no user can write: %left (this list is left), %stop (so is the loop around),
%returned and %result. They are merged at joins like any other name.
"""

import ast
import re
from collections.abc import Callable, Sequence

from adjgen.elementary.trace import result_type  # noqa: F401  (the type rule of augmented assignment)
from adjgen.ir.core import UNBOUND, Const, Opaque, Var
from adjgen.ir.types import BOOL, INT, OPAQUE, REAL
from adjgen.read import calls, loops
from adjgen.read.expressions import BINARY, atom, bind, describe, join, value
from adjgen.read.flow import assigned, dies, ends, jumps, returns
from adjgen.read.frame import Frame
from adjgen.read.opaque import OBSERVERS
from adjgen.read.values import (
    BindingValue,
    Display,
    FunctionValue,
    Value,
    leaves,
    rebuilt,
    tree_of,
)

TRUE, FALSE = Const(True), Const(False)
PASSIVE = re.compile(r"#\s*adjgen:\s*passive\b")


def suite(frame: Frame, statements: Sequence[ast.stmt]) -> None:
    """Lower statements in order, up to one that leaves them."""
    for k, node in enumerate(statements):
        if isinstance(node, ast.If) and jumps([node]):
            if jumping_if(frame, node, statements[k + 1 :]):
                return
        else:
            statement(frame, node)
        left = frame.env.get("%left", FALSE)
        if left == TRUE or ends([node]):
            return
        if left != FALSE and k + 1 < len(statements):
            rest = statements[k + 1 :]
            branch(frame, node, left, lambda: None, lambda: suite(frame, rest))
            return


def jumping_if(frame: Frame, node: ast.If, rest: Sequence[ast.stmt]) -> bool:
    """Lower an if that may leave the list; return whether it took the rest into an arm."""
    then, other = ends(node.body), ends(node.orelse)
    rest = [] if then and other else rest
    if then and not dies(node.body):
        conditional(frame, node, node.body, [*node.orelse, *rest])
    elif other and not dies(node.orelse):
        conditional(frame, node, [*node.body, *rest], node.orelse)
    else:
        conditional(frame, node, node.body, node.orelse)
        return then and other
    return True


def conditional(
    frame: Frame, node: ast.If, then: Sequence[ast.stmt], other: Sequence[ast.stmt]
) -> None:
    """Lower an if whose arms are given; a constant test chooses now."""
    test = atom(frame, node.test)
    if isinstance(test, Const):
        suite(frame, then if test.value else other)
        return
    branch(
        frame,
        node,
        test,
        lambda: suite(frame, then),
        lambda: suite(frame, other),
        dies(then),
        dies(other),
    )


def branch(
    frame: Frame, node: ast.AST, test: Value, then: Callable[[], None], other: Callable[[], None],
    then_dies: bool = False, other_dies: bool = False,
) -> None:  # fmt: skip
    """Lower two arms and bind what differs after them; an arm that raises binds nothing."""
    before = frame.env
    (a, env_a, _), (b, env_b, _) = frame.arm(then, node), frame.arm(other, node)
    if then_dies:
        env_a = _dead(before, env_b)
    if other_dies:
        env_b = _dead(before, env_a)
    join(frame, node, frame.materialise(node, test), [(a, env_a, UNBOUND), (b, env_b, UNBOUND)])


def _dead(before: dict[str, Value], alive: dict[str, Value]) -> dict[str, Value]:
    """Return the names after an arm that never ends: they agree with the other arm."""

    def keep(name: str, value: Value) -> Value:
        same = before.get(name) is value or not any(isinstance(leaf, Var) for leaf in leaves(value))
        return value if same else UNBOUND

    return {name: keep(name, value) for name, value in alive.items()}


def statement(frame: Frame, node: ast.stmt) -> None:
    """Lower one statement that does not leave its list, or leaves it for good."""
    handler = HANDLERS.get(type(node))
    if handler is None:
        carry(frame, node)
    else:
        handler(frame, node)
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            _passive_comment(frame, node)


def _passive_comment(frame: Frame, node: ast.stmt) -> None:
    line = frame.definition.file.lines[(node.end_lineno or node.lineno) - 1]
    if not PASSIVE.search(line):
        return
    for name in assigned([node]):
        held = frame.env.get(name, UNBOUND)
        parts = (
            frame.row(node, "stop_gradient", part) if isinstance(part, Var) else part
            for part in leaves(held)
        )
        bind(frame, name, rebuilt(tree_of(held), parts))


def carry(
    frame: Frame, node: ast.stmt, observes: bool = False, reason: str = "", hint: str = ""
) -> None:
    """Carry a statement as it is."""
    if jumps([node]):
        what = f"{describe(node)} that is left by return, break or continue"
        frame.problem(
            node,
            "ADJ204",
            what,
            "Move what can fail into a function of its own and return from there.",
        )
        return
    writes = assigned([node])
    simple = isinstance(node, (ast.Assign, ast.AnnAssign))
    before = [] if simple else [n for n in writes if frame.env.get(n, UNBOUND) is not UNBOUND]
    reason = reason or f"ADJ204 `{type(node).__name__.lower()}` around active values"
    payload, reads = frame.code(node, writes, reason, hint, True, observes, before)
    outs = frame.emit(node, Opaque(payload), reads, [OPAQUE] * len(writes))
    for name, out in zip(writes, outs):
        bind(frame, name, out)


def _assign(frame: Frame, node: ast.Assign) -> None:
    if any(isinstance(t, (ast.Subscript, ast.Attribute)) for t in node.targets):
        carry(frame, node, reason="ADJ401 a store into a container", hint="Assign to a plain name.")
        return
    result = value(frame, node.value)
    for target in node.targets:
        assign(frame, node, target, result)


def assign(frame: Frame, node: ast.stmt, target: ast.expr, result: Value) -> None:
    """Bind a target: a name, or names of a tuple, to a value."""
    if isinstance(target, ast.Name):
        if target.id not in frame.locals:
            frame.problem(node, "ADJ503", f"`{target.id}` belongs to another scope", OTHER_SCOPE)
        bind(frame, target.id, result)
        return
    items = getattr(target, "elts", None)
    plain = items is not None and not any(isinstance(i, ast.Starred) for i in items)
    if plain and isinstance(result, Display) and len(result.items) == len(items):
        for item, part in zip(items, result.items):
            assign(frame, node, item, part)
        return
    held = frame.materialise(node, result)
    label = ast.copy_location(ast.Name("%unpacked", ast.Load()), node)
    unpack = ast.copy_location(ast.Assign([target], label), node)
    frame.locals.add("%unpacked")
    frame.env["%unpacked"] = held
    carry(
        frame,
        unpack,
        reason="ADJ401 unpacking a container of active values",
        hint="Unpack a tuple that is written out.",
    )
    del frame.env["%unpacked"]


OTHER_SCOPE = (
    "A derivative has no meaning for state outside the function. Pass it in and return it."
)


def _annotated(frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is None:
        return
    if isinstance(node.target, ast.Name):
        assign(frame, node, node.target, value(frame, node.value))
    else:
        carry(frame, node, reason="ADJ401 a store into a container", hint="Assign to a plain name.")


def _augmented(frame: Frame, node: ast.AugAssign) -> None:
    target, name = node.target, BINARY.get(type(node.op))
    if not isinstance(target, ast.Name):
        carry(frame, node, reason="ADJ401 a store into a container", hint="Use a plain name.")
        return
    old = value(frame, ast.copy_location(ast.Name(target.id, ast.Load()), target))
    if name is None or not _number(old):
        carry(frame, node, reason="ADJ401 an update in place of something that may be a container",
              hint=f"Write `{target.id} = {target.id} ...`.")  # fmt: skip
        return
    right = atom(frame, node.value)
    assign(frame, node, target, frame.row(node, name, frame.materialise(node, old), right))


def _number(held: Value) -> bool:
    return isinstance(held, (Var, Const)) and held.type in (REAL, INT, BOOL)


def _expression(frame: Frame, node: ast.Expr) -> None:
    inner = node.value
    if isinstance(inner, ast.Constant):
        return
    if isinstance(inner, ast.Call):
        if frame.dotted(inner.func).startswith(OBSERVERS) or _logger(frame, inner.func):
            carry(frame, node, observes=True)
            return
        if not calls.readable(frame, inner):
            carry(
                frame,
                node,
                reason="ADJ301 a call that adjgen cannot read",
                hint="Return the result instead.",
            )
            return
    value(frame, inner)


def _logger(frame: Frame, function: ast.expr) -> bool:
    methods = {"debug", "info", "warning", "error", "critical", "exception", "log"}
    return isinstance(function, ast.Attribute) and function.attr in methods


def _observe(frame: Frame, node: ast.stmt) -> None:
    carry(frame, node, observes=True)


def _if(frame: Frame, node: ast.If) -> None:
    conditional(frame, node, node.body, node.orelse)


def _return(frame: Frame, node: ast.Return) -> None:
    frame.env["%result"] = structure(frame, node.value) if node.value else Const(None)
    frame.env |= {"%returned": TRUE, "%left": TRUE, "%stop": TRUE}


def structure(frame: Frame, node: ast.expr) -> Value:
    """Lower what is returned: a list display counts as a structure here, nobody else can hold it."""
    if isinstance(node, (ast.Tuple, ast.List)) and not any(
        isinstance(i, ast.Starred) for i in node.elts
    ):
        kind = "tuple" if isinstance(node, ast.Tuple) else "list"
        return Display(kind, tuple(structure(frame, item) for item in node.elts))
    return value(frame, node)


def _break(frame: Frame, node: ast.Break) -> None:
    frame.env |= {"%left": TRUE, "%stop": TRUE}


def _continue(frame: Frame, node: ast.Continue) -> None:
    frame.env |= {"%left": TRUE}


def _loop(frame: Frame, node: ast.For | ast.While) -> None:
    stopped = loops.loop(frame, node)

    def leave() -> None:
        returned = frame.env.get("%returned", FALSE)
        if returns(node.body) and returned != FALSE:
            frame.env |= {"%left": returned, "%stop": returned}

    if not node.orelse:
        leave()
    elif stopped == FALSE:
        suite(frame, node.orelse)
    else:
        branch(frame, node, stopped, leave, lambda: suite(frame, node.orelse))


def _define(frame: Frame, node: ast.FunctionDef) -> None:
    if node.decorator_list:
        frame.problem(
            node,
            "ADJ302",
            f"`{node.name}` is decorated inside a function",
            "Define it at module level.",
        )
    bind(frame, node.name, FunctionValue(calls.inner_definition(frame, node), frame))


def _delete(frame: Frame, node: ast.Delete) -> None:
    if not all(isinstance(target, ast.Name) for target in node.targets):
        carry(frame, node, reason="ADJ401 deleting an item", hint="Use plain names.")
        return
    for name in assigned([node]):
        frame.env[name] = UNBOUND


def _import(frame: Frame, node: ast.Import | ast.ImportFrom) -> None:
    for alias in node.names:
        name = (alias.asname or alias.name).split(".")[0]
        frame.env[name] = BindingValue(frame.definition.scope.imported(node, alias))


def _scope(frame: Frame, node: ast.Global | ast.Nonlocal) -> None:
    word = type(node).__name__.lower()
    body = frame.definition.node.body
    if set(node.names) & set(assigned(body)):
        frame.problem(node, "ADJ503", f"`{word}` inside a differentiated function", OTHER_SCOPE)


HANDLERS: dict[type, Callable[..., None]] = {
    ast.Assign: _assign, ast.AnnAssign: _annotated, ast.AugAssign: _augmented, ast.Expr: _expression,
    ast.If: _if, ast.Return: _return, ast.Break: _break, ast.Continue: _continue, ast.For: _loop,
    ast.While: _loop, ast.FunctionDef: _define, ast.Delete: _delete, ast.Import: _import,
    ast.ImportFrom: _import, ast.Global: _scope, ast.Nonlocal: _scope, ast.Raise: _observe,
    ast.Assert: _observe, ast.Pass: lambda frame, node: None,
}  # fmt: skip
