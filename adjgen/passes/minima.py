"""What is never negative however its variables are chosen: at a zero it has a minimum, and slope 0 there.

So the square root of a sum of squares has, at the origin, the derivative 0 of hypot and not inf * 0.
Conditions tell nothing here: behind `if x >= 0.0` the slope of x at 0 is still 1.
"""

from collections.abc import Mapping

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Const, Eqn, For, If, Try, Var

NEVER_NEGATIVE = {"abs", "fabs", "hypot", "dist", "exp", "exp2", "cosh"}
IF_ARGUMENTS_ARE = {"add", "mul", "div", "sum", "fsum", "prod", "float", "pos", "sqrt", "cbrt"}
POWERS = {"pow", "math_pow"}


def never_negative(
    atom: Atom, made_by: Mapping[Var, Eqn], assumed: frozenset[Var] = frozenset()
) -> bool:
    """Whether a value has a minimum wherever it is 0."""
    if isinstance(atom, Const):
        return isinstance(atom.value, (int, float)) and atom.value >= 0
    eqn = made_by.get(atom)
    if atom in assumed or eqn is None:
        return atom in assumed

    def are(*atoms: Atom) -> bool:
        return all(never_negative(a, made_by, assumed) for a in atoms)

    if isinstance(eqn.op, If):
        return are(*(block.results[eqn.outs.index(atom)] for block in eqn.blocks))
    if isinstance(eqn.op, Try):  # an out of the body is read only where that ended
        return are(eqn.blocks[0].results[eqn.outs.index(atom)])
    if isinstance(eqn.op, For):
        k, op = eqn.outs.index(atom), eqn.op
        if k >= op.carried:
            return False
        param = eqn.blocks[0].params[op.seqs + k]
        turn = never_negative(eqn.blocks[0].results[k], made_by, assumed | {param})
        return are(eqn.args[op.seqs + k]) and turn
    name = TABLE[eqn.op].like or eqn.op if isinstance(eqn.op, str) else ""
    if name == "np.square" or name == "mul" and eqn.args[0] == eqn.args[1]:
        return True
    if name in POWERS:
        exponent = eqn.args[1]
        even = isinstance(exponent, Const) and exponent.value in (2, 4, 6, 8)
        return even or are(eqn.args[0])
    return name in NEVER_NEGATIVE or (name in IF_ARGUMENTS_ARE and are(*eqn.args))
