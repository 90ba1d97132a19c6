"""Whether a function is well formed: every variable defined once, before its use; arities agree."""

from adjgen.ir.core import Atom, Block, Eqn, For, Function, If, Root, Try, Var
from adjgen.ir.integrals import Integral


class MalformedError(AssertionError):
    """A broken invariant of the intermediate form: a bug in adjgen, never in the user's code."""


def check(function: Function) -> Function:
    """Return the function, or raise MalformedError."""
    if [var for param in function.params for var in param.vars] != list(function.body.params):
        raise MalformedError(f"{function.name}: parameters differ from those of the body")
    if function.result.leaves() != len(function.body.results):
        raise MalformedError(f"{function.name}: results differ from the structure")
    _block(function.body, set(), set())
    return function


def _block(block: Block, visible: set[Var], seen: set[Var]) -> None:
    visible = visible | set(block.params)
    _define(block.params, seen)
    for eqn in block.eqns:
        for arg in eqn.args:
            _read(arg, visible, eqn)
        for inner in eqn.blocks:
            _block(inner, visible, seen)
        _arity(eqn)
        _define(eqn.outs, seen)
        visible.update(eqn.outs)
    for result in block.results:
        _read(result, visible, None)


def _define(variables: tuple[Var, ...], seen: set[Var]) -> None:
    for var in variables:
        if var in seen:
            raise MalformedError(f"{var} is defined twice")
        seen.add(var)


def _read(atom: Atom, visible: set[Var], eqn: Eqn | None) -> None:
    if isinstance(atom, Var) and atom not in visible:
        raise MalformedError(f"{atom} is read before it is defined, by {eqn}")


def _arity(eqn: Eqn) -> None:
    op = eqn.op
    if isinstance(op, If):
        good = [len(block.results) for block in eqn.blocks] == [len(eqn.outs)] * 2
    elif isinstance(op, Try):
        good = all(len(block.results) == len(eqn.outs) for block in eqn.blocks)
        params = [len(block.params) for block in eqn.blocks]
        good = good and params == [0] + [1] * len(eqn.args)
    elif isinstance(op, For):
        body = eqn.blocks[0]
        good = (
            len(eqn.args) == op.seqs + op.carried == len(body.params)
            and len(body.results) == len(eqn.outs) + op.exits
            and len(eqn.blocks) == 1 + op.tested
        )
        if op.tested and good:
            condition = eqn.blocks[1]
            good = len(condition.params) == op.carried and len(condition.results) == 1
    elif isinstance(op, Root):
        inner = eqn.blocks[0]
        parts = eqn.outs, eqn.args, eqn.blocks, inner.params, inner.results
        limits = 2 * isinstance(op, Integral)
        good = [len(part) for part in parts] == [1, 1 + limits, 1, 1, 1]
    else:
        good = not eqn.blocks
    if not good:
        raise MalformedError(f"arguments, results and blocks do not agree in {eqn.op}")
