"""Variables that may have no value: copying one would fail where the user's program does not read it.

A function that copies one (or keeps it on a tape) starts it as None, so that reading it still fails.
"""

from adjgen.ir.core import UNBOUND, Atom, Block, Call, Eqn, For, If, Opaque, Try, Var
from adjgen.ir.query import equations, kinds


def maybe_unbound(body: Block) -> set[Atom]:
    """Return the variables that may have no value when they are read."""
    found: set[Atom] = set()
    if kinds(body).isdisjoint((If, Try, For)):
        return found
    size = -1
    sure = after_try(body)
    joins = [eqn for eqn in equations(body) if eqn.blocks or copies(eqn)]
    while size != len(found):
        size = len(found)
        for eqn in joins:
            if isinstance(eqn.op, (If, Try)):
                for block in eqn.blocks:
                    given = zip(eqn.outs, block.results)
                    found |= {o for o, r in given if _is(sure.get((block, r), r), found)}
            elif isinstance(eqn.op, For):
                params = eqn.blocks[0].params[eqn.op.seqs :]
                for k, param in enumerate(params):
                    if any(
                        _is(a, found) for a in (eqn.args[eqn.op.seqs + k], eqn.blocks[0].results[k])
                    ):
                        found |= {param, eqn.outs[k]}
            elif copies(eqn):
                found |= {out for out in eqn.outs if _is(eqn.args[0], found)}
    return found


def after_try(body: Block) -> dict[tuple[Block, Atom], Atom]:
    """Return for arms where the body of a try has ended, and the outs of the try, what the body gave."""
    if Try not in kinds(body):
        return {}
    tries = {
        eqn.outs[0]: dict(zip(eqn.outs, eqn.blocks[0].results))
        for eqn in equations(body)
        if isinstance(eqn.op, Try) and eqn.op.caught
    }
    return {
        (eqn.blocks[1], out): result
        for eqn in equations(body)
        if isinstance(eqn.op, If) and isinstance(eqn.args[0], Var)
        for out, result in tries.get(eqn.args[0], {}).items()
    }


def maybe_absent(body: Block) -> set[Atom]:
    """Return the variables that may have no value, and those that may come from a tape as None."""
    found = maybe_unbound(body)
    packed: dict[Atom, set[int]] = {}  # which items of tuples on tapes are
    size = -1 if found else 0
    while size != (grown := len(found) + sum(map(len, packed.values()))):
        size = grown
        for eqn in equations(body):
            pairs: list[tuple[Var, Atom]] = []
            if isinstance(eqn.op, For):
                block, first = eqn.blocks[0], eqn.op.carried + eqn.op.exits
                pairs += zip(eqn.outs[eqn.op.carried :], block.results[first:])
                pairs += zip(block.params, eqn.args[: eqn.op.seqs])
            elif isinstance(eqn.op, If):
                pairs += [pair for block in eqn.blocks for pair in zip(eqn.outs, block.results)]
            elif eqn.op == "backwards":
                pairs += zip(eqn.outs, eqn.args)
            elif eqn.op == "pack":
                packed[eqn.outs[0]] = {k for k, arg in enumerate(eqn.args) if arg in found}
            elif eqn.op in ("unpack", "popped"):
                found |= {eqn.outs[k] for k in packed.get(eqn.args[0], ())}
                pairs += zip(eqn.outs, eqn.args) if len(eqn.outs) == 1 else ()
            found |= {o for o, a in pairs if a in found}
            for o, a in pairs:
                packed.setdefault(o, set()).update(packed.get(a, ()))
    return found


def _is(atom: Atom, found: set[Atom]) -> bool:
    return atom is UNBOUND or atom in found


def measures(eqn: Eqn) -> bool:
    """Whether an equation asks how long a list is, for its adjoint: none where there is no list."""
    return eqn.derivative and (eqn.op == "len" or str(eqn.op).startswith("zeros_like"))


def copies(eqn: Eqn) -> bool:
    """Whether an equation copies a list, an array, before it is stored into: None where there is none."""
    return eqn.derivative and str(eqn.op).startswith(("copied_", "np.copy"))


def copies_unbound(body: Block, names: dict[Var, str]) -> bool:
    """Whether a variable that may have no value is copied to another name, or kept."""
    found = maybe_unbound(body)
    if not found:
        return False
    sure = after_try(body)
    for eqn in equations(body):
        pairs: list[tuple[Var, Atom]] = []
        if isinstance(eqn.op, (If, Try)):
            for block in eqn.blocks:
                given = zip(eqn.outs, block.results)
                pairs += [(o, r) for o, r in given if _is(sure.get((block, r), r), found)]
        elif isinstance(eqn.op, For):
            params, results = eqn.blocks[0].params[eqn.op.seqs :], eqn.blocks[0].results
            pairs += zip(params, eqn.args[eqn.op.seqs :])
            pairs += zip(params, results)
            pairs += zip(eqn.outs, params)
            if any(r in found for r in results[eqn.op.carried + eqn.op.exits :]):
                return True
        elif isinstance(eqn.op, Opaque):
            pairs += [
                (o, a)
                for o in eqn.outs
                for a in eqn.args
                if isinstance(a, Var) and a.hint == o.hint
            ]
        elif eqn.op == "pack" or isinstance(eqn.op, Call) or measures(eqn) or copies(eqn):
            if any(arg in found for arg in eqn.args):
                return True
        copied = ((o, a) for o, a in pairs if isinstance(a, Var) and a in found)
        if any(names.get(a) != names.get(o) for o, a in copied):
            return True
    return False
