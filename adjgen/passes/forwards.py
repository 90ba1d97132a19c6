"""An adjoint loop that carries nothing from turn to turn but sums walks forwards, as its primal loop does.

before                                      after
    for v in reversed(x):                       for v in x:
        t_bar = t_bar                               x_bar.append(2.0 * v * bar)
        x_bar.append(2.0 * v * t_bar)           return x_bar
    return x_bar[::-1]                      with bar for the t_bar that no turn changes
"""

from dataclasses import replace

from adjgen.ir.core import Atom, Block, Eqn, For, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import kinds, substituted, use_counts
from adjgen.passes.accumulate import accumulates


def forwards(block: Block) -> Block:
    """Return the block with adjoint loops turned round, and without what they carry unchanged."""
    return _Turning().block(block) if For in kinds(block) else block


class _Turning:
    """What made the variables so far."""

    def __init__(self) -> None:
        self.made_by: dict[Atom, Eqn] = {}

    def block(self, block: Block) -> Block:
        if not any(eqn.blocks for eqn in block.eqns):
            self.made_by.update((out, eqn) for eqn in block.eqns for out in eqn.outs)
            return block
        eqns: list[Eqn] = []
        mapping: dict[Var, Atom] = {}
        for eqn in block.eqns:
            eqn = FreeVariables().equation(eqn, mapping) if mapping else eqn
            if eqn.blocks:
                eqn = eqn.reading(eqn.args, tuple(self.block(inner) for inner in eqn.blocks))
            made = [eqn]
            if isinstance(eqn.op, For) and eqn.derivative and not (eqn.op.tested or eqn.op.exits):
                eqn = _settled(eqn, eqn.op, mapping)
                made = self.turned(eqn)
            self.made_by.update((out, one) for one in made for out in one.outs)
            eqns += made
        results = tuple(substituted(result, mapping) for result in block.results)
        return Block(block.params, tuple(eqns), results)

    def turned(self, eqn: Eqn) -> list[Eqn]:
        """Return a loop that walks forwards, and the lists that it collects backwards; or the loop."""
        assert isinstance(eqn.op, For)
        op, body, walked = eqn.op, eqn.blocks[0], eqn.args[: eqn.op.seqs]
        uses = use_counts(body)
        mirrors = [self.mirrored(arg) for arg in walked]
        if not any(mirrors) or any(m is None and uses[e] for m, e in zip(mirrors, body.params)):
            return [eqn]
        if not all(accumulates(eqn, k) for k in range(op.carried)):
            return [eqn]
        seqs = [arg if mirror is None else mirror for arg, mirror in zip(walked, mirrors)]
        eqn = self.filled(eqn, op, seqs)
        collected = eqn.outs[op.carried :]
        lists = tuple(Var(o.hint, o.type) for o in collected)
        backwards = [
            Eqn((o,), "backwards", (one,), (), eqn.loc, True) for o, one in zip(collected, lists)
        ]
        return [replace(eqn, outs=eqn.outs[: op.carried] + lists), *backwards]

    def mirrored(self, walked: Atom) -> Atom | None:
        """Return the list that is walked backwards."""
        eqn = self.made_by.get(walked)
        return eqn.args[0] if eqn is not None and eqn.op == "backwards" else None

    def filled(self, eqn: Eqn, op: For, seqs: list[Atom]) -> Eqn:
        """Return a loop over lists that does not walk those of one value, if it walks another."""
        body = eqn.blocks[0]
        constant: dict[Var, Atom] = {}
        for element, arg in zip(body.params, seqs):
            made = self.made_by.get(arg)
            if made is not None and made.op == "filled" and len(constant) + 1 < len(seqs):
                constant[element] = made.args[0]
        kept = [k for k in range(op.seqs) if body.params[k] not in constant]
        params = (*(body.params[k] for k in kept), *body.params[op.seqs :])
        args = (*(seqs[k] for k in kept), *eqn.args[op.seqs :])
        body = replace(FreeVariables().given(body, constant), params=params)
        return replace(eqn, op=replace(op, seqs=len(kept)), args=args, blocks=(body,))


def _settled(eqn: Eqn, op: For, mapping: dict[Var, Atom]) -> Eqn:
    """Return a loop without the carried values that no turn changes; `mapping` learns what they are."""
    body, seqs = eqn.blocks[0], op.seqs
    same = [k for k in range(op.carried) if body.results[k] is body.params[seqs + k]]
    if not same:
        return eqn
    inside = {body.params[seqs + k]: eqn.args[seqs + k] for k in same}
    mapping |= {eqn.outs[k]: eqn.args[seqs + k] for k in same}
    body = FreeVariables().given(body, inside)
    kept = [k for k in range(len(eqn.outs)) if k not in same]
    places = [*range(seqs), *(seqs + k for k in kept if k < op.carried)]
    params = tuple(body.params[k] for k in places)
    results = tuple(body.results[k] for k in kept)
    return replace(
        eqn,
        op=replace(op, carried=op.carried - len(same)),
        args=tuple(eqn.args[k] for k in places),
        outs=tuple(eqn.outs[k] for k in kept),
        blocks=(Block(params, body.eqns, results),),
    )
