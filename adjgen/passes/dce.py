"""Dead code: what nobody reads and cannot be noticed goes; effects, and primal code that can raise, stay.

before                          after
    t = x * x                       return x, 2.0
    s = 1.0
    for i in range(3): s = s + t
    return x, 2.0
"""

from dataclasses import replace

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Block, Const, Eqn, For, If, Opaque, Root, Try, Var
from adjgen.ir.types import BOOL, INT

Args = tuple[Atom, ...]
OVER_ALL = ("np.sum", "np.mean")  # along an axis they raise if there is none


def dce(block: Block) -> Block:
    """Return the block without dead equations."""
    live: set[Atom] = set(block.results)
    return replace(block, eqns=_live_equations(block.eqns, live))


def noticed(eqn: Eqn) -> bool:
    """Whether leaving an equation out could be noticed although nobody reads its outs."""
    if isinstance(eqn.op, str):
        return not eqn.outs or (not eqn.derivative and can_raise(eqn))
    if isinstance(eqn.op, Opaque):
        return not eqn.op.payload.is_name
    if isinstance(eqn.op, Root):
        return False
    if eqn.blocks:
        if isinstance(eqn.op, For):
            walked = eqn.args[: eqn.op.seqs]
            if not walked or not all(arg.type.element for arg in walked):
                return True  # it may never end, or uses up an iterator, or fails to walk at all
        return any(noticed(inner) for block in eqn.blocks for inner in block.eqns)
    return not eqn.derivative


def can_raise(eqn: Eqn) -> bool:
    """Whether a row can raise for the types (and constants) of its arguments."""
    assert isinstance(eqn.op, str)
    if any(arg.type.name == "opaque" for arg in eqn.args):
        return eqn.op not in ("is", "is_not", "not", "stop_gradient")
    if eqn.op == "range" and len(eqn.args) < 3:
        return any(arg.type not in (INT, BOOL) for arg in eqn.args)
    if eqn.outs and eqn.outs[0].type.dtype and TABLE[eqn.op].category in ("operator", "power"):
        return False  # of arrays that is inf or nan
    if eqn.op in OVER_ALL and eqn.args[1] == Const(None):
        return False
    if eqn.op in ("div", "mod", "floordiv") and isinstance(eqn.args[1], Const):
        return not eqn.args[1].value
    return TABLE[eqn.op].raises


def _live_equations(eqns: tuple[Eqn, ...], live: set[Atom]) -> tuple[Eqn, ...]:
    """Return the equations that stay; `live` grows by what they read."""
    kept: list[Eqn] = []
    loops = [eqn for eqn in eqns if eqn.blocks and isinstance(eqn.op, For)]
    made_by = {out: eqn for eqn in eqns for out in eqn.outs} if loops else {}
    taken: set[Args] = set()  # items that an equation further down takes
    for eqn in reversed(eqns):
        again = eqn.op == "item" and eqn.args in taken
        if live.isdisjoint(eqn.outs) and (again or not noticed(eqn)):
            continue
        _note_taken(eqn, taken)
        if not eqn.blocks:
            pass
        elif isinstance(eqn.op, If):
            eqn = _live_if(eqn, live)
        elif isinstance(eqn.op, Root):
            inner = set[Atom](eqn.blocks[0].results)
            eqns = _live_equations(eqn.blocks[0].eqns, inner)
            eqn = replace(eqn, blocks=(replace(eqn.blocks[0], eqns=eqns),))
            live |= inner
        elif isinstance(eqn.op, Try):
            eqn = _live_try(eqn, eqn.op, live)
        elif isinstance(eqn.op, For):
            eqn = _live_for(eqn, eqn.op, live, made_by)
        live.update(eqn.args)
        kept.append(eqn)
    return tuple(reversed(kept))


def _note_taken(eqn: Eqn, taken: set[Args]) -> None:
    """Note which items an equation takes, and of which rows: they are not looked for before it as well."""
    if eqn.op == "item" and eqn.args[0].type.element and not eqn.derivative:
        taken.update(eqn.args[:k] for k in range(2, len(eqn.args) + 1))
    elif taken and noticed(eqn):
        taken.clear()  # what raises before that would be noticed must not raise behind it
    if eqn.op == "with_item" and not eqn.derivative:
        taken.update((eqn.args[0], *eqn.args[2:k]) for k in range(3, len(eqn.args)))


def _live_if(eqn: Eqn, live: set[Atom]) -> Eqn:
    wanted = [k for k, out in enumerate(eqn.outs) if out in live]
    blocks = []
    for block in eqn.blocks:
        results = tuple(block.results[k] for k in wanted)
        inner = set[Atom](results)
        eqns = _live_equations(block.eqns, inner)
        live |= inner
        blocks.append(Block((), eqns, results))
    return replace(eqn, outs=tuple(eqn.outs[k] for k in wanted), blocks=tuple(blocks))


def _live_try(eqn: Eqn, op: Try, live: set[Atom]) -> Eqn:
    wanted = [k for k, out in enumerate(eqn.outs) if out in live or (op.caught and k == 0)]
    blocks = []
    for block in eqn.blocks:
        results = tuple(block.results[k] for k in wanted)
        inner = set[Atom](results)
        blocks.append(Block(block.params, _live_equations(block.eqns, inner), results))
        live |= inner
    return replace(eqn, outs=tuple(eqn.outs[k] for k in wanted), blocks=tuple(blocks))


def _length(sequence: Atom, made_by: dict[Var, Eqn]) -> object:
    """Return what is the same for sequences that are as long: range(len(x)) and x, tapes of one loop."""
    eqn = made_by.get(sequence) if isinstance(sequence, Var) else None
    while eqn is not None and eqn.op in ("backwards", "range", "len") and len(eqn.args) == 1:
        (sequence,) = eqn.args
        eqn = made_by.get(sequence) if isinstance(sequence, Var) else None
    taped = eqn is not None and isinstance(eqn.op, For) and sequence in eqn.outs[eqn.op.carried :]
    return eqn if taped else sequence


def _live_for(eqn: Eqn, op: For, live: set[Atom], made_by: dict[Var, Eqn]) -> Eqn:
    body, seqs = eqn.blocks[0], op.seqs
    split = op.carried + op.exits
    carried = {k for k in range(op.carried) if eqn.outs[k] in live}
    collected = [k for k in range(op.carried, len(eqn.outs)) if eqn.outs[k] in live]
    condition: tuple[Eqn, ...] = ()
    while True:
        wanted = sorted(carried)
        results = [body.results[k] for k in wanted]
        results += body.results[op.carried : split]
        results += [body.results[k + op.exits] for k in collected]
        inner = set[Atom](results)
        eqns = _live_equations(body.eqns, inner)
        tested: set[Atom] = set()
        if op.tested:
            tested = set(eqn.blocks[1].results)
            condition = _live_equations(eqn.blocks[1].eqns, tested)
        read = {k for k in range(op.carried) if body.params[seqs + k] in inner}
        read |= {k for k in range(op.carried) if op.tested and eqn.blocks[1].params[k] in tested}
        if read <= carried:
            break
        carried |= read
    walked = [k for k in range(seqs) if body.params[k] in inner]
    for k in range(seqs):  # the shortest ends the loop
        lengths = [_length(eqn.args[j], made_by) for j in walked]
        if k not in walked and _length(eqn.args[k], made_by) not in lengths:
            walked = sorted([*walked, k])
    params = [body.params[k] for k in walked] + [body.params[seqs + k] for k in wanted]
    blocks = [Block(tuple(params), eqns, tuple(results))]
    if op.tested:
        kept = tuple(eqn.blocks[1].params[k] for k in wanted)
        blocks.append(Block(kept, condition, eqn.blocks[1].results))
    live |= inner | tested
    return replace(
        eqn,
        op=replace(op, seqs=len(walked), carried=len(wanted)),
        args=tuple([eqn.args[k] for k in walked] + [eqn.args[seqs + k] for k in wanted]),
        outs=tuple(eqn.outs[k] for k in [*wanted, *collected]),
        blocks=tuple(blocks),
    )
