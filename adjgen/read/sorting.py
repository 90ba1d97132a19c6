"""Lowers sorted and list.sort of numbers: the order of the keys, then the items in that order."""

import ast
from collections.abc import Callable, Sequence

from adjgen.elementary.sequences import depth
from adjgen.ir.core import Atom, Const, Var
from adjgen.ir.types import BOOL, INT, REAL
from adjgen.read import lists, stores
from adjgen.read.frame import Frame
from adjgen.read.names import Callee, Known
from adjgen.read.opaque import loaded
from adjgen.read.values import List, Value

ITEMS, ITEM = "%items", "%item"  # names that no user can write
WALKS = {"builtins." + name for name in ("range", "reversed")}


def in_order(frame: Frame, node: ast.Call, base: Value, dotted: str) -> Value | None:
    """Lower sorted(x, key=..., reverse=...) of a list of numbers."""
    order = _order(frame, node, base)
    if order is None:
        return None
    return lists.held(frame, frame.row(node, "gathered", frame.materialise(node, base), order))


def sort(frame: Frame, node: ast.Call, base: List) -> Value | None:
    """Lower x.sort(key=..., reverse=...): the items change places."""
    if not all(_sees_no_list(frame, k.value) for k in node.keywords if k.arg == "key"):
        return None  # which finds the list empty while it is sorted
    order = _order(frame, node, base)
    if order is None:
        return None
    stores.renew(frame, node, base, "gathered", order)
    return Const(None)


def walked(frame: Frame, node: ast.expr) -> Value | None:
    """Return the numbers that range(...) or reversed(...) gives, as a list."""
    if not isinstance(node, ast.Call) or frame.dotted(node.func) not in WALKS:
        return None
    return _collected(frame, node, node, lambda item: item)


def _order(frame: Frame, node: ast.Call, base: Value) -> Atom | None:
    """Return the places of the items in the order of their keys; None for what is not known."""
    named = {k.arg: k.value for k in node.keywords}
    reverse = named.pop("reverse", ast.Constant(False))
    key = named.pop("key", ast.Constant(None))
    if named or not isinstance(reverse, ast.Constant) or depth(lists.kind_of(frame, base)) != 1:
        return None
    keys = base if _is_none(key) else _keys(frame, node, base, key)
    if keys is None:
        return None
    whole = frame.materialise(node, keys)
    return frame.row(node, "order_of", whole, Const(bool(reverse.value)))


def _is_none(key: ast.expr) -> bool:
    return isinstance(key, ast.Constant) and key.value is None


def _keys(frame: Frame, node: ast.Call, base: Value, key: ast.expr) -> Value | None:
    """Return the list of the keys of the items, if they are numbers."""
    plain = isinstance(key, (ast.Name, ast.Attribute)) or (
        isinstance(key, ast.Lambda) and not key.args.defaults and not any(key.args.kw_defaults)
    )
    if not plain:
        return None
    frame.locals.add(ITEMS)
    frame.env[ITEMS] = base
    try:
        items = ast.copy_location(ast.Name(ITEMS, ast.Load()), node)
        return _collected(frame, node, items, lambda item: _key_of(key, item))
    finally:
        frame.env.pop(ITEMS, None)


def _key_of(key: ast.expr, item: ast.expr) -> ast.expr:
    """Return the call of a key; `w.__getitem__` takes the item as a place."""
    if isinstance(key, ast.Attribute) and key.attr == "__getitem__":
        return ast.Subscript(key.value, item, ast.Load())
    return ast.Call(key, [item], [])


def _collected(
    frame: Frame, node: ast.expr, of: ast.expr, made: Callable[[ast.expr], ast.expr]
) -> Value | None:
    """Return the list of what is made of each item of a sequence, if that is a number."""
    from adjgen.read.comprehensions import collected

    target, item = ast.Name(ITEM, ast.Store()), ast.Name(ITEM, ast.Load())
    listed = ast.ListComp(made(item), [ast.comprehension(target, of, [], 0)])
    for inner in ast.walk(listed):
        if isinstance(inner, ast.expr) and not hasattr(inner, "lineno"):
            ast.copy_location(inner, node)
    found = collected(frame, listed)
    kind = lists.kind_of(frame, found) if found is not None else None
    return found if kind is not None and kind.element in (REAL, INT, BOOL) else None


def _sees_no_list(frame: Frame, key: ast.expr) -> bool:
    """Whether a function is given nothing but the item and numbers."""
    if isinstance(key, ast.Lambda):
        held: Sequence[Value] = [frame.held(name) for name in loaded(key)]
        numbers = (Var, Const)
        return all(
            isinstance(one, numbers) or isinstance(getattr(one, "binding", None), (Known, Callee))
            for one in held
        )
    return _is_none(key) or isinstance(frame.binding(key), (Known, Callee))
