"""Several lists that one loop fills and one loop walks backwards become one list of tuples.

Only for text: the intermediate form that is differentiated again keeps the lists apart.
"""

from collections import Counter
from dataclasses import replace

from adjgen.elementary.row import row
from adjgen.ir.core import Block, Eqn, For, Function, Var
from adjgen.ir.query import use_counts
from adjgen.ir.types import OPAQUE, seq

row("pack", lambda *items: items, result="opaque", raises=False, variadic=True, category="sequence")
row("unpack", tuple, result="opaque", raises=False, category="sequence")


def packed(function: Function) -> Function:
    """Return the function with its tapes packed."""
    return replace(function, body=_block(function.body, use_counts(function.body)))


def _block(block: Block, uses: Counter[Var]) -> Block:
    eqns = [
        replace(e, blocks=tuple(_block(b, uses) for b in e.blocks)) if e.blocks else e
        for e in block.eqns
    ]
    backwards = {e.args[0]: e.outs[0] for e in eqns if e.op == "backwards"}
    walkers = {
        arg: k for k, e in enumerate(eqns) if isinstance(e.op, For) for arg in e.args[: e.op.seqs]
    }
    for k, eqn in enumerate(eqns):
        if eqn is None or not isinstance(eqn.op, For):
            continue
        tapes: dict[int, list[Var]] = {}
        for tape in eqn.outs[eqn.op.carried :]:
            walked = backwards.get(tape)
            if walked in walkers and uses[tape] == uses[walked] == 1:  # type: ignore[index]
                tapes.setdefault(walkers[walked], []).append(tape)  # type: ignore[index]
        for walker, lists in tapes.items():
            if len(lists) > 1:
                _pack(eqns, k, walker, lists, backwards)
    return replace(block, eqns=tuple(e for e in eqns if e is not None))


def _pack(eqns: list, filler: int, walker: int, lists: list[Var], backwards: dict) -> None:  # type: ignore[type-arg]
    """Replace lists by one, in the loop that fills them and in the one that walks them."""
    fill, walk = eqns[filler], eqns[walker]
    at = [fill.outs.index(tape) for tape in lists]
    body, offset = fill.blocks[0], int(fill.op.exits)
    item, tape, element, mirrored = (
        Var("", OPAQUE),
        Var("tape", seq(OPAQUE)),
        Var("", OPAQUE),
        Var("", seq(OPAQUE)),
    )
    values = tuple(body.results[k + offset] for k in at)
    results = [
        r
        for k, r in enumerate(body.results)
        if k - offset not in at or k < fill.op.carried + offset
    ]
    body = Block(
        body.params, (*body.eqns, Eqn((item,), "pack", values, derivative=True)), (*results, item)
    )
    outs = tuple(o for o in fill.outs if o not in lists) + (tape,)
    eqns[filler] = replace(fill, outs=outs, blocks=(body, *fill.blocks[1:]))
    mirrors = [backwards[one] for one in lists]
    positions = [walk.args.index(m) for m in mirrors]
    inner = walk.blocks[0]
    elements = tuple(inner.params[p] for p in positions)
    seqs = [a for k, a in enumerate(walk.args[: walk.op.seqs]) if k not in positions]
    params = [p for k, p in enumerate(inner.params[: walk.op.seqs]) if k not in positions]
    split = walk.op.seqs
    new = Block(
        (element, *params, *inner.params[split:]),
        (Eqn(elements, "unpack", (element,), derivative=True), *inner.eqns), inner.results,
    )  # fmt: skip
    op = For(len(seqs) + 1, walk.op.carried)
    eqns[walker] = replace(walk, op=op, args=(mirrored, *seqs, *walk.args[split:]), blocks=(new,))
    first = next(k for k, e in enumerate(eqns) if e is not None and e.outs and e.outs[0] in mirrors)
    for k, e in enumerate(eqns):
        if e is not None and e.outs and e.outs[0] in mirrors:
            eqns[k] = None
    eqns[first] = Eqn((mirrored,), "backwards", (tape,), derivative=True)


__all__ = ["packed"]
