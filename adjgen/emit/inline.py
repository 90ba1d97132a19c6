"""Chooses the equations that are written inside their use: used once, unnamed, and in the same order.

What can raise keeps its order: pending expressions form a queue, and a statement that may raise
first makes statements of those in the queue that it does not contain.
"""

from collections import Counter
from collections.abc import Iterable

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Block, Call, Eqn, For, If, Opaque, Try, Var
from adjgen.ir.query import use_counts

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
        self.raisers: dict[Var, bool] = {}
        self.caught: set[Var] = set()  # whether a handler ran: arms of an IF on it are statements
        self.block(body)

    def block(self, block: Block) -> None:
        """Choose among the equations of a block."""
        pending: list[Var] = []
        here = {out for eqn in block.eqns for out in eqn.outs}
        used: set[Var] = set()
        for eqn in block.eqns:
            if isinstance(eqn.op, Try) and eqn.op.caught:
                self.caught.add(eqn.outs[0])
            for inner in eqn.blocks:
                self.block(inner)
            args = [a for a in eqn.args if isinstance(a, Var) and a in self.chosen and a in here]
            if args:
                used.update(args)
                self.take(eqn, args, pending)
            inside = self.may_raise(eqn) or any(
                [self.raisers.get(a) for a in args if a in self.chosen]
            )
            if eqn.derivative and self.touchy(eqn):
                self.flush(pending)  # what the user's own code raises comes first
            if self.fits(eqn):
                self.chosen.add(eqn.outs[0])
                self.raisers[eqn.outs[0]] = inside
                if inside:
                    pending.append(eqn.outs[0])
            elif inside:
                self.flush(pending)
        results = [
            r for r in block.results if isinstance(r, Var) and r in self.chosen and r in here
        ]
        self.consume(results, pending)
        self.flush(pending)
        self.drop([out for out in here if out not in used and out not in results])

    def touchy(self, eqn: Eqn) -> bool:
        """Whether a derivative could raise where the function itself raises just afterwards."""
        return isinstance(eqn.op, str) and TABLE[eqn.op].raises

    def take(self, eqn: Eqn, args: list[Var], pending: list[Var]) -> None:
        """Let an equation contain its arguments, where that keeps the order of what can raise."""
        if isinstance(eqn.op, Opaque):
            if any(self.raisers.get(a) for a in args):
                self.flush(pending)
            self.drop(args)
        if isinstance(eqn.op, For) and any(self.raisers.get(a) for a in args if a != eqn.args[0]):
            self.flush(pending)
        self.consume(args, pending)

    def consume(self, args: list[Var], pending: list[Var]) -> None:
        """Take raising arguments from the end of the queue; if they are not there, flush it."""
        raising = [a for a in args if self.raisers.get(a)]
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
        """Whether evaluating an equation can raise, or has an effect that must keep its place."""
        if isinstance(eqn.op, (Opaque, Call)):
            return True
        if eqn.blocks:
            return any(self.may_raise(inner) for block in eqn.blocks for inner in block.eqns)
        if eqn.derivative:
            return not eqn.outs
        assert isinstance(eqn.op, str)
        return TABLE[eqn.op].raises or any(a.type.name == "opaque" for a in eqn.args)

    def fits(self, eqn: Eqn) -> bool:
        """Whether an equation may be written inside its use."""
        if len(eqn.outs) != 1 or self.uses[eqn.outs[0]] != 1:
            return False
        if eqn.op in ALWAYS:
            return True
        if isinstance(eqn.op, (For, Try)) or not self.unnamed(eqn):
            return False
        if isinstance(eqn.op, Opaque) and not eqn.op.payload.is_expression:
            return False
        if isinstance(eqn.op, Call) and eqn.op.result.kind:
            return False
        if isinstance(eqn.op, If):
            if eqn.args[0] in self.caught:
                return False
            if not all(self.is_expression_block(block) for block in eqn.blocks):
                return False
        self.width[eqn.outs[0]] = width = self.measure(eqn)
        widest = WIDTH if not self.is_test(eqn) else 3 * WIDTH
        return width <= widest and (
            self.style == "named" or isinstance(eqn.op, If) or self.is_test(eqn)
        )

    def is_test(self, eqn: Eqn) -> bool:
        """Whether a value is a truth value, which the ssa style too writes where it is tested."""
        return eqn.outs[0].type.name == "bool"

    def unnamed(self, eqn: Eqn) -> bool:
        """Whether no reader looks for this variable: no name, or the name of a derivative."""
        return (not eqn.outs[0].hint or eqn.derivative) and eqn.outs[0] not in self.kept

    def is_expression_block(self, block: Block) -> bool:
        """Whether a block is nothing but an expression."""
        return all(len(e.outs) == 1 and e.outs[0] in self.chosen for e in block.eqns)

    def measure(self, eqn: Eqn) -> int:
        """Return about how many characters an expression takes."""
        atoms = [*eqn.args, *(r for block in eqn.blocks for r in block.results)]
        function = isinstance(eqn.op, str) and TABLE[eqn.op].category == "call"
        parts = [
            self.width.get(a) or len(a.label()) or 4 if isinstance(a, Var) else len(a.key[1])
            for a in atoms
        ]
        return 3 + (len(str(eqn.op)) if function else 0) + sum(parts)
