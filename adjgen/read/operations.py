"""Operations on values, and those that no row fits: they are carried, and refused where a derivative is
asked for."""

import ast
from typing import Any

from adjgen.ir.core import Atom, Const, Opaque, Var
from adjgen.ir.types import BOOL, INT, NUMBERS, OPAQUE
from adjgen.read import expressions
from adjgen.read.frame import Frame
from adjgen.read.objects import LIBRARY
from adjgen.read.opaque import Code
from adjgen.read.views import keep_lists


def binary(frame: Frame, node: ast.AST, op: ast.operator, a: Atom, b: Atom) -> Var:
    """Lower an operator between two values."""
    name = expressions.BINARY.get(type(op))
    why = own_operators(frame, a, b)
    if not why and any(isinstance(x, Const) and isinstance(x.value, str) for x in (a, b)):
        why = "ADJ402 a string operation cannot be differentiated"
    if name is None and not why:
        why = "ADJ404 a bit operation cannot be differentiated"
        if isinstance(op, ast.MatMult):
            why = "ADJ401 `@` of what is no array cannot be differentiated"
    return (
        on_atoms(frame, node, op, (a, b), why)
        if name is None or why
        else frame.row(node, name, a, b)
    )


def own_operators(frame: Frame, *atoms: Atom) -> str:
    """Return why operators of some values are not those of numbers, or ""."""
    return next((frame.session.foreign[a] for a in atoms if a in frame.session.foreign), "")


def on_atoms(frame: Frame, node: ast.AST, op: Any, atoms: tuple[Atom, ...], reason: str) -> Var:
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
    if (why := own_operators(frame, *atoms)) and why != LIBRARY:  # a time by a time is a number
        frame.session.foreign[out] = why
    return out


def float_of_text(frame: Frame, node: ast.Call, text: str) -> Atom:
    """Lower float("inf")."""
    try:
        return Const(float(text))
    except ValueError:
        return frame.opaque(node, "ADJ402 a number made of text")
