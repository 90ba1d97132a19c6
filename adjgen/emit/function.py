"""Writes one function as a syntax tree: signature, docstring, body."""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from adjgen.emit.aliases import values_of
from adjgen.emit.annotations import of_param, of_result
from adjgen.emit.arguments import itself, unpacking
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
from adjgen.ir.query import equations, kinds, use_counts
from adjgen.ir.types import REAL

ARITHMETIC = {"add", "sub", "mul", "div", "neg"}
WIDEST = 80  # characters after `return`


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
    inlining = Inlining(body, style, named(function))
    tries = Tries(body, inlining)
    lives = Lives(body, inlining.chosen)
    for condition, param in lives.alias.items():
        inlining.uses[param] += inlining.uses[condition]
    fixed = {p.vars[0]: p.name for p in function.params if itself(p)}
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


def named(function: Function) -> Sequence[Atom]:
    """Return what is returned by name: not single operations, where one line holds all results.

    The user's line that they belong to must be quoted before.
    """
    results = function.body.results
    if not function.about.get("product"):
        return ()
    if len(results) < 2 or len(results) - values_of(function) < 2:
        return results
    derived = [eqn for eqn in function.body.eqns if eqn.derivative and eqn.outs]
    uses = use_counts(function.body)
    short = {e.outs[0]: e for e in derived if e.outs[0] in results and is_short(e, uses)}
    shown = [short[r].args if isinstance(r, Var) and r in short else (r,) for r in results]
    width = sum(3 + len(show(atom)) for atoms in shown for atom in atoms)
    quoted = {eqn.loc.line for eqn in derived if eqn.loc and eqn.outs[0] not in short}
    if width > WIDEST or not quoted.issuperset(e.loc.line for e in short.values() if e.loc):
        return results
    return [r for r in results if r not in short]


def show(atom: Atom) -> str:
    """Return about what an atom looks like."""
    return atom.label() or "x_00" if isinstance(atom, Var) else str(atom.value)


def is_short(eqn: Eqn, uses: Counter[Atom]) -> bool:
    """Whether an equation is one operation on numbers that have names."""
    names = all(isinstance(arg, Const) or arg.hint or uses[arg] > 1 for arg in eqn.args)
    numbers = all(atom.type is REAL for atom in (*eqn.outs, *eqn.args))
    return eqn.op in ARITHMETIC and uses[eqn.outs[0]] == 1 and names and numbers


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
    return found - {p.name for p in function.params if itself(p)}


def carrying(body: Block) -> list[Eqn]:
    """Return the equations that call functions or carry code."""
    if kinds(body).isdisjoint((Call, Opaque)):
        return []
    return [eqn for eqn in equations(body) if isinstance(eqn.op, Call | Opaque)]


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
