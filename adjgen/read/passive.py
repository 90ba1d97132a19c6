"""The comment `# adjgen: passive`: it cuts what an assignment or a return on its line gives.

A statement may span lines; the comment may end any of them. Elsewhere it is a problem.
"""

import ast
from typing import TypeGuard

from adjgen.ir.core import UNBOUND, Var
from adjgen.read import arrays, lists
from adjgen.read.flow import assigned
from adjgen.read.frame import Frame
from adjgen.read.values import Value, is_atom, leaves, rebuilt, tree_of

PLACES = "It ends a line of an assignment to a name, or of a return; adjgen.stop_gradient(...) stands anywhere."
OTHER = "it is another array, too, whose derivative is not cut: store into a copy"


def is_marked(frame: Frame, node: ast.stmt) -> bool:
    """Whether the comment stands on a line of a statement."""
    comments = frame.definition.file.comments_of("passive")
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return bool(comments) and any(line in comments for line in lines)


def cut_names(frame: Frame, node: ast.stmt) -> None:
    """Cut the derivatives of what a marked statement assigns."""
    if not is_marked(frame, node):
        return
    for name in assigned([node]):
        old = frame.env.get(name, UNBOUND)
        whole = arrays.held(frame, old)
        held = cut(frame, node, old)
        computed = whole if whole is not None else old
        if _is_new(computed, frame, name):
            computed.hint = ""  # the name is that of what is cut
        atom = arrays.held(frame, held) or held
        if isinstance(atom, Var) and not atom.hint:
            atom.hint = name
        frame.env[name] = held


def _is_new(value: Value | None, frame: Frame, name: str) -> TypeGuard[Var]:
    """Whether a value was computed for a name, and is no parameter."""
    return isinstance(value, Var) and value.hint == name and value not in frame.session.origins


def cut(frame: Frame, node: ast.stmt, held: Value) -> Value:
    """Return a value without its derivatives."""
    whole = arrays.held(frame, held)
    if whole is not None:
        return lists.held(frame, frame.row(node, "stop_gradient", whole), OTHER)
    if not all(is_atom(part) for part in leaves(held)):
        frame.problem(node, "ADJ605", "`# adjgen: passive` cuts numbers, not functions", PLACES)
    parts = (
        frame.row(node, "stop_gradient", part) if isinstance(part, Var) else part
        for part in leaves(held)
    )
    return rebuilt(tree_of(held), parts)


def can_be_cut(node: ast.stmt) -> bool:
    """Whether the comment has something to cut in a statement."""
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return)):
        return node.value is not None and (isinstance(node, ast.Return) or bool(assigned([node])))
    return False
