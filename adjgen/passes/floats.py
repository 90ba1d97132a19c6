"""Gradients that may be ints, and so go through float(), become floats where they still have a factor in common.

before                              after
    a = y * z                           a = float(y * z)
    x_bar = float(a * w)                x_bar = a * w
    w_bar = float(a * x)                w_bar = a * x
"""

from collections.abc import Mapping

from adjgen.ir.core import Atom, Block, Eqn, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import fresh, substituted
from adjgen.ir.types import REAL

FLOAT_IF_ONE_IS = {"add", "sub", "mul", "neg"}


def floats(block: Block) -> Block:
    """Return the block with float() around what several gradients are computed from, if these are fewer."""
    rows = [eqn for eqn in block.eqns if isinstance(eqn.op, str) and len(eqn.outs) == 1]
    made_by = {eqn.outs[0]: eqn for eqn in rows if eqn.derivative}
    given = {eqn.outs[0]: _source(eqn.args[0], made_by) for eqn in rows if _is_gradient(eqn)}
    sources = {source for source in given.values() if source in made_by}
    gradients = {out for out, source in given.items() if source in sources}
    if len(sources) >= len(gradients):
        return block
    mapping: dict[Var, Atom] = {}
    free = FreeVariables()
    eqns: list[Eqn] = []
    for eqn in block.eqns:
        if eqn.outs and eqn.outs[0] in gradients:
            mapping[eqn.outs[0]] = substituted(eqn.args[0], mapping)
            continue
        eqn = free.equation(eqn, mapping) if mapping else eqn
        if eqn.outs and eqn.outs[0] in sources:
            (out,), exact = eqn.outs, fresh(eqn.outs[0])
            made = Eqn((exact,), eqn.op, eqn.args, (), eqn.loc, True)
            eqns += [made, Eqn((out,), "float", (exact,), (), eqn.loc, True)]
        else:
            eqns.append(eqn)
    return Block(block.params, tuple(eqns), tuple([substituted(r, mapping) for r in block.results]))


def _is_gradient(eqn: Eqn) -> bool:
    return eqn.op == "float" and eqn.derivative and isinstance(eqn.args[0], Var)


def _source(value: Atom, made_by: Mapping[Var, Eqn]) -> Atom:
    """Return the first derivative from which a value is computed: if that is a float, so is the value."""
    while isinstance(value, Var) and value in made_by and made_by[value].op in FLOAT_IF_ONE_IS:
        derived = [arg for arg in made_by[value].args if arg in made_by and arg.type == REAL]
        if not derived:
            break
        value = derived[0]
    return value
