"""Products, and how they are written as equations: constants first, factors in their order, divisors late."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from adjgen.elementary.row import TABLE
from adjgen.elementary.trace import result_type
from adjgen.ir.core import Atom, Const, Eqn, Loc, Var
from adjgen.ir.types import INT

OF_ARRAYS = 16  # what an operation on arrays costs, in operations on numbers
Quotient = tuple[tuple[Atom, ...], tuple[Atom, ...]]  # numerators, denominators


@dataclass(slots=True)
class Product:
    """coefficient * quotient * quotient ...; a quotient is computed as it was written."""

    coefficient: float = 1.0
    quotients: list[Quotient] = field(default_factory=list)

    def times(self, other: "Product") -> "Product":
        """Return the product of two."""
        return Product(self.coefficient * other.coefficient, self.quotients + other.quotients)

    def divisors(self) -> list[Atom]:
        """Return what the product is divided by, in order."""
        return [divisor for _, below in self.quotients for divisor in below]

    def shareable(self) -> list[Quotient]:
        """Return what other terms may have too: factors, and divisors one by one, as 1 / d."""
        factors = [q for q in self.quotients if q[0]]
        return [*factors, *(((), (d,)) for d in self.divisors())]

    def negative(self) -> "Product":
        """Return the product with the other sign."""
        return Product(-self.coefficient, self.quotients)


class Writer:
    """Writes products and sums as new equations."""

    def __init__(self, loc: Loc | None, lengths: Collection[Atom] = ()) -> None:
        self.eqns: list[Eqn] = []
        self.sums: set[Atom] = set()
        self.lengths = lengths
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
        """Write a product: numbers before arrays, which are large: 0.5 / n * x."""
        numbers, arrays = parted(product)
        alone = numbers.coefficient in (1.0, -1.0) and not any(n for n, _ in numbers.quotients)
        if not arrays.quotients or alone:  # x / n stays
            return self.chain(product)
        first = self.chain(numbers)
        if isinstance(first, Const):
            return self.chain(Product(first.value, arrays.quotients), signed=True)
        return self.chain(Product(1.0, [((first,), ()), *arrays.quotients]))

    def chain(self, product: Product, signed: bool = False) -> Atom:
        """Write a product: the constant first, factors in their order, a divisor after the next one.

        y * g / b is of the size of y, where y / b * g may overflow or underflow. Nothing is known of
        the size of a sum, so a divisor prefers another factor: x / f * (1.0 + b). What is divided by a
        length is at most 1 and divided at once: g * (x / hypot(x, y)), where g * x may underflow.
        """
        coefficient = product.coefficient
        if not product.quotients:
            return Const(coefficient)
        whole = [q for q in product.quotients if q[0]]
        waiting = [d for n, ds in product.quotients if not n for d in ds]
        unit = coefficient in (1.0, -1.0) and whole
        signed = signed and not unit  # the constant takes the sign
        total: Atom | None = None if unit else Const(coefficient if signed else abs(coefficient))
        while whole:
            plain = (k for k, q in enumerate(whole) if q[0][0] not in self.sums)
            numerators, denominators = whole.pop(next(plain, 0) if waiting else 0)
            if len(numerators) == 1 and self.are_lengths(denominators):
                numerators, denominators = (self.over(numerators[0], denominators),), ()
            for factor in numerators:
                if total is None:
                    total = factor
                    continue
                if factor in self.sums:
                    total = self.emit("mul", self.over(total, waiting), factor)
                else:
                    total = self.over(self.emit("mul", total, factor), waiting)
                waiting = []
            waiting += denominators
        assert total is not None
        total = self.over(total, waiting)
        return self.emit("neg", total) if coefficient < 0 and not signed else total

    def are_lengths(self, divisors: Collection[Atom]) -> bool:
        """Whether divisors are lengths of what has the numerator as a side."""
        return bool(divisors) and all([divisor in self.lengths for divisor in divisors])

    def over(self, value: Atom, divisors: Iterable[Atom]) -> Atom:
        """Write divisions, one after the other."""
        for divisor in divisors:
            value = self.emit("div", value, divisor)
        return value


def parted(product: Product) -> tuple[Product, Product]:
    """Return the numbers of a product and its arrays; a whole number divides the arrays.

    0 divides an array, but no number of Python's; and a number of numpy's would give its precision.
    """
    numbers, arrays = Product(product.coefficient), Product()
    for above, below in product.quotients:
        whole = tuple(a for a in above if a.type.dtype), tuple(a for a in below if is_of_arrays(a))
        if any(whole):
            arrays.quotients.append(whole)
        rest = (
            tuple(a for a in above if not a.type.dtype),
            tuple(a for a in below if not is_of_arrays(a)),
        )
        if any(rest):
            numbers.quotients.append(rest)
    return numbers, arrays


def is_of_arrays(divisor: Atom) -> bool:
    """Whether a divisor is an array, or a whole number such as the size of one."""
    return bool(divisor.type.dtype) or divisor.type is INT


def weight(eqns: Iterable[Eqn]) -> int:
    """Return what equations cost, in operations on numbers."""
    return sum([price(eqn) for eqn in eqns])


def price(eqn: Eqn) -> int:
    """Return what an equation costs: an operation on arrays is many on numbers."""
    return OF_ARRAYS if eqn.outs[0].type.dtype else 1
