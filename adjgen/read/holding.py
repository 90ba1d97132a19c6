"""What carried code may hold, and what it may change: names are followed through its expressions.

`tuple(v)` of a list of numbers holds nothing of v, `(v, 1.0)` holds it; `held["a"][0] = 1.0` changes a
list in `held`, `held["a"] = v` changes `held` alone.
"""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from adjgen.read.flow import COMPREHENSIONS
from adjgen.read.opaque import LOOK_UPS, loaded, targets, unknown_call

Names = set[str]
NUMBERS = {  # what these give holds nothing of what they are given
    *(f"builtins.{name}" for name in """isinstance issubclass len str repr format callable hasattr id
    hash any all ascii bytes chr ord bin hex oct range abs round int float bool divmod pow print""".split()),
    "bisect.bisect", "bisect.bisect_left", "bisect.bisect_right", "json.dumps",
    "statistics.mean", "statistics.fmean", "statistics.median", "statistics.stdev", "statistics.pstdev",
    "statistics.variance", "statistics.pvariance",
}  # fmt: skip
ITEMS = {  # these give an item, or a container of the items, of their first argument
    *(f"builtins.{name}" for name in "tuple list set frozenset dict sorted max min next sum".split()),
    "copy.copy", "collections.Counter", "collections.deque",
}  # fmt: skip
WALKERS = {f"builtins.{name}" for name in "zip enumerate reversed iter".split()}
STORES_OF_NUMPY = set("put place copyto fill_diagonal putmask put_along_axis".split())
TYPE = "builtins.type"
OWN = set(
    "append add update setdefault pop popitem clear extend insert remove discard appendleft".split()
)
MADE = {
    "builtins.list", "builtins.set", "builtins.dict", "collections.deque", "collections.defaultdict",
    "collections.OrderedDict", "collections.Counter",
}  # fmt: skip
SIMPLE = (ast.expr, ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)
DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp)


class Kinds:
    """What is known of the names that code reads: lists of numbers, numbers, and containers of their own."""

    def __init__(self, flat: Names, numbers: Names, own: Names) -> None:
        self.flat, self.numbers, self.own = flat, numbers, own

    def plain(self) -> Names:
        """Return the names whose operators are those of Python's own kinds."""
        return self.flat | self.numbers | self.own


class Holding:
    """Follows names through an expression or a simple statement."""

    def __init__(self, dotted: Callable[[ast.expr], str], kinds: Kinds) -> None:
        self.dotted, self.kinds = dotted, kinds
        self.bound: list[Names] = []  # by the comprehensions around

    # ---- what a value holds

    def of(self, node: ast.AST) -> Names:
        """Return the names of which a value may be the list, or hold it or a list in it."""
        if isinstance(node, ast.Name):
            return {node.id}
        if isinstance(node, (ast.Constant, ast.JoinedStr, ast.Compare)):
            return set()
        if isinstance(node, ast.Subscript):
            return self.items(node.value)
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
        if isinstance(node, ast.Call) and self.dotted(node.func) in WALKERS:
            return self.each(self.items, node.args)
        if isinstance(node, (ast.IfExp, ast.BoolOp)):
            return self.each(self.items, ast.iter_child_nodes(node))
        return self.of(node)

    def is_flat(self, node: ast.AST) -> bool:
        """Whether an expression is a name of a list of numbers."""
        return self.is_one_of(node, self.kinds.flat)

    def is_one_of(self, node: ast.AST, names: Names) -> bool:
        """Whether an expression is one of some names, and no name that a comprehension binds."""
        found = isinstance(node, ast.Name) and node.id in names
        return found and not any(node.id in inner for inner in self.bound)  # type: ignore[attr-defined]

    def is_plain(self, node: ast.AST) -> bool:
        """Whether operators are Python's own: those of a class may keep what they are given."""
        if isinstance(node, (ast.BinOp, ast.UnaryOp)):
            parts = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr)]
            return all(map(self.is_plain, parts))
        literal = isinstance(node, (ast.Constant, *DISPLAYS))
        return literal or self.is_one_of(node, self.kinds.plain())

    def call(self, node: ast.Call) -> Names:
        """Return what the value of a call may hold."""
        name, method = self.dotted(node.func), node.func
        if name in NUMBERS or name.startswith("math.") or (name == TYPE and len(node.args) == 1):
            return set()
        if name in ITEMS:
            several = len(node.args) > 1 and name in ("builtins.max", "builtins.min")
            found = self.each(self.of if several else self.items, node.args[:1])
            found |= self.each(self.of, node.args[1:])
            for keyword in node.keywords:
                if keyword.arg != "key":
                    found |= (self.of if keyword.arg else self.items)(keyword.value)
            return found
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
        self.bound.append(inner)
        made = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        found = self.each(self.of, made)
        self.bound.pop()
        if inner.isdisjoint(found):
            return found
        return found.union(self.each(self.items, [g.iter for g in node.generators])) - inner

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
        places = [target for target in stored(node) if not self.is_shallow(target)]
        if isinstance(node, ast.AugAssign) and not self.adds_a_number(node):
            places = [node.target]
        return self.outside(found | self.each(root, places), node)

    def outside(self, found: Names, node: ast.AST) -> Names:
        """Return names, with all that code reads if one of them is bound inside it."""
        return found if found.issubset(loaded(node)) else found.union(loaded(node))

    def adds_a_number(self, node: ast.AugAssign) -> bool:
        """Whether an update in place can be one of a number alone: a list takes `*= 2`, but no `+= 2`."""
        number = isinstance(node.value, ast.Constant) or (
            isinstance(node.value, ast.Name) and node.value.id in self.kinds.numbers
        )
        return number and not isinstance(node.op, ast.Mult)

    def is_shallow(self, target: ast.expr) -> bool:
        """Whether a store changes a container alone, no list in it: those have no text for a place."""
        own = root(target) <= self.kinds.own
        if not own or not isinstance(target, ast.Subscript):
            return False
        key = target.slice
        text = isinstance(key, ast.Constant) and isinstance(key.value, str)
        return text or isinstance(target.value, ast.Name)

    def calls(self, node: ast.AST) -> list[ast.Call]:
        """Return the calls of code that may change or keep what it is given."""
        found = [n for n in ast.walk(node) if isinstance(n, ast.Call)]
        return [n for n in found if unknown_call(n, self.dotted) and not self.only_computes(n)]

    def only_computes(self, call: ast.Call) -> bool:
        """Whether a function of numpy's returns something new, or a view, and stores nowhere."""
        first, _, name = self.dotted(call.func).partition(".")
        stores = name in STORES_OF_NUMPY or name.startswith("random.") or name.endswith(".at")
        return first == "numpy" and not stores and all(k.arg != "out" for k in call.keywords)

    def changes_own(self, call: ast.Call) -> bool:
        """Whether a method of a container changes that container alone."""
        method = call.func
        if not isinstance(method, ast.Attribute) or not isinstance(method.value, ast.Name):
            return False
        return method.attr in OWN and method.value.id in self.kinds.own

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
