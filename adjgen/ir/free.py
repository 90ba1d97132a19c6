"""The variables that blocks read from outside, found once for each block.

Arms nested in arms ask at every level: walking everything inside again would be quadratic.
"""

from collections.abc import Mapping

from adjgen.ir.core import Atom, Block, Eqn, Var
from adjgen.ir.query import substituted


def own(block: Block) -> set[Var]:
    """Return the variables that a block defines, without those of the blocks inside it."""
    return {out for eqn in block.eqns for out in eqn.outs}


class FreeVariables:
    """Remembers what it found for as long as somebody transforms one function."""

    def __init__(self) -> None:
        self.known: dict[Block, dict[Var, None]] = {}

    def of(self, block: Block) -> dict[Var, None]:
        """Return the variables that a block uses and does not define, in order of first use."""
        if block not in self.known:
            inside, found = set(block.params), dict[Var, None]()
            for eqn in block.eqns:
                reads = [*eqn.args]
                for inner in eqn.blocks:
                    reads += self.of(inner)
                found |= {a: None for a in reads if isinstance(a, Var) and a not in inside}
                inside.update(eqn.outs)
            results = [r for r in block.results if isinstance(r, Var)]
            self.known[block] = found | {r: None for r in results if r not in inside}
        return self.known[block]

    def inside(self, eqn: Eqn) -> dict[Var, None]:
        """Return the variables that the blocks of an equation use and do not define."""
        found = dict[Var, None]()
        for block in eqn.blocks:
            found |= self.of(block)
        return found

    def equation(self, eqn: Eqn, mapping: Mapping[Var, Atom]) -> Eqn:
        """Return an equation with the variables that it reads replaced."""
        args = tuple([substituted(arg, mapping) for arg in eqn.args])
        return eqn.reading(args, tuple([self.substitute(b, mapping) for b in eqn.blocks]))

    def given(self, block: Block, mapping: Mapping[Var, Atom]) -> Block:
        """Return the block with some of its own parameters replaced."""
        inner = self.substitute(Block((), block.eqns, block.results), mapping)
        return Block(block.params, inner.eqns, inner.results)

    def substitute(self, block: Block, mapping: Mapping[Var, Atom]) -> Block:
        """Return the block with variables from outside replaced; what reads none stays the same."""
        if self.of(block).keys().isdisjoint(mapping):
            return block
        eqns = tuple([self.equation(eqn, mapping) for eqn in block.eqns])
        return Block(block.params, eqns, tuple(substituted(r, mapping) for r in block.results))
