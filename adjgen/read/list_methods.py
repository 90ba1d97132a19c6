"""Lowers methods of lists that adjgen knows (append, extend, pop, copy) and builtins over whole lists."""

import ast
from collections.abc import Callable

from adjgen.elementary.sequences import depth
from adjgen.ir.core import Atom, Const, Var
from adjgen.ir.types import INT, REAL, Type, seq
from adjgen.read import cells, expressions, lists, sorting, stores
from adjgen.read.frame import Frame
from adjgen.read.values import Display, List, ListValue, RowValue, Value


def method(frame: Frame, node: ast.Call) -> Value | None:
    """Lower a call of a method of a list; None for others."""
    function = node.func
    if not isinstance(function, ast.Attribute) or (node.keywords and function.attr != "sort"):
        return None
    handler = METHODS.get((function.attr, len(node.args)))
    if handler is None:
        return None
    base = named(frame, function.value)
    return handler(frame, node, base) if base is not None else None


def named(frame: Frame, node: ast.expr) -> List | None:
    """Return the list that an expression names."""
    if not isinstance(node, (ast.Name, ast.Subscript)):
        return None
    found = lists.reference(frame, node)
    return found if isinstance(found, (ListValue, RowValue)) else None


def _append(frame: Frame, node: ast.Call, base: List) -> Value:
    stores.append(frame, node, base, expressions.value(frame, node.args[0]))
    return Const(None)


def extend(frame: Frame, node: ast.AST, base: List, more: ast.expr) -> bool:
    """Lower x.extend(more) or x += more; return whether that is a list of numbers."""
    added = lists.list_of(frame, more)
    if added is None:
        return False
    stores.renew(frame, node, base, "joined", frame.materialise(node, added))
    stores.grown(frame, base)
    _together(base, added, lists.kind_of(frame, base))
    return True


def _together(base: List, added: Value, kind: Type) -> None:
    """Note that lists inside belong to two lists, once one is extended by the other."""
    if kind.element is None or kind.element.element is None:
        return
    base.cell.loose = cells.ROWS
    if isinstance(added, (ListValue, RowValue)):
        added.cell.loose = cells.ROWS


def _extend(frame: Frame, node: ast.Call, base: List) -> Value | None:
    return Const(None) if extend(frame, node, base, node.args[0]) else None


def _pop(frame: Frame, node: ast.Call, base: List) -> Value:
    old = frame.materialise(node, base)
    last = frame.row(node, "item", old, Const(-1))
    lists.inherit(frame, old, last)
    stores.renew(frame, node, base, "most")
    stores.exchanged(base)
    return last if last.type.element is None else lists.held(frame, last, frozen=cells.MOVED)


def copy(frame: Frame, node: ast.Call, base: List) -> Value:
    """Return a new list of the same items."""
    return lists.derived(frame, base, frame.row(node, "copied_1", frame.materialise(node, base)))


def _reverse(frame: Frame, node: ast.Call, base: List) -> Value:
    stores.renew(frame, node, base, "backwards")
    stores.exchanged(base)
    return Const(None)


def _insert(frame: Frame, node: ast.Call, base: List) -> Value | None:
    """Lower x.insert(i, value): what is before i, the value, the rest."""
    at = lists.index(frame, node.args[0])
    added = stores.listed(frame, node, [expressions.value(frame, node.args[1])])
    if added is None or isinstance(base, RowValue):
        return None
    replace_part(frame, node, base, at, at, added)
    return Const(None)


def replace_part(
    frame: Frame, node: ast.AST, base: ListValue, start: Atom, stop: Atom, new: Value | None
) -> None:
    """Give a list other items between two places."""
    none, old = Const(None), frame.materialise(node, base)
    parts: list[Atom] = []
    if start != none:
        parts.append(frame.row(node, "part", old, none, start, none))
    if new is not None:
        parts.append(frame.row(node, "copied_1", frame.materialise(node, new)))
    if stop != none:
        parts.append(frame.row(node, "part", old, stop, none, none))
    made = parts[0]
    for more in parts[1:]:
        made = frame.row(node, "joined", made, more)
    assert isinstance(made, Var)
    stores.change(frame, node, base, made)
    stores.exchanged(base)
    if new is not None:
        _together(base, new, made.type)


def _pop_at(frame: Frame, node: ast.Call, base: List) -> Value | None:
    from adjgen.read import places

    return places.pop(frame, node, base)


METHODS: dict[tuple[str, int], Callable[..., Value | None]] = {
    ("append", 1): _append, ("extend", 1): _extend, ("pop", 0): _pop, ("copy", 0): copy,
    ("sort", 0): sorting.sort, ("reverse", 0): _reverse, ("insert", 2): _insert, ("pop", 1): _pop_at,
}  # fmt: skip
WHOLE = {
    "builtins.sum": "total", "math.fsum": "exact_total",
    "builtins.max": "largest", "builtins.min": "smallest",
}  # fmt: skip


def over_list(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower a builtin that takes a whole list; None if its argument is none of numbers."""
    if dotted not in OVER or len(node.args) not in (1, 1 + (dotted == "builtins.sum")):
        return None
    if any(isinstance(a, ast.Starred) for a in node.args):
        return None
    if dotted in ("builtins.sum", "math.prod"):
        node = with_start(node)

    def read() -> Value | None:
        found = lists.list_of(frame, node.args[0])
        if found is None and dotted == "builtins.sorted":
            found = sorting.walked(frame, node.args[0])
        if found is None and dotted == "builtins.list":
            return _listed(frame, node, node.args[0])
        return None if found is None else OVER[dotted](frame, node, found, dotted)

    return frame.attempt(read)


def with_start(node: ast.Call) -> ast.Call:
    """Write the start value of a sum or a product behind the list, as an argument without a name."""
    if [keyword.arg for keyword in node.keywords] != ["start"] or len(node.args) != 1:
        return node
    call = ast.Call(node.func, [*node.args, node.keywords[0].value], [])
    return ast.copy_location(call, node)


def _whole(frame: Frame, node: ast.Call, base: Value, dotted: str) -> Value | None:
    inner = lists.kind_of(frame, base).element
    if node.keywords:
        return None
    if inner is not None and inner.element is not None:
        return None
    more = [expressions.atom(frame, argument) for argument in node.args[1:]]
    return frame.row(node, WHOLE[dotted], frame.materialise(node, base), *more)


def _product(frame: Frame, node: ast.Call, base: Value, dotted: str) -> Value | None:
    """Lower math.prod as the loop that it is."""
    from adjgen.ir.core import For

    if node.keywords:
        return None
    walked = frame.materialise(node, base)
    element, so_far = Var("", walked.type.element or REAL), Var("product", REAL)
    start = expressions.atom(frame, node.args[1]) if node.args[1:] else Const(1)
    builder = frame.session.builder.nested()
    body = builder.block(builder.emit("mul", (so_far, element), [REAL]), [element, so_far])
    (out,) = frame.session.builder.emit(For(1, 1), [walked, start], [REAL], ["product"], [body])
    return out


def distance(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower math.dist of two lists, or math.hypot of one behind a star."""
    stars = [isinstance(argument, ast.Starred) for argument in node.args]
    if (dotted, stars) not in (("math.dist", [False, False]), ("math.hypot", [True])):
        return None
    args = [a.value if isinstance(a, ast.Starred) else a for a in node.args]

    def read() -> Value | None:
        found = [lists.list_of(frame, argument) for argument in args]
        atoms = [frame.materialise(node, one) for one in found if one is not None]
        if len(atoms) < len(args) or any(depth(atom.type) != 1 for atom in atoms):
            return None
        return frame.row(node, DISTANCES[len(atoms)], *atoms)

    return None if node.keywords else frame.attempt(read)


DISTANCES = {1: "norm", 2: "distance"}


def _copied(frame: Frame, node: ast.Call, base: Value, dotted: str) -> Value | None:
    if node.keywords or not isinstance(base, (ListValue, RowValue)):
        return None
    if isinstance(node.args[0], (ast.GeneratorExp, ast.ListComp, ast.List)):
        return base
    return copy(frame, node, base)


def _listed(frame: Frame, node: ast.Call, given: ast.expr) -> Value | None:
    """Lower list(range(n)) and list(reversed(x))."""
    inner = frame.dotted(given.func) if isinstance(given, ast.Call) and not given.keywords else ""
    args = given.args if isinstance(given, ast.Call) else []
    if inner == "builtins.range" and not any(isinstance(a, ast.Starred) for a in args):
        bounds = [lists.index(frame, argument) for argument in args]
        made = frame.emit(node, "range", bounds, [seq(INT)])
        return lists.held(frame, frame.row(node, "copied_1", *made))
    base = (
        lists.list_of(frame, args[0]) if inner == "builtins.reversed" and len(args) == 1 else None
    )
    if base is None:
        return None
    none, whole = Const(None), frame.materialise(node, base)
    return lists.derived(frame, base, frame.row(node, "part", whole, none, none, Const(-1)))


def _copied_by_copy(frame: Frame, node: ast.Call, base: Value, dotted: str) -> Value | None:
    """Lower copy.copy and copy.deepcopy of a list; others, and arrays, are not copied as lists."""
    given = node.args[0]
    held = frame.held(given.id) if isinstance(given, ast.Name) else base
    if not isinstance(base, (ListValue, RowValue)) or isinstance(held, Display):
        return None
    whole = frame.materialise(node, base)
    if node.keywords or isinstance(given, ast.Tuple) or whole.type.dtype:
        return None
    if dotted == "copy.copy":
        return copy(frame, node, base)
    made = frame.row(node, f"copied_{depth(whole.type)}", whole)
    lists.inherit(frame, whole, made, 0)
    return lists.held(frame, made)


def _length(frame: Frame, node: ast.Call, base: Value, dotted: str) -> Value | None:
    return frame.row(node, "len", frame.materialise(node, base))


OVER: dict[str, Callable[..., Value | None]] = {
    **dict.fromkeys(WHOLE, _whole), "math.prod": _product, "builtins.sorted": sorting.in_order,
    "copy.copy": _copied_by_copy, "copy.deepcopy": _copied_by_copy, "builtins.list": _copied,
    "builtins.len": _length,
}  # fmt: skip
