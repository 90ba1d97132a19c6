"""Several lists that one loop fills and one loop walks become one list of tuples.

Only for text: the intermediate form that is differentiated again keeps the lists apart.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from adjgen.elementary.row import row
from adjgen.ir.core import Atom, Block, Eqn, For, Function, Var
from adjgen.ir.query import kinds, use_counts
from adjgen.ir.types import OPAQUE, Type, seq

row("pack", lambda *items: items, result="opaque", raises=False, variadic=True, category="sequence")
row("unpack", tuple, result="opaque", raises=False, category="sequence")


@cache
def several(count: int) -> Type:
    """Return the type of so many values as a tuple."""
    return Type(f"tuple of {count}")


def packed(function: Function) -> Function:
    """Return the function with its tapes packed."""
    if For not in kinds(function.body):
        return function
    return replace(function, body=_block(function.body, use_counts(function.body)))


def _block(block: Block, uses: Counter[Atom]) -> Block:
    if not any(eqn.blocks for eqn in block.eqns):
        return block
    eqns = {
        k: replace(e, blocks=tuple(_block(b, uses) for b in e.blocks)) if e.blocks else e
        for k, e in enumerate(block.eqns)
    }
    mirrors: dict[Atom, Var] = {e.args[0]: e.outs[0] for e in eqns.values() if e.op == "backwards"}
    walkers = {
        arg: k for k, e in eqns.items() if isinstance(e.op, For) for arg in e.args[: e.op.seqs]
    }
    for k, eqn in [(k, e) for k, e in eqns.items() if isinstance(e.op, For)]:
        tapes: dict[tuple[int, bool], list[Var]] = {}
        for tape in _collected(eqn):
            walked = mirrors.get(tape, tape)
            if walked in walkers and uses[tape] == uses[walked] == 1:
                tapes.setdefault((walkers[walked], tape in mirrors), []).append(tape)
        for (walker, _), lists in tapes.items():
            if len(lists) > 1:
                _pack(eqns, k, walker, lists, [mirrors.get(one, one) for one in lists])
    return Block(block.params, tuple(eqns.values()), block.results)


def _collected(eqn: Eqn) -> tuple[Var, ...]:
    return eqn.outs[eqn.op.carried :] if isinstance(eqn.op, For) else ()


def _pack(
    eqns: dict[int, Eqn], filler: int, walker: int, lists: list[Var], mirrors: list[Var]
) -> None:
    """Replace lists by one, in the loop that fills them and in the one that walks them."""
    tape = mirrored = Var("tape", seq(several(len(lists))))
    eqns[filler] = filling(eqns[filler], lists, tape)
    if mirrors != lists:
        mirrored = Var("", tape.type)
    eqns[walker] = walking(eqns[walker], mirrors, mirrored)
    made = [k for k, e in eqns.items() if e.op == "backwards" and e.outs[0] in mirrors]
    for k in made[:1]:
        eqns[k] = Eqn((mirrored,), "backwards", (tape,), derivative=True)
    for k in made[1:]:
        del eqns[k]


def filling(eqn: Eqn, lists: Sequence[Var], tape: Var) -> Eqn:
    """Return a loop that fills one list with tuples instead of several lists."""
    assert isinstance(eqn.op, For)
    body, offset = eqn.blocks[0], int(eqn.op.exits)
    at = [eqn.outs.index(one) + offset for one in lists]
    item = Var("", OPAQUE)
    pack = Eqn((item,), "pack", tuple(body.results[k] for k in at), derivative=True)
    results = [r for k, r in enumerate(body.results) if k not in at]
    body = Block(body.params, (*body.eqns, pack), (*results, item))
    outs = tuple(o for o in eqn.outs if o not in lists) + (tape,)
    return replace(eqn, outs=outs, blocks=(body, *eqn.blocks[1:]))


def walking(eqn: Eqn, mirrors: Sequence[Var], mirrored: Var) -> Eqn:
    """Return a loop that walks one list of tuples instead of several lists."""
    assert isinstance(eqn.op, For)
    body, split, element = eqn.blocks[0], eqn.op.seqs, Var("", OPAQUE)
    at = [eqn.args.index(m) for m in mirrors]
    unpack = Eqn(tuple(body.params[k] for k in at), "unpack", (element,), derivative=True)
    others = [k for k in range(split) if k not in at]
    params = (element, *(body.params[k] for k in others), *body.params[split:])
    args = (mirrored, *(eqn.args[k] for k in others), *eqn.args[split:])
    block = Block(params, (unpack, *body.eqns), body.results)
    return replace(eqn, op=replace(eqn.op, seqs=len(others) + 1), args=args, blocks=(block,))
