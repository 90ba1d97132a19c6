"""Functions that derivatives of integrals integrate: the integrand, its tangent, its partials."""

from collections.abc import Callable
from dataclasses import replace

from adjgen.diff.refusals import refusal
from adjgen.diff.signature import flat_params, renewed_function
from adjgen.elementary.sequences import depth
from adjgen.ir.core import Block, Const, Eqn, Function, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import renewed
from adjgen.ir.trees import LEAF

WHY = "Pass numbers in `args`, and call the function that integrates at module level."


class Callees:
    """Makes the functions that a forward sweep calls: jvps, and those that are integrated."""

    def __init__(
        self,
        functions: dict[str, Function],
        main: Function,
        jvp: Callable[[str, tuple[int, ...]], str],
        helper: Callable[[str, str, tuple[int, ...]], str],
    ) -> None:
        self.functions, self.main, self.jvp, self.helper = functions, main, jvp, helper

    def __call__(self, name: str, active: tuple[int, ...]) -> str:
        """Return the name of the jvp of a function for its active arguments."""
        return self.jvp(name, active)

    def integrand(self, eqn: Eqn) -> str:
        """Return the name of the function of an integrand: of its variable, then of what it reads."""
        number = eqn.outs[0].number
        name = f"{self.main.name}_integrand_{number}"
        if not number:
            what = "an integral in a function that is called"
            raise refusal(self.main, "ADJ307", what, WHY)
        if name not in self.functions:
            block = eqn.blocks[0]
            inputs = tuple(FreeVariables().of(block))
            if any(depth(v.type) for v in inputs):
                what = "an integral whose integrand reads a list"
                raise refusal(self.main, "ADJ307", what, WHY)
            body = renewed(Block((*block.params, *inputs), block.eqns, block.results), {})
            params = flat_params(body.params, ())
            about = self.main.about | {"product": "integrand"}
            self.functions[name] = Function(name, params, body, LEAF, about)
        return name

    def slope(self, name: str, active: tuple[int, ...], seeded: bool) -> str:
        """Return the name of the function of the tangent alone; `seeded`: that of one argument is 1."""
        key = self.helper(name, "partial" if seeded else "slope", active)
        if key not in self.functions:
            function = renewed_function(self.functions[self.jvp(name, active)])
            body = replace(function.body, results=function.body.results[1:])
            if seeded:
                *params, dot = body.params
                seed: dict[Var, Const] = {dot: Const(1.0)}
                inner = FreeVariables().substitute(Block((), body.eqns, body.results), dict(seed))
                body = replace(inner, params=tuple(params))
            self.functions[key] = replace(
                function, name=key, params=flat_params(body.params, ()), body=body, result=LEAF
            )
        return key
