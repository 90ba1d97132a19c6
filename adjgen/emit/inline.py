"""Chooses the equations that are written inside their use: used once, unnamed, and in the same order.

What can raise keeps its order: pending expressions form a queue, and a statement that may raise
first makes statements of those in the queue that it does not contain.
"""

from collections import Counter
from collections.abc import Iterable

from adjgen.elementary.row import TABLE
from adjgen.emit.expressions import is_comprehension
from adjgen.ir.core import Atom, Block, Call, Const, Eqn, For, If, Opaque, Try, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import use_counts
from adjgen.ir.types import BOOL, OPAQUE, is_mutable

WIDTH = 64  # characters of an expression that is written inside another
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
        self.readers: set[Atom] = set()  # of lists: a store between would change what they read
        self.free = FreeVariables()
        self.storing: set[Eqn] = set()  # equations that store into a list, or contain such ones
        storing(body, self.storing)
        self.block(body)

    def block(self, block: Block) -> bool:
        """Choose among the equations of a block; return whether evaluating it can raise."""
        can_raise = False
        pending: list[Var] = []
        reading: list[Var] = []  # expressions that wait for their use and read lists
        here = {out for eqn in block.eqns for out in eqn.outs}
        used: set[Var] = set()
        for eqn in block.eqns:
            if eqn.blocks:
                if isinstance(eqn.op, Try) and eqn.op.caught:
                    self.caught.add(eqn.outs[0])
                raises = any([self.block(inner) for inner in eqn.blocks]) or walks_anything(eqn)
            else:
                raises = self.may_raise(eqn)
            can_raise |= raises
            args = [a for a in eqn.args if isinstance(a, Var) and a in self.chosen and a in here]
            if args:
                used.update(args)
                self.take(eqn, args, pending)
            inside = raises or any([a in self.raisers and a in self.chosen for a in args])
            if eqn in self.storing:
                self.drop([v for v in reading if v not in used])
                reading.clear()
            if pending and eqn.derivative and self.touchy(eqn):
                self.flush(pending)  # what the user's own code raises comes first
            if self.fits(eqn):
                self.chosen.add(eqn.outs[0])
                read = [*eqn.args, *self.free.inside(eqn)] if eqn.blocks else eqn.args
                if any([is_mutable(a.type) or a in self.readers for a in read]):
                    self.readers.add(eqn.outs[0])
                    reading.append(eqn.outs[0])
                if inside:
                    self.raisers.add(eqn.outs[0])
                    pending.append(eqn.outs[0])
            elif inside:
                self.flush(pending)
        results = [
            r for r in block.results if isinstance(r, Var) and r in self.chosen and r in here
        ]
        self.consume(results, pending)
        self.flush(pending)
        self.drop(here.difference(used, results))
        return can_raise

    def touchy(self, eqn: Eqn) -> bool:
        """Whether a derivative could raise where the function itself raises just afterwards."""
        return isinstance(eqn.op, str) and TABLE[eqn.op].raises

    def take(self, eqn: Eqn, args: list[Var], pending: list[Var]) -> None:
        """Let an equation contain its arguments, where that keeps the order of what can raise."""
        if isinstance(eqn.op, Opaque):
            if not self.raisers.isdisjoint(args):
                self.flush(pending)
            self.drop(args)
        if isinstance(eqn.op, str) and TABLE[eqn.op].mutates:
            self.drop([a for a in args if a is eqn.args[0]])  # it has its name before the store
        if isinstance(eqn.op, For) and any(a in self.raisers for a in args if a != eqn.args[0]):
            self.flush(pending)
        self.consume(args, pending)

    def consume(self, args: list[Var], pending: list[Var]) -> None:
        """Take raising arguments from the end of the queue; if they are not there, flush it."""
        raising = [a for a in args if a in self.raisers]
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
        if eqn.derivative:
            return not eqn.outs
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
        if eqn.op in ALWAYS:
            return True
        if not self.unnamed(eqn) or not (isinstance(eqn.op, str) or self.is_expression(eqn)):
            return False
        if isinstance(eqn.op, str) and (TABLE[eqn.op].mutates or eqn.op == "unpacked"):
            return False
        self.width[eqn.outs[0]] = width = self.measure(eqn)
        if self.is_test(eqn):
            return width <= 3 * WIDTH
        return width <= WIDTH and (self.style == "named" or isinstance(eqn.op, If))

    def is_expression(self, eqn: Eqn) -> bool:
        """Whether an equation that is no row can be written as an expression."""
        if isinstance(eqn.op, If):
            if eqn.args[0] in self.caught:
                return False
            return all(self.is_expression_block(block) for block in eqn.blocks)
        if isinstance(eqn.op, For):
            return is_comprehension(eqn, self.chosen)
        if isinstance(eqn.op, Opaque):
            return eqn.op.payload.is_expression
        return isinstance(eqn.op, Call) and not eqn.op.result.kind

    def is_test(self, eqn: Eqn) -> bool:
        """Whether a value is a truth value, which the ssa style too writes where it is tested."""
        return eqn.outs[0].type is BOOL

    def unnamed(self, eqn: Eqn) -> bool:
        """Whether no reader looks for this variable: no name, or the name of a derivative."""
        return (not eqn.outs[0].hint or eqn.derivative) and eqn.outs[0] not in self.kept

    def is_expression_block(self, block: Block) -> bool:
        """Whether a block is nothing but an expression."""
        return all(len(e.outs) == 1 and e.outs[0] in self.chosen for e in block.eqns)

    def measure(self, eqn: Eqn) -> int:
        """Return about how many characters an expression takes."""
        width, parts = 3, [3]
        if isinstance(eqn.op, str) and TABLE[eqn.op].category == "call":
            width += len(eqn.op)
        for a in [*eqn.args, *[r for block in eqn.blocks for r in block.results]]:
            if isinstance(a, Var):
                parts.append(self.width.get(a) or len(a.hint or a.label()) or 4)
            else:
                parts.append(len(a.key[1]))
            width += parts[-1]
        if isinstance(eqn.op, If) and self.is_test(eqn):
            results = [block.results[0] for block in eqn.blocks]
            if any(r == eqn.args[0] or isinstance(r, Const) for r in results):
                return max(parts)  # `and`, `or`: a line may break between the parts
        return width


def walks_anything(eqn: Eqn) -> bool:
    """Whether a loop walks what may be no list: asking that for an element can do anything."""
    return isinstance(eqn.op, For) and any(not a.type.element for a in eqn.args[: eqn.op.seqs])


def storing(block: Block, found: set[Eqn]) -> bool:
    """Find the equations that store into a list, and those around them; return whether there are any."""
    before = len(found)
    for eqn in block.eqns:
        inside = [storing(inner, found) for inner in eqn.blocks]
        if any(inside) or (isinstance(eqn.op, str) and TABLE[eqn.op].mutates):
            found.add(eqn)
    return len(found) > before
