"""Which arrays may share memory: views with what they are views of, and names that control flow passes on.

An array that is stored into is another value behind that, and shares memory with nobody who is read later.
"""

from collections.abc import Iterable

from adjgen.emit.consumed import consumed, is_view
from adjgen.ir.core import Atom, Call, Eqn, For, Function, Opaque, Var
from adjgen.ir.query import moves
from adjgen.ir.types import OPAQUE

SAME = {"item", "unpacked", "stop_gradient"}  # the value is the argument, or inside it
WITHOUT_VALUE = {"grad", "jacobian", "hessian", "hvp"}
READ_ONLY = {"spread", "np.broadcast_to", "np.diag", "np.diagonal"}


def may_be_array(atom: Atom) -> bool:
    """Whether a value is an array, or may be one."""
    return isinstance(atom, Var) and bool(atom.type.dtype or atom.type is OPAQUE)


class Aliases:
    """The neighbours of each array; `foreign` are those whose memory is not the function's own."""

    def __init__(self, params: Iterable[Var], eqns: list[Eqn]) -> None:
        taken = consumed(eqns)
        self.near: dict[Atom, set[Atom]] = {}
        self.foreign: set[Atom] = set(params)
        self.apart: set[Atom] = set()  # views of which a copy is made
        for eqn in eqns:
            for source, target in (*handed(eqn, taken), *shares(eqn)):
                if may_be_array(source) and may_be_array(target) and source is not target:
                    self.near.setdefault(source, set()).add(target)
                    self.near.setdefault(target, set()).add(source)
            if isinstance(eqn.op, Opaque) or eqn.op in READ_ONLY:
                self.foreign.update(eqn.outs)

    def of(self, atom: Atom) -> set[Atom]:
        """Return the arrays that may share memory with one, itself among them."""
        found, pending = {atom}, [atom]
        while pending:
            one = pending.pop()
            if one not in self.apart:
                new = {other for other in self.near.get(one, ()) if other not in self.apart} - found
                found |= new
                pending += new
        return found


def handed(eqn: Eqn, taken: set[Atom]) -> Iterable[tuple[Atom, Atom]]:
    """Yield (from, to) where control flow gives an array another name, but for what a loop takes for itself."""
    if isinstance(eqn.op, For):
        starts, slots = eqn.args[eqn.op.seqs :], eqn.blocks[0].params[eqn.op.seqs :]
        own = {
            pair for start, slot, out in zip(starts, slots, eqn.outs)
            if slot in taken or out in taken for pair in ((start, slot), (start, out))
        }  # fmt: skip
        yield from (pair for pair in moves(eqn) if pair not in own)
    else:
        yield from moves(eqn)


def shares(eqn: Eqn) -> Iterable[tuple[Atom, Atom]]:
    """Yield the pairs of an argument and a value of an equation that may share memory."""
    if isinstance(eqn.op, Call):
        yield from ((arg, out) for arg in eqn.args for out in eqn.outs)
    elif is_view(eqn) or eqn.op in SAME:
        yield from ((eqn.args[0], out) for out in eqn.outs)


def values_of(function: Function) -> int:
    """Return how many of a derivative function's results are the value's."""
    if function.about["product"] in WITHOUT_VALUE:
        return 0
    tree = function.result
    return tree.leaves() if function.about["product"] == "helper" else tree.children[0].leaves()
