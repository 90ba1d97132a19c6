"""Lowers loops: names that the body assigns are carried, with the types and structures of a fixed point."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from adjgen.ir.core import LEAF, UNBOUND, Atom, Block, Const, For, Tree, Var
from adjgen.ir.types import BOOL, INT, OPAQUE, Type, join, seq
from adjgen.read import expressions, statements
from adjgen.read.flow import assigned, own_nodes, returns
from adjgen.read.frame import Frame
from adjgen.read.values import Conflict, Display, Value, atoms_of, expanded, merged_tree, rebuilt

FALSE = Const(False)


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
        """Return the names with their variables as values."""
        found: dict[str, Value] = {n: rebuilt(t, iter(variables[n])) for n, t in self.trees.items()}
        found |= {n: Conflict(f"`{n}` changes its kind in a loop") for n in self.conflicts}
        return found

    def absorb(self, name: str, held: Value) -> bool:
        """Widen a name to hold a value; return whether that changed anything."""
        if name in self.conflicts:
            return False
        old = rebuilt(self.trees[name], iter([UNBOUND] * self.trees[name].leaves()))
        neutral = all(kind.name == "nothing" for kind in self.types[name])
        tree = merged_tree([held] if neutral and held is not UNBOUND else [old, held])
        if tree is None or not all(isinstance(p, (Var, Const)) for p in _parts(held)):
            self.conflicts.add(name)
            del self.trees[name], self.types[name]
            return True
        kinds = [atom.type for atom in atoms_of(expanded(held, tree))]
        before = self.types[name] if tree == self.trees[name] else [UNBOUND.type] * tree.leaves()
        types = [join(a, b) for a, b in zip(before, kinds)]
        changed = types != self.types[name] or tree != self.trees[name]
        self.trees[name], self.types[name] = tree, types
        return changed


def _parts(held: Value) -> list[Value]:
    from adjgen.read.values import leaves

    return list(leaves(held))


def loop(frame: Frame, node: ast.For | ast.While) -> Value:
    """Lower a loop without its else clause; return whether break (or return) ended it."""
    body, test = list(node.body), None
    elements: list[Var] = []
    args: list[Atom] = []
    if isinstance(node, ast.For):
        sequence = _sequence(frame, node.iter)
        kind = sequence.type.element or OPAQUE
        elements = [Var(node.target.id if isinstance(node.target, ast.Name) else "element", kind)]
        args = [sequence]
    elif any(isinstance(n, ast.NamedExpr) for n in ast.walk(node.test)) and not node.orelse:
        leave = ast.If(ast.UnaryOp(ast.Not(), node.test), [ast.Break()], [])
        body = [ast.fix_missing_locations(ast.copy_location(leave, node)), *body]
    elif not (isinstance(node.test, ast.Constant) and node.test.value):
        test = node.test
    names = _names(frame, node, body)
    inits = {name: frame.env.get(name, _initial(name)) for name in names}
    carried = Carried({n: LEAF for n in names}, {n: [UNBOUND.type] for n in names})
    for name, held in inits.items():
        carried.absorb(name, held)
    mark = len(frame.session.problems)
    while True:
        variables, blocks, exits, changed = _attempt(frame, node, body, test, elements, carried)
        if not changed:
            break
        del frame.session.problems[mark:]
    for name in carried.trees:
        args += atoms_of(expanded(inits[name], carried.trees[name]))
    return _finish(frame, node, carried, args, blocks, len(elements), test is not None, exits)


def _initial(name: str) -> Value:
    return FALSE if name in ("%stop", "%returned") else UNBOUND


def _names(frame: Frame, node: ast.For | ast.While, body: Sequence[ast.stmt]) -> list[str]:
    target = [node.target] if isinstance(node, ast.For) else []
    tests = [node.test] if isinstance(node, ast.While) else []
    names = [n for n in assigned([*target, *tests, *body]) if n in frame.locals]
    names += ["%returned", "%result"] if returns(body) else []
    return [*names, "%stop"]


def _attempt(frame, node, body, test, elements, carried):  # type: ignore[no-untyped-def]
    """Lower the body once, with the types assumed so far; tell whether they were too narrow."""
    variables = carried.variables()
    params = [variable for name in carried.trees for variable in variables[name]]
    outer_env = frame.env
    frame.env = {**outer_env, **carried.values(variables), "%left": FALSE, "%stop": FALSE}
    blocks = []
    try:
        builder, env, _ = frame.arm(lambda: _body(frame, node, body, elements), node)
    finally:
        frame.env = outer_env
    changed = False
    for name in [*carried.trees]:
        changed = carried.absorb(name, env.get(name, UNBOUND)) or changed
    results: list[Atom] = []
    for name, tree in carried.trees.items():
        results += atoms_of(expanded(env.get(name, UNBOUND), tree))
    stop = env.get("%stop", FALSE)
    exits = stop != FALSE
    if not changed:
        results += [stop] if exits else []  # type: ignore[list-item]
        blocks.append(builder.block(results, [*elements, *params]))
        if test is not None:
            blocks.append(_condition(frame, node, test, carried))
    return variables, blocks, exits, changed


def _body(frame: Frame, node: ast.For | ast.While, body: Sequence[ast.stmt], elements: list[Var]) -> None:
    inside, frame.in_loop = frame.in_loop, True
    if isinstance(node, ast.For):
        statements.assign(frame, node, node.target, elements[0])
    statements.suite(frame, body)
    frame.in_loop = inside


def _condition(frame: Frame, node: ast.While, test: ast.expr, carried: Carried) -> Block:
    variables = carried.variables()
    params = [variable for name in carried.trees for variable in variables[name]]
    outer_env = frame.env
    frame.env = {**outer_env, **carried.values(variables)}
    try:
        builder, _, result = frame.arm(lambda: expressions.atom(frame, test), node)
    finally:
        frame.env = outer_env
    return builder.block([result], params)


def _finish(frame, node, carried, args, blocks, seqs, tested, exits):  # type: ignore[no-untyped-def]
    """Append the loop and bind its outs."""
    flat = [(name, kind) for name in carried.trees for kind in carried.types[name]]
    types = [OPAQUE if kind.name == "nothing" else kind for _, kind in flat]
    frame.at(node)
    op = For(seqs, len(flat), tested, exits)
    hints = [name.lstrip("%") for name, _ in flat]
    outs = iter(frame.session.builder.emit(op, args, types, hints, blocks))
    flags = {name: frame.env.get(name, FALSE) for name in ("%left", "%stop")}
    for name, tree in carried.trees.items():
        frame.env[name] = rebuilt(tree, outs)
    frame.env |= {n: Conflict(f"`{n}` changes its kind in a loop") for n in carried.conflicts}
    stopped = frame.env.get("%stop", FALSE) if exits else FALSE
    frame.env |= flags
    return stopped


def _sequence(frame: Frame, node: ast.expr) -> Atom:
    """Lower what a for loop walks."""
    if isinstance(node, ast.Call) and frame.dotted(node.func) == "builtins.range":
        if not node.keywords and not any(isinstance(a, ast.Starred) for a in node.args):
            bounds = [expressions.atom(frame, argument) for argument in node.args]
            return frame.emit(node, "range", bounds, [seq(INT)])[0]
    return expressions.atom(frame, node)
