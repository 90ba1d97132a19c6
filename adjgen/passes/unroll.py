"""Loops whose trip counts are constants, written as so many copies of their bodies.

before                              after
    for i in range(2):                  s = s + x[0] * 1
        s = s + x[i] * (i + 1)          s = s + x[1] * 2
    return s                            return s
"""

from adjgen.ir.core import Atom, Block, Const, Eqn, For, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import equations, kinds, renewed, substituted
from adjgen.passes.fold import Folding

LONGEST = 300  # equations that all copies of all loops may have


def unroll(block: Block, turns: int, longest: int = LONGEST) -> Block:
    """Return the block with loops of at most so many turns unrolled; the same block if there are none.

    Loops inside come after those around them, whose turns may decide theirs. If all copies together would
    have more than `longest` equations, no loop is unrolled.
    """
    whole = block
    while For in kinds(block):
        unrolling = _Unrolling(turns, longest)
        found = unrolling.block(block)
        if unrolling.longest < 0:
            return whole
        if found is block:
            return block
        block = Folding(exact=True).block(found)
    return block


class _Unrolling:
    """What is known of sequences: the elements of those that are constant, or displayed."""

    def __init__(self, turns: int, longest: int) -> None:
        self.turns, self.longest = turns, longest
        self.elements: dict[Atom, tuple[Atom, ...]] = {}

    def block(self, block: Block) -> Block:
        """Return the block with the outermost loops unrolled, the same if there are none."""
        eqns: list[Eqn] = []
        mapping: dict[Var, Atom] = {}
        free = FreeVariables()
        changed = False
        for eqn in block.eqns:
            eqn = free.equation(eqn, mapping) if mapping else eqn
            self.learn(eqn)
            copies = self.copies(eqn, mapping) if isinstance(eqn.op, For) else None
            if copies is not None:
                eqns += copies
                changed = True
                continue
            if eqn.blocks:
                blocks = tuple([self.block(inner) for inner in eqn.blocks])
                if any(a is not b for a, b in zip(blocks, eqn.blocks)):
                    eqn, changed = eqn.reading(eqn.args, blocks), True
            eqns.append(eqn)
        if not changed:
            return block
        results = tuple(substituted(result, mapping) for result in block.results)
        return Block(block.params, tuple(eqns), results)

    def learn(self, eqn: Eqn) -> None:
        """Learn the elements of a range of constants, of a displayed list, and of one backwards."""
        if eqn.op == "range":
            bounds = [a.value for a in eqn.args if isinstance(a, Const) and type(a.value) is int]
            if len(bounds) == len(eqn.args) and bounds[2:] != [0]:
                turns = range(*bounds)
                if len(turns) <= self.turns:
                    self.elements[eqn.outs[0]] = tuple([Const(k) for k in turns])
        elif eqn.op == "listing":
            self.elements[eqn.outs[0]] = eqn.args
        elif eqn.op == "backwards" and eqn.args[0] in self.elements:
            self.elements[eqn.outs[0]] = self.elements[eqn.args[0]][::-1]

    def copies(self, eqn: Eqn, mapping: dict[Var, Atom]) -> list[Eqn] | None:
        """Return the equations of all turns, None for a loop that is kept; `mapping` learns its outs."""
        op, body = eqn.op, eqn.blocks[0]
        assert isinstance(op, For)
        walked = [self.elements.get(arg) for arg in eqn.args[: op.seqs]]
        if op.tested or op.exits or op.checkpoint or not walked or None in walked:
            return None
        turns = min(len(elements) for elements in walked if elements is not None)
        size = sum(1 for _ in equations(body))
        if turns > self.turns:
            return None
        self.longest -= turns * size
        if self.longest < 0:
            return None
        carried, collected = eqn.args[op.seqs :], []
        eqns: list[Eqn] = []
        for k in range(turns):
            inside: dict[Var, Atom] = {}
            given = [elements[k] for elements in walked if elements is not None]
            inside.update(zip(body.params, (*given, *carried)))
            copy = renewed(Block((), body.eqns, body.results), inside)
            eqns += copy.eqns
            carried = copy.results[: op.carried]
            collected.append(copy.results[op.carried :])
        mapping.update(zip(eqn.outs, carried))
        for j, out in enumerate(eqn.outs[op.carried :]):
            items = tuple([results[j] for results in collected])
            if not items:
                return None
            self.elements[out] = items
            eqns.append(Eqn((out,), "listing", items, (), eqn.loc, eqn.derivative))
        return eqns
