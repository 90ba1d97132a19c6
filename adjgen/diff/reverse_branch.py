"""The adjoint of an IF: an IF on the same condition whose arms are the adjoints of the arms."""

from collections.abc import Sequence
from dataclasses import replace

from adjgen.diff.reverse import Adjoints, Reverse, barred
from adjgen.diff.rules import zero_like
from adjgen.elementary.sequences import depth
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Const, Eqn, If, Var
from adjgen.ir.free import FreeVariables, own
from adjgen.ir.query import renewed
from adjgen.ir.types import Type

CHEAP = {"lt", "le", "gt", "ge", "eq", "ne", "is", "is_not", "not"}
PLACEHOLDERS: dict[str, object] = {"real": 0.0, "int": 0, "bool": False, "seq": ()}


def branch(self: Reverse, eqn: Eqn, bars: Adjoints, builder: Builder) -> Eqn:
    """Write the adjoint of an IF; return the IF extended by what its adjoint reads."""
    out_bars = {
        k: self.whole.passed(bars.pop(out), out, builder)
        for k, out in enumerate(eqn.outs) if out in bars
    }  # fmt: skip
    tried = self.tried.get(eqn.args[0], ())  # what has no value in the first arm
    for v in [v for block in eqn.blocks for v in self.free.of(block)]:
        if v in self.active and depth(v.type) and v not in bars and v not in tried:
            bars[v] = zero_like(builder, v)  # both arms add to one list
        if v in self.active and v in bars:
            bars[v] = self.whole.passed(bars[v], v, builder)
    arms = [_arm(self, block, eqn.outs, out_bars, bars, builder) for block in eqn.blocks]
    candidates = [v for _, inner, _ in arms for v in inner]
    outside = set(candidates).difference(*map(own, eqn.blocks))
    for v in outside:  # s = s + x in one arm, s = s - x in the other: one adjoint for both
        one, other = (inner.get(v) for _, inner, _ in arms)
        if one is not None and one is other and one in out_bars.values():
            bars[v] = one
    wanted = [
        v for v in dict.fromkeys(candidates)
        if v in outside and any(inner.get(v) is not bars.get(v) for _, inner, _ in arms)
    ]  # fmt: skip
    blocks = []
    for _, inner, arm in arms:
        lost = tried if arm is arms[0][2] else ()
        blocks.append(arm.block([_bar(self, arm, inner, v, lost) for v in wanted]))
    primals = [replace(old, eqns=tuple(eqns)) for old, (eqns, _, _) in zip(eqn.blocks, arms)]
    if not any(block.eqns or wanted for block in blocks):
        return replace(eqn, blocks=tuple(primals))
    blocks = [remade(self, primal, block) for primal, block in zip(primals, blocks)]
    done, blocks = exporting(self.free, eqn, primals, blocks)
    types = [self.whole.type_of(v) for v in wanted]
    outs = builder.emit(If(), eqn.args, types, [barred(v) for v in wanted], blocks)
    bars.update(zip(wanted, outs))
    self.whole.mark_all(outs, wanted)
    return done


def exported(eqn: Eqn, block: Block, var: Var) -> Var:
    """Return what a variable of a block is called outside: an out of the equation, or a new one."""
    if var in block.results:
        return eqn.outs[block.results.index(var)]
    return Var(var.hint, var.type)


def _arm(
    self: Reverse,
    block: Block,
    outs: Sequence[Var],
    out_bars: dict[int, Atom],
    bars: Adjoints,
    builder: Builder,
) -> tuple[list[Eqn], Adjoints, Builder]:
    """Return the equations of an arm, the adjoints before it, and the builder that has its adjoint."""
    inner, arm = dict(bars), builder.nested()
    for k, bar in out_bars.items():
        if not self.whole.is_loose(outs[k]):
            self.whole.mark(bar, block.results[k])
        self.add(inner, block.results[k], bar, arm)
    eqns = self.block(block, inner, arm)
    return eqns, inner, arm


def _bar(self: Reverse, arm: Builder, inner: Adjoints, v: Var, lost: Sequence[Var]) -> Atom:
    """Return the adjoint of a variable before an arm, in which some have no value."""
    if v in inner:
        return self.whole.passed(inner[v], v, arm)
    return placeholder(v.type) if v in lost else self.whole.zero(v, arm)


def remade(self: Reverse, primal: Block, adjoint: Block) -> Block:
    """Return the adjoint block with comparisons computed again where that needs nothing kept."""
    inside = own(primal)
    free = inside & self.free.of(adjoint).keys()
    again = [
        eqn for eqn in primal.eqns
        if eqn.op in CHEAP
        and not any(arg.type.name == "opaque" for arg in eqn.args) and eqn.outs[0] in free and not any(arg in inside for arg in eqn.args)
    ]  # fmt: skip
    mapping: dict[Var, Atom] = {}
    copies = renewed(Block((), tuple(again), ()), mapping).eqns
    adjoint = self.free.substitute(adjoint, mapping)
    return replace(adjoint, eqns=copies + adjoint.eqns)


def placeholder(kind: Type) -> Const:
    """Return what stands for a kept variable on the path that does not compute it."""
    return Const(PLACEHOLDERS.get(kind.name))


def exporting(
    memory: FreeVariables, eqn: Eqn, primals: Sequence[Block], others: Sequence[Block]
) -> tuple[Eqn, list[Block]]:
    """Return an IF with arms that export what other blocks read of them, and these blocks."""
    results, outs = [list(block.results) for block in primals], list(eqn.outs)
    found = []
    for side, (primal, block) in enumerate(zip(primals, others)):
        inside = own(primal)
        exports = {v: exported(eqn, primal, v) for v in memory.of(block) if v in inside}
        for v, out in exports.items():
            if out not in eqn.outs:
                outs.append(out)
                results[side].append(v)
                results[1 - side].append(placeholder(out.type))
        found.append(memory.substitute(block, exports))
    blocks = tuple(replace(b, results=tuple(r)) for b, r in zip(primals, results))
    return replace(eqn, outs=tuple(outs), blocks=blocks), found
