"""The reverse sweep: equations from last to first, adjoints in a dict, an absent entry is zero.

For arms and loop bodies the adjoint block is written first: its free variables that belong to the
primal block are exactly what must be kept. An IF exports them, a loop collects them as lists.
"""

from collections.abc import Callable
from dataclasses import replace

from adjgen.diff.active import differentiable_args
from adjgen.diff.rules import (
    ZERO,
    depth,
    is_list_operation,
    partials,
    plus,
    real_power_check,
    times,
)
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Call, Const, Eqn, For, If, Try, Var, flat_tree

Adjoints = dict[Var, Atom]


class Reverse:
    """Writes adjoints into `bars`, for active variables only."""

    def __init__(self, active: set[Var], callee: Callable[..., str]) -> None:
        self.active = active
        self.callee = callee  # (function name, active arguments) -> name of its vjp
        self.made_by: dict[Var, Eqn] = {}  # primal equations, to know ranges
        self.inside_try = False  # where checks of powers would be caught: they stand behind

    def block(self, block: Block, bars: Adjoints, builder: Builder) -> list[Eqn]:
        """Write the adjoints of a block; return its equations, extended by what must be kept."""
        for eqn in block.eqns:
            for out in eqn.outs:
                self.made_by[out] = eqn
        primal: list[Eqn] = []
        for eqn in reversed(block.eqns):
            builder.loc = eqn.loc
            check = None if self.inside_try else real_power_check(eqn)
            if check:
                primal.append(check)
            if any(out in bars for out in eqn.outs):
                eqn = self.equation(eqn, bars, builder)
                found = checked_try(eqn) if isinstance(eqn.op, Try) else [eqn]
            else:
                found = checked(eqn)
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
        if isinstance(eqn.op, Call):
            self.call(eqn, eqn.op, bars, builder)
        elif isinstance(eqn.op, str):
            self.plain(eqn, bars, builder)
        return eqn

    def add(self, bars: Adjoints, var: Atom, bar: Atom, builder: Builder) -> None:
        """Add a contribution to the adjoint of an active variable."""
        if var in self.active and bar != ZERO:
            assert isinstance(var, Var)
            total = plus(builder, bars.get(var), bar)
            if isinstance(total, Var) and not total.label():  # not a value of the primal
                total.hint = barred(var)
            bars[var] = total

    def plain(self, eqn: Eqn, bars: Adjoints, builder: Builder) -> None:
        """Write the adjoints of a row's arguments: partial times adjoint of the value."""
        for position, out in enumerate(eqn.outs):
            bar = bars.pop(out, None)
            if bar is None:
                continue
            if is_list_operation(eqn):
                if eqn.op == "backwards":
                    (bar,) = builder.emit("backwards", (bar,), [out.type])
                for arg in eqn.args:
                    self.add_list(bars, arg, bar, builder)
                continue
            wanted = self.active.intersection(differentiable_args(eqn))
            for arg, factor in partials(builder, eqn, wanted, position):
                self.add(bars, arg, times(builder, bar, factor), builder)

    def add_list(self, bars: Adjoints, var: Atom, bar: Atom, builder: Builder) -> None:
        """Add a list of contributions to the adjoint of a list."""
        if var in self.active:
            assert isinstance(var, Var)
            if var in bars:
                name = f"add_elements_{max(1, depth(var.type))}"
                (bar,) = builder.emit(name, (bars[var], bar), [var.type], [barred(var)])
            bars[var] = bar

    def call(self, eqn: Eqn, op: Call, bars: Adjoints, builder: Builder) -> None:
        """Call the vjp of a function, which runs its forward sweep again."""
        active = tuple(k for k, arg in enumerate(eqn.args) if arg in self.active)
        out_bars = [bars.pop(out, ZERO) for out in eqn.outs]
        if not active:
            return
        name = self.callee(op.function, active)
        types = [eqn.args[k].type for k in active]
        hints = [barred(eqn.args[k]) for k in active]
        grads = builder.emit(
            Call(name, flat_tree(len(active))), (*eqn.args, *out_bars), types, hints
        )
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


def adjoint_of(var: Var) -> Var:
    """Return a new variable for the adjoint of another."""
    return Var(barred(var), var.type)
