"""Writing equations: a Builder appends them to a block; nested blocks have builders of their own."""

from collections.abc import Sequence

from adjgen.ir.core import Atom, Block, Eqn, If, Loc, Op, Var
from adjgen.ir.types import OPAQUE, Type, join


class Builder:
    """Collects the equations of one block.

    `loc` and `derivative` are stamped on each new equation.
    """

    def __init__(self, loc: Loc | None = None, derivative: bool = False) -> None:
        self.eqns: list[Eqn] = []
        self.loc = loc
        self.derivative = derivative
        self.library = False  # whether what is written now is the derivative of a function of numpy

    def emit(
        self,
        op: Op,
        args: Sequence[Atom],
        types: Sequence[Type],
        hints: Sequence[str] = (),
        blocks: Sequence[Block] = (),
    ) -> tuple[Var, ...]:
        """Append an equation with one new variable a type; return the variables."""
        names = tuple(hints) + ("",) * (len(types) - len(hints))
        outs = tuple([Var(name, kind) for name, kind in zip(names, types)])
        self.append(Eqn(outs, op, tuple(args), tuple(blocks), self.loc, self.derivative))
        return outs

    def value(self, op: Op, args: tuple[Atom, ...], kind: Type) -> Var:
        """Append an equation with one unnamed variable; return that."""
        out = Var("", kind)
        self.eqns.append(Eqn((out,), op, args, (), self.loc, self.derivative))
        return out

    def append(self, eqn: Eqn) -> None:
        """Append an equation as it is."""
        self.eqns.append(eqn)

    def nested(self) -> "Builder":
        """Return a builder for a block inside this one."""
        return Builder(self.loc, self.derivative)

    def block(self, results: Sequence[Atom] = (), params: Sequence[Var] = ()) -> Block:
        """Return the finished block."""
        return Block(tuple(params), tuple(self.eqns), tuple(results))

    def branch(
        self, test: Atom, then: Block, other: Block, hints: Sequence[str] = ()
    ) -> tuple[Var, ...]:
        """Append an IF whose outs are the results of its two blocks."""
        pairs = zip(then.results, other.results, strict=True)
        types = [join(a.type, b.type) for a, b in pairs]
        types = [OPAQUE if kind.name == "nothing" else kind for kind in types]
        return self.emit(If(), (test,), types, hints, (then, other))
