"""The products of differentiation as functions: jvp, vjp, value_and_grad, grad, for chosen parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from adjgen.diagnostics import UnsupportedError
from adjgen.diff.active import useful_variables, varied_variables
from adjgen.diff.buffers import checked, tangent_checks
from adjgen.diff.floats import as_floats
from adjgen.diff.forms import with_stable_forms
from adjgen.diff.forward import Forward, tangent_of
from adjgen.diff.given import stores_into_callers
from adjgen.diff.integrands import Callees
from adjgen.diff.masked import masked_variables
from adjgen.diff.nothing import raising, returns_nothing
from adjgen.diff.objects import (
    directions,
    gradients,
    refuse_whole_objects,
    seeded,
    tangents,
)
from adjgen.diff.plain import with_plain_checks
from adjgen.diff.problems import problems_of
from adjgen.diff.refusals import (
    Wrt,
    chosen,
    refusal,
    refuse_active_stars,
    refuse_unread_lists,
    refuse_without_influence,
    tuple_valued,
)
from adjgen.diff.reverse import Adjoints, Reverse
from adjgen.diff.rules import array_check, number_check, rank_checks, zero_like
from adjgen.diff.signature import (
    flat_params,
    free,
    ordered_params,
    renewed_function,
    suffix,
    with_keywords,
)
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Call, Const, Eqn, Function, Module, Opaque, Param, Var
from adjgen.ir.query import equations
from adjgen.ir.trees import flat_tree, tuple_of

Activities = dict[tuple[str, ...], set[Var]]  # names of parameters -> the active variables

REPEATED = "calls itself and changes something, which its reverse sweep would repeat"
OUTSIDE = "Move the effects out of the function, or use jvp."


class Differentiator:
    """Differentiates a module's functions; those that CALL equations need appear in `functions`."""

    def __init__(
        self,
        module: Module,
        known: Activities | None = None,
        settle: Callable[[Block], Block] = lambda block: block,
    ) -> None:
        self.settle = settle  # removes guards of partials that cannot strike
        self.functions = dict(module.functions)
        self.main = module.main
        stable = with_stable_forms(self.main.body)
        if stable is not self.main.body:
            self.main = replace(self.main, body=stable)
        self.known: Activities = {} if known is None else known
        self.helpers: dict[tuple[str, str, tuple[int, ...]], str] = {}
        self.callees = Callees(self.functions, self.main, self._callee_jvp, self.helper)

    def helper(self, name: str, kind: str, active: tuple[int, ...]) -> str:
        """Return the name of the product of a callee for its active arguments, one for each."""
        key = name, kind, active
        if key not in self.helpers:
            wanted = f"_{name}_{kind}" + suffix(self.functions[name], active)
            self.helpers[key] = free(wanted, set(self.functions) | set(self.helpers.values()))
        return self.helpers[key]

    def subject(self, wrt: Wrt | None) -> tuple[Function, list[Param], set[Var]]:
        """Return a copy of the main function, the parameters to differentiate by, the active variables."""
        mapping: dict[Var, Atom] = {}
        function = raising(renewed_function(self.main, mapping))
        params = chosen(function, wrt)
        if returns_nothing(function):
            why = "Return a number on every path."
            raise refusal(function, "ADJ306", f"`{function.name}` returns nothing", why)
        if wrt is None:
            refuse_active_stars(function)
        function = with_plain_checks(function, self.functions)
        active = self.active(params, mapping)
        return checked(function, active), params, active

    def product(self, kind: str, wrt: Wrt | None, bare: bool) -> Module:
        """Return the module of one product: "jvp", "vjp", "value_and_grad" or "grad"."""
        if kind in ("grad", "value_and_grad") and self.main.is_composite():
            chosen(self.main, wrt)
            raise tuple_valued(self.main)
        function, params, active = self.subject(wrt)
        inputs = [var for param in params for var in param.numbers()]
        if kind == "jvp":
            main = self.jvp(function, params, inputs, active)
        else:
            main = self.vjp(function, params, inputs, active, kind, bare)
        return Module(main, self.functions)

    def active(self, params: Sequence[Param], mapping: Mapping[Var, Atom]) -> set[Var]:
        """Return the active variables of a copy of the main function, found once for its products."""
        names = tuple(p.name for p in params)
        if names not in self.known:
            chosen = [p for p in self.main.params if p.name in names]
            inputs = [v for p in chosen for v in (p.numbers() + p.objects())]
            self.known[names] = active = self.activity(self.main, inputs)
            refuse_whole_objects(self.main, self.main.params, active)
        return {new for v in self.known[names] if isinstance(new := mapping[v], Var)}

    # ---- forward

    def jvp(
        self,
        function: Function,
        params: Sequence[Param],
        inputs: Sequence[Var],
        active: set[Var],
    ) -> Function:
        """Return the function (params, *, x_dot, ...) -> (value, value_dot)."""
        refuse_unread_lists(function)
        body, dots, results = self._forward(function, inputs, active)
        extra = directions(function, params, dict(zip(inputs, dots)))
        body = (*rank_checks(function), *body, *number_check(function))
        body = (*tangent_checks(function, active, dots), *body)
        values = function.body.results
        results = tangents(function.result, values, results)
        block = Block(function.body.params, body, (*values, *results))
        return replace(
            function, name=f"{function.name}_jvp", params=with_keywords(function.params, extra),
            body=ordered_params(block, with_keywords(function.params, extra)),
            result=tuple_of(function.result, function.result),
            about=function.about | {"product": "jvp", "wrt": tuple(p.name for p in params)},
        )  # fmt: skip

    def _forward(
        self, function: Function, inputs: Sequence[Var], active: set[Var]
    ) -> tuple[tuple[Eqn, ...], list[Var], list[Atom]]:
        """Return the equations of a forward sweep, the tangents of inputs and of results."""
        sweep = Forward(active, self.callees)
        dots = [tangent_of(v) for v in inputs]
        sweep.whole.mark_all(dots, inputs)
        sweep.dots.update(zip(inputs, dots))
        builder = Builder(derivative=True)
        sweep.block(function.body, builder)
        value_dots = [sweep.dot(r, builder) for r in function.body.results]
        return tuple(builder.eqns), dots, value_dots

    def _callee_jvp(self, name: str, active: tuple[int, ...]) -> str:
        key = self.helper(name, "jvp", active)
        if key not in self.functions:
            function = renewed_function(self.functions[name])
            self.functions[key] = function  # a recursive callee finds its own name
            inputs = [function.body.params[k] for k in active]
            function = checked(function, varying := self.activity(function, inputs))
            body, dots, results = self._forward(function, inputs, varying)
            self.functions[key] = replace(
                function, name=key, params=flat_params([*function.body.params, *dots], function.params),
                body=Block((*function.body.params, *dots), body, (*function.body.results, *results)),
                result=flat_tree(2 * len(results)), about=function.about | {"product": "helper"},
            )  # fmt: skip
        return key

    # ---- reverse

    def vjp(
        self,
        function: Function,
        params: Sequence[Param],
        inputs: Sequence[Var],
        active: set[Var],
        kind: str,
        bare: bool,
    ) -> Function:
        """Return the function (params, *, bar) -> (value, gradients), or a part of that."""
        seeds = [Var("bar", v.type) for v in function.body.results]
        bars: list[Atom] = seeded(function.result, seeds) if kind == "vjp" else [Const(1.0)]
        body, grads = self._reverse(function, inputs, active, bars)
        for var, slope in zip(inputs, grads):
            refuse_without_influence(function, var, slope)
        if kind != "vjp":
            body, grads = as_floats((*body, *array_check(function)), grads, inputs)
        grads = gradients(params, grads)
        trees = [p.tree.own() for p in params]
        gradient = trees[0] if bare else tuple_of(*trees)
        results, tree = (*function.body.results, *grads), tuple_of(function.result, gradient)
        if kind == "grad":
            results, tree = tuple(grads), gradient
        signature, variables = function.params, function.body.params
        if kind == "vjp":
            default = ... if function.is_composite() else 1.0
            name = free("bar", {p.name for p in signature})
            bar = Param(name, tuple(seeds), "KEYWORD_ONLY", default, tree=function.result)
            signature = with_keywords(signature, (bar,))
            variables = (*variables, *seeds)
        return replace(
            function, name=f"{function.name}_{kind}", params=signature, result=tree,
            body=ordered_params(Block(variables, body, results), signature),
            about=function.about | {"product": kind, "wrt": tuple(p.name for p in params)},
        )  # fmt: skip

    def _reverse(
        self, function: Function, inputs: Sequence[Var], active: set[Var], seeds: Sequence[Atom]
    ) -> tuple[tuple[Eqn, ...], list[Atom]]:
        """Return the equations of a reverse sweep and the adjoints of inputs."""
        sweep = Reverse(active, self.callee_vjp, self.callees)
        sweep.masked = masked_variables(function.body)
        for seed, result in zip(seeds, function.body.results):
            if isinstance(seed, Var):
                sweep.whole.mark(seed, result)
        bars: Adjoints = {}
        builder = Builder(derivative=True)
        for result, seed in zip(function.body.results, seeds):
            sweep.add(bars, result, seed, builder)
        primal = sweep.block(function.body, bars, builder)
        grads = [
            sweep.whole.of(bars[v], v, builder) if v in bars else zero_like(builder, v)
            for v in inputs
        ]
        return (*rank_checks(function), *primal, *number_check(function), *builder.eqns), grads

    def callee_vjp(self, name: str, active: tuple[int, ...]) -> str:
        """Return the name of the vjp of a function for its active arguments."""
        key = self.helper(name, "vjp", active)
        if key not in self.functions:
            function = renewed_function(self.functions[self.quiet(name)])
            self.functions[key] = function
            seeds = [Var("bar", v.type) for v in function.body.results]
            inputs = [function.body.params[k] for k in active]
            function = checked(function, varying := self.activity(function, inputs))
            body, grads = self._reverse(function, inputs, varying, seeds)
            self.functions[key] = replace(
                function, name=key, params=flat_params([*function.body.params, *seeds], function.params),
                body=Block((*function.body.params, *seeds), body, tuple(grads)),
                result=flat_tree(len(grads)), about=function.about | {"product": "helper"},
            )  # fmt: skip
        return key

    def quiet(self, name: str) -> str:
        """Return the name of a function that computes the same without printing.

        The reverse sweep of a call runs the callee once more; what it says must be said once.
        """
        function = self.functions[name]
        if stores_into_callers(function):
            raise refusal(function, "ADJ302", f"`{function.name}` {REPEATED}", OUTSIDE)
        loud = any(
            isinstance(e.op, Opaque) and not e.op.payload.repeatable
            for e in equations(function.body)
        )
        if not loud:
            return name
        key = f"_{name}_quiet"
        if key not in self.functions:
            self.functions[key] = function  # a recursive callee finds its own name
            body = self.quiet_block(function, function.body)
            about = function.about | {"product": "helper"}
            params = flat_params(function.body.params, function.params)
            self.functions[key] = renewed_function(
                replace(function, name=key, params=params, body=body, about=about)
            )
        return key

    def quiet_block(self, function: Function, block: Block) -> Block:
        """Return a block without its effects, its calls turned to quiet functions."""
        eqns = []
        for eqn in block.eqns:
            if isinstance(eqn.op, Opaque) and not eqn.op.payload.repeatable:
                if eqn.outs or not eqn.op.payload.observes:
                    raise refusal(function, "ADJ302", f"`{function.name}` {REPEATED}", OUTSIDE)
                continue
            op = eqn.op
            if isinstance(op, Call) and (name := self.quiet(op.function)) != op.function:
                op = replace(op, function=name)
            blocks = tuple(self.quiet_block(function, b) for b in eqn.blocks)
            eqns.append(replace(eqn, op=op, blocks=blocks))
        return replace(block, eqns=tuple(eqns))

    def activity(self, function: Function, inputs: Sequence[Var]) -> set[Var]:
        """Return the active variables; refuse where carried code or a missing rule is active."""
        varied = varied_variables(function.body, inputs)
        active = varied & useful_variables(function.body, function.body.results)
        about = {"files": self.main.about.get("files", {})}
        told = replace(function, about=function.about | about)
        problems = problems_of(told, varied, active, self.functions)
        if problems:
            raise UnsupportedError([*problems, *self.main.about.get("closed", ())])
        return active
