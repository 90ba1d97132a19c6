"""Gradients are floats: one that may be an int or a bool, such as n of x * n, goes through float().

Which variables are floats whatever numbers the parameters are is read off the equations.
"""

from collections.abc import Mapping, Sequence

from adjgen.diff.reverse import barred
from adjgen.elementary.row import TABLE, Row
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Call, Const, Eqn, For, If, Try, Var
from adjgen.ir.types import REAL, is_mutable

Place = tuple[int, int]
JOINED = {"max", "min"}  # one of their arguments, whichever


def as_floats(
    eqns: Sequence[Eqn], gradients: Sequence[Atom], inputs: Sequence[Var]
) -> tuple[tuple[Eqn, ...], list[Atom]]:
    """Return equations and gradients with those of numbers turned to floats where they may not be."""
    sure = _Floats()
    sure.block(eqns)
    builder = Builder(derivative=True)
    found: list[Atom] = []
    for gradient, var in zip(gradients, inputs, strict=True):
        if not is_mutable(gradient.type) and not sure.has(gradient):
            (gradient,) = builder.emit("float", (gradient,), [REAL], [barred(var)])
        found.append(gradient)
    return (*eqns, *builder.eqns), found


def elements_as_floats(
    eqns: Sequence[Eqn], lists: Mapping[Place, Atom]
) -> tuple[list[Eqn], dict[Place, Atom]]:
    """Return equations and lists of derivatives, with float() around the elements that may be no floats."""
    sure = _Floats()
    sure.block(eqns)
    builder = Builder(derivative=True)
    found = dict(lists)
    for place, items in lists.items():
        if items.type.element is not None and not sure.has(items):
            found[place] = float_of(items, builder)
    return [*eqns, *builder.eqns], found


def float_of(items: Atom, builder: Builder) -> Atom:
    """Write float(items), of a list element by element."""
    element, arm = items.type.element, builder.nested()
    hints = [items.hint] if isinstance(items, Var) else []
    if element is None:
        return builder.emit("float", (items,), [REAL], hints)[0]
    one = Var("", element)
    body = arm.block([float_of(one, arm)], [one])
    return builder.emit(For(1, 0), (items,), [items.type], hints, [body])[0]


class _Floats:
    """The variables that are floats for certain, and the lists that loops collect of floats only."""

    def __init__(self) -> None:
        self.known: set[Var] = set()

    def has(self, atom: Atom) -> bool:
        return isinstance(atom.value, float) if isinstance(atom, Const) else atom in self.known

    def block(self, eqns: Sequence[Eqn]) -> None:
        for eqn in eqns:
            if isinstance(eqn.op, str):
                if self.row(TABLE[eqn.op], eqn.args):
                    self.known.update(eqn.outs)
            else:
                self.known.update(out for out, sure in zip(eqn.outs, self.outs(eqn)) if sure)

    def results(self, block: Block) -> list[bool]:
        self.block(block.eqns)
        return [self.has(result) for result in block.results]

    def row(self, row: Row, args: Sequence[Atom]) -> bool:
        """Whether the value of a row is a float."""
        if row.result not in ("real", "number") or row.outs > 1:
            return False
        if row.result == "real":
            return True
        given = [arg in self.known or self.has(arg) for arg in args]
        return False not in given if row.name in JOINED else True in given

    def outs(self, eqn: Eqn) -> list[bool]:
        """Return for each out of what is no row whether it is a float."""
        if isinstance(eqn.op, If):
            then, other = (self.results(block) for block in eqn.blocks)
            return [a and b for a, b in zip(then, other)]
        if isinstance(eqn.op, Try):
            return self.results(eqn.blocks[0])
        if isinstance(eqn.op, For):
            return self.loop(eqn, eqn.op)
        if isinstance(eqn.op, Call):
            return [eqn.derivative] * len(eqn.outs)  # the adjoint of a callee is linear in floats
        return [False] * len(eqn.outs)

    def loop(self, eqn: Eqn, op: For) -> list[bool]:
        """Return what is carried as floats: it starts as one, and every turn leaves one."""
        body = eqn.blocks[0]
        params = body.params[op.seqs :]
        carried = [self.has(arg) for arg in eqn.args[op.seqs :]]
        while True:
            before = set(self.known)
            self.known.update(p for p, sure in zip(params, carried) if sure)
            results = self.results(body)
            after = [a and b for a, b in zip(carried, results)]
            if after == carried:
                return carried + results[op.carried + op.exits :]
            self.known, carried = before, after
