"""Lists whose lists inside are another list's too: a store into such an inner list would be seen there.

`x[::-1]` is a new list of the same rows, and so are parts, joined and repeated lists.
"""

from collections.abc import Container, Iterable, Iterator, Sequence

from adjgen.elementary.sequences import depth
from adjgen.emit.consumed import CONTAINERS, WRITES, mutates, shallow
from adjgen.ir.core import Atom, Block, Eqn, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import closure, moves


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
