"""Signatures of derivative functions: names that are free, tangents and bars as keywords, helpers."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from adjgen.diagnostics import Problem, UnsupportedError
from adjgen.ir.core import Atom, Block, Function, Module, Param, Var
from adjgen.ir.query import renewed


def flat_params(variables: Sequence[Var], params: Sequence[Param]) -> tuple[Param, ...]:
    """Return parameters for helpers: positional, one a variable, without defaults."""
    taken: set[str] = set()
    said = {v: p.annotation for p in params for v in p.vars}
    return tuple(
        Param(free(v.hint or "argument", taken), (v,), annotation=said.get(v, ""))
        for v in variables
    )


def free(name: str, taken: set[str]) -> str:
    """Return a name that is not taken, with underscores behind it if need be; it is taken now."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def suffix(function: Function, active: tuple[int, ...]) -> str:
    """Return what tells the helpers of different active arguments apart; nothing if all are."""
    candidates = [k for k, p in enumerate(function.params) if p.differentiable]
    return (
        ""
        if list(active) == candidates
        else "_" + "_".join(function.params[k].name for k in active)
    )


def renewed_function(function: Function, mapping: dict[Var, Atom] | None = None) -> Function:
    """Return a copy with variables of its own; `mapping` learns which."""
    body = renewed(function.body, {} if mapping is None else mapping)
    variables = iter(body.params)
    params = [replace(p, vars=tuple(islice(variables, len(p.vars)))) for p in function.params]
    return replace(function, params=tuple(params), body=body)


def with_keywords(params: Sequence[Param], extra: Sequence[Param]) -> tuple[Param, ...]:
    """Return params and keyword-only ones; a **kwargs stays last."""
    last = [p for p in params if p.kind == "VAR_KEYWORD"]
    return (*(p for p in params if p.kind != "VAR_KEYWORD"), *extra, *last)


def ordered_params(block: Block, params: Sequence[Param]) -> Block:
    """Return the block with its parameters in the order of the signature."""
    return replace(block, params=tuple(v for p in params for v in p.vars))


def wrt_names(module: Module, wrt: Any) -> tuple[str, ...] | None:
    """Return wrt as names; None stays, for every differentiable parameter."""
    entries = wrt_entries(wrt)
    if entries is None:
        return None
    main, names = module.main, [p.name for p in module.main.params]
    found: list[str] = []
    what, why = "", f"`{main.name}` has {len(names)} parameters."
    for one in entries:
        if isinstance(one, int) and not -len(names) <= one < len(names):
            what = f"there is no parameter {one}"
            break
        found.append(one if isinstance(one, str) else names[one])
    if not entries:
        what = "wrt names no parameter"
    elif len(set(found)) < len(found):
        what = f"wrt names `{max(found, key=found.count)}` twice"
    if what:
        problem = Problem("ADJ604", what, why, main.about["path"], main.about["line"])
        raise UnsupportedError([problem])
    return tuple(found)


def wrt_entries(wrt: Any) -> tuple[str | int, ...] | None:
    """Return what wrt lists, one name or position as a list of one; None stays.

    Raises
    ------
    TypeError
        If it is nothing of that kind: a set has no order, True is no position.
    """
    if wrt is None:
        return None
    listed = isinstance(wrt, Sequence) and not isinstance(wrt, (str, bytes))
    entries = tuple(wrt) if listed else (wrt,)
    for one in entries:
        if isinstance(one, bool) or not isinstance(one, (str, int)):
            raise TypeError(f"wrt is a name, a position or a sequence of these, not {wrt!r}")
    return entries
