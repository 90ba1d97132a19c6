"""Derivatives of integrals: by its limits the integrand there, by what it reads an integral again.

d of the integral of f(x, p) from a to b is f(b, p) db - f(a, p) da + the integral of f_p(x, p) dp.
"""

from collections.abc import Container, Iterator
from typing import Protocol

from adjgen.diff.rules import plus, times
from adjgen.elementary.trace import applied
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Call, Eqn, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.integrals import Integral, Quadrature
from adjgen.ir.types import REAL


class Helpers(Protocol):
    """What makes functions for the derivatives of one module."""

    def __call__(self, name: str, active: tuple[int, ...]) -> str:
        """Return the name of the jvp of a function."""

    def integrand(self, eqn: Eqn) -> str:
        """Return the name of the function that an equation integrates."""

    def slope(self, name: str, active: tuple[int, ...], seeded: bool) -> str:
        """Return the name of the function of the tangent alone; `seeded`: that of one argument is 1."""


def opened(eqn: Eqn, helpers: Helpers) -> tuple[str, str, tuple[Atom, ...]]:
    """Return what an equation integrates, what integrates it, and the arguments of that."""
    if isinstance(eqn.op, Integral):
        inputs = FreeVariables().of(eqn.blocks[0])
        return helpers.integrand(eqn), eqn.op.by, (*eqn.args[1:], *inputs)
    assert isinstance(eqn.op, Quadrature)
    return eqn.op.function, eqn.op.by, eqn.args


def tangent(eqn: Eqn, dots: dict[Var, Atom], helpers: Helpers, builder: Builder) -> Atom | None:
    """Write the tangent of an integral; None where nothing varies."""
    name, by, args = opened(eqn, helpers)
    total: Atom | None = None
    for limit, value in at_limits(name, args, dots, builder):
        assert isinstance(limit, Var)
        total = plus(builder, total, times(builder, dots[limit], value))
    varied = tuple(k for k in range(2, len(args)) if args[k] in dots)
    if varied:
        slope = helpers.slope(name, tuple(k - 1 for k in varied), False)
        more = [dots[v] for k in varied if isinstance(v := args[k], Var)]
        (part,) = builder.emit(Quadrature(slope, by=by), (*args, *more), [REAL])
        total = plus(builder, total, part)
    return total


def adjoints(
    eqn: Eqn, active: Container[Atom], bar: Atom, helpers: Helpers, builder: Builder
) -> Iterator[tuple[Atom, Atom]]:
    """Yield the variables that an integral depends on, with contributions to their adjoints."""
    name, by, args = opened(eqn, helpers)
    for limit, value in at_limits(name, args, active, builder):
        yield limit, times(builder, bar, value)
    for k in range(2, len(args)):
        if args[k] in active:
            slope = helpers.slope(name, (k - 1,), True)
            (part,) = builder.emit(Quadrature(slope, by=by), args, [REAL])
            yield args[k], times(builder, bar, part)


def at_limits(
    name: str, args: tuple[Atom, ...], wanted: Container[Atom], builder: Builder
) -> Iterator[tuple[Atom, Atom]]:
    """Yield the limits that vary, with the derivative of the integral by each."""
    for k in (1, 0):
        if args[k] in wanted:
            (value,) = builder.emit(Call(name), (args[k], *args[2:]), [REAL])
            yield args[k], value if k else applied(builder, "neg", (value,))
