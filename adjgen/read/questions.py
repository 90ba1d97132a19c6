"""What carried code asks of an array or a list but its numbers, and the fields that it reads of objects.

The shape of an array, the type of its numbers and the length of a list do not vary with the numbers: the
answer is taken out and enters the code instead of them. So is a field: the other ones do not enter.
"""

import ast
import copy
from collections.abc import Sequence
from typing import Any

from adjgen.ir.core import Atom, Const, Var
from adjgen.read.bound import TRUE, boundness
from adjgen.read.cutting import cut_out
from adjgen.read.flow import COMPREHENSIONS
from adjgen.read.holding import SIMPLE
from adjgen.read.opaque import unknown_call
from adjgen.read.state import annotation_of
from adjgen.read.values import Display, ListValue, Value

SOMETIMES = (
    *COMPREHENSIONS,
    ast.Lambda,
    ast.IfExp,
    ast.BoolOp,
)  # their parts are not evaluated once
ROWS = {"dtype": "dtype_of", "shape": "np.shape", "ndim": "np.ndim", "size": "np.size"}


def answer(frame: Any, node: ast.AST, name: str, whole: Atom) -> Var:
    """Append the equation of x.shape, x.dtype, x.ndim or x.size."""
    found: Var = frame.row(node, ROWS[name], whole, *[Const(None)] * (name == "size"))
    return found


def taken_out(frame: Any, node: ast.expr) -> tuple[ast.expr, dict[str, Atom]]:
    """Return an expression with names for what it asks of arrays, and the values of these names.

    Before: np.finfo(x.dtype).eps        After: np.finfo(%x.dtype).eps
    """
    node, cuts = cut_out(frame, node)
    taking = _TakingOut(frame)
    inside = list(ast.walk(node)) if frame.session.target == "numpy" else []
    asks = any(isinstance(n, ast.Attribute) and n.attr in ROWS for n in inside)
    if asks and not any(isinstance(n, SOMETIMES) or _is_chain(n) for n in inside):
        node = taking.visit(copy.deepcopy(node))
    return node, cuts | taking.answers


def _is_chain(node: ast.AST) -> bool:
    return isinstance(node, ast.Compare) and len(node.ops) > 1


class _TakingOut(ast.NodeTransformer):
    """Replaces questions by names that no user can write."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame
        self.answers: dict[str, Atom] = {}

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        owner = self.frame.frame_of(name) if node.attr in ROWS else None
        if owner is None or boundness(owner.env, name) != TRUE:
            return self.generic_visit(node)
        value = owner.env[name]
        whole = self.frame.session.heap[value.cell] if isinstance(value, ListValue) else value
        if not (isinstance(whole, Var) and whole.type.dtype):
            return self.generic_visit(node)
        label = f"%{name}.{node.attr}"
        if label not in self.answers:
            self.answers[label] = answer(self.frame, node, node.attr, whole)
        return ast.copy_location(ast.Name(label, ast.Load()), node)


def fields_taken_out(
    frame: Any, node: ast.AST, writes: Sequence[str]
) -> tuple[ast.AST, dict[str, Atom]]:
    """Return code with names for the fields that it reads of objects, for lengths of lists that it reads
    nothing else of, and the values of these names.

    Before: TABLE[p.kind], log.append(len(v))        After: TABLE[%p.kind], log.append(%len(v))
    """
    scopes = (*COMPREHENSIONS, ast.Lambda)  # whose names may be others
    inside = list(ast.walk(node))
    calls = [n for n in inside if isinstance(n, ast.Call)] if isinstance(node, SIMPLE) else []
    asked = [
        n.args[0] for n in calls if frame.dotted(n.func) == "builtins.len" and len(n.args) == 1
    ]
    lengths = {n.id for n in asked if isinstance(n, ast.Name)}
    lengths -= {n.id for n in inside if isinstance(n, ast.Name) and n not in asked}
    if any(isinstance(n, SOMETIMES) or _is_chain(n) for n in inside):
        lengths = set()
    for call in (
        n for n in calls if unknown_call(n, frame.dotted)
    ):  # they come before what they are given
        given = [n for arg in (*call.args, *call.keywords) for n in ast.walk(arg)]
        lengths &= {n.id for n in given if isinstance(n, ast.Name)}
    taking = _Fields(frame, writes, lengths)
    if (lengths or frame.session.objects) and not any(isinstance(n, scopes) for n in inside):
        node = taking.visit(copy.deepcopy(node))
    return node, taking.answers


class _Fields(ast.NodeTransformer):
    """Replaces fields, and the lengths of some lists, by names that no user can write."""

    def __init__(self, frame: Any, writes: Sequence[str], lengths: set[str]) -> None:
        self.frame, self.writes, self.lengths = frame, writes, lengths
        self.answers: dict[str, Atom] = {}

    def visit_Call(self, node: ast.Call) -> ast.AST:
        given = node.args[0] if len(node.args) == 1 else None
        if isinstance(given, ast.Name) and given.id in self.lengths:
            held = self.field(given)
            whole = self.frame.session.heap[held.cell] if isinstance(held, ListValue) else None
            known = isinstance(whole, Var) and whole.type.element and self.is_no_none(given.id)
            if isinstance(held, ListValue) and known:
                label = f"%len({given.id})"
                whole = self.frame.materialise(node, held)
                self.answers[label] = self.frame.row(node, "len", whole)
                return ast.copy_location(ast.Name(label, ast.Load()), node)
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        held = self.field(node) if isinstance(node.ctx, ast.Load) else None
        if not isinstance(held, (Var, Const)):
            return self.generic_visit(node)
        label = f"%{ast.unparse(node)}"
        self.answers[label] = held
        return ast.copy_location(ast.Name(label, ast.Load()), node)

    def is_no_none(self, name: str) -> bool:
        """Whether nothing says that a parameter may be None."""
        definition = self.frame.definition
        said = annotation_of(definition.node, name)
        text = ast.unparse(said) if said is not None else ""
        return definition.defaults.get(name, ...) is not None and not (
            "None" in text or "Optional" in text
        )

    def field(self, node: ast.expr) -> Value | None:
        """Return the value of a name that surely has one, or of a field of it; None for others."""
        if isinstance(node, ast.Name):
            owner = self.frame.frame_of(node.id)
            sure = owner is not None and boundness(owner.env, node.id) == TRUE
            return owner.env[node.id] if sure and node.id not in self.writes else None
        of = self.field(node.value) if isinstance(node, ast.Attribute) else None
        fields = of.record.fields if isinstance(of, Display) and of.record else ()
        if not isinstance(node, ast.Attribute) or not isinstance(of, Display):
            return None
        return of.items[fields.index(node.attr)] if node.attr in fields else None
