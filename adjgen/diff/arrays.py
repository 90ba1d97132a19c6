"""Tangents and adjoints of arrays: which have the shape of their variable, and how others get it.

In a sweep the adjoint of an array may be smaller than the array, as long as it broadcasts to it: that
of each term of a sum over all is one number. Only where the shape matters it is given that shape.
"""

from collections.abc import Callable, Iterable
from typing import Any

from adjgen.elementary.trace import Traced, atom_of
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Eqn, Var
from adjgen.ir.shapes import same
from adjgen.ir.types import NUMBERS, Type


class Whole:
    """The tangents or adjoints that are known to have the shape of their variable."""

    def __init__(self) -> None:
        self.known: set[tuple[Atom, Atom]] = set()

    def has(self, bar: Atom, var: Atom) -> bool:
        """Whether a tangent or adjoint has the shape of a variable."""
        if not var.type.dtype or (bar, var) in self.known:
            return True
        return same(shape(bar.type), var.type.shape)

    def mark(self, bar: Atom, var: Atom) -> Atom:
        """Note that a tangent or adjoint has the shape of its variable."""
        if var.type.dtype:
            self.known.add((bar, var))
        return bar

    def mark_all(self, bars: Iterable[Atom], variables: Iterable[Atom]) -> None:
        """Note the same of several."""
        for bar, var in zip(bars, variables, strict=True):
            self.mark(bar, var)

    def of(self, bar: Atom, var: Atom, builder: Builder) -> Atom:
        """Return a tangent or adjoint in the shape of its variable."""
        if self.has(bar, var):
            return bar
        return self.mark(atom_of(spread(operand(builder, bar), operand(builder, var))), var)

    def contribution(self, bar: Atom, out_bar: Atom, eqn: Eqn, arg: Var, builder: Builder) -> Atom:
        """Return what is added to the adjoint of an argument of an elementwise function.

        `bar` is the product with the partial; where the argument was broadcast, its sum.
        """
        out = eqn.outs[0]
        if not out.type.dtype:
            return bar
        is_whole = self.has(bar, out) or self.has(out_bar, out)
        if same(shape(arg.type), out.type.shape):
            return self.mark(bar, arg) if is_whole else bar
        last = builder.eqns[-1] if builder.eqns else None
        made = bar is not out_bar  # here, so that nobody else reads it
        negative = made and last is not None and last.op == "neg" and last.outs == (bar,)
        if last is not None and negative:  # the sign of a sum is cheaper than those of its terms
            bar = last.args[0]
        if not is_whole:
            bar = atom_of(spread(operand(builder, bar), operand(builder, out)))
        total = reduced(operand(builder, bar), operand(builder, arg))
        return self.mark(atom_of(-total if negative else total), arg)


def shape(kind: Type) -> Any:
    """Return the shape of a type: () of numbers."""
    return () if kind in NUMBERS else kind.shape


def reduced(bar: Any, arg: Any) -> Any:
    """Return an adjoint summed to the shape of an argument."""
    from adjgen.elementary.arrays.fitting import reduced_to

    return reduced_to(bar, arg)


def spread(bar: Any, like: Any) -> Any:
    """Return an adjoint in the shape of a value."""
    from adjgen.elementary.arrays.fitting import spread_to

    return spread_to(bar, like)


def operand(builder: Builder, atom: Atom) -> Any:
    """Return an atom as rules take it."""
    return Traced(builder, atom)


class Dots:
    """The tangents of an equation's arguments, as rules of arrays ask for them."""

    def __init__(self, eqn: Eqn, dots: Any, get: Callable[[Atom], Any]) -> None:
        self.eqn, self.dots, self.get = eqn, dots, get

    def has(self, k: int) -> bool:
        """Whether argument k varies."""
        return self.eqn.args[k] in self.dots

    def __call__(self, k: int) -> Any:
        return self.get(self.eqn.args[k])
