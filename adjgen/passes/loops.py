"""A loop and its adjoint become one loop, where no turn of the adjoint waits for another: no tape.

before                                      after
    for v in x:                                 for v in x:
        s = sin(v)                                  s = sin(v)
        total = total + s * v                       total = total + s * v
        tape.append(s)                              x_bar.append(bar * (s + v * cos(v)))
    for v, s in zip(x, tape):                   return total, x_bar
        x_bar.append(bar * (s + v * cos(v)))
    return total, x_bar
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from adjgen.ir.core import Atom, Block, Const, Eqn, For, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import (
    fresh,
    kinds,
    substituted,
    use_counts,
)
from adjgen.passes.accumulate import accumulates, grown
from adjgen.passes.early import early

WALKS = {"range", "len", "add", "sub", "mul", "neg", "floordiv", "index", "item"}


def loops(block: Block) -> Block:
    """Return the block with loops and their adjoints fused; the same block if there are none."""
    if For not in kinds(block):
        return block
    whole = block
    while (fused := _one(whole)) is not None:
        whole = fused
    eqns = [_inside(eqn) for eqn in whole.eqns]
    if whole is block and all(map(_same, eqns, block.eqns)):
        return block
    return replace(whole, eqns=tuple(eqns))


def _inside(eqn: Eqn) -> Eqn:
    """Return an equation with the loops in its blocks fused."""
    blocks = tuple(loops(inner) for inner in eqn.blocks)
    return eqn if all(map(_same, blocks, eqn.blocks)) else eqn.reading(eqn.args, blocks)


def _same(a: object, b: object) -> bool:
    return a is b


def _one(block: Block) -> Block | None:
    """Return a block in which one more pair of loops is fused, None if there is none."""
    at = [k for k, eqn in enumerate(block.eqns) if isinstance(eqn.op, For)]
    for j in at:
        if not _is_adjoint(block.eqns[j]):
            continue
        for k in reversed(at):
            same = k < j and block.eqns[k].loc == block.eqns[j].loc
            elements = _elements(block, k, j) if same else None
            if elements is not None and (found := _Pair(block, k, j, elements).fused()):
                return found
    return None


def _is_adjoint(eqn: Eqn) -> bool:
    """Whether a loop was written by differentiation and its turns may come in any order."""
    assert isinstance(eqn.op, For)
    if not eqn.derivative or not eqn.op.seqs or eqn.op.tested or eqn.op.exits:
        return False
    return all(accumulates(eqn, k) for k in range(eqn.op.carried))


def _elements(block: Block, k: int, j: int) -> dict[Var, Atom] | None:
    """Return what the elements that loop j walks are in the turns of loop k; None if they differ."""
    primal, adjoint = block.eqns[k], block.eqns[j]
    op, body = primal.op, primal.blocks[0]
    assert isinstance(op, For) and isinstance(adjoint.op, For)
    whole = op.seqs == 1 and not (op.exits or op.tested)
    collected = dict(zip(primal.outs[op.carried :], body.results[op.carried + op.exits :]))
    uses = use_counts(adjoint.blocks[0])
    made: dict[Atom, Eqn] = {e.outs[0]: e for e in block.eqns if e.op in WALKS}
    found: dict[Var, Atom] = {}
    taped = False
    for element, walked in zip(adjoint.blocks[0].params, adjoint.args[: adjoint.op.seqs]):
        if walked in collected:
            found[element], taped = collected[walked], True
        elif whole and _alike(made, walked, primal.args[0]):
            found[element] = body.params[0]
        elif not uses[element] and _is_count(primal, made.get(walked)):
            found[element] = Const(0)
        else:
            return None
    maps = not op.carried and not adjoint.op.carried and len(collected) == 1
    return None if maps and not taped else found  # each is a comprehension


def _alike(made: dict[Atom, Eqn], a: Atom, b: Atom) -> bool:
    """Whether two sequences (or bounds of ranges) are one, or computed alike."""
    one, other = made.get(a), made.get(b)
    if a == b or one is None or other is None or one.op != other.op:
        return a == b
    pairs = zip(one.args, other.args)
    return len(one.args) == len(other.args) and all(_alike(made, *pair) for pair in pairs)


def _is_count(primal: Eqn, walked: Eqn | None) -> bool:
    """Whether a loop walks range(turns) for another one, which counts its turns."""
    op, body = primal.op, primal.blocks[0]
    if walked is None or len(walked.args) != 1 or walked.args[0] not in primal.outs:
        return False
    at = primal.outs.index(walked.args[0])
    assert isinstance(op, For)
    if walked.op != "range" or at >= op.carried or primal.args[op.seqs + at] != Const(0):
        return False
    step = next((one for one in body.eqns if body.results[at] in one.outs), None)
    counts = ("add", body.params[op.seqs + at], Const(1))
    return step is not None and (step.op, *step.args) == counts


@dataclass
class _Pair:
    """Loop k of a block and its adjoint, loop j."""

    block: Block
    k: int
    j: int
    elements: dict[Var, Atom]

    def __post_init__(self) -> None:
        between = range(self.k, self.j)
        self.place = {out: i for i in between for out in self.block.eqns[i].outs}
        self.early: set[int] = set()  # equations that move before loop k
        self.mapping: dict[Var, Atom] = {}  # what stands for what, after the loops
        self.links: dict[int, Eqn] = {}  # equations that go on with the sums of loop j

    def fused(self) -> Block | None:
        """Return the block with the two as one, None if the adjoint needs what comes between."""
        primal, adjoint = self.block.eqns[self.k], self.block.eqns[self.j]
        op = adjoint.op
        assert isinstance(op, For)
        body = FreeVariables().given(adjoint.blocks[0], self.elements)
        own = {e.outs[0] for e in primal.blocks[0].eqns if e.outs} | set(primal.blocks[0].params)
        inside = {v for e in primal.blocks[0].eqns for v in e.outs} | own
        inputs = [v for v in FreeVariables().of(body) if v not in inside]
        if not self.available(inputs):
            return None
        starts = []
        for out, start in zip(adjoint.outs, adjoint.args[op.seqs :]):
            first = self.start(out, start)
            if first is None:
                return None
            starts.append(first)
        both = _both(primal, adjoint, body, starts)
        return self.rewritten(both)

    def available(self, atoms: Iterable[Atom]) -> bool:
        """Whether values are there before loop k, or can be; what moves for that is noted."""
        found = early(self.block.eqns, self.k, self.j, atoms)
        self.early |= found or set()
        return found is not None

    def start(self, out: Var, start: Atom) -> Atom | None:
        """Return the first value of a sum: that of the adjoint, or one to which others add later."""
        if self.available([start]):
            return start
        uses, value = use_counts(self.block), start
        while not self.available([value]):
            i = self.place[value]  # type: ignore[index]
            eqn = self.links.get(i, self.block.eqns[i])
            if uses[value] != 1 or i == self.k or (found := _base(eqn, value)) is None:
                return None
            at, value = found
        args = (*eqn.args[:at], out, *eqn.args[at + 1 :])
        self.links[i] = eqn.reading(args, eqn.blocks)
        self.mapping[out] = start
        return value

    def rewritten(self, both: Eqn) -> Block:
        """Return the block with one loop in place of two."""
        eqns, k, j = self.block.eqns, self.k, self.j
        moved = [eqns[i] for i in sorted(self.early)]
        rest = [self.links.get(i, eqns[i]) for i in range(k + 1, j) if i not in self.early]
        after = [FreeVariables().equation(eqn, self.mapping) for eqn in eqns[j + 1 :]]
        results = tuple(substituted(result, self.mapping) for result in self.block.results)
        whole = (*eqns[:k], *moved, both, *rest, *after)
        return Block(self.block.params, whole, results)


def _base(eqn: Eqn, value: Atom) -> tuple[int, Atom] | None:
    """Return the position and value of the argument to which an equation only adds."""
    if isinstance(eqn.op, For):
        at = eqn.outs.index(value)
        if at >= eqn.op.carried or not accumulates(eqn, at):
            return None
        return eqn.op.seqs + at, eqn.args[eqn.op.seqs + at]
    if eqn.blocks:
        return None
    for at, arg in enumerate(eqn.args):
        if isinstance(arg, Var) and grown(eqn, arg) is value:
            return at, arg
    return None


def _both(primal: Eqn, adjoint: Eqn, body: Block, starts: list[Atom]) -> Eqn:
    """Return one loop that does what two do."""
    first, op = primal.blocks[0], primal.op
    assert isinstance(op, For) and isinstance(adjoint.op, For)
    more, split = adjoint.op.carried, op.carried
    sums = body.params[adjoint.op.seqs :]
    results = (
        *first.results[:split], *body.results[:more], *first.results[split:], *body.results[more:]
    )  # fmt: skip
    blocks = [Block((*first.params, *sums), first.eqns + body.eqns, results)]
    blocks += [replace(b, params=(*b.params, *map(fresh, sums))) for b in primal.blocks[1:]]
    return replace(
        primal,
        op=replace(op, carried=split + more),
        args=(*primal.args, *starts),
        outs=(
            *primal.outs[:split],
            *adjoint.outs[:more],
            *primal.outs[split:],
            *adjoint.outs[more:],
        ),
        blocks=tuple(blocks),
    )
