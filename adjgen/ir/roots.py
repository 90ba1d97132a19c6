"""A function as it runs: what a solver found is the root, and nobody computes its residual."""

from dataclasses import replace

from adjgen.ir.core import Atom, Block, Eqn, Function, Root, Var
from adjgen.ir.query import kinds, substituted


def without_roots(function: Function) -> Function:
    """Return the function with what each solver returned in place of the root."""
    if Root not in kinds(function.body):
        return function
    return replace(function, body=_block(function.body, {}))


def _block(block: Block, found: dict[Var, Atom]) -> Block:
    eqns: list[Eqn] = []
    for eqn in block.eqns:
        args = tuple([substituted(arg, found) for arg in eqn.args])
        if not isinstance(eqn.op, Root):
            eqns.append(eqn.reading(args, tuple([_block(inner, found) for inner in eqn.blocks])))
            continue
        found[eqn.outs[0]] = args[0]
        if isinstance(args[0], Var) and not args[0].hint:
            args[0].hint = eqn.outs[0].hint
    results = tuple([substituted(result, found) for result in block.results])
    return Block(block.params, tuple(eqns), results)
