"""What derivative functions return shares no memory: neither with each other nor with what they were given."""

from dataclasses import replace

from adjgen.elementary.sequences import depth
from adjgen.emit.aliases import Aliases, may_be_array, values_of
from adjgen.emit.consumed import is_list
from adjgen.ir.core import Atom, Block, Eqn, Function, Var
from adjgen.ir.query import equations


def unshared(function: Function, body: Block, rooted: set[Atom], borrowed: set[Atom]) -> Block:
    """Copy lists that would be returned twice, or are arguments; `rooted` are the caller's, `borrowed`
    belong to somebody else. The arrays of the value are what the user's function returns."""
    aliases = Aliases(body.params, [*equations(body)])
    theirs, first = aliases.foreign | rooted, values_of(function)
    tuples = {v for p in function.params if "items" in p.tree.kinds() for v in p.vars}
    places = {out: eqn.loc for eqn in body.eqns for out in eqn.outs}
    seen: set[Atom] = set()
    arrays = function.about.get("target") != "math"
    copies, results = [], list(body.results)
    roles = function.result.roles()  # what is no number in an object is whose it is
    for k, result in enumerate(body.results):
        if roles[k]:
            continue
        if may_be_array(result):
            held = aliases.of(result)
            shared = arrays and k >= first and not held.isdisjoint(theirs | seen)
        else:
            held = {result} if is_list(result) else set()
            shared = not held.isdisjoint({*seen, *(theirs | borrowed if k else ())} - tuples)
        if shared:
            assert isinstance(result, Var)
            results[k] = own = Var(result.hint, result.type)
            copies.append(replace(copy(result, own), loc=places.get(result)))
        seen |= held
    return Block(body.params, (*body.eqns, *copies), tuple(results))


def copy(source: Var, own: Var) -> Eqn:
    """Return the equation that copies a list, the lists inside too, or an array."""
    if source.type.dtype and isinstance(source.type.shape, tuple) and source.type.shape:
        return Eqn((own,), "np.copy", (source,), derivative=True)
    name = "copied_array" if may_be_array(source) else f"copied_{depth(source.type)}"
    return Eqn((own,), name, (source,), derivative=True)
