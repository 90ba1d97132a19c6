"""Lowers what lists do at places: pop(i), del x[i], del x[i:j], x[i:j] = y, x[::2] = y, index and count."""

import ast

from adjgen.elementary.sequences import depth
from adjgen.ir.core import Atom, Const, Opaque
from adjgen.ir.types import INT
from adjgen.read import expressions, list_methods, lists
from adjgen.read.flow import integer, is_text
from adjgen.read.frame import Frame
from adjgen.read.opaque import LOOK_UPS, Code, Renamer
from adjgen.read.values import List, ListValue, RowValue, Value

CONTAINERS = (ListValue, RowValue)
NAMES = {name: f"%{name}" for name in ("new", "place", "item")}  # which no user can write
STEPS = """
if len(new) != len(range({start}, len(x), {step})):
    raise ValueError(
        f"attempt to assign sequence of size {{len(new)}} to extended slice of size "
        f"{{len(range({start}, len(x), {step}))}}"
    )
for place, item in zip(range({start}, len(x), {step}), new):
    x[place] = item
"""


def pop(frame: Frame, node: ast.Call, base: List) -> Value | None:
    """Lower x.pop(i)."""
    if not isinstance(base, ListValue):
        return None
    at = lists.index(frame, node.args[0])
    found = frame.row(node, "item", frame.materialise(node, base), at)
    if found.type.element is not None:
        return None
    _without(frame, node, base, at)
    return found


def delete(frame: Frame, node: ast.AST, target: ast.expr) -> bool:
    """Lower del x[i], or del x[i:j] for places that are written out; return whether that was possible."""
    if not isinstance(target, ast.Subscript) or is_text(target.slice):
        return False
    base = list_methods.named(frame, target.value)
    if not isinstance(base, ListValue):
        return False
    if not isinstance(target.slice, ast.Slice):
        at = lists.index(frame, target.slice)
        frame.row(node, "item", frame.materialise(node, base), at)
        _without(frame, node, base, at)
        return True
    ends = written_out(target.slice)
    if ends is None or ends == (None, None):
        return False
    list_methods.replace_part(frame, node, base, Const(ends[0]), Const(ends[1]), None)
    return True


def _without(frame: Frame, node: ast.AST, base: ListValue, at: Atom) -> None:
    """Take an item that is there out of a list; a place may count from the end."""
    if not isinstance(at, Const):
        at = frame.row(node, "mod", at, frame.row(node, "len", frame.materialise(node, base)))
        behind: Atom = frame.row(node, "add", at, Const(1))
    else:
        place = at.value
        behind = Const(place + 1 if isinstance(place, int) and place != -1 else None)
    list_methods.replace_part(frame, node, base, at, behind, None)


def written_out(where: ast.Slice) -> tuple[int | None, int | None] | None:
    """Return the ends of a slice that are written out, None for 0 and the end; None for others."""
    start = integer(where.lower) if where.lower else 0
    stop = integer(where.upper) if where.upper else None
    if where.step or start is None or (where.upper and stop is None):
        return None
    if stop is not None and (stop < start or (start < 0) != (stop < 0)):
        return None
    return start or None, stop


def store_part(frame: Frame, node: ast.stmt, target: ast.Subscript, value: ast.expr) -> bool:
    """Lower x[i:j] = list for places that are written out; return whether that was possible."""
    base, where = list_methods.named(frame, target.value), target.slice
    if not isinstance(base, ListValue) or not isinstance(where, ast.Slice):
        return False
    if where.step:
        return _store_steps(frame, node, target, where, value)
    ends, inside = written_out(where), _but_the_ends(where)
    new = lists.list_of(frame, value) if ends or inside else None
    if new is None or lists.kind_of(frame, new) != lists.kind_of(frame, base):
        return False
    if inside:  # a list that is too short for both ends is not cut twice
        length = frame.row(node, "len", frame.materialise(node, base))
        end = frame.row(node, "sub", length, Const(-inside[1]))
        stop: Atom = frame.row(node, "max", end, Const(inside[0]))
        list_methods.replace_part(frame, node, base, Const(inside[0]), stop, new)
    elif ends:
        list_methods.replace_part(frame, node, base, Const(ends[0]), Const(ends[1]), new)
    return True


def _but_the_ends(where: ast.Slice) -> tuple[int, int] | None:
    """Return the ends of a slice as `1:-1`, which leaves out some items on both sides."""
    start = integer(where.lower) if where.lower else None
    stop = integer(where.upper) if where.upper else None
    if where.step or start is None or stop is None or start < 0 or stop >= 0:
        return None
    return start, stop


def _store_steps(
    frame: Frame, node: ast.stmt, target: ast.Subscript, where: ast.Slice, value: ast.expr
) -> bool:
    """Lower x[i::k] = list: one store after the other, if they are as many."""
    step, start = integer(where.step) if where.step else None, 0
    if where.lower is not None:
        start = integer(where.lower)  # type: ignore[assignment]
    plain = isinstance(target.value, ast.Name) and where.upper is None
    if not plain or step is None or step < 2 or start is None or start < 0:
        return False
    new = lists.list_of(frame, value)
    if new is None or depth(lists.kind_of(frame, new)) != 1:
        return False
    from adjgen.read.statements import suite

    frame.locals.update(NAMES.values())
    frame.env[NAMES["new"]] = new
    stores = {**NAMES, "x": target.value.id}  # type: ignore[attr-defined]
    loads: dict[str, ast.expr] = {name: ast.Name(one, ast.Load()) for name, one in stores.items()}
    tree = ast.parse(STEPS.format(start=start, step=step))
    for part in (part for one in tree.body for part in ast.walk(one)):
        if isinstance(part, (ast.expr, ast.stmt)):
            ast.copy_location(part, node)
    suite(frame, [Renamer(loads, stores).visit(one) for one in tree.body])
    for name in NAMES.values():
        frame.env.pop(name, None)
    return True


def look_up(frame: Frame, node: ast.Call) -> Value | None:
    """Lower x.index(value) and x.count(value) of a list: a whole number, which has no derivative."""
    function = node.func
    if not isinstance(function, ast.Attribute) or function.attr not in LOOK_UPS or node.keywords:
        return None
    base = _known_list(frame, function.value) if len(node.args) == 1 else None
    if not isinstance(base, CONTAINERS):
        return None
    whole = frame.materialise(node, base)
    value = expressions.atom(frame, node.args[0])
    if whole.type.dtype:
        return None
    loads = [ast.Name(label, ast.Load()) for label in ("items", "value")]
    tree = ast.Call(ast.Attribute(loads[0], function.attr, ast.Load()), [loads[1]], [])
    code = Code(tree, ("items", "value"), reason=f"ADJ301 `.{function.attr}` has no derivative")
    return frame.emit(node, Opaque(code), (whole, value), [INT])[0]


def _known_list(frame: Frame, node: ast.expr) -> Value | None:
    """Return a list of numbers that is made here, or that a name is known to hold."""
    if isinstance(node, (ast.List, ast.ListComp)):
        return lists.list_of(frame, node)
    root = node
    while isinstance(root, ast.Subscript):
        root = root.value
    held = frame.held(root.id) if isinstance(root, ast.Name) else None
    return list_methods.named(frame, node) if isinstance(held, CONTAINERS) else None
