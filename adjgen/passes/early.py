"""Equations of the sweep back that can come before an earlier equation: what fusing waits for otherwise.

The zeros of a gradient, or bar times a constant, do not need the loop or branch that they stand behind.
"""

from collections.abc import Callable, Iterable, Sequence

from adjgen.ir.core import Atom, Eqn, For, Try
from adjgen.ir.free import FreeVariables


def early(
    eqns: Sequence[Eqn],
    first: int,
    last: int,
    wanted: Iterable[Atom],
    value: Callable[[Atom], Atom] = lambda atom: atom,
) -> set[int] | None:
    """Return the equations from `first` to before `last` that must move up for values to be known
    before `first`; None if that cannot be."""
    place: dict[Atom, int] = {out: k for k in range(first, last) for out in eqns[k].outs}
    found: set[int] = set()
    stack = [value(atom) for atom in wanted]
    while stack:
        k = place.get(stack.pop())
        if k is None or k in found:
            continue
        eqn = eqns[k]
        if k == first or not eqn.derivative or not eqn.outs or isinstance(eqn.op, For | Try):
            return None
        found.add(k)
        stack += [value(atom) for atom in (*eqn.args, *FreeVariables().inside(eqn))]
    return found
