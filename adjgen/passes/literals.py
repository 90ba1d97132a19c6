"""Whole numbers beside floats are written as floats: the same bits, and Python need not convert them.

before                              after
    s = 1 + exp(x)                      s = 1.0 + exp(x)
    return 1 / s                        return 1.0 / s
"""

from adjgen.elementary.floats import Floats
from adjgen.elementary.row import rows
from adjgen.ir.core import Atom, Block, Const, Eqn
from adjgen.ir.query import kinds
from adjgen.ir.types import REAL

BESIDE = {"add", "sub", "mul", "div", "lt", "le", "gt", "ge", "eq", "ne"}
EXACT = 2**53  # every whole number up to it is a float


def literals(block: Block) -> Block:
    """Return the block with the whole numbers that meet floats turned to floats; numpy's are left alone."""
    if kinds(block).isdisjoint(BESIDE) or any(row.home for row in rows(kinds(block))):
        return block
    sure = Floats()
    sure.block(block.eqns)
    return _beside(block, sure)


def _beside(block: Block, sure: Floats) -> Block:
    eqns = []
    for eqn in block.eqns:
        if eqn.blocks:
            eqn = eqn.reading(eqn.args, tuple([_beside(inner, sure) for inner in eqn.blocks]))
        elif eqn.op in BESIDE:
            eqn = _with_float(eqn, sure)
        eqns.append(eqn)
    return Block(block.params, tuple(eqns), block.results)


def _with_float(eqn: Eqn, sure: Floats) -> Eqn:
    a, b = eqn.args
    if b.type is REAL and sure.has(b):
        return eqn.reading((_as_float(a), b), ())
    if a.type is REAL and sure.has(a):
        return eqn.reading((a, _as_float(b)), ())
    return eqn


def _as_float(atom: Atom) -> Atom:
    if isinstance(atom, Const) and type(atom.value) is int and abs(atom.value) <= EXACT:
        return Const(float(atom.value))
    return atom
