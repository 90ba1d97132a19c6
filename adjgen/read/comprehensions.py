"""Lowers list comprehensions, and generator expressions in sum, min, max: loops that collect a list."""

import ast

from adjgen.ir.core import Atom, Const, For, Var
from adjgen.ir.types import seq
from adjgen.read import expressions, lists
from adjgen.read.frame import Frame
from adjgen.read.opaque import targets
from adjgen.read.values import Display, ListValue, RowValue, Value

COLLECTED = "%collected"  # a name that no user can write


def collected(frame: Frame, node: ast.ListComp | ast.GeneratorExp) -> Value | None:
    """Return the list that a comprehension makes; None if it is not one of numbers (of lists, ...)."""
    session = frame.session
    if any(g.is_async for g in node.generators):
        return None
    if any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node)):
        return None
    mark, problems, heap = len(session.builder.eqns), len(session.problems), dict(session.heap)
    inner = Frame(session, frame.definition, targets(node) | {COLLECTED})
    inner.outer, inner.is_main = frame, False
    session.frames.append(inner)
    try:
        found = _mapped(inner, node) or _appended(inner, node)
    finally:
        session.frames.pop()
    if found is None or not lists.numbers(lists.kind_of(frame, found)):
        del session.builder.eqns[mark:], session.problems[problems:]
        session.heap = heap
        return None
    return found


def _mapped(frame: Frame, node: ast.ListComp | ast.GeneratorExp) -> Value | None:
    """Lower one `for` without conditions: a loop that collects. None if a turn changes a list."""
    from adjgen.read.simple import assign
    from adjgen.read.walks import walk

    generator, session = node.generators[0], frame.session
    if len(node.generators) > 1 or generator.ifs:
        return None
    mark, problems = len(session.builder.eqns), len(session.problems)
    walked = walk(frame, generator.iter, generator.target)

    def turn() -> tuple[Value, Atom | None]:
        statement = ast.copy_location(ast.Assign([generator.target], node.elt), node)
        assign(frame, statement, generator.target, walked.value(frame))
        made = expressions.value(frame, node.elt)
        if isinstance(made, Display):
            made = lists.listed(frame, node, made.items) or made
        plain = isinstance(made, (Var, Const, ListValue, RowValue))
        return made, frame.materialise(node, made) if plain else None

    arm = frame.arm(turn, node)
    made, atom = arm.result
    changed = any(arm.heap[cell] is not held for cell, held in session.heap.items())
    if atom is None or changed:
        del session.builder.eqns[mark:], session.problems[problems:]
        return None
    body = arm.builder.block([atom], walked.elements)
    frame.at(node)
    op = For(len(walked.elements), 0)
    (out,) = session.builder.emit(op, walked.args, [seq(atom.type)], (), [body])
    result = lists.held(frame, out)
    if isinstance(made, RowValue) or isinstance(made, ListValue) and made.cell in session.heap:
        result.cell.loose = lists.ROWS
    return result


def _appended(frame: Frame, node: ast.ListComp | ast.GeneratorExp) -> Value | None:
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
    empty = lists.listed(frame, node, ())
    if empty is None:
        return None
    frame.env[COLLECTED] = empty
    statements.suite(frame, body)
    found = frame.env.get(COLLECTED)
    return found if isinstance(found, ListValue) else None
