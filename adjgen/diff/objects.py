"""Parameters and results that are objects: what is no number in them is the same in a derivative.

The gradient by `P(mass=2.0, name="ball")` is `P(mass=mass_bar, name="ball")`.
"""

from collections.abc import Mapping, Sequence

from adjgen.diagnostics import UnsupportedError
from adjgen.diff.problems import problem_at
from adjgen.diff.refusals import refusal
from adjgen.diff.rules import ZERO
from adjgen.diff.signature import free
from adjgen.ir.core import Atom, Function, Param, Var
from adjgen.ir.query import equations
from adjgen.ir.trees import Tree


def own_vars(param: Param) -> list[Var]:
    """Return the variables of a parameter that a new object in its place has."""
    return [v for v, role in zip(param.vars, param.tree.roles()) if role != "object"]


def directions(
    function: Function, params: Sequence[Param], dots: Mapping[Var, Var]
) -> tuple[Param, ...]:
    """Return the parameters for tangents, x_dot: shaped as the arguments."""
    taken = {p.name for p in function.params}
    found = []
    for param in params:
        name = free(f"{param.name}_dot", taken)
        variables = tuple([dots.get(v) or Var(v.hint, v.type) for v in own_vars(param)])
        found.append(Param(name, variables, "KEYWORD_ONLY", tree=param.tree.own()))
    return tuple(found)


def gradients(params: Sequence[Param], slopes: Sequence[Atom]) -> list[Atom]:
    """Return the leaves of gradients from those by numbers: what is no number stays as it is."""
    by_var = dict(zip([v for p in params for v in p.numbers()], slopes))
    return [by_var.get(v, v) for p in params for v in own_vars(p)]


def tangents(tree: Tree, values: Sequence[Atom], dots: Sequence[Atom]) -> list[Atom]:
    """Return the leaves of the tangent of a value: what is no number stays as it is."""
    return [v if role else dot for v, role, dot in zip(values, tree.roles(), dots)]


def seeded(tree: Tree, seeds: Sequence[Var]) -> list[Atom]:
    """Return the adjoints of the leaves of a value: what is no number has none."""
    return [ZERO if role else seed for seed, role in zip(seeds, tree.roles())]


def refuse_whole_objects(function: Function, params: Sequence[Param], active: set[Var]) -> None:
    """Refuse an object that is used as a whole where its derivative would be needed."""
    for param in params:
        whole = set(param.objects())
        for eqn in equations(function.body) if whole & active else ():
            if not whole.isdisjoint(eqn.args):
                what = f"ADJ609 `{param.name}` is used as a whole where its derivative is needed"
                why = "Use its fields one by one."
                raise UnsupportedError([problem_at(function, eqn, what, why)])


def refuse_rows_of_objects(function: Function, params: Sequence[Param]) -> None:
    """Refuse a Jacobian whose rows or columns are objects that cannot hold them."""
    what = why = ""
    if function.result.has_objects():
        name = function.about.get("qualname", function.name)
        what = f"the Jacobian of `{name}`, or of its gradient, would hold objects whose fields are gradients"
        why = "Return a tuple of numbers; for the Hessian by an object use hvp, or pass a tuple."
    for param in params:
        if any(role == "field" for role in param.tree.roles()):
            what = f"`{param.name}` has fields that are no numbers, which no row of a Jacobian has"
            why = "Use jvp or vjp, or pass the numbers themselves."
    if what:
        raise refusal(function, "ADJ609", what, why)
