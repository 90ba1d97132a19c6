"""Stable forms: what overflows when it is differentiated step by step is differentiated as a whole.

before   e = exp(-x); s = 1 + e; y = 1 / s      x_bar through s and e is 0 * inf where e overflows
after    the same values; x_bar = y_bar * y * (1 - y)
"""

from dataclasses import replace

from adjgen.ir.core import Atom, Block, Const, Eqn, Var

ONES = (Const(1), Const(1.0))


def with_stable_forms(block: Block) -> Block:
    """Return a block in which the sigmoid of an array is one function of its argument."""
    made = {eqn.outs[0]: eqn for eqn in block.eqns if len(eqn.outs) == 1}
    eqns = []
    for eqn in block.eqns:
        x = _argument_of_sigmoid(eqn, made) if eqn.op == "div" and eqn.outs[0].type.dtype else None
        if x is not None:
            eqn = replace(eqn, op="logistic", args=(*eqn.args, x))
        elif eqn.blocks:
            inner = tuple(with_stable_forms(one) for one in eqn.blocks)
            eqn = eqn if inner == eqn.blocks else replace(eqn, blocks=inner)
        eqns.append(eqn)
    same = all(new is old for new, old in zip(eqns, block.eqns))
    return block if same else replace(block, eqns=tuple(eqns))


def _argument_of_sigmoid(eqn: Eqn, made: dict[Var, Eqn]) -> Var | None:
    """Return the x of 1 / (1 + exp(-x)); None for other quotients."""
    one, s = eqn.args
    total = _made(s, "add", made) if one in ONES else None
    terms = [a for a in total.args if a not in ONES] if total is not None else []
    grown = _made(terms[0], "np.exp", made) if len(terms) == 1 else None
    negative = _made(grown.args[0], "neg", made) if grown is not None else None
    x = negative.args[0] if negative is not None else None
    return x if isinstance(x, Var) else None


def _made(atom: Atom, op: str, made: dict[Var, Eqn]) -> Eqn | None:
    eqn = made.get(atom) if isinstance(atom, Var) else None
    return eqn if eqn is not None and eqn.op == op else None
