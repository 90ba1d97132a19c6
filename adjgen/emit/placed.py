"""What a loop for numba collects goes where it ends up, if it is only turned, padded, put behind others or added up.

before                                          after
    products = for ...: collect p                   x_bar = nd_empty(size + 1)
    x_bar = joined([rest], backwards(products))     for k, ...: x_bar[size - k] = p
                                                    x_bar[0] = rest
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from adjgen.ir.core import Atom, Block, Const, Eqn, For, Var
from adjgen.ir.query import fresh
from adjgen.ir.types import INT, REAL


@dataclass(frozen=True)
class Placement:
    """What becomes of a collected list.

    out         the list that it becomes
    backwards   whether its last element comes first
    front       numbers that stand before it
    like        a list that is as long as it must become, by zeros behind it; None: it is as long as it is
    """

    out: Var
    backwards: bool = False
    front: tuple[Atom, ...] = ()
    like: Atom | None = None

    def spot(self, turn: Var, last: Atom, inside: list[Eqn]) -> Atom:
        """Return where a turn puts its value; what each turn computes for that joins the equations inside.

        `last` is the place of the first turn's value, if that comes last.
        """
        if not self.backwards and not self.front:
            return turn
        at = Var("", INT)
        base, op = (last, "sub") if self.backwards else (Const(len(self.front)), "add")
        inside.append(Eqn((at,), op, (base, turn)))
        return at

    def in_front(self, made: Var) -> list[Eqn]:
        """Return the equations that put the numbers in front of what a loop has made."""
        outs = [made, *[fresh(made) for _ in self.front[1:]], self.out]
        return [
            Eqn((outs[k + 1],), "with_item", (outs[k], number, Const(k)))
            for k, number in enumerate(self.front)
        ]


class Placements:
    """What becomes of the lists that the loops of a block collect."""

    def __init__(self, eqns: Sequence[Eqn], uses: Mapping[Atom, int]) -> None:
        self.uses = uses
        self.reader = {arg: eqn for eqn in eqns for arg in eqn.args if uses.get(arg) == 1}
        self.made_by = {out: eqn for eqn in eqns for out in eqn.outs}
        self.at = {out: k for k, eqn in enumerate(eqns) for out in eqn.outs}
        self.found: dict[Var, Placement] = {}
        self.sums: dict[Var, Var] = {}  # list -> what its numbers add up to
        self.needless: set[Var] = set()  # what equations make that are not written any more
        for eqn in eqns:
            if isinstance(eqn.op, For) and eqn.op.seqs and not eqn.op.exits and not eqn.op.tested:
                for collected in eqn.outs[eqn.op.carried :]:
                    self.follow(collected)

    def follow(self, collected: Var) -> None:
        """Note what becomes of a list that a loop collects."""
        end, turned = collected, False
        user = self.reader.get(end)
        if user is not None and user.op == "backwards":
            end, turned = user.outs[0], True
            user = self.reader.get(end)
        if user is not None and user.op == "total" and user.args == (end,) and not turned:
            self.sums[collected] = user.outs[0]
            self.needless.update(user.outs)
            return
        if user is None or user.op not in ("padded", "joined"):
            return
        first, other = user.args
        known = not isinstance(other, Var) or self.at.get(other, -1) < self.at[collected]
        if user.op == "padded" and first is end and known:
            place = Placement(user.outs[0], turned, like=other)
        elif user.op == "joined" and other is end and (front := self.display(first)) is not None:
            place = Placement(user.outs[0], turned, front.args)
            self.needless.update(front.outs)
        else:
            return
        self.found[collected] = place
        self.needless.update({end, place.out} - {collected})

    def display(self, items: Atom) -> Eqn | None:
        """Return what makes a list of numbers that stand in a row, if nobody else reads it."""
        eqn = self.made_by.get(items) if isinstance(items, Var) else None
        alone = eqn is not None and eqn.op == "listing" and self.uses.get(items) == 1
        return eqn if alone else None


def added_up(eqn: Eqn, op: For, sums: Mapping[Var, Var]) -> Eqn:
    """Return a loop that adds up in each turn what it would collect only for that; in the order of sum()."""
    if sums.keys().isdisjoint(eqn.outs):
        return eqn
    body = eqn.blocks[0]
    first = op.carried + op.exits
    at = {k: sums[out] for k, out in enumerate(eqn.outs[op.carried :]) if out in sums}
    kept = [k for k in range(len(eqn.outs) - op.carried) if k not in at]
    slots = [fresh(out) for out in at.values()]
    added = [Eqn((fresh(s),), "add", (s, body.results[first + k])) for k, s in zip(at, slots)]
    results = [*body.results[: op.carried], *[e.outs[0] for e in added]]
    results += [*body.results[op.carried : first], *[body.results[first + k] for k in kept]]
    block = Block((*body.params, *slots), (*body.eqns, *added), tuple(results))
    elements = [eqn.outs[op.carried + k].type.element for k in at]
    zeros = [Const(0.0 if element == REAL else 0) for element in elements]
    return replace(
        eqn,
        op=replace(op, carried=op.carried + len(at)),
        args=(*eqn.args, *zeros),
        outs=(*eqn.outs[: op.carried], *at.values(), *[eqn.outs[op.carried + k] for k in kept]),
        blocks=(block,),
    )
