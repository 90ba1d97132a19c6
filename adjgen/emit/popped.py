"""Adjoint loops take what they need from the end of a tape, where that is nobody else's.

before                                            after
    for v, y in zip(reversed(x), reversed(tape)):     for v in reversed(x):
        ...                                               y = tape.pop()
                                                          ...

Only for text, and because it takes less time: one sequence less is walked beside the others, or none.
"""

from collections import Counter
from dataclasses import replace

from adjgen.elementary.row import row
from adjgen.ir.core import Atom, Block, Eqn, For, Function, Var
from adjgen.ir.query import kinds, use_counts

row("popped", lambda tape: tape[-1], result="opaque", raises=False, category="sequence")


def popped(function: Function) -> Function:
    """Return the function with its tapes emptied by the loops that walk them backwards."""
    if "backwards" not in kinds(function.body):
        return function
    return replace(function, body=_block(function.body, use_counts(function.body)))


def _block(block: Block, uses: Counter[Atom]) -> Block:
    if For not in kinds(block):
        return block
    tapes: set[Atom] = set()  # filled in this block: a loop around it would empty them twice
    mirrors: dict[Atom, Atom] = {}
    eqns: list[Eqn] = []
    for eqn in block.eqns:
        if eqn.blocks:
            eqn = eqn.reading(eqn.args, tuple([_block(inner, uses) for inner in eqn.blocks]))
        if isinstance(eqn.op, For):
            found = {a: mirrors[a] for a in _taken(eqn, eqn.op, mirrors)}
            tapes.update(out for out in eqn.outs[eqn.op.carried :] if uses[out] == 1)
            if found:
                eqns = [e for e in eqns if e.op != "backwards" or e.outs[0] not in found]
                eqn = _popping(eqn, eqn.op, found)
        elif eqn.op == "backwards" and eqn.args[0] in tapes and uses[eqn.outs[0]] == 1:
            mirrors[eqn.outs[0]] = eqn.args[0]
        eqns.append(eqn)
    return Block(block.params, tuple(eqns), block.results)


def _taken(eqn: Eqn, op: For, mirrors: dict[Atom, Atom]) -> list[Atom]:
    """Return what a loop walks and could pop: not all, and nothing where it may be a comprehension."""
    walked = eqn.args[: op.seqs]
    found = [arg for arg in walked if arg in mirrors]
    if op.tested or op.exits or not op.carried or len(walked) < 2:
        return []
    return found if len(found) < len(walked) else found[1:]


def _popping(eqn: Eqn, op: For, mirrors: dict[Atom, Atom]) -> Eqn:
    """Return a loop that pops the last item of each tape when a turn begins."""
    body, first = eqn.blocks[0], list[Eqn]()
    unpacks = {e.args[0]: e for e in body.eqns if e.op == "unpack"}
    for element, arg in zip(body.params, eqn.args[: op.seqs]):
        if arg in mirrors:
            unpack = unpacks.get(element)
            outs: tuple[Var, ...] = unpack.outs if unpack is not None else (element,)
            first.append(Eqn(outs, "popped", (mirrors[arg],), (), None, True))
    gone = [element for element, arg in zip(body.params, eqn.args[: op.seqs]) if arg in mirrors]
    kept = [e for e in body.eqns if e.op != "unpack" or e.args[0] not in gone]
    kept.sort(key=lambda e: e.op != "unpack")  # which the header does
    params = tuple([param for param in body.params if param not in gone])
    args = tuple([arg for arg in eqn.args if arg not in mirrors])
    at = sum(e.op == "unpack" for e in kept)
    block = Block(params, (*kept[:at], *first, *kept[at:]), body.results)
    return replace(eqn, op=replace(op, seqs=op.seqs - len(gone)), args=args, blocks=(block,))
