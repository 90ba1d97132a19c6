"""The forward sweep: each equation with its tangent beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from adjgen.diff import integrals
from adjgen.diff.active import carried_results
from adjgen.diff.arrays import Dots, Whole
from adjgen.diff.masked import POLE
from adjgen.diff.rules import (
    ZERO,
    list_rule,
    operand,
    partials,
    plus,
    real_power_check,
    times,
    value_of,
    zero_like,
)
from adjgen.elementary.row import TABLE
from adjgen.elementary.trace import Traced, atom_of
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Call, Const, Eqn, For, If, Root, Try, Var
from adjgen.ir.integrals import Integral, Quadrature
from adjgen.ir.query import fresh
from adjgen.ir.trees import flat_tree

Tangents = dict[Var, Atom]


class Forward:
    """Writes tangents; `dots` maps active variables to theirs, an absent one is zero."""

    def __init__(self, active: set[Var], callee: integrals.Helpers) -> None:
        self.active = active
        self.callee = callee  # (function name, active arguments) -> name of its jvp
        self.dots: Tangents = {}
        self.whole = Whole()
        self.poles: set[Var] = set()  # infinities in a derivative: its own partials are those
        self.begun: list[Var] = []  # arrays whose tangents are zeros until they are stored into

    def dot(self, atom: Atom, builder: Builder) -> Atom:
        """Return the tangent of an atom; an absent one is zero."""
        if isinstance(atom, Const):
            return atom if atom.value == () else ZERO  # (): the tape on the path without it
        if atom in self.dots:
            return self.whole.of(self.dots[atom], atom, builder)
        return self.whole.mark(zero_like(builder, atom), atom)

    def passed(self, atom: Atom, builder: Builder) -> Atom:
        """Return the tangent of what may have no value on this path."""
        if isinstance(atom, Var) and self.whole.is_loose(atom):
            return self.dots.get(atom, ZERO)
        return self.dot(atom, builder)

    def block(self, block: Block, builder: Builder) -> None:
        """Append the equations of a block and their tangents."""
        self.whole.learn(block)
        for eqn in block.eqns:
            builder.loc = eqn.loc
            if isinstance(eqn.op, str):
                self.begin(eqn, builder)
                builder.append(eqn)
                check = real_power_check(eqn)
                if check:
                    builder.append(check)
                self.plain(eqn, builder)
            else:
                self.control(eqn, builder)

    def control(self, eqn: Eqn, builder: Builder) -> None:
        """Append an equation that is no row, with its tangents."""
        if isinstance(eqn.op, If):
            self.branch(eqn, builder)
        elif isinstance(eqn.op, Try):
            from adjgen.diff.tries import tangent

            tangent(self, eqn, eqn.op, builder)
        elif isinstance(eqn.op, For):
            self.loop(eqn, eqn.op, builder)
        elif isinstance(eqn.op, Root | Quadrature):
            self.root(eqn, builder)
        elif isinstance(eqn.op, Call):
            self.call(eqn, eqn.op, builder)
        else:
            builder.append(eqn)

    def begin(self, eqn: Eqn, builder: Builder) -> None:
        """Write zeros as the tangent of an array that is about to be stored into for the first time."""
        if TABLE[str(eqn.op)].mutates and eqn.outs[0] in self.active:
            items = eqn.args[0]
            if isinstance(items, Var) and items.type.dtype and items not in self.dots:
                self.name(items, self.dot(items, builder))
                self.begun.append(items)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Forget at the end of an arm or body the zeros that are written in it: outside they are not there."""
        mark = len(self.begun)
        yield
        for var in self.begun[mark:]:
            del self.dots[var]
        del self.begun[mark:]

    def plain(self, eqn: Eqn, builder: Builder) -> None:
        """Write the tangents of a row's active outs: the sum of partial times tangent."""
        if eqn.op == POLE:
            self.poles.update(eqn.outs)
        if self.active.isdisjoint(eqn.outs):
            return
        rule = list_rule(eqn)
        if rule is not None and rule.jvp is not None:
            args = [operand(builder, arg) for arg in eqn.args]
            for position, out in enumerate(eqn.outs):
                value = value_of(builder, eqn, rule, position)
                dots = Dots(eqn, self.dots, lambda arg: self.given(arg, builder))
                dot = atom_of(rule.jvp(args, value, dots))
                self.name(out, self.whole.mark(dot, out))
            return
        guarded = not self.poles.isdisjoint(eqn.args)
        for position, out in enumerate(eqn.outs):
            if out not in self.active:
                continue
            total: Atom | None = None
            for arg, factor in partials(builder, eqn, self.dots, position):
                product = times(builder, self.dots[arg], factor, guarded, out)
                total = plus(builder, total, product)
            self.name(out, total if total is not None else ZERO)

    def given(self, arg: Atom, builder: Builder) -> Any:
        """Return what a rule of lists is given for a tangent: of one that is known an atom, so that it makes a list of the program."""
        dot = self.dot(arg, builder)
        return Traced(builder, dot) if arg in self.dots else operand(builder, dot)

    def tangent(self, var: Var) -> Var:
        """Return a new variable for the tangent of one that several paths give."""
        return self.whole.named(dotted(var), var)

    def name(self, var: Var, tangent: Atom) -> None:
        """Record a tangent and name it after its variable."""
        if isinstance(tangent, Var) and not tangent.label():
            tangent.hint = dotted(var)
        self.dots[var] = tangent

    def root(self, eqn: Eqn, builder: Builder) -> None:
        """Write the tangent of a root, after the root; that of an integral after it."""
        from adjgen.diff.implicit import tangent

        builder.append(eqn)
        if isinstance(eqn.op, Integral | Quadrature):
            self.integral(eqn, builder)
        elif eqn.outs[0] in self.active:
            self.name(eqn.outs[0], tangent(eqn, self.dots, self.callee, builder))

    def integral(self, eqn: Eqn, builder: Builder) -> None:
        """Write the tangent of an integral."""
        if eqn.outs[0] in self.active:
            dot = integrals.tangent(eqn, self.dots, self.callee, builder)
            self.name(eqn.outs[0], ZERO if dot is None else dot)

    def branch(self, eqn: Eqn, builder: Builder) -> None:
        """Extend both arms by the tangents of the active outs."""
        active = [k for k, out in enumerate(eqn.outs) if out in self.active]
        blocks = []
        for inner in eqn.blocks:
            arm = builder.nested()
            with self.inside():
                self.block(inner, arm)
                dots = [self.passed(inner.results[k], arm) for k in active]
            blocks.append(arm.block([*inner.results, *dots]))
        outs = tuple(self.tangent(eqn.outs[k]) for k in active)
        self.whole.mark_all(outs, [eqn.outs[k] for k in active])
        builder.append(replace(eqn, outs=eqn.outs + outs, blocks=tuple(blocks)))
        self.dots |= {eqn.outs[k]: out for k, out in zip(active, outs)}

    def carry(self, variables: list[Var], tangents: list[Var]) -> None:
        """Give variables of a loop's body the tangents that come with them."""
        self.dots |= dict(zip(variables, tangents))
        self.whole.mark_all(tangents, variables)

    def loop(self, eqn: Eqn, op: For, builder: Builder) -> None:
        """Carry and collect tangents beside their variables, walk those of active sequences."""
        body, seqs = eqn.blocks[0], op.seqs
        walked = [k for k in range(seqs) if body.params[k] in self.active]
        results = carried_results(eqn, op)
        carried = [
            k for k in range(op.carried)
            if eqn.outs[k] in self.active or body.params[seqs + k] in self.active
        ]  # fmt: skip
        collected = [k for k in range(op.carried, len(eqn.outs)) if eqn.outs[k] in self.active]
        elements = [self.tangent(body.params[k]) for k in walked]
        params = [self.tangent(body.params[seqs + k]) for k in carried]
        self.carry([body.params[k] for k in walked], elements)
        self.carry([body.params[seqs + k] for k in carried], params)
        arm = builder.nested()
        with self.inside():
            self.block(body, arm)
            kept = [self.passed(results[k], arm) for k in carried]
            listed = [self.dot(results[k], arm) for k in collected]
        new_body = arm.block(
            [*body.results[: op.carried], *kept, *body.results[op.carried :], *listed],
            [*body.params[:seqs], *elements, *body.params[seqs:], *params],
        )  # fmt: skip
        blocks = [new_body]
        if op.tested:
            extra = [fresh(param) for param in params]
            condition = eqn.blocks[1]
            blocks.append(replace(condition, params=(*condition.params, *extra)))
        args = [
            *eqn.args[:seqs], *(self.dot(eqn.args[k], builder) for k in walked),
            *eqn.args[seqs:], *(self.passed(eqn.args[seqs + k], builder) for k in carried),
        ]  # fmt: skip
        dots = {k: self.tangent(eqn.outs[k]) for k in [*carried, *collected]}
        self.whole.mark_all(dots.values(), [eqn.outs[k] for k in dots])
        outs = [
            *eqn.outs[: op.carried], *(dots[k] for k in carried),
            *eqn.outs[op.carried :], *(dots[k] for k in collected),
        ]  # fmt: skip
        new_op = replace(op, seqs=seqs + len(walked), carried=op.carried + len(carried))
        builder.append(
            replace(eqn, outs=tuple(outs), op=new_op, args=tuple(args), blocks=tuple(blocks))
        )
        self.dots |= {eqn.outs[k]: dot for k, dot in dots.items()}

    def call(self, eqn: Eqn, op: Call, builder: Builder) -> None:
        """Call the jvp of a function for its active arguments."""
        varied = tuple(k for k, arg in enumerate(eqn.args) if arg in self.dots)
        if not varied or not any(out in self.active for out in eqn.outs):
            builder.append(eqn)
            return
        name = self.callee(op.function, varied)
        outs = tuple(tangent_of(out) for out in eqn.outs)
        self.whole.mark_all(outs, eqn.outs)
        args = (*eqn.args, *(self.dot(eqn.args[k], builder) for k in varied))
        builder.append(
            replace(eqn, op=Call(name, flat_tree(2 * len(outs))), args=args, outs=eqn.outs + outs)
        )
        self.dots |= dict(zip(eqn.outs, outs))


def dotted(var: Var) -> str:
    """Return the hint of a tangent."""
    return f"{var.label()}_dot" if var.label() else ""


def tangent_of(var: Var) -> Var:
    """Return a new variable for the tangent of another."""
    return Var(dotted(var), var.type)
