"""Whether a list, dict or set of a module is only read, in every file that was read with it.

Followed from each mention of its name to what is done there. `lists` says how deep in a value the
innermost list is: 0 is the value itself, -1 that nobody can change anything of it.
"""

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from adjgen.read.constants import DISPLAYS, evaluate
from adjgen.read.flow import COMPREHENSIONS, nodes_of
from adjgen.read.mentions import imported_as, mentions, parents_of, root_of
from adjgen.read.names import Callee, Known
from adjgen.read.opaque import HARMLESS, targets
from adjgen.read.session import Moment
from adjgen.read.state import locals_of
from adjgen.read.table import LAST

if TYPE_CHECKING:
    from adjgen.read.static import StaticScope

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
KEPT = {"builtins.id", "builtins.slice", "builtins.super", "builtins.object"}
READERS = {*HARMLESS, *(f"builtins.{n}" for n in ("map", "filter", "print"))} - KEPT
BLIND = {f"builtins.{n}" for n in ("len", "isinstance", "str", "repr", "type", "bool", "range")}
MORE = {"builtins.enumerate", "builtins.zip"}  # give tuples with the items in them
SAME = {f"builtins.{n}" for n in ("list", "tuple", "sorted", "reversed", "set")}
LOOKS = {"keys", "index", "count"}
COPIES = {"items": 1, "values": 0, "copy": 0}  # how much deeper the lists are in what they give
# Functions of modules that neither change nor keep a list that they are given.
LIBRARIES = ("math.", "bisect.bisect", "statistics.", "numpy.", "scipy.")
CHANGERS = ("numpy.random.", "numpy.put", "numpy.place", "numpy.copyto", "numpy.fill_diagonal")


def only_read(home: "StaticScope", name: str, lists: int) -> bool:
    """Return whether nothing changes, keeps or hands on the table that a module has under a name."""
    scopes = [*home.session.scopes.values()]
    names = imported_as(scopes, name)
    return _alone(home, name) and all(
        Reading(scope).only(node, lists)
        for scope in scopes
        for node in mentions(scope, home, name, names)
    )


def _alone(home: "StaticScope", name: str) -> bool:
    """Whether the display of a name was given no second name by the same statement."""
    parents = parents_of(home)
    node = home.table.names[name][-1].node
    above = parents.get(node)
    while isinstance(above, (ast.Tuple, ast.List)):
        node, above = above, parents.get(above)
    return isinstance(above, ast.AnnAssign) or (
        isinstance(above, ast.Assign) and len(above.targets) == 1
    )


class Reading:
    """What the expressions of a file do with a value."""

    def __init__(self, scope: "StaticScope", followed: set[tuple[Any, ...]] | None = None) -> None:
        self.scope = scope
        self.moment = Moment(scope, LAST)
        self.parents = parents_of(scope)
        self.followed: set[tuple[Any, ...]] = set() if followed is None else followed

    def only(self, node: ast.AST, lists: int) -> bool:
        """Return whether a value is only read where an expression gives it."""
        above = self.parents.get(node)
        check = CHECKS.get(type(above)) if above is not None else None
        return lists < 0 or (check is not None and check(self, above, node, lists))

    def _fresh(self, above: ast.AST, lists: int) -> bool:
        """Whether a new container of the items is only read: that may be changed itself."""
        return lists <= 0 or self.only(above, lists)

    def _yes(self, above: ast.AST, node: ast.AST, lists: int) -> bool:
        return True

    def _same(self, above: ast.AST, node: ast.AST, lists: int) -> bool:
        return self.only(above, lists)

    def _inside(self, above: ast.AST, node: ast.AST, lists: int) -> bool:
        return self.only(above, lists + 1)

    def _compare(self, above: ast.Compare, node: ast.AST, lists: int) -> bool:
        return not any(isinstance(op, (ast.Is, ast.IsNot)) for op in above.ops)

    def _operation(self, above: ast.BinOp, node: ast.AST, lists: int) -> bool:
        return self._fresh(above, lists)

    def _subscript(self, above: ast.Subscript, node: ast.AST, lists: int) -> bool:
        if not isinstance(above.ctx, ast.Load):
            return False
        if node is above.value and isinstance(above.slice, ast.Slice):
            return self._fresh(above, lists)
        return node is above.value and self.only(above, lists - 1)

    def _starred(self, above: ast.Starred, node: ast.AST, lists: int) -> bool:
        return lists <= 0

    def _attribute(self, above: ast.Attribute, node: ast.AST, lists: int) -> bool:
        call = self.parents[above]
        if not isinstance(call, ast.Call) or call.func is not above:
            return False
        if above.attr in COPIES:
            return self._fresh(call, lists + COPIES[above.attr] * (lists > 0))
        return above.attr in LOOKS or (above.attr == "get" and self.only(call, lists - 1))

    def _walk(self, above: ast.For | ast.comprehension, node: ast.AST, lists: int) -> bool:
        if node is not above.iter:
            return isinstance(above, ast.comprehension)  # a condition
        around = above if isinstance(above, ast.For) else self.parents[above]
        return self._target(above.target, around, lists - 1)

    def _assign(self, above: ast.Assign, node: ast.AST, lists: int) -> bool:
        return all(self._target(target, above, lists) for target in above.targets)

    def _annotated(self, above: ast.AnnAssign, node: ast.AST, lists: int) -> bool:
        return self._target(above.target, above, lists)

    def _update(self, above: ast.AugAssign, node: ast.AST, lists: int) -> bool:
        return node is above.value and lists <= 0

    def _target(self, target: ast.expr, around: ast.AST, lists: int) -> bool:
        """Whether what is given to a target of an assignment or loop is only read."""
        if lists < 0:
            return True
        if isinstance(target, (ast.Tuple, ast.List)):
            return all(
                self._target(item.value, around, lists - (lists == 0))
                if isinstance(item, ast.Starred)
                else self._target(item, around, lists - 1)
                for item in target.elts
            )
        if not isinstance(target, ast.Name):
            return False
        while not isinstance(around, (*FUNCTIONS, *COMPREHENSIONS, ast.Module, ast.ClassDef)):
            around = self.parents[around]
        if isinstance(around, ast.Module):
            return self._inside_table(target.id, lists)
        return not isinstance(around, ast.ClassDef) and self._named(target.id, around, lists)

    def _inside_table(self, name: str, lists: int) -> bool:
        """Whether another table, which has this one in it, is only read."""
        entries = self.scope.table.names.get(name, ())
        alone = len(entries) == 1 and isinstance(entries[0].node, DISPLAYS)
        return alone and only_read(self.scope, name, lists)

    def _named(self, name: str, around: ast.AST, lists: int) -> bool:
        """Whether a value is only read under a local name."""
        key = (around, name, lists)
        if key in self.followed:
            return True
        self.followed.add(key)
        return all(self._mentioned(node, name, lists) for node in ast.walk(around))

    def _mentioned(self, node: ast.AST, name: str, lists: int) -> bool:
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            return name not in node.names
        if not isinstance(node, ast.Name) or node.id != name:
            return True
        updated = isinstance(self.parents.get(node), ast.AugAssign)
        bound = not isinstance(node.ctx, ast.Load) and not updated
        return bound or self.only(node, lists)

    def _default(self, above: ast.arguments, node: ast.AST, lists: int) -> bool:
        plain = [*above.posonlyargs, *above.args]
        pairs = [*zip(plain[::-1], above.defaults[::-1]), *zip(above.kwonlyargs, above.kw_defaults)]
        return all(self._named(a.arg, self.parents[above], lists) for a, d in pairs if d is node)

    def _keyword(self, above: ast.keyword, node: ast.AST, lists: int) -> bool:
        call = self.parents[above]
        return isinstance(call, ast.Call) and self._given(call, above.arg, lists)

    def _call(self, above: ast.Call, node: ast.AST, lists: int) -> bool:
        if node not in above.args or any(isinstance(a, ast.Starred) for a in above.args):
            return False
        return self._given(above, [*map(id, above.args)].index(id(node)), lists)

    def _given(self, call: ast.Call, where: int | str | None, lists: int) -> bool:
        """Whether a function that is given a value only reads it."""
        function = self._function(call.func)
        if isinstance(function, Callee):
            return self._passed(function, where, lists)
        dotted = function.dotted if isinstance(function, Known) else ""
        if dotted in ("builtins.max", "builtins.min"):
            return len(call.args) == 1 and self.only(call, lists - 1)
        if dotted.startswith(LIBRARIES):
            return not dotted.startswith(CHANGERS)
        if dotted in MORE | SAME:
            return self._fresh(call, lists + (dotted in MORE) * (lists > 0))
        return dotted in BLIND or (dotted in READERS and lists <= 0)

    def _function(self, function: ast.expr) -> Any:
        """Return what a function is that is called; None if it is a local one that is not imported."""
        root, around = root_of(function), self.parents.get(function)
        while around is not None:
            if isinstance(around, FUNCTIONS) and root in locals_of(around):
                return self._imported(root, around) if isinstance(function, ast.Name) else None
            if isinstance(around, COMPREHENSIONS) and root in targets(around):
                return None
            around = self.parents.get(around)
        return evaluate(function, self.moment, None)

    def _imported(self, name: str, around: ast.AST) -> Any:
        """Return what a function imports under a name that it gives to nothing else."""
        others = [n for n in ast.walk(around) if getattr(n, "arg", getattr(n, "id", "")) == name]
        if any(not isinstance(getattr(n, "ctx", None), ast.Load) for n in others):
            return None
        statements = [n for n in nodes_of(around) if isinstance(n, ast.ImportFrom)]
        found = [(n, a) for n in statements for a in n.names if (a.asname or a.name) == name]
        return self.moment.imported(*found[0]) if len(found) == 1 else None

    def _passed(self, callee: Callee, where: int | str | None, lists: int) -> bool:
        node, scope = callee.definition.node, callee.definition.scope
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
        if isinstance(where, int):
            where = names[where] if where < len(names) else None
        names += [a.arg for a in node.args.kwonlyargs]
        if where not in names or where is None or not isinstance(scope, Moment):
            return False
        plain = not getattr(node, "decorator_list", []) and not callee.definition.bound
        return plain and Reading(scope.scope, self.followed)._named(where, node, lists)


def _all(kinds: Iterable[type[ast.AST]], check: Any) -> dict[type[ast.AST], Any]:
    return dict.fromkeys(kinds, check)


CHECKS: dict[type[ast.AST], Any] = {
    ast.Compare: Reading._compare, ast.BinOp: Reading._operation, ast.Subscript: Reading._subscript,
    ast.Starred: Reading._starred, ast.Attribute: Reading._attribute, ast.Assign: Reading._assign,
    ast.AnnAssign: Reading._annotated, ast.AugAssign: Reading._update,
    ast.arguments: Reading._default, ast.keyword: Reading._keyword, ast.Call: Reading._call,
    **_all((ast.For, ast.comprehension), Reading._walk),
    **_all((ast.BoolOp, ast.IfExp), Reading._same),
    **_all((ast.Tuple, ast.List, ast.Dict), Reading._inside),
    **_all((ast.UnaryOp, ast.If, ast.While, ast.Assert, ast.Expr, ast.FormattedValue), Reading._yes),
}  # fmt: skip
