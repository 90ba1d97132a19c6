"""Runs the intermediate form on floats, or on other numbers (SymPy, mpmath): the oracle of tests.

`numbers` maps row names to functions; what it lacks is taken from the rule table.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any

from adjgen.elementary.row import TABLE
from adjgen.ir.core import (
    UNBOUND,
    Atom,
    Block,
    Call,
    Const,
    Eqn,
    For,
    Function,
    If,
    Module,
    Opaque,
    Root,
    Try,
    Var,
)  # fmt: skip
from adjgen.ir.integrals import Quadrature
from adjgen.ir.trees import Tree

Numbers = Mapping[str, Callable[..., Any]]
Values = dict[Var, Any]


class CannotRunError(Exception):
    """Carried Python code has no meaning on numbers."""


def run(module: Module, args: Sequence[Any], numbers: Numbers | None = None) -> Any:
    """Return what the module's function returns for arguments in the order of its parameters."""
    return run_function(module.main, args, module, numbers or {})


def run_function(
    function: Function,
    args: Sequence[Any],
    module: Module | None = None,
    numbers: Numbers | None = None,
) -> Any:
    """Return the (nested) value of a function."""
    flat = flat_results(function, args, module or Module(function), numbers or {})
    return structured(function.result, iter(flat))


def structured(tree: Tree, leaves: Any) -> Any:
    """Arrange an iterator of leaves as the structure says."""
    if not tree.kind:
        return next(leaves)
    if tree.kind == "items":
        return tuple(structured(tree.children[0], leaves))
    items = [structured(child, leaves) for child in tree.children]
    return tuple(items) if tree.kind == "tuple" else items


def flat_results(
    function: Function,
    args: Sequence[Any],
    module: Module,
    numbers: Numbers,
    values: Values | None = None,
) -> list[Any]:
    """Return the leaves of a function's value; `values` learns that of every variable."""
    values = {} if values is None else values
    values.update(zip(function.body.params, args, strict=True))
    return Run(module, numbers, values).block(function.body)


class Run:
    """One evaluation: the values of variables so far. What watches a run overrides its methods."""

    def __init__(self, module: Module, numbers: Numbers, values: Values) -> None:
        self.module, self.numbers, self.values = module, numbers, values

    def value(self, atom: Atom) -> Any:
        if isinstance(atom, Const):
            convert = self.numbers.get("constant")
            if convert is not None and type(atom.value) is float:
                return convert(atom.value)
            return None if atom is UNBOUND else atom.value
        return self.values[atom]

    def block(self, block: Block) -> list[Any]:
        for eqn in block.eqns:
            self.equation(eqn)
        return [self.value(result) for result in block.results]

    def equation(self, eqn: Eqn) -> None:
        op = eqn.op
        if isinstance(op, If):
            taken = eqn.blocks[0] if self.value(eqn.args[0]) else eqn.blocks[1]
            results = self.block(taken)
        elif isinstance(op, Try):
            results = self.attempt(eqn)
        elif isinstance(op, For):
            results = self.loop(eqn, op)
        elif isinstance(op, Root):
            results = [self.value(eqn.args[0])]
        elif isinstance(op, Quadrature):
            raise CannotRunError("an integral")
        elif isinstance(op, Call):
            args = [self.value(arg) for arg in eqn.args]
            results = self.call(eqn, self.module.functions[op.function], args)
        elif isinstance(op, Opaque):
            raise CannotRunError(op.payload.reason)
        else:
            results = self.row(op, [self.value(arg) for arg in eqn.args], len(eqn.outs))
        self.bind(eqn, None, results)

    def bind(self, eqn: Eqn, block: Block | None, results: Sequence[Any]) -> None:
        """Give values to the parameters of a block of an equation, or to its outs."""
        self.values.update(zip(block.params if block else eqn.outs, results))

    def call(self, eqn: Eqn, function: Function, args: list[Any]) -> list[Any]:
        """Return what a called function returns, its leaves."""
        return flat_results(function, args, self.module, self.numbers, {})

    def row(self, name: str, args: list[Any], outs: int) -> list[Any]:
        function = self.numbers.get(name) or TABLE[name].evaluate
        result = function(*args)
        return list(result) if TABLE[name].outs > 1 else [result]

    def attempt(self, eqn: Eqn) -> list[Any]:
        """Return the results of the body of a try, or of the handler that catches what it raises."""
        kinds = [self.value(arg) for arg in eqn.args]
        try:
            return self.block(eqn.blocks[0])
        except CannotRunError:
            raise
        except Exception as error:
            for kind, handler in zip(kinds, eqn.blocks[1:]):
                if kind is None or isinstance(error, kind):
                    self.bind(eqn, handler, [error])
                    return self.block(handler)
            raise

    def loop(self, eqn: Eqn, op: For) -> list[Any]:
        body = eqn.blocks[0]
        given = [self.value(arg) for arg in eqn.args]
        carried = given[op.seqs :]
        collected: list[list[Any]] = [[] for _ in eqn.outs[op.carried :]]
        for elements in zip(*given[: op.seqs]) if op.seqs else repeat(()):
            if op.tested:
                condition = eqn.blocks[1]
                self.bind(eqn, condition, carried)
                if not self.block(condition)[0]:
                    break
            self.bind(eqn, body, [*elements, *carried])
            results = self.block(body)
            carried = results[: op.carried]
            for items, item in zip(collected, results[op.carried + op.exits :]):
                items.append(item)
            if op.exits and results[op.carried]:
                break
        return carried + collected
