"""Lowers statements. Leaving a list of statements early is a flag, and what follows stands in the other arm.

Flags are names that no user can write: %left (this list is left), %stop (so is the loop around),
%returned and %result. They are merged at joins like any other name.
"""

import ast
from collections.abc import Callable, Sequence
from functools import partial

from adjgen.ir.core import UNBOUND, Const, Var
from adjgen.read import loops, trying
from adjgen.read.expressions import atom, join, truth, value
from adjgen.read.flow import dies, ends, jumps, returns
from adjgen.read.frame import Frame
from adjgen.read.simple import SIMPLE, carry, passive_comment
from adjgen.read.values import Display, Value, leaves

TRUE, FALSE = Const(True), Const(False)


def suite(frame: Frame, statements: Sequence[ast.stmt]) -> None:
    """Lower statements in order, up to one that leaves them."""
    for k, node in enumerate(statements):
        if isinstance(node, ast.If) and jumps([node]):
            if jumping_if(frame, node, statements[k + 1 :]):
                return
        elif isinstance(node, ast.Try):
            if trying.attempt(frame, node, statements[k + 1 :]):
                return
        else:
            statement(frame, node)
        left = frame.env.get("%left", FALSE)
        if left == TRUE or ends([node]):
            return
        if left != FALSE and k + 1 < len(statements):
            rest = partial(suite, frame, statements[k + 1 :])
            branch(frame, node, left, lambda: None, rest)
            return


def jumping_if(frame: Frame, node: ast.If, rest: Sequence[ast.stmt]) -> bool:
    """Lower an if that may leave the list; return whether it took the rest into an arm."""
    then, other = ends(node.body), ends(node.orelse)
    rest = [] if then and other else rest
    if then and not dies(node.body):
        conditional(frame, node, node.body, [*node.orelse, *rest])
    elif other and not dies(node.orelse):
        conditional(frame, node, [*node.body, *rest], node.orelse)
    else:
        conditional(frame, node, node.body, node.orelse)
        return then and other
    return True


def conditional(
    frame: Frame, node: ast.If, then: Sequence[ast.stmt], other: Sequence[ast.stmt]
) -> None:
    """Lower an if whose arms are given; a constant test chooses now."""
    test = truth(frame, node.test, atom(frame, node.test))
    if isinstance(test, Const):
        suite(frame, then if test.value else other)
        return
    arms = partial(suite, frame, then), partial(suite, frame, other)
    branch(frame, node, test, *arms, dies(then), dies(other))


def branch(
    frame: Frame, node: ast.AST, test: Value, then: Callable[[], None], other: Callable[[], None],
    then_dies: bool = False, other_dies: bool = False,
) -> None:  # fmt: skip
    """Lower two arms and bind what differs after them; an arm that raises binds nothing."""
    before = frame.env
    (a, env_a, _), (b, env_b, _) = frame.arm(then, node), frame.arm(other, node)
    if then_dies:
        env_a = _dead(before, env_b)
    if other_dies:
        env_b = _dead(before, env_a)
    join(frame, node, frame.materialise(node, test), [(a, env_a, UNBOUND), (b, env_b, UNBOUND)])


def _dead(before: dict[str, Value], alive: dict[str, Value]) -> dict[str, Value]:
    """Return the names after an arm that never ends: they agree with the other arm."""

    def keep(name: str, value: Value) -> Value:
        same = before.get(name) is value or not any(isinstance(leaf, Var) for leaf in leaves(value))
        return value if same else UNBOUND

    return {name: keep(name, value) for name, value in alive.items()}


def statement(frame: Frame, node: ast.stmt) -> None:
    """Lower one statement that does not leave its list, or leaves it for good."""
    handler = HANDLERS.get(type(node))
    if handler is None:
        carry(frame, node)
    else:
        handler(frame, node)
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            passive_comment(frame, node)


def _if(frame: Frame, node: ast.If) -> None:
    conditional(frame, node, node.body, node.orelse)


def _return(frame: Frame, node: ast.Return) -> None:
    frame.env["%result"] = structure(frame, node.value) if node.value else Const(None)
    frame.env |= {"%returned": TRUE, "%left": TRUE, "%stop": TRUE}


def structure(frame: Frame, node: ast.expr) -> Value:
    """Lower what is returned: a list display counts as a structure here, nobody else can hold it."""
    if isinstance(node, (ast.Tuple, ast.List)) and not any(
        isinstance(i, ast.Starred) for i in node.elts
    ):
        kind = "tuple" if isinstance(node, ast.Tuple) else "list"
        if kind == "list" and not frame.is_main:
            return value(frame, node)  # the caller may change it
        return Display(kind, tuple(structure(frame, item) for item in node.elts))
    return value(frame, node)


def _break(frame: Frame, node: ast.Break) -> None:
    frame.env |= {"%left": TRUE, "%stop": TRUE}


def _continue(frame: Frame, node: ast.Continue) -> None:
    frame.env |= {"%left": TRUE}


def _loop(frame: Frame, node: ast.For | ast.While) -> None:
    stopped = loops.loop(frame, node)

    def leave() -> None:
        returned = frame.env.get("%returned", FALSE)
        if returns(node.body) and returned != FALSE:
            frame.env |= {"%left": returned, "%stop": returned}

    if not node.orelse:
        leave()
    elif stopped == FALSE:
        suite(frame, node.orelse)
    else:
        branch(frame, node, stopped, leave, lambda: suite(frame, node.orelse))


HANDLERS: dict[type, Callable[..., None]] = SIMPLE | {
    ast.If: _if, ast.Return: _return, ast.Break: _break, ast.Continue: _continue, ast.For: _loop,
    ast.While: _loop,
}  # fmt: skip
