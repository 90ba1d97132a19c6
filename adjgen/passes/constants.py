"""Constant factors along products that only such products read: each product with a constant is of its own,
unless that is computed already.

before                          after
    b = a + a                       c = 0.5 * a
    c = 0.25 * b                    d = 4.0 * a
    d = 2.0 * b                     return c, d
    return c, d

One rounding less, or as many: the constants are multiplied beforehand, where that neither overflows
nor underflows. Measured on 3,000 random blocks (tests/test_passes.py): an error of at most 2.1 ulp of
the sum of the sizes of all terms, as without.
"""

from collections import Counter

from adjgen.elementary.floats import Floats
from adjgen.ir.core import Atom, Block, Const, Eqn, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import equations, substituted, use_counts
from adjgen.ir.types import REAL

SMALLEST, LARGEST = 1e-100, 1e100  # of products of constants


def constants(block: Block) -> Block:
    """Return the block with constants of derivative equations multiplied along products."""
    scales = {e.outs[0]: found for e in equations(block) if e.derivative and (found := scale(e))}
    scaled = Counter(var for _, var in scales.values() if var in scales)
    if not scaled:
        return block
    uses, floats = use_counts(block), Floats()
    floats.block(block.eqns)
    unneeded = {v for v, n in scaled.items() if uses[v] == n}
    return _Constants(scales, unneeded, floats).block(block)


class _Constants:
    """What is a constant times a variable, and which of these only other such products read."""

    def __init__(
        self, scales: dict[Var, tuple[float, Var]], unneeded: set[Var], floats: Floats
    ) -> None:
        self.scales, self.unneeded, self.floats = scales, unneeded, floats
        self.mapping: dict[Var, Atom] = {}  # what is 1.0 * v by now, or computed before
        self.computed: dict[tuple[float, Atom], Var] = {}  # (c, v) -> c * v
        self.free = FreeVariables()

    def block(self, block: Block) -> Block:
        eqns: list[Eqn] = []
        outer, self.computed = self.computed, dict(self.computed)
        for eqn in block.eqns:
            eqn = self.free.equation(eqn, self.mapping) if self.mapping else eqn
            if eqn.blocks:
                eqn = eqn.reading(eqn.args, tuple([self.block(inner) for inner in eqn.blocks]))
            elif eqn.outs and eqn.outs[0] in self.scales:
                eqns += self.product(eqn)
                continue
            elif eqn.op == "mul" and not eqn.derivative and (found := scale(eqn)) is not None:
                self.computed.setdefault(found, eqn.outs[0])
            eqns.append(eqn)
        self.computed = outer
        results = tuple([substituted(result, self.mapping) for result in block.results])
        return Block(block.params, tuple(eqns), results)

    def product(self, eqn: Eqn) -> list[Eqn]:
        """Return a product, or none for one that is another variable."""
        (out,) = eqn.outs
        factor, var = self.scales[out]
        inner, source = self.scales.get(var, (1.0, var))
        whole = (factor * inner, self.mapping.get(source, source))
        fits = source is not var and SMALLEST < abs(whole[0]) < LARGEST
        if fits and whole in self.computed:
            self.mapping[out] = self.computed[whole]
            return []
        if fits and var in self.unneeded:
            factor, var = self.scales[out] = factor * inner, source
        elif eqn.op != "add":
            self.computed.setdefault((factor, self.mapping.get(var, var)), out)
            return [eqn]
        base = self.mapping.get(var, var)
        if factor == 1.0 and self.floats.has(base):
            self.mapping[out] = base
            return []
        if factor == 1.0:  # the product was a float
            return [Eqn(eqn.outs, "float", (base,), (), eqn.loc, True)]
        self.computed.setdefault((factor, base), out)
        if factor == -1.0:
            return [Eqn(eqn.outs, "neg", (base,), (), eqn.loc, True)]
        return [Eqn(eqn.outs, "mul", (Const(factor), base), (), eqn.loc, True)]


def scale(eqn: Eqn) -> tuple[float, Var] | None:
    """Return (c, v) of an equation that is c * v of numbers."""
    if eqn.op not in ("mul", "add", "neg") or eqn.outs[0].type is not REAL:
        return None
    first, *others = eqn.args
    if eqn.op == "neg":
        return (-1.0, first) if isinstance(first, Var) else None
    (second,) = others
    if eqn.op == "add":
        return (2.0, first) if first is second and isinstance(first, Var) else None
    if isinstance(first, Const):
        first, second = second, first
    if isinstance(first, Const) or not isinstance(second, Const):
        return None
    return (second.value, first) if type(second.value) is float else None
