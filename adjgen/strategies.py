"""Several programs of one derivative, of which the one with the fewest operations is kept.

The primal is taken as it is written, and with loops of constant trip counts unrolled.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adjgen.diff.entries import STRATEGIES
from adjgen.diff.jacobian import Form as Jacobian
from adjgen.diff.jacobian import jacobians
from adjgen.diff.products import Activities, Differentiator
from adjgen.diff.signature import renewed_function
from adjgen.elementary.operations import operations
from adjgen.ir.core import For, Function, Module
from adjgen.ir.query import kinds, number
from adjgen.matrices import MATRICES, called, least, optimised
from adjgen.passes import optimise, settled
from adjgen.passes.hoist import hoist
from adjgen.passes.unroll import LONGEST, unroll

if TYPE_CHECKING:
    from adjgen.pipeline import Options

Wrt = Sequence[str] | None
GRADIENTS = ("value_and_grad", "grad")
SHORT = 60  # equations of a function whose gradient is made in several ways
WORDS = {
    "reverse": "reverse sweep",
    "forward": "forward sweep",
    "markowitz": "vertex elimination (markowitz)",
    "markowitz-last": "vertex elimination (markowitz-last)",
}
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
        found = [Form(hoisted(self.module))]
        if turns == 0 or For not in kinds(self.module.main.body):
            return found
        longest = LONGEST if turns is None else FOR_THE_ASKING
        module = unrolled(self.module, TURNS if turns is None else turns, longest)
        if module is not self.module:
            found = [*found, Form(module)] if turns is None else [Form(module)]
        return found


def cheapest(forms: Forms, kind: str, wrt: Wrt, bare: bool) -> Module:
    """Return the module of a product that has the fewest operations of those that can be made."""
    options = forms.options
    return least([one for form in forms.all for one in made(form, kind, wrt, bare, options)])


def made(form: Form, kind: str, wrt: Wrt, bare: bool, options: "Options") -> Iterator[Module]:
    """Yield the modules of a product of one form of the primal, the one to prefer first."""
    differentiator = Differentiator(form.module, form.activities, settled)
    if kind in MATRICES:
        yield MATRICES[kind](differentiator, wrt, bare, options)
        return
    plain = differentiator.product(kind, wrt, bare)  # which refuses what has no gradient
    names = worth_trying(form.module, wrt, options) if kind in GRADIENTS else []
    others = gradients(differentiator, kind, wrt, bare, names) if names else []
    if options.strategy == "auto" or not others:
        yield optimised(plain, options)
    for other in others:
        yield optimised(other, options)


def worth_trying(module: Module, wrt: Wrt, options: "Options") -> Sequence[str]:
    """Return the strategies besides the reverse sweep that a gradient is tried with.

    The reverse sweep is hard to beat for several inputs: of its own accord adjgen tries others for short
    functions of one number only.
    """
    main = module.main
    inputs = [p for p in main.params if (p.differentiable if wrt is None else p.name in wrt)]
    if any(tree.has_objects() for tree in (main.result, *(p.tree for p in inputs))):
        return []
    if options.strategy != "auto":
        return [] if options.strategy == "reverse" else [options.strategy]
    short = len(main.body.eqns) <= SHORT and sum(len(p.vars) for p in inputs) == 1
    straight = all(isinstance(kind, str) for kind in kinds(main.body))
    return ["forward", "markowitz"] if short and straight else []


def gradients(
    of: Differentiator, kind: str, wrt: Wrt, bare: bool, names: Sequence[str]
) -> list[Module]:
    """Return the modules of a gradient by strategies that make Jacobians, as far as they apply."""
    form = Jacobian(value=kind == "value_and_grad")
    return [
        Module(called(found.main, of.main, kind), found.functions)
        for found in jacobians(of, wrt, bare, form, names)
    ]


def hoisted(module: Module) -> Module:
    """Return a module whose loops compute before them what their turns share: no adjoint keeps that."""

    def before_loops(function: Function) -> Function:
        optional = [p for p in function.params if p.default is None or "None" in p.annotation]
        body = hoist(function.body, [var for p in optional for var in p.vars])
        return function if body is function.body else replace(function, body=body)

    main = before_loops(module.main)
    functions = {
        n: main if f is module.main else before_loops(f) for n, f in module.functions.items()
    }
    return Module(main, functions)


def unrolled(module: Module, turns: int, longest: int) -> Module:
    """Return a module whose main function has its loops of at most so many turns unrolled.

    The same module if there are none.
    """
    main = renewed_function(module.main)  # names are given to variables: these have their own
    body = unroll(main.body, turns, longest)
    if body is main.body:
        return module
    main = replace(main, body=body, about=main.about | {"unrolled": True})
    functions = {n: main if f is module.main else f for n, f in module.functions.items()}
    exactly = Module(main, functions)  # x**i is no x * x where i is 2
    found = optimise(exactly, after=False, exact=True)
    number(found.main.body)
    return found


def counts(module: Module, wrt: Wrt, options: "Options") -> dict[str, dict[str, Any]]:
    """Return the operations of value and derivatives by each strategy that applies, with its name.

    That is the gradient of a function of one output, else the Jacobian.
    """
    form = Jacobian(value=True)
    found = {}
    for one in Forms(module, options).all:
        of = Differentiator(one.module, one.activities, settled)
        for made in jacobians(of, wrt, False, form, list(STRATEGIES)):
            main = optimised(made, options).main
            found[words(main.about)] = operations(main).report()
    return found


def words(about: Mapping[str, Any]) -> str:
    """Return how a derivative was made, in words.

    >>> words({"strategy": "markowitz", "unrolled": True})
    'vertex elimination (markowitz), loops unrolled'
    """
    sweep = WORDS[about.get("strategy", "reverse")]
    return f"{sweep}, loops unrolled" if about.get("unrolled") else sweep
