"""Constants through + - * / sqrt and comparisons, choices that are known, and x**2 as x*x.

before                              after
    t = 2.0 * 3.0                       return 6.0 if x > 1.0 else x
    c = x > 1.0
    if c: y = t if c else 0.0
    else: y = x
    return y
"""

from dataclasses import dataclass, field, replace

from adjgen.elementary.row import TABLE
from adjgen.elementary.trace import simplified
from adjgen.ir.core import Atom, Block, Const, Eqn, For, If, Var
from adjgen.ir.types import BOOL, REAL

FOLDED = {
    "add",
    "sub",
    "mul",
    "div",
    "neg",
    "sqrt",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
    "not",
    "is",
    "is_not",
}
NUMBERS = (int, float, bool)
TRUE, FALSE = Const(True), Const(False)


@dataclass
class Folding:
    """Options of the pass, and what variables stand for by now."""

    exact: bool = False  # keep x**2 in the primal
    mapping: dict[Var, Atom] = field(default_factory=dict)
    mirrored: dict[Atom, Atom] = field(default_factory=dict)  # a list backwards -> the list

    def block(self, block: Block) -> Block:
        """Return a block with known values put in."""
        eqns: list[Eqn] = []
        replaced = self.mapping.keys()
        for eqn in block.eqns:
            if not replaced.isdisjoint(eqn.args):
                eqn = eqn.reading(tuple([self.value(arg) for arg in eqn.args]), eqn.blocks)
            if isinstance(eqn.op, If):
                self.choice(eqn, eqns)
            elif isinstance(eqn.op, For):
                eqns.append(eqn.reading(eqn.args, tuple([self.block(b) for b in eqn.blocks])))
            elif eqn.op == "backwards" or any([isinstance(arg, Const) for arg in eqn.args]):
                self.plain(eqn, eqns)
            else:
                eqns.append(eqn)
        return Block(block.params, tuple(eqns), tuple(self.value(r) for r in block.results))

    def value(self, atom: Atom) -> Atom:
        """Return what an atom stands for."""
        return self.mapping.get(atom, atom) if isinstance(atom, Var) else atom

    def plain(self, eqn: Eqn, eqns: list[Eqn]) -> None:
        """Fold a row that reads constants or mirrors a list, or keep it."""
        if eqn.op == "backwards":
            if eqn.args[0] in self.mirrored:
                self.mapping[eqn.outs[0]] = self.mirrored[eqn.args[0]]
                return
            self.mirrored[eqn.outs[0]] = eqn.args[0]
        known = folded(eqn)
        if known is not None:
            self.mapping[eqn.outs[0]] = known
        elif is_square(eqn) and (eqn.derivative or not self.exact):
            eqns.append(replace(eqn, op="mul", args=(eqn.args[0], eqn.args[0])))
        elif eqn.derivative and eqn.op == "pow" and eqn.args[1] in (Const(1), Const(1.0)):
            self.mapping[eqn.outs[0]] = eqn.args[0]
        elif not (eqn.derivative and isinstance(eqn.op, str) and self.shortened(eqn, eqns)):
            eqns.append(eqn)

    def shortened(self, eqn: Eqn, eqns: list[Eqn]) -> bool:
        """Put in what a product with 1.0, or a sum with 0.0, is; return whether it was one."""
        short = simplified(str(eqn.op), eqn.args)
        if isinstance(short, tuple):
            eqns.append(Eqn(eqn.outs, short[0], (short[1],), (), eqn.loc, True))
        elif short is not None and short.type is eqn.outs[0].type:
            self.stands_for(eqn.outs[0], short)
        else:
            return False
        return True

    def stands_for(self, out: Var, known: Atom) -> None:
        """Put in a value for a variable, whose name it takes if it has none."""
        self.mapping[out] = known
        if isinstance(known, Var) and not known.label():
            known.hint = out.hint

    def choice(self, eqn: Eqn, eqns: list[Eqn]) -> None:
        """Fold an IF: a known condition takes its arm, equal results need no choice."""
        test = eqn.args[0]
        if isinstance(test, Const):
            taken = self.block(eqn.blocks[0] if test.value else eqn.blocks[1])
            eqns.extend(taken.eqns)
            for out, result in zip(eqn.outs, taken.results):
                self.stands_for(out, result)
            return
        blocks = []
        for block, truth in zip(eqn.blocks, (TRUE, FALSE)):
            if test.type == BOOL:
                self.mapping[test] = truth
            blocks.append(self.block(block))
            self.mapping.pop(test, None)
        kept = []
        for k, (out, a, b) in enumerate(zip(eqn.outs, blocks[0].results, blocks[1].results)):
            if a == b:
                self.mapping[out] = a
            elif (a, b) == (TRUE, FALSE) and test.type == BOOL:
                self.mapping[out] = test
            else:
                kept.append(k)
        if not kept and not any(block.eqns for block in blocks):
            return
        arms = tuple(replace(b, results=tuple(b.results[k] for k in kept)) for b in blocks)
        eqns.append(replace(eqn, outs=tuple(eqn.outs[k] for k in kept), blocks=arms))


def folded(eqn: Eqn) -> Const | None:
    """Return the value of a row of constants, where folding it is the same on every machine."""
    values = [arg.value for arg in eqn.args if isinstance(arg, Const)]
    if len(values) < len(eqn.args) or eqn.op not in FOLDED:
        return None
    if not all(
        isinstance(v, NUMBERS) or (v is None and eqn.op in ("is", "is_not")) for v in values
    ):
        return None
    try:
        result = TABLE[eqn.op].evaluate(*values)
    except (ArithmeticError, ValueError):
        return None
    return Const(result)


def is_square(eqn: Eqn) -> bool:
    """Whether an equation is the square of a real variable."""
    if eqn.op != "pow" or not isinstance(eqn.args[0], Var) or eqn.args[0].type != REAL:
        return False
    return eqn.args[1] in (Const(2), Const(2.0))
