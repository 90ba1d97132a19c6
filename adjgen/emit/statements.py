"""Writes blocks as statements. A block in tail position writes break and return where it leaves."""

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from adjgen.emit.expressions import Expressions, block_is_expression, negated
from adjgen.emit.targets import outside
from adjgen.ir.core import UNBOUND, Atom, Block, Call, Const, Eqn, For, If, Opaque, Tree, Var
from adjgen.ir.types import BOOL

Statements = list[ast.stmt]
Finish = Callable[[Sequence[Atom]], Statements]  # writes what is done with a block's results


class Comment(ast.stmt):
    """A line that begins with #; emit.text prints it."""

    _fields = ("text",)

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


@dataclass(frozen=True)
class Tail:
    """How a block in tail position ends: what it does with its results, and whether arms may split."""

    finish: Finish
    splits: bool


class Printer:
    """Writes the statements of one function."""

    def __init__(
        self, expressions: Expressions, uses: Counter[Var], line_of: Callable[[Eqn], str]
    ) -> None:
        self.expressions = expressions
        self.uses = uses
        self.line_of = line_of  # the user's line that an equation belongs to
        self.quoted = ""
        self.nothing = (
            "__" if any(n == "_" and uses[v] for v, n in expressions.names.items()) else "_"
        )
        self.unbound: Const = UNBOUND  # what an unbound variable is given: nothing, or None

    def name(self, var: Var) -> str:
        """Return the name of a variable, that of nothing if nobody reads it."""
        return self.expressions.names[var] if self.uses[var] else self.nothing

    def atom(self, atom: Atom) -> ast.expr:
        """Write a value."""
        return self.expressions.atom(atom)

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
        return out + self.both_arms(self.atom(last.args[0]), *arms)

    def splittable(self, eqn: Eqn, results: Sequence[Atom], end: Tail) -> bool:
        """Whether a block's last equation is an IF whose outs are nothing but results."""
        if not end.splits or not isinstance(eqn.op, If) or not eqn.outs:
            return False
        if eqn.outs[0] in self.expressions.inlined:
            return False
        counted = Counter(r for r in results if isinstance(r, Var))
        return all(self.uses[out] == counted[out] for out in eqn.outs)

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
        return [assign([self.name(out) for out in eqn.outs], [value])]

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
                if not self.moves_nothing(eqn):
                    return [assign([self.name(eqn.outs[0])], [self.expressions.choice(eqn)])]
        arms = []
        for block in eqn.blocks:
            quoted = self.quoted
            moves = self.moves(eqn.outs, block.results)
            arms.append([*self.equations(block.eqns), *moves])
            self.quoted = quoted
        return self.both_arms(self.atom(eqn.args[0]), *arms)

    def moves_nothing(self, eqn: Eqn) -> bool:
        """Whether one arm leaves the out as it is: `if c: x = ...` reads better then."""
        names = self.expressions.names
        out = names[eqn.outs[0]]
        return any(
            isinstance(b.results[0], Var) and names.get(b.results[0]) == out for b in eqn.blocks
        )

    def moves(self, outs: Sequence[Var], values: Sequence[Atom]) -> Statements:
        """Write the assignment of values to the variables that somebody reads."""
        wanted = [(o, v) for o, v in zip(outs, values) if self.uses[o]]
        return self.assigned([o for o, _ in wanted], [v for _, v in wanted])

    def assigned(self, outs: Sequence[Var], values: Sequence[Atom]) -> Statements:
        """Write the assignment of values to variables, all at once where they depend on each other."""
        names = self.expressions.names
        given = [self.unbound if v is UNBOUND else v for v in values]
        pairs = [(names[o], v) for o, v in zip(outs, given) if v is not UNBOUND]
        pairs = [(n, v) for n, v in pairs if not (isinstance(v, Var) and names.get(v) == n)]
        targets = {n for n, _ in pairs}
        trees = [self.atom(v) for _, v in pairs]
        earlier: set[str] = set()
        for (name, _), tree in zip(pairs, trees):
            if earlier & {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}:
                return [assign_parallel([n for n, _ in pairs], trees)]
            earlier.add(name)
        assert len(targets) == len(pairs)
        return [assign([n], [tree]) for (n, _), tree in zip(pairs, trees)]

    # ---- loops

    def loop(self, eqn: Eqn, op: For) -> Statements:
        """Write a loop: starts of the carried values, empty lists, header, body, copies after it."""
        body = eqn.blocks[0]
        slots = body.params[op.seqs :]
        out = self.start(eqn, op, slots)
        lists = [o for o in eqn.outs[op.carried :] if self.uses[o]]
        out += [assign([self.name(o)], [ast.List([], ast.Load())]) for o in lists]

        def finish(results: Sequence[Atom]) -> Statements:
            kept = zip(eqn.outs[op.carried :], results[op.carried + op.exits :])
            end: Statements = [append(self.name(o), self.atom(r)) for o, r in kept if self.uses[o]]
            end += self.slot_moves(eqn, op, slots, results[: op.carried])
            stop = results[op.carried] if op.exits else Const(False)
            if isinstance(stop, Const):
                return [*end, ast.Break()] if stop.value else end
            return [*end, ast.If(self.atom(stop), [ast.Break()], [])]

        header, first = self.header(eqn, op)
        inner = first + self.tail(Block((), body.eqns, body.results), Tail(finish, op.exits))
        inner = inner or [ast.Pass()]
        if isinstance(header, ast.expr):
            out.append(ast.While(header, inner, []))
        else:
            target, walked = header
            out.append(ast.For(target, walked, inner, []))
        return out + self.copies(eqn, op, slots)

    def start(self, eqn: Eqn, op: For, slots: Sequence[Var]) -> Statements:
        """Write the first values of what a loop carries."""
        needed = [
            (s, a) for s, a, o in zip(slots, eqn.args[op.seqs :], eqn.outs) if self.carries(s, o)
        ]
        return self.assigned([s for s, _ in needed], [a for _, a in needed])

    def carries(self, slot: Var, out: Var) -> bool:
        """Whether anybody reads a carried value."""
        return bool(self.uses[slot] or self.uses[out])

    def slot_moves(
        self, eqn: Eqn, op: For, slots: Sequence[Var], results: Sequence[Atom]
    ) -> Statements:
        """Write the values for the next turn."""
        needed = [(s, r) for s, r, o in zip(slots, results, eqn.outs) if self.carries(s, o)]
        return self.assigned([s for s, _ in needed], [r for _, r in needed])

    def copies(self, eqn: Eqn, op: For, slots: Sequence[Var]) -> Statements:
        """Write copies of last values whose variable has a name of its own."""
        names = self.expressions.names
        pairs = [(o, s) for o, s in zip(eqn.outs, slots) if self.uses[o] and names[o] != names[s]]
        return self.assigned([o for o, _ in pairs], [s for _, s in pairs])

    def header(self, eqn: Eqn, op: For):  # type: ignore[no-untyped-def]
        """Return the condition of a while, or target and sequence of a for; and first statements."""
        if op.seqs:
            targets = [self.target(p, eqn.blocks[0]) for p in eqn.blocks[0].params[: op.seqs]]
            walked = [self.walked(arg) for arg in eqn.args[: op.seqs]]
            if op.seqs == 1:
                return (targets[0], walked[0]), []
            return (
                ast.Tuple(targets, ast.Store()),
                ast.Call(outside("builtins", "zip"), walked, []),
            ), []
        if not op.tested:
            return ast.Constant(True), []
        condition = eqn.blocks[1]
        if block_is_expression(condition, self.expressions.inlined):
            return self.atom(condition.results[0]), []
        first = self.equations(condition.eqns)
        leave = ast.If(negated(self.atom(condition.results[0])), [ast.Break()], [])
        return ast.Constant(True), [*first, leave]

    def target(self, element: Var, body: Block) -> ast.expr:
        """Write what a loop assigns: a name, or the names that an element unpacks to."""
        for first in body.eqns:
            if first.op != "unpack":
                break
            if first.args == (element,):
                names: list[ast.expr] = [ast.Name(self.name(o), ast.Store()) for o in first.outs]
                return ast.Tuple(names, ast.Store())
        return ast.Name(self.name(element), ast.Store())

    def walked(self, atom: Atom) -> ast.expr:
        """Write a sequence as a loop walks it: backwards is reversed()."""
        inside = isinstance(atom, Var) and atom in self.expressions.inlined
        eqn = self.expressions.made_by[atom] if inside else None  # type: ignore[index]
        if eqn is not None and eqn.op == "backwards":
            return ast.Call(outside("builtins", "reversed"), [self.walked(eqn.args[0])], [])
        return self.atom(atom)


def structured(tree: Tree, leaves: Iterator[ast.expr], context: ast.expr_context) -> ast.expr:
    """Write values, or targets, in a structure."""
    if not tree.kind:
        return next(leaves)
    items = [structured(child, leaves, context) for child in tree.children]
    return (ast.Tuple if tree.kind == "tuple" else ast.List)(items, context)


def leaves(statements: Statements) -> bool:
    """Whether statements end in a jump."""
    return bool(statements) and isinstance(
        statements[-1], (ast.Return, ast.Break, ast.Continue, ast.Raise)
    )


def assign(names: Sequence[str], values: Sequence[ast.expr]) -> ast.stmt:
    """Write one assignment; several names unpack one value."""
    targets: list[ast.expr] = [ast.Name(n, ast.Store()) for n in names]
    target = targets[0] if len(targets) == 1 else ast.Tuple(targets, ast.Store())
    return ast.Assign([target], values[0])


def assign_parallel(names: Sequence[str], values: Sequence[ast.expr]) -> ast.stmt:
    """Write an assignment in which all values are computed before any is assigned."""
    return assign(names, [ast.Tuple(list(values), ast.Load())])


def append(name: str, value: ast.expr) -> ast.stmt:
    """Write an append to a list."""
    method = ast.Attribute(ast.Name(name, ast.Load()), "append", ast.Load())
    return ast.Expr(ast.Call(method, [value], []))


__all__ = ["Call", "Comment", "Printer", "Tail"]
