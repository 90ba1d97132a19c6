"""Chooses the equations that are written inside their use: used once, unnamed, and in the same order.

What can raise keeps its order: pending expressions form a queue, and a statement that may raise
first makes statements of those in the queue that it does not contain.
"""

from collections import Counter
from collections.abc import Iterable

from adjgen.elementary.row import TABLE, rows
from adjgen.emit.consumed import WRITES
from adjgen.emit.expressions import is_comprehension
from adjgen.ir.core import UNBOUND, Atom, Block, Call, Const, Eqn, For, If, Opaque, Try, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import kinds, use_counts
from adjgen.ir.types import BOOL, OPAQUE, is_mutable

WIDTH = 64  # characters of an expression that is written inside another
# which write an argument, the list or the factor, where it is evaluated again for every item
AGAIN = {"order_of": 0, "gathered": 0, "shares": 0, "scaled": 1}
ALWAYS = {"range", "backwards", "pack"}  # written in the header of their loop


class Inlining:
    """The set of variables without a statement of their own."""

    def __init__(self, body: Block, style: str, kept: Iterable[Atom] = ()) -> None:
        self.kept = set(kept)  # results that a reader wants to see by name
        self.uses: Counter[Atom] = use_counts(body)
        self.style = style
        self.chosen: set[Var] = set()
        self.width: dict[Var, int] = {}
        self.raisers: set[Var] = set()
        self.caught: set[Atom] = set()  # whether a handler ran: arms of an IF on it are statements
        self.readers: dict[Atom, set[Atom]] = {}  # and the lists they read: a store changes them
        self.free = FreeVariables()
        self.storing: set[Eqn] = set()  # equations that store into a list, or contain such ones
        there = kinds(body)
        if not there.isdisjoint(WRITES) or any(row.mutates for row in rows(there)):
            storing(body, self.storing)
        self.block(body)

    def block(self, block: Block) -> bool:
        """Choose among the equations of a block; return whether evaluating it can raise."""
        can_raise = False
        pending, reading = list[Var](), list[Var]()  # what waits for its use, and reads lists
        mine, used = set[Var](), set[Var]()  # mine is chosen here, and may be dropped again
        chosen, raisers = self.chosen, self.raisers
        for eqn in block.eqns:
            if eqn.blocks:
                if isinstance(eqn.op, Try) and eqn.op.caught:
                    self.caught.add(eqn.outs[0])
                raises = any([self.block(inner) for inner in eqn.blocks]) or walks_anything(eqn)
            else:
                plain = eqn.derivative and isinstance(eqn.op, str)
                raises = not eqn.outs if plain else self.may_raise(eqn)
            can_raise |= raises
            args = [a for a in eqn.args if isinstance(a, Var) and a in chosen and a in mine]
            if args:
                used.update(args)
                if pending or self.storing or eqn.op in AGAIN or not isinstance(eqn.op, str):
                    self.take(eqn, args, pending)
            inside = raises or bool(args and [a for a in args if a in raisers and a in chosen])
            if self.storing and eqn in self.storing:
                target = eqn.args[0] if eqn.op in WRITES else None  # None: any list may be
                changed = [v for v in reading if target is None or target in self.readers[v]]
                self.drop([v for v in changed if v not in used])
                reading = [v for v in reading if v not in changed]
            if pending and eqn.derivative and self.touchy(eqn):
                self.flush(pending)  # what the user's own code raises comes first
            if self.fits(eqn):
                (out,) = eqn.outs
                chosen.add(out)
                mine.add(out)
                if self.storing and (lists := self.lists_read(eqn)):
                    self.readers[out] = lists
                    reading.append(out)
                if inside:
                    raisers.add(out)
                    pending.append(out)
            elif inside:
                self.flush(pending)
        results = [r for r in block.results if isinstance(r, Var) and r in chosen and r in mine]
        self.consume(results, pending)
        self.flush(pending)
        self.drop(mine.difference(used, results))
        return can_raise

    def lists_read(self, eqn: Eqn) -> set[Atom]:
        """Return the lists an expression reads that a store could change before it is evaluated."""
        read = [*eqn.args, *self.free.inside(eqn)] if eqn.blocks else eqn.args
        found = {a for a in read if is_mutable(a.type)}
        return found.union(*[self.readers[a] for a in read if a in self.readers])

    def touchy(self, eqn: Eqn) -> bool:
        """Whether a derivative could raise where the function itself raises just afterwards."""
        return isinstance(eqn.op, str) and TABLE[eqn.op].raises

    def take(self, eqn: Eqn, args: list[Var], pending: list[Var]) -> None:
        """Let an equation contain its arguments, where that keeps the order of what can raise."""
        if isinstance(eqn.op, str):
            if TABLE[eqn.op].mutates:  # it has its name before the store
                self.drop([a for a in args if a is eqn.args[0]])
            elif eqn.op in AGAIN and eqn.args[AGAIN[eqn.op]] in args:
                self.flush(pending)
                self.drop([a for a in args if a is eqn.args[AGAIN[eqn.op]]])
        elif isinstance(eqn.op, Opaque):
            if not self.raisers.isdisjoint(args):
                self.flush(pending)
            self.drop(args)
        elif isinstance(eqn.op, For) and any(a in self.raisers for a in args if a != eqn.args[0]):
            self.flush(pending)
        self.consume(args, pending)

    def consume(self, args: list[Var], pending: list[Var]) -> None:
        """Take raising arguments from the end of the queue; if they are not there, flush it."""
        raising = [a for a in args if a in self.raisers] if pending else []
        if not raising:
            return
        if pending[len(pending) - len(raising) :] == raising:
            del pending[len(pending) - len(raising) :]
        else:
            self.flush(pending)

    def flush(self, pending: list[Var]) -> None:
        """Make statements of what waits in the queue."""
        self.drop(pending)
        pending.clear()

    def drop(self, variables: Iterable[Var]) -> None:
        """Make statements of variables."""
        self.chosen.difference_update(variables)

    def may_raise(self, eqn: Eqn) -> bool:
        """Whether an equation without blocks can raise, or has an effect that must keep its place."""
        if not isinstance(eqn.op, str):
            return True
        if eqn.op == "slice":
            return False  # it raises where it is used, if at all
        return TABLE[eqn.op].raises or OPAQUE in [a.type for a in eqn.args]

    def fits(self, eqn: Eqn) -> bool:
        """Whether an equation may be written inside its use."""
        if len(eqn.outs) != 1:
            return False
        if eqn.op == "slice" and not any(isinstance(a, Var) for a in eqn.args):
            self.width[eqn.outs[0]] = 3
            return True
        if self.uses[eqn.outs[0]] != 1:
            return False
        op, (out,) = eqn.op, eqn.outs
        if op in ALWAYS:
            return True
        if (out.hint and not eqn.derivative) or out in self.kept:
            return False  # a reader looks for the user's names, not for those of derivatives
        if isinstance(op, str):
            if op in ("unpacked", "rows", "popped") or (self.storing and TABLE[op].mutates):
                return False
        elif not self.is_expression(eqn):
            return False
        self.width[out] = width = self.measure(eqn)
        if out.type is BOOL:  # the ssa style too writes a test where it is made
            return width <= 3 * WIDTH
        return width <= WIDTH and (self.style == "named" or isinstance(op, If))

    def is_expression(self, eqn: Eqn) -> bool:
        """Whether an equation that is no row can be written as an expression."""
        if isinstance(eqn.op, If):
            if eqn.args[0] in self.caught:
                return False
            bound = all(block.results[0] is not UNBOUND for block in eqn.blocks)
            return bound and all(self.is_expression_block(block) for block in eqn.blocks)
        if isinstance(eqn.op, For):
            return is_comprehension(eqn, self.chosen)
        if isinstance(eqn.op, Opaque):
            return eqn.op.payload.is_expression
        return isinstance(eqn.op, Call) and not eqn.op.result.kind

    def is_expression_block(self, block: Block) -> bool:
        """Whether a block is nothing but an expression."""
        return all(len(e.outs) == 1 and e.outs[0] in self.chosen for e in block.eqns)

    def measure(self, eqn: Eqn) -> int:
        """Return about how many characters an expression takes."""
        known = self.width
        read = [*eqn.args, *[r for b in eqn.blocks for r in b.results]] if eqn.blocks else eqn.args
        parts = [
            known.get(a) or len(a.hint or a.label()) or 4 if isinstance(a, Var) else len(a.key[1])
            for a in read
        ]
        if isinstance(eqn.op, If) and eqn.outs[0].type is BOOL:
            results = [block.results[0] for block in eqn.blocks]
            if any(r == eqn.args[0] or isinstance(r, Const) for r in results):
                return max(3, *parts)  # `and`, `or`: a line may break between the parts
        called = isinstance(eqn.op, str) and TABLE[eqn.op].category == "call"
        return sum(parts, 3 + len(str(eqn.op)) if called else 3)


def walks_anything(eqn: Eqn) -> bool:
    """Whether a loop walks what may be no list: asking that for an element can do anything."""
    return isinstance(eqn.op, For) and any(not a.type.element for a in eqn.args[: eqn.op.seqs])


def storing(block: Block, found: set[Eqn]) -> bool:
    """Find the equations that store into a list, and those around them; return whether there are any."""
    before = len(found)
    for eqn in block.eqns:
        inside = [storing(inner, found) for inner in eqn.blocks]
        stores = isinstance(eqn.op, str) and (TABLE[eqn.op].mutates or eqn.op in WRITES)
        if any(inside) or stores:
            found.add(eqn)
    return len(found) > before
