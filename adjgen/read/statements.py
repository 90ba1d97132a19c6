"""Lowers statements. Leaving a list of statements early is a flag, and what follows stands in the other arm.

Flags are names that no user can write: %left (this list is left), %stop (so is the loop around),
%returned and %result. They are merged at joins like any other name.
"""

import ast
from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from adjgen.ir.core import UNBOUND, Const
from adjgen.read import displays, lists, loops, several, strict, trying
from adjgen.read.asked import as_truth
from adjgen.read.bound import boundness, flag
from adjgen.read.carrying import carry
from adjgen.read.cutting import cutting
from adjgen.read.dispatch import made_here
from adjgen.read.expressions import atom, value
from adjgen.read.flow import dies, ends, jumps, own_nodes, returns
from adjgen.read.frame import Frame
from adjgen.read.joins import join, truth
from adjgen.read.lowering import Arm
from adjgen.read.opaque import changes
from adjgen.read.passive import can_be_cut, cut, is_marked, lower_marked
from adjgen.read.simple import SIMPLE, observe
from adjgen.read.values import Display, Value

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
    test = truth(frame, node.test, atom(frame, as_truth(frame, node.test)))
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
    a, b = frame.arm(then, node), frame.arm(other, node)
    if then_dies:
        a = _dead(frame, a, b)
    if other_dies:
        b = _dead(frame, b, a)
    join(frame, node, frame.materialise(node, test), a, b)


def _dead(frame: Frame, dead: Arm, alive: Arm) -> Arm:
    """Return what is left of an arm that never ends: it agrees with the other one."""
    before, heap = frame.env, frame.session.heap

    def keep(name: str, value: Value) -> Value:
        return UNBOUND if made_here(frame, value) and before.get(name) != value else value

    env = {name: keep(name, value) for name, value in alive.env.items()}
    for name in alive.env:
        if env[name] is not alive.env[name] and boundness(alive.env, name) == TRUE:
            env[flag(name)] = TRUE
    held = {c: v if heap.get(c) is v else UNBOUND for c, v in alive.heap.items()}
    return Arm(dead.builder, env, held, dead.result)


def statement(frame: Frame, node: ast.stmt) -> None:
    """Lower one statement that does not leave its list, or leaves it for good."""
    handler = HANDLERS.get(type(node))
    frame.session.in_place += bool(frame.session.stack)
    if handler is None:
        carry(frame, node)
    else:
        if is_marked(frame, node) and not isinstance(node, ast.Return) and can_be_cut(node):
            lower_marked(frame, node, handler, HANDLERS[ast.Assign])
        else:
            handler(frame, node)


def _if(frame: Frame, node: ast.If) -> None:
    conditional(frame, node, node.body, node.orelse)


def _assert(frame: Frame, node: ast.Assert) -> None:
    """Carry an assertion; one that calls or binds something is a test that raises."""
    if not changes(node.test, frame.dotted):
        observe(frame, node)
        return
    error = ast.Call(ast.Name("AssertionError", ast.Load()), [node.msg] if node.msg else [], [])
    leave = ast.fix_missing_locations(ast.copy_location(ast.Raise(error), node))
    conditional(frame, ast.copy_location(ast.If(node.test, [], []), node), [], [leave])


def _return(frame: Frame, node: ast.Return) -> None:
    marked, before = is_marked(frame, node), dict(frame.session.heap)
    given = node.value or ast.Constant(None)
    result = structure(frame, given) if not marked else _cut_structure(frame, given)
    if frame.is_main and not _has_finally(frame.definition.node):  # nothing is run after it
        result = lists.settled(frame, node, result)
    frame.env["%result"] = cut(frame, node, result, before) if marked else result
    frame.env |= {"%returned": TRUE, "%left": TRUE, "%stop": TRUE}


def _cut_structure(frame: Frame, given: ast.expr) -> Value:
    return cutting(frame, given, lambda: structure(frame, given))


@lru_cache(maxsize=256)
def _has_finally(function: ast.FunctionDef) -> bool:
    """Whether something in a function may run after a return."""
    return any(getattr(n, "finalbody", None) for n in own_nodes(*function.body))


def structure(frame: Frame, node: ast.expr) -> Value:
    """Lower what is returned: a list display counts as a structure here, nobody else can hold it."""
    items = displays.items_of(frame, node) if isinstance(node, (ast.Tuple, ast.List)) else None
    if items is not None:
        kind = "tuple" if isinstance(node, ast.Tuple) else "list"
        if kind == "list" and not (frame.is_main and one_structure(frame.definition.node)):
            return value(frame, node)  # the caller may change it
        return Display(kind, tuple(structure(frame, item) for item in items))
    return value(frame, node)


@lru_cache(maxsize=256)
def one_structure(function: ast.FunctionDef) -> bool:
    """Whether every return of a function has the same displays in it: else a list is just a list."""
    found = {_shape(n.value) for n in own_nodes(*function.body) if isinstance(n, ast.Return)}
    return len(found) < 2


def _shape(node: ast.expr | None) -> str:
    if not isinstance(node, (ast.Tuple, ast.List)):
        return "."
    return f"{type(node).__name__}({','.join(_shape(item) for item in node.elts)})"


def _break(frame: Frame, node: ast.Break) -> None:
    frame.env |= {"%left": TRUE, "%stop": TRUE}


def _continue(frame: Frame, node: ast.Continue) -> None:
    frame.env |= {"%left": TRUE}


def _loop(frame: Frame, node: ast.For | ast.While) -> None:
    if isinstance(node, ast.For):
        walked, checks = strict.lenient(frame, node.iter)
        if checks:
            one = ast.For(node.target, walked, node.body, [*checks, *node.orelse])
            node = ast.copy_location(one, node)
    if isinstance(node, ast.For) and several.turns(frame, node):
        return
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
    ast.While: _loop, ast.Assert: _assert,
}  # fmt: skip
