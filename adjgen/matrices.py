"""Jacobians, Hessians and their products with a vector: of several programs for one, the cheapest.

A Hessian is the Jacobian of the gradient, its product with a vector the gradient's tangent along that.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adjgen.diff.jacobian import Form, inputs_of, jacobians
from adjgen.diff.products import Differentiator
from adjgen.elementary.operations import operations
from adjgen.ir.core import Function, Module
from adjgen.ir.query import kinds
from adjgen.ir.types import is_mutable
from adjgen.passes import optimise

if TYPE_CHECKING:
    from adjgen.pipeline import Options

Wrt = Sequence[str] | None
Matrix = Callable[[Differentiator, Wrt, bool, "Options"], Module]


def cheapest(candidates: Iterable[Module], options: "Options") -> Module:
    """Return the program with the fewest operations in FLOP model F1, once optimised; of equal ones the first."""
    return least(optimised(one, options) for one in candidates)


def optimised(module: Module, options: "Options") -> Module:
    """Return the module of a derivative after all passes."""
    return optimise(module, after=True, exact=options.exact, cancel=options.allow_cancel)


def least(ready: Iterable[Module]) -> Module:
    """Return the program with the fewest operations; of equal ones the first.

    Where a partial may be infinite, a forward sweep multiplies it by tangents that may be zero: others come first.
    """
    found = list(ready)
    if len(found) == 1:
        return found[0]
    safe = [
        m for m in found
        if m.main.about.get("strategy") != "forward" or "infinity" not in kinds(m.main.body)
    ]  # fmt: skip
    return min(safe or found, key=lambda m: operations(m.main).weight())


def tried(of: Differentiator, wrt: Wrt, bare: bool, form: Form, options: "Options") -> list[Module]:
    """Return the programs of a Jacobian: those worth a try, or that of the strategy asked for if it applies."""
    asked = [] if options.strategy == "auto" else [options.strategy]
    found = list(jacobians(of, wrt, bare, form, asked)) if asked else []
    return found or list(jacobians(of, wrt, bare, form))


def jacobian(of: Differentiator, wrt: Wrt, bare: bool, options: "Options") -> Module:
    """Return the module of a Jacobian."""
    return cheapest(tried(of, wrt, bare, Form(sparse=options.sparse), options), options)


def value_and_jacobian(of: Differentiator, wrt: Wrt, bare: bool, options: "Options") -> Module:
    """Return the module of a value and its Jacobian."""
    form = Form(value=True, sparse=options.sparse)
    return cheapest(tried(of, wrt, bare, form, options), options)


def hessian(of: Differentiator, wrt: Wrt, bare: bool, options: "Options") -> Module:
    """Return the module of a Hessian: where all inputs are numbers, of a half of it."""
    form = Form(sparse=options.sparse, symmetric=True)
    found = cheapest(tried(gradient(of, wrt, bare, options), wrt, bare, form, options), options)
    return Module(called(found.main, of.main, "hessian"), found.functions)


def hvp(of: Differentiator, wrt: Wrt, bare: bool, options: "Options") -> Module:
    """Return the module of the product of a Hessian with a vector, forward over reverse."""
    slope = optimised(of.product("grad", wrt, bare), options)
    along = Differentiator(slope).product("jvp", wrt, bare)
    first, second = along.main.result.children
    body = along.main.body
    main = replace(
        along.main, result=second, body=replace(body, results=body.results[first.leaves() :])
    )
    made = Module(called(main, of.main, "hvp"), along.functions)
    return optimised(made, options)


def gradient(of: Differentiator, wrt: Wrt, bare: bool, options: "Options") -> Differentiator:
    """Return what differentiates the gradient; lists that are unpacked are numbers in it, as in a Jacobian."""
    slope = of.product("grad", wrt, bare)  # which refuses what has no gradient
    function, params, _ = of.subject(wrt)
    if not any(is_mutable(v.type) for v in inputs_of(function, params, bare).variables):
        return Differentiator(
            cheapest(tried(of, wrt, bare, Form(), options), options), settle=of.settle
        )
    return Differentiator(optimised(slope, options), settle=of.settle)


def called(function: Function, of: Function, kind: str) -> Function:
    """Return a second derivative under the name that it has as one of the function."""
    about = function.about | {"product": kind}
    return replace(function, name=f"{of.name}_{kind}", about=about)


MATRICES: dict[str, Matrix] = {
    "jacobian": jacobian, "value_and_jacobian": value_and_jacobian, "hessian": hessian, "hvp": hvp,
}  # fmt: skip
