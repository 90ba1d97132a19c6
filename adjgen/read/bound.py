"""Whether a name has a value: a flag beside it where paths disagree, tested wherever it is read.

The flag of `y` is a name that no user can write, `%y_bound`; joins merge it and loops carry it like
any other. A name without a flag has a value, unless it is UNBOUND.
"""

import ast
from typing import Any

from adjgen.ir.core import UNBOUND, Const
from adjgen.read.definite import read_at_once
from adjgen.read.values import Value

TRUE, FALSE = Const(True), Const(False)
Names = dict[str, Value]


def flag(name: str) -> str:
    """Return the name of the flag of a name."""
    return f"%{name}_bound"


def boundness(env: Names, name: str) -> Value:
    """Return whether a name has a value: true, false, or a flag."""
    missing = FALSE if env.get(name, UNBOUND) is UNBOUND else TRUE
    return env.get(flag(name), missing)


def agree(env_a: Names, env_b: Names) -> None:
    """Before two paths meet, give the names that only one of them binds a flag on both.

    Nobody reads a name on a path that has returned: it agrees with the other one.
    """
    for name in dict.fromkeys([*env_a, *env_b]):
        key = flag(name)
        same = env_a.get(name) is env_b.get(name) and env_a.get(key) is env_b.get(key)
        if same or name.startswith("%"):
            continue
        one, other = boundness(env_a, name), boundness(env_b, name)
        if env_a.get("%returned") == TRUE:
            one = other if isinstance(other, Const) else TRUE
        elif env_b.get("%returned") == TRUE:
            other = one if isinstance(one, Const) else TRUE
        if one != other or one != TRUE:
            env_a[key], env_b[key] = one, other
        else:
            env_a.pop(key, None)
            env_b.pop(key, None)


def require_bound(frame: Any, node: ast.AST, name: str, owner: Any) -> None:
    """Append the check that a name of a frame has a value, if paths that lead here disagree."""
    bound = boundness(owner.env, name)
    if bound != TRUE:
        free = Const(owner is not frame)  # Python has another exception for these
        frame.emit(node, "require_bound", (bound, Const(name), free), ())
        if owner is frame:
            frame.env.pop(flag(name), None)


def require_at_once(frame: Any, node: ast.AST, name: str) -> None:
    """Append the check that a name has a value before code is carried that reads it."""
    owner = frame.frame_of(name)
    if owner is None or boundness(owner.env, name) == TRUE:
        return
    if name in read_at_once(node):
        require_bound(frame, node, name, owner)
    else:
        frame.problem(node, "ADJ501", f"`{name}` may have no value here", "Assign it first.")


def deleted(*roots: ast.AST) -> set[str]:
    """Return the names that code unbinds."""
    found: set[Any] = set()
    for node in (inner for root in roots for inner in ast.walk(root)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
            found.add(node.id)
        elif isinstance(node, ast.ExceptHandler):
            found.add(node.name)
    return found - {None}
