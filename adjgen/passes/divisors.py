"""Divisions of derivatives beside numpy: numpy gives inf or nan where a float divided by 0.0 raises.

np.log(0.0) is -inf and raises nothing, so its derivative must not either. Where neither side is a
number of numpy's, and the function has not divided by the divisor itself, the divisor becomes one.

before                          after
    y = np.log(x)                   y = np.log(x)
    d = 1.0 / x                     d = 1.0 / np.float64(x)

What may be an array or a number is divided by np.divide, which keeps the precision of arrays.
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
    "np.size",
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
            divisor, is_constant = eqn.args[1], isinstance(eqn.args[0], Const)
            if not eqn.derivative:
                self.divided.add(divisor)
            elif divisor not in self.divided and divisor.type is INT and is_constant:
                quotient = Var("", REAL)  # as a number of Python's it leaves arrays their precision
                eqns.append(replace(eqn, op="np.divide", outs=(quotient,)))
                return replace(eqn, op="number", args=(quotient,))
            elif divisor not in self.divided and (divisor.type.dtype or divisor.type is INT):
                eqn, numpy = replace(eqn, op="np.divide"), True
            elif divisor not in self.divided and not isinstance(divisor, Const):
                safe = Var("", REAL)
                eqns.append(Eqn((safe,), "np.float64", (divisor,), (), eqn.loc, True))
                self.numpy.add(safe)
                eqn, numpy = replace(eqn, args=(eqn.args[0], safe)), True
        row = TABLE[str(eqn.op)]
        home = (row.home or row.typed is not None) and row.result != "bool" and eqn.op not in PLAIN
        if home or (numpy and eqn.op in CARRIED):
            self.numpy.update(eqn.outs)
        return eqn

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
