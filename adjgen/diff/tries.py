"""The tangent and the adjoint of a try stand behind it, where its body has ended: no handler catches
what they raise. There is nothing to differentiate in a handler: code that goes on is an arm of an IF.
"""

from collections.abc import Sequence
from dataclasses import replace

from adjgen.diff.forward import Forward, tangent_of
from adjgen.diff.reverse import Adjoints, Reverse
from adjgen.diff.reverse_branch import branch, exported
from adjgen.diff.rules import ZERO
from adjgen.ir.build import Builder
from adjgen.ir.core import UNBOUND, Atom, Block, Const, Eqn, If, Try, Var
from adjgen.ir.query import defined, equations, free_variables, renewed, substitute


def tangent(self: Forward, eqn: Eqn, op: Try, builder: Builder) -> None:
    """Append a try and the tangents of its outs.

    Branches, loops and calls of the body that have tangents are computed once more with them.
    """
    body, arm = eqn.blocks[0], builder.nested()
    active = [k for k, out in enumerate(eqn.outs) if out in self.active]
    self.block(body, arm)
    own = {_contents(inner) for inner in body.eqns}
    kept = tuple(inner for inner in arm.eqns if _contents(inner) not in own)
    dots = tuple(self.dot(body.results[k]) for k in active)
    if not kept and not active:
        builder.append(eqn)
        return
    block = renewed(Block((), kept, dots), {})
    inside = defined(body)
    exports = {v: exported(eqn, body, v) for v in free_variables(block) if v in inside}
    new = {v: out for v, out in exports.items() if out not in eqn.outs}
    builder.append(_exporting(eqn, list(new), list(new.values())))
    outs = tuple(tangent_of(eqn.outs[k]) for k in active)
    zeros = Block((), (), tuple(_zero(out) for out in outs))
    arms = zeros, substitute(block, dict(exports))
    builder.append(Eqn(outs, If(), (_failed(eqn, op),), arms, eqn.loc, builder.derivative))
    self.dots |= {eqn.outs[k]: out for k, out in zip(active, outs)}


def _contents(eqn: Eqn) -> tuple[object, ...]:
    """Return what differs once an equation has tangents in it."""
    return eqn.outs, *(inner for inner in equations(Block((), (eqn,), ())) if not inner.blocks)


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
