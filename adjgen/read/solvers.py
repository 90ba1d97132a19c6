"""Lowers calls of solvers: the call is carried as it is, and a ROOT says what was solved.

The residual is what the solver calls, `f(x, *args, **kwargs)`, lowered like any other call, into a
block that sweeps differentiate and nobody runs.
"""

import ast
from typing import Any

from adjgen.elementary.row import BY_NAME
from adjgen.elementary.solvers import SOLVERS, SYSTEM, Solver, solver_of
from adjgen.ir.core import Block, Const, Eqn, Opaque, Root, Var
from adjgen.ir.query import equations, renewed
from adjgen.ir.types import OPAQUE, REAL
from adjgen.read import expressions, names
from adjgen.read.closures import Carrier
from adjgen.read.frame import Frame
from adjgen.read.opaque import HARMLESS, Code
from adjgen.read.values import Display, Value

HINT = "Return the root of one equation from a call with `args` written out as a tuple."
TOLD = ("full_output", "return_all")  # the solver returns more than the root
PARTIAL = "functools.partial"


class Unsolved(Exception):
    """Why there is no rule for a call of a solver."""


def solver_named(binding: Any) -> Solver | None:
    """Return the solver that a name stands for."""
    live, dotted = names.identities(binding)
    return solver_of(live) or next((SOLVERS[name] for name in dotted if name in SOLVERS), None)


def root(frame: Frame, node: ast.Call, solver: Solver) -> Value:
    """Lower a call of a solver to its root, of what integrates to the integral."""
    if solver.integrates:
        from adjgen.read.integrals import integral

        return integral(frame, node, solver)
    call, reason, block = node, "", None
    try:
        given = arguments(node, solver)
        call = evaluated(frame, node)
        given = arguments(call, solver)
        block = residual(frame, node, given, solver)
    except Unsolved as why:
        reason = f"ADJ307 no derivative of what `{ast.unparse(node.func)}` finds: {why}"
    quiet = block is None or all(again(eqn) for eqn in equations(block))
    payload, reads = Carrier(frame, node).payload(call, reason, HINT, quiet)
    kind = OPAQUE if block is None or solver.attribute else REAL
    (found,) = frame.emit(node, Opaque(payload), reads, [kind])
    forget_arguments(frame)
    if solver.attribute:
        frame.session.solutions[found] = solver.attribute, block
    if block is None or solver.attribute:
        return found
    return frame.session.builder.emit(Root(), [found], [REAL], (), [block])[0]


def forget_arguments(frame: Frame) -> None:
    """Take away the names that arguments were evaluated to."""
    for name in [name for name in frame.env if name.startswith("%argument_")]:
        del frame.env[name]


def attribute(frame: Frame, node: ast.Attribute) -> Value | None:
    """Return the root that is an attribute of what a solver returned; None for other attributes."""
    owner, held = node.value, None
    if isinstance(owner, ast.Call):
        solver = solver_named(frame.binding(owner.func))
        held = expressions.value(frame, owner) if solver and solver.attribute else None
    elif isinstance(owner, ast.Name) and (around := frame.frame_of(owner.id)):
        held = around.env.get(owner.id)
    if not isinstance(held, Var) or held not in frame.session.solutions:
        return None
    name, block = frame.session.solutions[held]
    tree = ast.Attribute(ast.Name("result", ast.Load()), node.attr, ast.Load())
    reason = "ADJ307 of what this solver returns only the root has a derivative"
    code = Code(tree, ("result",), reason=reason, hint=HINT)
    found = name == node.attr and block is not None
    (part,) = frame.emit(node, Opaque(code), [held], [REAL if found else OPAQUE])
    if block is None or not found:
        return part
    return frame.session.builder.emit(Root(), [part], [REAL], (), [renewed(block, {})])[0]


def again(eqn: Eqn) -> bool:
    """Whether nobody notices that an equation runs once more."""
    return not isinstance(eqn.op, Opaque) or eqn.op.payload.repeatable


def arguments(node: ast.Call, solver: Solver) -> dict[str, ast.expr]:
    """Return the arguments of a call by the solver's parameters."""
    if any(isinstance(a, ast.Starred) for a in node.args) or None in {k.arg for k in node.keywords}:
        raise Unsolved("its arguments are unpacked")
    given = dict(zip(solver.parameters, node.args))
    given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    if solver.refusal:
        raise Unsolved(solver.refusal)
    if solver.function not in given:
        raise Unsolved("it is given no function")
    if isinstance(given.get("x0"), (ast.List, ast.Tuple, ast.ListComp)):
        raise Unsolved(SYSTEM)
    for name in TOLD:
        flag = given.get(name, ast.Constant(False))
        if not isinstance(flag, ast.Constant) or flag.value:
            raise Unsolved(f"with `{name}` it returns more than the root")
    return given


def evaluated(frame: Frame, node: ast.Call) -> ast.Call:
    """Return the call with what else is called in its arguments evaluated before it, in order."""
    parts = [*node.args, *(keyword.value for keyword in node.keywords)]
    if all(repeatable(frame, part) for part in parts):
        return node

    def before(part: ast.expr) -> ast.expr:
        if isinstance(part, ast.Tuple):
            return ast.copy_location(ast.Tuple([before(i) for i in part.elts], ast.Load()), part)
        if isinstance(part, (ast.Constant, ast.Name, ast.Lambda)):
            return part
        if isinstance(part, ast.Call) and frame.dotted(part.func) == PARTIAL:
            return every(part)
        if isinstance(part, ast.Dict):
            values = [before(value) for value in part.values]
            return ast.copy_location(ast.Dict(part.keys, values), part)
        name = f"%argument_{len(frame.locals)}"
        return named(frame, part, name, expressions.value(frame, part))

    def every(call: ast.Call) -> ast.Call:
        args = [before(part) for part in call.args]
        keywords = [ast.keyword(k.arg, before(k.value)) for k in call.keywords]
        return ast.copy_location(ast.Call(call.func, args, keywords), call)

    return every(node)


def repeatable(frame: Frame, node: ast.expr) -> bool:
    """Whether an argument may be written where the call is, and once more where it is differentiated."""
    for inner in ast.walk(node):
        if isinstance(inner, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Starred)):
            return False
        if isinstance(inner, ast.Call) and not isinstance(node, ast.Lambda):
            dotted = frame.dotted(inner.func)
            if dotted not in HARMLESS and dotted not in BY_NAME and dotted != PARTIAL:
                return False
    return True


def residual(frame: Frame, node: ast.Call, given: dict[str, ast.expr], solver: Solver) -> Block:
    """Return the block that computes the residual from x."""
    x, session = Var("", REAL), frame.session
    mark = len(session.problems)

    def read() -> Value:
        session.builder.derivative = True  # nothing of this runs where the user's code does
        return expressions.value(frame, applied(frame, node, given, solver, x))

    arm = frame.arm(read, node)
    result = arm.result
    problems = session.problems[mark:]
    del session.problems[mark:]
    if problems:
        raise Unsolved(f"{problems[0].what} (line {problems[0].line})")
    while isinstance(result, Display) and result.items:
        result = result.items[0]  # the function returns its own derivatives behind its value
    if not isinstance(result, (Var, Const)):
        raise Unsolved("its function does not return a number")
    name = given[solver.function]
    if isinstance(result, Var) and not result.hint:
        result.hint = name.id if isinstance(name, ast.Name) else "residual"
    if any(arm.heap[cell] is not held for cell, held in session.heap.items()):
        what = "the function that a solver is given changes a list"
        frame.problem(node, "ADJ307", what, "Let it compute a number, and nothing else.")
    return arm.builder.block([result], [x])


def applied(
    frame: Frame, node: ast.Call, given: dict[str, ast.expr], solver: Solver, x: Var
) -> ast.Call:
    """Return the call of the residual: f(x, *args, **kwargs), of a partial with what it holds."""
    function = given[solver.function]
    first: list[ast.expr] = []
    keywords: list[ast.keyword] = []
    if isinstance(function, ast.Call) and frame.dotted(function.func) == PARTIAL and function.args:
        first, keywords, function = function.args[1:], [*function.keywords], function.args[0]
    args = [*first, named(frame, node, "%x", x), *positional(frame, node, given.get("args"))]
    call = ast.Call(function, args, [*keywords, *by_name(given.get("kwargs"))])
    return ast.copy_location(call, node)


def named(frame: Frame, node: ast.expr, name: str, held: Value) -> ast.expr:
    """Give a value a name that no user can write; return the name."""
    frame.locals.add(name)
    frame.env[name] = held
    return ast.copy_location(ast.Name(name, ast.Load()), node)


def positional(frame: Frame, node: ast.Call, args: ast.expr | None) -> list[ast.expr]:
    """Return the arguments that a solver hands to the function behind x."""
    if args is None:
        return []
    if isinstance(args, ast.Tuple):
        return args.elts
    held = expressions.value(frame, args)
    if not isinstance(held, Display):
        raise Unsolved("`args` is no tuple that is written out")
    return [named(frame, node, f"%args_{k}", item) for k, item in enumerate(held.items)]


def by_name(kwargs: ast.expr | None) -> list[ast.keyword]:
    """Return the arguments that a solver hands to the function by name."""
    if kwargs is None:
        return []
    keys = kwargs.keys if isinstance(kwargs, ast.Dict) else [None]
    texts = [key.value if isinstance(key, ast.Constant) else None for key in keys]
    if not isinstance(kwargs, ast.Dict) or not all(isinstance(text, str) for text in texts):
        raise Unsolved("`kwargs` is no dictionary that is written out")
    return [ast.keyword(str(text), part) for text, part in zip(texts, kwargs.values)]
