"""What carried code may hold, and what it may change: names are followed through its expressions.

`tuple(v)` of a list of numbers holds nothing of v, `(v, 1.0)` holds it; `held["a"][0] = 1.0` changes a
list in `held`, `held["a"] = v` changes `held` alone.
"""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from adjgen.read.flow import COMPREHENSIONS
from adjgen.read.library_calls import GIVE_ITEMS, GIVE_NUMBERS, MADE, WALKERS, only_computes
from adjgen.read.opaque import LOOK_UPS, loaded, targets, unknown_call

Names = set[str]
SIMPLE = (ast.expr, ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)
DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp)


class Kinds:
    """What is known of the names that code reads: lists of numbers and of such lists, numbers, containers
    of their own; whether there are arrays, and the object whose attributes are stored without code of its class."""

    def __init__(
        self,
        flat: Names,
        nested: Names,
        numbers: Names,
        own: Names,
        arrays: bool,
        plain_self: Names,
    ) -> None:
        self.flat, self.nested, self.numbers, self.own = flat, nested, numbers, own
        self.arrays, self.plain_self = arrays, plain_self

    def plain(self) -> Names:
        """Return the names whose operators are those of Python's own kinds."""
        return self.flat | self.numbers | self.own


class Holding:
    """Follows names through an expression or a simple statement."""

    def __init__(self, dotted: Callable[[ast.expr], str], kinds: Kinds) -> None:
        self.dotted, self.kinds = dotted, kinds
        # by the comprehensions around: names, and those among them that are lists of numbers
        self.bound: list[tuple[Names, Names]] = []

    # ---- what a value holds

    def of(self, node: ast.AST) -> Names:
        """Return the names of which a value may be the list, or hold it or a list in it."""
        if isinstance(node, ast.Name):
            return {node.id}
        if isinstance(node, (ast.Constant, ast.JoinedStr)):
            return set()
        if isinstance(node, ast.Subscript):
            known = self.is_plain(node.value) or self.is_flat(node.value)
            key = set() if known else self.of(node.slice)
            return self.items(node.value) | key
        if isinstance(node, ast.Compare):
            return set() if self.is_plain(node) else self.each(self.of, ast.iter_child_nodes(node))
        if isinstance(node, (ast.BinOp, ast.UnaryOp)):
            look = self.items if self.is_plain(node) else self.of
            return self.each(look, ast.iter_child_nodes(node))
        if isinstance(node, ast.Starred):
            return self.items(node.value)
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, (ast.Lambda, ast.GeneratorExp)):
            return set(loaded(node))
        if isinstance(node, COMPREHENSIONS):
            return self.collected(node)
        return self.each(self.of, ast.iter_child_nodes(node))

    def items(self, node: ast.AST) -> Names:
        """Return the names of which the items of a value may be the list, or hold it."""
        if isinstance(node, ast.Name):
            return set() if self.is_flat(node) else {node.id}
        if isinstance(node, COMPREHENSIONS):
            return self.collected(node)
        if isinstance(node, ast.Call) and not node.keywords:
            name, given = self.dotted(node.func), node.args
            if name in WALKERS:
                return self.each(self.items, [a for a in given if not self.are_rows(a)])
            if name == "builtins.filter" and len(given) == 2:
                return self.items(given[1])
            if name == "builtins.map" and given and self.dotted(given[0]) in GIVE_NUMBERS:
                return set()
        if isinstance(node, (ast.IfExp, ast.BoolOp)):
            return self.each(self.items, ast.iter_child_nodes(node))
        return self.of(node)

    def is_flat(self, node: ast.AST) -> bool:
        """Whether an expression is a name of a list of numbers."""
        for inner, flat in reversed(self.bound):
            if isinstance(node, ast.Name) and node.id in inner:
                return node.id in flat
        return self.is_one_of(node, self.kinds.flat)

    def is_one_of(self, node: ast.AST, names: Names) -> bool:
        """Whether an expression is one of some names, and no name that a comprehension binds."""
        if not isinstance(node, ast.Name) or node.id not in names:
            return False
        return not any(node.id in inner for inner, _ in self.bound)

    def are_rows(self, node: ast.AST) -> bool:
        """Whether an argument is the rows of a list of lists of numbers: `*g`, of which the items are numbers."""
        return isinstance(node, ast.Starred) and self.is_one_of(node.value, self.kinds.nested)

    def is_plain(self, node: ast.AST) -> bool:
        """Whether operators are Python's own: those of a class may keep what they are given."""
        if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare)):
            parts = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
            return all(map(self.is_plain, parts))
        literal = isinstance(node, (ast.Constant, *DISPLAYS))
        return literal or self.is_one_of(node, self.kinds.plain())

    def call(self, node: ast.Call) -> Names:
        """Return what the value of a call may hold."""
        name, method = self.dotted(node.func), node.func
        if name == "builtins.type" and len(node.args) == 1:
            return set()
        if name in GIVE_ITEMS:
            more = len(node.args) > 1 or any(isinstance(a, ast.Starred) for a in node.args)
            several = more and name in ("builtins.max", "builtins.min")
            found = self.each(self.of if several else self.items, node.args[:1])
            found |= self.each(self.of, node.args[1:])
            for keyword in node.keywords:
                if keyword.arg != "key":
                    found |= (self.of if keyword.arg else self.items)(keyword.value)
            return found
        if name in GIVE_NUMBERS or name.startswith(("math.", "statistics.")):
            return set()
        if isinstance(method, ast.Attribute):
            if isinstance(method.value, (ast.Constant, ast.JoinedStr)):
                return set()
            if method.attr in {*LOOK_UPS, "copy"} and self.is_flat(method.value):
                return set()
        return self.received(node)

    def received(self, node: ast.Call) -> Names:
        """Return what the code that is called is given: arguments, and the object of a method."""
        found = self.each(self.of, [*node.args, *(k.value for k in node.keywords)])
        return found | self.of(node.func)

    def collected(self, node: ast.AST) -> Names:
        """Return what the items of a comprehension may hold."""
        assert isinstance(node, COMPREHENSIONS)
        inner = targets(node)
        counts, rows = self.walked(node)
        self.bound.append((inner, rows))
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        found = self.each(self.of, made)
        self.bound.pop()
        found -= counts
        if inner.isdisjoint(found):
            return found
        return found.union(self.each(self.items, [g.iter for g in node.generators])) - inner

    def walked(self, node: Any) -> tuple[Names, Names]:
        """Return the names that a comprehension binds to counts, and to rows of a list of lists of numbers."""
        counts, rows = set(), set()
        for target, walked in ((g.target, g.iter) for g in node.generators):
            if isinstance(walked, ast.Call) and self.dotted(walked.func) == "builtins.enumerate":
                if isinstance(target, ast.Tuple) and len(target.elts) == 2 and walked.args:
                    counts |= {n.id for n in target.elts[:1] if isinstance(n, ast.Name)}
                    target, walked = target.elts[1], walked.args[0]
            if isinstance(target, ast.Name) and self.is_one_of(walked, self.kinds.nested):
                rows.add(target.id)
        return counts - rows, rows

    def each(self, look: Callable[[Any], Names], nodes: Iterable[ast.AST]) -> Names:
        """Return what any of several nodes may hold."""
        return {name for node in nodes for name in look(node)}

    # ---- what code does

    def made(self, node: ast.AST) -> Names:
        """Return what the names that code binds, or its value, may hold."""
        if not isinstance(node, SIMPLE):
            return set(loaded(node))
        if isinstance(node, ast.AugAssign):
            return self.of(node.target) | self.of(node.value)
        return self.of(value_of(node))

    def given(self, node: ast.AST) -> Names:
        """Return the names of which other code is given the list, or an object gets it."""
        if not isinstance(node, SIMPLE):
            return set(loaded(node))
        found = self.each(self.received, self.calls(node))
        for target in stored(node):
            found |= root(target) | self.made(node)
        return self.outside(found, node)

    def changed(self, node: ast.AST) -> Names:
        """Return the names of which the list, or a list in it, may be changed."""
        if not isinstance(node, SIMPLE):
            return set(loaded(node))
        calls = [call for call in self.calls(node) if not self.changes_own(call)]
        found = self.each(self.received, calls)
        number = isinstance(node, (ast.Assign, ast.AugAssign)) and self.is_number(node.value)
        places = [target for target in stored(node) if not self.is_shallow(target, number)]
        if isinstance(node, ast.AugAssign) and not self.adds_a_number(node):
            places = [node.target]
        return self.outside(found | self.each(root, places), node)

    def outside(self, found: Names, node: ast.AST) -> Names:
        """Return names, with all that code reads if one of them is bound inside it."""
        return found if found.issubset(loaded(node)) else found.union(loaded(node))

    def adds_a_number(self, node: ast.AugAssign) -> bool:
        """Whether an update in place can be one of a number alone: a list takes `*= 2`,
        but no `+= 2`; an array takes both."""
        takes = self.kinds.arrays or isinstance(node.op, ast.Mult)
        return self.is_number(node.value) and not takes

    def is_number(self, node: ast.AST) -> bool:
        """Whether an expression is a number that is written out, or the name of one."""
        if isinstance(node, ast.Constant):
            return isinstance(node.value, int | float)
        return isinstance(node, ast.Name) and node.id in self.kinds.numbers

    def is_shallow(self, target: ast.expr, number: bool) -> bool:
        """Whether a store, it may be of a number, changes a container or an object alone, no list in it: those
        have no text for a place."""
        if isinstance(target, ast.Attribute) and number:
            return self.is_one_of(target.value, self.kinds.plain_self)
        own = root(target) <= self.kinds.own
        if not own or not isinstance(target, ast.Subscript):
            return False
        key = target.slice
        text = isinstance(key, ast.Constant) and isinstance(key.value, str)
        return text or isinstance(target.value, ast.Name)

    def calls(self, node: ast.AST) -> list[ast.Call]:
        """Return the calls of code that may change or keep what it is given."""
        found = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
        return [
            n for n in found if unknown_call(n, self.dotted) and not only_computes(n, self.dotted)
        ]

    def changes_own(self, call: ast.Call) -> bool:
        """Whether a method of a container, or a function of heapq, changes that container alone."""
        method = call.func
        sorted_in = self.dotted(method).startswith(("heapq.", "bisect.insort"))
        if sorted_in and call.args and not call.keywords:
            return self.is_one_of(call.args[0], self.kinds.own)
        keys = [k.value for k in call.keywords if k.arg == "key"]
        if not isinstance(method, ast.Attribute) or not all(
            isinstance(k, ast.Lambda) for k in keys
        ):
            return False
        return self.is_one_of(method.value, self.kinds.own)

    def makes_own(self, node: ast.AST) -> bool:
        """Whether code makes a container that is no list of another name."""
        if isinstance(node, ast.AugAssign):
            return False
        value = value_of(node)
        if isinstance(value, ast.Call):
            return self.dotted(value.func) in MADE
        return isinstance(value, DISPLAYS)


def value_of(node: ast.AST) -> ast.AST:
    """Return the expression of a simple statement; an expression is its own."""
    return getattr(node, "value", None) or node if isinstance(node, ast.stmt) else node


def stored(node: ast.AST) -> list[ast.expr]:
    """Return the items and attributes that a statement stores into, or deletes."""
    return [
        n for n in ast.walk(node)
        if isinstance(n, (ast.Subscript, ast.Attribute)) and not isinstance(n.ctx, ast.Load)
    ]  # fmt: skip


def root(target: ast.expr) -> Names:
    """Return the name at the start of `name.a[0].b`; all names that are read if it starts otherwise."""
    at = target
    while isinstance(at, (ast.Subscript, ast.Attribute)):
        at = at.value
    return {at.id} if isinstance(at, ast.Name) else set(loaded(at))
