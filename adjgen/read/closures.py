"""A carried call that is given functions: those defined inside the user's function are written before it.

Whatever a function reads from around it is one of the values that the equation reads, as it is when
the call runs.
"""

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adjgen.diagnostics import Problem
from adjgen.ir.core import UNBOUND, Atom, Const
from adjgen.read.bound import TRUE, boundness, require_bound
from adjgen.read.frame import Frame
from adjgen.read.missing import constant_expression
from adjgen.read.names import ABSENT
from adjgen.read.opaque import SEES_ALL, targets
from adjgen.read.state import locals_of
from adjgen.read.values import BindingValue, Conflict, Display, FunctionValue, Value

NO_SCOPE = (ast.ClassDef, ast.AsyncFunctionDef, ast.Global, ast.Nonlocal)


@dataclass(frozen=True, eq=False)
class Handing:
    """A call with the functions that it is given; what adjgen.ir.core.Payload asks for.

    Names in the trees that begin with % stand for what the equation reads.
    """

    node: ast.expr
    definitions: tuple[ast.FunctionDef, ...] = ()
    reads: tuple[str, ...] = ()
    reason: str = ""
    hint: str = ""
    repeatable: bool = True
    effect: bool = True
    observes: bool = True  # active values enter; what comes back has them only through a ROOT
    is_name: bool = False
    makes_list: bool = False
    raises: bool = False
    problems: tuple[Problem, ...] = ()
    changes: frozenset[int] | None = None

    @property
    def writes(self) -> tuple[str, ...]:
        """The local names that this binds: the value of a call that follows definitions."""
        return ("value",) if self.definitions else ()

    @property
    def is_expression(self) -> bool:
        """Whether this is an expression, not statements."""
        return not self.definitions

    def render(self, reads: Sequence[Any], writes: Sequence[str]) -> Any:
        """Return the call, or the definitions and the call as statements."""
        fill = _Filled(dict(zip(self.reads, reads)))
        call = fill.visit(copy.deepcopy(self.node))
        if not self.definitions:
            return call
        before = [fill.visit(copy.deepcopy(one)) for one in self.definitions]
        return [*before, ast.Assign([ast.Name(writes[0], ast.Store())], call)]

    def inner_names(self) -> set[str]:
        """Return the names that the code binds for itself: what is imported must avoid them."""
        nodes = [n for tree in (self.node, *self.definitions) for n in ast.walk(tree)]
        names = {n.id for n in nodes if isinstance(n, ast.Name)}
        names |= {n.arg for n in nodes if isinstance(n, ast.arg)}
        names |= {
            n.name or "" for n in nodes if isinstance(n, (ast.FunctionDef, ast.ExceptHandler))
        }
        return {name for name in names if name[:1] not in "%@"}

    def avoided_names(self) -> set[str]:
        """Return the names that variables must avoid: not those of scopes inside, see _Filled."""
        stored = (n for n in ast.walk(self.node) if isinstance(n, ast.Name))
        names = {n.id for n in stored if not isinstance(n.ctx, ast.Load)}
        return names | {one.name for one in self.definitions}


class _Filled(ast.NodeTransformer):
    """Puts expressions in the place of names that begin with %.

    A function inside that has a variable of the same name gets the value as a default:
    `lambda x, *, x_=x: x - x_`.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> Any:
        return copy.deepcopy(self.names.get(node.id, node))

    def _function(self, node: Any) -> Any:
        body = node.body if isinstance(node.body, list) else [node.body]
        inside = [n for part in [node.args, *body] for n in ast.walk(part)]
        own = {n.arg for n in inside if isinstance(n, ast.arg)}
        own |= {n.id for n in inside if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        own |= {n.name or "" for n in inside if isinstance(n, (ast.FunctionDef, ast.ExceptHandler))}
        taken = own | {tree.id for tree in self.names.values() if isinstance(tree, ast.Name)}
        names = dict(self.names)
        for label, tree in self.names.items():
            if isinstance(tree, ast.Name) and tree.id in own:
                if not any(isinstance(n, ast.Name) and n.id == label for n in inside):
                    continue
                name = tree.id + "_"
                while name in taken:
                    name += "_"
                taken.add(name)
                node.args.kwonlyargs.append(ast.arg(name))
                node.args.kw_defaults.append(ast.Name(label, ast.Load()))
                names[label] = ast.Name(name, ast.Load())
        node.args = self.generic_visit(node.args)
        below = _Filled(names)
        filled = [below.visit(part) for part in body]
        node.body = filled if isinstance(node.body, list) else filled[0]
        return node

    visit_Lambda = visit_FunctionDef = _function


class Carrier:
    """Collects what one carried call reads, and the functions to write before it."""

    def __init__(self, frame: Frame, node: ast.expr) -> None:
        self.frame, self.node = frame, node
        self.labels: dict[Atom, str] = {}
        self.definitions: list[ast.FunctionDef] = []
        self.made: dict[tuple[int, int], ast.expr] = {}
        main = frame.session.main.node
        self.taken = {a.arg for a in ast.walk(main.args) if isinstance(a, ast.arg)}

    def tree(self, node: ast.expr) -> ast.expr:
        """Return an expression with what it reads from around it replaced."""
        tree: ast.expr = _Outside(self, self.frame, frozenset()).visit(copy.deepcopy(node))
        return tree

    def payload(
        self, node: ast.expr, reason: str, hint: str, repeatable: bool
    ) -> tuple[Handing, list[Atom]]:
        """Return the payload of a call, and the atoms that it reads."""
        tree = self.tree(node)
        labels = tuple(self.labels.values())
        return Handing(tree, tuple(self.definitions), labels, reason, hint, repeatable), list(
            self.labels
        )

    def read(self, frame: Frame, node: ast.Name, late: bool) -> ast.expr:
        """Return what stands for a name that is read in a frame, perhaps only if a function runs."""
        held, owner = frame.held(node.id), frame.frame_of(node.id)
        if owner is not None and boundness(owner.env, node.id) != TRUE:
            if late:
                held = UNBOUND
            else:
                require_bound(frame, node, node.id, owner)
        if isinstance(held, BindingValue):
            return frame.expression_of(node, held.binding, node.id)
        return self.of(held, node.id)

    def of(self, held: Value, name: str) -> ast.expr:
        """Return what stands for a value."""
        if isinstance(held, FunctionValue):
            return self.function(held)
        if isinstance(held, Display) and held.record is None:
            items = [self.of(item, name) for item in held.items]
            return (ast.Tuple if held.kind == "tuple" else ast.List)(items, ast.Load())
        if isinstance(held, BindingValue):
            return self.frame.expression_of(self.node, held.binding, name)
        if isinstance(held, Conflict) or held is UNBOUND:
            what = f"`{name}` may have no value here"
            self.frame.problem(self.node, "ADJ501", what, "Assign it first.")
            return ast.Constant(None)
        if isinstance(held, Const):
            return constant_expression(held.value)
        atom = self.frame.materialise(self.node, held)
        label = self.labels.setdefault(atom, f"%{len(self.labels)}")
        return ast.Name(label, ast.Load())

    def function(self, held: FunctionValue) -> ast.expr:
        """Return the expression of a function; one defined by `def` inside another is written before."""
        node = held.definition.node
        if held.frame is None:
            return self.importable(held.definition)
        key = id(node), id(held.frame)
        if key not in self.made:
            inner = copy.deepcopy(node)
            self.refuse_scopes(held.frame, inner)
            if not isinstance(inner, ast.Lambda):
                while inner.name in self.taken:
                    inner.name += "_"
                self.taken.add(inner.name)
                self.made[key] = ast.Name(inner.name, ast.Load())
            plain = _Outside(self, held.frame, frozenset()).inside(inner)
            with_defaults(plain, held.definition.defaults, self)
            if isinstance(plain, ast.Lambda):
                return plain
            self.definitions.append(plain)
        return copy.deepcopy(self.made[key])

    def importable(self, definition: Any) -> ast.expr:
        """Return the expression of a function that is found in a module."""
        given = getattr(definition, "fixed", {}) or getattr(definition, "preset", {})
        if given or getattr(definition, "self_value", ABSENT) is not ABSENT:
            return self.refuse("a bound method or functools.partial under another name")
        place = definition.place
        if place.holder is not None:
            self.frame.session.holders[place.module] = place.holder
        return ast.Name(f"@{place.module}:{place.name}", ast.Load())

    def refuse_scopes(self, frame: Frame, node: ast.AST) -> None:
        """Refuse a function whose names mean something else where it is written again."""
        for inner in ast.walk(node):
            if isinstance(inner, NO_SCOPE) or getattr(inner, "decorator_list", None):
                self.refuse("a function with a decorator, a class, `global` or `nonlocal`")
            if isinstance(inner, ast.Call) and frame.dotted(inner.func) in SEES_ALL:
                self.refuse(f"a function that calls `{ast.unparse(inner.func)}`")

    def refuse(self, what: str) -> ast.expr:
        """Report a function that cannot be written before the call."""
        what = f"{what} is passed to code that adjgen cannot read"
        self.frame.problem(self.node, "ADJ301", what, "Move a plain function to module level.")
        return ast.Constant(None)


def with_defaults(node: Any, defaults: dict[str, Value], carrier: Carrier) -> None:
    """Give a function the defaults that it got when the user's code defined it."""
    positional = [*node.args.posonlyargs, *node.args.args]
    late = positional[len(positional) - len(node.args.defaults) :]
    node.args.defaults = [carrier.of(defaults[a.arg], a.arg) for a in late]
    node.args.kw_defaults = [
        None if old is None else carrier.of(defaults[a.arg], a.arg)
        for a, old in zip(node.args.kwonlyargs, node.args.kw_defaults)
    ]


def without_annotations(node: Any) -> None:
    """Take the annotations from a function's signature: nobody reads them where it is written again."""
    for arg in ast.walk(node.args):
        if isinstance(arg, ast.arg):
            arg.annotation = None
    if not isinstance(node, ast.Lambda):
        node.returns = None


class _Outside(ast.NodeTransformer):
    """Replaces the names that a tree reads from around it; those of scopes inside are theirs."""

    def __init__(
        self, carrier: Carrier, frame: Frame, inner: frozenset[str], late: bool = False
    ) -> None:
        self.carrier, self.frame, self.inner, self.late = carrier, frame, inner, late

    def within(self, names: frozenset[str] | set[str]) -> "_Outside":
        """Return the same for a scope that binds names."""
        return _Outside(self.carrier, self.frame, self.inner | names, True)

    def inside(self, node: Any) -> Any:
        """Return a function with its body replaced; its defaults stay."""
        below = self.within(locals_of(node))
        without_annotations(node)
        if isinstance(node, ast.Lambda):
            node.body = below.visit(node.body)
            return node
        body = node.body[bool(ast.get_docstring(node)) :] or node.body
        node.body = [below.visit(statement) for statement in body]
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if not isinstance(node.ctx, ast.Load) or node.id in self.inner:
            return node
        return ast.copy_location(self.carrier.read(self.frame, node, self.late), node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        plain: ast.stmt = ast.Assign([node.target], node.value) if node.value else ast.Pass()
        return self.generic_visit(ast.copy_location(plain, node))  # type: ignore[return-value]

    def _function(self, node: Any) -> Any:
        without_annotations(node)
        self.visit(node.args)
        return self.inside(node)

    visit_Lambda = visit_FunctionDef = _function

    def _comprehension(self, node: Any) -> Any:
        first = self.visit(node.generators[0].iter)  # evaluated outside
        node.generators[0].iter = ast.Constant(None)
        self.within(targets(node)).generic_visit(node)
        node.generators[0].iter = first
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension
