"""The end of a branch: names and lists that its arms leave different become results of the IF."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from adjgen.ir.build import Builder
from adjgen.ir.core import UNBOUND, Atom, Const, Var
from adjgen.ir.trees import LEAF, Tree
from adjgen.ir.types import OPAQUE
from adjgen.read import lists, stores
from adjgen.read.bound import agree
from adjgen.read.cells import closed, freeze_merged, merged_cells, opened, references
from adjgen.read.dispatch import chosen
from adjgen.read.frame import Frame
from adjgen.read.lowering import Arm
from adjgen.read.values import (
    Cell,
    Conflict,
    Dispatch,
    Display,
    ListValue,
    RowValue,
    Value,
    atoms_of,
    expanded,
    merged_tree,
    rebuilt,
)
from adjgen.read.views import join_views


def truth(frame: Frame, node: ast.expr, test: Atom) -> Atom:
    """Return the truth of a test: that of an object is asked for once, for the object may change."""
    opaque = isinstance(test, Var) and test.type == OPAQUE
    return frame.row(node, "bool", test) if opaque else test


def choose(
    frame: Frame, node: ast.expr, test: Atom, then: Callable[[], Value], other: Callable[[], Value]
) -> Value:
    """Lower two expressions of which one is evaluated, with the names that := binds in them.

    A constant test chooses now: what is not evaluated may read names without a value.
    """
    test = truth(frame, node, test)
    if isinstance(test, Const):
        return then() if test.value else other()
    arms = frame.arm(then, node), frame.arm(other, node)
    return join(frame, node, test, *arms, with_result=True)


@dataclass
class _Ends:
    """The names after two arms: those that mean one thing, and what the arms leave for the others."""

    new: dict[str, Value] = field(default_factory=dict)
    flat: dict[Any, tuple[Value, Value]] = field(default_factory=dict)
    trees: dict[Any, Tree] = field(default_factory=dict)
    functions: dict[str, tuple[Value, ...]] = field(default_factory=dict)

    def add(self, frame: Frame, name: str, a: Value, b: Value, pair: tuple[Value, Value]) -> None:
        """Take in a name; `pair` is what it stands for, with what lists hold in place of them."""
        lists.retype_row(frame, *pair)
        tree = merged_tree(pair)
        if a is b and name or isinstance(a, ListValue) and a == b:
            self.new[name] = a
        elif (only := _only_list(frame, a, b)) is not None:
            self.new[name] = only
        elif tree is None and (some := chosen(frame, *pair)) is not None:
            self.functions[name] = some[0]
            self.trees[name], self.flat[name] = LEAF, some[1:]
        elif tree is None:
            told = [held for held in pair if isinstance(held, Conflict)]
            reason = f"`{name}` is one kind of thing on one path and another on the other"
            self.new[name] = told[0] if told else Conflict(reason)
        elif pair[0] == pair[1] and not isinstance(pair[0], Var):
            self.new[name] = a
        else:
            self.trees[name], self.flat[name] = tree, pair


def _only_list(frame: Frame, a: Value, b: Value) -> ListValue | None:
    """Return the list that a name stands for on the one path where it stands for something.

    Whoever reads the name was on that path; the list has to be one that both paths know.
    """
    for one, other in ((a, b), (b, a)):
        if other is UNBOUND and isinstance(one, ListValue) and one.cell in frame.session.heap:
            return one
    return None


def join(
    frame: Frame, node: ast.AST, test: Atom, then: Arm, other: Arm, with_result: bool = False
) -> Value:
    """Append the IF of two arms, bind the names and lists that differ after them; return its result."""
    agree(then.env, other.env)
    take_rows(frame, node, then, other)
    held = [then.env | {"": then.result}, other.env | {"": other.result}]
    old, heap = frame.env, frame.session.heap
    names = dict.fromkeys([*then.env, *other.env, *([""] if with_result else [])])
    raw = {n: (held[0].get(n, _absent(n)), held[1].get(n, _absent(n))) for n in names}
    ends = _Ends()
    for name, (one, two) in raw.items():
        ends.add(frame, name, one, two, (opened(one, then.heap), opened(two, other.heap)))
    new, flat, trees = ends.new, ends.flat, ends.trees
    changed = [c for c in heap if then.heap[c] is not other.heap[c]]
    flat |= {cell: (then.heap[cell], other.heap[cell]) for cell in changed}
    sides = _sides(flat, trees)
    outs = _emit_if(frame, node, test, (then.builder, other.builder), flat, trees, sides)
    parts = iter(outs)
    merged: dict[tuple[Any, Any], Cell] = {}
    cells = merged_cells({name: raw[name] for name in trees}, merged)
    frame.session.heap = {**then.heap, **other.heap, **heap}
    for name, tree in trees.items():
        new[name] = closed(rebuilt(tree, parts), cells, frame.session.heap)
        if name in ends.functions:
            new[name] = Dispatch(atoms_of(new[name])[0], ends.functions[name])
    frame.session.heap |= {cell: next(parts) for cell in changed}
    if frame.session.views or any(out.type == OPAQUE for out in outs):
        join_views(frame.session, outs, [(then.heap, sides[0]), (other.heap, sides[1])], merged)
        for cell in merged.values():
            cell.bases = tuple(frame.session.views.get(frame.session.heap.get(cell, UNBOUND), {}))
    result = new.pop("", UNBOUND)
    frame.env = {n: v for n, v in new.items() if n not in trees}
    if merged:
        freeze_merged(merged, references(frame.session.frames))
    frame.env = {n: new[n] for n in dict.fromkeys([*old, *new]) if n in new}
    if with_result and isinstance(result, Conflict):
        what = "the two sides are different kinds of things"
        return frame.problem(node, "ADJ205", what, "Use numbers on both.")
    return result


def take_rows(frame: Frame, node: ast.AST, then: Arm, other: Arm) -> None:
    """Replace rows of lists, and lists that are written out, where the other arm leaves another list."""
    before = dict(then.env), then.result
    for arm, env, result in ((then, other.env, other.result), (other, *before)):
        session = frame.session
        outer = session.builder, session.heap
        session.builder, session.heap = arm.builder, arm.heap
        for name, value in arm.env.items():
            if name in env:
                arm.env[name] = _alike(frame, node, value, env[name])
        if isinstance(arm.result, Display | RowValue):
            arm.result = _alike(frame, node, arm.result, result)
        session.builder, session.heap = outer


def _alike(frame: Frame, node: ast.AST, value: Value, other: Value) -> Value:
    if value is other or not isinstance(value, Display | RowValue):
        return value
    if isinstance(value, Display) and isinstance(other, Display):
        if (value.kind, len(value.items)) == (other.kind, len(other.items)):
            return value.holding(
                [_alike(frame, node, *pair) for pair in zip(value.items, other.items)]
            )
    listed = isinstance(other, Display) and other.kind == "list"
    if value == other or not (listed or isinstance(other, ListValue | RowValue)):
        return value
    if isinstance(value, RowValue):
        return lists.taken(frame, node, value)
    return (value.kind == "list" and stores.listed(frame, node, value.items)) or value


def _absent(name: str) -> Value:
    return Const(False) if name.startswith("%") and name != "%result" else UNBOUND


def _sides(flat: dict[Any, tuple[Value, Value]], trees: dict[Any, Tree]) -> list[list[Atom]]:
    """Return the leaves of the names that differ, as each arm leaves them."""
    sides: list[list[Atom]] = [[], []]
    for name, pair in flat.items():
        for side, part in zip(sides, pair):
            side.extend(atoms_of(expanded(part, trees.get(name, LEAF))))
    return sides


def _emit_if(
    frame: Frame, node: ast.AST, test: Atom, arms: tuple[Builder, Builder],
    flat: dict[Any, tuple[Value, Value]], trees: dict[Any, Tree], sides: list[list[Atom]],
) -> tuple[Var, ...]:  # fmt: skip
    """Append the IF whose outs are the leaves of the names that differ, if there is anything in it."""
    hints: list[str] = []
    for name, pair in flat.items():
        hints += [hint_of(name, pair)] * trees.get(name, LEAF).leaves()
    if not hints and not any(arm.eqns for arm in arms):
        return ()
    frame.at(node)
    then, other = (arm.block(side) for arm, side in zip(arms, sides))
    return frame.session.builder.branch(test, then, other, hints)


def hint_of(key: Any, values: Sequence[Value]) -> str:
    """Return the hint for what a name, or a list, holds after a branch or loop."""
    if isinstance(key, str):
        return key.lstrip("%")
    return next((v.hint for v in values if isinstance(v, Var)), "")
