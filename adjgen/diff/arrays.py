"""Tangents and adjoints of arrays: which have the shape of their variable, and how others get it.

In a sweep the adjoint of an array may be smaller than the array, as long as it broadcasts to it: that
of each term of a sum over all is one number. Only where the shape matters it is given that shape.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from adjgen.elementary.row import TABLE
from adjgen.elementary.trace import Traced, atom_of
from adjgen.ir.build import Builder
from adjgen.ir.core import UNBOUND, Atom, Block, Const, Eqn, If, Var
from adjgen.ir.query import equations, moves
from adjgen.ir.shapes import same, symbol
from adjgen.ir.types import NUMBERS, Type, array


class Whole:
    """The tangents or adjoints that are known to have the shape of their variable.

    What is stored into keeps its shape: `like` leads to the array that it was. `unbound` may have no value,
    and so no shape that could be asked for. An infinity is written as one number: its shape is that of
    the array `behind` it.
    """

    def __init__(self) -> None:
        self.known: set[tuple[Atom, Atom]] = set()
        self.like: dict[Atom, Atom] = {}
        self.behind: dict[Atom, Atom] = {}
        self.unbound: set[Atom] = set()
        self.learned: set[Block] = set()

    def learn(self, block: Block) -> None:
        """Look through a block, once."""
        if block in self.learned:
            return
        self.learned.add(block)
        targets: dict[Atom, list[Atom]] = {}
        for eqn in equations(block):
            if eqn.blocks:
                self.learned.update(eqn.blocks)
                for source, target in moves(eqn):
                    targets.setdefault(source, []).append(target)
            elif isinstance(eqn.op, str) and TABLE[eqn.op].mutates:
                if same(eqn.outs[0].type.shape, eqn.args[0].type.shape):
                    self.like[eqn.outs[0]] = eqn.args[0]
            elif eqn.op == "infinity":
                self.behind[eqn.outs[0]] = eqn.args[0]
        pending = list(targets.get(UNBOUND, ()))
        while pending:
            found = pending.pop()
            if found not in self.unbound:
                self.unbound.add(found)
                pending += targets.get(found, ())

    def root(self, var: Atom) -> Atom:
        """Return the array that this one was before anything was stored into it."""
        while var in self.like:
            var = self.like[var]
        return var

    def has(self, bar: Atom, var: Atom) -> bool:
        """Whether a tangent or adjoint has the shape of a variable."""
        if not var.type.dtype or (bar, self.root(var)) in self.known:
            return True
        return same(shape(bar.type), var.type.shape)

    def mark(self, bar: Atom, var: Atom) -> Atom:
        """Note that a tangent or adjoint has the shape of its variable."""
        if var.type.dtype:
            self.known.add((bar, self.root(var)))
        return bar

    def mark_all(
        self, bars: Iterable[Atom], variables: Sequence[Atom], slots: Sequence[Atom] | None = None
    ) -> None:
        """Note the same of several that control flow gives; `slots` are the variables that it passes on."""
        for bar, var, slot in zip(bars, variables, slots or variables, strict=True):
            if not (self.is_loose(var) or self.is_loose(slot)):
                self.mark(bar, var)

    def passed(self, bar: Atom, var: Atom, builder: Builder) -> Atom:
        """Return a tangent or adjoint for a path on which the variable may have no value."""
        return bar if self.is_loose(var) else self.of(bar, var, builder)

    def is_loose(self, var: Atom) -> bool:
        """Whether a variable is an array, if it has a value: nobody knows where its adjoint needs a shape."""
        return bool(var.type.dtype) and var in self.unbound

    def zero(self, var: Atom, builder: Builder) -> Atom:
        """Return the zero of a variable."""
        from adjgen.diff.rules import zero_like

        return Const(0.0) if self.is_loose(var) else self.mark(zero_like(builder, var), var)

    def type_of(self, var: Atom) -> Type:
        """Return the type of a tangent or adjoint of a variable that several paths give."""
        return array(symbol()) if self.is_loose(var) else var.type

    def named(self, hint: str, var: Var) -> Var:
        """Return a new variable for the tangent or adjoint of another."""
        return Var(hint, self.type_of(var))

    def of(self, bar: Atom, var: Atom, builder: Builder) -> Atom:
        """Return a tangent or adjoint in the shape of its variable."""
        if self.has(bar, var):
            return bar
        return self.mark(atom_of(spread(operand(builder, bar), operand(builder, var))), var)

    def contribution(self, bar: Atom, out_bar: Atom, eqn: Eqn, arg: Var, builder: Builder) -> Atom:
        """Return what is added to the adjoint of an argument of an elementwise function.

        `bar` is the product with the partial; where the argument was broadcast, its sum.
        """
        out = eqn.outs[0]
        if not out.type.dtype:
            return bar
        last = builder.eqns[-1] if builder.eqns else None
        # of an IF: maybe a plain 0
        chosen = last is not None and isinstance(last.op, If) and bar in last.outs
        is_whole = self.has(bar, out) or (self.has(out_bar, out) and not chosen)
        if same(shape(arg.type), out.type.shape):
            return self.mark(bar, arg) if is_whole else bar
        made = bar is not out_bar  # here, so that nobody else reads it
        negative = made and last is not None and last.op == "neg" and last.outs == (bar,)
        if last is not None and negative:  # the sign of a sum is cheaper than those of its terms
            bar = last.args[0]
        if not is_whole:
            shaped = self.behind.get(out, out)
            bar = atom_of(spread(operand(builder, bar), operand(builder, shaped)))
        total = reduced(operand(builder, bar), operand(builder, self.behind.get(arg, arg)))
        return self.mark(atom_of(-total if negative else total), arg)


def shape(kind: Type) -> Any:
    """Return the shape of a type: () of numbers."""
    return () if kind in NUMBERS else kind.shape


def reduced(bar: Any, arg: Any) -> Any:
    """Return an adjoint summed to the shape of an argument."""
    from adjgen.elementary.arrays.fitting import reduced_to

    return reduced_to(bar, arg)


def spread(bar: Any, like: Any) -> Any:
    """Return an adjoint in the shape of a value."""
    from adjgen.elementary.arrays.fitting import spread_to

    return spread_to(bar, like)


def operand(builder: Builder, atom: Atom) -> Any:
    """Return an atom as rules take it."""
    return Traced(builder, atom)


class Dots:
    """The tangents of an equation's arguments, as rules of arrays ask for them."""

    def __init__(self, eqn: Eqn, dots: Any, get: Callable[[Atom], Any]) -> None:
        self.eqn, self.dots, self.get = eqn, dots, get

    def has(self, k: int) -> bool:
        """Whether argument k varies."""
        return self.eqn.args[k] in self.dots

    def __call__(self, k: int) -> Any:
        return self.get(self.eqn.args[k])
