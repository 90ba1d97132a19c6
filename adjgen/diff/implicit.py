"""The implicit function theorem: where F(x, p) = 0, dx = -(F_p dp) / F_x.

The residual F is differentiated at the root that the user's own solver found. Nothing of this
depends on how the solver came there: starting guesses, bounds and tolerances have the derivative 0.
"""

from dataclasses import replace

from adjgen.diff.active import active_variables
from adjgen.diff.forward import Forward, Tangents
from adjgen.diff.integrals import Helpers
from adjgen.diff.rules import ONE, operand
from adjgen.elementary.row import call
from adjgen.elementary.trace import atom_of
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Call, Eqn, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import equations, renewed

Callee = Helpers


def tangent(eqn: Eqn, dots: Tangents, callee: Callee, builder: Builder) -> Atom:
    """Write the tangent of a root."""
    block, arm = at_root(eqn), builder.nested()
    given = {v: dots[v] for v in FreeVariables().of(block) if v in dots}
    dot = differential(block, given, callee, arm)
    again = replace(block, eqns=tuple(arm.eqns))
    if calls(block):
        builder.eqns += arm.eqns
        again = at_root(eqn)
    slope = differential(again, at(eqn), callee, builder)
    builder.loc = eqn.loc
    return change(builder, dot, block, named_slope(slope, block), eqn.outs[0])


def with_slope(eqn: Eqn, callee: Callee, builder: Builder) -> tuple[Block, Atom]:
    """Return the residual at the root, extended by what computes its slope F_x, and the slope."""
    block, arm = at_root(eqn), builder.nested()
    slope = named_slope(differential(block, at(eqn), callee, arm), block)
    if calls(block):
        builder.eqns += arm.eqns
        return at_root(eqn), slope
    return replace(block, eqns=tuple(arm.eqns)), slope


def calls(block: Block) -> bool:
    """Whether functions are called, so that each sweep needs a residual of its own.

    Others sweep over what the one before has written; but a tangent of a function that is only
    being written, because the residual calls it again, has no tangent yet.
    """
    return any(isinstance(eqn.op, Call) for eqn in equations(block))


def at_root(eqn: Eqn) -> Block:
    """Return a copy of the residual's block in which the root stands for its parameter."""
    copy = renewed(eqn.blocks[0], {})
    mapping: dict[Var, Atom] = {copy.params[0]: eqn.outs[0]}
    return FreeVariables().substitute(replace(copy, params=()), mapping)


def at(eqn: Eqn) -> Tangents:
    """Return the tangents of the derivative by the root itself."""
    return {eqn.outs[0]: ONE}


def differential(block: Block, dots: Tangents, callee: Callee, builder: Builder) -> Atom:
    """Write a residual with its tangent; return the tangent."""
    sweep = Forward(active_variables(block, dots, block.results), callee)
    sweep.dots.update(dots)
    sweep.block(block, builder)
    return sweep.dot(block.results[0], builder)


def named_slope(slope: Atom, block: Block) -> Atom:
    """Name the slope after the residual."""
    residual = block.results[0]
    if isinstance(slope, Var) and isinstance(residual, Var) and residual.hint:
        slope.hint = f"{residual.hint}_slope"
    return slope


def change(builder: Builder, of: Atom, block: Block, slope: Atom, root: Var) -> Atom:
    """Write -of / slope, if the root is one."""
    atoms = of, block.results[0], slope, root
    return atom_of(call("implicit", *(operand(builder, atom) for atom in atoms)))
