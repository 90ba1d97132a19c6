"""Passive code carried as it is: which local names it reads and binds, and how it prints.

Names of modules appear in a rendered tree as `@module`; emit chooses an alias and the import.
"""

import ast
import builtins
import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from adjgen.diagnostics import Problem
from adjgen.read.flow import COMPREHENSIONS

STOP = "adjgen.stop_gradient"
# Calls of these neither change anything nor keep what they are given.
HARMLESS = frozenset(
    "builtins." + name
    for name in """isinstance issubclass len str repr format type callable hasattr id hash any all
    ascii bytes chr ord bin hex oct list tuple dict set frozenset sorted range enumerate zip reversed
    slice object super min max sum abs round int float bool divmod pow""".split()
) | {
    STOP, "bisect.bisect", "bisect.bisect_left", "bisect.bisect_right", "json.dumps", "copy.copy",
    "copy.deepcopy",
}  # fmt: skip
COMPARING = {"builtins.max", "builtins.min", "builtins.sorted"}
LOOK_UPS = {"index", "count"}  # methods of lists and tuples that only look
# These see every variable, or run text that does.
SEES_ALL = {"builtins." + name for name in ("eval", "exec", "locals", "globals", "vars", "dir")}
OBSERVERS = ("builtins.print", "warnings.warn", "logging.", "sys.stdout.", "sys.stderr.")


@dataclass(frozen=True, eq=False)
class Code:
    """A syntax tree with the local names it reads and binds; what adjgen.ir.core.Payload asks for.

    globals maps each other name to the expression that generated code has for it; `before` are
    names that must hold their old value first, because the code may leave them alone; `changes` are
    the places of the arguments that may change, None: all.
    """

    node: ast.AST
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    globals: dict[str, ast.expr] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    effect: bool = False
    observes: bool = False
    reason: str = ""
    hint: str = ""
    inward: bool = False  # a statement that changes nothing but local names
    problems: tuple[Problem, ...] = ()  # those of a callee that could not be read: the reasons
    changes: frozenset[int] | None = None

    @property
    def is_expression(self) -> bool:
        """Whether this is an expression, not a statement."""
        return isinstance(self.node, ast.expr)

    @property
    def repeatable(self) -> bool:
        """Whether nobody notices that this runs once more after it ran without raising."""
        return not self.effect or self.inward or isinstance(self.node, (ast.Raise, ast.Assert))

    @property
    def raises(self) -> bool:
        """Whether this always raises, so that nothing follows it."""
        return isinstance(self.node, ast.Raise)

    @property
    def makes_list(self) -> bool:
        return isinstance(self.node, (ast.List, ast.ListComp))

    @property
    def is_name(self) -> bool:
        """Whether this only reads a name from outside the function, which nobody can notice, or is {}."""
        if isinstance(self.node, ast.Dict):
            return not self.node.keys
        return isinstance(self.node, (ast.Name, ast.Attribute)) and not self.reads

    def render(self, reads: Sequence[Any], writes: Sequence[str]) -> Any:
        """Return the expression, or the list of statements, with local names replaced."""
        if isinstance(self.node, ast.expr):
            names = dict(self.globals) | dict(zip(self.reads, reads))
            return Renamer(names, {}).visit(copy.deepcopy(self.node))
        stores = dict(zip(self.writes, writes))
        olds = dict(zip(self.reads, reads))
        now = {name: ast.Name(stores[name], ast.Load()) for name in self.writes}
        statements: list[ast.stmt] = []
        for name in self.before:
            if not (isinstance(olds[name], ast.Name) and olds[name].id == stores[name]):
                statements.append(ast.Assign([ast.Name(stores[name], ast.Store())], olds[name]))
        moved = set(self.before)
        loads = dict(self.globals) | olds
        loads |= {name: tree for name, tree in now.items() if name in moved or name not in olds}
        statements.append(Renamer(loads, stores).visit(copy.deepcopy(self.node)))
        return statements

    def inner_names(self) -> set[str]:
        """Return the names that the code binds for itself: what is imported must avoid them."""
        names = {n.id for n in ast.walk(self.node) if isinstance(n, ast.Name)}
        names |= {n.arg for n in ast.walk(self.node) if isinstance(n, ast.arg)}
        return names - set(self.reads) - set(self.writes) - set(self.globals)

    avoided_names = inner_names


class Renamer(ast.NodeTransformer):
    """Replaces names; what comprehensions and lambdas bind inside is theirs."""

    def __init__(self, loads: dict[str, ast.expr], stores: dict[str, str]) -> None:
        self.loads, self.stores = loads, stores

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if isinstance(node.ctx, ast.Load):
            return copy.deepcopy(self.loads.get(node.id, node))
        return ast.Name(self.stores.get(node.id, node.id), node.ctx)

    def visit_alias(self, node: ast.alias) -> ast.alias:
        bound = node.asname or node.name.partition(".")[0]
        if self.stores.get(bound, bound) != bound and (node.asname or bound == node.name):
            node.asname = self.stores[bound]
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.name = self.stores.get(node.name, node.name) if node.name else None
        return self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        inner = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
        self.visit(node.args)  # defaults are evaluated outside
        node.body = self.without(inner).visit(node.body)
        return node

    def without(self, inner: set[str]) -> "Renamer":
        """Return a renamer that leaves names of an inner scope alone."""
        loads = {k: v for k, v in self.loads.items() if k not in inner}
        return Renamer(loads, {k: v for k, v in self.stores.items() if k not in inner})

    def _comprehension(self, node: Any) -> Any:
        first: ast.expr = self.visit(
            node.generators[0].iter
        )  # evaluated outside, before anything is bound
        node.generators[0].iter = ast.Constant(None)
        self.without(targets(node)).generic_visit(node)
        node.generators[0].iter = first
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension


def targets(node: Any) -> set[str]:
    """Return the names that a comprehension binds."""
    inside = [n for g in node.generators for n in ast.walk(g.target)]
    return {n.id for n in inside if isinstance(n, ast.Name)}


def loaded(node: ast.AST, inner: frozenset[str] = frozenset()) -> list[str]:
    """Return the names that a tree reads from around it, in order, each once."""
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, ast.Load) and node.id not in inner else []
    around = inner
    outside: list[ast.AST] = []  # what is evaluated before the names of an inner scope are bound
    if isinstance(node, COMPREHENSIONS):
        outside, inner = [node.generators[0].iter], inner | targets(node)
    elif isinstance(node, ast.Lambda):
        outside = [d for d in (*node.args.defaults, *node.args.kw_defaults) if d is not None]
        inner = inner | {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
    names = [name for child in outside for name in loaded(child, around)]
    names += [name for child in ast.iter_child_nodes(node) for name in loaded(child, inner)]
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        names.append(node.target.id)
    return list(dict.fromkeys(names))


def changes(node: ast.AST, dotted: Callable[[ast.expr], str]) -> bool:
    """Whether evaluating an expression may change something or keep what it reads."""
    odd = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda)
    keys = called_at_once(node, dotted)
    return any(
        (isinstance(n, odd) and n not in keys) or unknown_call(n, dotted) for n in ast.walk(node)
    )


def called_at_once(node: ast.AST, dotted: Callable[[ast.expr], str]) -> set[ast.expr]:
    """Return the keys that max, min and sorted compare by: nobody has them when these have returned."""
    return {
        keyword.value
        for n in ast.walk(node)
        if isinstance(n, ast.Call) and n.keywords and dotted(n.func) in COMPARING
        for keyword in n.keywords
        if keyword.arg == "key"
    }


def inward(node: ast.stmt, dotted: Callable[[ast.expr], str]) -> bool:
    """Whether a statement changes nothing but local names."""
    stores = (n for n in ast.walk(node) if isinstance(n, (ast.Attribute, ast.Subscript)))
    outward = any(not isinstance(n.ctx, ast.Load) for n in stores)
    odd = (ast.AugAssign, ast.For, ast.With, ast.AsyncWith, ast.Import, ast.ImportFrom)
    loud = any(isinstance(n, odd) for n in ast.walk(node))
    return not (outward or loud or changes(_raising_plainly(node, dotted), dotted))


def _raising_plainly(node: ast.stmt, dotted: Callable[[ast.expr], str]) -> ast.stmt:
    """Return a statement in which `raise ValueError(text)` is `raise text`: making one changes nothing."""
    plain = copy.deepcopy(node)
    for one in (n for n in ast.walk(plain) if isinstance(n, ast.Raise)):
        if isinstance(one.exc, ast.Call) and not one.exc.keywords:
            kind = getattr(builtins, dotted(one.exc.func).removeprefix("builtins."), None)
            if isinstance(kind, type) and issubclass(kind, BaseException):
                one.exc = ast.Tuple(one.exc.args, ast.Load())
    return plain


def unknown_call(node: ast.AST, dotted: Callable[[ast.expr], str]) -> bool:
    """Whether a node is a call that may change something or keep what it is given."""
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    if isinstance(function, ast.Attribute):
        text = isinstance(function.value, ast.Constant) and isinstance(function.value.value, str)
        if text or isinstance(function.value, ast.JoinedStr):
            return False  # "...".format(x), ", ".join(...)
        if isinstance(function.value, (ast.List, ast.Tuple)) and function.attr in LOOK_UPS:
            return False  # ["a", "b"].index(name)
    name = dotted(function)
    return name not in HARMLESS and not name.startswith(("math.", "statistics."))


def late_reads(node: ast.AST, dotted: Callable[[ast.expr], str]) -> set[str]:
    """Return the names that functions and generators inside read whenever they come to run."""
    found: set[str] = set()
    at_once = called_at_once(node, dotted) | {
        a
        for n in ast.walk(node)
        if isinstance(n, ast.Call) and dotted(n.func) in HARMLESS
        for a in n.args
        if isinstance(a, ast.GeneratorExp)
    }
    for inside in ast.walk(node):
        late = isinstance(inside, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        if (late or isinstance(inside, ast.GeneratorExp)) and inside not in at_once:
            found.update(loaded(inside))
    return found
