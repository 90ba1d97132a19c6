"""Writes blocks as statements. A block in tail position writes break and return where it leaves."""

import ast
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adjgen.emit.assignments import (
    Assignments,
    Comment,
    Statements,
    append,
    assign,
    leaves,
    structured,
)
from adjgen.emit.expressions import Expressions, block_is_expression, negated
from adjgen.emit.loops import Loop
from adjgen.emit.targets import outside
from adjgen.emit.tries import Tries
from adjgen.ir.core import UNBOUND, Atom, Block, Call, Const, Eqn, For, If, Opaque, Try, Var
from adjgen.ir.types import BOOL

Finish = Callable[[Sequence[Atom]], Statements]  # writes what is done with a block's results


@dataclass(frozen=True)
class Tail:
    """How a block in tail position ends: what it does with its results, and whether arms may split."""

    finish: Finish
    splits: bool


class Printer(Assignments):
    """Writes the statements of one function."""

    def __init__(
        self,
        expressions: Expressions,
        uses: Counter[Atom],
        unbound: Const,
        line_of: Callable[[Eqn], str],
        tries: Tries,
    ) -> None:
        super().__init__(expressions, uses, unbound)
        self.tries = tries
        self.line_of = line_of  # the user's line that an equation belongs to
        self.quoted = ""

    # ---- blocks

    def tail(self, block: Block, end: Tail) -> Statements:
        """Write a block and what is done with its results."""
        out: Statements = []
        results: Sequence[Atom] = block.results
        last = block.eqns[-1] if block.eqns else None
        if last is None or not self.splittable(last, results, end):
            return [*self.equations(block.eqns), *end.finish(results)]
        out += self.equations(block.eqns[:-1])
        arms = []
        for arm, truth in zip(last.blocks, (Const(True), Const(False))):
            inner: dict[Atom, Atom] = dict(zip(last.outs, arm.results))
            if last.args[0].type == BOOL:
                inner[last.args[0]] = truth
            new = [inner.get(r, r) if isinstance(r, Var) else r for r in results]
            quoted = self.quoted
            arms.append(self.tail(Block((), arm.eqns, tuple(new)), end))
            self.quoted = quoted
        return out + self.split(last.args[0], *arms)

    def splittable(self, eqn: Eqn, results: Sequence[Atom], end: Tail) -> bool:
        """Whether a block's last equation is an IF whose outs are nothing but results."""
        if not end.splits or not isinstance(eqn.op, If) or not eqn.outs:
            return False
        if eqn.outs[0] in self.expressions.inlined:
            return False
        counted = Counter(r for r in results if isinstance(r, Var))
        return all(self.uses[out] == counted[out] for out in eqn.outs)

    def split(self, test: Atom, then: Statements, other: Statements) -> Statements:
        """Write two arms: of a test, or of the try before them."""
        if test in self.tries.joined:
            return self.tries.arms(test, then, other)
        return self.both_arms(self.atom(self.expressions.tested(test)), then, other)

    def both_arms(self, test: ast.expr, then: Statements, other: Statements) -> Statements:
        """Write an if whose arms end in jumps or fall through."""
        if not then and not other:
            return [ast.Expr(test)] if not isinstance(test, (ast.Name, ast.Constant)) else []
        if not then:
            return [ast.If(negated(test), other, [])]
        if leaves(then):
            return [ast.If(test, then, []), *other]
        if other and leaves(other):
            return [ast.If(negated(test), other, []), *then]
        return [ast.If(test, then, other)]

    def equations(self, eqns: Sequence[Eqn]) -> Statements:
        """Write equations as statements."""
        out: Statements = []
        for eqn in eqns:
            if len(eqn.outs) == 1 and eqn.outs[0] in self.expressions.inlined or eqn.op == "unpack":
                continue
            self.quote(eqn, out)
            out += self.equation(eqn)
        return out

    def quote(self, eqn: Eqn, out: Statements) -> None:
        """Quote the user's line before the first statement of its derivative."""
        if eqn.args and eqn.args[0] in self.tries.joined:
            return  # it stands in the statement before
        if eqn.derivative and eqn.op != "require_real":
            line = self.line_of(eqn)
            if line and line != self.quoted:
                out.append(Comment(line))
            self.quoted = line

    # ---- equations

    def equation(self, eqn: Eqn) -> Statements:
        """Write one equation as statements."""
        if isinstance(eqn.op, If):
            return self.branch(eqn)
        if isinstance(eqn.op, Try):
            blocks = [self.ended(eqn, block) for block in eqn.blocks]
            return [self.tries.statement(self, eqn, blocks)]
        if isinstance(eqn.op, For):
            return self.loop(eqn, eqn.op)
        if isinstance(eqn.op, Opaque) and not eqn.op.payload.is_expression:
            reads = [self.atom(arg) for arg in eqn.args]
            names = [self.expressions.names[out] for out in eqn.outs]
            return list(eqn.op.payload.render(reads, names))
        if eqn.op == "require_real":
            return self.require_real(eqn)
        value = self.expressions.equation(eqn)
        if not any(self.uses[out] for out in eqn.outs):
            return [ast.Expr(value)]
        if isinstance(eqn.op, Call) and eqn.op.result.kind:
            targets = iter([ast.Name(self.name(out), ast.Store()) for out in eqn.outs])
            return [ast.Assign([structured(eqn.op.result, targets, ast.Store())], value)]
        return [assign([self.name(out) for out in eqn.outs], value)]

    def require_real(self, eqn: Eqn) -> Statements:
        """Write the check that a power is real."""
        base, exponent, power = eqn.args
        text = "a negative number to a fractional power is complex"
        test: ast.expr
        if isinstance(exponent, Const) and not isinstance(base, Const):
            test = ast.Compare(self.atom(base), [ast.Lt()], [ast.Constant(0.0)])
        else:
            test = ast.Call(
                outside("builtins", "isinstance"),
                [self.atom(power), outside("builtins", "complex")],
                [],
            )
        error = ast.Call(outside("builtins", "ValueError"), [ast.Constant(text)], [])
        return [ast.If(test, [ast.Raise(error)], [])]

    def branch(self, eqn: Eqn) -> Statements:
        """Write an IF whose outs are assigned in both arms, or a conditional expression."""
        if len(eqn.outs) == 1 and self.uses[eqn.outs[0]]:
            if all(
                block_is_expression(b, self.expressions.inlined) and b.results[0] is not UNBOUND
                for b in eqn.blocks
            ):
                if not self.moves_nothing(eqn) and eqn.args[0] not in self.tries.joined:
                    return [assign([self.name(eqn.outs[0])], self.expressions.choice(eqn))]
        arms = []
        for block in eqn.blocks:
            quoted = self.quoted
            arms.append(self.ended(eqn, block))
            self.quoted = quoted
        return self.split(eqn.args[0], *arms)

    def ended(self, eqn: Eqn, block: Block) -> Statements:
        """Write a block of an equation, its results assigned to the outs."""
        moves = self.moves(eqn.outs, block.results)
        statements = self.equations(block.eqns)
        return statements if leaves(statements) else [*statements, *moves]

    def moves_nothing(self, eqn: Eqn) -> bool:
        """Whether one arm leaves the out as it is: `if c: x = ...` reads better then."""
        names = self.expressions.names
        out = names[eqn.outs[0]]
        return any(
            isinstance(b.results[0], Var) and names.get(b.results[0]) == out for b in eqn.blocks
        )

    def loop(self, eqn: Eqn, op: For) -> Statements:
        """Write a loop: first values, empty lists, header, body, copies after it."""
        one, body = Loop(self, eqn, op), eqn.blocks[0]
        out = one.start()
        lists = [o for o in eqn.outs[op.carried :] if self.uses[o]]
        out += [assign([self.name(o)], ast.List([], ast.Load())) for o in lists]

        def finish(results: Sequence[Atom]) -> Statements:
            kept = zip(eqn.outs[op.carried :], results[op.carried + op.exits :])
            end: Statements = [append(self.name(o), self.atom(r)) for o, r in kept if self.uses[o]]
            end += one.turn(results[: op.carried])
            stop = results[op.carried] if op.exits else Const(False)
            if isinstance(stop, Const):
                return [*end, ast.Break()] if stop.value else end
            if stop not in self.expressions.inlined:
                return [*end, ast.If(self.atom(stop), [ast.Break()], [])]
            leave = ast.If(self.atom(stop), [*end, ast.Break()], [])
            return [leave, *end]  # the test reads what the values for the next turn replace

        inner = self.condition(eqn.blocks[1]) if one.tested_inside() else []
        inner += self.tail(Block((), body.eqns, body.results), Tail(finish, op.exits))
        return [*out, one.around(inner), *one.copies()]

    def condition(self, block: Block) -> Statements:
        """Write a loop's condition that is no expression: statements, and a break if it fails."""
        first = self.equations(block.eqns)
        return [*first, ast.If(negated(self.atom(block.results[0])), [ast.Break()], [])]
