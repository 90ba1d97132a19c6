"""The names of a file that is only parsed, followed through its imports without running anything."""

import ast
import builtins
import sys

from adjgen.diagnostics import AdjgenError
from adjgen.read import stars
from adjgen.read.constants import evaluate, truth
from adjgen.read.definitions import define, inside, member_of_class
from adjgen.read.imports import succeeds
from adjgen.read.modules import (
    Module,
    canonical,
    find_module,
    find_relative,
    source_of,
    submodule,
)
from adjgen.read.names import (
    Binding,
    Callee,
    Definition,
    External,
    FunctionNode,
    Known,
    Missing,
    ModuleName,
    Place,
)
from adjgen.read.rebound import Rebound, settled
from adjgen.read.session import Moment, Session
from adjgen.read.source import SourceFile, read_file
from adjgen.read.table import LAST, Entry, Table

BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
LETTING_THROUGH = [Known("builtins.open"), Known("warnings.catch_warnings")]
SITE = {"copyright", "credits", "exit", "license", "quit"}  # not there under python -S


class StaticScope:
    """The module scope of a file."""

    def __init__(self, file: SourceFile, session: Session | None = None, path: str = "") -> None:
        self.file = file
        self.path = path  # by which an import found it
        self.session = session or Session()
        self.session.scopes[file.file or file.path] = self
        self.known: dict[tuple[str, float], tuple[Binding, set[SourceFile]]] = {}
        self.open: set[tuple[str, float]] = set()
        self.listed: dict[str, set[str] | None] = {}
        self.definitions: dict[tuple[int, str], Definition] = {}
        if "rebound" not in file.kept:
            file.kept["rebound"] = Rebound(file.tree, file.text)
        self.rebound: Rebound = file.kept["rebound"]
        self.files = {file}  # that decide which branches at top level are taken
        self.complete = False
        self.table = Table(self)
        with self.session.following(self.files):
            self.table.read(file.tree, file.text)
        self.complete = True

    builtins = BUILTINS

    def is_fresh(self) -> bool:
        """Whether all files that were read are as they were."""
        others = [scope for scope in self.session.scopes.values() if scope is not self]
        try:
            return all(read_file(scope.path) is scope.file for scope in others)
        except AdjgenError:
            return False

    def resolve(self, name: str) -> Binding:
        """Return what a name stands for when the module has been imported."""
        return self.at(name, LAST)

    def at(self, name: str, before: float) -> Binding:
        """Return what a name stands for at a moment of the import."""
        key = (name, before)
        self.session.circular |= key in self.open or not (self.complete or before < LAST)
        if key in self.open:
            return External(self.place(name), "it is defined by a circle of imports")
        if key in self.known:
            self.session.touch(self.known[key][1])
            return self.known[key][0]
        files = set(self.files)
        self.open.add(key)
        try:
            with self.session.following(files):
                binding = self._resolved(name, before)
                self.known[key] = binding, files
                if self.session.circular:
                    self.session.doubtful.append((self.known, key))
                return binding
        finally:
            self.open.discard(key)

    def place(self, name: str) -> Place | None:
        """Return where generated code finds a name of this module."""
        return Place(self.file.module, name) if self.file.module else None

    def _resolved(self, name: str, before: float) -> Binding:
        if name in self.rebound.names:
            return External(self.place(name), f"{self.rebound.names[name]} rebinds it")
        found: list[Binding] = []
        lines: list[int] = []
        for entry in self.table.newest_first(name, before):
            binding = self._binding(name, entry)
            if binding is None:
                continue
            found.append(binding)
            lines.append(entry.line)
            if entry.sure:
                break
        else:
            found.append(self._outside(name))
        tables = {id(getattr(binding, "table", None)) for binding in found}
        if len(tables) == 1 and all(binding == found[0] for binding in found):
            return settled(found[0], self, self, name, self.place(name))
        if runs := {e.line for e in self.table.stars if e.value is None}.intersection(lines):
            why = f"exec, globals() or their like in line {min(runs)} may rebind `{name}`"
            return External(self.place(name), why)
        places = ", ".join(map(str, sorted(lines)))
        several = "several things" if len(lines) > 1 else "bound under a condition"
        return External(self.place(name), f"`{name}` is {several} (line {places})")

    def _outside(self, name: str) -> Binding:
        if stars.may_be_submodule(self, name):
            return External(self.place(name), f"the package has a module `{name}`")
        if name in BUILTINS and name not in SITE:
            return Known(f"builtins.{name}")
        if name in ("__name__", "__file__", "__doc__", "__package__", "__spec__", "__loader__"):
            return External(self.place(name))
        if "globals()" in self.file.text:
            return External(self.place(name), "the module may bind it through globals()")
        return Missing(name)

    def _binding(self, name: str, entry: Entry) -> Binding | None:
        """Return what an entry binds a name to, None if it does not bind it."""
        if entry.kind == "star":
            return self.from_star(name, entry)
        if entry.kind in ("import", "from"):
            return self.imported(entry.value, entry.node)
        if entry.kind == "deleted":
            return self._outside(name)
        if entry.kind == "class":
            return External(self.place(name), f"`{name}` is a class", node=entry.node, scope=self)
        if entry.kind == "def":
            return Callee(self.definition(entry.node, name, entry.order), self.place(name))
        if entry.kind == "value" and isinstance(entry.node, ast.Lambda):
            return Callee(self.definition(entry.node, name, entry.order), self.place(name))
        if entry.kind == "value":
            return evaluate(entry.node, Moment(self, entry.order), self.place(name))
        return External(self.place(name), "its value is not known before run time")

    # ---- imports

    def imported(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> Binding:
        """Return what one name of an import statement is bound to."""
        if isinstance(node, ast.Import):
            dotted = alias.name if alias.asname else alias.name.split(".")[0]
            return self._module(find_module(dotted, self.file))
        return self.member(self.source_of_import(node), alias.name)

    def source_of_import(self, node: ast.ImportFrom) -> Module:
        if node.level:
            return find_relative(node.module or "", node.level, self.file)
        return find_module(node.module or "", self.file)

    def _module(self, module: Module) -> Binding:
        if module.kind in ("missing", "unclear"):
            return External(Place(module.dotted, ""), _refusal(module))
        return ModuleName(module.dotted, module)

    def member(self, module: Module, name: str) -> Binding:
        """Return the attribute of a module."""
        place = Place(module.dotted, name)
        if module.kind in ("missing", "unclear"):
            return External(place, _refusal(module))
        if module.kind == "source":
            scope = self.scope_of(module)
            if scope is None:
                return External(place, f"`{module.file}` cannot be read as Python")
            binding = scope.own(name) if scope is not self else Missing(name)
            if not isinstance(binding, Missing):
                return binding
        inner = submodule(module, name, self.file)
        if inner.kind != "missing" and not self._hides(module, name):
            return self._module(inner)
        if module.kind in ("known", "compiled"):
            return Known(canonical(f"{module.dotted}.{name}"))
        return Missing(name, f"the module `{module.dotted}` has no `{name}`")

    def _hides(self, package: Module, name: str) -> bool:
        """Whether a known package binds the name of one of its modules to something else."""
        scope = self.scope_of(source_of(package)) if package.kind == "known" else None
        entries = scope.table.names.get(name, ()) if scope else ()
        return any(
            entry.kind in ("def", "class", "value") or getattr(entry.value, "module", None)
            for entry in entries
        )

    def scope_of(self, module: Module) -> "StaticScope | None":
        """Return the scope of another module, None if it cannot be read."""
        if module.kind != "source":
            return None
        try:
            file = read_file(module.file)
        except AdjgenError:
            return None
        known = self.session.scopes.get(file.file)
        return known or StaticScope(file, self.session, module.file)

    def own(self, name: str) -> Binding:
        """Return an attribute of this module; unlike `resolve` without the builtins."""
        if name in self.table.names or name.startswith("__"):
            return self.resolve(name)
        if self.table.stars:
            binding = self.resolve(name)
            if binding != self._outside(name):
                return binding
        if "__getattr__" in self.table.names:
            return External(self.place(name), "the module computes its attributes")
        return Missing(name)

    # ---- star imports

    def from_star(self, name: str, entry: Entry) -> Binding | None:
        """Return what `from module import *` binds a name to, None if it does not bind it."""
        if entry.value is None:
            return External(self.place(name), f"line {entry.line} may bind it through `globals()`")
        module = self.source_of_import(entry.value)
        exported = stars.exported(self, module, name)
        if exported is None:
            what = f"`from {module.dotted} import *` in line {entry.line} may bind it"
            return External(self.place(name), what)
        return self.member(module, name) if exported else None

    # ---- attributes

    def resolve_attribute(self, binding: Binding, attribute: str) -> Binding:
        """Return what `binding.attribute` stands for."""
        if isinstance(binding, ModuleName) and isinstance(binding.found, Module):
            return self.member(binding.found, attribute)
        if isinstance(binding, Known):
            return Known(f"{binding.dotted}.{attribute}", binding.home()[0])
        if isinstance(binding, External):
            scope = binding.scope
            if isinstance(binding.node, ast.ClassDef) and isinstance(scope, StaticScope):
                moment = Moment(scope, scope.order_of(binding.node))
                return member_of_class(scope, moment, binding, attribute)
            return External(inside(binding.place, attribute), binding.reason)
        place = inside(getattr(binding, "place", None), attribute)
        return External(place, f"`{attribute}` is an attribute of a function or a constant")

    def definition(
        self, node: FunctionNode, qualname: str, before: float, owner: ast.ClassDef | None = None
    ) -> Definition:
        """Return the definition of a function of this file."""
        key = (id(node), qualname)
        if key not in self.definitions:
            moment = Moment(self, before)
            view = Moment(self, LAST)
            self.definitions[key] = define(view, moment, node, qualname, owner)
            view.files |= moment.files
        return self.definitions[key]

    def order_of(self, node: ast.AST) -> float:
        """Return when the import reaches a class or function, LAST if it is not at top level."""
        entries = self.table.names.get(getattr(node, "name", ""), ())
        return next((entry.order for entry in entries if entry.node is node), LAST)

    # ---- what the table asks

    def succeeds(self, node: ast.Import | ast.ImportFrom) -> bool | None:
        """Return whether an import works; None if that is not known."""
        return succeeds(self, node)

    def swallows(self, manager: ast.expr, before: float) -> bool:
        """Return whether a context manager may swallow an exception."""
        made = manager.func if isinstance(manager, ast.Call) else manager
        return evaluate(made, Moment(self, before), None) not in LETTING_THROUGH

    def truth(self, test: ast.expr, before: float) -> bool | None:
        """Return the value of a condition; None if it is not known."""
        return truth(test, Moment(self, before))


def scope_of_file(file: SourceFile) -> StaticScope:
    """Return the scope of a file; the same while it, its imports and sys.path stay as they are."""
    path, scope = file.kept.get("scope", (None, None))
    if path != sys.path or not scope.is_fresh():
        path, scope = list(sys.path), StaticScope(file)
        file.kept["scope"] = path, scope
    return scope  # type: ignore[no-any-return]


def _refusal(module: Module) -> str:
    why = "is not found" if module.kind == "missing" else "is one of Python's and a file here"
    return f"the module `{module.dotted}` {why}"
