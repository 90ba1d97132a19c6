"""A loop over the neighbours x[i], x[i + 1] of a list walks it once, and fills the gradient as it goes.

before                                    after
    g = [0.0] * len(x)                        a = x[0] if x else 0.0
    for i in range(len(x) - 1):               g, last = [], 0.0
        u = x[i + 1] - x[i]                   for b in x[1:]:
        g[i + 1] = u                              u = b - a
        g[i] += -u                                g.append(last - u)
                                                  a, last = b, u
                                              if x:
                                                  g.append(last)

The same operations on the same numbers: no bit changes. Two items are read less by index, none is stored.
"""

from dataclasses import dataclass, replace

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Block, Call, Const, Eqn, For, If, Opaque, Var
from adjgen.ir.query import equations, kinds, use_counts
from adjgen.ir.types import BOOL, REAL, seq
from adjgen.passes.touches import offset_from

LIST = seq(REAL)


def windows(block: Block) -> Block:
    """Return the block with loops over neighbours walking their list, where they do nothing else with it."""
    if not {"with_item", "add_at"} <= kinds(block):
        return block
    return _Windows(block).block(block)


@dataclass
class Window:
    """What a loop does with neighbours."""

    items: Var
    length: Atom
    low: Eqn  # x[i]
    high: Eqn  # x[i + 1]
    shift: Eqn  # i + 1, or i - 1
    slot: int  # of the gradient among what the loop carries
    stored: Eqn  # g[i + 1] = u
    added: Eqn  # g[i] += v


class _Windows:
    """What makes the variables of a function, and how often they are used."""

    def __init__(self, whole: Block) -> None:
        self.uses = use_counts(whole)
        self.made_by: dict[Atom, Eqn] = {}

    def block(self, block: Block) -> Block:
        """Return a block with the loops in it changed."""
        eqns: list[Eqn] = []
        for eqn in block.eqns:
            self.made_by.update(dict.fromkeys(eqn.outs, eqn))
            window = self.window(eqn, eqn.op) if isinstance(eqn.op, For) else None
            if window is not None:
                eqns += self.walking(eqn, window)
                continue
            if eqn.blocks:
                eqn = eqn.reading(eqn.args, tuple([self.block(inner) for inner in eqn.blocks]))
            eqns.append(eqn)
        return Block(block.params, tuple(eqns), block.results)

    def window(self, eqn: Eqn, op: For) -> Window | None:
        """Return what a loop does with neighbours, if its index is there for nothing else."""
        body = eqn.blocks[0]
        if op.tested or op.exits or op.checkpoint or op.seqs != 1 or not is_quiet(body):
            return None
        found = self.walked(eqn.args[0])
        if found is None:
            return None
        length, from_one = found
        index, made = body.params[0], {e.outs[0]: e for e in body.eqns if len(e.outs) == 1}
        other = -1 if from_one else 1
        shift = next((e for v, e in made.items() if offset_from(index, v, made) == other), None)
        if shift is None:
            return None
        low, high = (shift.outs[0], index) if from_one else (index, shift.outs[0])
        items = self.made_by[length].args[0]
        below = [e for e in body.eqns if e.op == "item" and e.args == (items, low)]
        above = [e for e in body.eqns if e.op == "item" and e.args == (items, high)]
        stored = [e for e in body.eqns if e.op == "with_item" and e.args[2:] == (high,)]
        added = [e for e in body.eqns if e.op == "add_at" and e.args[2:] == (low,)]
        if not len(below) == len(above) == len(stored) == len(added) == 1:
            return None
        if self.uses[low] + self.uses[high] != 5 or not isinstance(items, Var):
            return None
        slot = self.slot(eqn, op, stored[0], added[0], length)
        if slot is None or items.type != LIST:
            return None
        return Window(items, length, below[0], above[0], shift, slot, stored[0], added[0])

    def walked(self, turns: Atom) -> tuple[Atom, bool] | None:
        """Return len(x) of range(len(x) - 1), or of range(1, len(x)); and whether it is the latter."""
        made = self.made_by.get(turns)
        if made is None or made.op != "range" or len(made.args) > 2:
            return None
        start, stop = (Const(0), *made.args)[-2:]
        before = self.made_by.get(stop)
        if start == Const(0) and before is not None and before.op == "sub":
            stop = before.args[0] if before.args[1] == Const(1) else Const(None)
        elif start != Const(1):
            return None
        length = self.made_by.get(stop)
        return (stop, start == Const(1)) if length is not None and length.op == "len" else None

    def slot(self, eqn: Eqn, op: For, stored: Eqn, added: Eqn, length: Atom) -> int | None:
        """Return where the loop carries the gradient: zeros at first, stored into and added to only."""
        body = eqn.blocks[0]
        one, other = (stored, added) if added.args[0] is stored.outs[0] else (added, stored)
        slots = [k for k, v in enumerate(body.params[op.seqs :]) if v is one.args[0]]
        if not slots or other.args[0] is not one.outs[0]:
            return None
        (slot,) = slots
        zeros = self.made_by.get(eqn.args[op.seqs + slot])
        once = (one.args[0], one.outs[0], other.outs[0], eqn.args[op.seqs + slot])
        if body.results[slot] is not other.outs[0] or any(self.uses[v] != 1 for v in once):
            return None
        if zeros is None or zeros.op != "filled" or zeros.args != (Const(0.0), length):
            return None
        return slot

    def walking(self, eqn: Eqn, window: Window) -> list[Eqn]:
        """Return the equations of a loop that walks the items behind the first."""
        assert isinstance(eqn.op, For)
        body, slot = eqn.blocks[0], window.slot
        some, rest, first = Var("", BOOL), Var("", LIST), Var("", REAL)
        (a,), (b,), left = window.low.outs, window.high.outs, window.stored.args[1]
        hint = left.hint if isinstance(left, Var) else ""
        before, last, item, total = Var(hint, REAL), Var(hint, REAL), Var("", REAL), Var("", REAL)
        gone = (window.low, window.high, window.shift, window.stored)
        inside = [e for e in body.eqns if e not in gone]
        at = inside.index(window.added)
        inside[at : at + 1] = self.sum(before, window.added.args[1], total, inside[:at])
        carried, results = list(body.params[1:]), list(body.results)
        carried[slot : slot + 1], results[slot : slot + 1] = [a, before], [b, left]
        outs, starts = list(eqn.outs), list(eqn.args[1:])
        gradient, filled = outs[slot], Var(outs[slot].hint, LIST)
        outs[slot : slot + 1], starts[slot : slot + 1] = [Var("", REAL), last], [first, Const(0.0)]
        outs.insert(len(starts), filled)
        results.insert(len(starts), total)
        op = replace(eqn.op, carried=len(starts))
        loop = Block((b, *carried), tuple(inside), tuple(results))
        whole = Var(gradient.hint, LIST)

        def one(outs: tuple[Var, ...], op: str, *args: Atom) -> Eqn:
            return Eqn(outs, op, args, (), None, True)

        head = Block((), (one((item,), "item", window.items, Const(0)),), (item,))
        tail = Block((), (one((whole,), "append", filled, last),), (whole,))
        none, same = Block((), (), (Const(0.0),)), Block((), (), (filled,))
        return [
            one((some,), "gt", window.length, Const(0)),
            Eqn((first,), If(), (some,), (head, none), None, True),
            one((rest,), "part", window.items, Const(1), Const(None), Const(None)),
            Eqn(tuple(outs), op, (rest, *starts), (loop,), eqn.loc, eqn.derivative),
            Eqn((gradient,), If(), (some,), (tail, same), None, True),
        ]

    def sum(self, before: Var, value: Atom, total: Var, eqns: list[Eqn]) -> list[Eqn]:
        """Return what makes the sum of what the last turn left and this turn adds."""
        made = next((e for e in eqns if value in e.outs), None)
        if made is None or made.op != "neg" or self.uses[value] != 1:
            return [Eqn((total,), "add", (before, value), (), None, True)]
        return [Eqn((total,), "sub", (before, made.args[0]), (), None, True)]


def is_quiet(body: Block) -> bool:
    """Whether a turn changes no list but adjoints: the user's list may have other names."""
    return not any(
        isinstance(eqn.op, (Opaque, Call))
        or (isinstance(eqn.op, str) and TABLE[eqn.op].mutates and not eqn.derivative)
        for eqn in equations(body)
    )
