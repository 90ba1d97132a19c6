"""The names of a function that is running: its closure, its module, the builtins.

Numbers get a place, where generated code reads them again. A callee's text is found when its name
is first asked for; while its module is still being imported, what is yet to come is read statically.
"""

import ast
import builtins
import dataclasses
import inspect
import sys
from types import CellType, FrameType, FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import Any

from adjgen.diagnostics import AdjgenError
from adjgen.read.constants import PLAIN, UNKNOWN
from adjgen.read.definitions import inside
from adjgen.read.family import Family
from adjgen.read.identity import is_known_module, is_of_python, known_name
from adjgen.read.modules import Module, canonical, submodule
from adjgen.read.names import (
    ABSENT,
    Binding,
    Callee,
    Constant,
    Definition,
    External,
    Known,
    Missing,
    ModuleName,
    Place,
)
from adjgen.read.source import SourceFile

EMPTY = "it has no value yet"
PLAIN_LOOKUPS = tuple(kind.__getattribute__ for kind in (object, type, SimpleNamespace))


class LiveScope:
    """The names around a live function, or of its module alone if it is None."""

    def __init__(
        self,
        file: SourceFile,
        names: dict[str, Any],
        family: Family,
        function: FunctionType | None = None,
    ) -> None:
        self.file = file
        self.names = names
        self.family = family
        self.function = function
        self.line = executing_line(names, file)
        free = function.__code__.co_freevars if function else ()
        cells = (function.__closure__ or ()) if function else ()
        self.cells: dict[str, CellType] = dict(zip(free, cells))

    def resolve(self, name: str) -> Binding:
        """Return what a name stands for now."""
        if name in self.cells:
            return self._cell(name)
        coming = self._coming(name)
        if coming is not None:
            return coming
        if name in self.names:
            return self.describe(self.names[name], self.place(name))
        held = self.names.get("__builtins__", builtins)  # a module or its dict
        known = vars(held) if isinstance(held, ModuleType) else held
        if name in known:
            return self.describe(known[name], Place("builtins", name))
        if self.function is not None and name == self.function.__qualname__:
            return Callee(self._self_definition(), self.place(name))  # it decorates itself
        return Missing(name)

    def place(self, name: str) -> Place:
        """Return where generated code reads a global of the function's module."""
        module = self.names.get("__name__", "")
        if getattr(sys.modules.get(module), "__dict__", None) is self.names:
            return Place(module, name)
        label = f"{str(module).rpartition('.')[2] or 'module'}_globals"
        return self.family.place(self.names, label, self.names, name)

    def place_of(self, function: Any) -> Place:
        """Return where generated code finds a function as an object."""
        module = sys.modules.get(function.__module__ or "")
        found: Any = module
        for part in function.__qualname__.split("."):
            found = getattr(found, "__dict__", {}).get(part)
        if found is function:
            return Place(function.__module__, function.__qualname__)
        return self.family.place(
            function,
            f"{function.__code__.co_name.strip('<>')}_object",
            {"function": function},
            "function",
        )

    def _cell(self, name: str) -> Binding:
        assert self.function is not None
        label = f"{self.function.__code__.co_name.strip('<>')}_closure"
        place = self.family.place(self.function.__closure__, label, self.cells, name)
        try:
            return self.describe(self.cells[name].cell_contents, place)
        except ValueError:
            if name == self.function.__code__.co_name:
                return Callee(self._self_definition(), place)
            return Missing(name, EMPTY)

    def _self_definition(self) -> Definition:
        from adjgen.read.functions import definition_of

        return definition_of(self.function, self.family)

    # ---- while the module is being imported

    def _coming(self, name: str) -> Binding | None:
        """Return what the rest of the module's import is going to bind a name to."""
        if self.line is None:
            return None
        scope = self.family.static_scope(self.file)
        entries = [*scope.table.names.get(name, ()), *scope.table.stars]
        if all(entry.line <= self.line for entry in entries):
            return None
        last = entries[-1] if len(entries) == 1 else None
        if last is not None and last.kind in ("import", "from"):
            return self.imported(last.value, last.node)
        binding = scope.resolve(name)
        if isinstance(binding, Constant):
            return Constant(binding.value, self.place(name))
        if isinstance(binding, Callee):
            return self._of_text(binding, self.place(name))
        return (
            dataclasses.replace(binding, place=self.place(name))
            if isinstance(binding, External)
            else binding
        )

    # ---- objects

    def describe(self, value: Any, place: Place | None) -> Binding:
        """Return the binding of a live object found at a place."""
        if type(value) in PLAIN:
            return Constant(value, place)
        if isinstance(value, ModuleType):
            return ModuleName(_module_name(value), value)
        dotted = known_name(value)
        if dotted:
            return Known(dotted)
        from adjgen.read.functions import FUNCTIONS, definition_of, no_function

        if isinstance(value, FUNCTIONS) and not is_of_python(value):
            try:
                return Callee(definition_of(value, self.family), place)
            except AdjgenError as error:
                return External(place, error.diagnostics[0].what, value)
        callable_object = callable(value) and not isinstance(value, (type, *FUNCTIONS))
        return External(place, no_function(value).what if callable_object else UNKNOWN, value)

    def resolve_attribute(self, binding: Binding, attribute: str) -> Binding:
        """Return what `binding.attribute` stands for."""
        if isinstance(binding, ModuleName) and isinstance(binding.found, ModuleType):
            return self._member(binding.dotted, binding.found, attribute)
        if isinstance(binding, External) and binding.value is not ABSENT:
            return self._attribute(binding, attribute)
        found = self.family.static_scope(self.file).resolve_attribute(binding, attribute)
        return self._of_text(found, getattr(found, "place", None))

    def _of_text(self, binding: Binding, place: Place | None) -> Binding:
        """Return a function of this file, found as text, with the names of the running module."""
        if not isinstance(binding, Callee) or binding.definition.file is not self.file:
            return binding
        module = LiveScope(self.file, self.names, self.family)
        return Callee(dataclasses.replace(binding.definition, scope=module), place)

    def as_text(self, owner: ast.ClassDef) -> External:
        """Return a class of this file as text."""
        return External(None, node=owner, scope=self.family.static_scope(self.file))

    def member(self, value: Any, name: str) -> Binding:
        """Return what an object has of a name."""
        return self._attribute(External(None, value=value), name)

    def above(self, start: Any, value: Any, name: str) -> Binding | None:
        """Return the method that `super(start, value).name` is."""
        owned = value if isinstance(value, type) else type(value)
        if start not in owned.__mro__:
            return None
        classes = owned.__mro__[owned.__mro__.index(start) + 1 :]
        found = next((vars(one)[name] for one in classes if name in vars(one)), None)
        if isinstance(found, staticmethod):
            return self.describe(found.__func__, None)
        if isinstance(found, classmethod):
            found, value = found.__func__, owned
        if isinstance(found, FunctionType):
            return self.describe(MethodType(found, value), None)
        return None

    def _member(self, dotted: str, module: ModuleType, name: str) -> Binding:
        """Return an attribute of a live module, without asking a module that computes them."""
        importable = sys.modules.get(module.__name__) is module
        place = Place(module.__name__, name, None if importable else module)
        known = is_known_module(module)
        if name in vars(module):
            found = self.describe(vars(module)[name], place)
            if known and isinstance(found, (Constant, External)):
                return Known(canonical(f"{dotted}.{name}"), dotted)
            return found
        inner = sys.modules.get(f"{module.__name__}.{name}")
        if inner is not None:
            return ModuleName(f"{dotted}.{name}", inner)
        if known:
            part = submodule(Module(dotted, "known"), name, self.file)
            return (
                Known(canonical(f"{dotted}.{name}"))
                if part.kind == "missing"
                else ModuleName(part.dotted, part)
            )
        if "__getattr__" in vars(module):
            return External(place, f"the module `{dotted}` computes its attributes")
        return Missing(name, f"the module `{dotted}` has no `{name}`")

    def _attribute(self, owner: External, name: str) -> Binding:
        """Return an attribute of a live object, without running properties."""
        place, value = inside(owner.place, name), owner.value
        lookup: Any = type(value).__getattribute__
        plain = lookup in PLAIN_LOOKUPS
        found = inspect.getattr_static(value, name, ABSENT) if plain else ABSENT
        if isinstance(found, staticmethod):
            return self.describe(found.__func__, place)
        if isinstance(found, classmethod) and isinstance(found.__func__, FunctionType):
            owned = value if isinstance(value, type) else type(value)
            return self.describe(MethodType(found.__func__, owned), place)
        if isinstance(found, FunctionType):
            held = isinstance(value, type) or name in getattr(value, "__dict__", ())
            return self.describe(found if held else MethodType(found, value), place)
        if type(found) in PLAIN:
            return Constant(found, place)
        reason = f"`{name}` is not known before run time"
        return External(place, reason, ABSENT if hasattr(type(found), "__get__") else found)

    def imported(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> Binding:
        """Return what an import statement inside the function binds."""
        package = self.names.get("__package__") or ""
        level = getattr(node, "level", 0)
        parts = package.split(".")[: len(package.split(".")) - level + 1] if level else []
        base = [
            *parts,
            *([node.module] if isinstance(node, ast.ImportFrom) and node.module else []),
        ]
        dotted = ".".join(base) if isinstance(node, ast.ImportFrom) else alias.name
        if isinstance(node, ast.Import) and not alias.asname:
            dotted = dotted.split(".")[0]
        module = sys.modules.get(dotted)
        if module is None:
            binding = self.family.static_scope(self.file).imported(node, alias)
            if isinstance(binding, Constant):
                return Constant(binding.value, Place(dotted, alias.name))
            return binding
        if isinstance(node, ast.Import):
            return ModuleName(_module_name(module), module)
        return self._member(_module_name(module), module, alias.name)


def _module_name(module: ModuleType) -> str:
    return "os.path" if module.__name__ in ("posixpath", "ntpath") else module.__name__


def executing_line(names: dict[str, Any], file: SourceFile) -> int | None:
    """Return the line that a module is at, None if it is not being imported."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if frame.f_globals is names and code.co_name == "<module>":
            return frame.f_lineno if code.co_filename == file.kept.get("name") else None
        frame = frame.f_back
    return None
