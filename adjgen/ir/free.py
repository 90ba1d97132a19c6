"""The variables that blocks read from outside, found once for each block.

Arms nested in arms ask at every level: walking everything inside again would be quadratic.
"""

from collections.abc import Mapping

from adjgen.ir.core import Atom, Block, Var
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

    def substitute(self, block: Block, mapping: Mapping[Var, Atom]) -> Block:
        """Return the block with variables from outside replaced; what reads none stays the same."""
        if self.of(block).keys().isdisjoint(mapping):
            return block
        eqns = []
        for eqn in block.eqns:
            args = tuple([substituted(arg, mapping) for arg in eqn.args])
            blocks = tuple([self.substitute(inner, mapping) for inner in eqn.blocks])
            eqns.append(eqn.reading(args, blocks))
        return Block(
            block.params, tuple(eqns), tuple(substituted(r, mapping) for r in block.results)
        )
