"""Which variables hold lists and arrays that are stored into, under which names: what storage asks."""

from adjgen.elementary.row import TABLE
from adjgen.emit.sharing import CONTAINERS, closure, is_list, moves, mutates, shallow
from adjgen.ir.core import Atom, Block, Eqn, Var


def consumed(eqns: list[Eqn]) -> set[Atom]:
    """Return the variables whose lists are stored into, under this name or a later one."""
    sources: dict[Atom, list[Atom]] = {}
    found: set[Atom] = set()
    for eqn in eqns:
        if mutates(eqn):
            found.add(eqn.args[0])
        if eqn.op in CONTAINERS:
            found.update(arg for arg in eqn.args if is_list(arg))
        for source, target in moves(eqn):
            if is_list(source):
                sources.setdefault(target, []).append(source)
        for target, source in shallow(eqn):
            sources.setdefault(target, []).append(source)
    return closure(list(found), sources)


def rooted(params: tuple[Var, ...], eqns: list[Eqn]) -> dict[Atom, set[Atom]]:
    """Return, by what the caller's lists hold at the end, the variables that are these lists.

    Left out are those that hold something else on the way: what sorted, joined, copied gives.
    """
    sources: dict[Atom, list[Atom]] = {}
    for eqn in eqns:
        if mutates(eqn):
            sources.setdefault(eqn.outs[0], []).append(eqn.args[0])
        for source, target in moves(eqn):
            sources.setdefault(target, []).append(source)
    roots = {}
    for final in [eqn.args[-1] for eqn in eqns if eqn.op == "changed"]:
        found, pending = {final}, [final]
        while pending:
            new = set(sources.get(pending.pop(), ())) - found
            found |= new
            pending += new
        if len([v for v in found if v not in sources]) == 1 and not found.isdisjoint(params):
            roots[final] = found
    return roots


def is_view(eqn: Eqn) -> bool:
    """Whether the value may share memory with the array that it is made of."""
    return isinstance(eqn.op, str) and TABLE[eqn.op].view


def next_store(block: Block, k: int) -> int:
    """Return the position of the first equation after k that stores, or has blocks."""
    for at in range(k + 1, len(block.eqns)):
        if block.eqns[at].blocks:
            return at - 1
        if mutates(block.eqns[at]):
            return at
    return len(block.eqns) - 1
