"""Signatures of derivative functions: names that are free, tangents and bars as keywords, helpers."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from adjgen.ir.core import Block, Function, Param, Var
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


def renewed_function(function: Function) -> Function:
    """Return a copy with variables of its own."""
    body = renewed(function.body, {})
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
