"""Adjoints that are stored into are arrays, even those that numpy would have made numbers.

A sum of arrays without dimensions is a number, which has no items; their adjoints are such sums.
"""

from dataclasses import replace

from adjgen.ir.core import Atom, Block, Eqn, Function, Var
from adjgen.ir.query import kinds
from adjgen.ir.shapes import rank

STORES = {"put", "put_added", "part_plus"}
ARRAYS = {*STORES, "zeros_of", "np.copy", "np.asarray"}


def storable(function: Function) -> Function:
    """Return a function whose derivative code stores into arrays only.

    Before: x_bar = x_bar + y_bar        After: x_bar = np.asarray(x_bar + y_bar)
            x_bar[i] = 0.0                      x_bar[i] = 0.0
    """
    if STORES.isdisjoint(kinds(function.body)):
        return function
    return replace(function, body=_block(function.body))


def _block(block: Block) -> Block:
    eqns: list[Eqn] = []
    made: dict[Atom, int] = {}
    for eqn in block.eqns:
        if eqn.blocks:
            eqn = replace(eqn, blocks=tuple([_block(inner) for inner in eqn.blocks]))
        elif eqn.derivative and eqn.op in STORES and rank(eqn.args[0].type.shape) in (None, 0):
            eqn = _into_array(eqn, eqns, made)
        made.update((out, len(eqns)) for out in eqn.outs)
        eqns.append(eqn)
    return Block(block.params, tuple(eqns), block.results)


def _into_array(store: Eqn, eqns: list[Eqn], made: dict[Atom, int]) -> Eqn:
    """Return a store into what is an array; it is made one by the last of the equations."""
    given = store.args[0]
    place = made.get(given)
    if place is not None and eqns[place].op in ARRAYS:
        return store
    if place is not None and eqns[place].op == "copied_array":
        eqns[place] = replace(eqns[place], op="np.copy")
        return store
    own = Var(getattr(given, "hint", ""), given.type)
    eqns.append(Eqn((own,), "np.asarray", (given,), loc=store.loc, derivative=True))
    return store.reading((own, *store.args[1:]), store.blocks)
