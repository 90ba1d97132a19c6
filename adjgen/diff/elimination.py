"""Vertex elimination: a Jacobian from the linearised graph, intermediate variables going one by one.

The vertices are variables, an edge is a partial derivative. Where a variable goes, each edge into it is
multiplied by each out of it, and parallel edges are added; at the end every path is an edge.
"""

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from adjgen.diff.masked import masked_variables
from adjgen.diff.reverse import barred
from adjgen.diff.rules import list_rule, partials, plus, real_power_check, times
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Const, Eqn, Var
from adjgen.ir.query import kinds
from adjgen.ir.types import NUMBERS, REAL

if TYPE_CHECKING:
    from adjgen.diff.entries import Task

LONGEST = 2_000  # equations of a block that is tried
GUARDED = {"infinity", "np.where"}  # partials that may be infinite or are chosen
Edges = dict[Var, dict[Var, Atom]]
Found = tuple[list[Eqn], dict[tuple[int, int], Atom]]


@dataclass
class Graph:
    """The linearised graph of a straight-line block: partials by (argument, value)."""

    inputs: list[Var]
    outputs: set[Var]
    builder: Builder
    above: Edges = field(default_factory=dict)  # variable -> argument -> partial
    below: Edges = field(default_factory=dict)  # variable -> what reads it -> partial
    place: dict[Var, int] = field(default_factory=dict)  # in the order of the block

    def add(self, source: Var, target: Var, factor: Atom) -> None:
        """Add an edge, to one that is there."""
        total = plus(self.builder, self.above[target].get(source), factor)
        self.above[target][source] = self.below[source][target] = total

    def vertex(self, var: Var) -> None:
        """Add a variable."""
        self.place[var] = len(self.place)
        self.above[var], self.below[var] = {}, {}

    def degree(self, var: Var) -> int:
        """Return the Markowitz degree: how many products the elimination takes."""
        return len(self.above[var]) * len(self.below[var])

    def eliminate(self, var: Var) -> set[Var]:
        """Connect what a variable reads with what reads it; return these."""
        above, below = self.above.pop(var), self.below.pop(var)
        for target in below:
            del self.above[target][var]
        for source in above:
            del self.below[source][var]
        for target, outer in sorted(below.items(), key=lambda item: self.place[item[0]]):
            for source, inner in sorted(above.items(), key=lambda item: self.place[item[0]]):
                self.add(source, target, times(self.builder, outer, inner))
        return {*above, *below}

    def markowitz(self, last: bool) -> None:
        """Eliminate all intermediate variables, of least degree first; of equal ones the first, or the last."""
        sign = -1 if last else 1
        ends = {*self.inputs, *self.outputs}
        heap: list[tuple[int, int, Var]] = []

        def push(var: Var) -> None:
            if var in self.above and var not in ends:
                heappush(heap, (self.degree(var), sign * self.place[var], var))

        for var in self.place:
            push(var)
        while heap:
            degree, _, var = heappop(heap)
            if var in self.above and degree == self.degree(var):
                for neighbour in sorted(self.eliminate(var), key=self.place.__getitem__):
                    push(neighbour)


def eliminated(task: "Task", last: bool = False) -> Found | None:
    """Write the entries of a Jacobian by vertex elimination in Markowitz order.

    Only for straight-line code of numbers in which no partial is guarded against infinity: a product of
    partials may be formed here that no sweep forms.

    Griewank and Walther, *Evaluating Derivatives*, 2nd ed., SIAM 2008, section 9.2 (vertex elimination)
    and chapter 10 (Markowitz's rule, which they call greedy).
    """
    outputs = [o for o in task.outputs if isinstance(o, Var)]
    if not is_straight(task):
        return None
    active = task.active(task.inputs, task.outputs)
    builder = Builder(derivative=True)
    edges = linearised(task, active, builder)
    if edges is None:
        return None
    inputs = [v for v in task.inputs if v in active]
    graph = Graph(inputs, set(), builder)
    for var in inputs:
        graph.vertex(var)
    for source, target, factor in edges:
        if source in graph.place:  # else nothing varies it: the whole part of modf, say
            if target not in graph.place:
                graph.vertex(target)
            graph.add(source, target, factor)
    ends: dict[Var, Var] = {}
    for output in dict.fromkeys(o for o in outputs if o in graph.place):
        ends[output] = Var("", REAL)  # others may read an output, and an input may be one
        graph.vertex(ends[output])
        graph.add(output, ends[output], Const(1.0))
    graph.outputs.update(ends.values())
    graph.markowitz(last)
    entries = {}
    written = {out for eqn in builder.eqns for out in eqn.outs}
    for i, j in sorted(task.wanted):
        result = task.outputs[i]
        end = ends.get(result) if isinstance(result, Var) else None
        if end is not None and task.inputs[j] in graph.above[end]:
            entries[i, j] = entry = graph.above[end][task.inputs[j]]
            if entry in written and isinstance(entry, Var):
                entry.hint = entry.hint or barred(task.inputs[j])
    checked = [e for eqn in task.body.eqns for e in (eqn, real_power_check(eqn)) if e is not None]
    return [*checked, *builder.eqns], entries


def is_straight(task: "Task") -> bool:
    """Whether a block has nothing but rows of numbers between its inputs and outputs."""
    body = task.body
    if len(body.eqns) > LONGEST or not all(isinstance(kind, str) for kind in kinds(body)):
        return False
    if any(v.type is not REAL for v in task.inputs):
        return False
    return all(atom.type in NUMBERS for atom in task.outputs)


def linearised(
    task: "Task", active: set[Var], builder: Builder
) -> list[tuple[Var, Var, Atom]] | None:
    """Write all partials; return the edges, None if one of them is guarded, or no number."""
    edges: list[tuple[Var, Var, Atom]] = []
    masked = masked_variables(task.body)
    for eqn in task.body.eqns:
        builder.loc = eqn.loc
        for position, out in enumerate(eqn.outs):
            if out not in active or eqn.outs[position] in task.inputs:
                continue
            if out.type is not REAL or list_rule(eqn) is not None or out in masked:
                return None
            edges += [
                (arg, out, factor) for arg, factor in partials(builder, eqn, active, position)
            ]
    body = task.body
    factors = tuple([factor for _, _, factor in edges])
    settled = task.settle(Block(body.params, (*body.eqns, *builder.eqns), factors))
    written = Block((), tuple([eqn for eqn in settled.eqns if eqn.derivative]), ())
    if not all(isinstance(kind, str) for kind in kinds(written)) or kinds(written) & GUARDED:
        return None
    builder.eqns = list(written.eqns)
    return [(a, b, factor) for (a, b, _), factor in zip(edges, settled.results)]
