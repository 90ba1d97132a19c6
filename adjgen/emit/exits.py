"""A loop that stops where its last branch says so tells it in the arms, so that the test is read once.

before                              after
    c = x < 0.1                         if x < 0.1: y = 2 * x; stop = True
    if c: y = 2 * x                     else: y = x; stop = False
    else: y = x                         stop if stop
    stop if c

Only for text: the arms are where `break` and `return` are written.
"""

from collections import Counter
from dataclasses import replace

from adjgen.ir.core import Atom, Block, Const, Eqn, For, Function, If, Var
from adjgen.ir.query import kinds, use_counts
from adjgen.ir.types import BOOL


def told(function: Function) -> Function:
    """Return the function with its loops telling in their arms whether they stop."""
    if For not in kinds(function.body):
        return function
    return replace(function, body=_block(function.body, use_counts(function.body)))


def _block(block: Block, uses: Counter[Atom]) -> Block:
    if not any(eqn.blocks for eqn in block.eqns):
        return block
    return Block(block.params, tuple([_eqn(e, uses) for e in block.eqns]), block.results)


def _eqn(eqn: Eqn, uses: Counter[Atom]) -> Eqn:
    if not eqn.blocks:
        return eqn
    blocks = [_block(inner, uses) for inner in eqn.blocks]
    if isinstance(eqn.op, For) and eqn.op.exits and blocks[0].eqns:
        blocks[0] = _body(blocks[0], uses)
    return eqn.reading(eqn.args, tuple(blocks))


def _body(body: Block, uses: Counter[Atom]) -> Block:
    """Return the body of a loop, the test of its last branch no result of it."""
    last = body.eqns[-1]
    counted = Counter(r for r in body.results if isinstance(r, Var))
    test = last.args[0] if isinstance(last.op, If) else None
    if not isinstance(test, Var) or test.type != BOOL or uses[test] != 1 + counted[test]:
        return body
    if not counted[test] or any(uses[out] != counted[out] for out in last.outs):
        return body
    out = Var("stop", BOOL)
    uses[out], uses[test] = counted[test], 1
    arms = [
        replace(arm, results=(*arm.results, Const(truth)))
        for arm, truth in zip(last.blocks, (True, False))
    ]
    branch = replace(last, outs=(*last.outs, out), blocks=tuple(arms))
    results = tuple(out if r == test else r for r in body.results)
    return Block(body.params, (*body.eqns[:-1], branch), results)
