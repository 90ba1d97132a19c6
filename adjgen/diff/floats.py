"""Gradients are floats: one that may be an int or a bool, such as n of x * n, goes through float()."""

from collections.abc import Sequence

from adjgen.diff.reverse import barred
from adjgen.elementary.floats import Floats
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Eqn, Var
from adjgen.ir.types import REAL, is_mutable


def as_floats(
    eqns: Sequence[Eqn], gradients: Sequence[Atom], inputs: Sequence[Var]
) -> tuple[tuple[Eqn, ...], list[Atom]]:
    """Return equations and gradients with those of numbers turned to floats where they may not be."""
    sure = Floats()
    sure.block(eqns)
    builder = Builder(derivative=True)
    found: list[Atom] = []
    for gradient, var in zip(gradients, inputs, strict=True):
        if not is_mutable(gradient.type) and not sure.has(gradient):
            (gradient,) = builder.emit("float", (gradient,), [REAL], [barred(var)])
        found.append(gradient)
    return (*eqns, *builder.eqns), found
