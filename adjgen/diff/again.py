"""What an adjoint computes again instead of keeping it: indices, items of lists from outside, tests on them.

before  a tape of x[i] and of i + 1         after   i + 1 and x[i] where they are needed
"""

from collections.abc import Iterable

from adjgen.ir.core import Atom, Block, Eqn, Var
from adjgen.ir.free import FreeVariables, own
from adjgen.ir.query import equations, renewed
from adjgen.ir.types import INT

INDICES = {"add", "sub", "mul", "neg", "floordiv", "mod", "index"}
ALWAYS = {
    "range",
    "item",
    "picked",
    "slice",
    "np.size",
    "shape_at",
    "np.shape",
    "len",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
    "is",
    "is_not",
    "not",
}


def computed_again(
    primal: Block, adjoint: Block, turning: set[Var], walked: Iterable[Var], free: FreeVariables
) -> Block:
    """Return the adjoint of a loop's body, which computes again what takes nothing but its indices,
    or the elements of a list that it walks again.

    A list that is another in each turn of a loop would have to be kept whole for that.
    """
    made_by = {eqn.outs[0]: eqn for eqn in primal.eqns if is_cheap(eqn)}
    inside = turning | (own(primal) | set(primal.params)) - set(made_by)
    indices = {param for param in primal.params if param.type == INT} | {*walked}
    wanted: set[Var] = set()
    possible: dict[Var, bool] = {}
    for out, eqn in made_by.items():
        possible[out] = all([_available(arg, possible, inside - indices) for arg in eqn.args])
    stack = [v for v in free.of(adjoint) if possible.get(v)]
    while stack:
        v = stack.pop()
        if v not in wanted and possible.get(v):
            wanted.add(v)
            stack += [arg for arg in made_by[v].args if isinstance(arg, Var)]
    again = tuple(eqn for eqn in primal.eqns if eqn.outs and eqn.outs[0] in wanted)
    mapping: dict[Var, Atom] = {}
    copies = renewed(Block((), again, ()), mapping).eqns
    for copy in copies:
        copy.derivative = True
    adjoint = free.substitute(adjoint, mapping)
    return Block(adjoint.params, copies + adjoint.eqns, adjoint.results)


def turn_again(primal: Block, adjoint: Block, free: FreeVariables) -> Block:
    """Return the adjoint of a loop's body behind a copy of what it reads of the body."""
    wanted = set(free.of(adjoint))
    kept: list[Eqn] = []
    for eqn in reversed(primal.eqns):
        if not wanted.isdisjoint(eqn.outs):
            wanted.update(arg for arg in eqn.args if isinstance(arg, Var))
            wanted.update(free.inside(eqn))
            kept.append(eqn)
    mapping: dict[Var, Atom] = {}
    copies = renewed(Block((), tuple(reversed(kept)), ()), mapping)
    for eqn in equations(copies):
        eqn.derivative = True
    adjoint = free.substitute(adjoint, mapping)
    return Block(adjoint.params, copies.eqns + adjoint.eqns, adjoint.results)


def is_cheap(eqn: Eqn) -> bool:
    """Whether computing an equation again costs no more than keeping its value."""
    if len(eqn.outs) != 1 or any(arg.type.name == "opaque" for arg in eqn.args):
        return False
    return eqn.op in ALWAYS or (eqn.op in INDICES and eqn.outs[0].type == INT)


def _available(atom: Atom, possible: dict[Var, bool], inside: set[Var]) -> bool:
    return not isinstance(atom, Var) or possible.get(atom, atom not in inside)
