"""The text of a function that is running: its file as Python shows it, and its node in there.

The text may have changed since it was compiled. So the node is compiled again and compared; the
places of the instructions tell lambdas on one line apart.
"""

import __future__

import ast
import importlib.machinery
import linecache
import os
from collections.abc import Iterable, Iterator
from types import CodeType
from typing import Any

from adjgen.diagnostics import Problem, UnsupportedError
from adjgen.read.source import SourceFile, deep, parse

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SCOPES = (*FUNCTIONS, ast.ClassDef, *COMPREHENSIONS)
FUTURE = 0
for _name in __future__.all_feature_names:
    FUTURE |= getattr(__future__, _name).compiler_flag
PLAIN_LOADERS = (
    importlib.machinery.SourceFileLoader,
    importlib.machinery.SourcelessFileLoader,
    importlib.machinery.BuiltinImporter,
    importlib.machinery.FrozenImporter,
    type(None),
)
CHANGED = "The file was edited after Python read it. Import it again, or restart Python."
_files: dict[str, tuple[list[str], SourceFile]] = {}


class Found:
    """A function's node, the scopes around it (outermost first), its file, and what to warn of."""

    def __init__(self, file: SourceFile, node: Any, around: tuple[ast.AST, ...]) -> None:
        self.file, self.node, self.around = file, node, around
        self.warnings: tuple[Problem, ...] = ()

    @property
    def in_class(self) -> bool:
        """Whether it is defined in the body of a class."""
        return bool(self.around) and isinstance(self.around[-1], ast.ClassDef)


def locate(code: CodeType, module: dict[str, Any]) -> Found:
    """Return where the code of a function was written, or raise UnsupportedError."""
    file = _file_of(code, module)
    kept = file.kept.setdefault("located", {})
    if id(code) not in kept:
        kept[id(code)] = code, _located(file, code, module)
    return kept[id(code)][1]  # type: ignore[no-any-return]


def _located(file: SourceFile, code: CodeType, module: dict[str, Any]) -> Found:
    found, same = _match(file, code)
    if not same:  # linecache may hold the text from before a reload
        linecache.checkcache(code.co_filename)
        again = _file_of(code, module)
        if again is not file:
            found, same = _match(again, code)
    if found is None:
        raise UnsupportedError([_stale(file, code)])
    if not same and not _rewritten_by_pytest(code):
        found.warnings = (_edited(found, code, module),)
    return found


def _edited(found: Found, code: CodeType, module: dict[str, Any]) -> Problem:
    """Return a warning if an import hook may have changed the code; raise if only an edit can."""
    problem = _stale(found.file, code)
    exact = type(module.get("__loader__")) in PLAIN_LOADERS
    if exact or _arguments(found.node) != _parameter_names(code):
        raise UnsupportedError([problem])
    why = "An import hook changes what this file says; its derivative is that of the text."
    return Problem("ADJ103", problem.what, why, problem.path, problem.line, 0, 0, problem.text)


def _stale(file: SourceFile, code: CodeType) -> Problem:
    what = f"the text of `{code.co_name}` is not what is running"
    line = code.co_firstlineno
    text = file.lines[line - 1] if line <= len(file.lines) else ""
    return Problem("ADJ103", what, CHANGED, file.path, line, 0, len(text), text)


def _rewritten_by_pytest(code: CodeType) -> bool:
    return any("@pytest_ar" in inner.co_names for inner in codes_in(code))


# ---- text


def _file_of(code: CodeType, module: dict[str, Any]) -> SourceFile:
    name = code.co_filename
    if name in ("<string>", "<stdin>"):
        raise UnsupportedError([_no_text(code)])
    lines = linecache.getlines(name, module)
    if not lines:
        raise UnsupportedError([_no_text(code)])
    if name not in _files or _files[name][0] is not lines:
        file = os.path.abspath(name) if os.path.isfile(name) else ""
        _files[name] = lines, parse("".join(lines), name, file)
        _files[name][1].kept["name"] = name
    return _files[name][1]


def _no_text(code: CodeType) -> Problem:
    name = code.co_filename
    if name == "<stdin>":
        why = "Python before 3.13 does not keep what is typed at its prompt. Put it into a file."
        return Problem("ADJ102", f"`{code.co_name}` was typed at the prompt", why, name)
    why = "It was made by exec, eval or `python -c`, or its file is gone. Put it into a file."
    return Problem("ADJ101", f"no source text for `{code.co_name}`", why, name)


# ---- node


def _match(file: SourceFile, code: CodeType) -> tuple[Found | None, bool]:
    """Return the node of a code object and whether it compiles to the same code."""
    candidates = [Found(file, *pair) for pair in _named(file.tree, code, code.co_firstlineno)]
    if len(candidates) > 1:
        candidates = _inside_span(candidates, code) or candidates
    matching = [found for found in candidates if _compiles_to(found, code)]
    if not matching and code.co_name != "<lambda>":  # lines above it were added or removed
        moved = (Found(file, *pair) for pair in _named(file.tree, code, None))
        matching = [found for found in moved if _compiles_to(found, code)][:1]
    if len(matching) > 1 and len({ast.dump(found.node) for found in matching}) > 1:
        raise UnsupportedError([_ambiguous(file, code)])
    if matching:
        return matching[0], True
    return (candidates[0] if len(candidates) == 1 else None), False


def _ambiguous(file: SourceFile, code: CodeType) -> Problem:
    line = code.co_firstlineno
    what = "several lambdas on this line, and Python does not say which one this is"
    text = file.lines[line - 1]
    return Problem(
        "ADJ104", what, "Put each on a line of its own.", file.path, line, 0, len(text), text
    )


def _named(
    tree: ast.AST, code: CodeType, line: int | None
) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    """Yield the functions of a name that begin at a line, or anywhere, with what is around."""
    pending: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, ())]
    while pending:
        node, around = pending.pop()
        inside: Any = (*around, node) if isinstance(node, SCOPES) else around
        for child in ast.iter_child_nodes(node):
            first, last = _span(child)
            if line is None or first <= line <= last:
                pending.append((child, inside))
                named = getattr(child, "name", "<lambda>") == code.co_name
                if isinstance(child, FUNCTIONS) and line in (None, first) and named:
                    yield child, inside


def _span(node: Any) -> tuple[float, float]:
    """Return the first line (of the first decorator) and the last; everything if it has none."""
    if not hasattr(node, "lineno"):
        return 0, float("inf")
    decorators = getattr(node, "decorator_list", None)
    return (decorators[0].lineno if decorators else node.lineno), node.end_lineno or node.lineno


def _inside_span(candidates: list[Found], code: CodeType) -> list[Found]:
    """Return the innermost lambda whose body contains all instructions."""
    places = [p for p in code.co_positions() if None not in p and p[3]]
    if not places:
        return []
    start = min((p[0], p[2]) for p in places)
    end = max((p[1], p[3]) for p in places)
    fitting = [c for c in candidates if _start(c.node.body) <= start and end <= _end(c.node.body)]
    return sorted(fitting, key=lambda c: _start(c.node.body))[-1:]


def _start(node: Any) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: Any) -> tuple[int, int]:
    return node.end_lineno, node.end_col_offset


# ---- comparison


def _compiles_to(found: Found, code: CodeType) -> bool:
    """Whether a node still compiles to this code; True also if it is too deep to compile."""
    module = ast.Module([*_surroundings(found.file), _reduced([*found.around, found.node])], [])
    flags = code.co_flags & FUTURE
    try:
        compiled = deep(lambda: compile(module, "", "exec", flags, dont_inherit=True))
    except (RecursionError, MemoryError):
        return _arguments(found.node) == _parameter_names(code)
    except (SyntaxError, ValueError):
        return False
    return any(_same(inner, code) for inner in codes_in(compiled))


def _surroundings(file: SourceFile) -> list[ast.stmt]:
    """Return what of the module around a function changes how CPython compiles it.

    That is its imports (a call of `m.f` where `m` is imported), and any mention of `super`.
    """
    if "imports" not in file.kept:
        found: list[ast.stmt] = []
        pending: list[ast.AST] = [file.tree]
        skipped = SCOPES if "super" in file.text else (*SCOPES, ast.expr)
        while pending:
            node = pending.pop()
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                if getattr(node, "module", "") != "__future__":
                    found.append(node)
            elif isinstance(node, ast.Name) and node.id == "super":
                found.append(ast.copy_location(ast.Expr(node), node))
            elif not isinstance(node, skipped):
                pending += ast.iter_child_nodes(node)
        file.kept["imports"] = found
    return file.kept["imports"]  # type: ignore[no-any-return]


def _reduced(scopes: list[Any]) -> ast.stmt:
    """Return the outermost scope as a statement; of a class only what leads to the function."""
    outer, *inner = scopes
    if isinstance(outer, ast.ClassDef) and inner:
        parts: dict[str, Any] = {name: getattr(outer, name) for name in outer._fields}
        parts |= {"body": [_reduced(inner)], "decorator_list": [], "bases": [], "keywords": []}
        return ast.copy_location(ast.ClassDef(**parts), outer)
    return outer if isinstance(outer, ast.stmt) else ast.copy_location(ast.Expr(outer), outer)


def codes_in(code: CodeType) -> Iterable[CodeType]:
    """Yield a code object and those inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_in(constant)


def _same(a: CodeType, b: CodeType) -> bool:
    if _shape(a) != _shape(b):
        return False
    if a.co_names != b.co_names or a.co_code != b.co_code or len(a.co_consts) != len(b.co_consts):
        return False
    return all(_same_constant(x, y) for x, y in zip(a.co_consts, b.co_consts))


def _shape(code: CodeType) -> tuple[object, ...]:
    counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
    return code.co_name, *counts, code.co_varnames, code.co_freevars, code.co_cellvars


def _same_constant(a: object, b: object) -> bool:
    if isinstance(a, CodeType) and isinstance(b, CodeType):
        return _same(a, b)
    if isinstance(a, frozenset):
        return a == b
    return type(a) is type(b) and repr(a) == repr(b)


def _arguments(node: Any) -> tuple[str, ...]:
    args = node.args
    found = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return tuple(a.arg for a in found + [a for a in (args.vararg, args.kwarg) if a])


def _parameter_names(code: CodeType) -> tuple[str, ...]:
    starred = bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + starred]
