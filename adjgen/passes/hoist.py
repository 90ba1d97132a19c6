"""What every turn of a loop computes alike is computed once, before it, if it cannot raise.

before                              after
    for _ in range(n):                  t = 0.5 * h
        x = x + 0.5 * h * x             for _ in range(n):
    return x                                x = x + t * x
                                        return x
"""

from collections.abc import Collection

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Block, Eqn, For, Var
from adjgen.ir.query import kinds
from adjgen.ir.types import BOOL, INT, REAL
from adjgen.passes.dce import can_raise


def hoist(block: Block, absent: Collection[Var] = ()) -> Block:
    """Return the block with numbers that do not change in loops computed before them.

    `absent` may be None, which a loop without turns does not notice.
    """
    if For not in kinds(block):
        return block
    eqns: list[Eqn] = []
    for eqn in block.eqns:
        if eqn.blocks:
            eqn = eqn.reading(eqn.args, tuple([hoist(inner, absent) for inner in eqn.blocks]))
            if isinstance(eqn.op, For):
                moved, body = _parted(eqn.blocks[0], absent)
                k, walked = len(eqns), set(eqn.args[: eqn.op.seqs])
                while k and eqns[k - 1].op == "range" and not walked.isdisjoint(eqns[k - 1].outs):
                    k -= 1  # it stays beside its loop
                eqns[k:k] = moved
                eqn = eqn.reading(eqn.args, (body, *eqn.blocks[1:])) if moved else eqn
        eqns.append(eqn)
    return Block(block.params, tuple(eqns), block.results)


def _parted(body: Block, absent: Collection[Var]) -> tuple[list[Eqn], Block]:
    """Return the equations of a body that can stand before its loop, and the body without them.

    Those behind a check stay behind it: it may be there for their sake.
    """
    inside = {*body.params, *absent}
    moved: list[Eqn] = []
    kept: list[Eqn] = []
    checked = False
    for eqn in body.eqns:
        if not checked and inside.isdisjoint(eqn.args) and is_movable(eqn):
            moved.append(eqn)
        else:
            kept.append(eqn)
            inside.update(eqn.outs)
            checked = checked or not eqn.outs or not isinstance(eqn.op, str)
    return moved, Block(body.params, tuple(kept), body.results)


def is_movable(eqn: Eqn) -> bool:
    """Whether an equation is arithmetic on numbers that nobody notices where nobody needs it."""
    return (
        isinstance(eqn.op, str)
        and len(eqn.outs) == 1
        and all(atom.type in (REAL, INT, BOOL) for atom in (*eqn.outs, *eqn.args))
        and any(isinstance(arg, Var) for arg in eqn.args)
        and TABLE[eqn.op].category in ("operator", "call")
        and not can_raise(eqn)
    )
