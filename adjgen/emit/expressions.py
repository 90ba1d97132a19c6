"""Writes values as expressions: names, constants, and equations that stand inside their use."""

import ast
from collections import Counter
from collections.abc import Mapping

from adjgen.emit.dialects import DIALECTS
from adjgen.emit.flat import Flat
from adjgen.emit.references import outside
from adjgen.emit.targets import constant, spell
from adjgen.emit.unbound import copies, measures
from adjgen.ir.core import UNBOUND, Atom, Block, Call, Const, Eqn, For, If, Opaque, Var
from adjgen.ir.integrals import Quadrature

OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
RISING, FALLING = (ast.Lt, ast.LtE), (ast.Gt, ast.GtE)


class Expressions:
    """Writes the expressions of one function."""

    def __init__(
        self, names: dict[Var, str], inlined: set[Var], made_by: Mapping[Atom, Eqn], target: str,
        uses: Counter[Atom], unbound: set[Atom],
    ) -> None:  # fmt: skip
        self.names, self.inlined, self.made_by, self.target = names, inlined, made_by, target
        self.dialect = DIALECTS[target]
        self.uses, self.unbound = uses, unbound
        self.loads: dict[Var, ast.Name] = {}  # one node for all uses of a variable
        self.flat = Flat(names, inlined, target, bool(unbound))
        taken = any(n == "_" and uses[v] for v, n in names.items())
        self.nothing = "__" if taken else "_"  # the name of what nobody reads

    def name(self, var: Var) -> str:
        """Return the name of a variable, that of nothing if nobody reads it."""
        return self.names[var] if self.uses[var] else self.nothing

    def atom(self, atom: Atom) -> ast.expr:
        """Write a value."""
        if atom in self.inlined:
            return self.equation(self.made_by[atom])
        if not isinstance(atom, Var):
            return constant(atom)
        if atom not in self.loads:
            self.loads[atom] = ast.Name(self.names[atom], ast.Load())
        return self.loads[atom]

    def equation(self, eqn: Eqn) -> ast.expr:
        """Write the right side of an equation with one out."""
        if isinstance(eqn.op, str):
            args = [self.atom(arg) for arg in eqn.args]
            return self.row(eqn, eqn.op, args) if self.unbound else spell(self.target, eqn.op, args)
        if isinstance(eqn.op, If):
            return self.choice(eqn)
        if isinstance(eqn.op, For):
            return self.comprehension(eqn)
        args = [self.atom(arg) for arg in eqn.args]
        if isinstance(eqn.op, Opaque):
            tree: ast.expr = eqn.op.payload.render(args, ())
            return tree
        if isinstance(eqn.op, Quadrature):
            return quadrature(eqn.op, args)
        if isinstance(eqn.op, Call):
            split = len(args) - len(eqn.op.keywords)
            named = [ast.keyword(n, a) for n, a in zip(eqn.op.keywords, args[split:])]
            return ast.Call(ast.Name(eqn.op.function, ast.Load()), args[:split], named)
        raise AssertionError(f"a loop is no expression: {eqn.op}")

    def row(self, eqn: Eqn, op: str, args: list[ast.expr]) -> ast.expr:
        """Write an elementary function; what may have no value has no items, and no copy."""
        if eqn.args and eqn.args[0] in self.unbound:
            if measures(eqn):
                args[0] = ast.BoolOp(ast.Or(), [args[0], ast.Tuple([], ast.Load())])
            elif copies(eqn):
                absent = ast.Compare(args[0], [ast.Is()], [ast.Constant(None)])
                return ast.IfExp(absent, ast.Constant(None), spell(self.target, op, args))
        return spell(self.target, op, args)

    def comprehension(self, eqn: Eqn) -> ast.expr:
        """Write a loop that collects one list of expressions."""
        target, walked = self.header(eqn)
        value = self.atom(eqn.blocks[0].results[0])
        return ast.ListComp(value, [ast.comprehension(target, walked, [], 0)])

    def header(self, eqn: Eqn) -> tuple[ast.expr, ast.expr]:
        """Write what a loop assigns, and what it walks."""
        assert isinstance(eqn.op, For)
        body, seqs = eqn.blocks[0], eqn.op.seqs
        targets = [self.element(body, element) for element in body.params[:seqs]]
        walked = [self.walked(arg) for arg in eqn.args[:seqs]]
        if seqs == 1:
            return targets[0], walked[0]
        together = ast.Call(outside("builtins", "zip"), walked, [])
        return ast.Tuple(targets, ast.Store()), together

    def element(self, body: Block, element: Var) -> ast.expr:
        """Write what a loop assigns: a name, or the names that an element unpacks to."""
        for first in body.eqns:
            if first.op != "unpack":
                break
            if first.args == (element,):
                names = [self.name(o) for o in first.outs]
                return ast.Tuple([ast.Name(n, ast.Store()) for n in names], ast.Store())
        return ast.Name(self.name(element), ast.Store())

    def walked(self, atom: Atom) -> ast.expr:
        """Write a sequence as a loop walks it: backwards is reversed()."""
        if atom in self.inlined:
            eqn = self.made_by[atom]
            if eqn.op == "backwards":
                return spell(self.target, "reversed", [self.walked(eqn.args[0])])
        return self.atom(atom)

    def tested(self, test: Atom) -> Atom:
        """Return what a test asks the truth of: `if items` needs no `bool(items)`."""
        eqn = self.made_by.get(test) if test in self.inlined else None
        return eqn.args[0] if eqn is not None and eqn.op == "bool" else test

    def choice(self, eqn: Eqn) -> ast.expr:
        """Write an IF whose arms are expressions: and, or, not, or a conditional expression."""
        test, (then, other) = eqn.args[0], (block.results[0] for block in eqn.blocks)
        test = self.tested(test)
        if other == test or other == Const(False) and is_truth(test, then):
            return join(ast.And(), self.atom(test), self.atom(then))
        if then == test or then == Const(True) and is_truth(test, other):
            return join(ast.Or(), self.atom(test), self.atom(other))
        if then == Const(False) and other == Const(True):
            return ast.UnaryOp(ast.Not(), self.atom(test))
        return ast.IfExp(self.atom(test), self.atom(then), self.atom(other))


def is_truth(*atoms: Atom) -> bool:
    """Whether all values are truth values, so that `and` and `or` return one."""
    return all(a.type.name == "bool" for a in atoms)


def join(op: ast.boolop, a: ast.expr, b: ast.expr) -> ast.expr:
    """Write a and b, flat where a is of the same kind: evaluation goes from left to right."""
    parts = a.values if isinstance(a, ast.BoolOp) and type(a.op) is type(op) else [a]
    more = b.values if isinstance(b, ast.BoolOp) and type(b.op) is type(op) else [b]
    both = chained(parts[-1], more[0]) if isinstance(op, ast.And) else None
    values = [*parts[:-1], both, *more[1:]] if both else [*parts, *more]
    return ast.BoolOp(op, values) if len(values) > 1 else values[0]


def chained(a: ast.expr, b: ast.expr) -> ast.expr | None:
    """Write `0.0 <= h and h < R` as one comparison; None for what is no such pair."""
    if not (isinstance(a, ast.Compare) and isinstance(b, ast.Compare)):
        return None
    middle, ops = a.comparators[-1], [*a.ops, *b.ops]
    if not (isinstance(middle, ast.Name) and isinstance(b.left, ast.Name)):
        return None
    alike = any(all(isinstance(op, kind) for op in ops) for kind in (RISING, FALLING))
    if middle.id != b.left.id or not alike:
        return None
    return ast.Compare(a.left, ops, [*a.comparators, *b.comparators])


def quadrature(op: Quadrature, args: list[ast.expr]) -> ast.expr:
    """Write quad(f, a, b, args=(p, q))[0]."""
    module, _, name = op.by.rpartition(".")
    given = [ast.Name(op.function, ast.Load()), *args[:2]]
    more = [ast.keyword("args", ast.Tuple(args[2:], ast.Load()))] if args[2:] else []
    call = ast.Call(outside(module, name), given, more)
    return ast.Subscript(call, ast.Constant(0), ast.Load())


def negated(test: ast.expr) -> ast.expr:
    """Write the opposite of a truth value; comparisons keep their meaning for NaN."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in OPPOSITE:
        return ast.Compare(test.left, [OPPOSITE[type(test.ops[0])]()], test.comparators)
    return ast.UnaryOp(ast.Not(), test)


def direct(test: ast.expr) -> ast.expr:
    """Write a test, of which the truth is asked, plainly: `a not in b` for `not a in b`, `a` for `not not a`."""
    if isinstance(test, ast.BoolOp):
        return ast.BoolOp(test.op, [direct(one) for one in test.values])
    if isinstance(test, ast.IfExp):
        return ast.IfExp(*map(direct, (test.test, test.body, test.orelse)))
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = test.operand
        if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.Not):
            return direct(inner.operand)
        if isinstance(inner, ast.Compare) and isinstance(inner.ops[0], (ast.In, ast.Is)):
            return negated(inner)
    return test


def is_comprehension(eqn: Eqn, inlined: set[Var]) -> bool:
    """Whether a loop does nothing but collect one list of expressions."""
    op = eqn.op
    if not isinstance(op, For) or not op.seqs or op.carried or op.tested or op.exits:
        return False
    body = eqn.blocks[0]
    first = [e for e in body.eqns if e.op != "unpack"]
    expression = block_is_expression(Block((), tuple(first), ()), inlined)
    return len(eqn.outs) == 1 and expression and body.results[0] is not UNBOUND


def is_loop(eqn: Eqn, inlined: set[Var], uses: Mapping[Atom, int]) -> bool:
    """Whether an equation is written as a loop, not as a comprehension."""
    return isinstance(eqn.op, For) and not (is_comprehension(eqn, inlined) and uses[eqn.outs[0]])


def block_is_expression(block: Block, inlined: set[Var]) -> bool:
    """Whether a block is nothing but the expression of its result."""
    return all(len(eqn.outs) == 1 and eqn.outs[0] in inlined for eqn in block.eqns)
