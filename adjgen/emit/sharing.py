"""How lists go from name to name, and which have lists inside that are another list's too.

A store into such an inner list would be seen there: `x[::-1]` is a new list of the same rows,
and so are parts, joined and repeated lists.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from adjgen.elementary.row import TABLE
from adjgen.elementary.sequences import depth
from adjgen.ir.core import Atom, Block, Eqn, For, If, Try, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.types import is_mutable

SHALLOW = {"backwards", "part", "joined", "gathered", "filled", "as_tuple"}
# What is given a list that is inside another one then.
CONTAINERS = {"listing", "append", "with_item", "pack"}
WRITES = ("changed", "refilled")  # their first argument gets items, and is not read


def mutates(eqn: Eqn) -> bool:
    """Whether a row stores into its first argument."""
    return isinstance(eqn.op, str) and TABLE[eqn.op].mutates


def is_list(atom: Atom) -> bool:
    """Whether a value is a list, or an array."""
    return isinstance(atom, Var) and is_mutable(atom.type)


def moves(eqn: Eqn) -> Iterable[tuple[Atom, Atom]]:
    """Yield (from, to) where control flow gives a value another name."""
    if isinstance(eqn.op, (If, Try)):
        for block in eqn.blocks:
            yield from zip(block.results, eqn.outs)
    elif isinstance(eqn.op, For):
        body, seqs = eqn.blocks[0], eqn.op.seqs
        for k in range(eqn.op.carried):
            for source in (eqn.args[seqs + k], body.results[k]):
                yield source, body.params[seqs + k]
                yield source, eqn.outs[k]


def shallow(eqn: Eqn) -> Iterator[tuple[Var, Atom]]:
    """Yield (new list, list) where lists inside belong to both."""
    if isinstance(eqn.op, For):
        yield from _collected(eqn, eqn.op)
    elif eqn.outs and eqn.outs[0].type.dtype:
        return  # an array has no lists inside
    elif eqn.op in SHALLOW or (isinstance(eqn.op, str) and eqn.op.startswith("copied_")):
        levels = int(str(eqn.op)[7:]) if eqn.op not in SHALLOW else 1
        if depth(eqn.outs[0].type) > levels:
            yield from ((eqn.outs[0], arg) for arg in eqn.args if depth(arg.type))


def _collected(eqn: Eqn, op: For) -> Iterator[tuple[Var, Atom]]:
    """Yield the lists of lists that a loop collects."""
    collected = eqn.blocks[0].results[op.carried + op.exits :]
    for out, result in zip(eqn.outs[op.carried :], collected):
        if depth(result.type):
            yield out, result


def exposed(eqns: Sequence[Eqn], results: Iterable[Atom]) -> set[Atom]:
    """Return the lists whose lists inside are stored into, or returned, under this name or a later one."""
    sources: dict[Atom, list[Atom]] = {}
    pending = [atom for atom in results if depth(atom.type)]
    for eqn in eqns:
        if mutates(eqn):
            sources.setdefault(eqn.outs[0], []).append(eqn.args[0])
            pending += eqn.args[:1] if len(eqn.args) > 3 else []  # x[i][j] = value
        if eqn.op in CONTAINERS and eqn.op != "pack":  # what is on a tape is read only
            sources.setdefault(eqn.outs[0], []).extend(a for a in eqn.args if depth(a.type) > 1)
        for source, target in (*moves(eqn), *((s, t) for t, s in shallow(eqn))):
            sources.setdefault(target, []).append(source)
    return closure(pending, sources)


def closure(pending: list[Atom], sources: Mapping[Atom, Iterable[Atom]]) -> set[Atom]:
    """Return some variables and all that they come from."""
    found = set(pending)
    while pending:
        new = [source for source in sources.get(pending.pop(), ()) if source not in found]
        found.update(new)
        pending += new
    return found


def shared(
    eqn: Eqn, block: Block, k: int, borrowed: Container[Atom], busy: Container[Atom],
    given: Container[Atom], free: FreeVariables,
) -> Iterator[Var]:  # fmt: skip
    """Yield the new lists that share lists inside with one that is used after equation k of a block.

    `given` are lists of the caller's that the function changes: he sees what becomes of their rows.
    """
    for out, source in shallow(eqn):
        inner = eqn.blocks[0] if eqn.blocks else None
        own = inner is not None and any(source in made.outs for made in inner.eqns)
        theirs = source in borrowed and source not in given
        if theirs or source in busy or (inner and not own) or is_read(source, block, k, free):
            yield out


def is_read(atom: Atom, block: Block, k: int, free: FreeVariables) -> bool:
    """Whether a list is read by what comes after equation k of a block."""
    later = block.eqns[k + 1 :]
    return (
        atom in block.results
        or any(atom in e.args[e.op in WRITES :] for e in later)
        or any(atom in free.of(inner) for e in later for inner in e.blocks)
    )
