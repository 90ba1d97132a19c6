"""Lowers functions of several arrays, or that return several: concatenate, stack, split, meshgrid, einsum."""

import ast
from collections.abc import Callable, Sequence

from adjgen.elementary.arrays import einsum as rule
from adjgen.ir.core import Atom, Const, Var
from adjgen.ir.types import INT, OPAQUE, REAL
from adjgen.read import arrays, displays, expressions
from adjgen.read.frame import Frame
from adjgen.read.values import Display, Value

SEVERAL = {"numpy.concatenate": "concatenated", "numpy.stack": "stacked"}
PILES = {f"numpy.{name}": name for name in ("vstack", "hstack", "column_stack")}
SPLITS = {"numpy.split": "split_part", "numpy.array_split": "array_split_part"}
ALONG = {"numpy.vsplit": 0, "numpy.hsplit": 1}


def call(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower a call of one of these functions; None for others."""
    handler = HANDLERS.get(dotted)
    return handler(frame, node, dotted) if handler is not None else None


def given(frame: Frame, node: ast.expr) -> Atom | None:
    """Return an array, or a number; of what is written out an array is made."""
    from adjgen.read.array_calls import displayed, nested

    value = nested(frame, node)
    if isinstance(value, Display):
        return displayed(frame, node, value)
    whole = arrays.held(frame, value)
    if whole is not None:
        return whole
    atom = frame.materialise(node, value)
    return atom if atom.type in (REAL, INT, OPAQUE) else None


def several(frame: Frame, nodes: Sequence[ast.expr]) -> list[Atom] | None:
    """Return arrays or numbers; None if one of them is neither."""
    atoms = [given(frame, one) for one in nodes]
    found = [atom for atom in atoms if atom is not None]
    return found if len(found) == len(atoms) else None


def joined(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower np.concatenate((a, b), axis), np.stack, np.vstack, np.hstack."""
    named = {k.arg: k.value for k in node.keywords}
    allowed = {"axis"} if dotted in SEVERAL else set()
    if not node.args or named.keys() - allowed or len(node.args) > 1 + len(allowed):
        return None
    items = displays.items_of(frame, node.args[0])
    parts = several(frame, items) if items else None
    if not parts:
        return None
    if dotted in PILES:
        return frame.row(node, "piled", Const(PILES[dotted]), *parts)
    axis_node = named.get("axis", node.args[1] if len(node.args) > 1 else None)
    axis = Const(0) if axis_node is None else expressions.atom(frame, axis_node)
    if not isinstance(axis, Const) or axis.value is None:
        return None
    return frame.row(node, SEVERAL[dotted], axis, *parts)


def split(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower np.split(x, sections, axis) to its parts, as many as are known."""
    names = ["ary", "indices_or_sections", "axis"][: 3 if dotted in SPLITS else 2]
    known = dict(zip(names, node.args)) | {str(k.arg): k.value for k in node.keywords}
    if len(node.args) > len(names) or known.keys() - set(names) or len(known) < 2:
        return None
    base = expressions.value(frame, known["ary"])
    whole = arrays.held(frame, base)
    sections = constant(frame, known["indices_or_sections"])
    axis = constant(frame, known["axis"]) if "axis" in known else Const(ALONG.get(dotted, 0))
    if whole is None or sections is None or axis is None or not isinstance(axis.value, int):
        return None
    if dotted == "numpy.hsplit" and (whole.type.shape is None or not _has_rank(whole, 2)):
        return None
    many = sections.value if isinstance(sections.value, int) else len(sections.value) + 1
    name = SPLITS.get(dotted, "split_part")
    args = [(whole, sections, Const(k), axis) for k in range(many)]
    return Display("list", tuple(arrays.row(frame, node, name, *one, of=base) for one in args))


def _has_rank(atom: Atom, rank: int) -> bool:
    return isinstance(atom.type.shape, tuple) and len(atom.type.shape) >= rank


def constant(frame: Frame, node: ast.expr) -> Const | None:
    """Return a constant, or a tuple of constants that is written out."""
    from adjgen.read.array_calls import nested

    value = nested(frame, node)
    if isinstance(value, Display):
        if not all(isinstance(item, Const) for item in value.items):
            return None
        return Const(tuple(item.value for item in value.items if isinstance(item, Const)))
    return value if isinstance(value, Const) else None


def meshgrid(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower np.meshgrid(x, y, indexing="ij") to the arrays that it returns."""
    named = {k.arg: k.value for k in node.keywords}
    indexing = constant(frame, named["indexing"]) if "indexing" in named else Const("xy")
    parts = several(frame, node.args)
    if named.keys() - {"indexing"} or indexing is None or not parts:
        return None
    if any(not isinstance(part, Var) for part in parts):
        return None
    made = [frame.row(node, "meshed", Const(k), indexing, *parts) for k in range(len(parts))]
    return Display("list", tuple(made))


def einsum(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower np.einsum("ij,jk->ik", a, b)."""
    if node.keywords or len(node.args) < 2:
        return None
    subscripts, parts = constant(frame, node.args[0]), several(frame, node.args[1:])
    if subscripts is None or not parts or not rule.is_known(subscripts, *parts):
        return None
    return frame.row(node, "einsum", subscripts, *parts)


def select(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower np.select(conditions, choices, default): of the conditions that hold the first one chooses."""
    named = dict(zip(("condlist", "choicelist", "default"), node.args))
    named |= {str(k.arg): k.value for k in node.keywords}
    if named.keys() - {"condlist", "choicelist", "default"} or len(named) < 2:
        return None
    lists = [displays.items_of(frame, named[name]) for name in ("condlist", "choicelist")]
    parts = [several(frame, one) if one else None for one in lists]
    other = given(frame, named["default"]) if "default" in named else Const(0)
    if not parts[0] or not parts[1] or len(parts[0]) != len(parts[1]) or other is None:
        return None
    for test, choice in reversed([*zip(parts[0], parts[1])]):
        other = frame.row(node, "np.where", test, choice, other)
    return other


HANDLERS: dict[str, Callable[[Frame, ast.Call, str], Value | None]] = {
    **dict.fromkeys((*SEVERAL, *PILES), joined), **dict.fromkeys((*SPLITS, *ALONG), split),
    "numpy.meshgrid": meshgrid, "numpy.einsum": einsum, "numpy.select": select,
}  # fmt: skip
