"""Lowers try: one equation runs the body, or says which handler caught what it raised; the code of that
handler, or what follows the body, is an arm of an IF. A handler that always raises stays a handler.
"""

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from adjgen.ir.build import Builder
from adjgen.ir.core import UNBOUND, Atom, Const, Try, Var
from adjgen.ir.types import BOOL, INT, OPAQUE, differentiable
from adjgen.read import statements
from adjgen.read.flow import assigned, dies, ends, jumps
from adjgen.read.frame import Frame
from adjgen.read.opaque import loaded
from adjgen.read.simple import carry
from adjgen.read.values import Conflict, FunctionValue, Value, leaves, rebuilt, tree_of

FALSE = Const(False)
Statements = Sequence[ast.stmt]


def attempt(frame: Frame, node: ast.Try, rest: Statements) -> bool:
    """Lower a try; return whether the rest of the list went into one of its arms.

    Where no value is read that could be active, it is carried as it is.
    """
    touched = [*loaded(node), *assigned([node])]  # what is assigned on some path is kept on others
    if not jumps([node]) and not any(_may_be_active(frame, name) for name in touched):
        carry(frame, node)
        return False
    start = [k for k, one in enumerate(node.body) if not _never_raises(frame, one)][:1]
    if start and start[0] and not node.finalbody:
        statements.suite(frame, node.body[: start[0]])
        inside = ast.Try(node.body[start[0] :], node.handlers, node.orelse, [])
        return attempt(frame, ast.copy_location(inside, node), rest)
    session, env = frame.session, frame.env
    eqns, problems = len(session.builder.eqns), len(session.problems)
    session.guarded += 1
    try:
        took = _finally(frame, node) if node.finalbody else _attempt(frame, node, rest)
    finally:
        session.guarded -= 1
    found = session.problems[problems:]
    if found and not jumps([node]):
        del session.builder.eqns[eqns:], session.problems[problems:]
        frame.env = env
        carry(frame, node, reason=f"{found[0].code} {found[0].what}", hint=found[0].why)
        return False
    return took


def _may_be_active(frame: Frame, name: str) -> bool:
    for part in leaves(frame.held(name)):
        if isinstance(part, FunctionValue):
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
    before = frame.env
    body, after, _ = frame.arm(partial(statements.suite, frame, node.body), node)
    frame.env = _handled(before, node.body)
    lowered = [_handler(frame, handler, going) for handler in node.handlers]
    frame.env = before
    caught, errors = _emit(frame, node, going, body, after, lowered)
    whole = ends([*node.body, *node.orelse])
    handled = all(ends(handler.body) for handler in going)
    rest = [] if whole and handled else rest
    to_handler, to_body = whole and len(going) == 1, handled and bool(going)
    arms = Arms(frame, node, going, caught, errors, after, [], [])
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
    after: dict[str, Value]  # the names after the body
    rest_of_handler: Statements
    rest_of_body: Statements

    def completed(self) -> None:
        """Lower what follows the body, if that did not leave the list of statements."""
        frame, code = self.frame, [*self.node.orelse, *self.rest_of_body]
        frame.env = dict(self.after)
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
        frame.env = _handled(frame.env, self.node.body)
        if handler in self.errors:
            frame.env[name] = self.errors[handler]
            frame.locals.add(name)
        statements.suite(frame, [*_raising_again(handler, name), *self.rest_of_handler])
        frame.env[name] = UNBOUND


def _handled(before: dict[str, Value], body: Statements) -> dict[str, Value]:
    """Return the names where a handler starts: what the body may have assigned must not be read."""
    hint = "Assign it before the try or behind it."
    env = dict(before)
    for name in doubtful(body):
        reason = f"`{name}` may have a new value here, or the one before the try"
        env[name] = Conflict(reason, "ADJ204", hint)
    return env


def doubtful(body: Statements) -> list[str]:
    """Return the names that statements bind before something that may raise."""
    count = len(body)
    while count and _harmless(body[count - 1]):
        count -= 1
    if not count:
        return []
    last, found = body[count - 1], assigned(body[: count - 1])
    if isinstance(last, ast.If):
        found += [*assigned([last.test]), *doubtful(last.body), *doubtful(last.orelse)]
    elif isinstance(last, ast.Assign) and all(isinstance(t, ast.Name) for t in last.targets):
        found += assigned([last.value])
    elif isinstance(last, (ast.AugAssign, ast.AnnAssign)) and isinstance(last.target, ast.Name):
        found += assigned([last.value]) if last.value else []
    else:
        found += assigned([last])
    return list(dict.fromkeys(found))


def _never_raises(frame: Frame, node: ast.stmt) -> bool:
    """Whether a statement binds names to a constant, or to a local variable that has a value."""
    if not isinstance(node, ast.Assign) or not _harmless(node):
        return False
    return isinstance(node.value, ast.Constant) or isinstance(
        frame.env.get(getattr(node.value, "id", "")), Var
    )


def _harmless(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Return, ast.Assign)):
        targets = node.targets if isinstance(node, ast.Assign) else []
        plain = all(isinstance(target, ast.Name) for target in targets)
        return plain and isinstance(node.value, (ast.Name, ast.Constant, type(None)))
    return isinstance(node, (ast.Pass, ast.Break, ast.Continue))


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
                frame.env[handler.name] = error
            statements.suite(frame, handler.body)

    return frame.arm(code, handler)[0], error, kind


def _raising_again(handler: ast.ExceptHandler, name: str) -> list[ast.stmt]:
    """Return the code of a handler, to stand behind it: a bare raise names the exception."""

    class Naming(ast.NodeTransformer):
        def visit_Raise(self, node: ast.Raise) -> ast.AST:
            if node.exc is None:
                return ast.copy_location(ast.Raise(ast.Name(name, ast.Load()), None), node)
            return node

    return [Naming().visit(copy.deepcopy(node)) for node in handler.body]


def _emit(
    frame: Frame, node: ast.Try, going: list[ast.ExceptHandler], body: Builder,
    after: dict[str, Value], lowered: list[tuple[Builder, Var, Atom]],
) -> tuple[Atom, dict[ast.ExceptHandler, Var]]:  # fmt: skip
    """Append the try; bind what its body gives in `after`; return the flag and the exceptions."""
    inside = {out for eqn in body.eqns for out in eqn.outs}
    parts = (part for value in after.values() for part in leaves(value))
    found = list(dict.fromkeys(p for p in parts if isinstance(p, Var) and p in inside))
    named = [h for h in going if _reads_error(h)]
    flags: list[Atom] = []
    if going:
        flags = [FALSE] if len(going) == 1 else [Const(0)]
    blocks = [body.block([*flags, *[UNBOUND] * len(named), *found])]
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
    given = dict(zip(found, outs[len(flags) + len(named) :]))
    for name, value in after.items():
        if any(part in given for part in leaves(value) if isinstance(part, Var)):
            new = (given.get(p, p) if isinstance(p, Var) else p for p in leaves(value))
            after[name] = rebuilt(tree_of(value), new)
    return outs[0] if going else FALSE, dict(zip(named, outs[len(flags) :]))


def _reads_error(handler: ast.ExceptHandler) -> bool:
    again = any(isinstance(n, ast.Raise) and n.exc is None for n in _nodes(handler))
    return again or handler.name in loaded(handler)


def _nodes(handler: ast.ExceptHandler) -> list[ast.AST]:
    return [node for part in handler.body for node in ast.walk(part)]
