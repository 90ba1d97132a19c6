"""Terms of sums as products: what they share, what is alike, and quotients of them."""

from collections import Counter
from collections.abc import Iterable

from adjgen.ir.core import Atom, Const
from adjgen.passes.products import Product, Quotient, Writer


def divided(a: Product, b: Product, divisor: Atom, writer: "Writer") -> Product:
    """Return a / b, where b is one factor (others are written first)."""
    simple = b.coefficient in (1.0, -1.0) and b.quotients == [((divisor,), ())]
    if isinstance(divisor, Const) or simple:
        return Product(a.coefficient, with_divisor(a.quotients, divisor))
    below = writer.product(Product(abs(b.coefficient), b.quotients))
    sign = -1.0 if b.coefficient < 0 else 1.0
    return Product(a.coefficient * sign, with_divisor(a.quotients, below))


def with_divisor(quotients: list[Quotient], divisor: Atom) -> list[Quotient]:
    """Divide a product where it ends: its quotients become one."""
    numerators = tuple(n for ns, _ in quotients for n in ns)
    denominators = tuple(d for _, ds in quotients for d in ds)
    return [(numerators, (*denominators, divisor))]


def without(term: Product, shared: Quotient) -> Product:
    """Return a term without one of its factors, or without a divisor."""
    rest = list(term.quotients)
    if shared in rest:
        rest.remove(shared)
        return Product(term.coefficient, rest)
    (divisor,) = shared[1]
    at = next(k for k, (_, divisors) in enumerate(rest) if divisor in divisors)
    above, below = rest[at]
    k = below.index(divisor)
    below = below[:k] + below[k + 1 :]
    rest[at : at + 1] = [(above, below)] if below else [((factor,), ()) for factor in above]
    return Product(term.coefficient, rest)


def like_terms(terms: list[Product]) -> list[Product]:
    """Return the terms with those of the same factors added, unless they cancel: inf - inf stays nan."""
    found: dict[object, Product] = {}
    for k, term in enumerate(terms):
        key: object = frozenset(Counter(term.quotients).items())
        before = found.get(key)
        if before is None:
            found[key] = term
        elif total := before.coefficient + term.coefficient:
            found[key] = Product(total, before.quotients)
        else:
            found[k] = term
    return list(found.values())


def common_scale(terms: Iterable[Product]) -> float:
    """Return the constant that all terms share (a power of two apart from its sign), else 1 or -1."""
    coefficients = {t.coefficient for t in terms}
    if len(coefficients) == 1:
        return coefficients.pop() or 1.0
    return -1.0 if all(c < 0 for c in coefficients) else 1.0
