"""From the intermediate form of a derivative to a Python function.

The form is kept beside the function, so that a derivative of a derivative differentiates that and
not re-read text; the text is put where inspect, pdb and tracebacks look for it.
"""

import linecache
import os
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

from adjgen.diagnostics import AdjgenError, UnsupportedError
from adjgen.ir.core import Module
from adjgen.pipeline import (
    Generated,
    Options,
    deep_recursion,
    helpers,
    product,
    written,
)

Wrt = str | int | Sequence[str | int] | None
OPTIONS = ("target", "exact", "style", "strategy", "unroll", "allow_cancel")
SPARSE = {"jacobian", "value_and_jacobian", "hessian"}  # what may leave zero entries out


@dataclass(frozen=True)
class Kept:
    """What is kept beside a generated function: its intermediate form and its text."""

    module: Module
    options: Options
    source: str
    origin: Any


def derivative(
    kind: str, f: Callable[..., Any], wrt: Wrt, options: dict[str, Any]
) -> Callable[..., Any]:
    """Return the function of a product: "value_and_grad", "grad", "jvp", "vjp", "jacobian", ..."""
    from adjgen.diff.signature import wrt_entries, wrt_names

    known = (*OPTIONS, "sparse") if kind in SPARSE else OPTIONS
    chosen = replace(Options.given(options, known), wrt=wrt_entries(wrt))
    with deep_recursion():
        module = module_of(f, chosen)
        names = wrt_names(module, wrt)
        free = [p for p in module.main.params if p.differentiable]
        bare = len(free) == 1 if names is None else isinstance(wrt, (str, int))
        return function_of(product(module, kind, names, bare, chosen), f, chosen)


def module_of(f: Callable[..., Any], options: Options) -> Module:
    """Return the intermediate form of a function: that which is kept, or from its source."""
    kept = getattr(f, "__adjgen__", None)
    if isinstance(kept, Kept):
        return kept.module
    from adjgen.numbers_or_arrays import fitting_primal
    from adjgen.read.source import of_function

    return fitting_primal(of_function(f), options)


def function_of(module: Module, origin: Callable[..., Any], options: Options) -> Callable[..., Any]:
    """Compile a module and return its main function, with its source where tools look for it."""
    import hashlib

    from adjgen.assemble import documented

    text = written([documented(module.main), *helpers(module)], module, options, live=True)
    source = text.joined()
    main = module.main
    owner = getattr(origin, "__module__", None) or "__main__"
    digest = hashlib.sha256((source + owner).encode()).hexdigest()[:8]
    filename = f"<adjgen {owner}.{main.name} {digest}>"
    entry = (len(source), None, source.splitlines(True), filename)
    linecache.cache[filename] = entry
    holders = main.about.get("holders", {})
    namespace: dict[str, Any] = {"__name__": owner}
    namespace |= {alias: holders[key] for alias, key in text.holders.items()}
    try:
        exec(compile(source, filename, "exec"), namespace)
    except ModuleNotFoundError as error:
        if error.name != main.about["target"]:
            raise
        why = f"target {error.name!r} needs {error.name}: pip install 'adjgen[{error.name}]'"
        raise AdjgenError(why) from error
    read = {file.file for file in main.about.get("files", {}).values()}
    for alias in text.modules.keys() - text.holders.keys():
        if getattr(namespace.get(alias), "__file__", None) in read:
            namespace[alias] = Globals(vars(namespace[alias]))
    function: Callable[..., Any] = namespace[main.name]
    vars(function).update(__adjgen__=Kept(module, options, source, origin), __primal__=origin)
    weakref.finalize(function, forget, filename, entry)
    return function


def generated(source_or_function: Any, options: dict[str, Any]) -> Generated:
    """Return the generated module, which may need objects that only a running program has."""
    from adjgen.diff.signature import wrt_entries
    from adjgen.pipeline import generate

    options = options | {"wrt": wrt_entries(options.get("wrt"))}
    chosen = Options.given(options, (*OPTIONS, "formatted", "mode", "wrt", "sparse"))
    found = generate(definitions_of(source_or_function), chosen)
    if not found.source:
        raise UnsupportedError([p for problems in found.refused.values() for p in problems])
    return found


def definitions_of(source: Any) -> list[Any]:
    """Return the definitions that a function, a path or a text stands for."""
    from adjgen.read.source import find, functions, of_function, read_file, read_text

    if callable(source):
        return [of_function(source)]
    if not isinstance(source, (str, PathLike)) or not source:
        raise TypeError(f"a function, a path or a text is needed, not {source!r}")
    text = os.fspath(source)
    path, _, name = text.partition("::") if "\n" not in text else ("", "", "")
    file = read_file(path) if path else read_text(text, "<text>")
    names = [name] if name else functions(file)
    if not names:
        raise UnsupportedError([file.problem(None, "ADJ002", "no function at the top level")])
    return [find(file, one) for one in names]


class Globals:
    """The names of a module as its own functions see them: one that is gone is a NameError."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.__dict__ = names

    def __getattr__(self, name: str) -> Any:
        raise NameError(f"name {name!r} is not defined")


def forget(filename: str, entry: object) -> None:
    """Drop the lines of a function that is gone, unless another one of the same text has put its own."""
    if linecache.cache.get(filename) is entry:
        del linecache.cache[filename]
