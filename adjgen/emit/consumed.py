"""Which variables hold lists and arrays that are stored into, under which names: what storage asks."""

from collections.abc import Iterator, Sequence

from adjgen.elementary.row import TABLE
from adjgen.elementary.sequences import depth
from adjgen.ir.core import Atom, Block, Eqn, For, Var
from adjgen.ir.query import closure, moves
from adjgen.ir.types import BOOL, INT, NOTHING, REAL, Type, is_mutable, join

CONTAINERS = {
    "listing",
    "append",
    "with_item",
    "pack",
}  # a list that they are given is inside one then
# What makes a new list of the lists inside another one.
SHALLOW = {"backwards", "part", "joined", "gathered", "filled", "repeated", "as_tuple"}
WRITES = ("changed", "refilled")  # their first argument gets items, and is not read


def mutates(eqn: Eqn) -> bool:
    """Whether a row stores into its first argument."""
    return isinstance(eqn.op, str) and TABLE[eqn.op].mutates


def is_list(atom: Atom) -> bool:
    """Whether a value is a list, or an array."""
    return isinstance(atom, Var) and is_mutable(atom.type)


def shallow(eqn: Eqn) -> Iterator[tuple[Var, Atom]]:
    """Yield (new list, list) where lists inside belong to both."""
    if isinstance(eqn.op, For):
        yield from _collected(eqn, eqn.op)
    elif isinstance(eqn.op, str) and (eqn.op in SHALLOW or eqn.op.startswith("copied_")):
        copied = eqn.op.removeprefix("copied_")  # so many lists deep, or an array
        if depth(eqn.outs[0].type) > (int(copied) if copied.isdigit() else 1):
            yield from ((eqn.outs[0], arg) for arg in eqn.args if depth(arg.type))


def _collected(eqn: Eqn, op: For) -> Iterator[tuple[Var, Atom]]:
    """Yield the lists of lists that a loop collects."""
    collected = eqn.blocks[0].results[op.carried + op.exits :]
    for out, result in zip(eqn.outs[op.carried :], collected):
        if depth(result.type):
            yield out, result


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


def is_flat(kind: Type) -> bool:
    """Whether this is the type of a list of numbers."""
    return kind.element in (REAL, INT, BOOL)


def numbers(eqns: Sequence[Eqn]) -> dict[Atom, Type]:
    """Return the type of the numbers of each array: of all that its memory is given over time."""
    near: dict[Atom, list[Atom]] = {}
    for eqn in eqns:
        for one, other in pairs(eqn):
            if one.type.element and other.type.element:
                near.setdefault(one, []).append(other)
                near.setdefault(other, []).append(one)
    lists = {out for eqn in eqns for out in eqn.outs if is_flat(out.type)}
    found: dict[Atom, Type] = {}
    for start in lists:
        if start not in found:
            group = closure([start], near)
            kind = join(*[atom.type.element or NOTHING for atom in group])
            found |= dict.fromkeys(group, kind)
    return found


def pairs(eqn: Eqn) -> Iterator[tuple[Atom, Atom]]:
    """Yield pairs of lists that are in the same memory, now or later."""
    yield from moves(eqn)
    if mutates(eqn):
        yield eqn.outs[0], eqn.args[0]
