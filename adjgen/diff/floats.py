"""Gradients are floats: one that may be an int or a bool, such as n of x * n, goes through float()."""

from collections.abc import Mapping, Sequence

from adjgen.diff.reverse import barred
from adjgen.elementary.floats import Floats
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Eqn, For, Var
from adjgen.ir.types import REAL, is_mutable

Place = tuple[int, int]


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


def elements_as_floats(
    eqns: Sequence[Eqn], lists: Mapping[Place, Atom]
) -> tuple[list[Eqn], dict[Place, Atom]]:
    """Return equations and lists of derivatives, with float() around the elements that may be no floats."""
    sure = Floats()
    sure.block(eqns)
    builder = Builder(derivative=True)
    found = dict(lists)
    for place, items in lists.items():
        if items.type.element is not None and not sure.has(items):
            found[place] = float_of(items, builder)
    return [*eqns, *builder.eqns], found


def float_of(items: Atom, builder: Builder) -> Atom:
    """Write float(items), of a list element by element."""
    element, arm = items.type.element, builder.nested()
    hints = [items.hint] if isinstance(items, Var) else []
    if element is None:
        return builder.emit("float", (items,), [REAL], hints)[0]
    one = Var("", element)
    body = arm.block([float_of(one, arm)], [one])
    return builder.emit(For(1, 0), (items,), [items.type], hints, [body])[0]
