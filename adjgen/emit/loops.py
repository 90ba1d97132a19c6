"""Writes what surrounds the body of a loop: first values, header, values for the next turn, copies."""

import ast
from collections.abc import Callable, Collection, Sequence

from adjgen.emit.assignments import Assignments, Statements, append, assign
from adjgen.emit.expressions import block_is_expression, direct
from adjgen.emit.names import early
from adjgen.emit.targets import spell
from adjgen.ir.core import Atom, Eqn, For


class Loop:
    """One loop; its slots are the variables that hold a carried value during a turn."""

    def __init__(
        self, write: Assignments, eqn: Eqn, op: For, dropped: Collection[int] = ()
    ) -> None:
        self.write, self.eqn, self.op = write, eqn, op
        self.body = eqn.blocks[0]
        self.slots = self.body.params[op.seqs :]
        # what somebody reads, in a turn or after the last
        self.read = [bool(write.uses[s] or write.uses[o]) for s, o in zip(self.slots, eqn.outs)]
        for k in dropped:
            self.read[k] = False
        self.early = early(eqn, op)

    def start(self, quote: Callable[[Eqn, Statements], None]) -> Statements:
        """Write the first values of what the loop carries, and empty lists of what it collects.

        A derivative that is written as a first value has a line of its own; that of the loop follows.
        """
        write, given = self.write, self.eqn.args[self.op.seqs :]
        out: Statements = []
        for made in [write.expressions.made_by[a] for a in given if a in write.expressions.inlined]:
            if made.derivative:
                quote(made, out)
        out += self.turn(given)
        lists = [o for o in self.eqn.outs[self.op.carried :] if write.uses[o]]
        out += [assign([write.name(o)], ast.List([], ast.Load())) for o in lists]
        if self.eqn.derivative:
            quote(self.eqn, out)
        return out

    def kept(self, results: Sequence[Atom], early: bool) -> Statements:
        """Write what is put into lists: at the start of a turn, or at its end."""
        op, write = self.op, self.write
        return [
            append(write.name(out), write.atom(results[k]))
            for k, out in enumerate(self.eqn.outs[op.carried :], op.carried + op.exits)
            if write.uses[out] and (k in self.early) == early
        ]

    def turn(self, values: Sequence[Atom]) -> Statements:
        """Write the values for the next turn."""
        needed = [(s, v) for s, v, read in zip(self.slots, values, self.read) if read]
        return self.write.assigned([s for s, _ in needed], [v for _, v in needed])

    def copies(self) -> Statements:
        """Write copies of last values whose variable has a name of its own."""
        names, uses = self.write.expressions.names, self.write.uses
        found = zip(self.eqn.outs, self.slots, self.read)
        pairs = [(o, s) for o, s, read in found if read and uses[o] and names[o] != names[s]]
        return self.write.assigned([o for o, _ in pairs], [s for _, s in pairs])

    def tested_inside(self) -> bool:
        """Whether the condition takes statements, which stand at the start of the body."""
        inlined = self.write.expressions.inlined
        return self.op.tested and not block_is_expression(self.eqn.blocks[1], inlined)

    def around(self, inner: Statements) -> ast.stmt:
        """Write the loop around the statements of its body."""
        inner = inner or [ast.Pass()]
        if not self.op.seqs:
            test = spell(self.write.expressions.target, "forever", [])
            if self.op.tested and not self.tested_inside():
                test = self.write.atom(self.eqn.blocks[1].results[0])
            return ast.While(direct(test), inner, [])
        target, walked = self.write.expressions.header(self.eqn)
        return ast.For(target, walked, inner, [])
