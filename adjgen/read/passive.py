"""The comment `# adjgen: passive`: it cuts what an assignment or a return on its line gives.

A statement may span lines; the comment may end any of them. Elsewhere it is a problem.
"""

import ast
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from adjgen.ir.core import UNBOUND, Atom, Var
from adjgen.ir.types import BOOL, INT, REAL
from adjgen.read import arrays, expressions, lists
from adjgen.read.cells import freeze
from adjgen.read.cutting import cutting
from adjgen.read.flow import assigned
from adjgen.read.frame import Frame
from adjgen.read.values import Cell, Display, List, ListValue, RowValue, Value, is_atom

PLACES = (
    "It ends a line of an assignment, of append or insert, or of a return; "
    "adjgen.stop_gradient(...) stands anywhere."
)
OTHER = "it is another array, too, whose derivative is not cut: store into a copy"
ALIAS = "under one of its names its derivative is cut: cut that of a copy"
GIVEN = "%passive"  # what a marked statement stores; a name that no user can write
PUTTING = {"append": 1, "insert": 2}  # methods of lists that put their last argument into it
Handler = Callable[[Frame, Any], None]
Before = Mapping[Cell, Atom]


def is_marked(frame: Frame, node: ast.stmt) -> bool:
    """Whether the comment stands on a line of a statement."""
    comments = frame.definition.file.comments_of("passive")
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return bool(comments) and any(line in comments for line in lines)


def can_be_cut(node: ast.stmt) -> bool:
    """Whether the comment has something to cut in a statement."""
    if isinstance(node, ast.Expr):
        return _puts(node.value)
    return (
        isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return))
        and node.value is not None
    )


def _puts(call: ast.expr) -> bool:
    """Whether an expression is x.append(value) or x.insert(i, value)."""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.keywords:
        return False
    return PUTTING.get(call.func.attr) == len(call.args)


def lower_marked(frame: Frame, node: Any, handler: Handler, assign: Handler) -> None:
    """Lower a marked statement: cut what it gives names, or what it stores into lists and objects."""
    if isinstance(node, ast.AugAssign):
        node = _written_out(frame, node)
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    if isinstance(node, ast.AugAssign) or all(_is_of_names(target) for target in targets):
        before = dict(frame.session.heap)
        cutting(frame, node, lambda: _run(frame, node, handler))
        for name in assigned([node]):
            _cut_name(frame, node, name, before)
        return
    given = ast.copy_location(ast.Name(GIVEN, ast.Load()), node)
    frame.locals.add(GIVEN)
    if isinstance(node, ast.Expr):
        call: Any = node.value
        frame.env[GIVEN] = passive(frame, node, call.args[-1])
        stored = ast.Expr(ast.Call(call.func, [*call.args[:-1], given], []))
        ast.copy_location(stored.value, call)
        handler(frame, ast.copy_location(stored, node))
    else:
        frame.env[GIVEN] = passive(frame, node, node.value)
        assign(frame, ast.copy_location(ast.Assign(targets, given), node))
    frame.env.pop(GIVEN, None)


def _run(frame: Frame, node: Any, handler: Handler) -> Value:
    handler(frame, node)
    return UNBOUND


def _is_of_names(target: ast.expr | None) -> bool:
    """Whether a target is a name, or a tuple of names."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return all(_is_of_names(item) for item in target.elts)
    if isinstance(target, ast.Starred):
        return _is_of_names(target.value)
    return isinstance(target, ast.Name)


def _written_out(frame: Frame, node: ast.AugAssign) -> ast.stmt:
    """Return `y[i] += x` of a list of numbers as `y[i] = y[i] + x`, others as they are."""
    target = node.target
    if not isinstance(target, ast.Subscript):
        return node
    base = lists.reference(frame, target.value)
    if not isinstance(base, (ListValue, RowValue)):
        return node
    calls = any(isinstance(inner, (ast.Call, ast.NamedExpr)) for inner in ast.walk(target))
    if calls or lists.kind_of(frame, base).element not in (REAL, INT, BOOL):
        what = "`# adjgen: passive` cuts no update in place of an item like this"
        frame.problem(node, "ADJ605", what, "Write it out: `y[i] = y[i] + ...`.")
        return node
    old = ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)
    total = ast.copy_location(ast.BinOp(old, node.op, node.value), node)
    return ast.copy_location(ast.Assign([target], total), node)


def passive(frame: Frame, node: ast.AST, given: ast.expr) -> Value:
    """Lower an expression whose derivative is cut."""
    before = dict(frame.session.heap)
    return cut(frame, node, cutting(frame, given, lambda: expressions.value(frame, given)), before)


def _cut_name(frame: Frame, node: ast.stmt, name: str, before: Before) -> None:
    """Cut the derivatives of what a name stands for."""
    old = frame.env.get(name, UNBOUND)
    whole = arrays.held(frame, old)
    held = cut(frame, node, old, before)
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


def cut(frame: Frame, node: ast.AST, held: Value, before: Before) -> Value:
    """Return a value without its derivatives; `before` has the lists that were there before it."""
    whole = arrays.held(frame, held)
    if whole is not None:
        return lists.held(frame, frame.row(node, "stop_gradient", whole), OTHER)
    if isinstance(held, Display):
        return Display(held.kind, tuple([cut(frame, node, item, before) for item in held.items]))
    if isinstance(held, (ListValue, RowValue)):
        return _cut_list(frame, node, held, before)
    if not is_atom(held):
        what = "what is cut is a function: `# adjgen: passive` cuts numbers and lists of numbers"
        frame.problem(node, "ADJ605", what, PLACES)
    return frame.row(node, "stop_gradient", held) if isinstance(held, Var) else held


def _cut_list(frame: Frame, node: ast.AST, held: List, before: Before) -> Value:
    """Cut a list: a new one is what is left of it, one with other names cannot be changed any more."""
    cell = held.cell
    whole = frame.materialise(node, held)
    found = frame.row(node, "stop_gradient", whole)
    if cell in before or isinstance(held, RowValue) or cell.frozen or cell.loose or cell.rows:
        freeze(ALIAS, cell)
        return lists.held(frame, found, ALIAS)
    if isinstance(whole, Var):
        found.hint, whole.hint = whole.hint, ""
    frame.session.heap[cell] = found
    return held
