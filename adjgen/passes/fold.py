"""Constants through + - * / sqrt and comparisons, choices that are known, and x**2 as x*x.

before                              after
    t = 2.0 * 3.0                       return 6.0 if x > 1.0 else x
    c = x > 1.0
    if c: y = t if c else 0.0
    else: y = x
    return y
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from adjgen.elementary.floats import FloatArrays
from adjgen.elementary.row import TABLE
from adjgen.elementary.trace import simplified
from adjgen.ir.core import UNBOUND, Atom, Block, Const, Eqn, For, If, Opaque, Try, Var
from adjgen.ir.query import kinds
from adjgen.ir.types import BOOL, INT, OPAQUE, REAL

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
ALONE = {"backwards", "neg", "require_bound"}  # rows that fold without a constant
TRUE, FALSE = Const(True), Const(False)


def needed(eqn: Eqn) -> Sequence[Atom]:
    """Return the arguments without which an equation cannot be: loops and statements may bind the others."""
    if isinstance(eqn.op, For):
        return eqn.args[: eqn.op.seqs]
    if isinstance(eqn.op, Opaque):
        payload = eqn.op.payload
        return [a for name, a in zip(payload.reads, eqn.args) if name not in payload.writes]
    return eqn.args


KEEPING = {"listing", "append"}  # make tapes, of which nobody reads what had no value
SOME = {REAL: Const(0.0), INT: Const(0), BOOL: Const(False)}


def of_constants(eqn: Eqn) -> Eqn:
    """Return what an equation is whose arguments are constants: a tape, in which some number takes the place of
    what has no value, or `y += x` of a number."""
    if eqn.op in KEEPING and UNBOUND in eqn.args:
        some = SOME.get(eqn.outs[0].type.element or OPAQUE, Const(None))
        return eqn.reading(tuple([some if arg is UNBOUND else arg for arg in eqn.args]), ())
    if isinstance(eqn.op, str) and eqn.op.endswith("_in_place") and isinstance(eqn.args[0], Const):
        return replace(eqn, op=eqn.op.removesuffix("_in_place"))
    return eqn


Choice = tuple[Var, tuple[Atom, Atom]]  # an out of an IF, and what its arms give it


@dataclass
class Folding:
    """Options of the pass, and what variables stand for by now."""

    exact: bool = False  # keep x**2 in the primal
    mapping: dict[Var, Atom] = field(default_factory=dict)
    mirrored: dict[Atom, Atom] = field(default_factory=dict)  # a list backwards -> the list
    chosen: dict[Atom, list[Choice]] = field(default_factory=dict)  # test -> constants it chose

    negated: dict[Atom, Atom] = field(default_factory=dict)  # -x -> x
    floats: set[Var] = field(default_factory=set)  # variables that are floats for certain

    def whole(self, block: Block) -> Block:
        """Return a function's block with known values put in."""
        if "pow" in kinds(block):
            sure = FloatArrays()
            sure.block(block.eqns)
            self.floats = sure.known
        return self.block(block)

    def block(self, block: Block) -> Block:
        """Return a block with known values put in; nothing follows what always raises."""
        eqns: list[Eqn] = []
        replaced = self.mapping.keys()
        for k, eqn in enumerate(block.eqns):
            if eqns and not isinstance(eqns[-1].op, str) and raises(eqns[-1]):
                lost = (out for left in block.eqns[k:] for out in left.outs)
                self.mapping.update(dict.fromkeys(lost, UNBOUND))
                break
            if replaced and not replaced.isdisjoint(eqn.args):
                eqn = eqn.reading(tuple([self.value(arg) for arg in eqn.args]), eqn.blocks)
            constant = Const in map(type, eqn.args)
            eqn = of_constants(eqn) if constant else eqn
            if constant and UNBOUND in needed(eqn):  # it stands behind the check that raises
                self.mapping.update(dict.fromkeys(eqn.outs, UNBOUND))
            elif isinstance(eqn.op, str):
                if constant or eqn.op in ALONE:
                    self.plain(eqn, eqns)
                else:
                    eqns.append(eqn)
            elif eqn.blocks:
                self.with_blocks(eqn, eqns)
            else:
                eqns.append(eqn)
        return Block(block.params, tuple(eqns), tuple(self.value(r) for r in block.results))

    def with_blocks(self, eqn: Eqn, eqns: list[Eqn]) -> None:
        """Fold the blocks of an equation, and perhaps the equation."""
        if isinstance(eqn.op, If):
            self.choice(eqn, eqns)
        elif isinstance(eqn.op, For):
            eqns.append(eqn.reading(eqn.args, self.loop(eqn, eqn.op)))
        elif isinstance(eqn.op, Try):
            self.attempt(eqn, eqns)
        else:
            eqns.append(eqn.reading(eqn.args, tuple([self.block(b) for b in eqn.blocks])))

    def value(self, atom: Atom) -> Atom:
        """Return what an atom stands for."""
        while isinstance(atom, Var) and atom in self.mapping:
            atom = self.mapping[atom]  # an out of an IF that is its test, which is known in an arm
        return atom

    def plain(self, eqn: Eqn, eqns: list[Eqn]) -> None:
        """Fold a row that reads constants, or one of those that say something of their own."""
        if eqn.op == "require_bound":
            if not (eqns and isinstance(eqns[-1].op, If) and self.moved(eqn, eqns)):
                eqns.extend([eqn] if eqn.args[0] != TRUE else [])
            return
        if eqn.op == "backwards":
            if eqn.args[0] in self.mirrored:
                self.mapping[eqn.outs[0]] = self.mirrored[eqn.args[0]]
                return
            self.mirrored[eqn.outs[0]] = eqn.args[0]
        if eqn.op == "neg":
            if eqn.derivative and eqn.args[0] in self.negated:
                self.mapping[eqn.outs[0]] = known = self.negated[eqn.args[0]]
                if isinstance(known, Var) and not known.label():
                    known.hint = eqn.outs[0].hint
                return
            self.negated[eqn.outs[0]] = eqn.args[0]
        value = folded(eqn)
        if value is not None:
            self.mapping[eqn.outs[0]] = value
        elif self.is_square(eqn) and (eqn.derivative or not self.exact):
            eqns.append(replace(eqn, op="mul", args=(eqn.args[0], eqn.args[0])))
        elif eqn.derivative and eqn.op == "mul" and is_zero_number(eqn):
            self.mapping[eqn.outs[0]] = Const(0.0)
        elif eqn.derivative and eqn.op == "pow" and eqn.args[1] in (Const(1), Const(1.0)):
            self.mapping[eqn.outs[0]] = eqn.args[0]
        elif not (eqn.derivative and isinstance(eqn.op, str) and self.shortened(eqn, eqns)):
            eqns.append(eqn)

    def is_square(self, eqn: Eqn) -> bool:
        """Whether an equation is the square of a real variable; x**2.0 is a float also of whole numbers."""
        if eqn.op != "pow" or not isinstance(eqn.args[0], Var) or eqn.args[0].type != REAL:
            return False
        is_float = eqn.derivative or eqn.args[0] in self.floats
        return eqn.args[1] == Const(2) or is_float and eqn.args[1] == Const(2.0)

    def moved(self, eqn: Eqn, eqns: list[Eqn]) -> bool:
        """Move the check that a name has a value into the arm before it that gave it none."""
        last, flag = eqns[-1], eqn.args[0]
        flags: tuple[Atom, ...] = (TRUE, FALSE)
        if flag in last.outs:
            flags = tuple(block.results[last.outs.index(flag)] for block in last.blocks)
        if TRUE not in flags or flag not in (*last.outs, last.args[0]):
            return False
        blocks = []
        for block, known in zip(last.blocks, flags):
            check = (eqn.reading((known, *eqn.args[1:]), ()),) if known != TRUE else ()
            blocks.append(Block((), block.eqns + check, block.results))
        eqns[-1] = last.reading(last.args, tuple(blocks))
        return True

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
            self.taken(eqn, self.block(eqn.blocks[0] if test.value else eqn.blocks[1]), eqns)
            return
        blocks = []
        before = self.chosen.get(test, [])
        for k, (block, truth) in enumerate(zip(eqn.blocks, (TRUE, FALSE))):
            known = {out: pair[k] for out, pair in before if isinstance(pair[k], Const)}
            if test.type == BOOL:
                known[test] = truth
            known = {out: value for out, value in known.items() if out not in self.mapping}
            self.mapping |= known
            blocks.append(self.block(block))
            for var in known:
                del self.mapping[var]
        kept = []
        for k, (out, a, b) in enumerate(zip(eqn.outs, blocks[0].results, blocks[1].results)):
            if a == b:
                self.mapping[out] = a
            elif (a, b) == (TRUE, FALSE) and test.type == BOOL:
                self.mapping[out] = test
            else:
                kept.append(k)
                if {TRUE, FALSE} & {a, b}:
                    self.chosen.setdefault(test, []).append((out, (a, b)))
        if not kept and not any(block.eqns for block in blocks):
            return
        arms = tuple(replace(b, results=tuple(b.results[k] for k in kept)) for b in blocks)
        eqns.append(replace(eqn, outs=tuple(eqn.outs[k] for k in kept), blocks=arms))

    def loop(self, eqn: Eqn, op: For) -> tuple[Block, ...]:
        """Fold the blocks of a loop; whether to go on is a truth value even where it always raises."""
        blocks = [self.block(block) for block in eqn.blocks]
        for block, at in zip(blocks, (op.carried if op.exits else None, 0)):
            if at is not None and block.results[at] is UNBOUND:
                block.results = (*block.results[:at], FALSE, *block.results[at + 1 :])
        return tuple(blocks)

    def attempt(self, eqn: Eqn, eqns: list[Eqn]) -> None:
        """Fold the blocks of a try; where its body does nothing no handler runs."""
        if eqn.blocks[0].eqns:
            eqns.append(eqn.reading(eqn.args, tuple([self.block(b) for b in eqn.blocks])))
        else:
            self.mapping.update(zip(eqn.outs, map(self.value, eqn.blocks[0].results)))

    def taken(self, eqn: Eqn, block: Block, eqns: list[Eqn]) -> None:
        """Put the arm of a known condition in the place of its IF."""
        eqns.extend(block.eqns)
        self.mapping.update(zip(eqn.outs, block.results))
        for out, result in zip(eqn.outs, block.results):
            if isinstance(result, Var) and not result.label():
                result.hint = out.hint
        if eqns and raises(eqns[-1]):
            return
        absent = tuple(o for o, r in zip(eqn.outs, block.results) if r is UNBOUND)
        if absent:  # reading them is an error of the user's, which must stay one
            for out in absent:
                del self.mapping[out]
            nothing = Block((), (), (UNBOUND,) * len(absent))
            eqns.append(replace(eqn, outs=absent, args=(TRUE,), blocks=(nothing, nothing)))


def raises(eqn: Eqn) -> bool:
    """Whether an equation always raises, so that nothing follows it."""
    if isinstance(eqn.op, If):
        return all(block.eqns and raises(block.eqns[-1]) for block in eqn.blocks)
    return isinstance(eqn.op, Opaque) and eqn.op.payload.raises


def folded(eqn: Eqn) -> Const | None:
    """Return the value of a row of constants, where folding it is the same on every machine."""
    values = [arg.value for arg in eqn.args if isinstance(arg, Const)]
    if len(values) < len(eqn.args) or eqn.op not in FOLDED:
        return None
    if not all(
        isinstance(v, NUMBERS)
        or (v is None and eqn.op in ("is", "is_not"))
        or (isinstance(v, str) and eqn.op in ("eq", "ne"))
        for v in values
    ):
        return None
    try:
        result = TABLE[eqn.op].evaluate(*values)
    except (ArithmeticError, ValueError):
        return None
    return Const(result)


def is_zero_number(product: Eqn) -> bool:
    """Whether a product is the number 0.0: zeros of an array keep their shape."""
    return Const(0.0) in product.args and not product.outs[0].type.dtype
