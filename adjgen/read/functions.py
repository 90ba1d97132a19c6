"""The definition of a live function, method, lambda or functools.partial; of anything else, why not."""

import ast
import functools
import linecache
from types import FunctionType, MethodType
from typing import Any

from adjgen.diagnostics import Problem, UnsupportedError
from adjgen.read.definitions import marks
from adjgen.read.family import Family
from adjgen.read.live import LiveScope
from adjgen.read.locate import Found, locate
from adjgen.read.names import ABSENT, Definition
from adjgen.read.private import written_out

FUNCTIONS = (FunctionType, MethodType, functools.partial)


def definition_of(value: Any, family: Family | None = None) -> Definition:
    """Return the definition of a live function.

    A wrapper is read as the wrapper it is: `__wrapped__` is not followed.
    """
    family = family or Family()
    if id(value) not in family.definitions:
        family.definitions[id(value)] = value, _define(value, family)
    return family.definitions[id(value)][1]


def _define(value: Any, family: Family) -> Definition:
    function, owner, partials = _peeled(value)
    found = locate(function.__code__, function.__globals__)
    scope = LiveScope(found.file, function.__globals__, family, function)
    classes = [node for node in found.around if isinstance(node, ast.ClassDef)]
    text = scope.as_text(classes[-1]) if found.in_class else None
    if classes:
        found.node = written_out(found.node, classes[-1].name, found.file)
    arguments = found.node.args
    positional = [a.arg for a in [*arguments.posonlyargs, *arguments.args]]
    bound = int(owner is not ABSENT or _is_method(found, positional))
    names = positional[1:] if owner is not ABSENT else positional
    fixed, preset = _given(found, names, partials)
    return Definition(
        node=found.node,
        file=found.file,
        scope=scope,
        qualname=function.__qualname__,
        defaults=_defaults(function, positional) | preset,
        bound=bound,
        live=function,
        self_value=owner,
        static=found.in_class and "staticmethod" in marks(found.node),
        owner=text,
        home=text,
        fixed=fixed,
        preset=preset,
        warnings=found.warnings,
    )


def _is_method(found: Found, positional: list[str]) -> bool:
    return found.in_class and positional[:1] in (["self"], ["cls"])


def _defaults(function: FunctionType, positional: list[str]) -> dict[str, object]:
    values = function.__defaults__ or ()
    named = dict(zip(positional[len(positional) - len(values) :], values))
    return named | (function.__kwdefaults__ or {})


def _peeled(value: Any) -> tuple[FunctionType, Any, list[functools.partial[Any]]]:
    """Return the plain function in a value, the object it is bound to, and the partials around it."""
    partials, owner, inner = [], ABSENT, value
    while isinstance(inner, functools.partial):
        partials.append(inner)
        inner = inner.func
    if isinstance(inner, MethodType):
        owner, inner = inner.__self__, inner.__func__
    if not isinstance(inner, FunctionType):
        raise UnsupportedError([no_function(inner)])
    return inner, owner, partials


def _given(
    found: Found, names: list[str], partials: list[functools.partial[Any]]
) -> tuple[dict[str, object], dict[str, object]]:
    """Return the arguments that partials set by position and by keyword."""
    fixed: dict[str, object] = {}
    preset: dict[str, object] = {}
    keywords = {
        *names[len(found.node.args.posonlyargs) :],
        *(a.arg for a in found.node.args.kwonlyargs),
    }
    for partial in reversed(partials):  # the inner one's arguments come first
        free = [name for name in names if name not in fixed]
        wrong = [name for name in partial.keywords if name not in keywords]
        placeholder = any(type(a).__name__ == "_PlaceholderType" for a in partial.args)
        if len(partial.args) > len(free) or wrong or placeholder:
            what = "the functools.partial sets arguments that are no parameters of its function"
            raise UnsupportedError(
                [found.file.problem(found.node, "ADJ304", what, "Write a lambda.")]
            )
        fixed |= dict(zip(free, partial.args))
        preset |= partial.keywords
    return fixed, {name: value for name, value in preset.items() if name not in fixed}


def no_function(value: Any) -> Problem:
    """Say why something is not a function that can be read, and what to pass instead."""
    name = getattr(value, "__name__", None) or type(value).__name__
    if isinstance(value, type):
        return Problem(
            "ADJ302", f"`{name}` is a class, not a function", "Pass a function or a method."
        )
    for attribute in ("py_func", "__wrapped__"):  # numba; functools.lru_cache and its like
        if isinstance(getattr(value, attribute, None), FunctionType):
            what = f"`{name}` is a {type(value).__name__} around a function, not a function"
            why = f"Pass the function itself: `{name}.{attribute}`."
            if isinstance(value, staticmethod):
                why = "Write `@staticmethod` above the other decorator. " + why
            return _placed(getattr(value, attribute), what, why)
    if not callable(value):
        what = f"an object of the type `{name}` is not a function"
        return Problem("ADJ302", what, "Pass a Python function.")
    if isinstance(vars(type(value)).get("__call__"), FunctionType):
        what = f"an object of the class `{type(value).__name__}` is not a function"
        return Problem("ADJ302", what, "Pass its method: `object.__call__`.")
    what = f"`{name}` is not written in Python, so its source cannot be read"
    return Problem("ADJ302", what, f"Call it in a function of your own: `lambda x: {name}(x)`.")


def _placed(function: FunctionType, what: str, why: str) -> Problem:
    """Say what is wrong with something around a function, at the first line of the function."""
    path, line = function.__code__.co_filename, function.__code__.co_firstlineno
    text = linecache.getline(path, line).rstrip()
    start = len(text) - len(text.lstrip())
    return Problem("ADJ302", what, why, path, line, start, len(text), text)
