"""Several programs of one derivative, of which the one with the fewest operations is kept.

The primal is taken as it is written, and with loops of constant trip counts unrolled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from adjgen.diff.products import Activities, Differentiator
from adjgen.diff.signature import renewed_function
from adjgen.ir.core import For, Module
from adjgen.ir.query import kinds, number
from adjgen.matrices import MATRICES, least
from adjgen.passes import optimise, settled
from adjgen.passes.unroll import LONGEST, unroll

if TYPE_CHECKING:
    from adjgen.pipeline import Options

TURNS = 64  # of a loop that is unrolled without being asked for
FOR_THE_ASKING = 1_000_000  # equations of a loop that is unrolled because somebody wants it


@dataclass
class Form:
    """A primal module, and what is active in it by the parameters that were asked for."""

    module: Module
    activities: Activities = field(default_factory=dict)


@dataclass
class Forms:
    """The primal modules of which a product can be made; made when they are first needed."""

    module: Module
    options: "Options"

    @cached_property
    def all(self) -> list[Form]:
        """The primal as it is written, then with its loops unrolled, if that is another one."""
        turns = self.options.unroll
        found = [Form(self.module)]
        if turns == 0 or For not in kinds(self.module.main.body):
            return found
        longest = LONGEST if turns is None else FOR_THE_ASKING
        module = unrolled(
            self.module, TURNS if turns is None else turns, longest, self.options.exact
        )
        if module is not self.module:
            found = [*found, Form(module)] if turns is None else [Form(module)]
        return found


def cheapest(forms: Forms, kind: str, wrt: Sequence[str] | None, bare: bool) -> Module:
    """Return the module of a product that has the fewest operations of those that can be made."""
    return least(made(form, kind, wrt, bare, forms.options) for form in forms.all)


def made(
    form: Form, kind: str, wrt: Sequence[str] | None, bare: bool, options: "Options"
) -> Module:
    """Return the module of a product of one form of the primal."""
    differentiator = Differentiator(form.module, form.activities, settled)
    if kind in MATRICES:
        return MATRICES[kind](differentiator, wrt, bare, options)
    return optimise(differentiator.product(kind, wrt, bare), after=True, exact=options.exact)


def unrolled(module: Module, turns: int, longest: int, exact: bool) -> Module:
    """Return a module whose main function has its loops of at most so many turns unrolled.

    The same module if there are none.
    """
    main = renewed_function(module.main)  # names are given to variables: these have their own
    body = unroll(main.body, turns, longest)
    if body is main.body:
        return module
    main = replace(main, body=body)
    functions = {n: main if f is module.main else f for n, f in module.functions.items()}
    found = optimise(Module(main, functions), after=False, exact=exact)
    number(found.main.body)
    return found
