"""A branch and its adjoint become one branch, where nothing that the adjoint reads lies between them.

before                                  after
    if c: y = exp(x)                        if c:
    else: y = x                                 y = exp(x)
    if c: x_bar = bar * y                       x_bar = bar * y
    else: x_bar = bar                       else:
    return y, x_bar                             y = x
                                                x_bar = bar
                                            return y, x_bar
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from adjgen.ir.core import Atom, Block, Eqn, If, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import kinds
from adjgen.passes.early import early

COMPARISONS = {"lt", "le", "gt", "ge", "eq", "ne", "is", "is_not", "not"}


def fuse(block: Block) -> Block:
    """Return the block with branches and their adjoints fused."""
    return block if kinds(block).isdisjoint((If, *COMPARISONS)) else _Fusing().block(block)


class _Fusing:
    """What variables stand for by now, and the comparisons that were made on every path to here."""

    def __init__(self) -> None:
        self.mapping: dict[Atom, Atom] = {}
        self.tests: dict[Any, Var] = {}
        self.free = FreeVariables()

    def value(self, atom: Atom) -> Atom:
        """Return what a variable stands for: what an arm exports may itself be exported by an arm inside."""
        while atom in self.mapping:
            atom = self.mapping[atom]
        return atom

    def block(self, block: Block) -> Block:
        """Return a block with the branches in it fused."""
        if not self.mapping and kinds(block).isdisjoint((If, *COMPARISONS)):
            return block
        here: dict[Any, Var] = {}
        eqns = [e for e in block.eqns if e.op not in COMPARISONS or not self.repeats(e, here)]
        eqns = _reachable(eqns, self)
        partners = _partners(eqns, self)
        moved = {j for found in partners.values() for j in found}
        replaced = self.mapping.keys()
        out: list[Eqn] = []
        made: list[Any] = []
        for k, eqn in enumerate(eqns):
            if not (replaced or eqn.blocks or eqn.op in COMPARISONS):
                out.append(eqn)
                continue
            if k in moved:
                continue
            if replaced and not replaced.isdisjoint(eqn.args):
                eqn = eqn.reading(tuple([self.value(arg) for arg in eqn.args]), eqn.blocks)
            if k in partners:
                for j in partners[k]:
                    eqn = self.fused(eqn, eqns[j])
            elif eqn.blocks:
                eqn = eqn.reading(eqn.args, tuple([self.block(inner) for inner in eqn.blocks]))
            elif eqn.op in COMPARISONS and (key := self.key(eqn)) is not None:
                if key in self.tests:  # the same, now that branches before it are fused
                    self.mapping[eqn.outs[0]] = self.tests[key]
                    continue
                self.tests[key] = eqn.outs[0]
                made.append(key)
            out.append(eqn)
        results = tuple(self.value(result) for result in block.results)
        for key in made:
            del self.tests[key]
        return Block(block.params, tuple(out), results)

    def key(self, eqn: Eqn) -> Any:
        """Return what equal comparisons share, None for those of which nothing is known."""
        if any(arg.type.name == "opaque" for arg in eqn.args):
            return None
        return eqn.op, *(self.value(arg) for arg in eqn.args)

    def repeats(self, eqn: Eqn, here: dict[Any, Var]) -> bool:
        """Whether an equation is a comparison that was made before, in this block or around it."""
        key = self.key(eqn)
        if key is None:
            return False
        earlier = self.tests.get(key) or here.get(key)
        if earlier is None:
            here[key] = eqn.outs[0]
            return False
        self.mapping[eqn.outs[0]] = earlier
        return True

    def fused(self, eqn: Eqn, adjoint: Eqn) -> Eqn:
        """Return one IF in place of two on the same condition."""
        blocks = []
        for first, second in zip(eqn.blocks, adjoint.blocks):
            inside: dict[Atom, Atom] = dict(
                zip(eqn.outs, (self.value(result) for result in first.results))
            )
            self.mapping |= inside
            both = Block((), first.eqns + second.eqns, first.results + second.results)
            blocks.append(self.block(both))
            for out in inside:
                del self.mapping[out]
        derivative = eqn.derivative and adjoint.derivative
        outs = eqn.outs + adjoint.outs
        return replace(eqn, outs=outs, blocks=tuple(blocks), derivative=derivative)


def _by_test(eqns: list[Eqn], fusing: _Fusing) -> Iterable[list[int]]:
    """Return the positions of the branches on each condition."""
    found: dict[Atom, list[int]] = {}
    for k, eqn in enumerate(eqns):
        if eqn.blocks and isinstance(eqn.op, If):
            found.setdefault(fusing.value(eqn.args[0]), []).append(k)
    return found.values()


def _reachable(eqns: list[Eqn], fusing: _Fusing) -> list[Eqn]:
    """Return the equations, what an adjoint branch reads moved before its branch.

    Between two branches of the sweep back only zeros move: terms must stay beside their sum.
    """
    pairs = [
        (eqns[k], eqns[j])
        for positions in _by_test(eqns, fusing)
        for at, k in enumerate(positions)
        for j in positions[at + 1 :]
        if eqns[j].derivative
    ]
    done: set[Eqn] = set()
    for one, other in pairs:
        if one in done or other in done:
            continue
        k, j = eqns.index(one), eqns.index(other)
        reads = {*map(fusing.value, fusing.free.inside(other))} - {*one.outs}
        up = early(eqns, k, j, reads, fusing.value)
        if up is None or not all(_may_move(eqns[i], one.derivative) for i in up):
            continue
        done |= {one, other}
        if up:
            moved = [eqns[i] for i in sorted(up)]
            rest = [eqns[i] for i in range(k, j) if i not in up]
            eqns = [*eqns[:k], *moved, *rest, *eqns[j:]]
    return eqns


def _may_move(eqn: Eqn, nothing_but_zeros: bool) -> bool:
    op = eqn.op
    if not isinstance(op, str):
        return False
    return not nothing_but_zeros or op in ("len", "filled") or op.startswith("zeros_like")


def _partners(eqns: list[Eqn], fusing: _Fusing) -> dict[int, list[int]]:
    """Return for branches the positions of the adjoint branches that can move up to them."""
    found: dict[int, list[int]] = {}
    for positions in _by_test(eqns, fusing):
        taken: set[int] = set()
        for at, k in enumerate(positions):
            for j in positions[at + 1 :]:
                if k not in taken and j not in taken and (eqns[j].derivative or j == k + 1):
                    if _can_move(eqns, k, j, taken, fusing):
                        found.setdefault(k, []).append(j)
                        taken.add(j)
    return found


def _can_move(eqns: list[Eqn], to: int, position: int, taken: set[int], fusing: _Fusing) -> bool:
    """Whether a branch reads nothing that is computed between another one and itself."""
    between = {out for k in range(to + 1, position) if k not in taken for out in eqns[k].outs}
    reads = {fusing.value(v) for b in eqns[position].blocks for v in fusing.free.of(b)}
    return between.isdisjoint(reads)
