"""Activity: a variable is active if it varies with the inputs and is useful for the results."""

from collections.abc import Iterable

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Block, Eqn, For, If, Root, Try, Var
from adjgen.ir.integrals import Integral
from adjgen.ir.types import REAL, differentiable


def active_variables(block: Block, inputs: Iterable[Var], results: Iterable[Atom]) -> set[Var]:
    """Return the variables, at every depth, that need tangents and adjoints."""
    return varied_variables(block, inputs) & useful_variables(block, results)


def varied_variables(block: Block, inputs: Iterable[Var]) -> set[Var]:
    """Return the variables that depend on the inputs differentiably (or in code that is carried)."""
    varied = set(inputs)
    _varied(block, varied)
    return varied


def useful_variables(block: Block, results: Iterable[Atom]) -> set[Var]:
    """Return the variables that the results depend on differentiably (or in code that is carried)."""
    useful = {result for result in results if isinstance(result, Var)}
    _useful(block, useful)
    return useful


def differentiable_args(eqn: Eqn) -> list[Var]:
    """Return the arguments of a plain equation that its outs depend on differentiably."""
    args: Iterable[Atom] = eqn.args
    if isinstance(eqn.op, str):
        row = TABLE[eqn.op]
        if row.category != "sequence":
            partials = row.partials * len(eqn.args) if row.variadic else row.partials
            args = [arg for arg, partial in zip(args, partials) if partial is not None]
    return [
        arg for arg in args
        if isinstance(arg, Var) and (arg.type is REAL or differentiable(arg.type))
    ]  # fmt: skip


def _mark(found: set[Var], atoms: Iterable[Atom]) -> bool:
    """Add variables that may carry derivatives; return whether any is new."""
    new = {a for a in atoms if isinstance(a, Var) and differentiable(a.type)} - found
    found |= new
    return bool(new)


def _varied(block: Block, varied: set[Var]) -> None:
    for eqn in block.eqns:
        if not eqn.blocks:
            if not varied.isdisjoint(eqn.args) and not varied.isdisjoint(differentiable_args(eqn)):
                _mark(varied, eqn.outs)
        elif isinstance(eqn.op, (If, Try)):
            for inner in eqn.blocks:
                _varied(inner, varied)
                _mark(varied, (o for o, r in zip(eqn.outs, inner.results) if r in varied))
        elif isinstance(eqn.op, For):
            _varied_loop(eqn, eqn.op, varied)
        elif isinstance(eqn.op, Root):
            _varied_root(eqn, varied)


def _varied_root(eqn: Eqn, varied: set[Var]) -> None:
    """A root varies with what its residual varies with, whatever the solver started from.

    An integral varies with its limits, too.
    """
    (residual,) = eqn.blocks
    if isinstance(eqn.op, Integral):
        _varied(residual, varied)
        if not varied.isdisjoint([*residual.results, *eqn.args[1:]]):
            _mark(varied, eqn.outs)
        return
    _varied(residual, varied)
    if residual.results[0] in varied:
        _mark(varied, (*residual.params, *eqn.outs))
        _varied(residual, varied)


def _varied_loop(eqn: Eqn, op: For, varied: set[Var]) -> None:
    body = eqn.blocks[0]
    _mark(varied, (p for p, a in zip(body.params, eqn.args) if a in varied))
    carried = body.params[op.seqs :]
    results = carried_results(eqn, op)
    again = True
    while again:
        _varied(body, varied)
        again = _mark(varied, (p for p, r in zip(carried, results) if r in varied))
    if op.tested:
        condition = eqn.blocks[1]
        _mark(varied, (c for c, p in zip(condition.params, carried) if p in varied))
        _varied(condition, varied)
    _mark(varied, (o for o, p in zip(eqn.outs, carried) if p in varied))
    _mark(varied, (o for o, r in zip(eqn.outs, results) if r in varied))


def carried_results(eqn: Eqn, op: For) -> tuple[Atom, ...]:
    """Return the results of a loop's body that belong to its outs: carried, then collected."""
    results = eqn.blocks[0].results
    return results[: op.carried] + results[op.carried + op.exits :]


def _useful(block: Block, useful: set[Var]) -> None:
    for eqn in reversed(block.eqns):
        if not eqn.blocks:
            if not useful.isdisjoint(eqn.outs):
                useful.update(differentiable_args(eqn))
        elif isinstance(eqn.op, (If, Try)):
            for inner in eqn.blocks:
                _mark(useful, (r for o, r in zip(eqn.outs, inner.results) if o in useful))
                _useful(inner, useful)
        elif isinstance(eqn.op, For):
            _useful_loop(eqn, eqn.op, useful)
        elif isinstance(eqn.op, Root):
            _useful_root(eqn, useful)


def _useful_root(eqn: Eqn, useful: set[Var]) -> None:
    (residual,) = eqn.blocks
    if eqn.outs[0] in useful:
        _mark(useful, residual.results)
        _mark(useful, eqn.args[1:])  # the limits of an integral
        _useful(residual, useful)


def _useful_loop(eqn: Eqn, op: For, useful: set[Var]) -> None:
    body = eqn.blocks[0]
    carried = body.params[op.seqs :]
    results = carried_results(eqn, op)
    _mark(useful, (r for o, r in zip(eqn.outs, results) if o in useful))
    again = True
    while again:
        _useful(body, useful)
        again = _mark(useful, (r for p, r in zip(carried, results) if p in useful))
    _mark(useful, (a for p, a in zip(body.params, eqn.args) if p in useful))
    _mark(useful, (a for o, a in zip(eqn.outs, eqn.args[op.seqs :]) if o in useful))
