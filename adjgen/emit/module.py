"""Puts functions together: which names are imported and how they are written, then text."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from adjgen.elementary.row import TABLE
from adjgen.emit.function import write
from adjgen.emit.pack import packed
from adjgen.emit.text import print_statements
from adjgen.ir.core import Eqn, Function


@dataclass
class Text:
    """Functions as text, one a string, with the imports that they need."""

    functions: dict[str, str]
    imports: list[str]
    holders: dict[str, str] = field(default_factory=dict)  # name in the text -> key of a holder
    visible: list[str] = field(default_factory=list)  # modules besides that of the target

    def joined(self) -> str:
        """Return everything as one text."""
        head = "\n".join(self.imports)
        return "\n\n\n".join([*([head] if head else []), *self.functions.values()]) + "\n"


def write_functions(
    functions: Sequence[Function], target: str, style: str,
    quote: Callable[[Eqn], str], holders: Iterable[str] = (), hidden: Iterable[str] = (),
) -> Text:  # fmt: skip
    """Return functions as text."""
    written = {f.name: write(packed(f), target, style, quote) for f in functions}
    locals_ = {name for one in written.values() for name in one.locals}
    imports = Imports(locals_ | set(written), set(holders), set(hidden))
    for one in written.values():
        imports.resolve(one.tree)
    texts = {f"@{name}": source for name, source in imports.carried_functions()}
    texts |= {name: print_statements([one.tree]) for name, one in written.items()}
    return Text(texts, imports.lines(), imports.held, imports.visible())


class Imports:
    """Decides how names of modules are written and collects the imports for them."""

    def __init__(self, taken: set[str], holders: set[str], hidden: set[str]) -> None:
        self.taken = taken
        self.holders = holders
        self.hidden = hidden  # modules that only importlib reaches
        self.from_math: set[str] = set()
        self.modules: dict[str, str] = {}  # dotted module -> alias
        self.held: dict[str, str] = {}
        self.carried: dict[str, None] = {}

    def resolve(self, tree: ast.AST) -> None:
        """Write the references in a tree as names, dotted ones too: the tree is only printed."""
        queue: list[Any] = [tree]
        for node in queue:  # which grows; ast.walk would take three times as long
            if isinstance(node, ast.Name):
                if node.id.startswith("@"):
                    module, _, name = node.id[1:].rpartition(":")
                    node.id = self.written(module, name)
            elif isinstance(node, ast.AST):
                for part in map(node.__dict__.get, node._fields):
                    if isinstance(part, list):
                        queue += part
                    elif part is not None:
                        queue.append(part)

    def written(self, module: str, name: str) -> str:
        """Return how a name of a module is written."""
        if not module:
            self.carried[name] = None
            return name
        if module == "builtins" and name not in self.taken:
            return name
        if module == "math" and name and name not in self.taken:
            self.from_math.add(name)
            return name
        return self.alias(module) + (f".{name}" if name else "")

    def alias(self, module: str) -> str:
        """Return the name under which generated code has a module."""
        if module in self.hidden and "importlib" not in self.modules:
            self.alias("importlib")
        if module not in self.modules:
            base = "".join(c if c.isalnum() else "_" for c in module.rpartition(".")[2]) or "module"
            base = {"numpy": "np"}.get(base, base)
            name = base
            while name in self.taken or name in self.modules.values() or name in self.from_math:
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
        rest = sorted(line for line in plain if line not in own)
        if self.carried and "import math" not in own:
            own.append("import math")
        if self.from_math:
            own.append("from math import " + ", ".join(sorted(self.from_math)))
        own.sort(key=lambda line: (line.startswith("from"), line))
        fetched = [
            f"{a} = {self.alias('importlib')}.import_module({m!r})"
            for m, a in sorted(others.items())
            if m in self.hidden
        ]
        parts = [part for part in (own, rest, fetched) if part]
        return "\n\n".join("\n".join(part) for part in parts).split("\n") if parts else []

    def visible(self) -> list[str]:
        """Return the modules that are imported besides math and builtins."""
        return sorted(
            m for m in self.modules if m not in ("math", "builtins") and m not in self.holders
        )

    def carried_functions(self) -> list[tuple[str, str]]:
        """Return the text of rows that Python lacks, with what they need."""
        return [(name, inspect.getsource(TABLE[name].evaluate).rstrip()) for name in self.carried]


def import_line(module: str, alias: str) -> str:
    """Return one import statement.

    >>> import_line("fluids.core", "core"), import_line("math", "math"), import_line("numpy", "np")
    ('from fluids import core', 'import math', 'import numpy as np')
    """
    package, _, last = module.rpartition(".")
    if not package:
        return f"import {module}" if alias == module else f"import {module} as {alias}"
    return f"from {package} import {last}" + ("" if alias == last else f" as {alias}")
