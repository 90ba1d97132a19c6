"""Which variables are floats whatever numbers the parameters are, as the equations tell."""

from collections.abc import Iterable, Sequence

from adjgen.elementary.row import TABLE, Row
from adjgen.ir.core import Atom, Block, Call, Const, Eqn, For, If, Try, Var

JOINED = {"max", "min"}  # one of their arguments, whichever


class Floats:
    """The variables that are floats for certain, and the lists that loops collect of floats only."""

    def __init__(self, known: Iterable[Var] = ()) -> None:
        self.known: set[Var] = set(known)

    def has(self, atom: Atom) -> bool:
        """Whether an atom is a float."""
        return isinstance(atom.value, float) if isinstance(atom, Const) else atom in self.known

    def block(self, eqns: Sequence[Eqn]) -> None:
        """Learn what equations make."""
        for eqn in eqns:
            if isinstance(eqn.op, str):
                if self.row(TABLE[eqn.op], eqn.args):
                    self.known.update(eqn.outs)
            else:
                self.known.update(out for out, sure in zip(eqn.outs, self.outs(eqn)) if sure)

    def results(self, block: Block) -> list[bool]:
        """Return for each result of a block whether it is a float."""
        self.block(block.eqns)
        return [self.has(result) for result in block.results]

    def row(self, row: Row, args: Sequence[Atom]) -> bool:
        """Whether the value of a row is a float."""
        if row.result not in ("real", "number") or row.outs > 1:
            return False
        if row.result == "real":
            return True
        given = [arg in self.known or self.has(arg) for arg in args]
        return False not in given if row.name in JOINED else True in given

    def outs(self, eqn: Eqn) -> list[bool]:
        """Return for each out of what is no row whether it is a float."""
        if isinstance(eqn.op, If):
            then, other = (self.results(block) for block in eqn.blocks)
            return [a and b for a, b in zip(then, other)]
        if isinstance(eqn.op, Try):
            return self.results(eqn.blocks[0])
        if isinstance(eqn.op, For):
            return self.loop(eqn, eqn.op)
        if isinstance(eqn.op, Call):
            return [eqn.derivative] * len(eqn.outs)  # the adjoint of a callee is linear in floats
        return [False] * len(eqn.outs)

    def loop(self, eqn: Eqn, op: For) -> list[bool]:
        """Return what is carried as floats: it starts as one, and every turn leaves one."""
        body = eqn.blocks[0]
        params = body.params[op.seqs :]
        carried = [self.has(arg) for arg in eqn.args[op.seqs :]]
        while True:
            before = set(self.known)
            self.known.update(p for p, sure in zip(params, carried) if sure)
            results = self.results(body)
            after = [a and b for a, b in zip(carried, results)]
            if after == carried:
                return carried + results[op.carried + op.exits :]
            self.known, carried = before, after
