"""Which function a selector means: `f` or `Class.method` of a file, or "did you mean"."""

import ast

from adjgen.diagnostics import Problem
from adjgen.read.decode import SourceError
from adjgen.read.names import Callee, Definition, did_you_mean
from adjgen.read.source import SourceFile
from adjgen.read.static import StaticScope, scope_of_file
from adjgen.read.table import Entry

METHODS = (ast.FunctionDef, ast.AsyncFunctionDef)
KINDS = {
    "class": "a class, not a function",
    "import": "imported, not defined here",
    "from": "imported, not defined here",
}


def functions(file: SourceFile) -> list[str]:
    """Return the names of the functions that a file defines at top level, in order."""
    scope = scope_of_file(file)
    return [name for name, _ in sorted(_defined(scope).items(), key=lambda pair: pair[1].order)]


def find(file: SourceFile, selector: str) -> Definition:
    """Return the function `f` or the method `Class.method` of a file."""
    scope = scope_of_file(file)
    name, *inner = selector.split(".")
    if inner:
        return _method(scope, name, inner, selector)
    entry = _defined(scope).get(name)
    if entry is not None:
        return scope.definition(entry.node, name, entry.order)
    binding = scope.own(name)
    if isinstance(binding, Callee) and binding.definition.file is file:  # g = f
        return binding.definition
    raise SourceError(_not_found(scope, selector))


def _defined(scope: StaticScope) -> dict[str, Entry]:
    """Return the names whose value is a function of this file: its last binding, or its only one."""
    found = {}
    for name, entries in scope.table.names.items():
        entry = entries[-1]
        alone = len(entries) == 1 or entry.sure
        if alone and (entry.kind == "def" or isinstance(entry.node, ast.Lambda)):
            found[name] = entry
    return found


def _method(scope: StaticScope, name: str, inner: list[str], selector: str) -> Definition:
    entries = [e for e in scope.table.names.get(name, ()) if e.kind == "class"]
    owner = entries[-1].node if entries else None
    prefix = ""
    for part in inner[:-1]:
        prefix += f"{owner.name}." if owner else ""
        owner = next(
            (n for n in _body(owner) if isinstance(n, ast.ClassDef) and n.name == part), None
        )
    methods = [n for n in _body(owner) if isinstance(n, METHODS) and n.name == inner[-1]]
    if not methods or owner is None:
        raise SourceError(_not_found(scope, selector))
    before = scope.order_of(owner)
    return scope.definition(methods[-1], f"{prefix}{owner.name}.{inner[-1]}", before, owner)


def _body(owner: ast.ClassDef | None) -> list[ast.stmt]:
    return owner.body if owner else []


def _selectors(scope: StaticScope) -> list[str]:
    """Return what can be selected."""
    found = list(_defined(scope))
    for name, entries in scope.table.names.items():
        if entries[-1].kind == "class":
            methods = [n for n in entries[-1].node.body if isinstance(n, METHODS)]
            found += [f"{name}.{method.name}" for method in methods]
    return found


def _not_found(scope: StaticScope, selector: str) -> Problem:
    entries = scope.table.names.get(selector.split(".")[0], [])
    selectors = _selectors(scope)
    if "." in selector or not entries:
        what = f"there is no function `{selector}`"
        return scope.file.problem(None, "ADJ003", what, _advice(selector, selectors))
    last = entries[-1]
    kind = KINDS.get(last.kind, "not a function")
    if any(entry.kind == "def" for entry in entries):
        kind = "bound in several places"
    advice = _advice(selector, selectors)
    if last.kind in ("import", "from"):
        advice = "Name the file that defines it."
    return scope.file.problem(last.node, "ADJ003", f"`{selector}` is {kind}", advice)


def _advice(selector: str, selectors: list[str]) -> str:
    inside = [s for s in selectors if s.startswith(selector + ".") or s.endswith("." + selector)]
    meant = did_you_mean(selector, selectors) or (inside[0] if inside else "")
    if meant:
        return f"Did you mean `{meant}`?"
    if not selectors:
        return "The file defines no function."
    shown = ", ".join(f"`{name}`" for name in selectors[:5])
    return f"The file defines {shown}{' and others' if len(selectors) > 5 else ''}."
