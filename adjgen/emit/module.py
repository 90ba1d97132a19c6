"""Puts functions together: which names are imported and how they are written, then text."""

import ast
import builtins
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module

from adjgen.elementary.row import TABLE
from adjgen.emit.dialects import DIALECTS
from adjgen.emit.exits import told
from adjgen.emit.function import Written, write
from adjgen.emit.mypy import excused, is_bare_return
from adjgen.emit.outline import DEEPEST, indentation, outlined
from adjgen.emit.storage import in_place
from adjgen.emit.stored import storable
from adjgen.emit.tables import plain, statement
from adjgen.emit.text import print_statements
from adjgen.ir.core import Eqn, Function
from adjgen.ir.roots import without_roots

NONE: Mapping[tuple[str, str], ast.expr] = {}


@dataclass
class Text:
    """Functions as text, one a string, with the imports that they need."""

    functions: dict[str, str]
    imports: list[str]
    holders: dict[str, str] = field(default_factory=dict)  # name in the text -> key of a holder
    visible: list[str] = field(default_factory=list)  # modules besides that of the target
    modules: dict[str, str] = field(default_factory=dict)  # name in the text -> module
    trees: list[ast.FunctionDef] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)  # assignments of copies of the user's tables
    whole: bool = False  # whether derivatives stand in fields that are said to be whole numbers

    def excused(self) -> list[str]:
        """Return mypy's codes for what it cannot follow in the functions."""
        codes = {code for tree in self.trees for code in excused(tree)}
        untyped = any(table.partition(" = ")[0].endswith("Any") for table in self.tables)
        if untyped and any(is_bare_return(n) for tree in self.trees for n in ast.walk(tree)):
            codes.add("no-any-return")
        return sorted(codes | {"arg-type"} if self.whole else codes)

    def joined(self) -> str:
        """Return everything as one text."""
        head = "\n".join(self.imports)
        return "\n\n\n".join([*([head] if head else []), *self.functions.values()]) + "\n"


def write_functions(
    functions: Sequence[Function], target: str, style: str,
    quote: Callable[[Eqn], str], holders: Iterable[str] = (), hidden: Iterable[str] = (),
    live: bool = False, tables: Mapping[tuple[str, str], ast.expr] = NONE,
) -> Text:  # fmt: skip
    """Return functions as text, for a module or (live) for a running program."""
    written: dict[str, Written] = {}
    names = {f.name for f in functions}
    for function in functions:
        own = function.about.get("target", target)
        ready = finished(function, own)
        one = write(ready, own, style, quote)
        parts = outlined(ready, names) if indentation(one.tree) > DEEPEST else []
        written |= {f.name: write(f, own, style, quote) for f in parts} or {function.name: one}
    locals_ = {name for one in written.values() for name in one.locals}
    imports = Imports(locals_ | set(written), set(holders), set(hidden), tables)
    trees: list[ast.FunctionDef] = [one.tree for one in written.values()]
    decorators = DIALECTS[target].decorators(live)
    for tree in trees:
        tree.decorator_list += decorators
    texts = {name: print_statements([one.tree], imports.spelled) for name, one in written.items()}
    texts = {f"@{name}": source for name, source in imports.carried_functions()} | texts
    modules = {alias: module for module, alias in imports.modules.items()}
    copies = imports.tables_as_text("\n".join(texts.values()))
    whole = any(record.whole for f in functions for record in f.result.records())
    seen = imports.visible()
    return Text(texts, imports.lines(), imports.held, seen, modules, trees, copies, whole)


def finished(function: Function, target: str) -> Function:
    """Return a function as it is written for a target: stores in place, loops that tell their end."""
    dialect = DIALECTS[target]
    return dialect.finished(storable(in_place(told(dialect.prepared(without_roots(function))))))


class Imports:
    """Decides how names of modules are written and collects the imports for them."""

    def __init__(
        self, taken: set[str], holders: set[str], hidden: set[str],
        tables: Mapping[tuple[str, str], ast.expr] = NONE,
    ) -> None:  # fmt: skip
        self.taken = taken
        self.holders = holders
        self.hidden = hidden  # modules that only importlib reaches
        # imported by name
        self.members: dict[str, set[str]] = {"math": set(), "typing": set(), "numba": set()}
        self.modules: dict[str, str] = {}  # dotted module -> alias
        self.held: dict[str, str] = {}
        self.carried: dict[str, str] = {}  # row -> name of the function that has its text
        self.tables = tables
        self.copies: dict[tuple[str, str], str] = {}  # table -> name of its copy

    def spelled(self, reference: str) -> str:
        """Return how a reference @module:name is written."""
        module, _, name = reference[1:].rpartition(":")
        return self.written(module, name)

    def written(self, module: str, name: str) -> str:
        """Return how a name of a module is written."""
        if not module:
            return self.carried_name(name)
        if (module, name) in self.tables:
            return self.copy(module, name)
        if module == "builtins" and name not in self.taken:
            return name
        members = self.members.get(module)
        if members is not None and name and (name in members or not self.is_taken(name)):
            members.add(name)
            return name
        return self.alias(module) + (f".{name}" if name else "")

    def is_taken(self, name: str) -> bool:
        """Whether a name means something else in the text."""
        others = {*self.modules.values(), *self.carried.values(), *self.copies.values()}
        others |= set().union(*self.members.values())
        return name in self.taken or name in others or hasattr(builtins, name)

    def carried_name(self, row: str) -> str:
        """Return the name of the function that has the text of a row which Python lacks."""
        if row not in self.carried:
            name = row
            while self.is_taken(name):
                name += "_"
            self.carried[row] = name
        return self.carried[row]

    def copy(self, module: str, name: str) -> str:
        """Return the name of the copy of a table."""
        if (module, name) not in self.copies:
            copied = name
            while self.is_taken(copied) or copied == "math":  # which carried functions import
                copied += "_"
            self.copies[module, name] = copied
        return self.copies[module, name]

    def tables_as_text(self, text: str) -> list[str]:
        """Return the assignments of copies, in the order of their names.

        One that is a value by itself in a text has no type: its name there may get another value.
        """
        found = []
        for key, name in sorted(self.copies.items(), key=lambda item: item[1]):
            tree = self.tables[key]
            typed = plain(tree) and not re.search(rf" = {name}$", text, re.MULTILINE)
            anything = "" if typed else self.written("typing", "Any")
            found.append(statement(name, tree, anything))
        return found

    def alias(self, module: str) -> str:
        """Return the name under which generated code has a module."""
        if module in self.hidden and "importlib" not in self.modules:
            self.alias("importlib")
        if module not in self.modules:
            base = "".join(c if c.isalnum() else "_" for c in module.rpartition(".")[2]) or "module"
            base = {"numpy": "np"}.get(base, base)
            name = base
            while self.is_taken(name):
                name += "_"
            self.modules[module] = name
            if module in self.holders:
                self.held[name] = module
        return self.modules[module]

    def lines(self) -> list[str]:
        """Return the import statements, those of Python's own modules first."""
        others = {m: a for m, a in self.modules.items() if m not in self.holders}
        plain = [import_line(m, a) for m, a in others.items() if m not in self.hidden]
        own = [line for line in plain if line.split()[1].split(".")[0] in sys.stdlib_module_names]
        rest = [line for line in plain if line not in own]
        if "import math" not in own and any("math." in t for _, t in self.carried_functions()):
            own.append("import math")
        for module, names in self.members.items():
            lines = own if module in sys.stdlib_module_names else rest
            lines += [f"from {module} import " + ", ".join(sorted(names))] if names else []
        for lines in (own, rest):
            lines.sort(key=lambda line: (line.startswith("from"), line))
        fetched = [
            f"{a} = {self.alias('importlib')}.import_module({m!r})"
            for m, a in sorted(others.items())
            if m in self.hidden
        ]
        parts = [part for part in (own, rest, fetched) if part]
        return "\n\n".join("\n".join(part) for part in parts).split("\n") if parts else []

    def visible(self) -> list[str]:
        """Return the modules that are imported besides math and builtins."""
        named = {module for module, names in self.members.items() if names}
        return sorted({*self.modules, *named} - {"math", "builtins"} - self.holders)

    def carried_functions(self) -> list[tuple[str, str]]:
        """Return the text of rows that Python lacks, with what they need."""
        found = []
        pending = list(self.carried)
        for row in pending:  # which grows by the rows that these call
            text = source_of(row)
            called = [n for n in re.findall(r"\b(\w+)\(", text) if n in TABLE and TABLE[n].carried]
            pending += [other for other in dict.fromkeys(called) if other not in pending]
            for other in dict.fromkeys([row, *called]):
                text = re.sub(rf"\b{other}(?=\()", self.carried_name(other), text)
            if "Any" in text:
                text = re.sub(r"\bAny\b", self.written("typing", "Any"), text)
            if "np." in text:
                text = re.sub(r"\bnp\.", f"{self.alias('numpy')}.", text)
            found.append((self.carried_name(row), text))
        return found


def source_of(row: str) -> str:
    """Return the text of a row that generated code carries, without the types of its parameters."""
    home = TABLE[row].home
    function = getattr(import_module(home), row) if home else TABLE[row].evaluate
    return inspect.getsource(function).rstrip()


def import_line(module: str, alias: str) -> str:
    """Return one import statement.

    >>> import_line("fluids.core", "core"), import_line("math", "math"), import_line("numpy", "np")
    ('from fluids import core', 'import math', 'import numpy as np')
    """
    package, _, last = module.rpartition(".")
    if not package:
        return f"import {module}" if alias == module else f"import {module} as {alias}"
    return f"from {package} import {last}" + ("" if alias == last else f" as {alias}")
