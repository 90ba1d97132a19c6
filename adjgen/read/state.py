"""The names of a function: its parameters and other locals, and what it does with those of its module."""

import ast
from functools import lru_cache
from typing import Any

from adjgen.read.flow import BELOW, assigned_in, nodes_of, own_nodes
from adjgen.read.opaque import SEES_ALL


def parameters(node: Any) -> list[tuple[str, str]]:
    """Return the names and kinds (those of inspect) of the parameters of a function."""
    args = node.args
    found = [(a.arg, "POSITIONAL_ONLY") for a in args.posonlyargs]
    found += [(a.arg, "POSITIONAL_OR_KEYWORD") for a in args.args]
    found += [(args.vararg.arg, "VAR_POSITIONAL")] if args.vararg else []
    found += [(a.arg, "KEYWORD_ONLY") for a in args.kwonlyargs]
    return found + ([(args.kwarg.arg, "VAR_KEYWORD")] if args.kwarg else [])


def annotation_of(node: Any, name: str) -> ast.expr | None:
    """Return the annotation of a parameter as it is written."""
    everything = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return next((arg.annotation for arg in everything if arg.arg == name), None)


@lru_cache(maxsize=256)  # asked at every call of a function
def locals_of(node: Any) -> frozenset[str]:
    """Return the names that are local to a function."""
    body = node.body if isinstance(node.body, list) else [node.body]
    found = own_nodes(*body, closed=BELOW)
    declared = (n for n in found if isinstance(n, (ast.Global, ast.Nonlocal)))
    outer = {name for declaration in declared for name in declaration.names}
    return assigned_in(node).union(name for name, _ in parameters(node)) - outer


@lru_cache(maxsize=256)  # asked at every call of a function
def outer_state(node: Any) -> str:
    """Say what a function does with the names of its module; it must do that there, or return ""."""
    for inner in nodes_of(node):
        if isinstance(inner, ast.Global):
            for name in (n for n in inner.names if n in assigned_in(node)):
                return f"assigns the global `{name}`"
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
            if f"builtins.{inner.func.id}" in SEES_ALL and inner.func.id not in locals_of(node):
                return f"calls `{inner.func.id}`"
    return ""
