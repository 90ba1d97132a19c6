"""Writes `return` inside a loop where the user did, in place of a flag that is asked for after the loop.

before                              after
    for i in range(n):                  for i in range(n):
        if x < i:                           if x < i:
            returned = True                     return x * i
            result = x * i              return x
            break
    if returned:
        return result
    return x
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adjgen.emit.assignments import Statements
from adjgen.ir.core import Atom, Block, Const, Eqn, For, If, Var
from adjgen.ir.query import equations, use_counts

if TYPE_CHECKING:
    from adjgen.emit.statements import Printer, Tail

TRUE, FALSE = Const(True), Const(False)


@dataclass
class Leaving:
    """A loop at the end of a block, and the flag that says whether it returned."""

    printer: "Printer"
    block: Block
    end: "Tail"
    eqn: Eqn
    op: For
    flag: int | None  # its place among what the loop carries; None: a return is the only end
    returned: dict[Atom, Atom] = field(default_factory=dict)  # the block's variables after a return
    ended: dict[Atom, Atom] = field(default_factory=dict)  # and after the loop ended by itself
    after: tuple[Eqn, ...] = ()
    failed: bool = False

    def slots(self) -> Sequence[Var]:
        """Return the variables that hold what the loop carries."""
        return self.eqn.blocks[0].params[self.op.seqs :]

    def statements(self) -> Statements | None:
        """Write the block; None if the flag has to stay."""
        if not self.decided(self.eqn.blocks[0]):
            return None
        quoted = self.printer.quoted
        rest = Block((), self.after, replaced(self.block.results, self.ended))
        behind = [] if self.flag is None else self.printer.tail(rest, self.end)
        if behind and isinstance(behind[-1], ast.Raise):
            rest = replace(rest, results=())
        dropped = self.dropped(rest)
        self.printer.quoted = quoted
        cut = len(self.block.eqns) - (1 if self.flag is None else 2)
        before = self.printer.equations(self.block.eqns[:cut])
        loop = self.printer.loop(self.eqn, self.op, self, dropped)
        if self.failed or not dropped.isdisjoint(self.loaded(loop)):
            self.printer.quoted = quoted
            return None
        return [*before, *loop, *behind]

    def dropped(self, rest: Block) -> set[int]:
        """Return the places of what the loop carries only to return it afterwards."""
        if self.flag is None:
            return set(range(self.op.carried)) - self.read_inside()
        read = use_counts(rest)
        unread = {k for k, out in enumerate(self.eqn.outs) if not read[out]}
        return (unread - self.read_inside()) | {self.flag}

    def read_inside(self) -> set[int]:
        """Return the places of what the loop carries and a turn reads."""
        args: set[Atom] = set()
        for eqn in equations(self.eqn.blocks[0]):  # an inner loop starts with what it may not read
            args.update(eqn.args[: eqn.op.seqs] if isinstance(eqn.op, For) else eqn.args)
        return {k for k, slot in enumerate(self.slots()) if slot in args}

    def loaded(self, statements: Statements) -> set[int]:
        """Return the places of what statements read by name."""
        nodes = [node for one in statements for node in ast.walk(one)]
        names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        named = self.printer.expressions.names
        return {k for k, slot in enumerate(self.slots()) if named[slot] in names}

    def leave(self, values: Sequence[Atom]) -> Statements | None:
        """Write the return with the values of this turn; None if this end of the loop is another."""
        if self.flag is not None and values[self.flag] != TRUE:
            return None
        here: dict[Atom, Atom] = dict(zip(self.eqn.outs, values))
        results = replaced(replaced(self.block.results, self.returned), here)
        found = self.end.finish(results)
        self.failed = self.failed or not (found and isinstance(found[-1], ast.Return))
        return found

    def decided(self, block: Block) -> bool:
        """Whether every path through the body knows whether it leaves the loop, and how."""
        last = block.eqns[-1] if block.eqns else None
        if last is not None and self.printer.splittable(last, block.results, self.end):
            return all(self.decided(Block((), *arm)) for arm in arms(last, block.results))
        stop = block.results[self.op.carried]
        if self.flag is None:
            return isinstance(stop, Const)
        flag = block.results[self.flag]
        return flag == FALSE or flag in self.slots() or flag == TRUE == stop


def left(printer: "Printer", block: Block, end: "Tail") -> Statements | None:
    """Write a block that ends in a loop from which a return leaves; None if it does not."""
    if not end.splits or not block.eqns:
        return None
    *others, last = block.eqns
    loop = last if isinstance(last.op, For) else others[-1] if others else last
    if not isinstance(loop.op, For) or not loop.op.exits or len(loop.outs) > loop.op.carried:
        return None
    found = Leaving(printer, block, end, loop, loop.op, None)
    if loop is last:
        endless = not loop.op.seqs and not loop.op.tested
        hints = [slot.hint for slot in found.slots()]
        return found.statements() if endless and "result" in hints else None
    test = last.args[0] if isinstance(last.op, If) else None
    if (
        test not in loop.outs
        or last.blocks[0].eqns
        or not (printer.splittable(last, block.results, end) or not last.outs)
    ):
        return None
    found.flag = loop.outs.index(test)
    if not known_false(printer, loop.args[loop.op.seqs + found.flag]):
        return None
    printer.unset.add(found.slots()[found.flag])
    found.returned = {**dict(zip(last.outs, last.blocks[0].results)), test: TRUE}
    found.ended = {**dict(zip(last.outs, last.blocks[1].results)), test: FALSE}
    found.after = last.blocks[1].eqns
    return found.statements()


def known_false(printer: "Printer", atom: Atom) -> bool:
    """Whether a flag is not set: it starts so, or an outer loop would have been left."""
    return atom == FALSE or atom in printer.unset


def arms(eqn: Eqn, results: Sequence[Atom]) -> list[tuple[tuple[Eqn, ...], tuple[Atom, ...]]]:
    """Return the equations of each arm of an IF that ends a block, with the block's results there."""
    found = []
    for arm, truth in zip(eqn.blocks, (TRUE, FALSE)):
        inner: dict[Atom, Atom] = dict(zip(eqn.outs, arm.results))
        if eqn.args[0].type.name == "bool":
            inner[eqn.args[0]] = truth
        found.append((arm.eqns, replaced(results, inner)))
    return found


def replaced(atoms: Sequence[Atom], by: Mapping[Atom, Atom]) -> tuple[Atom, ...]:
    """Return atoms with variables replaced."""
    return tuple(by.get(a, a) if isinstance(a, Var) else a for a in atoms)
