"""Lowers list comprehensions, and generator expressions in sum, min, max: loops that collect a list."""

import ast
import copy
from itertools import count

from adjgen.ir.core import Atom, Const, For, Var
from adjgen.ir.types import seq
from adjgen.read import cells, expressions, lists, several, stores, strict
from adjgen.read.flow import COMPREHENSIONS
from adjgen.read.frame import Frame
from adjgen.read.opaque import loaded, targets
from adjgen.read.values import Display, ListValue, RowValue, Value

COLLECTED = "%collected"  # a name that no user can write
Comprehension = ast.ListComp | ast.GeneratorExp


def collected(frame: Frame, node: Comprehension) -> Value | None:
    """Return the list that a comprehension makes; None if it is not one of numbers (of lists, ...)."""
    session, node = frame.session, _apart(frame, node)
    if any(g.is_async for g in node.generators):
        return None
    if any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node)):
        return None
    inner = Frame(session, frame.definition, targets(node) | {COLLECTED})
    inner.outer, inner.is_main = frame, False

    def read() -> Value | None:
        found = inner.attempt(lambda: several.collected(inner, node))
        found = found or inner.attempt(lambda: _mapped(inner, node)) or _appended(inner, node)
        return found if found and lists.numbers(lists.kind_of(frame, found)) else None

    session.frames.append(inner)
    try:
        return inner.attempt(read)
    finally:
        session.frames.pop()


def _apart(frame: Frame, node: Comprehension) -> Comprehension:
    """Give other names to targets that what is walked first reads too, as in `[x * y for x in x]`: it is
    evaluated outside."""
    clashing = targets(node) & set(loaded(node.generators[0].iter))
    nested = [
        n for n in ast.walk(node) if n is not node and isinstance(n, (ast.Lambda, *COMPREHENSIONS))
    ]
    if not clashing or nested:
        return node
    taken = {n.id for n in ast.walk(frame.definition.node) if isinstance(n, ast.Name)}
    found, others = copy.deepcopy(node), {}
    for name in sorted(clashing):
        others[name] = next(o for k in count(1) if (o := name + "_" * k) not in taken)
        taken.add(others[name])
    walked = set(ast.walk(found.generators[0].iter))
    for inner in ast.walk(found):
        if isinstance(inner, ast.Name) and inner.id in clashing and inner not in walked:
            inner.id = others[inner.id]
    return found


def of_map(node: ast.expr) -> ast.GeneratorExp:
    """Return map(f, x, y) as (f(a, b) for a, b in zip(x, y))."""
    assert isinstance(node, ast.Call)
    function, *walked = node.args
    labels = [f"argument_{k}" for k in range(len(walked))]
    names: list[ast.expr] = [ast.Name(label, ast.Load()) for label in labels]
    targets: list[ast.expr] = [ast.Name(label, ast.Store()) for label in labels]
    target = targets[0] if len(targets) == 1 else ast.Tuple(targets, ast.Store())
    together = walked[0] if len(walked) == 1 else ast.Call(ast.Name("zip", ast.Load()), walked, [])
    made = ast.GeneratorExp(
        ast.Call(function, names, []), [ast.comprehension(target, together, [], 0)]
    )
    for inner in ast.walk(made):
        if not hasattr(inner, "lineno"):
            ast.copy_location(inner, node)
    return made


def _mapped(frame: Frame, node: Comprehension) -> Value | None:
    """Lower one `for` without conditions: a loop that collects. None if a turn changes a list."""
    from adjgen.read import statements
    from adjgen.read.assignments import assign
    from adjgen.read.walks import walk

    generator, session = node.generators[0], frame.session
    if len(node.generators) > 1 or generator.ifs:
        return None
    iterated, checks = strict.lenient(frame, generator.iter)
    walked = walk(frame, iterated, generator.target)

    def turn() -> tuple[Value, Atom | None]:
        statement = ast.copy_location(ast.Assign([generator.target], node.elt), node)
        assign(frame, statement, generator.target, walked.value(frame))
        made = expressions.value(frame, node.elt)
        if isinstance(made, Display):
            made = stores.listed(frame, node, made.items) or made
        plain = isinstance(made, (Var, Const, ListValue, RowValue))
        return made, frame.materialise(node, made) if plain else None

    arm = frame.arm(turn, node)
    made, atom = arm.result
    changed = any(arm.heap[cell] is not held for cell, held in session.heap.items())
    if atom is None or changed:
        return None
    body = arm.builder.block([atom], walked.elements)
    frame.at(node)
    op = For(len(walked.elements), 0)
    (out,) = session.builder.emit(op, walked.args, [seq(atom.type)], (), [body])
    result = lists.held(frame, out)
    lists.share(made)
    if isinstance(made, ListValue):
        if made.cell in session.heap or made.cell.inside:
            result.cell.loose = cells.ROWS
        stores.moved(result.cell, [made.cell])
    elif isinstance(made, RowValue):
        result.cell.loose = cells.ROWS
    statements.suite(frame, checks)
    return result


def _appended(frame: Frame, node: Comprehension) -> Value | None:
    """Lower nested loops and conditions as statements that append to a list."""
    from adjgen.read import statements

    place = ast.copy_location
    name = place(ast.Name(COLLECTED, ast.Load()), node)
    method = place(ast.Attribute(name, "append", ast.Load()), node)
    body: list[ast.stmt] = [place(ast.Expr(place(ast.Call(method, [node.elt], []), node)), node)]
    for generator in reversed(node.generators):
        for test in reversed(generator.ifs):
            body = [place(ast.If(test, body, []), node)]
        body = [place(ast.For(generator.target, generator.iter, body, []), node)]
    empty = stores.listed(frame, node, ())
    if empty is None:
        return None
    frame.env[COLLECTED] = empty
    statements.suite(frame, body)
    found = frame.env.get(COLLECTED)
    return found if isinstance(found, ListValue) else None
