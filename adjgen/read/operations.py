"""Operations on values that no row fits: they are carried, and refused where a derivative is asked for."""

import ast
from typing import Any

from adjgen.ir.core import Atom, Opaque, Var
from adjgen.ir.types import BOOL, INT, NUMBERS, OPAQUE
from adjgen.read import expressions
from adjgen.read.frame import Frame
from adjgen.read.opaque import Code
from adjgen.read.views import keep_lists


def on_atoms(frame: Frame, node: ast.expr, op: Any, atoms: tuple[Atom, ...], reason: str) -> Var:
    """Carry an operation on values that are already lowered."""
    loads: list[ast.expr] = [ast.Name(f"operand_{k}", ast.Load()) for k in range(len(atoms))]
    tree: ast.expr
    if len(loads) == 2:
        tree = ast.BinOp(loads[0], op, loads[1])
    else:
        tree = ast.UnaryOp(op, loads[0])
    labels = tuple(f"operand_{k}" for k in range(len(atoms)))
    code = Code(tree, labels, reason=reason, hint=expressions.ADVICE)
    integers = all(a.type in (INT, BOOL) for a in atoms)
    out = frame.emit(node, Opaque(code), atoms, [INT if integers else OPAQUE])[0]
    # an operator of a class may keep anything
    strange = any(a.type == OPAQUE and a not in frame.session.own for a in atoms)
    kept = [a for a in atoms if strange or a.type.element not in NUMBERS]
    keep_lists(frame.session, kept, [out])
    return out
