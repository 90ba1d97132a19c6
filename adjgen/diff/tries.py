"""The tangent and the adjoint of a try stand behind it, where its body has ended: no handler catches
what they raise. There is nothing to differentiate in a handler: code that goes on is an arm of an IF.
"""

from collections.abc import Sequence
from dataclasses import replace

from adjgen.diff.forward import Forward, tangent_of
from adjgen.diff.reverse import Adjoints, Reverse
from adjgen.diff.reverse_branch import branch, exported, exporting
from adjgen.diff.rules import ZERO
from adjgen.ir.build import Builder
from adjgen.ir.core import UNBOUND, Atom, Block, Const, Eqn, If, Try, Var
from adjgen.ir.free import FreeVariables, own
from adjgen.ir.query import equations, renewed


def tangent(self: Forward, eqn: Eqn, op: Try, builder: Builder) -> None:
    """Append a try and the tangents of its outs."""
    body, arm = eqn.blocks[0], builder.nested()
    active = [k for k, out in enumerate(eqn.outs) if out in self.active]
    self.block(body, arm)
    dots = tuple(self.dot(body.results[k], arm) for k in active)
    extended, block = behind(eqn, arm.eqns, dots)
    builder.append(extended)
    if not block.eqns and not active:
        return
    outs = tuple(tangent_of(eqn.outs[k]) for k in active)
    zeros = Block((), (), tuple(_zero(out) for out in outs))
    test, derivative = _failed(eqn, op), builder.derivative
    builder.append(Eqn(outs, If(), (test,), (zeros, block), eqn.loc, derivative))
    self.dots |= {eqn.outs[k]: out for k, out in zip(active, outs)}


def behind(eqn: Eqn, eqns: Sequence[Eqn], results: tuple[Atom, ...]) -> tuple[Eqn, Block]:
    """Return a try extended by what must be known behind it, and a block with what its body does not do.

    `eqns` are those of the body, and tangents or checks between them.
    """
    body, others = separated(eqn.blocks[0], eqns, results)
    block = renewed(others, {})
    inside, memory = own(body), FreeVariables()
    exports = {v: exported(eqn, body, v) for v in memory.of(block) if v in inside}
    new = {v: out for v, out in exports.items() if out not in eqn.outs}
    eqn = replace(eqn, blocks=(body, *eqn.blocks[1:]))
    return _exporting(eqn, list(new), list(new.values())), memory.substitute(block, exports)


def separated(body: Block, eqns: Sequence[Eqn], results: tuple[Atom, ...]) -> tuple[Block, Block]:
    """Return a block and one with what equations do besides; loops and calls in which that is are there again."""
    by_out = {one.outs[0]: one for one in body.eqns if one.outs}
    by_leaf = {leaf: one for one in body.eqns for leaf in _leaves(one)}
    mine: list[Eqn] = []
    others: list[Eqn] = []
    for full in eqns:
        primal = by_out.get(full.outs[0]) if full.outs else None
        primal = primal or next((by_leaf[leaf] for leaf in _leaves(full) if leaf in by_leaf), None)
        if primal is None:
            others.append(full)
        elif full.outs == primal.outs and _leaves(full) == _leaves(primal):
            mine.append(primal)
        elif isinstance(full.op, Try):
            mine.append(full)
        elif isinstance(full.op, If):
            plain, rest = _split(primal, full)
            mine.append(plain)
            others.append(rest)
        else:
            mine.append(primal)
            others.append(full)
    return replace(body, eqns=tuple(mine)), Block((), tuple(others), results)


def _split(mine: Eqn, full: Eqn) -> tuple[Eqn, Eqn]:
    """Return an IF as it was, but exporting what the other IF reads: that with what is between its equations."""
    count = len(mine.outs)
    arms = zip(mine.blocks, full.blocks)
    pairs = [separated(a, b.eqns, b.results[count:]) for a, b in arms]
    primal, others = exporting(FreeVariables(), mine, [a for a, _ in pairs], [b for _, b in pairs])
    return primal, replace(full, outs=full.outs[count:], blocks=tuple(others), derivative=True)


def _leaves(eqn: Eqn) -> list[Eqn]:
    return [inner for inner in equations(Block((), (eqn,), ())) if not inner.blocks]


def _zero(out: Var) -> Atom:
    return Const(()) if out.type.element else ZERO


def _failed(eqn: Eqn, op: Try) -> Atom:
    """Return whether a handler ran that goes on."""
    return eqn.outs[0] if op.caught else Const(False)


def _exporting(eqn: Eqn, inside: Sequence[Var], exports: Sequence[Var]) -> Eqn:
    """Return a try with more outs."""
    body, *handlers = eqn.blocks
    blocks = [replace(body, results=(*body.results, *inside))]
    blocks += [replace(h, results=h.results + (UNBOUND,) * len(exports)) for h in handlers]
    return replace(eqn, outs=(*eqn.outs, *exports), blocks=tuple(blocks))


def adjoint(self: Reverse, eqn: Eqn, op: Try, bars: Adjoints, builder: Builder) -> Eqn:
    """Write the adjoint of a try: that of an IF between a handler and the body; return the try extended."""
    handled = Block((), (), (UNBOUND,) * len(eqn.outs))
    choice = replace(eqn, op=If(), args=(_failed(eqn, op),), blocks=(handled, eqn.blocks[0]))
    outer, self.inside_try = self.inside_try, True
    done = branch(self, choice, bars, builder)
    self.inside_try = outer
    count, body = len(eqn.outs), done.blocks[1]
    extended = replace(eqn, blocks=(replace(body, results=body.results[:count]), *eqn.blocks[1:]))
    inside = [result for result in body.results[count:] if isinstance(result, Var)]
    return _exporting(extended, inside, done.outs[count:])
