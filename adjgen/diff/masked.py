"""Which variables a choice between computed values may throw away: np.where computes both its sides.

The side that is not taken has the adjoint 0, and 0 it must stay where a partial is inf or nan.
"""

from adjgen.ir.core import Block, Eqn, Var
from adjgen.ir.query import equations, kinds

CHOOSES = "np.where"


def masked_variables(block: Block) -> set[Var]:
    """Return the variables from which a side of np.where is computed."""
    if CHOOSES not in kinds(block):
        return set()
    everything = list(equations(block))
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
