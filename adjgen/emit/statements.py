"""Writes blocks as statements. A block in tail position writes break and return where it leaves."""

import ast
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from adjgen.elementary.row import TABLE
from adjgen.elementary.sequences import depth
from adjgen.emit import checks
from adjgen.emit.arrays import refill
from adjgen.emit.assignments import (
    Assignments,
    Comment,
    Line,
    Statements,
    assign,
    leaves,
    structured,
)
from adjgen.emit.expressions import (
    Expressions,
    block_is_expression,
    direct,
    is_loop,
    negated,
)
from adjgen.emit.leaving import Leaving, arms, left
from adjgen.emit.loops import Loop
from adjgen.emit.stores import join, one_pop, stores
from adjgen.emit.tries import Tries
from adjgen.ir.core import UNBOUND, Atom, Block, Call, Const, Eqn, For, If, Opaque, Try, Var

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
        unbound: Callable[[Var], Const],
        line_of: Callable[[Eqn], str],
        tries: Tries,
    ) -> None:
        super().__init__(expressions, uses, unbound)
        self.tries = tries
        self.line_of = line_of  # the user's line that an equation belongs to
        self.quoted = ""
        self.missing = ""  # the name without a value on the path that is written
        self.unset: set[Atom] = set()  # flags of loops from which a return leaves directly

    # ---- blocks

    def tail(self, block: Block, end: Tail) -> Statements:
        """Write a block and what is done with its results."""
        if (found := left(self, block, end)) is not None:
            return found
        out: Statements = []
        results: Sequence[Atom] = block.results
        last = block.eqns[-1] if block.eqns else None
        if last is None or not self.splittable(last, results, end):
            whole = self.equations(block.eqns)
            return whole if leaves(whole) else [*whole, *end.finish(results)]
        out += self.equations(block.eqns[:-1])
        if leaves(out):
            return out
        written = []
        for block, arm in zip(last.blocks, arms(last, results)):
            quoted, missing = self.quoted, self.missing
            lost = [
                o.hint for o, r in zip(last.outs, block.results) if r is UNBOUND and o in results
            ]
            self.missing = next(iter(lost), missing)
            written.append(self.tail(Block((), *arm), end))
            self.quoted, self.missing = quoted, missing
        return out + self.split(last.args[0], *written)

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
        test = direct(test)
        if not then and not other:
            return [ast.Expr(test)] if not isinstance(test, (ast.Name, ast.Constant)) else []
        if not then:
            return [ast.If(negated(test), other, [])]
        if len(other) == 2 and isinstance(other[0], Comment) and isinstance(other[1], ast.If):
            inner = other[1]  # the quoted line moves inside, so that this becomes an elif
            other = [ast.If(inner.test, [other[0], *inner.body], inner.orelse)]
        if leaves(then):
            return [ast.If(test, then, []), *other]
        if other and leaves(other):
            return [ast.If(negated(test), other, []), *then]
        return [ast.If(test, then, other)]

    def equations(self, eqns: Sequence[Eqn]) -> Statements:
        """Write equations as statements."""
        out: Statements = []
        inlined = self.expressions.inlined
        for k, eqn in enumerate(eqns):
            if len(eqn.outs) == 1 and eqn.outs[0] in inlined:
                self.expressions.flat.keep(eqn)
                continue
            if eqn.op == "unpack":
                continue
            if eqn.derivative and not is_loop(eqn, inlined, self.uses):
                self.quote(eqn, out)
            found = self.equation(eqn)
            if one_pop(eqns[k - 1 : k + 1]):
                join(out, found)
            else:
                out += found
            if found and leaves(found):
                break  # what follows a raise is never reached
        return out

    def quote(self, eqn: Eqn, out: Statements) -> None:
        """Quote the user's line before the first statement of its derivative."""
        joined = self.tries.joined
        if joined and eqn.args and eqn.args[0] in joined:
            return  # it stands in the statement before
        if eqn.outs:
            line = self.line_of(eqn)
            if line and line != self.quoted:
                out.append(Comment(line))
            self.quoted = line

    # ---- equations

    def equation(self, eqn: Eqn) -> Statements:
        """Write one equation as statements."""
        if isinstance(eqn.op, str):
            return self.row(eqn, eqn.op)
        if isinstance(eqn.op, If):
            return self.branch(eqn)
        if isinstance(eqn.op, Try):
            blocks = [self.ended(eqn, block) for block in eqn.blocks]
            return [self.tries.statement(self, eqn, blocks)]
        if isinstance(eqn.op, For):
            if not is_loop(eqn, self.expressions.inlined, self.uses):
                return [assign([self.name(eqn.outs[0])], self.expressions.comprehension(eqn))]
            return self.loop(eqn, eqn.op)
        if isinstance(eqn.op, Opaque) and not eqn.op.payload.is_expression:
            reads = [self.atom(Const(None) if arg is UNBOUND else arg) for arg in eqn.args]
            names = [self.expressions.names[out] for out in eqn.outs]
            return self.expressions.dialect.carried(list(eqn.op.payload.render(reads, names)))
        value = self.expressions.equation(eqn)
        if not any(self.uses[out] for out in eqn.outs):
            return [ast.Expr(value)]
        if isinstance(eqn.op, Call) and eqn.op.result.kind:
            targets = iter([ast.Name(self.name(out), ast.Store()) for out in eqn.outs])
            return [ast.Assign([structured(eqn.op.result, targets, ast.Store())], value)]
        return [assign([self.name(out) for out in eqn.outs], value)]

    def row(self, eqn: Eqn, op: str) -> Statements:
        """Write an elementary function as statements."""
        if TABLE[op].mutates:
            return self.store(eqn, op)
        if op in SPECIAL:
            return SPECIAL[op](self, eqn)
        if len(eqn.outs) == 1 and self.uses[eqn.outs[0]]:
            name, found = self.expressions.names[eqn.outs[0]], self.expressions.flat.text(eqn)
            return [
                Line(name, found[0]) if found else assign((name,), self.expressions.equation(eqn))
            ]
        value = self.expressions.equation(eqn)
        if not any([self.uses[out] for out in eqn.outs]):
            return [ast.Expr(value)]
        return [assign([self.name(out) for out in eqn.outs], value)]

    def unpacked(self, eqn: Eqn) -> Statements:
        """Write a, b = items, or a, *b = items."""
        items, *star = eqn.args
        names: list[ast.expr] = [ast.Name(self.name(out), ast.Store()) for out in eqn.outs]
        if star and isinstance(star[0], Const):
            names[star[0].value] = ast.Starred(names[star[0].value], ast.Store())
        return [ast.Assign([ast.Tuple(names, ast.Store())], self.atom(items))]

    def store(self, eqn: Eqn, op: str) -> Statements:
        """Write a row that stores into its first argument, under the name of its value."""
        items, *args = eqn.args
        assert isinstance(items, Var)
        name = self.expressions.names[items]
        out = stores(op, name, [self.atom(arg) for arg in args], depth(args[0].type) if args else 0)
        (value,) = eqn.outs
        if self.uses[value] and self.name(value) != name:  # nobody reads the old name any more
            out.append(assign([self.name(value)], ast.Name(name, ast.Load())))
        return out

    def changed(self, eqn: Eqn) -> Statements:
        """Write items[:] = new; nothing where the changes were made in the caller's list."""
        if len(eqn.args) == 1:
            return []
        items, new = [self.atom(arg) for arg in eqn.args]
        return refill(items, new, eqn.args[0].type)

    def refilled(self, eqn: Eqn) -> Statements:
        """Write items[:] = new, where the caller gave a list."""
        given = ast.Compare(self.atom(eqn.args[0]), [ast.IsNot()], [ast.Constant(None)])
        return [ast.If(given, self.changed(eqn), [])]

    def branch(self, eqn: Eqn) -> Statements:
        """Write an IF whose outs are assigned in both arms, or a conditional expression."""
        if len(eqn.outs) == 1 and self.uses[eqn.outs[0]]:
            if all(
                block_is_expression(b, self.expressions.inlined) and b.results[0] is not UNBOUND
                for b in eqn.blocks
            ):
                if not self.moves_nothing(eqn) and eqn.args[0] not in self.tries.joined:
                    return [assign([self.name(eqn.outs[0])], self.expressions.choice(eqn))]
        arms: list[Statements] = []
        for block in eqn.blocks:
            quoted = self.quoted
            arms.append(self.ended(eqn, block))
            self.quoted = quoted
        if isinstance(eqn.args[0], Const):
            return arms[0] if eqn.args[0].value else arms[1]
        return self.split(eqn.args[0], *arms)

    def ended(self, eqn: Eqn, block: Block) -> Statements:
        """Write a block of an equation, its results assigned to the outs."""
        found = self.equations(block.eqns)
        return found if leaves(found) else [*found, *self.moves(eqn.outs, block.results)]

    def moves_nothing(self, eqn: Eqn) -> bool:
        """Whether one arm leaves the out as it is: `if c: x = ...` reads better then."""
        names = self.expressions.names
        out = names[eqn.outs[0]]
        return any(
            isinstance(b.results[0], Var) and names.get(b.results[0]) == out for b in eqn.blocks
        )

    def loop(
        self, eqn: Eqn, op: For, leaving: Leaving | None = None, dropped: Collection[int] = ()
    ) -> Statements:
        """Write a loop: first values, empty lists, header, body, copies after it."""
        one, body = Loop(self, eqn, op, dropped), eqn.blocks[0]
        out = one.start(self.quote)

        def finish(results: Sequence[Atom]) -> Statements:
            end = [*one.kept(results, early=False), *one.turn(results[: op.carried])]
            stop = results[op.carried] if op.exits else Const(False)
            if leaving is not None and stop == Const(True):
                found = leaving.leave(results)
                if found is not None:
                    return found
            if isinstance(stop, Const):
                return [*end, ast.Break()] if stop.value else end
            if stop not in self.expressions.inlined:
                return [*end, ast.If(self.atom(stop), [ast.Break()], [])]
            leave = ast.If(self.atom(stop), [*end, ast.Break()], [])
            return [leave, *end]  # the test reads what the values for the next turn replace

        inner = self.condition(eqn.blocks[1]) if one.tested_inside() else []
        inner += one.kept(body.results, early=True)
        if not leaves(inner):
            inner += self.tail(Block((), body.eqns, body.results), Tail(finish, op.exits))
        return [*out, one.around(inner), *one.copies()]

    def condition(self, block: Block) -> Statements:
        """Write a loop's condition that is no expression: statements, and a break if it fails."""
        first = self.equations(block.eqns)
        stop = ast.If(negated(self.atom(block.results[0])), [ast.Break()], [])
        return first if leaves(first) else [*first, stop]


SPECIAL: dict[str, Callable[[Printer, Eqn], Statements]] = {
    "require_real": checks.require_real, "require_bound": checks.require_bound, "changed": Printer.changed,
    "require_number": checks.require_number, "require_rank": checks.require_rank, "rows": Printer.unpacked,
    "require_plain": checks.require_plain, "require_floats": checks.require_floats,
    "no_derivative": checks.no_derivative, "unpacked": Printer.unpacked, "refilled": Printer.refilled,
}  # fmt: skip
