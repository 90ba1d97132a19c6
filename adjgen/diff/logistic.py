"""The logistic function, as people write it: y = 1.0 / (1.0 + np.exp(m)) has the slope -y * (1.0 - y).

The chain rule through the exponential gives -(y / (1.0 + e)) * e, which costs more, and is nan where
e overflows and y is 0. (Where math.exp overflows it raises, and so does the value.)
"""

from adjgen.ir.core import Atom, Block, Const, Eqn

ONES = (Const(1), Const(1.0))


def logistics(block: Block) -> dict[Eqn, Eqn]:
    """Return, for the last equation of each logistic function in a block, one that goes from m to y."""
    exponents: dict[Atom, Atom] = {}  # np.exp(m) -> m
    below: dict[Atom, Atom] = {}  # 1.0 + np.exp(m) -> m
    found: dict[Eqn, Eqn] = {}
    for eqn in block.eqns:
        if eqn.op == "np.exp":
            exponents[eqn.outs[0]] = eqn.args[0]
        elif eqn.op == "add":
            for one, e in (eqn.args, eqn.args[::-1]):
                if one in ONES and e in exponents:
                    below[eqn.outs[0]] = exponents[e]
        elif eqn.op == "div" and eqn.args[0] in ONES and eqn.args[1] in below:
            found[eqn] = Eqn(eqn.outs, "logistic", (below[eqn.args[1]],), (), eqn.loc)
    return found
