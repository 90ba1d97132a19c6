"""Lowers loops: names that the body assigns are carried, with the types and structures of a fixed point."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from adjgen.ir.core import UNBOUND, Atom, Block, Const, For, Var
from adjgen.ir.trees import LEAF
from adjgen.ir.types import OPAQUE
from adjgen.read import expressions, lists, statements
from adjgen.read.asked import as_truth
from adjgen.read.assignments import assign
from adjgen.read.bound import boundness, deleted, flag
from adjgen.read.carried import Carried
from adjgen.read.cells import opened
from adjgen.read.comments import is_checkpointed
from adjgen.read.flow import assigned, returns
from adjgen.read.frame import Frame
from adjgen.read.lowering import Mark
from adjgen.read.values import ListValue, Value, atoms_of
from adjgen.read.views import note_one_of
from adjgen.read.walks import Walk, check_lazy, walk

TRUE, FALSE = Const(True), Const(False)


def loop(frame: Frame, node: ast.For | ast.While, extends: bool = True) -> Value:
    """Lower a loop without its else clause; return whether break (or return) ended it.

    A list that the body only extends, `x += [y]`, stays the list that it is, if that `extends` it.
    """
    start = Mark(frame)
    plan = _plan(frame, node, extends)
    inits = {name: _now(plan, frame.env, name) for name in plan.names}
    carried = Carried({n: LEAF for n in plan.names}, {n: [UNBOUND.type] for n in plan.names})
    heap, carried.views = frame.session.heap, frame.session.views
    for name, held in inits.items():
        carried.absorb(name, opened(held, heap))
    carried.widen_views(inits, heap, heap)
    carried.freeze_shared(frame, frame.env | inits, start=True)
    mark = len(frame.session.problems)
    while True:
        blocks, exits, changed = _attempt(frame, plan, carried)
        if any(frame.env[name] != held for name, held in plan.extended.items()):
            start.rewind()
            return loop(frame, node, extends=False)
        if not changed:
            break
        del frame.session.problems[mark:]
    walked = plan.walk.args if plan.walk is not None else []
    args = [*walked, *carried.values(inits, heap)]
    return _finish(frame, plan, carried, args, blocks, exits)


@dataclass
class Plan:
    """What a loop walks and tests, and the names that it assigns."""

    node: ast.For | ast.While
    names: list[str]
    walk: Walk | None = None  # of a for loop
    test: ast.expr | None = None  # evaluated before each turn
    inner_test: ast.expr | None = None  # the same, in the body, because it binds names
    flags: dict[str, str] = field(default_factory=dict)  # flag -> name that may have no value
    starts: bool = False  # whether there surely is a first turn
    extended: dict[str, Value] = field(default_factory=dict)  # what a turn leaves of such lists

    def elements(self) -> list[Var]:
        """Return the variables that a turn finds its elements in."""
        return self.walk.elements if self.walk is not None else []


def _plan(frame: Frame, node: ast.For | ast.While, extends: bool) -> Plan:
    plan = Plan(node, _names(frame, node, node.body))
    if extends:
        plan.extended = {n: frame.env[n] for n in plan.names if _only_extended(frame, node, n)}
        plan.names = [n for n in plan.names if n not in plan.extended]
    gone = deleted(*node.body)
    for name in plan.names:
        if not name.startswith("%") and (name in gone or boundness(frame.env, name) != TRUE):
            plan.flags[flag(name)] = name
    plan.names += plan.flags
    if isinstance(node, ast.For):
        check_lazy(frame, node)
        plan.walk = walk(frame, node.iter, node.target)
        (sequence, *others) = plan.walk.args
        plan.starts = not others and _is_walked(frame, sequence)
    elif isinstance(node.test, ast.Constant) and node.test.value:
        plan.starts = True
    elif any(isinstance(n, ast.NamedExpr) for n in ast.walk(node.test)):
        plan.inner_test = node.test
        plan.names.append("%ended")
    else:
        plan.test = node.test
    return plan


def _is_walked(frame: Frame, sequence: Atom) -> bool:
    """Whether a sequence is a range that surely has an element."""
    made = frame.session.builder.eqns[-1:]
    bounds = [arg.value for eqn in made for arg in eqn.args if isinstance(arg, Const)]
    known = [eqn for eqn in made if eqn.op == "range" and len(bounds) == len(eqn.args)]
    return bool(known and sequence in known[0].outs and len(range(*bounds)))


def _now(plan: Plan, env: dict[str, Value], name: str) -> Value:
    """Return what a carried name stands for at the start or end of a turn."""
    if name in plan.flags:
        return boundness(env, plan.flags[name])
    return env.get(name, FALSE if name in ("%stop", "%returned", "%ended") else UNBOUND)


def _names(frame: Frame, node: ast.For | ast.While, body: Sequence[ast.stmt]) -> list[str]:
    target = [node.target] if isinstance(node, ast.For) else []
    tests = [node.test] if isinstance(node, ast.While) else []
    names = [n for n in assigned([*target, *tests, *body]) if n in frame.locals]
    names += ["%returned", "%result"] if returns(body) else []
    return [*names, "%stop"]


def _only_extended(frame: Frame, node: ast.For | ast.While, name: str) -> bool:
    """Whether a name stands for a list, and the loop binds it by `+=` alone."""
    if not isinstance(frame.env.get(name), ListValue) or boundness(frame.env, name) != TRUE:
        return False
    added = [n.target for n in ast.walk(node) if isinstance(n, ast.AugAssign)]
    bound = (n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == name)
    return all(n in added for n in bound if not isinstance(n.ctx, ast.Load))


def _attempt(frame: Frame, plan: Plan, carried: Carried) -> tuple[list[Block], bool, bool]:
    """Lower the body once, with the types assumed so far; tell whether they were too narrow."""
    variables, session = carried.variables(), frame.session
    params = [variable for key in carried.trees for variable in variables[key]]
    outer, outer_heap = frame.env, session.heap
    before = {name: _now(plan, outer, name) for name in carried.names()}
    inits = carried.values(before, outer_heap)
    for place, (param, init) in enumerate(zip(params, inits)):
        note_one_of(session, param, init)
        session.own -= {param} if place in carried.strange else set()
    start = dict(outer_heap)
    named = carried.bind(variables, start)
    for name in carried.names() if session.target != "numpy" else ():
        _inherit(frame, opened(outer.get(name, UNBOUND), outer_heap), opened(named[name], start))
    known = {cell: (cell.frozen, cell.loose, cell.stale) for cell in start}
    frame.env, session.heap = {**outer, **named, "%left": FALSE, "%stop": FALSE}, start
    try:
        arm = frame.arm(lambda: _body(frame, plan), plan.node)
    finally:
        frame.env, session.heap = outer, outer_heap
    plan.extended = {name: arm.env.get(name, UNBOUND) for name in plan.extended}
    env = arm.env | {name: _now(plan, arm.env, name) for name in carried.names()}
    changed = carried.widen(env, start, arm.heap)
    changed = carried.freeze_shared(frame, env, start=False) or changed
    changed = changed or any((c.frozen, c.loose, c.stale) != was for c, was in known.items())
    stop = arm.env.get("%stop", FALSE)
    exits = stop != FALSE
    if changed:
        return [], exits, True
    if plan.walk is not None:
        plan.walk.check(frame, plan.node, start, arm.heap)
    results = carried.values(env, arm.heap) + (atoms_of(stop) if exits else [])
    ends = enumerate(zip(params, results))
    strange = {k for k, (param, end) in ends if param in session.own and end not in session.own}
    if strange:
        carried.strange |= strange
        return [], exits, True
    blocks = [arm.builder.block(results, [*plan.elements(), *params])]
    if plan.test is not None:
        blocks.append(_condition(frame, plan.node, plan.test, carried))
    return blocks, exits, False


def _inherit(frame: Frame, init: Value, held: Value) -> None:
    """Remember that what a name holds in a turn is a parameter in the first."""
    if isinstance(init, Var) and isinstance(held, Var):
        lists.inherit(frame, init, held, 0)


def _body(frame: Frame, plan: Plan) -> None:
    node, test = plan.node, plan.inner_test
    if isinstance(node, ast.For) and plan.walk is not None:
        assign(frame, node, node.target, plan.walk.value(frame))
    if test is None:
        statements.suite(frame, node.body)
    else:
        held = expressions.atom(frame, as_truth(frame, test))
        ended = {"%left": TRUE, "%stop": TRUE, "%ended": TRUE}
        turn = partial(statements.suite, frame, node.body)
        statements.branch(frame, node, held, turn, lambda: frame.env.update(ended))


def _condition(frame: Frame, node: ast.stmt, test: ast.expr, carried: Carried) -> Block:
    variables, session = carried.variables(), frame.session
    params = [variable for key in carried.trees for variable in variables[key]]
    outer, outer_heap = frame.env, session.heap
    start = dict(outer_heap)
    frame.env, session.heap = {**outer, **carried.bind(variables, start)}, start
    try:
        arm = frame.arm(lambda: expressions.atom(frame, as_truth(frame, test)), node)
    finally:
        frame.env, session.heap = outer, outer_heap
    if any(arm.heap[cell] is not held for cell, held in start.items()):
        what = "a condition that changes a list"
        frame.problem(test, "ADJ407", what, "Change it in the body of the loop.")
    return arm.builder.block([arm.result], params)


def _finish(
    frame: Frame, plan: Plan, carried: Carried, args: list[Atom], blocks: list[Block], exits: bool
) -> Value:
    """Append the loop and bind its outs."""
    node, session = plan.node, frame.session
    flat = [(key, kind) for key in carried.trees for kind in carried.types[key]]
    types = [OPAQUE if kind.name == "nothing" else kind for _, kind in flat]
    frame.at(node)
    every = int(is_checkpointed(frame, node))
    op = For(len(plan.elements()), len(flat), plan.test is not None, exits, every)
    hints = [carried.hint(key) for key, _ in flat]
    made = session.builder.emit(op, args, types, hints, blocks)
    for out, init, end in zip(made, args[op.seqs :], blocks[0].results):
        note_one_of(session, out, init, end)
    outs = iter(made)
    flags = {name: frame.env.get(name, FALSE) for name in ("%left", "%stop")}
    starts = dict(zip([key for key, _ in flat], args[op.seqs :]))
    ends = dict(zip([key for key, _ in flat], blocks[0].results))
    variables = {key: [next(outs) for _ in kinds] for key, kinds in carried.types.items()}
    session.heap = dict(session.heap)
    frame.env |= carried.bind(variables, session.heap)
    if starts.get("%returned") == ends.get("%returned") == FALSE:
        frame.env["%returned"] = FALSE  # no path through the body returns
    certain = [name for name in plan.flags if plan.starts and ends.get(name) == TRUE]
    frame.env |= dict.fromkeys(certain, TRUE)
    stopped = frame.env.get("%stop", FALSE) if exits else FALSE
    if plan.inner_test is not None:
        stopped = frame.row(node, "not", *atoms_of(frame.env.pop("%ended")))
    frame.env |= flags
    return stopped
