"""Writes a number whose derivative is cut as the number: text has no derivatives to cut.

before  y = stop_gradient(x); z = f(y)
after   z = f(x)
"""

from adjgen.ir.core import Atom, Block, Eqn, Var
from adjgen.ir.query import kinds, substituted
from adjgen.ir.types import is_mutable


def uncut(body: Block) -> Block:
    """Return a block in which cut numbers are the numbers."""
    return _block(body, {}) if "stop_gradient" in kinds(body) else body


def _block(block: Block, mapping: dict[Var, Atom]) -> Block:
    eqns: list[Eqn] = []
    for eqn in block.eqns:
        args = tuple([substituted(arg, mapping) for arg in eqn.args])
        if eqn.op == "stop_gradient" and not is_mutable(eqn.outs[0].type):
            mapping[eqn.outs[0]] = args[0]
            if isinstance(args[0], Var):
                args[0].hint = args[0].hint or eqn.outs[0].hint
            continue
        blocks = tuple([_block(inner, mapping) for inner in eqn.blocks])
        eqns.append(Eqn(eqn.outs, eqn.op, args, blocks, eqn.loc, eqn.derivative))
    results = tuple([substituted(result, mapping) for result in block.results])
    return Block(block.params, tuple(eqns), results)
