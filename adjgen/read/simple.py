"""Lowers statements that always fall through: assignments, calls, definitions, and what is carried."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from adjgen.ir.core import UNBOUND, Const, Opaque, Var
from adjgen.ir.types import BOOL, INT, NOTHING, OPAQUE, REAL
from adjgen.read import calls, displays, names
from adjgen.read.bound import TRUE, boundness, deleted, flag
from adjgen.read.definite import bound_by, markable, marked, read_first
from adjgen.read.expressions import ADVICE, BINARY, atom, bind, describe, value
from adjgen.read.flow import assigned, jumps
from adjgen.read.frame import Frame
from adjgen.read.opaque import OBSERVERS, changes, inward
from adjgen.read.values import (
    BindingValue,
    Conflict,
    Display,
    FunctionValue,
    Value,
    leaves,
)  # fmt: skip

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
    scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    if any(isinstance(inner, scopes) for inner in ast.walk(node)):
        what = "a function or class that is defined inside code that is carried as it is"
        frame.problem(node, "ADJ401", what, "Define it at module level.")
        return
    names = assigned([node])
    flags, lost = doubtful(frame, node, names)
    read = read_first([node])
    before = [n for n in names if n in flags or held_before(frame, n, n in read)]
    simple = isinstance(node, (ast.Assign, ast.AnnAssign))
    for name, key in flags.items():  # both have a value before the code that may give them another
        frame.locals.add(key)
        frame.env[key] = boundness(frame.env, name)
        if frame.env.get(name, UNBOUND) is UNBOUND:
            frame.env[name] = Const(None)
    reason = reason or f"ADJ204 `{type(node).__name__.lower()}` around active values"
    writes = [*names, *flags.values()]
    before = [] if simple else [*before, *flags.values()]
    code = marked(node, flags) if flags else node
    payload, reads = frame.code(code, writes, reason, hint, True, observes, before)
    payload = replace(payload, inward=inward(node, frame.dotted))
    types = [OPAQUE] * len(names) + [BOOL] * len(flags)
    outs = frame.emit(node, Opaque(payload), reads, types)
    for name, out in zip(writes, outs):
        out.hint = name.lstrip("%")
        bind(frame, name, out)
    stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in lost}
    for name in lost:
        never = name not in stored and name not in before  # `except ValueError as name`
        frame.env[name] = UNBOUND if never else Conflict(f"`{name}` may have no value", "ADJ501")


def held_before(frame: Frame, name: str, read: bool) -> bool:
    """Whether carried code that assigns a name may need the value that it had."""
    held = frame.env.get(name, UNBOUND)
    if held is UNBOUND:
        return False
    sure = boundness(frame.env, name) == TRUE and not isinstance(held, Conflict)
    return sure or read


def doubtful(frame: Frame, node: ast.stmt, names: Sequence[str]) -> tuple[dict[str, str], set[str]]:
    """Return the names that a carried statement may leave without a value: with flags, and others."""
    lost = deleted(node)
    unsure = [n for n in names if n not in bound_by([node]) and boundness(frame.env, n) != TRUE]
    read, plain = read_first([node]), markable(node)
    unknown = {n for n in unsure if isinstance(frame.env.get(n), Conflict)}
    flags = {n: flag(n) for n in unsure if n in plain and n not in {*read, *lost, *unknown}}
    return flags, (lost | set(unsure)) - set(flags)


def _assign(frame: Frame, node: ast.Assign) -> None:
    stores = [t for t in node.targets if isinstance(t, (ast.Tuple, ast.List))]
    if any(isinstance(i, (ast.Subscript, ast.Attribute)) for t in stores for i in ast.walk(t)):
        what = "an unpacking into an item or attribute"
        frame.problem(node, "ADJ401", what, "Unpack into plain names, then store.")
        return
    if any(isinstance(t, (ast.Subscript, ast.Attribute)) for t in node.targets):
        carry(frame, node, reason="ADJ401 a store into a container", hint="Assign to a plain name.")
        return
    alone = len(node.targets) == 1
    result = value(frame, displays.unpacked(node.targets[0], node.value) if alone else node.value)
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
        parts = displays.matched(frame, target.elts, result)
        if parts is not None:
            for item, part in zip(target.elts, parts):
                assign(frame, node, item.value if isinstance(item, ast.Starred) else item, part)
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
    if isinstance(old, Var) and old.type == NOTHING:  # reported, or not known before the loop ends
        atom(frame, node.value)
        bind(frame, target.id, old)
        return
    if name is None:
        carry(frame, node, reason="ADJ404 a bit operation cannot be differentiated", hint=ADVICE)
        return
    if not _number(old) or _may_be_shared(frame, node, old):
        carry(frame, node, reason="ADJ401 an update in place of something that may be a container",
              hint=f"Write `{target.id} = {target.id} ...`.")  # fmt: skip
        return
    right = atom(frame, node.value)
    assign(frame, node, target, frame.row(node, name, frame.materialise(node, old), right))


def _may_be_shared(frame: Frame, node: ast.AugAssign, old: Value) -> bool:
    """Whether this may change a list that goes by another name too: `n * items` may be one."""
    if not (isinstance(old, Var) and frame.in_doubt(old)):
        return False
    held = [part for scope in _around(frame) for v in scope.env.values() for part in leaves(v)]
    eqns = frame.session.builder.eqns
    kept = any(isinstance(eqn.op, Opaque) and old in eqn.args for eqn in eqns)
    plain = isinstance(node.value, ast.Constant)  # no list is added to
    return not plain and (kept or sum(part is old for part in held) > 1)


def _around(frame: Frame | None) -> Iterator[Frame]:
    while frame is not None:
        yield frame
        frame = frame.outer


def _number(held: Value) -> bool:
    return isinstance(held, (Var, Const)) and held.type in (REAL, INT, BOOL)


def _expression(frame: Frame, node: ast.Expr) -> None:
    inner = node.value
    if isinstance(inner, ast.Constant):
        return
    if isinstance(inner, ast.Call):
        if frame.dotted(inner.func).startswith(OBSERVERS) or _logger(frame, inner.func):
            given = [*inner.args, *(k.value for k in inner.keywords)]
            carry(frame, node, observes=not any(changes(part, frame.dotted) for part in given))
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


def observe(frame: Frame, node: ast.stmt) -> None:
    """Carry a statement into which active values may enter: raise, assert."""
    carry(frame, node, observes=True)


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
    targets = list(node.targets)
    while targets:
        target = targets.pop(0)
        if isinstance(target, (ast.Tuple, ast.List)):
            targets[:0] = target.elts
        elif isinstance(target, ast.Name):
            frame.lookup(target)
            frame.env[target.id] = UNBOUND
        else:
            one = ast.copy_location(ast.Delete([target]), node)
            carry(frame, one, reason="ADJ401 deleting an item", hint="Use plain names.")


def _import(frame: Frame, node: ast.Import | ast.ImportFrom) -> None:
    for alias in node.names:
        name = (alias.asname or alias.name).split(".")[0]
        bind(frame, name, BindingValue(frame.definition.scope.imported(node, alias)))


def _scope(frame: Frame, node: ast.Global | ast.Nonlocal) -> None:
    word = type(node).__name__.lower()
    body = frame.definition.node.body
    if set(node.names) & set(assigned(body)):
        frame.problem(node, "ADJ503", f"`{word}` inside a differentiated function", OTHER_SCOPE)


SIMPLE: dict[type, Callable[..., None]] = {
    ast.Assign: _assign, ast.AnnAssign: _annotated, ast.AugAssign: _augmented, ast.Expr: _expression,
    ast.FunctionDef: _define, ast.Delete: _delete, ast.Import: _import, ast.ImportFrom: _import,
    ast.Global: _scope, ast.Nonlocal: _scope, ast.Raise: observe,
    ast.Pass: lambda frame, node: None,
}  # fmt: skip
