"""Writes assignments: in order, or all at once where one would spoil the value of another."""

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from adjgen.emit.expressions import Expressions
from adjgen.emit.references import outside
from adjgen.ir.core import UNBOUND, Atom, Const, Var
from adjgen.ir.trees import LEAF, Tree, tuple_of

Statements = list[ast.stmt]
STORE = ast.Store()
JUMPS = (ast.Return, ast.Break, ast.Continue, ast.Raise)


class Comment(ast.stmt):
    """A line that begins with #, or a docstring; emit.text prints it."""

    _fields = ("text",)

    def __init__(self, text: str, docstring: bool = False) -> None:
        super().__init__()
        self.text = text
        self.docstring = docstring


class Line(ast.stmt):
    """An assignment to one name whose value is text already; see emit.flat."""

    _fields = ()

    def __init__(self, name: str, text: str) -> None:  # there are no fields for ast to fill
        self.name = name
        self.text = text


class Definition(ast.FunctionDef):
    """A function of ours; emit.text prints its signature."""


class Assignments:
    """Writes values and gives them to the variables that somebody reads."""

    def __init__(
        self, expressions: Expressions, uses: Counter[Atom], unbound: Callable[[Var], Const]
    ) -> None:
        self.expressions = expressions
        self.uses = uses
        self.unbound = unbound  # what an unbound variable is given: nothing (UNBOUND), or None

    def name(self, var: Var) -> str:
        """Return the name of a variable, that of nothing if nobody reads it."""
        return self.expressions.name(var)

    def atom(self, atom: Atom) -> ast.expr:
        """Write a value."""
        return self.expressions.atom(atom)

    def moves(self, outs: Sequence[Var], values: Sequence[Atom]) -> Statements:
        """Write the assignment of values to the variables that somebody reads."""
        wanted = [(o, v) for o, v in zip(outs, values) if self.uses[o]]
        return self.assigned([o for o, _ in wanted], [v for _, v in wanted])

    def assigned(self, outs: Sequence[Var], values: Sequence[Atom]) -> Statements:
        """Write the assignment of values to variables, all at once where they depend on each other."""
        names = self.expressions.names
        given = [self.unbound(o) if v is UNBOUND else v for o, v in zip(outs, values)]
        kept = [(o, v) for o, v in zip(outs, given) if v is not UNBOUND]
        pairs = [(o, v) for o, v in kept if not (isinstance(v, Var) and names.get(v) == names[o])]
        trees = [self.given(o, v) for o, v in pairs]
        earlier: set[str] = set()
        targets = [names[o] for o, _ in pairs]
        for name, tree in zip(targets, trees):
            if earlier & {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}:
                return [assign(targets, ast.Tuple(trees, ast.Load()))]
            earlier.add(name)
        return [assign([name], tree) for name, tree in zip(targets, trees)]

    def given(self, out: Var, value: Atom) -> ast.expr:
        """Write what a variable is given; the tape of a loop that did not run is a list too."""
        if out.type.name == "seq" and value == Const(()):
            return ast.List([], ast.Load())
        return self.atom(value)


def structured(tree: Tree, leaves: Iterator[ast.expr], context: ast.expr_context) -> ast.expr:
    """Write values, or targets, in a structure."""
    if not tree.kind:
        return next(leaves)
    if tree.record is not None:
        given = [structured(child, leaves, context) for child in tree.children]
        words = [ast.keyword(name, value) for name, value in zip(tree.record.fields, given)]
        return ast.Call(ast.Name(tree.record.reference, ast.Load()), [], words)
    if tree.kind == "items":
        return tuple_of_items(tree.children[0], leaves)
    if tree.kind == "each":
        return for_each(tree.children[0], leaves)
    items = [structured(child, leaves, context) for child in tree.children]
    return (ast.Tuple if tree.kind == "tuple" else ast.List)(items, context)


def tuple_of_items(item: Tree, leaves: Iterator[ast.expr]) -> ast.expr:
    """Write a list as a tuple: tuple(x), or tuple([tuple(item) for item in x])."""
    value = for_each(item.children[0], leaves) if item.kind == "each" else next(leaves)
    if item.kind == "items":
        name = ast.Name("item", ast.Load())
        inner = structured(Tree("items", (item.children[0],)), iter([name]), ast.Load())
        value = ast.ListComp(inner, [ast.comprehension(ast.Name("item", STORE), value, [], 0)])
    return ast.Call(outside("builtins", "tuple"), [value], [])


def for_each(tree: Tree, leaves: Iterator[ast.expr]) -> ast.expr:
    """Write the list of what the items of lists make: list(zip(x, y)), or [[a, b] for a, b in zip(x, y)]."""
    lists = [next(leaves) for _ in range(tree.leaves())]
    if len(lists) == 1 and tree.kinds() <= {"", "each"}:
        return lists[0]
    walked = ast.Call(outside("builtins", "zip"), lists, []) if len(lists) > 1 else lists[0]
    if tree == tuple_of(*[LEAF] * len(lists)) and len(lists) > 1:
        return ast.Call(outside("builtins", "list"), [walked], [])
    names = [f"item_{k}" for k in range(1, len(lists) + 1)]
    loads = iter([ast.Name(name, ast.Load()) for name in names])
    stores: list[ast.expr] = [ast.Name(name, STORE) for name in names]
    target = ast.Tuple(stores, STORE) if len(lists) > 1 else stores[0]
    item = structured(tree, loads, ast.Load())
    return ast.ListComp(item, [ast.comprehension(target, walked, [], 0)])


def leaves(statements: Statements) -> bool:
    """Whether statements end in a jump."""
    last = statements[-1] if statements else None
    if isinstance(last, ast.Try):
        return leaves(last.orelse or last.body) and all(leaves(h.body) for h in last.handlers)
    return isinstance(last, JUMPS)


def assign(names: Sequence[str], value: ast.expr) -> ast.stmt:
    """Write one assignment; several names unpack the value."""
    if len(names) == 1:
        return ast.Assign([ast.Name(names[0], STORE)], value)
    return ast.Assign([ast.Tuple([ast.Name(n, STORE) for n in names], STORE)], value)


def append(name: str, value: ast.expr) -> ast.stmt:
    """Write an append to a list."""
    method = ast.Attribute(ast.Name(name, ast.Load()), "append", ast.Load())
    return ast.Expr(ast.Call(method, [value], []))
