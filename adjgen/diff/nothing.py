"""Paths on which a function returns None, which has no derivative: its products raise there.

A gradient of 0.0 would be a silent zero. `f` itself returns None as before.
"""

from dataclasses import replace

from adjgen.ir.core import Block, Const, Eqn, Function, If

NONE = Const(None)


def returns_nothing(function: Function) -> bool:
    """Whether a function returns None whatever happens."""
    return function.body.results == (NONE,)


def raising(function: Function) -> Function:
    """Return a function that raises TypeError where the given one returns None."""
    if function.result.kind:
        return function
    return replace(function, body=_raising(function.body, 0))


def _raising(block: Block, k: int) -> Block:
    """Return a block that raises where its result k is None."""
    result = block.results[k]
    if result == NONE:
        return replace(block, eqns=(*block.eqns, Eqn((), "no_derivative", (NONE,))))
    eqns = [
        _raising_if(eqn, eqn.outs.index(result)) if result in eqn.outs else eqn
        for eqn in block.eqns
    ]
    return replace(block, eqns=tuple(eqns))


def _raising_if(eqn: Eqn, k: int) -> Eqn:
    if not isinstance(eqn.op, If):
        return eqn
    return replace(eqn, blocks=tuple(_raising(block, k) for block in eqn.blocks))
