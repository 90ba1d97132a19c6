"""Operations of a block in FLOP model F1: statements once, the dearer arm, loop bodies times their trips."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from adjgen.elementary.cost import cost, total
from adjgen.ir.core import Block, Const, Eqn, For, Function, If, Try, Var


@dataclass
class Operations:
    """Operations by category; `loops` are those of bodies whose trip count is not known."""

    by_op: Counter[str] = field(default_factory=Counter)
    loops: list["Operations"] = field(default_factory=list)

    def total(self) -> int:
        """Return the operations outside loops of unknown length."""
        return total(self.by_op)

    def weight(self) -> int:
        """Return what compares two arms: operations, loops of unknown length once."""
        return self.total() + sum(loop.weight() for loop in self.loops)

    def add(self, other: "Operations", times: int = 1) -> None:
        """Add other operations, so many times."""
        for name, count in other.by_op.items():
            self.by_op[name] += times * count
        self.loops += other.loops * (1 if times else 0)

    def formula(self) -> str:
        """Return the total as text: "7", or "7 + 5 n" with the trips of unknown loops."""
        parts = [str(self.total())] if self.total() or not self.loops else []
        for k, loop in enumerate(self.loops, 1):
            inner = loop.formula()
            parts.append(
                f"{inner if inner.isdigit() else f'({inner})'} n{k if len(self.loops) > 1 else ''}"
            )
        return " + ".join(parts)

    def report(self) -> dict[str, Any]:
        """Return the counts for JSON."""
        found: dict[str, Any] = {"total": self.total(), "by_op": dict(sorted(self.by_op.items()))}
        if self.loops:
            found |= {"formula": self.formula(), "loops": [loop.report() for loop in self.loops]}
        return found


def operations(function: Function) -> Operations:
    """Return the operations of a function."""
    return operations_of(function.body)


def operations_of(block: Block) -> Operations:
    """Return the operations of a block."""
    return _block(block, {})


def _block(block: Block, trips: dict[Var, int]) -> Operations:
    found = Operations()
    counts = found.by_op
    for eqn in block.eqns:
        if isinstance(eqn.op, str):
            for name, count in cost(eqn.op, eqn.args).items():
                counts[name] = counts.get(name, 0) + count
            if eqn.op in ("range", "backwards", "listing"):
                _note_trips(eqn, trips)
        elif isinstance(eqn.op, (If, Try)):
            arms = [_block(inner, trips) for inner in eqn.blocks]
            found.add(max(arms, key=Operations.weight))
        elif isinstance(eqn.op, For):
            _note_trips(eqn, trips)
            inner = Operations()
            for body in eqn.blocks:
                inner.add(_block(body, trips))
            times = turns(eqn, eqn.op, trips)
            if times is not None:
                found.add(inner, times)
            elif inner.weight():
                found.loops.append(inner)
    return found


def turns(eqn: Eqn, op: For, trips: dict[Var, int]) -> int | None:
    """Return how often a loop runs, if that is known."""
    if not op.seqs or op.exits or op.tested:
        return None
    known = [trips[a] for a in eqn.args[: op.seqs] if isinstance(a, Var) and a in trips]
    return min(known) if known else None


def _note_trips(eqn: Eqn, trips: dict[Var, int]) -> None:
    """Learn the lengths of ranges and of the lists that loops collect."""
    if eqn.op == "range":
        bounds = [a.value for a in eqn.args if isinstance(a, Const) and type(a.value) is int]
        if len(bounds) == len(eqn.args):
            trips[eqn.outs[0]] = len(range(*bounds))
    elif eqn.op == "listing":
        trips[eqn.outs[0]] = len(eqn.args)
    elif eqn.op == "backwards" and isinstance(eqn.args[0], Var) and eqn.args[0] in trips:
        trips[eqn.outs[0]] = trips[eqn.args[0]]
    elif isinstance(eqn.op, For):
        times = turns(eqn, eqn.op, trips)
        if times is not None:
            trips.update(dict.fromkeys(eqn.outs[eqn.op.carried :], times))
