"""Integrands that may jump where something active says: their integral changes with the place."""

from collections.abc import Iterable, Iterator, Mapping

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Block, Call, Eqn, Function, Module, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.integrals import Quadrature
from adjgen.ir.query import called, equations

SAWTOOTH = {"mod", "divmod", "fmod", "remainder", "modf", "copysign", "np.heaviside", "np.where"}


def jumps(integral: Eqn, varied: set[Var], functions: Mapping[str, Function]) -> Iterator[Eqn]:
    """Yield what may jump at a place that moves: neither a partial nor a limit of the integral shows it."""
    free = FreeVariables()
    if isinstance(integral.op, Quadrature):
        block = functions[integral.op.function].body
        x, *inputs = block.params
        moving = [var for var, arg in zip(inputs, integral.args[2:]) if arg in varied]
    else:
        (block,) = integral.blocks
        (x,), moving = block.params, [var for var in free.of(block) if var in varied]
    both = _reached(block, moving, free) & _reached(block, [x], free)
    return (
        eqn
        for eqn in equations(block)
        if not both.isdisjoint(eqn.outs) and _may_jump(eqn, functions)
    )


def _may_jump(eqn: Eqn, functions: Mapping[str, Function]) -> bool:
    if isinstance(eqn.op, Call):
        start = functions[eqn.op.function]
        reached = [start, *(functions[name] for name in called(Module(start, dict(functions))))]
        plain = (inner for one in reached for inner in equations(one.body))
        return any(_may_jump(e, functions) for e in plain if not isinstance(e.op, Call))
    row = TABLE[eqn.op] if isinstance(eqn.op, str) else None
    if row is None or row.category in ("sequence", "none"):
        return False
    return not any(row.partials) or (row.like or row.name) in SAWTOOTH or row.name in SAWTOOTH


def _reached(block: Block, start: Iterable[Var], free: FreeVariables) -> set[Atom]:
    """Return what depends on variables in any way."""
    found: set[Atom] = set(start)
    size = -1
    while size != len(found):
        size = len(found)
        for eqn in equations(block):
            if not found.isdisjoint([*eqn.args, *free.inside(eqn)]):
                found.update(eqn.outs, *(inner.params for inner in eqn.blocks))
    return found
