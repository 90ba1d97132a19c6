"""Writes one function as a syntax tree: signature, docstring, body."""

import ast
import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from adjgen.emit.annotations import of_param, of_result
from adjgen.emit.assignments import Comment, Definition, Statements, structured
from adjgen.emit.checks import without_value
from adjgen.emit.expressions import Expressions
from adjgen.emit.inline import Inlining
from adjgen.emit.names import Lives, Names
from adjgen.emit.statements import Printer, Tail
from adjgen.emit.targets import constant
from adjgen.emit.tries import Tries
from adjgen.emit.unbound import copies_unbound, maybe_absent
from adjgen.emit.uncut import uncut
from adjgen.ir.core import UNBOUND, Atom, Block, Call, Const, Eqn, Function, Opaque, Param, Var
from adjgen.ir.query import equations, kinds


@dataclass
class Written:
    """A function as a syntax tree, and the names that are taken inside it."""

    tree: Definition
    locals: set[str]


def write(function: Function, target: str, style: str, quote: Callable[[Eqn], str]) -> Written:
    """Return a function as a syntax tree; `quote` gives the user's line of an equation."""
    name_results(function)
    function = replace(function, body=uncut(function.body))
    body = function.body
    kept = body.results if function.about.get("product") else ()
    inlining = Inlining(body, style, kept)
    tries = Tries(body, inlining)
    lives = Lives(body, inlining.chosen)
    for condition, param in lives.alias.items():
        inlining.uses[param] += inlining.uses[condition]
    fixed = {p.vars[0]: p.name for p in function.params if not p.tree.kind}
    avoid = taken(function)
    names = Names(lives, fixed, avoid, style)
    expressions = Expressions(
        names.names, inlining.chosen, lives.made_by, target, inlining.uses, maybe_absent(body)
    )
    dialect = expressions.dialect
    unbound = partial(dialect.unbound, copies_unbound(body, names.names))
    printer = Printer(expressions, inlining.uses, unbound, quote, tries)
    statements = unpacking(function, names.names, inlining.uses, expressions.nothing)

    def finish(results: Sequence[Atom]) -> Statements:
        if any(result is UNBOUND for result in results):
            return without_value(printer.missing)
        leaves = iter([expressions.atom(result) for result in results])
        return [ast.Return(structured(function.result, leaves, ast.Load()))]

    statements += printer.tail(body, Tail(finish, True))
    if function.about.get("doc_text"):
        statements.insert(0, Comment(function.about["doc_text"], docstring=True))
    args, returned = signature(function.params), dialect.annotation(of_result(function))
    for arg in ast.walk(args):
        if isinstance(arg, ast.arg) and arg.annotation:
            arg.annotation = dialect.annotation(arg.annotation)
    tree = Definition(function.name, args, statements, [], returned)
    used = avoid | set(names.names.values()) | {p.name for p in function.params}
    carried = [eqn.op.payload for eqn in carrying(body) if isinstance(eqn.op, Opaque)]
    used = used.union(*(payload.inner_names() for payload in carried))
    return Written(tree, used)


def name_results(function: Function) -> None:
    """Call the unnamed value of a derivative function `value`, its tangent `value_dot`."""
    kind, results = function.about.get("product"), function.body.results
    if kind not in ("jvp", "vjp", "value_and_grad", "value_and_jacobian"):
        return
    count = function.result.children[0].leaves()
    tangents = results[count:] if kind == "jvp" else (Const(0.0),) * count
    for result, tangent in zip(results, tangents):
        if isinstance(result, Var) and not result.hint:
            result.hint = "value"
            if isinstance(tangent, Var) and tangent.hint == f"x_{result.number}_dot":
                tangent.hint = "value_dot"


def taken(function: Function) -> set[str]:
    """Return the names that variables must not take: functions called, names inside carried code."""
    found = {p.name for p in function.params}
    for eqn in carrying(function.body):
        if isinstance(eqn.op, Call):
            found.add(eqn.op.function)
        elif isinstance(eqn.op, Opaque):
            found |= eqn.op.payload.avoided_names()
    return found - {p.name for p in function.params if not p.tree.kind}


def carrying(body: Block) -> list[Eqn]:
    """Return the equations that call functions or carry code."""
    if kinds(body).isdisjoint((Call, Opaque)):
        return []
    return [eqn for eqn in equations(body) if isinstance(eqn.op, Call | Opaque)]


def unpacking(function: Function, names: dict[Var, str], uses: Any, nothing: str) -> Statements:
    """Write the unpacking of parameters that are tuples."""
    out: Statements = []
    for param in function.params:
        if param.tree.kind and any(uses[v] for v in param.vars):
            leaves = iter(
                [ast.Name(names[v] if uses[v] else nothing, ast.Store()) for v in param.vars]
            )
            target = structured(param.tree, leaves, ast.Store())
            out.append(ast.Assign([target], ast.Name(param.name, ast.Load())))
    return out


def signature(params: Sequence[Param]) -> ast.arguments:
    """Write a parameter list."""

    def of(kind: str) -> list[Param]:
        return [p for p in params if p.kind == kind]

    def args(found: list[Param]) -> list[ast.arg]:
        return [ast.arg(p.name, of_param(p)) for p in found]

    positional = of("POSITIONAL_ONLY") + of("POSITIONAL_OR_KEYWORD")
    star, stars = of("VAR_POSITIONAL"), of("VAR_KEYWORD")
    return ast.arguments(
        posonlyargs=args(of("POSITIONAL_ONLY")),
        args=args(of("POSITIONAL_OR_KEYWORD")),
        vararg=args(star)[0] if star else None,
        kwonlyargs=args(of("KEYWORD_ONLY")),
        kw_defaults=[default(p) for p in of("KEYWORD_ONLY")],
        kwarg=args(stars)[0] if stars else None,
        defaults=[d for p in positional if (d := default(p)) is not None],
    )


def default(param: Param) -> ast.expr | None:
    """Write the default of a parameter."""
    if param.default is ...:
        return None
    if isinstance(param.default, ast.expr):
        return copy.deepcopy(param.default)  # names in it are resolved for each text anew
    return constant(Const(param.default))
