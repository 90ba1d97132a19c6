"""The adjoint of a loop: a loop over what the primal one kept, backwards.

It carries the adjoints of the carried values and of the variables from outside that the body reads,
and collects the adjoints of the elements of active sequences.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adjgen.diff.again import computed_again, turn_again
from adjgen.diff.reverse import Adjoints, Reverse, barred
from adjgen.diff.rules import zero_like
from adjgen.elementary.sequences import depth
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Const, Eqn, For, Var
from adjgen.ir.free import own
from adjgen.ir.query import equations, fresh
from adjgen.ir.types import INT, is_mutable, seq


@dataclass
class Plan:
    """What the adjoint loop carries and walks; positions count in the primal loop."""

    eqn: Eqn
    op: For
    carried: list[int]  # carried values with adjoints
    collected: list[int]  # outs that are lists with adjoints
    captured: list[Var]  # variables from outside with adjoints, at last those that the body adds to
    walked: list[int] = field(default_factory=list)  # sequences with adjoints
    params: dict[Var, Var] = field(default_factory=dict)  # captured variable -> its adjoint inside
    extra_results: list[Atom] = field(default_factory=list)  # what the primal body collects besides
    extra_outs: list[Var] = field(default_factory=list)
    seqs: list[Atom] = field(default_factory=list)  # what the adjoint loop walks
    elements: list[Var] = field(default_factory=list)


def loop(self: Reverse, eqn: Eqn, op: For, bars: Adjoints, builder: Builder) -> Eqn:
    """Write the adjoint of a loop; return the loop extended by what its adjoint reads."""
    body = eqn.blocks[0]
    plan = _plan(self, eqn, op)
    out_bars = {k: bars.pop(out) for k, out in enumerate(eqn.outs) if out in bars}
    inner: Adjoints = {}
    made = [*body.params, *(out for inside in equations(body) for out in inside.outs)]
    self.turning.update(v for v in made if is_mutable(v.type))
    for v in plan.captured:
        plan.params[v] = inner[v] = self.whole.named(barred(v), v)
    slots = [body.params[op.seqs + k] for k in plan.carried]
    state = [self.whole.named(barred(v), v) for v in slots]
    self.whole.mark_all(state, [body.results[k] for k in plan.carried], slots)
    self.whole.mark_all(plan.params.values(), [*plan.params])
    arm = builder.nested()
    for k, bar in zip(plan.carried, state):
        self.add(inner, body.results[k], bar, arm)
    for k in [k for k in plan.collected if k in out_bars]:
        element = Var(barred(eqn.outs[k]), eqn.outs[k].type.element or eqn.outs[k].type)
        plan.elements.append(element)
        self.whole.mark(element, body.results[k + op.exits])
        plan.seqs.append(_backwards(builder, out_bars[k]))
        self.add(inner, body.results[k + op.exits], element, arm)
    primal = replace(body, eqns=tuple(self.block(body, inner, arm)))
    plan.captured = [v for v in plan.captured if inner[v] is not plan.params[v]]
    plan.walked = [k for k in range(op.seqs) if body.params[k] in self.active]
    adjoint = arm.block(
        [_bar_of(self, inner, body.params[op.seqs + k], arm) for k in plan.carried]
        + [self.whole.passed(inner[v], v, arm) for v in plan.captured]
        + [_bar_of(self, inner, body.params[k], arm) for k in plan.walked],
        [*state, *(plan.params[v] for v in plan.captured)],
    )
    if op.again:
        primal, adjoint = body, turn_again(primal, adjoint, self.free)
    adjoint = _keep(self, plan, primal, adjoint, builder)
    primal_loop = _drive(plan, primal, builder)
    inits = [_bar_of(self, out_bars, k, builder, eqn.outs[k]) for k in plan.carried] + [
        _bar_of(self, bars, v, builder) for v in plan.captured
    ]
    _emit(
        self, plan, replace(adjoint, params=(*plan.elements, *adjoint.params)), inits, bars, builder
    )
    return primal_loop


def _emit(
    self: Reverse, plan: Plan, adjoint: Block, inits: list[Atom], bars: Adjoints, builder: Builder
) -> None:
    """Append the adjoint loop and hand its outs to the adjoints of what the primal one reads."""
    eqn, op, body = plan.eqn, plan.op, plan.eqn.blocks[0]
    types = [self.whole.type_of(eqn.outs[k]) for k in plan.carried]
    types += [self.whole.type_of(v) for v in plan.captured]
    types += [seq(body.params[k].type) for k in plan.walked]
    hints = [barred(body.params[op.seqs + k]) for k in plan.carried]
    hints += [barred(v) for v in plan.captured]
    hints += [barred(eqn.args[k]) for k in plan.walked]
    new = For(len(plan.seqs), len(inits), again=op.again)
    outs = builder.emit(new, [*plan.seqs, *inits], types, hints, [adjoint])
    split = len(plan.carried)
    slots = [body.params[op.seqs + k] for k in plan.carried]
    self.whole.mark_all(outs[:split], [eqn.args[op.seqs + k] for k in plan.carried], slots)
    self.whole.mark_all(outs[split : len(inits)], plan.captured)
    bars.update(zip(plan.captured, outs[split:]))
    for k, out in zip(plan.carried, outs):
        self.add(bars, eqn.args[op.seqs + k], out, builder)
    for k, out in zip(plan.walked, outs[len(inits) :]):
        back = _backwards(builder, out)
        if (op.exits or op.tested or op.seqs > 1) and not eqn.derivative:  # not walked to its end
            back = _padded(builder, back, eqn.args[k])
        self.add(bars, eqn.args[k], back, builder)


def _padded(builder: Builder, back: Atom, like: Atom) -> Atom:
    """Return adjoints of elements with zeros behind them, for those that were not walked."""
    if depth(back.type) == 1:
        return builder.emit("padded", (back, like), [back.type])[0]
    (walked,) = builder.emit("len", (back,), [INT])
    (rest,) = builder.emit("part", (like, walked, Const(None), Const(None)), [back.type])
    return builder.emit("joined", (back, zero_like(builder, rest)), [back.type])[0]


def _bar_of(
    self: Reverse, bars: Mapping[Any, Atom], key: Any, builder: Builder, like: Var | None = None
) -> Atom:
    """Return an adjoint, by variable or position; an absent one is zero."""
    if key not in bars:
        return self.whole.zero(like or key, builder)
    return self.whole.passed(bars[key], like or key, builder)


def _plan(self: Reverse, eqn: Eqn, op: For) -> Plan:
    body = eqn.blocks[0]
    carried = [
        k for k in range(op.carried)
        if eqn.outs[k] in self.active or body.params[op.seqs + k] in self.active
    ]  # fmt: skip
    collected = [k for k in range(op.carried, len(eqn.outs)) if eqn.outs[k] in self.active]
    captured = [v for v in self.free.of(body) if v in self.active]
    return Plan(eqn, op, carried, collected, captured)


def _keep(self: Reverse, plan: Plan, primal: Block, adjoint: Block, builder: Builder) -> Block:
    """Have the primal loop collect what the adjoint reads; the index of a range is walked back."""
    walked = [v for v in primal.params if _range_of(self, plan, v) is not None]
    adjoint = computed_again(primal, adjoint, self.turning, walked, self.free)
    inside = own(primal) | set(primal.params)
    mapping: dict[Var, Atom] = {}
    for v in self.free.of(adjoint):
        if v not in inside:
            continue
        mapping[v] = element = fresh(v)
        plan.elements.append(element)
        source = _range_of(self, plan, v)
        if source is None:
            kept = Var(f"{v.label()}_tape" if v.label() else "tape", seq(v.type))
            plan.extra_results.append(v)
            plan.extra_outs.append(kept)
            source = kept
        plan.seqs.append(_backwards(builder, source))
    return self.free.substitute(adjoint, mapping)


def _range_of(self: Reverse, plan: Plan, v: Var) -> Atom | None:
    """Return the range or list of which a variable is an element, if the loop walks all of it."""
    elements = plan.eqn.blocks[0].params[: plan.op.seqs]
    if v not in elements or plan.op.exits or plan.op.tested:
        return None
    source = plan.eqn.args[elements.index(v)]
    return source if source.type.element and plan.op.seqs == 1 else None


def _backwards(builder: Builder, source: Atom) -> Atom:
    return builder.emit("backwards", (source,), [source.type])[0]


def _drive(plan: Plan, primal: Block, builder: Builder) -> Eqn:
    """Return the primal loop with what it collects; see that the adjoint loop has something to walk."""
    loop_eqn = replace(plan.eqn, blocks=(primal, *plan.eqn.blocks[1:]))
    if not plan.seqs:
        source = _countable(plan)
        if source is None:
            loop_eqn, trips = counted(loop_eqn, plan.op)
            (source,) = builder.emit("range", (trips,), [seq(INT)])
        plan.seqs.append(source)
        plan.elements.append(Var("", INT))
    body = loop_eqn.blocks[0]
    body = replace(body, results=body.results + tuple(plan.extra_results))
    blocks = (body, *loop_eqn.blocks[1:])
    return replace(loop_eqn, outs=loop_eqn.outs + tuple(plan.extra_outs), blocks=blocks)


def _countable(plan: Plan) -> Atom | None:
    """Return a sequence that can be walked again for its length alone."""
    if plan.op.seqs == 1 and not plan.op.exits and plan.eqn.args[0].type.element == INT:
        return plan.eqn.args[0]
    return None


def counted(eqn: Eqn, op: For) -> tuple[Eqn, Var]:
    """Return a loop that also counts its turns, and the variable that holds their number."""
    body, at = eqn.blocks[0], op.carried
    before, after, trips = Var("turn", INT), Var("turn", INT), Var("turns", INT)
    step = Eqn((after,), "add", (before, Const(1)), loc=eqn.loc)
    results = (*body.results[:at], after, *body.results[at:])
    new = Block((*body.params, before), (*body.eqns, step), results)
    rest = tuple(replace(b, params=(*b.params, fresh(before))) for b in eqn.blocks[1:])
    outs = (*eqn.outs[:at], trips, *eqn.outs[at:])
    op = replace(op, carried=at + 1)
    return replace(eqn, op=op, args=(*eqn.args, Const(0)), outs=outs, blocks=(new, *rest)), trips
