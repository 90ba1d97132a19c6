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
from adjgen.ir.core import Atom, Block, Const, Eqn, For, If, Try, Var
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
        for eqn in block.eqns:
            args = tuple([self.value(arg) for arg in eqn.args])
            if args != eqn.args:
                eqn = eqn.reading(args, eqn.blocks)
            if isinstance(eqn.op, If):
                self.choice(eqn, eqns)
            elif isinstance(eqn.op, Try) and not eqn.blocks[0].eqns:
                self.mapping.update(zip(eqn.outs, map(self.value, eqn.blocks[0].results)))
            elif isinstance(eqn.op, (For, Try)):
                eqns.append(replace(eqn, blocks=tuple(self.block(b) for b in eqn.blocks)))
            else:
                self.plain(eqn, eqns)
        return Block(block.params, tuple(eqns), tuple(self.value(r) for r in block.results))

    def value(self, atom: Atom) -> Atom:
        """Return what an atom stands for."""
        return self.mapping.get(atom, atom) if isinstance(atom, Var) else atom

    def plain(self, eqn: Eqn, eqns: list[Eqn]) -> None:
        """Fold a row, or keep it."""
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
        elif eqn.derivative and eqn.op == "mul" and Const(0.0) in eqn.args:
            self.mapping[eqn.outs[0]] = Const(0.0)
        elif eqn.derivative and eqn.op == "pow" and eqn.args[1] in (Const(1), Const(1.0)):
            self.mapping[eqn.outs[0]] = eqn.args[0]
        else:
            eqns.append(eqn)

    def choice(self, eqn: Eqn, eqns: list[Eqn]) -> None:
        """Fold an IF: a known condition takes its arm, equal results need no choice."""
        test = eqn.args[0]
        if isinstance(test, Const):
            taken = self.block(eqn.blocks[0] if test.value else eqn.blocks[1])
            eqns.extend(taken.eqns)
            self.mapping.update(zip(eqn.outs, taken.results))
            for out, result in zip(eqn.outs, taken.results):
                if isinstance(result, Var) and not result.label():
                    result.hint = out.hint
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
    if eqn.op not in FOLDED:
        return None
    values = [arg.value for arg in eqn.args if isinstance(arg, Const)]
    if len(values) < len(eqn.args) or not all(
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
