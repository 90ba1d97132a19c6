"""Writes try statements. The IF behind one on whether a handler ran is its except and else, where it can be."""

import ast
from collections.abc import Sequence

from adjgen.emit.assignments import Assignments, Statements, leaves
from adjgen.emit.inline import Inlining
from adjgen.emit.references import outside
from adjgen.ir.core import Atom, Block, Const, Eqn, If, Try
from adjgen.ir.query import equations, kinds


class Tries:
    """The flags that no statement tests, as the arms of their IF stand in the try."""

    def __init__(self, body: Block, inlining: Inlining) -> None:
        self.joined: set[Atom] = set()
        self.waiting: dict[Atom, tuple[ast.Try, ast.ExceptHandler]] = {}
        if Try not in kinds(body):
            return
        blocks = [body, *(inner for eqn in equations(body) for inner in eqn.blocks)]
        for block in blocks:
            self.find(block, inlining)
        for flag in self.joined:
            inlining.uses[flag] = 0

    def find(self, block: Block, inlining: Inlining) -> None:
        """Find the tries whose flag is asked for once, right behind them."""
        eqns = [e for e in block.eqns if not inlining.chosen.issuperset(e.outs) or not e.outs]
        for eqn, after in zip(eqns, eqns[1:]):
            if isinstance(eqn.op, Try) and eqn.op.caught and isinstance(after.op, If):
                flag = eqn.outs[0]
                single = [b.results[0] for b in eqn.blocks[1:]].count(Const(True)) == 1
                if after.args == (flag,) and inlining.uses[flag] == 1 and single:
                    self.joined.add(flag)

    def statement(self, write: Assignments, eqn: Eqn, blocks: Sequence[Statements]) -> ast.stmt:
        """Write a try from the statements of its blocks."""
        handlers = []
        for kind, block, inner in zip(eqn.args, eqn.blocks[1:], blocks[1:]):
            (error,) = block.params
            everything = outside("builtins", "BaseException")
            caught = everything if kind == Const(None) else write.atom(kind)
            name = write.expressions.names[error] if write.uses[error] else None
            handlers.append(ast.ExceptHandler(caught, name, inner or [ast.Pass()]))
        statement = ast.Try(blocks[0] or [ast.Pass()], handlers, [], [])
        if eqn.outs and eqn.outs[0] in self.joined:
            at = [block.results[0] for block in eqn.blocks[1:]].index(Const(True))
            self.waiting[eqn.outs[0]] = statement, handlers[at]
        return statement

    def arms(self, flag: Atom, then: Statements, other: Statements) -> Statements:
        """Put the arms of an IF into the try before it; return what stands behind it."""
        statement, handler = self.waiting.pop(flag)
        kept = [s for s in handler.body if not isinstance(s, ast.Pass)]
        handler.body = [*kept, *then] or [ast.Pass()]
        if leaves(then):
            return other
        statement.orelse = other
        return []
