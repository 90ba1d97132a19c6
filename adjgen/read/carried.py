"""What a loop carries: the names that its body assigns and the lists that it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from adjgen.ir.core import UNBOUND, Atom, Const, Var
from adjgen.ir.trees import LEAF, Tree
from adjgen.ir.types import Type, join
from adjgen.read.cells import (
    ROWS,
    SHARED,
    Heap,
    cells_of,
    closed,
    freeze,
    opened,
    references,
    shares_rows,
    stays_inside,
)
from adjgen.read.frame import Frame
from adjgen.read.values import (
    Cell,
    Conflict,
    Value,
    atoms_of,
    expanded,
    leaves,
    merged_tree,
    rebuilt,
)
from adjgen.read.views import Views, is_fresh

Key = str | Cell


@dataclass
class Carried:
    """Names and lists with their structure and the types of their leaves, widened to a fixed point.

    A list that a name holds at the start of a turn is a cell of its own (`own`): which list of
    the turns before that is, is not known. `parts` are the arrays that a leaf may be a view of, with
    whether they changed since; what the body changes has. `strange` are the places of variables
    that a turn leaves with what may be no container of the function's own.
    """

    trees: dict[Key, Tree] = field(default_factory=dict)
    types: dict[Key, list[Type]] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    own: dict[str, list[Cell]] = field(default_factory=dict)
    views: Views = field(default_factory=dict)  # the session's
    parts: dict[tuple[Key, int], dict[Cell, bool]] = field(default_factory=dict)
    hints: dict[Cell, str] = field(default_factory=dict)
    strange: set[int] = field(default_factory=set)

    def names(self) -> list[str]:
        """Return the names among what is carried."""
        return [key for key in self.trees if isinstance(key, str)]

    def lists(self) -> list[Cell]:
        """Return the lists that the body changes."""
        return [key for key in self.trees if isinstance(key, Cell)]

    def variables(self) -> dict[Key, list[Var]]:
        """Return new variables for the leaves of everything."""
        return {k: [Var(self.hint(k), kind) for kind in self.types[k]] for k in self.trees}

    def hint(self, key: Key) -> str:
        """Return what readers call a name or a list."""
        return key.lstrip("%") if isinstance(key, str) else self.hints[key]

    def cells(self, name: str) -> list[Cell]:
        """Return the cells of a name's leaves, which stay the same however often a body is read."""
        found = self.own.setdefault(name, [])
        found += [Cell() for _ in range(self.trees[name].leaves() - len(found))]
        return found

    def bind(self, variables: Mapping[Key, Sequence[Atom]], heap: Heap) -> dict[str, Value]:
        """Return the names with variables as values, and put those of lists into the heap."""
        found: dict[str, Value] = {}
        for name in self.names():
            held = rebuilt(self.trees[name], iter(variables[name]))
            seen = self.known(name)
            found[name] = closed(held, iter(self.cells(name)), heap) if seen else UNBOUND
        heap.update((cell, variables[cell][0]) for cell in self.lists())
        for (key, k), arrays in self.parts.items():
            if key in self.trees and k < len(variables[key]):
                self.views[variables[key][k]] = {
                    c: None if old or c in self.trees else heap.get(c) for c, old in arrays.items()
                }
                if isinstance(key, str):
                    self.cells(key)[k].bases = tuple(arrays)
        found |= self.conflicts
        return found

    def known(self, name: Key) -> bool:
        """Whether a value of the name has been seen."""
        return any(kind.name != "nothing" for kind in self.types[name])

    def absorb(self, key: Key, held: Value) -> bool:
        """Widen what is carried to hold a value; return whether that changed anything."""
        if key in self.conflicts:
            return False
        old = rebuilt(self.trees[key], iter([Var("", kind) for kind in self.types[key]]))
        neutral = not self.known(key)
        tree = merged_tree([held] if neutral and held is not UNBOUND else [old, held])
        if tree is None or not all(isinstance(p, (Var, Const)) for p in leaves(held)):
            if isinstance(key, str):
                other = Conflict(f"`{key}` changes its kind in a loop")
                self.conflicts[key] = held if isinstance(held, Conflict) else other
            del self.trees[key], self.types[key]
            return True
        kinds = [atom.type for atom in atoms_of(expanded(held, tree))]
        before = self.types[key] if tree == self.trees[key] else [UNBOUND.type] * tree.leaves()
        types = [join(a, b) for a, b in zip(before, kinds)]
        changed = types != self.types[key] or tree != self.trees[key]
        self.trees[key], self.types[key] = tree, types
        return changed

    def widen(self, env: Mapping[str, Value], start: Heap, heap: Heap) -> bool:
        """Take in the names and lists after a turn; return whether that changed anything."""
        changed = bool(self.views) and (
            self.widen_views(env, start, heap) | self.widen_held(start, heap)
        )
        for name in self.names():
            changed = self.absorb(name, opened(env.get(name, UNBOUND), heap)) or changed
        own = set(chain.from_iterable(self.own.values()))
        for cell in [c for c in start if c not in own and heap[c] is not start[c]]:
            if cell not in self.trees:
                self.trees[cell], self.types[cell] = LEAF, [start[cell].type]
                self.hints[cell] = getattr(start[cell], "hint", "")
                changed = True
            changed = self.absorb(cell, heap[cell]) or changed
        return changed

    def widen_views(self, env: Mapping[str, Value], start: Heap, heap: Heap) -> bool:
        """Take in of which arrays names are views after a turn; return whether that changed anything."""
        changed = False
        homes: dict[Cell | None, list[Cell]] = {}
        for name in self.names():
            for own, cell in zip(self.cells(name), cells_of(env.get(name, UNBOUND))):
                homes.setdefault(cell, []).append(own)
        for name in self.names():
            for k, leaf in enumerate(leaves(opened(env.get(name, UNBOUND), heap))):
                changed |= self.take_in((name, k), leaf, start, heap, homes)
        return changed

    def widen_held(self, start: Heap, heap: Heap) -> bool:
        """Take in what objects in lists that the body changes may hold, before a turn and after it."""
        changed = False
        for cell in self.lists():
            changed |= self.take_in((cell, 0), start[cell], start, heap, {})
            changed |= self.take_in((cell, 0), heap[cell], start, heap, {})
        return changed

    def take_in(
        self, place: tuple[Key, int], held: Value, start: Heap, heap: Heap,
        homes: Mapping[Cell | None, list[Cell]],
    ) -> bool:  # fmt: skip
        """Take in of which arrays a value is a view; return whether that changed anything."""
        changed = False
        known = self.views.get(held, {}) if isinstance(held, Var) else {}
        for cell, was in known.items():
            lasting = [cell] if cell in start else []  # others are gone with the turn
            for one in (*lasting, *homes.get(cell, ())):
                parts = self.parts.setdefault(place, {})
                old = not is_fresh(heap, cell, was) or parts.get(one, False)
                changed = changed or parts.get(one) is not old
                parts[one] = old
        return changed

    def values(self, env: Mapping[str, Value], heap: Heap) -> list[Atom]:
        """Return the leaves of everything, as names and lists hold them now."""
        found: list[Atom] = []
        for key, tree in self.trees.items():
            held = opened(env.get(key, UNBOUND), heap) if isinstance(key, str) else heap[key]
            found += atoms_of(expanded(held, tree))
        return found

    def freeze_shared(self, frame: Frame, env: Mapping[str, Value], start: bool) -> bool:
        """Freeze lists that another name may hold too, before the first turn or after one."""
        held: dict[str, list[Cell | None]] = {
            n: cells_of(env.get(n, UNBOUND)) for n in self.names()
        }
        outer, frame.env = frame.env, {n: v for n, v in env.items() if start or n not in held}
        counts = references(frame.session.frames)
        frame.env = outer
        changed = False
        for one in [c for cells in held.values() for c in cells if c is not None]:
            counts.update([one] if not start else [])
            counts.subtract(one.bases if start else ())  # of those that are carried `parts` know
        before = set(frame.session.heap).union(*self.own.values())
        for name, cells in held.items():
            for own, cell in zip(self.cells(name), cells):
                if cell is None or cell is own:
                    continue
                own.buffer = own.buffer or cell.buffer
                cell.buffer = None if start else cell.buffer
                stays_inside(own, cell)
                if cell.stale and not own.stale:
                    own.stale, changed = cell.stale, True
                if not own.loose and shares_rows(cell, counts):
                    own.loose, changed = ROWS, True
                shared = counts[cell] > 1 or cell.given
                reason = cell.frozen or own.frozen or (SHARED if shared else "")
                if reason:
                    freeze(reason, cell if cell not in before else None)  # made in this turn
                    changed = freeze(reason, own, cell) or changed
        return changed
