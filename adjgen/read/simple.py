"""Lowers statements that always fall through: assignments, calls, definitions, and what is carried."""

import ast
import copy
import sys
from collections.abc import Callable, Sequence

from adjgen.ir.core import UNBOUND, Const, Opaque, Var
from adjgen.ir.types import BOOL, INT, OPAQUE, REAL
from adjgen.read import calls, names
from adjgen.read.expressions import BINARY, atom, bind, describe, value
from adjgen.read.flow import assigned, jumps
from adjgen.read.frame import Frame
from adjgen.read.opaque import OBSERVERS, changes
from adjgen.read.values import BindingValue, Display, FunctionValue, Value, leaves, rebuilt, tree_of

OTHER_SCOPE = (
    "A derivative has no meaning for state outside the function. Pass it in and return it."
)


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
    node = _importing_absolutely(frame, node)
    scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    if any(isinstance(inner, scopes) for inner in ast.walk(node)):
        what = "a function or class that is defined inside code that is carried as it is"
        frame.problem(node, "ADJ401", what, "Define it at module level.")
        return
    writes = assigned([node])
    simple = isinstance(node, (ast.Assign, ast.AnnAssign))
    before = [] if simple else [n for n in writes if frame.env.get(n, UNBOUND) is not UNBOUND]
    reason = reason or f"ADJ204 `{type(node).__name__.lower()}` around active values"
    payload, reads = frame.code(node, writes, reason, hint, True, observes, before)
    outs = frame.emit(node, Opaque(payload), reads, [OPAQUE] * len(writes))
    for name, out in zip(writes, outs):
        bind(frame, name, out)


def _importing_absolutely(frame: Frame, node: ast.stmt) -> ast.stmt:
    """Return a statement whose imports mean the same in a generated module."""
    relative = [n for n in ast.walk(node) if isinstance(n, ast.ImportFrom) and n.level]
    if not relative:
        return node
    file = frame.definition.file
    if not file.module:
        frame.problem(relative[0], "ADJ501", "a relative import outside a package", "Name it.")
        return node
    around = file.module.split(".")[: None if file.is_package else -1]
    node = copy.deepcopy(node)
    for inner in ast.walk(node):
        if isinstance(inner, ast.ImportFrom) and inner.level:
            above = around[: len(around) - inner.level + 1]
            inner.module = ".".join([*above, inner.module or ""]).rstrip(".")
            inner.level = 0
    return node


def _assign(frame: Frame, node: ast.Assign) -> None:
    stores = [t for t in node.targets if isinstance(t, (ast.Tuple, ast.List))]
    if any(isinstance(i, (ast.Subscript, ast.Attribute)) for t in stores for i in ast.walk(t)):
        what = "an unpacking into an item or attribute"
        frame.problem(node, "ADJ401", what, "Unpack into plain names, then store.")
        return
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
    if isinstance(target, (ast.Tuple, ast.List)) and isinstance(result, Display):
        starred = any(isinstance(item, ast.Starred) for item in target.elts)
        if not starred and len(result.items) == len(target.elts):
            for item, part in zip(target.elts, result.items):
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
            carry(
                frame,
                node,
                observes=not _changing(frame, [*inner.args, *(k.value for k in inner.keywords)]),
            )
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
    """Whether a function is a method of a logger of the module: an object of that name, or kind."""
    methods = {"debug", "info", "warning", "error", "critical", "exception", "log"}
    if not isinstance(function, ast.Attribute) or function.attr not in methods:
        return False
    owner = frame.binding(function.value)
    if not isinstance(owner, names.External):
        return False
    if owner.value is names.ABSENT:
        return ast.unparse(function.value).lower().strip("_") in ("log", "logger", "logging")
    return type(owner.value).__module__.startswith("logging")


def _changing(frame: Frame, parts: Sequence[ast.expr]) -> bool:
    return any(changes(part, frame.dotted) for part in parts)


def _observe(frame: Frame, node: ast.stmt) -> None:
    plain = isinstance(node, ast.Assert) and _changing(frame, [node.test])
    carry(
        frame,
        node,
        observes=not plain,
        reason="ADJ301 an assertion that calls what adjgen cannot read",
    )


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
    if frame.session.guarded and not _always_there(frame, node):
        carry(frame, node)  # it may fail, and somebody expects that
        return
    for alias in node.names:
        name = (alias.asname or alias.name).split(".")[0]
        frame.env[name] = BindingValue(frame.definition.scope.imported(node, alias))


def _always_there(frame: Frame, node: ast.Import | ast.ImportFrom) -> bool:
    """Whether an import is of Python's own modules, which does not fail."""
    bindings = [frame.definition.scope.imported(node, alias) for alias in node.names]
    known = [b for b in bindings if isinstance(b, (names.Known, names.ModuleName))]
    roots = {b.dotted.partition(".")[0] for b in known}
    return len(known) == len(bindings) and roots <= {*sys.stdlib_module_names}


def _scope(frame: Frame, node: ast.Global | ast.Nonlocal) -> None:
    word = type(node).__name__.lower()
    body = frame.definition.node.body
    if set(node.names) & set(assigned(body)):
        frame.problem(node, "ADJ503", f"`{word}` inside a differentiated function", OTHER_SCOPE)


def passive_comment(frame: Frame, node: ast.stmt) -> None:
    """Cut the derivatives of what a statement assigns, if the comment at its end asks for it."""
    if not frame.definition.file.is_passive(node.end_lineno or node.lineno):
        return
    for name in assigned([node]):
        held = frame.env.get(name, UNBOUND)
        parts = (
            frame.row(node, "stop_gradient", part) if isinstance(part, Var) else part
            for part in leaves(held)
        )
        bind(frame, name, rebuilt(tree_of(held), parts))


SIMPLE: dict[type, Callable[..., None]] = {
    ast.Assign: _assign, ast.AnnAssign: _annotated, ast.AugAssign: _augmented, ast.Expr: _expression,
    ast.FunctionDef: _define, ast.Delete: _delete, ast.Import: _import, ast.ImportFrom: _import,
    ast.Global: _scope, ast.Nonlocal: _scope, ast.Raise: _observe, ast.Assert: _observe,
    ast.Pass: lambda frame, node: None,
}  # fmt: skip
