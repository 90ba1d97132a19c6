"""Numbers with two names that an update in place changes: of an array it would change both.

What is read as a number may be called with an array, for which `y = x; y += 1` means something else.
"""

from collections.abc import Sequence
from typing import Any

from adjgen.ir.classes import Classes
from adjgen.ir.core import Block, Param, Var
from adjgen.ir.query import equations, moves
from adjgen.ir.types import REAL
from adjgen.read.frame import Frame
from adjgen.read.lowering import Session


def note_name(frame: Frame, name: str, held: Any) -> None:
    """Note that a value has a name, or one more."""
    if isinstance(held, Var) and held.type is REAL:
        session = frame.session
        if held in session.named and frame.env.get(name) is not held:
            session.twice.add(held)
        session.named.add(held)


def shared_names(session: Session, body: Block, params: Sequence[Param]) -> set[str]:
    """Return the parameters that are numbers, and whose value has two names where one is updated."""
    if not session.updated or not session.twice:
        return set()
    same = Classes()
    for eqn in equations(body):
        for one, other in moves(eqn) if eqn.blocks else ():
            same.join(one, other)
    updated, twice = (
        {same.of(atom) for atom in atoms} for atoms in (session.updated, session.twice)
    )
    found = updated & twice
    return {
        p.name
        for p in params
        if not p.tree.kind and p.vars[0].type is REAL and same.of(p.vars[0]) in found
    }
