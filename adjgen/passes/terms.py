"""Products of quotients, the terms that algebra works with, and how they become equations again."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from adjgen.elementary.row import TABLE
from adjgen.elementary.trace import result_type
from adjgen.ir.core import Atom, Const, Eqn, Loc, Var

Quotient = tuple[tuple[Atom, ...], tuple[Atom, ...]]  # numerators, denominators


@dataclass(slots=True)
class Product:
    """coefficient * quotient * quotient ...; a quotient is computed as it was written."""

    coefficient: float = 1.0
    quotients: list[Quotient] = field(default_factory=list)

    def times(self, other: "Product") -> "Product":
        """Return the product of two."""
        return Product(self.coefficient * other.coefficient, self.quotients + other.quotients)

    def negative(self) -> "Product":
        """Return the product with the other sign."""
        return Product(-self.coefficient, self.quotients)


class Writer:
    """Writes products and sums as new equations."""

    def __init__(self, loc: Loc | None) -> None:
        self.eqns: list[Eqn] = []
        self.sums: set[Atom] = set()
        self.loc = loc

    def emit(self, op: str, *args: Atom) -> Var:
        """Append a row of atoms."""
        out = Var("", result_type(TABLE[op], args))
        self.eqns.append(Eqn((out,), op, args, (), self.loc, True))
        return out

    def sum(self, terms: list[Product]) -> Product:
        """Write a sum; a negative term is subtracted, the sign of a sum of such terms is outside."""
        first = next((k for k, t in enumerate(terms) if not t.coefficient < 0), None)
        if first is None:
            return self.sum([term.negative() for term in terms]).negative()
        if first:
            terms = [terms[first], *terms[:first], *terms[first + 1 :]]
        total = self.product(terms[0])
        for term in terms[1:]:
            if term.coefficient < 0:
                total = self.emit("sub", total, self.product(term.negative()))
            else:
                total = self.emit("add", total, self.product(term))
        self.sums.add(total)
        if isinstance(total, Const):
            return Product(float(total.value))
        return Product(1.0, [((total,), ())])

    def product(self, product: Product) -> Atom:
        """Write a product: the constant first, factors in their order, a divisor after the next one.

        y * g / b is of the size of y, where y / b * g may overflow or underflow. Nothing is known of
        the size of a sum, so a divisor prefers another factor: x / f * (1.0 + b).
        """
        coefficient = product.coefficient
        if not product.quotients:
            return Const(coefficient)
        whole = [q for q in product.quotients if q[0]]
        waiting: list[Atom] = []
        if len(whole) < len(product.quotients):
            waiting = [d for n, ds in product.quotients if not n for d in ds]
        unit = coefficient in (1.0, -1.0) and whole
        total: Atom | None = None if unit else Const(abs(coefficient))
        while whole:
            at = 0
            if waiting:
                at = next((k for k, q in enumerate(whole) if q[0][0] not in self.sums), 0)
            numerators, denominators = whole.pop(at)
            for factor in numerators:
                if total is None:
                    total = factor
                elif not waiting:
                    total = self.emit("mul", total, factor)
                else:
                    if factor in self.sums:
                        total = self.emit("mul", self.over(total, waiting), factor)
                    else:
                        total = self.over(self.emit("mul", total, factor), waiting)
                    waiting = []
            waiting += denominators
        assert total is not None
        total = self.over(total, waiting)
        return self.emit("neg", total) if coefficient < 0 else total

    def over(self, value: Atom, divisors: Iterable[Atom]) -> Atom:
        """Write divisions, one after the other."""
        for divisor in divisors:
            value = self.emit("div", value, divisor)
        return value
