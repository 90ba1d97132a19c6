"""Divisions of derivatives beside numpy: numpy gives inf or nan where a float divided by 0.0 raises.

np.log(0.0) is -inf and raises nothing, so its derivative must not either. Where neither side is a
number of numpy's, and the function has not divided by the divisor itself, the divisor becomes one.

before                          after
    y = np.log(x)                   y = np.log(x)
    d = 1.0 / x                     d = 1.0 / np.float64(x)

What may be an array or a number is divided by np.divide, which keeps the precision of arrays; so do
numbers of elements, which are Python's, where nan takes the place of 0.
"""

from dataclasses import replace

from adjgen.elementary.row import TABLE, rows
from adjgen.ir.core import Atom, Block, Const, Eqn, For, If, Try, Var
from adjgen.ir.query import kinds
from adjgen.ir.shapes import rank
from adjgen.ir.types import INT, REAL

CARRIED = {
    "add",
    "sub",
    "mul",
    "div",
    "mod",
    "floordiv",
    "pow",
    "neg",
    "pos",
}  # a number of numpy's stays one


PLAIN = {
    "or_nan",
    "np.size",
    "shape_at",
    "np.ndim",
    "np.shape",
    "shape_tuple",
    "number",
    "item_of",
}  # gives those of Python's


def divisors(block: Block) -> Block:
    """Return the block with divisors turned to numbers of numpy's where a division could raise."""
    used = any(row.home for row in rows(kinds(block)))
    return _Divisors(set(), set()).block(block) if used else block


class _Divisors:
    """What is known at one point of the program."""

    def __init__(self, numpy: set[Var], divided: set[Atom]) -> None:
        self.numpy = numpy  # variables that are numbers of numpy's for certain
        self.divided = divided  # what the function itself has divided by: it raised for 0.0
        self.counts: set[Atom] = set()  # of elements, whole numbers of Python's

    def block(self, block: Block) -> Block:
        eqns: list[Eqn] = []
        for eqn in block.eqns:
            if eqn.blocks:
                self.assume(eqn)
                inner = [_Divisors(self.numpy, set(self.divided)).block(b) for b in eqn.blocks]
                eqn = replace(eqn, blocks=tuple(inner))
                self.numpy.update(o for o, sure in zip(eqn.outs, self.outs(eqn)) if sure)
            elif isinstance(eqn.op, str):
                eqn = self.plain(eqn, eqns)
            eqns.append(eqn)
        return replace(block, eqns=tuple(eqns))

    def plain(self, eqn: Eqn, eqns: list[Eqn]) -> Eqn:
        """Look at a row; return it, perhaps with another divisor."""
        numpy = any(arg in self.numpy or rank(arg.type.shape) for arg in eqn.args)
        if eqn.op == "div" and not numpy:
            divisor = eqn.args[1]
            if not eqn.derivative:
                self.divided.add(divisor)
            elif divisor not in self.divided and divisor.type.dtype:
                eqn, numpy = replace(eqn, op="np.divide"), True
            elif divisor in self.counts:
                eqn = replace(eqn, args=(eqn.args[0], self.safe(eqn, "or_nan", eqns)))
            elif divisor not in self.divided and not isinstance(divisor, Const):
                safe = self.safe(eqn, "np.float64", eqns)
                self.numpy.add(safe)
                eqn, numpy = replace(eqn, args=(eqn.args[0], safe)), True
        row = TABLE[str(eqn.op)]
        home = (row.home or row.typed is not None) and row.result != "bool" and eqn.op not in PLAIN
        if home or (numpy and eqn.op in CARRIED):
            self.numpy.update(eqn.outs)
        if eqn.op in ("np.size", "shape_at") or (
            eqn.op in CARRIED and not self.counts.isdisjoint(eqn.args)
        ):
            self.counts.update(out for out in eqn.outs if out.type is INT)
        return eqn

    def safe(self, eqn: Eqn, name: str, eqns: list[Eqn]) -> Var:
        """Append what makes the divisor of an equation one that never raises."""
        found = Var("", REAL)
        eqns.append(Eqn((found,), name, (eqn.args[1],), (), eqn.loc, True))
        return found

    def assume(self, eqn: Eqn) -> None:
        """Take what a loop carries for a number of numpy's if it begins as one and stays one."""
        if not isinstance(eqn.op, For):
            return
        body, first = eqn.blocks[0], eqn.op.seqs
        pairs = zip(body.params[first:], eqn.args[first:], body.results)
        held: dict[Var, Atom] = {p: r for p, arg, r in pairs if arg in self.numpy}
        while held:
            trial = _Divisors(self.numpy | set(held), set())
            trial.block(body)
            kept: dict[Var, Atom] = {p: r for p, r in held.items() if r in trial.numpy}
            if kept == held:
                break
            held = kept
        self.numpy.update(held)

    def outs(self, eqn: Eqn) -> list[bool]:
        """Return for each out of an IF or a loop whether it is a number of numpy's."""
        if isinstance(eqn.op, If):
            sides = zip(*(block.results for block in eqn.blocks))
            return [all(side in self.numpy for side in pair) for pair in sides]
        if isinstance(eqn.op, Try):
            return [result in self.numpy for result in eqn.blocks[0].results]
        assert isinstance(eqn.op, For)
        params = eqn.blocks[0].params[eqn.op.seqs :][: eqn.op.carried]
        return [p in self.numpy for p in params]
