"""Handlers of NameError behind code whose names all have values: nothing can reach them, so they are not read."""

import ast
import copy
from collections.abc import Sequence

from adjgen.read import names
from adjgen.read.bound import TRUE, boundness, deleted
from adjgen.read.definite import read_first
from adjgen.read.frame import Frame
from adjgen.read.opaque import loaded
from adjgen.read.values import BindingValue, Conflict, FunctionValue

NAME_ERRORS = ("builtins.NameError", "builtins.UnboundLocalError")
ODD = (
    ast.Raise,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.Import,
    ast.ImportFrom,
)


def without_idle_handlers(frame: Frame, node: ast.Try) -> ast.Try:
    """Return a try without the handlers of NameError if its body cannot raise one.

    What a module imports under `try: from numpy import where` is there when its derivative runs; code
    that asks again in each function by catching NameError gets its answer here.

    Before: try: y = np.where(x > 0.0, x, y)        After: y = np.where(x > 0.0, x, y)
            except NameError: pass
    """
    idle = [h for h in node.handlers if h.type and frame.dotted(h.type) in NAME_ERRORS]
    if not idle or not _all_bound(frame, node.body):
        return node
    found = copy.copy(node)
    found.handlers = [handler for handler in node.handlers if handler not in idle]
    return found


def _all_bound(frame: Frame, body: Sequence[ast.stmt]) -> bool:
    """Whether every name has a value when a body reads it; what it calls are functions of libraries."""
    inside = [inner for one in body for inner in ast.walk(one)]
    if any(isinstance(inner, ODD) for inner in inside) or deleted(*body):
        return False
    first = read_first(body)
    calls = [inner.func for inner in inside if isinstance(inner, ast.Call)]
    return all(frame.dotted(function) for function in calls) and all(
        _has_value(frame, name, name in first) for one in body for name in loaded(one)
    )


def _has_value(frame: Frame, name: str, before: bool) -> bool:
    """Whether a name has a value, other than a function of the user's, when a body reads it.

    `before` says that the body may read it before it binds it.
    """
    owner, held = frame.frame_of(name), frame.held(name)
    if isinstance(held, BindingValue):
        return isinstance(held.binding, (names.Known, names.Constant, names.ModuleName))
    if isinstance(held, (FunctionValue, Conflict)):
        return False
    return not before or (owner is not None and boundness(owner.env, name) == TRUE)
