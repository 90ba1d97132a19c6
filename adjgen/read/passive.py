"""The comment `# adjgen: passive`: it cuts what an assignment or a return on its line gives.

A statement may span lines; the comment may end any of them. Elsewhere it is a problem.
"""

import ast

from adjgen.ir.core import UNBOUND, Var
from adjgen.read.flow import assigned
from adjgen.read.frame import Frame
from adjgen.read.values import Value, is_atom, leaves, rebuilt, tree_of

PLACES = "It ends a line of an assignment to a name, or of a return; adjgen.stop_gradient(...) stands anywhere."


def is_marked(frame: Frame, node: ast.stmt) -> bool:
    """Whether the comment stands on a line of a statement."""
    comments = frame.definition.file.passive_comments()
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return bool(comments) and any(line in comments for line in lines)


def cut_names(frame: Frame, node: ast.stmt) -> None:
    """Cut the derivatives of what a marked statement assigns."""
    if not is_marked(frame, node):
        return
    for name in assigned([node]):
        held = cut(frame, node, frame.env.get(name, UNBOUND))
        if isinstance(held, Var) and not held.hint:
            held.hint = name
        frame.env[name] = held


def cut(frame: Frame, node: ast.stmt, held: Value) -> Value:
    """Return a value without its derivatives."""
    if not all(is_atom(part) for part in leaves(held)):
        frame.problem(node, "ADJ605", "`# adjgen: passive` cuts numbers, not functions", PLACES)
    parts = (
        frame.row(node, "stop_gradient", part) if isinstance(part, Var) else part
        for part in leaves(held)
    )
    return rebuilt(tree_of(held), parts)


def report_misplaced(frame: Frame) -> None:
    """Report every such comment of a function that cuts nothing."""
    file, function = frame.definition.file, frame.definition.node
    comments = file.passive_comments()
    if not comments:
        return
    first = min([function, *getattr(function, "decorator_list", [])], key=lambda n: n.lineno)
    left = set(range(first.lineno, function.end_lineno + 1)) & comments.keys()
    for node in ast.walk(function):
        if left and isinstance(node, ast.stmt) and _can_be_cut(node):
            left -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    for line in left:
        text = file.lines[line - 1]
        start, end = (len(t.encode()) for t in (text[: comments[line]], text.rstrip()))
        place = ast.Pass(lineno=line, col_offset=start, end_lineno=line, end_col_offset=end)
        frame.problem(
            place, "ADJ605", "`# adjgen: passive` on a line where it cuts nothing", PLACES
        )


def _can_be_cut(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return)):
        return node.value is not None and (isinstance(node, ast.Return) or bool(assigned([node])))
    return False
