"""Whether a loop does nothing with a carried value but add to it: then the order of its turns is free.

The value is followed from its parameter to its result: each version is used once, to be added to.
"""

from adjgen.ir.core import Atom, Block, Eqn, For, If, Var
from adjgen.ir.free import FreeVariables

GROWING = {"add_at", "add_row_at", "add_part", "scattered", "sub"}  # what their first argument does


def accumulates(eqn: Eqn, k: int) -> bool:
    """Whether a loop only adds to its carried value k."""
    assert isinstance(eqn.op, For)
    body, param = eqn.blocks[0], eqn.blocks[0].params[eqn.op.seqs + k]
    if eqn.op.tested and _reads(eqn.blocks[1], eqn.blocks[1].params[k]):
        return False
    end = last_version(body, param)
    return end is not None and body.results[k] is end


def last_version(block: Block, start: Var) -> Var | None:
    """Return what a value has grown to at the end of a block; None if it is read for something else."""
    readers: dict[Atom, list[Eqn]] = {}
    for eqn in block.eqns:
        inside = FreeVariables().inside(eqn)
        for atom in {*eqn.args, *inside}:
            readers.setdefault(atom, []).append(eqn)
    value: Var | None = start
    while value is not None:
        uses = readers.get(value, [])
        if not uses:
            return value if block.results.count(value) == 1 else None
        value = grown(uses[0], value) if len(uses) == 1 and value not in block.results else None
    return None


def grown(eqn: Eqn, value: Var) -> Var | None:
    """Return the out that is a value with something added; None if the equation does anything else."""
    if isinstance(eqn.op, If):
        return _grown_in_arms(eqn, value)
    if eqn.args.count(value) != 1:
        return None
    k = eqn.args.index(value)
    if isinstance(eqn.op, For):
        k -= eqn.op.seqs
        inside = k < 0 or value in FreeVariables().inside(eqn)
        return None if inside or not accumulates(eqn, k) else eqn.outs[k]
    if not isinstance(eqn.op, str):
        return None
    adds = eqn.op == "add" or eqn.op.startswith("add_elements") and k == 0
    return eqn.outs[0] if adds or (k == 0 and eqn.op in GROWING) else None


def _grown_in_arms(eqn: Eqn, value: Var) -> Var | None:
    if value in eqn.args:
        return None
    ends = [last_version(block, value) for block in eqn.blocks]
    if None in ends:
        return None
    at = {block.results.index(end) for block, end in zip(eqn.blocks, ends) if end is not None}
    return eqn.outs[at.pop()] if len(at) == 1 else None


def _reads(block: Block, param: Var) -> bool:
    return param in FreeVariables().of(Block((), block.eqns, block.results))
