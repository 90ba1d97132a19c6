"""The reverse sweep: equations from last to first, adjoints in a dict, an absent entry is zero.

For arms and loop bodies the adjoint block is written first: its free variables that belong to the
primal block are exactly what must be kept. An IF exports them, a loop collects them as lists.
"""

from collections.abc import Callable
from dataclasses import replace

from adjgen.diff import integrals
from adjgen.diff.active import active_variables
from adjgen.diff.arrays import Whole
from adjgen.diff.implicit import change, with_slope
from adjgen.diff.rules import (
    is_zero,
    list_rule,
    operand,
    partials,
    plus,
    real_power_check,
    times,
    value_of,
    zero_like,
)
from adjgen.elementary.row import Row
from adjgen.elementary.sequences import depth
from adjgen.elementary.trace import Traced, atom_of
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Call, Const, Eqn, For, If, Root, Try, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.integrals import Integral, Quadrature
from adjgen.ir.trees import flat_tree
from adjgen.ir.types import NUMBERS

Adjoints = dict[Var, Atom]


class Reverse:
    """Writes adjoints into `bars`, for active variables only."""

    def __init__(
        self, active: set[Var], callee: Callable[..., str], forward: integrals.Helpers
    ) -> None:
        self.active = active
        self.callee = callee  # (function name, active arguments) -> name of its vjp
        self.forward = forward  # the same of its jvp
        self.free = FreeVariables()
        self.turning: set[Var] = set()  # lists that are others in each turn of a loop
        self.masked: set[Var] = set()  # what np.where may throw away: its adjoint may be 0
        self.tried: dict[Atom, tuple[Var, ...]] = {}  # flag of a try -> what its body gives
        self.whole = Whole()
        self.unnamed: set[Var] = set()  # adjoints that are called after variables without a name
        self.inside_try = False  # where checks of powers would be caught: they stand behind

    def block(self, block: Block, bars: Adjoints, builder: Builder) -> list[Eqn]:
        """Write the adjoints of a block; return its equations, extended by what must be kept."""
        self.whole.learn(block)
        primal: list[Eqn] = []
        tries = [e for e in block.eqns if e.blocks and isinstance(e.op, Try) and e.op.caught]
        self.tried |= {eqn.outs[0]: eqn.outs for eqn in tries}
        for eqn in reversed(block.eqns):
            builder.loc = eqn.loc
            check = None if self.inside_try else real_power_check(eqn)
            if check:
                primal.append(check)
            if isinstance(eqn.op, str):
                if not bars.keys().isdisjoint(eqn.outs):
                    self.plain(eqn, bars, builder)
                primal.append(eqn)
                continue
            if bars.keys().isdisjoint(eqn.outs):
                found = checked(eqn)
            elif isinstance(eqn.op, For) and eqn.op.checkpoint and not self.inside_try:
                from adjgen.diff.checkpoint import checkpointed

                found = checkpointed(self, eqn, bars, builder)
            else:
                eqn = self.equation(eqn, bars, builder)
                found = checked_try(eqn) if isinstance(eqn.op, Try) else [eqn]
            primal += [eqn] if self.inside_try else reversed(found)
        return primal[::-1]

    def equation(self, eqn: Eqn, bars: Adjoints, builder: Builder) -> Eqn:
        """Write the adjoint of one equation; return the equation, perhaps extended."""
        if isinstance(eqn.op, If):
            from adjgen.diff.reverse_branch import branch

            return branch(self, eqn, bars, builder)
        if isinstance(eqn.op, Try):
            from adjgen.diff.tries import adjoint

            return adjoint(self, eqn, eqn.op, bars, builder)
        if isinstance(eqn.op, For):
            from adjgen.diff.reverse_loop import loop

            return loop(self, eqn, eqn.op, bars, builder)
        if isinstance(eqn.op, Integral | Quadrature):
            self.integral(eqn, bars, builder)
        elif isinstance(eqn.op, Call):
            self.call(eqn, eqn.op, bars, builder)
        elif isinstance(eqn.op, Root):
            self.root(eqn, bars, builder)
        return eqn

    def add(self, bars: Adjoints, var: Atom, bar: Atom, builder: Builder) -> None:
        """Add a contribution to the adjoint of an active variable."""
        if var in self.active and not is_zero(bar):
            assert isinstance(var, Var)
            if var.type.element is not None:
                self.add_list(bars, var, bar, builder)
                return
            total = plus(builder, bars.get(var), bar)
            if self.whole.has(bar, var) or (var in bars and self.whole.has(bars[var], var)):
                self.whole.mark(total, var)
            self.name(total, var)
            bars[var] = total

    def name(self, bar: Atom, var: Var) -> None:
        """Name an adjoint, which is no value of the primal, after its variable, best one with a name."""
        if isinstance(bar, Var) and (not bar.label() or (var.hint and bar in self.unnamed)):
            bar.hint = barred(var)
            (self.unnamed.discard if var.hint else self.unnamed.add)(bar)

    def plain(self, eqn: Eqn, bars: Adjoints, builder: Builder) -> None:
        """Write the adjoints of a row's arguments: partial times adjoint of the value."""
        for position, out in enumerate(eqn.outs):
            bar = bars.pop(out, None)
            if bar is None:
                continue
            rule = list_rule(eqn)
            if rule is not None:
                self.lists(eqn, rule, position, bar, bars, builder)
                continue
            guarded = out in self.masked
            for arg, factor in partials(builder, eqn, self.active, position):
                product = times(builder, bar, factor, guarded, out)
                product = self.whole.contribution(product, bar, eqn, arg, builder)
                self.add(bars, arg, product, builder)

    def lists(
        self, eqn: Eqn, rule: Row, position: int, bar: Atom, bars: Adjoints, builder: Builder
    ) -> None:
        """Write the adjoints of the arguments of a row of lists, as the row says."""
        args = [operand(builder, arg) for arg in eqn.args]
        value = value_of(builder, eqn, rule, position)
        smaller = rule.broadcasts and bar.type in NUMBERS  # which broadcasts to all
        if (rule.outs == 1 or rule.signature) and not smaller:
            bar = self.whole.of(bar, eqn.outs[position], builder)
        array = any([bool(atom.type.dtype) for atom in (*eqn.args, *eqn.outs)])
        seed = Traced(builder, bar) if array else operand(builder, bar)  # 1.0 may become an array
        for k, arg in reversed(
            [*enumerate(eqn.args)]
        ):  # what is read of bar, before it is stored into
            if not isinstance(arg, Var) or arg not in self.active:
                continue
            found = rule.vjp(k, args, value, seed) if rule.vjp is not None else None
            if found is None and rule.scatter is not None:
                into = bars[arg] if arg in bars else zero_like(builder, arg)
                into = self.whole.of(into, arg, builder) if arg in bars else into
                total = atom_of(rule.scatter(k, args, value, seed, operand(builder, into)))
                if isinstance(total, Var):
                    total.hint = total.hint or barred(arg)
                bars[arg] = self.whole.mark(total, arg)
            elif found is not None:
                made = atom_of(found)
                if made.type.dtype and not rule.broadcasts:
                    self.whole.mark(made, arg)
                self.add(bars, arg, made, builder)

    def add_list(self, bars: Adjoints, var: Var, bar: Atom, builder: Builder) -> None:
        """Add a list of contributions to the adjoint of a list."""
        if var in bars:
            name = f"add_elements_{depth(var.type)}"
            (bar,) = builder.emit(name, (bars[var], bar), [var.type], [barred(var)])
        elif isinstance(bar, Var) and not bar.label():
            bar.hint = barred(var)
        bars[var] = bar

    def root(self, eqn: Eqn, bars: Adjoints, builder: Builder) -> None:
        """Write the adjoint of the residual at the root, and those of what the residual reads."""
        bar = bars.pop(eqn.outs[0])
        block, slope = with_slope(eqn, self.forward, builder)
        inputs = self.active.intersection(FreeVariables().of(block)) - {eqn.outs[0]}
        active = active_variables(block, inputs, block.results)
        inner, arm = Reverse(active, self.callee, self.forward), builder.nested()
        bar = change(arm, bar, block, slope, eqn.outs[0])
        inner.add(bars, block.results[0], bar, arm)
        builder.eqns += inner.block(block, bars, arm)
        builder.eqns += arm.eqns

    def integral(self, eqn: Eqn, bars: Adjoints, builder: Builder) -> None:
        """Write the adjoints of the limits of an integral, and of what is integrated."""
        bar = bars.pop(eqn.outs[0])
        for var, part in integrals.adjoints(eqn, self.active, bar, self.forward, builder):
            self.add(bars, var, part, builder)

    def call(self, eqn: Eqn, op: Call, bars: Adjoints, builder: Builder) -> None:
        """Call the vjp of a function, which runs its forward sweep again."""
        active = tuple(k for k, arg in enumerate(eqn.args) if arg in self.active)
        out_bars = [bars.pop(out, None) for out in eqn.outs]
        if not active:
            return
        seeds = [
            zero_like(builder, out) if bar is None else self.whole.of(bar, out, builder)
            for out, bar in zip(eqn.outs, out_bars)
        ]
        name = self.callee(op.function, active)
        types = [eqn.args[k].type for k in active]
        hints = [barred(eqn.args[k]) for k in active]
        grads = builder.emit(Call(name, flat_tree(len(active))), (*eqn.args, *seeds), types, hints)
        self.whole.mark_all(grads, [eqn.args[k] for k in active])
        for k, grad in zip(active, grads):
            self.add(bars, eqn.args[k], grad, builder)


def checked(eqn: Eqn) -> list[Eqn]:
    """Return an equation without adjoint, with the checks of real powers in the blocks inside."""
    if not eqn.blocks:
        return [eqn]
    if isinstance(eqn.op, Try):
        return checked_try(eqn)
    blocks = []
    for block in eqn.blocks:
        eqns: list[Eqn] = []
        for inner in block.eqns:
            check = real_power_check(inner)
            eqns += [*checked(inner), check] if check else checked(inner)
        blocks.append(replace(block, eqns=tuple(eqns)))
    return [replace(eqn, blocks=tuple(blocks))]


def checked_try(eqn: Eqn) -> list[Eqn]:
    """Return a try and the checks of real powers behind it, where no handler catches them."""
    from adjgen.diff.tries import behind

    found: list[Eqn] = []
    for inner in eqn.blocks[0].eqns:
        check = real_power_check(inner)
        found += [*checked(inner), check] if check else checked(inner)
    extended, block = behind(eqn, found, ())
    if not block.eqns:
        return [eqn]
    test = extended.outs[0] if isinstance(eqn.op, Try) and eqn.op.caught else Const(False)
    return [extended, Eqn((), If(), (test,), (Block((), (), ()), block), eqn.loc)]


def barred(atom: Atom) -> str:
    """Return the hint of an adjoint."""
    label = atom.label() if isinstance(atom, Var) else ""
    return f"{label}_bar" if label else ""
