"""What is stored into is an array, also where numpy or a copy would have made a number of it.

A sum of arrays without dimensions is a number, which has no items; their adjoints are such sums. And a copy
of what the user stores into stays what it is: an array without dimensions, or a number, which refuses that.
"""

from dataclasses import replace

from adjgen.ir.core import Atom, Block, Eqn, Function, Var
from adjgen.ir.query import kinds, substituted
from adjgen.ir.shapes import rank

STORES = {"put", "put_added", "part_plus"}
ITEMS = {"picked", "picked_last"}  # of an adjoint that is stored into next
ARRAYS = {*STORES, "zeros_of", "np.copy", "np.asarray"}


def storable(function: Function) -> Function:
    """Return a function whose derivative code stores into arrays only.

    Before: x_bar = x_bar + y_bar        After: x_bar = np.asarray(x_bar + y_bar)
            x_bar[i] = 0.0                      x_bar[i] = 0.0
    """
    if STORES.isdisjoint(kinds(function.body)):
        return function
    bars = [var for param in function.params if param.name == "bar" for var in param.vars]
    return replace(function, body=_block(function.body, {b for b in bars if b.type.dtype}))


def _block(block: Block, bars: set[Var] | frozenset[Var] = frozenset()) -> Block:
    """Return a block with arrays where there may be numbers; `bars` may be 1.0, the default."""
    eqns: list[Eqn] = []
    made: dict[Atom, int] = {}
    arrays: dict[Var, Atom] = {}  # adjoints, and what they are as arrays
    stored = bars | {
        e.args[0] for e in block.eqns if e.op in STORES and e.derivative and _in_doubt(e)
    }
    for eqn in block.eqns:
        if eqn.blocks:
            eqn = replace(eqn, blocks=tuple([_block(inner) for inner in eqn.blocks]))
        elif eqn.op in STORES and _in_doubt(eqn):
            place = made.get(eqn.args[0], -1)
            if place >= 0 and eqns[place].op == "copied_array":
                eqns[place] = replace(
                    eqns[place], op="np.copy" if eqn.derivative else "copied_as_is"
                )
        if eqn.derivative and eqn.op in STORES | ITEMS and eqn.args[0] in stored:
            eqn = _of_array(eqn, eqns, made, arrays)
        made.update((out, len(eqns)) for out in eqn.outs)
        eqns.append(eqn)
    return Block(block.params, tuple(eqns), block.results)


def _in_doubt(store: Eqn) -> bool:
    """Whether what is stored into may be a number, or an array without dimensions."""
    return rank(store.args[0].type.shape) in (None, 0)


def _of_array(eqn: Eqn, eqns: list[Eqn], made: dict[Atom, int], arrays: dict[Var, Atom]) -> Eqn:
    """Return an equation that reads or stores into what is an array; it is made one before it."""
    given = eqn.args[0]
    assert isinstance(given, Var)
    place = made.get(given, -1)
    if given not in arrays and not (place >= 0 and eqns[place].op in ARRAYS):
        arrays[given] = own = Var(given.hint, given.type)
        eqns.append(Eqn((own,), "np.asarray", (given,), loc=eqn.loc, derivative=True))
    return eqn.reading((substituted(given, arrays), *eqn.args[1:]), eqn.blocks)
