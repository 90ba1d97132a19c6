"""Lowers any and all of a comprehension that calls functions: a loop that ends at the first answer.

What calls nothing is carried as it is written: its answer is true or false, which has no derivative.
"""

import ast

from adjgen.ir.types import BOOL, INT, Type
from adjgen.read.frame import Frame
from adjgen.read.inner import inner_definition
from adjgen.read.lowering import Mark
from adjgen.read.opaque import changes
from adjgen.read.values import FunctionValue, Value

FIRST = {"builtins.any": True, "builtins.all": False}  # the answer that ends it
ANSWERS: dict[str, Type] = {
    **{
        "builtins." + name: BOOL
        for name in "any all isinstance issubclass callable hasattr".split()
    },
    **{"bisect." + name: INT for name in "bisect bisect_left bisect_right".split()},
}


def answered(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower any(p(v) for v in x); None for what is carried."""
    if dotted not in FIRST or len(node.args) != 1 or node.keywords:
        return None
    (given,) = node.args
    if not isinstance(given, (ast.GeneratorExp, ast.ListComp)) or not changes(given, frame.dotted):
        return None
    if any(isinstance(n, ast.NamedExpr) for n in ast.walk(given)):
        return None
    if any(generator.is_async for generator in given.generators):
        return None
    from adjgen.read.inline import inlined

    start = Mark(frame)
    definition = inner_definition(frame, _search(given, FIRST[dotted]))
    call = ast.copy_location(ast.Call(node.func, [], []), node)
    found = inlined(frame, call, FunctionValue(definition, frame))
    if start.problems():
        start.rewind()
        return None
    return found


def _search(node: ast.GeneratorExp | ast.ListComp, answer: bool) -> ast.FunctionDef:
    """Return a comprehension as the function that looks for an answer; a list is made to its end.

    Before: any(p(v) for v in x)        After: for v in x: if p(v): return True; return False
    """
    test = node.elt if answer else ast.UnaryOp(ast.Not(), node.elt)
    found = [ast.Name("%answer", context()) for context in (ast.Store, ast.Load)]
    other: ast.expr = ast.Constant(not answer)
    first: ast.stmt = ast.Return(ast.Constant(answer))
    start: list[ast.stmt] = []
    if isinstance(node, ast.ListComp):
        first, start = ast.Assign([found[0]], ast.Constant(answer)), [ast.Assign([found[0]], other)]
        other = found[1]
    body: list[ast.stmt] = [ast.If(test, [first], [])]
    for generator in reversed(node.generators):
        for condition in reversed(generator.ifs):
            body = [ast.If(condition, body, [])]
        body = [ast.For(generator.target, generator.iter, body, [])]
    none = ast.arguments([], [], None, [], [], None, [])
    made = ast.FunctionDef("search", none, [*start, *body, ast.Return(other)], [], None)
    for inner in ast.walk(made):
        if isinstance(inner, (ast.expr, ast.stmt)) and not hasattr(inner, "lineno"):
            ast.copy_location(inner, node)
    return made
