"""Copies lists where one that is stored into is used again: after that every store is made in place.

A list is consumed by a row that stores into it, and by a move (out of an arm, from turn to turn) to
a variable that is consumed. Whoever consumes must be the last to use it, and must own it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from adjgen.elementary.row import rows
from adjgen.emit.aliases import Aliases, may_be_array
from adjgen.emit.consumed import (
    CONTAINERS,
    WRITES,
    consumed,
    is_list,
    is_view,
    mutates,
    next_store,
    rooted,
)
from adjgen.emit.returned import copy, unshared
from adjgen.emit.sharing import exposed, shared
from adjgen.ir.core import Atom, Block, Call, Eqn, For, Function, If, Try, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import equations, kinds, moves, substituted

BORROWED = {"item", "unpacked", "stop_gradient"}  # their lists belong to another one


def in_place(function: Function) -> Function:
    """Return the function with the copies that stores in place need.

    The caller's list is stored into itself, unless that takes a copy: then it gets its items at the end.
    """
    there = kinds(function.body)
    if "changed" not in there and not any(row.mutates for row in rows(there)):
        made = function.body.results if function.about.get("product") else ()
        if not any(is_list(r) or may_be_array(r) for r in made):
            return function
    eqns = list(equations(function.body))
    roots = rooted(function.body.params, eqns)
    found = with_copies(function, eqns, roots)
    kept = rooted(found.body.params, list(equations(found.body)))
    if len(kept) < len(roots):
        found = with_copies(function, eqns, {k: v for k, v in roots.items() if k in kept})
    return found


def with_copies(function: Function, eqns: list[Eqn], roots: dict[Atom, set[Atom]]) -> Function:
    """Return the function with copies; `roots` has the variables of lists that are the caller's."""
    seen = [
        e.reading(e.args[-1:], ()) if e.op == "changed" and e.args[-1] in roots else e
        for e in function.body.eqns
    ]
    last = [e for e in seen if e.op in WRITES and len(e.args) > 1]  # when nobody reads it
    body = replace(function.body, eqns=(*[e for e in seen if e not in last], *last))
    given = {e.args[0] for e in eqns if e.op in WRITES}
    aliases = Aliases(body.params, eqns)
    storage = Storage(consumed(eqns), set().union(*roots.values()), given, aliases)
    storage.exposed = exposed(eqns, body.results)
    storage.borrowed.update(v for v in body.params if v not in storage.rooted)
    body = storage.block(body, set())
    if function.about.get("product"):
        body = unshared(function, body, storage.rooted, storage.borrowed)
    return replace(function, body=body)


class Storage:
    """Walks a function once; `borrowed` are lists that belong to somebody else, or whose rows do.

    `given` are those of the caller's that the function changes.
    """

    def __init__(
        self, consumed: set[Atom], rooted: set[Atom], given: set[Atom], aliases: Aliases
    ) -> None:
        self.consumed, self.rooted, self.given = consumed, rooted, given
        self.aliases = aliases
        self.free = FreeVariables()
        self.borrowed: set[Atom] = set()
        self.shared: set[Atom] = set()  # views of arrays that are stored into after their last use
        self.exposed: set[Atom] = set()  # those whose rows are stored into or returned

    def block(self, block: Block, busy: set[Atom]) -> Block:
        """Return a block with copies; what is in `busy` is used after it, or in its next turn."""
        last, tried = self.last_uses(block), self.tried(block)
        made: dict[Atom, int] = {o: k for k, eqn in enumerate(block.eqns) for o in eqn.outs}
        out: list[Eqn] = []
        mapping: dict[Var, Atom] = {}
        stale: dict[
            int, dict[Var, Atom]
        ] = {}  # place of a store -> views, and their copies from then on
        for k, eqn in enumerate(block.eqns):
            mapping |= stale.pop(k - 1, {})
            eqn = self.substitute(eqn, mapping) if mapping else eqn
            if eqn.blocks:
                self.keep(eqn, k, last, busy, out, mapping)
                later = {v for v in self.aliases.near if last.get(v, -1) > k > made.get(v, -1)}
                eqn = self.control(eqn, k, tried.get(k, last), busy | later)
            again = eqn.args[0] if eqn.args else None
            for position in self.consuming(eqn):
                beside = self.is_shared(eqn, position, k, last, busy, made)
                eqn = self.owned(eqn, position, k, last, busy, out, mapping, beside)
            if eqn.op in BORROWED or is_view(eqn) or isinstance(eqn.op, Call):
                self.borrowed.update(o for o in eqn.outs if is_list(o))
                if (again in self.consumed or again in self.shared) and is_list(eqn.outs[0]):
                    end = next_store(block, k)
                    if not is_view(eqn) or end < k + 1:
                        self.separate(eqn, out)
                        continue
                    self.shared.update(eqn.outs)
                    if last.get(eqn.outs[0], 0) > end:  # until then the view is read
                        out.append(eqn)
                        stale.setdefault(end, {}).update(self.kept(eqn.outs[0], out, last))
                        continue
            found = shared(eqn, block, k, self.borrowed, busy, self.given, self.free)
            self.borrowed.update(self.exposed.intersection(found))
            out.append(eqn)
        mapping |= {v: own for some in stale.values() for v, own in some.items()}
        results = [mapping.get(r, r) if isinstance(r, Var) else r for r in block.results]
        return Block(block.params, tuple(out), tuple(results))

    def keep(
        self, eqn: Eqn, k: int, last: dict[Atom, int], busy: set[Atom], out: list[Eqn],
        mapping: dict[Var, Atom],
    ) -> None:  # fmt: skip
        """Copy lists of the caller's that the blocks of an equation change and others read later."""
        wanted = self.rooted.intersection(self.reads(eqn)) if self.rooted else ()
        taken = self.taken(eqn) if wanted else set()
        for v in self.reads(eqn):
            if v in wanted and v in taken and v not in busy and last[v] > k:
                mapping[v] = own = Var(v.hint, v.type)
                out.append(copy(v, own))
                last[v] = k

    def taken(self, eqn: Eqn) -> set[Atom]:
        """Return what the blocks of an equation consume."""
        found: set[Atom] = set()
        for inner in [eqn, *(e for block in eqn.blocks for e in equations(block))]:
            found.update(source for source, target in moves(inner) if target in self.consumed)
            if inner is not eqn:
                found.update(inner.args[k] for k in self.consuming(inner))
        return found

    def kept(self, view: Var, out: list[Eqn], last: dict[Atom, int]) -> dict[Var, Atom]:
        """Copy a view that is read after a store, too; return what is read then."""
        own = Var(view.hint, view.type)
        out.append(copy(view, own))
        last[own] = last[view]
        self.aliases.apart.add(view)
        return {view: own}

    def separate(self, eqn: Eqn, out: list[Eqn]) -> None:
        """Copy a row of a list that is stored into."""
        rows = tuple(Var("", o.type) for o in eqn.outs)
        out.append(replace(eqn, outs=rows))
        out += [copy(row, o) for row, o in zip(rows, eqn.outs)]
        self.borrowed.difference_update(eqn.outs)
        self.aliases.apart.update(eqn.outs)

    def consuming(self, eqn: Eqn) -> list[int]:
        """Return the positions of the arguments that an equation consumes."""
        if mutates(eqn) and eqn.op not in CONTAINERS:
            return [0]
        if eqn.op in CONTAINERS:
            return [k for k, arg in enumerate(eqn.args) if is_list(arg)]
        if isinstance(eqn.op, For):
            slots = eqn.blocks[0].params[eqn.op.seqs :]
            return [
                eqn.op.seqs + k
                for k, (slot, o) in enumerate(zip(slots, eqn.outs))
                if (slot in self.consumed or o in self.consumed)
                and is_list(eqn.args[eqn.op.seqs + k])
            ]
        return []

    def owned(
        self, eqn: Eqn, position: int, k: int, last: dict[Atom, int], busy: set[Atom],
        out: list[Eqn], mapping: dict[Var, Atom], shared: bool,
    ) -> Eqn:  # fmt: skip
        """Return the equation with an argument that it may consume, copied if need be."""
        arg = eqn.args[position]
        assert isinstance(arg, Var)
        twice = eqn.args.count(arg) > 1 or arg in self.reads(eqn)
        if not (arg in busy or arg in self.borrowed or last.get(arg, k) > k or twice or shared):
            return eqn
        own = Var(arg.hint, arg.type)
        out.append(copy(arg, own))
        if arg in self.rooted and not twice and not shared and arg not in busy:
            mapping[arg] = own  # the caller's list is changed, others read the copy
            return eqn
        args = (*eqn.args[:position], own, *eqn.args[position + 1 :])
        return eqn.reading(args, eqn.blocks)

    def is_shared(
        self, eqn: Eqn, position: int, k: int, last: dict[Atom, int], busy: set[Atom],
        made: dict[Atom, int],
    ) -> bool:  # fmt: skip
        """Whether another array that may share memory with an argument is read after a store into it."""
        others = self.aliases.of(eqn.args[position])
        if len(others) == 1:
            return False
        others.discard(eqn.args[position])
        beside = set(self.reads(eqn)) if eqn.blocks else set()
        if eqn.blocks or eqn.op == "put_added":  # numpy itself sees to x[1:] = x[:-1] and its kin
            beside.update(
                a for at, a in enumerate(eqn.args) if at != position and isinstance(a, Var)
            )
        return any(
            v in busy or v in beside or last.get(v, -1) > k > made.get(v, -1) for v in others
        )

    def control(self, eqn: Eqn, k: int, last: dict[Atom, int], busy: set[Atom]) -> Eqn:
        """Return a branch or loop with copies inside."""
        if isinstance(eqn.op, (If, Try)):
            inner = busy | {v for v in self.reads(eqn) if last.get(v, k) > k}
            if isinstance(eqn.op, Try):  # a handler finds lists as they were
                inner |= {v for handler in eqn.blocks[1:] for v in self.free.of(handler)}
            blocks = [self.results(self.block(b, inner), eqn.outs, inner) for b in eqn.blocks]
            return replace(eqn, blocks=tuple(blocks))
        assert isinstance(eqn.op, For)
        outside = set(self.reads(eqn)) | busy
        body, seqs = eqn.blocks[0], eqn.op.seqs
        self.borrowed.update(p for p in body.params[:seqs] if is_list(p))
        targets = [
            slot if slot in self.consumed else o
            for slot, o in zip(body.params[seqs:], eqn.outs)
        ]  # fmt: skip
        body = self.results(self.block(body, outside), targets, outside)
        body = self.collected(body, eqn.op.carried + eqn.op.exits, eqn.derivative)
        return replace(eqn, blocks=(body, *eqn.blocks[1:]))

    def results(self, block: Block, targets: Iterable[Var], busy: set[Atom]) -> Block:
        """Copy results that move to consumed variables and that somebody else holds too."""
        counts = Counter(block.results)
        copies, results = [], list(block.results)
        for k, (result, target) in enumerate(zip(block.results, targets)):
            if target not in self.consumed or not isinstance(result, Var) or not is_list(result):
                continue
            if counts[result] > 1 or result in busy or result in self.borrowed:
                results[k] = own = Var(result.hint, result.type)
                copies.append(copy(result, own))
                counts[result] -= 1
        return Block(block.params, (*block.eqns, *copies), tuple(results))

    def collected(self, block: Block, first: int, derivative: bool) -> Block:
        """Copy what a loop collects where that is stored into: arrays, in this turn or later; lists from outside.

        Those that a derivative collects are copied anyway: no two of them may share memory.
        """
        copies, results, own = [], list(block.results), {*block.params}
        own.update(out for eqn in block.eqns for out in eqn.outs)
        for k, result in enumerate(results[first:], first):
            again = (
                is_list(result) and result not in own and (result in self.consumed or derivative)
            )
            stored = may_be_array(result) and not self.consumed.isdisjoint(self.aliases.of(result))
            if again or stored:
                assert isinstance(result, Var)
                results[k] = new = Var(result.hint, result.type)
                copies.append(copy(result, new))
        return Block(block.params, (*block.eqns, *copies), tuple(results))

    def reads(self, eqn: Eqn) -> dict[Var, None]:
        """Return what the blocks of an equation read from outside."""
        return {v: None for block in eqn.blocks for v in self.free.of(block)}

    def substitute(self, eqn: Eqn, mapping: dict[Var, Atom]) -> Eqn:
        """Return an equation with variables from outside replaced."""
        blocks = tuple([self.free.substitute(block, mapping) for block in eqn.blocks])
        return eqn.reading(tuple([substituted(arg, mapping) for arg in eqn.args]), blocks)

    def tried(self, block: Block) -> dict[int, dict[Atom, int]]:
        """Return the last uses behind each try where its body has ended: there the stores are made."""
        places = {
            eqn.outs[0]: k for k, eqn in enumerate(block.eqns)
            if isinstance(eqn.op, Try) and eqn.op.caught
        }  # fmt: skip
        return {k: self.last_uses(block, flag) for flag, k in places.items()}

    def last_uses(self, block: Block, never: Var | None = None) -> dict[Atom, int]:
        """Return the position of the last equation that uses each list; results come after all.

        `never` is a test that is known to fail.
        """
        found: dict[Atom, int] = {}
        for k, eqn in enumerate(block.eqns):
            found.update((arg, k) for arg in eqn.args if is_list(arg))
            fails = never is not None and isinstance(eqn.op, If) and eqn.args[0] is never
            for v in self.free.of(eqn.blocks[1]) if fails else self.reads(eqn):
                if is_list(v):
                    found[v] = k
        found.update((r, len(block.eqns)) for r in block.results if is_list(r))
        return found
