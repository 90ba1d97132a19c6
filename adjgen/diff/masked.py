"""Which variables may have the adjoint 0 where a partial is inf or nan: 0 it must stay behind that.

A choice between computed values may throw one away: np.where computes both its sides. And in derivatives of
derivatives a partial is the infinity that stood in the first one.
"""

from adjgen.ir.core import Block, Eqn, Var
from adjgen.ir.query import equations, kinds

CHOOSES = "np.where"
POLE = "infinity"


def masked_variables(block: Block) -> set[Var]:
    """Return the variables from which a side of np.where is computed, and those made of an infinity."""
    found = kinds(block) & {CHOOSES, POLE}
    if not found:
        return set()
    everything = list(equations(block))
    return _made_of_poles(everything) | (_sides(everything) if CHOOSES in found else set())


def _made_of_poles(everything: list[Eqn]) -> set[Var]:
    poles = {eqn.outs[0] for eqn in everything if eqn.op == POLE}
    return {out for eqn in everything if not poles.isdisjoint(eqn.args) for out in eqn.outs}


def _sides(everything: list[Eqn]) -> set[Var]:
    pending = [arg for eqn in everything if eqn.op == CHOOSES for arg in eqn.args[1:]]
    made_by: dict[Var, Eqn] = {}
    for eqn in everything:
        made_by.update(dict.fromkeys(eqn.outs, eqn))
        for inner in eqn.blocks:
            made_by.update(dict.fromkeys(inner.params, eqn))
    found: set[Var] = set()
    while pending:
        var = pending.pop()
        if not isinstance(var, Var) or var in found:
            continue
        found.add(var)
        maker = made_by.get(var)
        if maker is not None:
            pending += [*maker.args, *(r for inner in maker.blocks for r in inner.results)]
    return found
