"""Algebra on derivative equations, where it saves operations: constants meet along products, signs and
common factors leave sums, p * (1.0 / q) becomes p / q. The primal is never touched.

before                                       after
    d = 0.5 / f                                  return x / f * (1.0 + b)
    return (d + d * b) * (2.0 * x)
"""

from collections import Counter
from collections.abc import Iterable

from adjgen.ir.core import Atom, Block, Const, Eqn, Var
from adjgen.ir.types import INT, REAL
from adjgen.passes.products import Product, Quotient, Writer, price, weight

LARGEST = 48  # operations of an expression that is rewritten as a whole


class Algebra:
    """Rewrites one block; blocks inside have their own turn."""

    def __init__(self, uses: Counter[Atom]) -> None:
        self.uses = uses  # in the whole function
        self.made_by: dict[Atom, Eqn] = {}  # by equations that may be rewritten
        self.inside: set[Atom] = set()  # what stands inside an expression
        self.size: dict[Atom, int] = {}  # operations of the expression that a variable ends
        self.cost: dict[Atom, int] = {}  # what they cost: those on arrays are dear
        self.absorbed: dict[Atom, int] = {}  # variables used only here, and what they cost

    def block(self, block: Block) -> Block:
        """Return the block rewritten."""
        self.absorb(block)
        eqns: list[Eqn] = []
        for eqn in block.eqns:
            if eqn.blocks:
                inner = tuple(Algebra(self.uses).block(b) for b in eqn.blocks)
                eqns.append(eqn.reading(eqn.args, inner))
            elif not eqn.derivative or not eqn.outs or eqn.outs[0] not in self.made_by:
                eqns.append(eqn)
            elif eqn.outs[0] not in self.inside:
                eqns += self.root(eqn)
        return Block(block.params, tuple(eqns), block.results)

    def absorb(self, block: Block) -> None:
        """Find the variables that stand inside an expression, none of them too large to read."""
        size, uses = self.size, self.uses
        for eqn in block.eqns:
            if not eqn.derivative or eqn.op not in COUNTED or not rewritable(eqn):
                continue
            (out,) = eqn.outs
            self.made_by[out] = eqn
            single = [a for a in eqn.args if a in size and uses[a] == 1]
            total = 1 + sum([size[a] for a in single]) if single else 1
            self.cost[out] = price(eqn)
            size[out] = 1
            if single and total <= LARGEST:
                self.inside.update(single)
                self.cost[out] += sum([self.cost[a] for a in single])
                size[out] = total

    def root(self, eqn: Eqn) -> list[Eqn]:
        """Return the equations of an expression whose value is needed as it stands."""
        if self.inside.isdisjoint(eqn.args) and (
            eqn.op not in SUMS or eqn.args[0] is not eqn.args[1]
        ):
            return [eqn]  # a single product, quotient or minus, or a sum without a common factor
        tree = self.tree(eqn)
        if not self.promising(tree):
            return tree
        self.absorbed = {}
        writer = Writer(eqn.loc)
        result = writer.product(self.expression(eqn, writer))
        saved = self.cost[eqn.outs[0]] + sum(self.absorbed.values()) - weight(writer.eqns)
        better = saved > 0 or (saved == 0 and reads_better(tree))
        if not better or isinstance(result, Const):
            return tree
        if not writer.eqns or writer.eqns[-1].outs[0] is not result:
            return tree
        last = writer.eqns[-1]
        writer.eqns[-1] = Eqn(eqn.outs, last.op, last.args, (), last.loc, True)
        return writer.eqns

    def promising(self, tree: list[Eqn]) -> bool:
        """Whether an expression has signs, quotients, constants, arrays, or anything twice."""
        seen: set[Atom] = set()
        for eqn in tree:
            if eqn.op in ("neg", "div") or eqn.outs[0].type is not REAL:
                return True
            for arg in eqn.args:
                if arg in seen or isinstance(arg, Const):
                    return True
                if arg not in self.inside:
                    seen.add(arg)
        return False

    def tree(self, eqn: Eqn) -> list[Eqn]:
        """Return the equations of an expression in order, the root last."""
        order, stack = [], [eqn]
        while stack:
            node = stack.pop()
            order.append(node)
            stack += [self.made_by[a] for a in node.args if a in self.inside]
        return order[::-1]

    # ---- reading

    def factor(self, atom: Atom, writer: "Writer") -> Product:
        """Return an atom as a product."""
        if atom in self.inside:
            return self.expression(self.made_by[atom], writer)
        if not isinstance(atom, Var) and isinstance(atom.value, float):
            return Product(atom.value)
        return Product(1.0, [((atom,), ())])

    def expression(self, eqn: Eqn, writer: "Writer") -> Product:
        """Return an equation as a product; a sum that stays one is written first and is one factor."""
        if eqn.op in SUMS:
            terms = self.factored(self.terms(eqn, writer), writer)
            return terms[0] if len(terms) == 1 else writer.sum(terms)
        first = self.factor(eqn.args[0], writer)
        if eqn.op == "neg":
            return first.negative()
        second = self.factor(eqn.args[1], writer)
        if eqn.op == "mul":
            return first.times(second)
        return divided(first, second, eqn.args[1], writer)

    def terms(self, eqn: Eqn, writer: "Writer") -> list[Product]:
        """Return the terms of a sum, flat."""
        found: list[Product] = []
        stack: list[tuple[Atom, float]] = [
            (eqn.args[1], -1.0 if eqn.op == "sub" else 1.0),
            (eqn.args[0], 1.0),
        ]
        while stack:
            atom, sign = stack.pop()
            inner = self.made_by[atom] if atom in self.inside else None
            if inner is not None and inner.op in ("add", "sub"):
                stack.append((inner.args[1], -sign if inner.op == "sub" else sign))
                stack.append((inner.args[0], sign))
            else:
                term = self.factor(atom, writer)
                found.append(term if sign == 1.0 else term.negative())
        return found

    def factored(self, terms: list[Product], writer: "Writer") -> list[Product]:
        """Take out what most terms share, a factor or a divisor, until nothing is shared; constants last."""
        terms = like_terms(terms)
        while len(terms) > 1:
            factors = [q for term in terms for q in term.quotients]
            divisors = [d for _, ds in factors for d in ds]
            if len(set(factors)) == len(factors) and len(set(divisors)) == len(divisors):
                break
            found = Counter(q for term in terms for q in dict.fromkeys(term.quotients))
            found += Counter(((), (d,)) for t in terms for d in dict.fromkeys(t.divisors()))
            ((shared, times),) = found.most_common(1)
            if times < 2:
                break
            terms = self.taken(terms, shared, times, writer)
        return self.scaled(terms, writer)

    def taken(
        self, terms: list[Product], shared: Quotient, times: int, writer: "Writer"
    ) -> list[Product]:
        """Take a factor or divisor out of the terms that have it."""
        having = [
            shared in t.quotients or (not shared[0] and shared[1][0] in t.divisors()) for t in terms
        ]
        inside = [without(term, shared) for term, has in zip(terms, having) if has]
        outside = [term for term, has in zip(terms, having) if not has]
        at, scale = having.index(True), common_scale(inside)
        reduced = [Product(t.coefficient / scale, t.quotients) for t in inside]
        rest = Product(scale).times(writer.sum(self.factored(reduced, writer)))
        if shared[0]:
            rest = self.opened(shared, times, writer).times(rest)
        else:
            rest = Product(rest.coefficient, with_divisor(rest.quotients, shared[1][0]))
        return [*outside[:at], rest, *outside[at:]]

    def scaled(self, terms: list[Product], writer: "Writer") -> list[Product]:
        """Take constants out of the terms that share them: 2.0 * a + 2.0 * b is 2.0 * (a + b)."""
        sizes = Counter(abs(t.coefficient) for t in terms if t.quotients)
        for size, times in sizes.items():
            if times < 2 or size == 1.0:
                continue
            having = [abs(t.coefficient) == size and bool(t.quotients) for t in terms]
            at = having.index(True)
            inside = [
                Product(t.coefficient / size, t.quotients) for t, has in zip(terms, having) if has
            ]
            outside = [term for term, has in zip(terms, having) if not has]
            terms = [*outside[:at], Product(size).times(writer.sum(inside)), *outside[at:]]
        return terms

    def opened(self, shared: Quotient, times: int, writer: "Writer") -> Product:
        """Return a factor that was taken out: what it is made of, if all its uses were here."""
        numerators, denominators = shared
        var = numerators[0] if len(numerators) == 1 and not denominators else None
        if not isinstance(var, Var) or var not in self.made_by or self.uses[var] != times:
            return Product(1.0, [shared])
        eqn = self.made_by[var]
        if eqn.op in ("add", "sub"):
            return Product(1.0, [shared])
        self.absorbed[var] = self.cost[var]
        return self.expression(eqn, writer)


def divides_early(tree: list[Eqn]) -> bool:
    """Whether a quotient in the expression is a factor, so that it is divided before it is multiplied."""
    quotients: set[Atom] = set()
    for eqn in tree:
        if eqn.op == "div" or (eqn.op == "neg" and eqn.args[0] in quotients):
            quotients.add(eqn.outs[0])
        elif eqn.op == "mul" and not quotients.isdisjoint(eqn.args):
            return True
    return False


def reads_better(tree: list[Eqn]) -> bool:
    """Whether an expression is better written anew although that saves nothing."""
    return divides_early(tree) or nested_product(tree)


def nested_product(tree: list[Eqn]) -> bool:
    """Whether a product of arrays has a product on its right: a * (b * c), which reads worse than a * b * c."""
    products = {eqn.outs[0] for eqn in tree if eqn.op == "mul" and eqn.outs[0].type.dtype}
    return any(eqn.op == "mul" and eqn.args[1] in products for eqn in tree)


SUMS = ("add", "sub")
COUNTED = {"add", "sub", "mul", "div", "neg"}


def rewritable(eqn: Eqn) -> bool:
    """Whether algebra may touch an equation of a derivative: arithmetic of real numbers, or arrays of them."""
    if eqn.op not in COUNTED:
        return False
    if any(
        [
            isinstance(a, Const) and not isinstance(a.value, float)
            for a in eqn.args
            if a.type is not REAL
        ]
    ):
        return False
    if eqn.outs[0].type.dtype is REAL:  # truth values have no difference
        return all([a.type in (REAL, INT) or a.type.dtype is REAL for a in eqn.args])
    return eqn.outs[0].type is REAL


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
