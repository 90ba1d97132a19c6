"""Lowers loops: names that the body assigns are carried, with the types and structures of a fixed point."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from adjgen.ir.core import LEAF, UNBOUND, Atom, Block, Const, For, Tree, Var
from adjgen.ir.types import INT, OPAQUE, Type, join, seq
from adjgen.read import expressions, statements
from adjgen.read.bound import boundness, deleted, flag
from adjgen.read.flow import assigned, returns
from adjgen.read.frame import Frame
from adjgen.read.simple import assign
from adjgen.read.values import Conflict, Value, atoms_of, expanded, leaves, merged_tree, rebuilt

TRUE, FALSE = Const(True), Const(False)


@dataclass
class Carried:
    """The names that a loop carries: their structure and the types of their leaves."""

    trees: dict[str, Tree] = field(default_factory=dict)
    types: dict[str, list[Type]] = field(default_factory=dict)
    conflicts: set[str] = field(default_factory=set)

    def variables(self) -> dict[str, list[Var]]:
        """Return new variables for the leaves of every name."""
        return {n: [Var(n.lstrip("%"), kind) for kind in self.types[n]] for n in self.trees}

    def values(self, variables: dict[str, list[Var]]) -> dict[str, Value]:
        """Return the names with their variables as values; unbound as long as no value is known."""
        found: dict[str, Value] = {
            n: rebuilt(t, iter(variables[n])) if self.known(n) else UNBOUND
            for n, t in self.trees.items()
        }
        found |= {n: Conflict(f"`{n}` changes its kind in a loop") for n in self.conflicts}
        return found

    def known(self, name: str) -> bool:
        """Whether a value of the name has been seen."""
        return any(kind.name != "nothing" for kind in self.types[name])

    def absorb(self, name: str, held: Value) -> bool:
        """Widen a name to hold a value; return whether that changed anything."""
        if name in self.conflicts:
            return False
        old = rebuilt(self.trees[name], iter([Var("", kind) for kind in self.types[name]]))
        neutral = not self.known(name)
        tree = merged_tree([held] if neutral and held is not UNBOUND else [old, held])
        if tree is None or not all(isinstance(p, (Var, Const)) for p in leaves(held)):
            self.conflicts.add(name)
            del self.trees[name], self.types[name]
            return True
        kinds = [atom.type for atom in atoms_of(expanded(held, tree))]
        before = self.types[name] if tree == self.trees[name] else [UNBOUND.type] * tree.leaves()
        types = [join(a, b) for a, b in zip(before, kinds)]
        changed = types != self.types[name] or tree != self.trees[name]
        self.trees[name], self.types[name] = tree, types
        return changed


def loop(frame: Frame, node: ast.For | ast.While) -> Value:
    """Lower a loop without its else clause; return whether break (or return) ended it."""
    plan = _plan(frame, node)
    inits = {name: _now(plan, frame.env, name) for name in plan.names}
    carried = Carried({n: LEAF for n in plan.names}, {n: [UNBOUND.type] for n in plan.names})
    for name, held in inits.items():
        carried.absorb(name, held)
    mark = len(frame.session.problems)
    while True:
        blocks, exits, changed = _attempt(frame, plan, carried)
        if not changed:
            break
        del frame.session.problems[mark:]
    args = list(plan.args)
    for name in carried.trees:
        args += atoms_of(expanded(inits[name], carried.trees[name]))
    return _finish(frame, plan, carried, args, blocks, exits)


@dataclass
class Plan:
    """What a loop walks and tests, and the names that it assigns."""

    node: ast.For | ast.While
    names: list[str]
    args: list[Atom] = field(default_factory=list)
    elements: list[Var] = field(default_factory=list)
    test: ast.expr | None = None  # evaluated before each turn
    inner_test: ast.expr | None = None  # the same, in the body, because it binds names
    flags: dict[str, str] = field(default_factory=dict)  # flag -> name that may have no value
    starts: bool = False  # whether there surely is a first turn


def _plan(frame: Frame, node: ast.For | ast.While) -> Plan:
    plan = Plan(node, _names(frame, node, node.body))
    gone = deleted(*node.body)
    for name in plan.names:
        if not name.startswith("%") and (name in gone or boundness(frame.env, name) != TRUE):
            plan.flags[flag(name)] = name
    plan.names += plan.flags
    if isinstance(node, ast.For):
        sequence = _sequence(frame, node.iter)
        hint = node.target.id if isinstance(node.target, ast.Name) else "element"
        plan.args, plan.elements = [sequence], [Var(hint, sequence.type.element or OPAQUE)]
        plan.starts = _is_walked(frame, sequence)
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


def _attempt(frame: Frame, plan: Plan, carried: Carried) -> tuple[list[Block], bool, bool]:
    """Lower the body once, with the types assumed so far; tell whether they were too narrow."""
    variables = carried.variables()
    params = [variable for name in carried.trees for variable in variables[name]]
    outer_env = frame.env
    frame.env = {**outer_env, **carried.values(variables), "%left": FALSE, "%stop": FALSE}
    try:
        builder, env, _ = frame.arm(lambda: _body(frame, plan), plan.node)
    finally:
        frame.env = outer_env
    changed = False
    for name in [*carried.trees]:
        changed = carried.absorb(name, _now(plan, env, name)) or changed
    stop = env.get("%stop", FALSE)
    exits = stop != FALSE
    if changed:
        return [], exits, True
    results: list[Atom] = []
    for name, tree in carried.trees.items():
        results += atoms_of(expanded(_now(plan, env, name), tree))
    results += atoms_of(stop) if exits else []
    blocks = [builder.block(results, [*plan.elements, *params])]
    if plan.test is not None:
        blocks.append(_condition(frame, plan.node, plan.test, carried))
    return blocks, exits, False


def _body(frame: Frame, plan: Plan) -> None:
    node, test = plan.node, plan.inner_test
    if isinstance(node, ast.For):
        assign(frame, node, node.target, plan.elements[0])
    if test is None:
        statements.suite(frame, node.body)
    else:
        held = expressions.atom(frame, test)
        ended = {"%left": TRUE, "%stop": TRUE, "%ended": TRUE}
        turn = partial(statements.suite, frame, node.body)
        statements.branch(frame, node, held, turn, lambda: frame.env.update(ended))


def _condition(frame: Frame, node: ast.stmt, test: ast.expr, carried: Carried) -> Block:
    variables = carried.variables()
    params = [variable for name in carried.trees for variable in variables[name]]
    outer_env = frame.env
    frame.env = {**outer_env, **carried.values(variables)}
    try:
        builder, _, result = frame.arm(lambda: expressions.atom(frame, test), node)
    finally:
        frame.env = outer_env
    return builder.block([result], params)


def _finish(
    frame: Frame, plan: Plan, carried: Carried, args: list[Atom], blocks: list[Block], exits: bool
) -> Value:
    """Append the loop and bind its outs."""
    node = plan.node
    flat = [(name, kind) for name in carried.trees for kind in carried.types[name]]
    types = [OPAQUE if kind.name == "nothing" else kind for _, kind in flat]
    frame.at(node)
    op = For(len(plan.elements), len(flat), plan.test is not None, exits)
    hints = [name.lstrip("%") for name, _ in flat]
    outs = iter(frame.session.builder.emit(op, args, types, hints, blocks))
    flags = {name: frame.env.get(name, FALSE) for name in ("%left", "%stop")}
    starts = dict(zip([name for name, _ in flat], args[op.seqs :]))
    ends = dict(zip([name for name, _ in flat], blocks[0].results))
    for name, tree in carried.trees.items():
        held = rebuilt(tree, outs)
        if not carried.known(name):
            held = UNBOUND  # no path through the body assigns it
        elif starts[name] == ends[name] == FALSE and name == "%returned":
            held = FALSE  # no path through the body returns
        elif plan.starts and name in plan.flags and ends[name] == TRUE:
            held = TRUE
        frame.env[name] = held
    frame.env |= {n: Conflict(f"`{n}` changes its kind in a loop") for n in carried.conflicts}
    stopped = frame.env.get("%stop", FALSE) if exits else FALSE
    if plan.inner_test is not None:
        stopped = frame.row(node, "not", *atoms_of(frame.env.pop("%ended")))
    frame.env |= flags
    return stopped


def _sequence(frame: Frame, node: ast.expr) -> Atom:
    """Lower what a for loop walks."""
    if isinstance(node, ast.Call) and frame.dotted(node.func) == "builtins.range":
        if not node.keywords and not any(isinstance(a, ast.Starred) for a in node.args):
            bounds = [expressions.atom(frame, argument) for argument in node.args]
            return frame.emit(node, "range", bounds, [seq(INT)])[0]
    return expressions.atom(frame, node)
