"""Paths on which a function returns None, which has no derivative: its products raise there.

A gradient of 0.0 would be a silent zero. `f` itself returns None as before.
"""

from collections.abc import Mapping
from dataclasses import replace

from adjgen.ir.core import Atom, Block, Const, Eqn, Function, If, Try, Var
from adjgen.ir.query import equations, kinds
from adjgen.ir.types import BOOL

NONE = Const(None)


def returns_nothing(function: Function) -> bool:
    """Whether a function returns None whatever happens."""
    return function.body.results == (NONE,)


def raising(function: Function) -> Function:
    """Return a function that raises TypeError where the given one returns None."""
    if function.result.kind:
        return function
    if Try not in kinds(function.body):
        return replace(function, body=_raising(function.body, 0, frozenset()))
    tries = [eqn for eqn in equations(function.body) if isinstance(eqn.op, Try)]
    tried = {o: r for eqn in tries for o, r in zip(eqn.outs, eqn.blocks[0].results)}
    made = {out: eqn for eqn in equations(function.body) for out in eqn.outs}
    nothing = frozenset(out for out, result in tried.items() if _may_be_none(result, made))
    return replace(function, body=_raising(function.body, 0, nothing))


def _may_be_none(atom: Atom, made: Mapping[Var, Eqn]) -> bool:
    """Whether a value is None on some path."""
    eqn = made.get(atom) if isinstance(atom, Var) else None
    if eqn is None or not isinstance(eqn.op, (If, Try)):
        return atom == NONE
    return any(_may_be_none(block.results[eqn.outs.index(atom)], made) for block in eqn.blocks)


def _raising(block: Block, k: int, nothing: frozenset[Var]) -> Block:
    """Return a block that raises where its result k is None."""
    result = block.results[k]
    leave = Eqn((), "no_derivative", (NONE,))
    if result == NONE:
        return replace(block, eqns=(*block.eqns, leave))
    if result in nothing:  # behind the try: no handler catches it
        test = Eqn((Var("", BOOL),), "is", (result, NONE))
        arms = (Block((), (leave,), ()), Block((), (), ()))
        return replace(block, eqns=(*block.eqns, test, Eqn((), If(), test.outs, arms)))
    eqns = [
        _raising_if(eqn, eqn.outs.index(result), nothing) if result in eqn.outs else eqn
        for eqn in block.eqns
    ]
    return replace(block, eqns=tuple(eqns))


def _raising_if(eqn: Eqn, k: int, nothing: frozenset[Var]) -> Eqn:
    if not isinstance(eqn.op, If):
        return eqn
    return replace(eqn, blocks=tuple(_raising(block, k, nothing) for block in eqn.blocks))
