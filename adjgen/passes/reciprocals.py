"""A product with 1.0 / q is a quotient by q: one operation less, and one rounding.

before                          after
    r = 1.0 / q                     a = p / q
    a = p * r                       b = s / q
    b = s * r                       return a, b
    return a, b
"""

from collections import Counter

from adjgen.ir.core import Atom, Block, Const, Eqn, Var
from adjgen.ir.query import equations, kinds, use_counts
from adjgen.ir.types import REAL


def reciprocals(block: Block) -> Block:
    """Return the block without reciprocals that only products of derivatives read."""
    if "div" not in kinds(block):
        return block
    one = Const(1.0)
    made = {
        e.outs[0]: e.args[1] for e in equations(block)
        if e.op == "div" and e.derivative and e.args[0] is one and e.outs[0].type is REAL
    }  # fmt: skip
    if not made:
        return block
    read = Counter(arg for e in equations(block) if quotient(e, made) for arg in e.args)
    uses = use_counts(block)
    return _without(block, {r: q for r, q in made.items() if uses[r] == read[r]})


def quotient(eqn: Eqn, made: dict[Var, Atom]) -> bool:
    """Whether an equation is a product of a number with a reciprocal."""
    if eqn.op != "mul" or not eqn.derivative or eqn.outs[0].type is not REAL:
        return False
    return sum(arg in made for arg in eqn.args) == 1


def _without(block: Block, made: dict[Var, Atom]) -> Block:
    eqns: list[Eqn] = []
    for eqn in block.eqns:
        if eqn.blocks:
            eqn = eqn.reading(eqn.args, tuple([_without(inner, made) for inner in eqn.blocks]))
        elif quotient(eqn, made):
            a, b = eqn.args
            p, r = (b, a) if a in made else (a, b)
            eqn = Eqn(eqn.outs, "div", (p, made[r]), (), eqn.loc, True)  # type: ignore[index]
        eqns.append(eqn)
    return Block(block.params, tuple(eqns), block.results)
