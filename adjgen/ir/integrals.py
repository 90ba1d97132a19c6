"""Integrals of functions: the user's own, carried as they are, and those that derivatives compute."""

from dataclasses import dataclass

from adjgen.ir.core import Call, Root


@dataclass(frozen=True, slots=True)
class Integral(Root):
    """`outs[0] = args[0]`, the integral from args[1] to args[2] of what the block computes of its parameter.

    The block never runs as it stands; `by` is the function that integrates, as a dotted name.
    """

    by: str = ""


@dataclass(frozen=True, slots=True)
class Quadrature(Call):
    """`outs[0]` is the integral from args[0] to args[1] of a function of the Module.

    The function takes the variable of integration and then the other args.
    """

    by: str = ""
