"""What a for loop walks: ranges, lists, and zip, enumerate and reversed of them."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from adjgen.ir.core import Atom, Const, Var
from adjgen.ir.types import INT, OPAQUE, Type, seq
from adjgen.read import arrays, expressions, lists, stores
from adjgen.read.cells import Heap
from adjgen.read.flow import assigned
from adjgen.read.frame import Frame
from adjgen.read.holding import root
from adjgen.read.lowering import Mark
from adjgen.read.opaque import loaded
from adjgen.read.said_arrays import said_array
from adjgen.read.state import annotation_of
from adjgen.read.strict import plainly
from adjgen.read.values import Cell, Display, ListValue, RowValue, Value
from adjgen.read.views import check_views, keep_lists, note_made_of

IN_STEP = ("builtins.zip", "builtins.reversed", "builtins.iter")
LAZY = ("builtins.map", "builtins.filter")
OF_A_WALK = "is walked by a loop: change it by its place in the list of lists"


@dataclass
class Walk:
    """The sequences that a loop walks in step, and the structure that a turn's elements have."""

    args: list[Atom] = field(default_factory=list)
    elements: list[Var] = field(default_factory=list)
    shape: "list[Walk]" = field(default_factory=list)  # those of a tuple; none: one element
    cells: list[Cell] = field(default_factory=list)
    array: ListValue | None = None  # of which the element is the place
    node: ast.AST | None = None

    def value(self, frame: Frame) -> Value:
        """Return what the target of the loop is bound to in a turn."""
        return self._value(frame, iter(self.elements))

    def _value(self, frame: Frame, elements: Iterator[Var]) -> Value:
        if self.shape:
            return Display("tuple", tuple([one._value(frame, elements) for one in self.shape]))
        element = next(elements)
        if self.array is not None:
            node = self.node or frame.definition.node
            whole = frame.materialise(node, self.array)
            return arrays.row(frame, node, "picked", whole, element, of=self.array)
        if element.type.element is None:
            return element
        return lists.row_held(frame, element, OF_A_WALK, self.cells)

    def check(self, frame: Frame, node: ast.stmt, start: Heap, end: Heap) -> None:
        """Refuse a loop that changes the list that it walks: it would see some of the changes."""
        if any(start.get(cell) is not end.get(cell) for cell in self.cells):
            what = "the loop changes the list that it walks"
            frame.problem(node, "ADJ407", what, "Walk the indices: for i in range(len(x)).")


def walk(frame: Frame, node: ast.expr, target: ast.expr | None = None) -> Walk:
    """Lower what a for loop walks."""
    node = plainly(frame, node)
    dotted = frame.dotted(node.func) if isinstance(node, ast.Call) else ""
    plain = isinstance(node, ast.Call) and not node.keywords
    if not plain or any(isinstance(a, ast.Starred) for a in node.args):  # type: ignore[attr-defined]
        dotted = ""
    args: Sequence[ast.expr] = node.args if isinstance(node, ast.Call) else ()
    if dotted == "builtins.range":
        bounds = [lists.index(frame, argument) for argument in args]
        made = frame.emit(node, "range", bounds, [seq(INT)])[0]
        return one_of(frame, made, target)
    if dotted == "builtins.zip" and len(args) > 1:
        inner = [walk(frame, a, part_of(target, k)) for k, a in enumerate(args)]
        return together(inner)
    if counted := _counted(frame, node):
        start = Mark(frame)
        if (both := _enumerated(frame, node, counted, target)) is not None:
            return both
        start.rewind()
    if dotted == "builtins.reversed" and len(args) == 1:
        start = Mark(frame)
        inner_walk = walk(frame, args[0], target)
        if len(inner_walk.args) == 1 and inner_walk.args[0].type.element is not None:
            back = frame.row(node, "backwards", inner_walk.args[0])
            return replace(inner_walk, args=[back])
        start.rewind()
    held = lists.list_of(frame, node)
    whole = arrays.held(frame, held) if isinstance(held, ListValue) else None
    if whole is not None and isinstance(held, ListValue):
        items, inside = held, whole
        if _may_be_anything(frame, whole):  # a dict, a set or a generator has no items by place
            inside = frame.row(node, "items_of", whole)
            items = arrays.remembered(frame, inside, whole, held)
        made = frame.emit(node, "range", [frame.row(node, "len", inside)], [seq(INT)])[0]
        return Walk([made], [Var("k", INT)], [], [held.cell], items, node)
    if held is None:
        walked = expressions.atom(frame, node)
        check_views(frame, node, [walked])
        return one_of(frame, walked, target)
    found = one_of(frame, frame.materialise(node, held), target)
    found.cells = [held.cell] if isinstance(held, (ListValue, RowValue)) else []
    return found


def _may_be_anything(frame: Frame, whole: Atom) -> bool:
    """Whether a value is a parameter that no derivative is asked for by, and nothing says what it is."""
    session = frame.session
    if not isinstance(whole, Var) or whole not in session.origins:
        return False
    (definition, name), depth = session.origins[whole]
    if definition is not session.main or depth or name not in session.passive:
        return False
    return said_array(definition.file, annotation_of(definition.node, name), name) is None


def _walkable(frame: Frame, node: ast.expr) -> bool:
    """Whether an expression is a list, or several in step, whose length is known before the walk."""
    node = plainly(frame, node)
    dotted = frame.dotted(node.func) if isinstance(node, ast.Call) and not node.keywords else ""
    if dotted in ("builtins.zip", "builtins.reversed") and isinstance(node, ast.Call):
        return bool(node.args) and all(_walkable(frame, argument) for argument in node.args)
    held = lists.reference(frame, node) if isinstance(node, (ast.Name, ast.Attribute)) else None
    if isinstance(held, Display) and held.kind == "tuple":
        numbers = [isinstance(item, (Var, Const)) for item in held.items]
        return all(numbers) and stores.of_display(frame, node, held) is not None
    return lists.is_list(frame, node)


def one_of(frame: Frame, sequence: Atom, target: ast.expr | None) -> Walk:
    """Return the walk of one sequence."""
    hint = target.id.lstrip("%") if isinstance(target, ast.Name) else "element"
    kind: Type = sequence.type.element or OPAQUE
    element = Var(hint, kind)
    lists.inherit(frame, sequence, element)
    keep_lists(frame.session, [sequence], [element])
    note_made_of(frame.session, element, [sequence])
    return Walk([sequence], [element], [], [*frame.session.views.get(sequence, ())])


def part_of(target: ast.expr | None, k: int) -> ast.expr | None:
    """Return an item of a target that is a tuple."""
    if isinstance(target, (ast.Tuple, ast.List)) and k < len(target.elts):
        return target.elts[k]
    return None


def together(walks: list[Walk]) -> Walk:
    """Return the walk of several in step."""
    return Walk(
        [arg for one in walks for arg in one.args],
        [element for one in walks for element in one.elements],
        walks,
        [cell for one in walks for cell in one.cells],
    )


def _counted(frame: Frame, node: ast.expr) -> list[ast.expr]:
    """Return what `enumerate` walks, and the number that it starts with, if that is given; or nothing."""
    if not isinstance(node, ast.Call) or frame.dotted(node.func) != "builtins.enumerate":
        return []
    args = [*node.args, *(k.value for k in node.keywords if k.arg == "start")]
    plain = len(args) == len(node.args) + len(node.keywords)
    plain = plain and not any(_is_lazy(frame, a) for a in args)
    plain = plain and bool(node.args) and not any(isinstance(a, ast.Starred) for a in args)
    return args if plain and len(args) in (1, 2) else []


def _is_lazy(frame: Frame, node: ast.AST) -> bool:
    """Whether an expression computes its items when they are asked for."""
    call = isinstance(node, ast.Call) and frame.dotted(node.func) in LAZY
    return call or isinstance(node, ast.GeneratorExp)


def check_lazy(frame: Frame, loop: ast.For) -> None:
    """Refuse a loop that changes what the items that it walks are computed from: they are computed before it."""
    changed = set(assigned([loop.target, *loop.body]))
    for part in (n for one in loop.body for n in ast.walk(one)):
        place = part.func if isinstance(part, ast.Call) else part
        if isinstance(place, (ast.Subscript, ast.Attribute)):
            if isinstance(part, ast.Call) or not isinstance(place.ctx, ast.Load):
                changed |= root(place)
    pending = [loop.iter]
    for node in pending:
        if isinstance(node, ast.Call) and frame.dotted(node.func) in (
            *IN_STEP,
            "builtins.enumerate",
        ):
            pending += node.args
        elif _is_lazy(frame, node) and not changed.isdisjoint(loaded(node)):
            what = "a loop changes what the items that it walks are computed from"
            frame.problem(
                node, "ADJ407", what, "Make a list of them before the loop: `items = [...]`."
            )


def _enumerated(
    frame: Frame, node: ast.expr, args: Sequence[ast.expr], target: ast.expr | None
) -> Walk | None:
    known = _walkable(frame, args[0])
    inner = walk(frame, args[0], part_of(target, 1))
    if not known and any(arg.type.element is None for arg in inner.args):
        return None
    length: Atom = frame.row(node, "len", inner.args[0])
    bounds: list[Atom] = [length]
    if len(args) == 2:
        start = lists.index(frame, args[1])
        bounds = [start, frame.row(node, "add", start, length)] if start != Const(0) else [length]
    counted = frame.emit(node, "range", bounds, [seq(INT)])[0]
    return together([one_of(frame, counted, part_of(target, 0)), inner])
