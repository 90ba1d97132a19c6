"""Lowers calls of what integrates: the call is carried as it is, and an Integral says of what.

The integrand is lowered like the residual of a solver, into a block that sweeps differentiate.
"""

import ast

from adjgen.elementary.solvers import Solver
from adjgen.ir.core import Opaque
from adjgen.ir.integrals import Integral
from adjgen.ir.query import equations
from adjgen.ir.types import OPAQUE, REAL
from adjgen.read import expressions, solvers
from adjgen.read.closures import Carrier
from adjgen.read.frame import Frame
from adjgen.read.opaque import Code
from adjgen.read.values import Display, Value

HINT = "Integrate a function of your own from a to b, with `args` written out as a tuple."
PLAIN = {"f", "func", "a", "b", "args", "epsabs", "epsrel", "limit"}


class Part(Code):
    """An item of what was returned, which nobody misses where it is not read."""

    @property
    def is_name(self) -> bool:
        """Whether leaving this out is not noticed."""
        return True


def integral(frame: Frame, node: ast.Call, solver: Solver) -> Value:
    """Return the integral and the estimate of its error."""
    call, reason, block, limits = node, "", None, list[ast.expr]()
    try:
        call = with_limits(frame, solvers.evaluated(frame, node), solver)
        given = solvers.arguments(call, solver)
        if other := sorted(set(given) - PLAIN):
            raise solvers.Unsolved(f"it is told `{other[0]}`")
        if not {"a", "b"} <= set(given):
            raise solvers.Unsolved("it is not told from where to where")
        block, limits = solvers.residual(frame, node, given, solver), [given["a"], given["b"]]
    except solvers.Unsolved as why:
        what = f"of what `{ast.unparse(node.func)}` integrates"
        reason = f"ADJ307 no derivative {what}: {why}"
    quiet = block is None or all(solvers.again(eqn) for eqn in equations(block))
    reason = reason or "ADJ307 the estimate of an error has no derivative"
    payload, reads = Carrier(frame, node).payload(call, reason, HINT, quiet)
    (found,) = frame.emit(node, Opaque(payload), reads, [OPAQUE])
    parts: list[Value] = []
    for k, kind in enumerate((OPAQUE if block is None else REAL, OPAQUE)):
        tree = ast.Subscript(ast.Name("result", ast.Load()), ast.Constant(k), ast.Load())
        code = Part(tree, ("result",), reason=reason, hint=HINT)
        parts += frame.emit(node, Opaque(code), [found], [kind])
    if block is not None:
        ends = [expressions.atom(frame, limit) for limit in limits]
        args = [frame.materialise(node, parts[0]), *ends]
        op = Integral(by=solver.integrates)
        parts[:1] = frame.session.builder.emit(op, args, [REAL], (), [block])
    solvers.forget_arguments(frame)
    return Display("tuple", tuple(parts))


def with_limits(frame: Frame, call: ast.Call, solver: Solver) -> ast.Call:
    """Return the call with its limits evaluated before it: derivatives read them too."""

    def before(name: str, part: ast.expr) -> ast.expr:
        if name not in ("a", "b") or isinstance(part, (ast.Constant, ast.Name, ast.Starred)):
            return part
        label = f"%argument_{len(frame.locals)}"
        return solvers.named(frame, part, label, expressions.value(frame, part))

    names = [*solver.parameters, *[""] * len(call.args)]
    args = [before(name, part) for name, part in zip(names, call.args)]
    keywords = [ast.keyword(k.arg, before(k.arg or "", k.value)) for k in call.keywords]
    return ast.copy_location(ast.Call(call.func, args, keywords), call)
