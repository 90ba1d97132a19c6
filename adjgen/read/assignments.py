"""Lowers assignments: to names, items of lists, and tuples of such."""

import ast
from collections.abc import Iterator, Sequence

from adjgen.elementary.sequences import depth
from adjgen.ir.core import Const, Opaque, Var
from adjgen.ir.types import BOOL, INT, NOTHING, OPAQUE, REAL, seq
from adjgen.read import arrays, cells, displays, list_methods, lists, operations, places, stores
from adjgen.read.carrying import carry
from adjgen.read.expressions import ADVICE, BINARY, atom, bind, value
from adjgen.read.flow import is_text
from adjgen.read.frame import Frame
from adjgen.read.values import (
    Display,
    List,
    ListValue,
    RowValue,
    Value,
    leaves,
)  # fmt: skip

OTHER_SCOPE = (
    "A derivative has no meaning for state outside the function. Pass it in and return it."
)


def assign_all(frame: Frame, node: ast.Assign) -> None:
    """Lower an assignment: names, items of lists, tuples of such; the rest is carried."""
    if exchanged(frame, node.targets[0] if len(node.targets) == 1 else None, node.value):
        return
    if all_known(frame, node.targets):
        alone = len(node.targets) == 1
        given = displays.unpacked(node.targets[0], node.value) if alone else node.value
        result = value(frame, given)
        result = result if alone else lists.named(frame, result)
        for target in node.targets:
            assign(frame, node, target, result)
        return
    target = node.targets[0]
    if isinstance(target, ast.Subscript) and len(node.targets) == 1:
        if places.store_part(frame, node, target, node.value):
            return
    if any(isinstance(t, (ast.Tuple, ast.List)) for t in node.targets):
        what = "an unpacking into an item or attribute"
        frame.problem(node, "ADJ401", what, "Unpack into plain names, then store.")
        return
    carry(frame, node, reason="ADJ401 a store into a container", hint="Assign to a plain name.")


def exchanged(frame: Frame, target: ast.expr | None, given: ast.expr) -> bool:
    """Lower A[i], A[j] = A[j], A[i] for a list of lists: none of them is there twice after it."""
    if not isinstance(target, ast.Tuple) or not isinstance(given, ast.Tuple):
        return False
    if [ast.unparse(t) for t in target.elts] != [ast.unparse(v) for v in given.elts[::-1]]:
        return False
    first, *more = target.elts
    if not isinstance(first, ast.Subscript) or len(more) != 1:
        return False
    second = more[0]
    if not isinstance(second, ast.Subscript) or ast.dump(first.value) != ast.dump(second.value):
        return False
    base = stored_into(frame, first)
    if not isinstance(base, ListValue) or stored_into(frame, second) is None:
        return False
    inner = lists.kind_of(frame, base).element
    effects = (ast.Call, ast.NamedExpr)
    if (
        inner is None
        or inner.element is None
        or any(isinstance(n, effects) for n in ast.walk(given))
    ):
        return False
    places = [lists.index(frame, part.slice) for part in (first, second)]
    stores.exchange(frame, given, base, *places)
    return True


def all_known(frame: Frame, targets: Sequence[ast.expr]) -> bool:
    """Whether targets are names, items of lists of numbers, or tuples of such."""
    pending = list(targets)
    for target in pending:
        if isinstance(target, (ast.Tuple, ast.List)):
            pending += target.elts
        elif isinstance(target, ast.Starred):
            pending.append(target.value)
        elif not isinstance(target, ast.Name) and stored_into(frame, target) is None:
            if arrays.stored_into(frame, target) is None:
                return False
    return True


def stored_into(frame: Frame, target: ast.expr) -> Value | None:
    """Return the list that a target is an item of; None for others."""
    if not isinstance(target, ast.Subscript) or isinstance(target.slice, (ast.Slice, ast.Tuple)):
        return None
    if is_text(target.slice):
        return None  # an item of a dict
    base = lists.reference(frame, target.value)
    if isinstance(base, ListValue) and arrays.held(frame, base) is not None:
        return None
    return base if isinstance(base, (ListValue, RowValue)) else None


def assign(frame: Frame, node: ast.stmt, target: ast.expr, result: Value) -> None:
    """Bind a target: a name, or names of a tuple, to a value."""
    if isinstance(target, ast.Name):
        if target.id not in frame.locals:
            frame.problem(node, "ADJ503", f"`{target.id}` belongs to another scope", OTHER_SCOPE)
        bind(frame, target.id, result)
        return
    base = stored_into(frame, target)
    if base is not None and isinstance(target, ast.Subscript):
        stores.store(frame, node, target, base, result)
        return
    of = arrays.stored_into(frame, target)
    if of is not None and isinstance(target, ast.Subscript):
        arrays.store(frame, node, target, of, result)
        return
    if isinstance(target, (ast.Tuple, ast.List)) and unpacked_array(frame, node, target, result):
        return
    if isinstance(target, (ast.Tuple, ast.List)):
        lists.retype(frame, result, seq(REAL))
    is_tuple = isinstance(result, Display) and result.kind != "record"
    if isinstance(target, (ast.Tuple, ast.List)) and isinstance(result, Display) and is_tuple:
        parts = displays.matched(frame, target.elts, result)
        if parts is not None:
            for item, part in zip(target.elts, parts):
                assign(frame, node, item.value if isinstance(item, ast.Starred) else item, part)
            return
    if isinstance(target, (ast.Tuple, ast.List)) and isinstance(result, (ListValue, RowValue)):
        nested = depth(lists.kind_of(frame, result)) > 1
        if not (nested and any(isinstance(item, ast.Starred) for item in target.elts)):
            unpack_list(frame, node, target, result)
            return
    held = frame.materialise(node, result)
    label = ast.copy_location(ast.Name("%unpacked", ast.Load()), node)
    unpack = ast.copy_location(ast.Assign([target], label), node)
    frame.locals.add("%unpacked")
    frame.env["%unpacked"] = held
    carry(
        frame,
        unpack,
        reason="ADJ401 unpacking a container of active values",
        hint="Unpack a tuple that is written out.",
    )
    del frame.env["%unpacked"]
    if held.type.name.startswith("tuple of "):
        are_sizes(frame, target)


def are_sizes(frame: Frame, target: ast.expr) -> None:
    """Note that what a shape was unpacked to are whole numbers."""
    for item in target.elts if isinstance(target, (ast.Tuple, ast.List)) else ():
        size = frame.env.get(item.id) if isinstance(item, ast.Name) else None
        if isinstance(size, Var):
            size.type = INT


def unpacked_array(
    frame: Frame, node: ast.stmt, target: ast.Tuple | ast.List, result: Value
) -> bool:
    """Bind names to the rows of an array; return whether it is one."""
    if any(isinstance(item, ast.Starred) for item in target.elts):
        return False
    parts = arrays.unpacked(frame, node, result, len(target.elts))
    for item, part in zip(target.elts, parts or ()):
        assign(frame, node, item, part)
    return parts is not None


def unpack_list(frame: Frame, node: ast.stmt, target: ast.Tuple | ast.List, result: List) -> None:
    """Bind names to the items of a list, which must be as many, or a star to those that are left."""
    whole = frame.materialise(node, result)
    kind = lists.kind_of(frame, result).element or OPAQUE
    count = len(target.elts)
    stars = [k for k, item in enumerate(target.elts) if isinstance(item, ast.Starred)]
    places = [Const(place) for at in stars for place in (at, count - 1 - at)]
    kinds = [seq(kind) if k in stars else kind for k in range(count)]
    outs = frame.emit(node, "unpacked", (whole, *places), kinds)
    for item, out in zip(target.elts, outs):
        if isinstance(item, ast.Starred):
            lists.inherit(frame, whole, out, 0)
            assign(frame, node, item.value, lists.held(frame, out))
            continue
        lists.inherit(frame, whole, out)
        part: Value = out
        if kind.element is not None:
            part = lists.row_held(frame, out, cells.MOVED, [result.cell])
        assign(frame, node, item, part)


def annotated(frame: Frame, node: ast.AnnAssign) -> None:
    """Lower `x: float = ...`."""
    if node.value is None:
        return
    if isinstance(node.target, ast.Name):
        assign(frame, node, node.target, value(frame, node.value))
    else:
        carry(frame, node, reason="ADJ401 a store into a container", hint="Assign to a plain name.")


def augmented(frame: Frame, node: ast.AugAssign) -> None:
    """Lower `x += ...`, of a number, an item, a list; the rest is carried."""
    target, name = node.target, BINARY.get(type(node.op))
    if arrays.augmented(frame, node, name):
        return
    base = stored_into(frame, target)
    if base is not None and name is not None and isinstance(target, ast.Subscript):
        stores.update(frame, node, target, base, name)
        return
    if not isinstance(target, ast.Name):
        carry(frame, node, reason="ADJ401 a store into a container", hint="Use a plain name.")
        return
    old = value(frame, ast.copy_location(ast.Name(target.id, ast.Load()), target))
    if (
        isinstance(old, ListValue)
        and name == "add"
        and list_methods.extend(frame, node, old, node.value)
    ):
        return
    if isinstance(old, ListValue) and name == "mul" and _repeated(frame, node, old):
        return
    if isinstance(old, Display) and old.kind != "list" and name is not None:  # t += (x,), p += q
        whole = ast.BinOp(ast.Name(target.id, ast.Load()), node.op, node.value)
        ast.copy_location(whole.left, target)
        assign(frame, node, target, value(frame, ast.copy_location(whole, node)))
        return
    if isinstance(old, Var) and old.type == NOTHING:  # reported, or not known before the loop ends
        atom(frame, node.value)
        bind(frame, target.id, old)
        return
    if name is None:
        carry(frame, node, reason="ADJ404 a bit operation cannot be differentiated", hint=ADVICE)
        return
    if not _number(old) or _may_be_shared(frame, node, old):
        carry(frame, node, reason="ADJ401 an update in place of something that may be a container",
              hint=f"Write `{target.id} = {target.id} ...`.")  # fmt: skip
        return
    right, number = atom(frame, node.value), frame.materialise(node, old)
    frame.session.updated.add(number)
    assign(frame, node, target, operations.binary(frame, node, node.op, number, right))


def _repeated(frame: Frame, node: ast.AugAssign, old: ListValue) -> bool:
    """Lower `y *= 2` of a list of numbers; return whether it is one, and no parameter."""
    whole = frame.session.heap[old.cell]
    if depth(whole.type) != 1 or whole in frame.session.origins:
        return False

    def read() -> Value | None:
        count = atom(frame, node.value)
        if count.type not in (INT, BOOL):
            return None
        stores.renew(frame, node, old, "repeated", count)
        return old

    return frame.attempt(read) is not None


def _may_be_shared(frame: Frame, node: ast.AugAssign, old: Value) -> bool:
    """Whether this may change a list that goes by another name too: `n * items` may be one."""
    if not (isinstance(old, Var) and frame.in_doubt(old)):
        return False
    held = [part for scope in _around(frame) for v in scope.env.values() for part in leaves(v)]
    eqns = frame.session.builder.eqns
    kept = any(isinstance(eqn.op, Opaque) and old in eqn.args for eqn in eqns)
    plain = isinstance(node.value, ast.Constant)  # no list is added to
    return not plain and (kept or sum(part is old for part in held) > 1)


def _around(frame: Frame | None) -> Iterator[Frame]:
    while frame is not None:
        yield frame
        frame = frame.outer


def _number(held: Value) -> bool:
    return isinstance(held, (Var, Const)) and held.type in (REAL, INT, BOOL)
