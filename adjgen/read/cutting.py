"""What is cut: the argument of adjgen.stop_gradient, and what `# adjgen: passive` marks.

What is called there needs no rule: carried code is given numbers whose derivative is cut before it.
"""

import ast
import copy
from collections.abc import Callable, Sequence
from typing import Any

from adjgen.ir.core import Atom, Var
from adjgen.ir.types import is_mutable
from adjgen.read.bound import TRUE, boundness
from adjgen.read.flow import COMPREHENSIONS
from adjgen.read.lowering import Mark
from adjgen.read.opaque import STOP, Renamer, changes, loaded
from adjgen.read.values import Display, ListValue, RowValue, Value

CUTTABLE = (Var, Display, ListValue, RowValue)


def cutting(frame: Any, node: ast.AST, read: Callable[[], Value]) -> Value:
    """Read what is cut: carried code in it is given numbers without derivatives.

    What it puts into a list that is there before, or names by :=, is not cut: then it is read as usual.
    """
    session = frame.session
    if any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node)):
        return read()
    start = Mark(frame)
    session.cutting += 1
    try:
        found = read()
    finally:
        session.cutting -= 1
    if any(session.heap.get(cell) is not held for cell, held in start.heap.items()):
        start.rewind()
        return read()
    return found


def entering(frame: Any, node: ast.AST, atoms: Sequence[Atom], effect: bool) -> list[Atom]:
    """Return what carried code reads; where it is cut, without derivatives, but for lists it may change."""
    lists = [atom for atom in atoms if is_mutable(atom.type)]
    if not frame.session.cutting or (effect and lists):
        return list(atoms)
    return [frame.row(node, "stop_gradient", a) if isinstance(a, Var) else a for a in atoms]


def cut_out(frame: Any, node: ast.expr) -> tuple[ast.expr, dict[str, Atom]]:
    """Return carried code with other names for what it cuts, and the values of these names.

    Before: bisect(XS, adjgen.stop_gradient(x))        After: bisect(XS, %x cut)
    """
    if not any(_stops(frame, inner) for inner in ast.walk(node)):
        return node, {}
    taking = _CuttingOut(frame, node)
    return taking.visit(copy.deepcopy(node)), taking.answers


def _stops(frame: Any, node: ast.AST) -> bool:
    """Whether a node is a call of adjgen.stop_gradient."""
    if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
        return False
    return frame.dotted(node.func) == STOP and not isinstance(node.args[0], ast.Starred)


class _CuttingOut(ast.NodeTransformer):
    """Replaces calls of stop_gradient by their argument, and names in it by ones no user can write."""

    def __init__(self, frame: Any, root: ast.expr) -> None:
        self.frame = frame
        self.answers: dict[str, Atom] = {}
        self.effect = changes(root, frame.dotted)
        self.bound: set[str] = set()  # by comprehensions and lambdas
        for inner in ast.walk(root):
            if isinstance(inner, COMPREHENSIONS):
                names = (n for g in inner.generators for n in ast.walk(g.target))
                self.bound |= {n.id for n in names if isinstance(n, ast.Name)}
            elif isinstance(inner, ast.arg):
                self.bound.add(inner.arg)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not _stops(self.frame, node):
            return self.generic_visit(node)
        (given,) = node.args
        labels = {name: self.label(node, name) for name in loaded(given)}
        if not all(labels.values()):
            return self.generic_visit(node)
        loads: dict[str, ast.expr] = {
            name: ast.Name(label, ast.Load()) for name, label in labels.items() if label != name
        }
        return self.visit(Renamer(loads, {}).visit(given))  # type: ignore[no-any-return]

    def label(self, node: ast.Call, name: str) -> str:
        """Return the name of what is cut, the name itself if there is nothing to cut, "" if it cannot be."""
        owner = self.frame.frame_of(name)
        if name in self.bound:
            return ""
        if owner is None:
            return name
        held = owner.env.get(name)
        if not isinstance(held, CUTTABLE) or boundness(owner.env, name) != TRUE:
            return name if held is not None and not isinstance(held, CUTTABLE) else ""
        atom = self.frame.materialise(node, held)
        if is_mutable(atom.type) and self.effect:
            return ""  # the code may change the list
        label = f"%{name} cut"
        if label not in self.answers:
            self.answers[label] = self.frame.row(node, "stop_gradient", atom)
        return label
