"""What carried code may hold, and what it may change: names are followed through its expressions.

`tuple(v)` of a list of numbers holds nothing of v, `(v, 1.0)` holds it; `held["a"][0] = 1.0` changes a
list in `held`, `held["a"] = v` changes `held` alone.
"""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from adjgen.read.flow import COMPREHENSIONS
from adjgen.read.opaque import LOOK_UPS, Code, loaded, targets, unknown_call

Names = set[str]
NUMBERS = {  # what these give holds nothing of what they are given
    *(f"builtins.{name}" for name in """isinstance issubclass len str repr format type callable hasattr id
    hash any all ascii bytes chr ord bin hex oct range abs round int float bool divmod pow print""".split()),
    "bisect.bisect", "bisect.bisect_left", "bisect.bisect_right", "json.dumps",
}  # fmt: skip
ITEMS = {  # these give an item, or a container of the items
    *(f"builtins.{name}" for name in "tuple list set frozenset dict sorted max min next sum".split()),
    "copy.copy", "collections.Counter", "collections.deque", "itertools.chain",
}  # fmt: skip
WALKERS = {f"builtins.{name}" for name in "zip enumerate reversed iter filter".split()}
OWN = set(
    "append add update setdefault pop popitem clear extend insert remove discard appendleft".split()
)
MADE = {
    "builtins.list",
    "builtins.set",
    "builtins.dict",
    "collections.deque",
    "collections.defaultdict",
}
MADE |= {"collections.OrderedDict", "collections.Counter"}
SIMPLE = (ast.expr, ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)
DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp)


class Holding:
    """Follows names; `is_flat` says of one that it is a list of numbers, `is_own` that it is no such list."""

    def __init__(
        self, dotted: Callable[[ast.expr], str], is_flat: Callable[[str], bool],
        is_own: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self.dotted, self.is_flat, self.is_own = dotted, is_flat, is_own

    # ---- what a value holds

    def of(self, node: ast.AST) -> Names:
        """Return the names of which a value may be the list, or hold it or a list in it."""
        if isinstance(node, ast.Name):
            return {node.id}
        if isinstance(node, (ast.Constant, ast.JoinedStr, ast.Compare)):
            return set()
        if isinstance(node, ast.Subscript):
            return self.items(node.value)
        if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Starred)):
            return self.each(self.items, ast.iter_child_nodes(node))
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
            return set() if self.is_flat(node.id) else {node.id}
        if isinstance(node, COMPREHENSIONS):
            return self.collected(node)
        if isinstance(node, ast.Call) and self.dotted(node.func) in WALKERS:
            return self.each(self.items, node.args)
        if isinstance(node, (ast.IfExp, ast.BoolOp)):
            return self.each(self.items, ast.iter_child_nodes(node))
        return self.of(node)

    def call(self, node: ast.Call) -> Names:
        """Return what the value of a call may hold."""
        name, method = self.dotted(node.func), node.func
        given = [
            *node.args,
            *(k.value for k in node.keywords if name not in ITEMS or k.arg != "key"),
        ]
        if name in NUMBERS or name.startswith(("math.", "statistics.")):
            return set()
        if name in ITEMS:
            several = len(node.args) > 1 and name in ("builtins.max", "builtins.min")
            return self.each(self.of if several else self.items, given)
        if isinstance(method, ast.Attribute):
            if method.attr in LOOK_UPS or isinstance(method.value, (ast.Constant, ast.JoinedStr)):
                return set()
            if method.attr == "copy" and not given:
                return self.items(method.value)
        return self.received(node)

    def received(self, node: ast.Call) -> Names:
        """Return what the code that is called is given: arguments, and the object of a method."""
        found = self.each(self.of, [*node.args, *(k.value for k in node.keywords)])
        return found | self.of(node.func)

    def collected(self, node: ast.AST) -> Names:
        """Return what the items of a comprehension may hold."""
        assert isinstance(node, COMPREHENSIONS)
        found, inner = (
            self.of(node.value if isinstance(node, ast.DictComp) else node.elt),
            targets(node),
        )
        if inner.isdisjoint(found):
            return found
        return found.union(self.each(self.items, [g.iter for g in node.generators])) - inner

    def each(self, look: Callable[[Any], Names], nodes: Iterable[ast.AST]) -> Names:
        """Return what any of several nodes may hold."""
        return {name for node in nodes for name in look(node)}

    # ---- what code does

    def given(self, node: ast.AST) -> Names:
        """Return the names of which other code is given the list, or an object gets it."""
        if not isinstance(node, SIMPLE):
            return set(loaded(node))
        found = self.each(self.received, self.calls(node))
        for target in stored(node):
            value = getattr(node, "value", None)
            found |= root(target) | (self.of(value) if value is not None else set())
        return found

    def changed(self, node: ast.AST) -> Names:
        """Return the names of which the list, or a list in it, may be changed."""
        if not isinstance(node, SIMPLE):
            return set(loaded(node))
        calls = [call for call in self.calls(node) if not self.changes_own(call)]
        found = self.each(self.received, calls)
        for target in stored(node):
            inside = isinstance(node, ast.AugAssign) and not isinstance(node.value, ast.Constant)
            shallow = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                shallow = self.is_own(target.value.id)
            found |= root(target) if inside or not shallow else set()
        return found

    def calls(self, node: ast.AST) -> list[ast.Call]:
        """Return the calls of code that may change what it is given."""
        return [
            n for n in ast.walk(node) if isinstance(n, ast.Call) and unknown_call(n, self.dotted)
        ]

    def changes_own(self, call: ast.Call) -> bool:
        """Whether a method of a container changes that container alone."""
        method = call.func
        plain = isinstance(method, ast.Attribute) and isinstance(method.value, ast.Name)
        return plain and method.attr in OWN and self.is_own(method.value.id)  # type: ignore[attr-defined]

    def makes_own(self, code: Code) -> bool:
        """Whether code makes a container that is no list of another name."""
        value = getattr(code.node, "value", code.node)
        if isinstance(value, ast.Call):
            return self.dotted(value.func) in MADE
        return isinstance(value, DISPLAYS)


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
