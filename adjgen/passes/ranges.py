"""Intervals of values, and what they decide: guards of derivatives that cannot strike are not printed.

A NaN is in no interval, so only comparisons that fail for a NaN are decided, and only to False:
a sum of squares plus exp(x * x) is not zero. Bounds hold in floating point, as rounding is monotonic.

before                              after
    f = sqrt(x * x + 1.0)               f = sqrt(x * x + 1.0)
    d = inf if f == 0.0 else 0.5 / f    d = 0.5 / f
"""

import math
from typing import NamedTuple

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Block, Const, Eqn, If, Try, Var
from adjgen.ir.query import kinds
from adjgen.passes.minima import never_negative


class Interval(NamedTuple):
    """Bounds of a value that is not NaN."""

    lo: float = -math.inf
    hi: float = math.inf


ANY, ZERO = Interval(), Const(0)
LINEAR = {"add", "sub", "neg"}
BOUNDED = {
    "sin": Interval(-1.0, 1.0), "cos": Interval(-1.0, 1.0), "tanh": Interval(-1.0, 1.0),
    "erf": Interval(-1.0, 1.0), "erfc": Interval(0.0, 2.0), "cosh": Interval(1.0), "abs": Interval(0.0),
    "fabs": Interval(0.0), "hypot": Interval(0.0), "dist": Interval(0.0), "expm1": Interval(-1.0),
    "exp2": Interval(0.0), "acos": Interval(0.0, 4.0),
    "np.square": Interval(0.0), "special.expit": Interval(0.0, 1.0), "special.ndtr": Interval(0.0, 1.0),
}  # fmt: skip


def ranges(block: Block) -> Block:
    """Return the block with the guards of derivatives that intervals decide replaced by False."""
    return block if kinds(block).isdisjoint(SETTLED) else _Ranges().block(block)


class _Ranges:
    """What is known of variables at one point of the program."""

    def __init__(self) -> None:
        self.known: dict[Atom, Interval] = {}
        self.made_by: dict[Var, Eqn] = {}
        self.divided: set[Atom] = set()  # by which the function has divided: they are not zero

    def of(self, atom: Atom) -> Interval:
        """Return the interval of an atom."""
        if isinstance(atom, Var):
            return self.known.get(atom, ANY)
        if atom not in self.known:
            number = atom.value
            plain = isinstance(number, (int, float)) and number == number and abs(number) < 1e300
            self.known[atom] = Interval(float(number), float(number)) if plain else ANY
        return self.known[atom]

    def block(self, block: Block) -> Block:
        if not block.eqns:
            return block
        eqns: list[Eqn] = []
        divided: set[Atom] = set()
        get = self.known.get
        for eqn in block.eqns:
            for out in eqn.outs:
                self.made_by[out] = eqn
            if isinstance(eqn.op, str) and eqn.op not in SETTLED:
                if len(eqn.outs) == 1:
                    of = [get(a, ANY) if isinstance(a, Var) else self.of(a) for a in eqn.args]
                    found = interval(eqn.op, eqn.args, of)
                    if found is not ANY:
                        self.known[eqn.outs[0]] = found
                    if eqn.op == "div" and self.raises_for_zero(eqn):
                        divided.add(eqn.args[1])
                        self.divided.add(eqn.args[1])
            elif isinstance(eqn.op, If):
                eqn = self.choice(eqn)
            elif eqn.blocks:
                eqn = eqn.reading(eqn.args, tuple([self.block(b) for b in eqn.blocks]))
                if isinstance(eqn.op, Try):  # an out of the body is read only where that ended
                    given = list(zip(eqn.outs, eqn.blocks[0].results))[eqn.op.caught :]
                    self.known.update((out, self.of(result)) for out, result in given)
            elif eqn.op == "require_real" and self.of(eqn.args[0]).lo >= 0.0:
                continue
            elif eqn.op == "infinity" and never_negative(eqn.args[0], self.made_by):
                eqn = Eqn(eqn.outs, "neg", (Const(-0.0),), (), eqn.loc, True)  # folds to 0.0
            elif eqn.derivative and eqn.op in MIRRORED and self.impossible(eqn):
                eqn = Eqn(eqn.outs, "lt", (ZERO, ZERO), (), eqn.loc, True)  # folds to False
            eqns.append(eqn)
        self.divided -= divided  # behind the block it is not known whether it was executed
        return Block(block.params, tuple(eqns), block.results)

    def inside(self, block: Block, more: dict[Atom, Interval]) -> tuple[Block, list[Interval]]:
        """Return a nested block, in which more is known, and the intervals of its results."""
        before = {atom: self.of(atom) for atom in more}
        self.known.update(more)
        result = self.block(block)
        found = [self.of(r) for r in block.results]
        self.known.update(before)
        return result, found

    def choice(self, eqn: Eqn) -> Eqn:
        """Look into both arms with what the condition says."""
        blocks, found = [], []
        for block, truth in zip(eqn.blocks, (True, False)):
            inner, results = self.inside(block, self.told(eqn.args[0], truth))
            blocks.append(inner)
            found.append(results)
        for out, a, b in zip(eqn.outs, *found):
            self.known[out] = Interval(min(a.lo, b.lo), max(a.hi, b.hi))
        return eqn.reading(eqn.args, tuple(blocks))

    def told(self, test: Atom, truth: bool) -> dict[Atom, Interval]:
        """Return what a condition says of the variables in it."""
        eqn = self.made_by.get(test) if isinstance(test, Var) else None
        if eqn is None:
            return {}
        if eqn.op == "not":
            return self.told(eqn.args[0], not truth)
        if (
            isinstance(eqn.op, If)
            and truth
            and len(eqn.outs) == 1
            and eqn.blocks[1].results[0] in (eqn.args[0], Const(False))
        ):
            return self.told(eqn.args[0], True) | self.told(eqn.blocks[0].results[0], True)
        if eqn.op not in ("lt", "le", "gt", "ge", "eq"):
            return {}
        a, b = eqn.args
        found: dict[Atom, Interval] = {}
        for var, other, op in ((a, b, eqn.op), (b, a, MIRRORED[eqn.op])):
            # A comparison with a NaN fails too: failing, it tells something only beside a constant.
            if isinstance(var, Var) and (truth or isinstance(other, Const)):
                found[var] = narrowed(self.of(var), op, self.of(other), truth)
        return found

    def raises_for_zero(self, eqn: Eqn) -> bool:
        """Whether a division newly tells that a number is not zero: if that is one of numpy's it gives inf.

        What functions of math give is Python's, whatever they are given.
        """
        made = self.made_by.get(eqn.args[1]) if isinstance(eqn.args[1], Var) else None
        row = TABLE[made.op] if made is not None and isinstance(made.op, str) else None
        if row is None or not any(name.startswith("math.") for name in row.names):
            return False
        plain = row.result == "real" and not row.home and not eqn.outs[0].type.dtype
        return plain and not eqn.derivative and eqn.args[1] not in self.divided

    def impossible(self, eqn: Eqn) -> bool:
        """Whether a comparison is false for all values that its sides can have."""
        assert isinstance(eqn.op, str)
        if eqn.op == "eq" and eqn.args[0] in self.divided and eqn.args[1] in (ZERO, Const(0.0)):
            return True
        a, b = self.of(eqn.args[0]), self.of(eqn.args[1])
        return {
            "eq": a.lo > b.hi or a.hi < b.lo, "lt": a.lo >= b.hi, "le": a.lo > b.hi,
            "gt": a.hi <= b.lo, "ge": a.hi < b.lo,
        }[eqn.op]  # fmt: skip


TESTS = {"not", "lt", "le", "gt", "ge", "eq"}
MIRRORED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq"}
SETTLED = {"require_real", "infinity", *MIRRORED}  # what intervals decide; their own is unknown
OPPOSITE = {"lt": "ge", "gt": "le", "le": "gt", "ge": "lt"}


def narrowed(own: Interval, op: str, other: Interval, truth: bool) -> Interval:
    """Return the interval of a value that is known to compare so with another."""
    op = op if truth else OPPOSITE.get(op, "")
    lo, hi = own
    if op in ("gt", "ge", "eq"):
        lo = max(lo, math.nextafter(other.lo, math.inf) if op == "gt" else other.lo)
    if op in ("lt", "le", "eq"):
        hi = min(hi, math.nextafter(other.hi, -math.inf) if op == "lt" else other.hi)
    return Interval(lo, hi)


def interval(op: str, args: tuple[Atom, ...], of: list[Interval]) -> Interval:
    """Return the interval of a row's value from those of its arguments."""
    if op == "mul":
        square = args[0] is args[1]
        if not square and (of[0] is ANY or of[1] is ANY):
            return ANY
        return _product(of[0], of[1], square)
    op = TABLE[op].like or op
    if op in BOUNDED:
        return BOUNDED[op]
    if op in LINEAR and ANY in of:
        return ANY
    if op == "add":
        return Interval(of[0].lo + of[1].lo, of[0].hi + of[1].hi)
    if op == "sub":
        return Interval(of[0].lo - of[1].hi, of[0].hi - of[1].lo)
    if op == "neg":
        return Interval(-of[0].hi, -of[0].lo)
    if op == "div" and of[0].lo >= 0.0 and of[1].lo >= 0.0:
        return Interval(0.0)
    if op in ("max", "min") and len(of) == 2:
        # Beside a NaN the first argument wins: the second bounds the result only if it is a constant.
        a, b, sure = of[0], of[1], isinstance(args[1], Const)
        if op == "max":
            return Interval(max(a.lo, b.lo) if sure else a.lo, max(a.hi, b.hi))
        return Interval(min(a.lo, b.lo), min(a.hi, b.hi) if sure else a.hi)
    if op in ("float", "pos", "stop_gradient", "sum") and len(of) == 1:
        return of[0]
    return _power_or_exponential(op, args, of)


def _product(a: Interval, b: Interval, square: bool) -> Interval:
    if square:
        least = min(abs(a.lo), abs(a.hi)) if a.lo > 0.0 or a.hi < 0.0 else 0.0
        return Interval(least * least)
    if a is ANY or b is ANY:
        return ANY
    if a.lo >= 0.0 and b.lo >= 0.0:
        return Interval(a.lo * b.lo if a.lo and b.lo else 0.0)
    if a.hi <= 0.0 and b.hi <= 0.0:
        return Interval(0.0)
    if (a.lo >= 0.0 and b.hi <= 0.0) or (a.hi <= 0.0 and b.lo >= 0.0):
        return Interval(hi=0.0)
    return ANY


def _power_or_exponential(op: str, args: tuple[Atom, ...], of: list[Interval]) -> Interval:
    if op == "exp":
        return (
            Interval(1.0)
            if of[0].lo >= 0.0
            else Interval(0.0, 1.0 if of[0].hi <= 0.0 else math.inf)
        )
    if op == "sqrt":
        return Interval(math.sqrt(max(of[0].lo, 0.0)))
    if op in ("log", "log2", "log10", "log1p", "acosh"):
        least = {"log1p": 0.0}.get(op, 1.0)
        return Interval(0.0) if of[0].lo >= least else ANY
    if op in ("pow", "math_pow"):
        exponent = args[1].value if isinstance(args[1], Const) else None
        even = isinstance(exponent, (int, float)) and exponent % 2 == 0
        return Interval(0.0) if even or of[0].lo >= 0.0 else ANY
    return ANY
