"""The first that is added to a zero of a list is put there; what is added at one place is one sum.

before                              after
    x_bar = [0.0] * len(x)              x_bar = [0.0] * len(x)
    x_bar[1] += a                       x_bar[1] = a + c
    x_bar[0] += b                       x_bar[0] = b
    x_bar[1] += c
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from adjgen.elementary.floats import Floats
from adjgen.ir.core import Atom, Block, Const, Eqn, For, Var
from adjgen.ir.query import kinds, use_counts
from adjgen.ir.types import INT, REAL

Place = tuple[int, ...]  # constant indices; (k, -1) is all from index k on


def touches(block: Block, floats: Iterable[Var] = ()) -> Block:
    """Return the block with sums into lists of zeros turned to stores where they are the first.

    What is stored must be a float, as the sum with 0.0 was; `floats` are parameters that are.
    """
    if kinds(block).isdisjoint(SUMS):
        return block
    sure = Floats(floats)
    sure.block(block.eqns)
    return _Touches(use_counts(block), sure).block(block)


class _Touches:
    """The equations that make variables, and how often those are used."""

    def __init__(self, uses: Counter[Atom], floats: Floats) -> None:
        self.uses, self.floats = uses, floats
        self.made_by: dict[Atom, Eqn] = {}
        self.zeros: set[Atom] = set()  # lists in which nothing but zeros is

    def block(self, block: Block) -> Block:
        eqns: list[Eqn] = []
        chains: dict[Atom, list[tuple[Place, Atom]]] = {}  # version of a list -> what was added
        bases: dict[Atom, Atom] = {}
        for eqn in block.eqns:
            self.made_by.update(dict.fromkeys(eqn.outs, eqn))
            if is_zeros(eqn):
                self.zeros.update(eqn.outs)
                chains[eqn.outs[0]], bases[eqn.outs[0]] = [], eqn.outs[0]
            elif eqn.op in SUMS and (chain := chains.get(eqn.args[0])) is not None:
                place = PLACES[eqn.op](eqn.args[2:])
                if place is not None and self.uses[eqn.args[0]] == 1:
                    out = eqn.outs[0]
                    chains[out], bases[out] = [*chain, (place, eqn.args[1])], bases[eqn.args[0]]
            elif eqn.blocks:
                inner = [self.block(b) for b in eqn.blocks]
                if isinstance(eqn.op, For):
                    inner[0] = self.turns(eqn, eqn.op, inner[0])
                eqn = eqn.reading(eqn.args, tuple(inner))
            eqns.append(eqn)
        return Block(block.params, tuple(self.stored(eqns, chains, bases)), block.results)

    def stored(
        self,
        eqns: list[Eqn],
        chains: dict[Atom, list[tuple[Place, Atom]]],
        bases: dict[Atom, Atom],
    ) -> list[Eqn]:
        """Return equations in which whole chains of sums are stores where the last of them stands."""
        inside = {e.args[0] for e in eqns if e.op in SUMS and e.outs[0] in chains}
        ends = {out for out, chain in chains.items() if chain and out not in inside}
        ends = {out for out in ends if one_sided(chains[out]) or self.is_whole(chains[out])}
        dropped: set[Atom] = set()
        for out in ends:
            while out in chains and out != bases.get(out):
                dropped.add(out)
                out = self.made_by[out].args[0]
        found: list[Eqn] = []
        for eqn in eqns:
            if not eqn.outs or eqn.outs[0] not in dropped:
                found.append(eqn)
            elif eqn.outs[0] in ends:
                found += self.written(eqn, chains[eqn.outs[0]], bases[eqn.outs[0]])
        return found

    def written(self, last: Eqn, chain: list[tuple[Place, Atom]], base: Atom) -> list[Eqn]:
        """Return the sums at each place, and their stores; the last of these makes what `last` made."""
        if not one_sided(chain):
            return self.joined(last, dict(chain))
        terms: dict[Place, list[Atom]] = {}
        for place, value in chain:
            terms.setdefault(place, []).append(value)
        eqns: list[Eqn] = []
        for place, values in terms.items():
            total, *others = values
            for value in others:
                out = Var("", REAL)
                eqns.append(Eqn((out,), "add", (total, value), (), last.loc, True))
                total = out
            total = self.as_float(total, eqns, any(map(self.floats.has, values)))
            new = Var(last.outs[0].hint, base.type)
            where = tuple([Const(k) for k in place])
            eqns.append(Eqn((new,), "with_item", (base, total, *where), (), last.loc, True))
            base = new
        eqns[-1] = replace(eqns[-1], outs=last.outs)
        return eqns

    def is_whole(self, chain: list[tuple[Place, Atom]]) -> bool:
        """Whether what was added is the items before some index, each once, and all from there on."""
        parts = [(place, value) for place, value in chain if len(place) == 2]
        if len(parts) != 1:
            return False
        (start, _), values = parts[0]
        items = sorted(place[0] for place, _ in chain if len(place) == 1)
        return 0 < start < LONGEST and items == [*range(start)] and self.holds_floats(values)

    def holds_floats(self, values: Atom) -> bool:
        """Whether a list has nothing but floats in it."""
        eqn = self.made_by.get(values)
        if eqn is not None and eqn.op == "backwards":
            return self.holds_floats(eqn.args[0])
        if eqn is None or not isinstance(eqn.op, For):
            return False
        collected = eqn.blocks[0].results[eqn.op.carried + eqn.op.exits :]
        made = dict(zip(eqn.outs[eqn.op.carried :], collected))
        return isinstance(values, Var) and values in made and self.floats.has(made[values])

    def joined(self, last: Eqn, chain: dict[Place, Atom]) -> list[Eqn]:
        """Return the list of the first items and the others; the primal has read the first ones."""
        eqns: list[Eqn] = []
        places = sorted(place for place in chain if len(place) == 1)
        items = [self.as_float(chain[p], eqns, self.floats.has(chain[p])) for p in places]
        rest = next(value for place, value in chain.items() if len(place) == 2)
        first = Var("", last.outs[0].type)
        eqns.append(Eqn((first,), "listing", tuple(items), (), last.loc, True))
        eqns.append(Eqn(last.outs, "joined", (first, rest), (), last.loc, True))
        return eqns

    def as_float(self, value: Atom, eqns: list[Eqn], sure: bool) -> Atom:
        """Return a value that is a float for certain."""
        if sure:
            return value
        found = Var("", REAL)
        eqns.append(Eqn((found,), "float", (value,), (), None, True))
        return found

    def turns(self, eqn: Eqn, op: For, body: Block) -> Block:
        """Return the body of a loop over a range, in which the furthest place is met for the first time."""
        walk = self.walk(eqn, op)
        if walk is None:
            return body
        element, least, up = walk
        eqns = list(body.eqns)
        made = {e.outs[0]: e for e in eqns if len(e.outs) == 1}
        for k in range(op.carried):
            if eqn.args[op.seqs + k] not in self.zeros or self.uses[eqn.args[op.seqs + k]] != 1:
                continue
            found = self.offsets(eqns, body, body.params[op.seqs + k], element, made)
            if not found or least + min(offset for _, offset in found) < 0:
                continue
            furthest = (max if up else min)(offset for _, offset in found)
            at = next(at for at, offset in found if offset == furthest)
            if self.floats.has(eqns[at].args[1]):
                eqns[at] = replace(eqns[at], op="with_item")
        return Block(body.params, tuple(eqns), body.results)

    def walk(self, eqn: Eqn, op: For) -> tuple[Var, int, bool] | None:
        """Return the index of a loop over range(...) by ones, its least value, and whether it grows."""
        for element, arg in zip(eqn.blocks[0].params, eqn.args[: op.seqs]):
            made, up = self.made_by.get(arg), True
            if made is not None and made.op == "backwards":
                made, up = self.made_by.get(made.args[0]), False
            if made is None or made.op != "range" or len(made.args) > 2:
                continue
            least = made.args[0] if len(made.args) == 2 else Const(0)
            if isinstance(least, Const) and type(least.value) is int and least.value >= 0:
                return element, least.value, up
        return None

    def offsets(
        self, eqns: list[Eqn], body: Block, version: Var, element: Var, made: dict[Var, Eqn]
    ) -> list[tuple[int, int]]:
        """Return where sums into a carried list stand, and how far from the index of the loop.

        Nothing is returned if anything else is done with the list.
        """
        found: list[tuple[int, int]] = []
        for at, eqn in enumerate(eqns):
            if version not in eqn.args:
                continue
            offset = offset_from(element, eqn.args[2], made) if eqn.op == "add_at" else None
            if offset is None or len(eqn.args) != 3 or self.uses[version] != 1:
                return []
            found.append((at, offset))
            version = eqn.outs[0]
        return found if body.results.count(version) == 1 and self.uses[version] == 1 else []


def is_zeros(eqn: Eqn) -> bool:
    """Whether an equation makes a list of zeros for an adjoint."""
    return eqn.derivative and eqn.op == "filled" and eqn.args[0] is Const(0.0)


def constant_place(where: tuple[Atom, ...]) -> Place | None:
    """Return (k,) for a constant index; items of items stay sums, as rows may be shared."""
    (index, *deeper) = where
    value = index.value if isinstance(index, Const) and not deeper else None
    return (value,) if type(value) is int else None


def part_place(bounds: tuple[Atom, ...]) -> Place | None:
    """Return (start, -1) for all items from a constant index on."""
    start = bounds[0].value if isinstance(bounds[0], Const) else None
    known = isinstance(start, int) and start >= 0 and bounds[1:] == (NOTHING, NOTHING)
    return (int(start), -1) if known and start is not None else None


def one_sided(chain: list[tuple[Place, Atom]]) -> bool:
    """Whether different places are different items: x[-1] may be x[4]."""
    return all(k >= 0 for place, _ in chain for k in place)


NOTHING = Const(None)
SUMS = ("add_at", "add_part")
PLACES = {"add_at": constant_place, "add_part": part_place}
LONGEST = 8  # items before the others in a display


def offset_from(element: Var, index: Atom, made: dict[Var, Eqn]) -> int | None:
    """Return k of an index that is element + k."""
    if index is element:
        return 0
    eqn = made.get(index) if isinstance(index, Var) else None
    if eqn is None or eqn.op not in ("add", "sub") or index.type is not INT:
        return None
    a, b = eqn.args
    if eqn.op == "add" and isinstance(a, Const):
        a, b = b, a
    if a is not element or not isinstance(b, Const) or type(b.value) is not int:
        return None
    return b.value if eqn.op == "add" else -b.value
