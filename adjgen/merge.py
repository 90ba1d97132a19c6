"""Which functions fit into one generated module: a name must mean one function.

A helper whose name means another function gets a new one; a function that is asked for keeps its
name, or is refused.
"""

from typing import Any

from adjgen.diagnostics import Problem
from adjgen.diff.signature import free
from adjgen.ir.core import Function
from adjgen.ir.query import equations
from adjgen.pipeline import Differentiated

Done = list[tuple[Any, Differentiated]]


def merged(done: Done) -> tuple[Done, dict[str, list[Problem]]]:
    """Return functions that fit into one module, and the problems of those that do not."""
    functions: dict[str, Function] = {}
    kept: Done = []
    refused: dict[str, list[Problem]] = {}
    for definition, one in done:
        mains = {one.module.main.name, *(m.main.name for m in one.products.values())}
        clashes = [f for f in one.functions() if differs(f, functions.get(f.name))]
        taken = sorted({f.name for f in clashes} & mains)
        if taken:
            what = f"`{taken[0]}` is the name of another function of this module"
            why = "Generate it into a module of its own."
            problem = definition.file.problem(definition.node, "ADJ504", what, why)
            refused[definition.qualname] = [problem]
            continue
        names = set(functions) | {f.name for f in one.functions()}
        fitting = one.renamed({f.name: free(f.name, names) for f in clashes})
        functions |= {f.name: f for f in fitting.functions()}
        kept.append((definition, fitting))
    return kept, refused


def differs(function: Function, other: Function | None) -> bool:
    """Whether two functions of one name are not the same function."""
    return other is not None and origin(function) != origin(other)


def origin(function: Function) -> tuple[Any, ...]:
    """Return what is equal for functions that were made from one definition in one way."""
    about = function.about
    params = tuple((p.name, p.kind) for p in function.params)
    size = sum(1 for _ in equations(function.body))
    return about.get("key"), about.get("product"), about.get("wrt"), params, function.result, size
