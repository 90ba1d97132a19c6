"""Carries statements as they are: what they read and bind, and what else they may change."""

import ast
import copy
from collections.abc import Sequence
from dataclasses import replace

from adjgen.ir.core import UNBOUND, Const
from adjgen.ir.types import BOOL, OPAQUE
from adjgen.read.bound import TRUE, boundness, deleted, flag
from adjgen.read.definite import bound_by, markable, marked, read_first
from adjgen.read.expressions import bind, describe
from adjgen.read.flow import assigned, jumps
from adjgen.read.frame import Frame
from adjgen.read.opaque import inward
from adjgen.read.values import (
    Conflict,
)  # fmt: skip

LEAVE = "Move what can fail into a function of its own and return from there."
INSTEAD: dict[type, str] = {
    ast.With: "Compute before or behind the `with` what depends on the parameters.",
    ast.Match: "Write it with `if` and `elif`.",
}


def carry(
    frame: Frame, node: ast.stmt, observes: bool = False, reason: str = "", hint: str = ""
) -> None:
    """Carry a statement as it is."""
    if jumps([node]):
        what = f"{describe(node)} that is left by return, break or continue"
        frame.problem(node, "ADJ204", what, INSTEAD.get(type(node), LEAVE))
        return
    node = _importing_absolutely(frame, node)
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
    hint = hint if reason else INSTEAD.get(type(node), "")
    reason = reason or f"ADJ204 `{type(node).__name__.lower()}` around active values"
    writes = [*names, *flags.values()]
    before = [] if simple else [*before, *flags.values()]
    code = marked(node, flags) if flags else node
    payload, reads = frame.code(code, writes, reason, hint, True, observes, before)
    payload = replace(payload, inward=inward(node, frame.dotted))
    types = [OPAQUE] * len(names) + [BOOL] * len(flags)
    outs = frame.carried(node, payload, reads, types)
    for name, out in zip(writes, outs):
        out.hint = name.lstrip("%")
        bind(frame, name, out)
    stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in lost}
    for name in lost:
        never = name not in stored and name not in before  # `except ValueError as name`
        frame.env[name] = UNBOUND if never else _lost(name)


def _lost(name: str) -> Conflict:
    return Conflict(f"`{name}` may have no value", "ADJ501", "Assign it first.")


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
