"""Lowers try: one equation runs the body, or says which handler caught what it raised; the code of that
handler, or what follows the body, is an arm of an IF. A handler that always raises stays a handler.
"""

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from adjgen.ir.build import Builder
from adjgen.ir.core import UNBOUND, Atom, Const, Loc, Try, Var
from adjgen.ir.types import BOOL, INT, OPAQUE, differentiable
from adjgen.read import statements
from adjgen.read.bound import TRUE, boundness, flag
from adjgen.read.carrying import carry
from adjgen.read.exporting import atoms_inside, given_outside
from adjgen.read.expressions import bind
from adjgen.read.flow import assigned, dies, ends, jumps
from adjgen.read.frame import Frame
from adjgen.read.guards import Guard, doubtful, harmless, last_changes
from adjgen.read.lowering import Arm
from adjgen.read.name_errors import without_idle_handlers
from adjgen.read.opaque import loaded
from adjgen.read.values import Conflict, FunctionValue, ListValue, RowValue, Value, leaves

FALSE = Const(False)
Statements = Sequence[ast.stmt]


def attempt(frame: Frame, node: ast.Try, rest: Statements) -> bool:
    """Lower a try; return whether the rest of the list went into one of its arms.

    Where no value is read that could be active, it is carried as it is.
    """
    node = without_idle_handlers(frame, node)
    if not node.handlers and not node.finalbody:
        statements.suite(frame, [*node.body, *node.orelse, *rest])
        return True
    touched = [*loaded(node), *assigned([node])]  # what is assigned on some path is kept on others
    place = frame.definition.file.loc(node)
    if not jumps([node]):
        if (lost := frame.session.carried.get(place)) is not None:
            carry(frame, node, reason=f"{lost.code} {lost.reason}", hint=lost.hint)
            return False
        if not any(_may_be_active(frame, name) for name in touched):
            carry(frame, node)
            return False
    start = [k for k, one in enumerate(node.body) if not _never_raises(frame, one)][:1]
    if start and start[0] and not node.finalbody:
        statements.suite(frame, node.body[: start[0]])
        inside = ast.Try(node.body[start[0] :], node.handlers, node.orelse, [])
        return attempt(frame, ast.copy_location(inside, node), rest)
    session, env, heap = frame.session, frame.env, dict(frame.session.heap)
    eqns, problems = len(session.builder.eqns), len(session.problems)
    session.trying.append(place)
    try:
        took = _finally(frame, node) if node.finalbody else _attempt(frame, node, rest)
    finally:
        session.trying.pop()
    found = session.problems[problems:]
    if found and not jumps([node]):
        del session.builder.eqns[eqns:], session.problems[problems:]
        frame.env, session.heap = env, heap
        carry(frame, node, reason=f"{found[0].code} {found[0].what}", hint=found[0].why)
        return False
    return took


def _may_be_active(frame: Frame, name: str) -> bool:
    for part in leaves(frame.held(name)):
        if isinstance(part, (FunctionValue, ListValue, RowValue)):
            return True
        if isinstance(part, Var) and differentiable(part.type) and part.type != OPAQUE:
            return True
    return False


def _finally(frame: Frame, node: ast.Try) -> bool:
    """Lower a try with finally: what it says runs behind the rest of the try, and before what leaves it raising."""
    if jumps(node.finalbody):
        what = "a finally that is left by return, break or continue"
        frame.problem(node.finalbody[0], "ADJ204", what, "Leave the function behind the try.")
        return False
    inner: Statements = node.body
    if node.handlers:
        inner = [ast.copy_location(ast.Try(node.body, node.handlers, node.orelse, []), node)]
    again = ast.copy_location(ast.Raise(None, None), node.finalbody[-1])
    handler = ast.ExceptHandler(None, None, [*node.finalbody, again])
    handler = ast.copy_location(handler, node.finalbody[0])
    _attempt(frame, ast.copy_location(ast.Try([*inner], [handler], [], []), node), [])
    flags = {name: frame.env.get(name, FALSE) for name in ("%left", "%stop")}
    frame.env |= dict.fromkeys(flags, FALSE)
    statements.suite(frame, node.finalbody)
    frame.env |= flags
    return False


def _attempt(frame: Frame, node: ast.Try, rest: Statements) -> bool:
    going = [h for h in node.handlers if not dies(h.body)]
    before, sure = frame.env, _sure(frame, node)
    place = None if jumps([node]) else frame.session.trying[-1]
    body = _body(frame, node, bool(going), sure)
    frame.env = _handled(before, node.body, sure, place)
    lowered = [_handler(frame, handler, going) for handler in node.handlers]
    frame.env = before
    caught, errors = _emit(frame, node, going, body, lowered)
    whole = ends([*node.body, *node.orelse])
    handled = all(ends(handler.body) for handler in going)
    rest = [] if whole and handled else rest
    to_handler, to_body = whole and len(going) == 1, handled and bool(going)
    arms = Arms(frame, node, going, caught, errors, body, place, sure, [], [])
    if to_handler:
        arms.rest_of_handler = rest
    elif to_body:
        arms.rest_of_body = rest
    if going:
        never = dies(node.body) or dies(node.orelse)
        statements.branch(frame, node, caught, arms.handled, arms.completed, False, never)
    else:
        arms.completed()
    return to_handler or to_body


@dataclass
class Arms:
    """What follows a try: the code of the handler that ran, or what follows the body."""

    frame: Frame
    node: ast.Try
    going: list[ast.ExceptHandler]  # the handlers behind which the program goes on
    caught: Atom
    errors: dict[ast.ExceptHandler, Var]
    after: Arm  # the names and lists after the body
    place: Loc | None  # where it stands, if it could be carried
    sure: set[str]  # names that have a value before it
    rest_of_handler: Statements
    rest_of_body: Statements

    def completed(self) -> None:
        """Lower what follows the body, if that did not leave the list of statements."""
        frame, code = self.frame, [*self.node.orelse, *self.rest_of_body]
        frame.env, frame.session.heap = dict(self.after.env), dict(self.after.heap)
        left = frame.env.get("%left", FALSE)
        if left == FALSE:
            statements.suite(frame, code)
        elif isinstance(left, Var) and code:
            otherwise = partial(statements.suite, frame, code)
            statements.branch(frame, self.node, left, lambda: None, otherwise)

    def handled(self, k: int = 0) -> None:
        """Lower the handlers from number k on, of which one ran."""
        if k + 1 == len(self.going):
            self.handler(self.going[k])
            return
        test = self.frame.row(self.node, "eq", self.caught, Const(k + 1))
        this, others = partial(self.handler, self.going[k]), partial(self.handled, k + 1)
        statements.branch(self.frame, self.node, test, this, others)

    def handler(self, handler: ast.ExceptHandler) -> None:
        """Lower the code of a handler."""
        frame, name = self.frame, handler.name or "%error"
        frame.env = _handled(frame.env, self.node.body, self.sure, self.place)
        if handler in self.errors:
            bind(frame, name, self.errors[handler])
            frame.locals.add(name)
        statements.suite(frame, [*_raising_again(handler, name), *self.rest_of_handler])
        bind(frame, name, UNBOUND)


def _sure(frame: Frame, node: ast.Try) -> set[str]:
    """Return the names read in a try that surely have a value before it."""
    found = set()
    for name in loaded(node):
        owner = frame.frame_of(name)
        held = frame.held(name)
        if owner is None or not (held is UNBOUND or isinstance(held, Conflict)):
            if owner is None or boundness(owner.env, name) == TRUE:
                found.add(name)
    return found


def _body(frame: Frame, node: ast.Try, going: bool, sure: set[str]) -> Arm:
    """Lower the body of a try, which must not change lists that a handler finds changed."""
    session = frame.session
    values = [frame.held(name) for handler in node.handlers for name in loaded(handler)]
    read = [part for value in values for part in leaves(value)]
    seen = {part.cell for part in read if isinstance(part, (ListValue, RowValue))}
    if going or any(isinstance(part, FunctionValue) for part in read):
        seen = set(session.heap)
    guard = Guard(seen, last_changes(node.body, sure))
    session.guards.append(guard)
    try:
        return frame.arm(partial(statements.suite, frame, node.body), node)
    finally:
        session.guards.pop()


def _handled(
    before: dict[str, Value], body: Statements, sure: set[str], place: Loc | None
) -> dict[str, Value]:
    """Return the names where a handler starts: what the body may have assigned must not be read."""
    hint = "Assign it before the try or behind it."
    env = dict(before)
    for name in doubtful(body, sure):
        reason = f"`{name}` may have a new value here, or the one before the try"
        env[name] = Conflict(reason, "ADJ204", hint, place)
        env.pop(flag(name), None)
    return env


def _never_raises(frame: Frame, node: ast.stmt) -> bool:
    """Whether a statement binds names to a constant, or to a local variable that has a value."""
    if not isinstance(node, ast.Assign) or not harmless(node, loaded(node)):
        return False
    name = getattr(node.value, "id", "")
    known = isinstance(frame.env.get(name), Var) and boundness(frame.env, name) == TRUE
    return isinstance(node.value, ast.Constant) or known


def _handler(
    frame: Frame, handler: ast.ExceptHandler, going: list[ast.ExceptHandler]
) -> tuple[Builder, Var, Atom]:
    """Lower what an except clause itself does; return its builder, exception and what it catches."""
    kind: Atom = Const(None)
    if handler.type is not None:
        kind = frame.opaque(handler.type, "ADJ204 exceptions that are chosen by active values")
    error = Var(handler.name or "error", OPAQUE)

    def code() -> None:
        if handler not in going:
            if handler.name:
                bind(frame, handler.name, error)
            statements.suite(frame, handler.body)

    return frame.arm(code, handler).builder, error, kind


def _raising_again(handler: ast.ExceptHandler, name: str) -> list[ast.stmt]:
    """Return the code of a handler, to stand behind it: a bare raise names the exception."""

    class Naming(ast.NodeTransformer):
        def visit_Raise(self, node: ast.Raise) -> ast.AST:
            if node.exc is None:
                return ast.copy_location(ast.Raise(ast.Name(name, ast.Load()), None), node)
            return node

    return [Naming().visit(copy.deepcopy(node)) for node in handler.body]


def _emit(
    frame: Frame, node: ast.Try, going: list[ast.ExceptHandler], body: Arm,
    lowered: list[tuple[Builder, Var, Atom]],
) -> tuple[Atom, dict[ast.ExceptHandler, Var]]:  # fmt: skip
    """Append the try; bind what its body gives in that; return the flag and the exceptions."""
    found = atoms_inside(body)
    named = [h for h in going if _reads_error(h)]
    flags: list[Atom] = []
    if going:
        flags = [FALSE] if len(going) == 1 else [Const(0)]
    blocks = [body.builder.block([*flags, *[UNBOUND] * len(named), *found])]
    for handler, (builder, error, _) in zip(node.handlers, lowered):
        which: list[Atom] = [UNBOUND] * len(flags)
        if handler in going:
            which = [Const(True) if len(going) == 1 else Const(going.index(handler) + 1)]
        held = [error if handler is other else UNBOUND for other in named]
        blocks.append(builder.block([*which, *held, *[UNBOUND] * len(found)], [error]))
    types = [BOOL if len(going) == 1 else INT] * len(flags) + [OPAQUE] * len(named)
    types += [part.type for part in found]
    hints = ["caught"] * len(flags) + [h.name or "error" for h in named] + [p.hint for p in found]
    frame.at(node)
    kinds = [kind for _, _, kind in lowered]
    outs = frame.session.builder.emit(Try(bool(going)), kinds, types, hints, blocks)
    given_outside(frame.session, body, dict(zip(found, outs[len(flags) + len(named) :])))
    return outs[0] if going else FALSE, dict(zip(named, outs[len(flags) :]))


def _reads_error(handler: ast.ExceptHandler) -> bool:
    again = any(isinstance(n, ast.Raise) and n.exc is None for n in _nodes(handler))
    return again or handler.name in loaded(handler)


def _nodes(handler: ast.ExceptHandler) -> list[ast.AST]:
    return [node for part in handler.body for node in ast.walk(part)]
