"""FLOP model F1 on SymPy trees: every occurrence counts, the sign of a term is a subtraction.

A factor with a negative exponent is one division by the positive power; constants are folded.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import sympy

from adjgen.elementary.cost import LARGEST_POWER, multiplications

Counts = Counter[str]
REPORTED = {"Max": "max", "Min": "min", "sign": "select", "Heaviside": "select"}
CATEGORY = {"Abs": "abs", "Mod": "mod", "loggamma": "lgamma", "ceiling": "ceil"}


class UncountableError(Exception):
    """SymPy left something that is no formula, such as a derivative that it does not know."""


def count_all(expressions: Iterable[Any]) -> Counts:
    """Return the operations of several trees together."""
    return sum((count(expression) for expression in expressions), Counter())


@cache
def count(tree: Any) -> Counts:
    """Return the operations of a tree; a subtree is walked once and counted at every occurrence.

    >>> x, y = sympy.symbols("x y", real=True)
    >>> sorted(count(x / sympy.sqrt(y) - 2 * x**3).items())
    [('div', 1), ('mul', 3), ('sqrt', 1), ('sub', 1)]
    """
    if not has_symbols(tree):
        return Counter()
    counts, parts = _node(tree)
    for part in parts:
        counts.update(count(part))
    return counts


@cache
def has_symbols(tree: Any) -> bool:
    """Whether a tree is more than a constant."""
    return tree.is_Symbol or any(has_symbols(arg) for arg in tree.args)


def _node(node: Any) -> tuple[Counts, Sequence[Any]]:
    """Return the operations of the top of a tree and the trees below it."""
    if node.is_Symbol:
        return Counter(), ()
    if node.is_Add:
        return _sum(node)
    if node.is_Mul:
        return _product(node, signed=True)
    if node.is_Pow:
        return (
            _power(*node.as_base_exp()) if not node.exp.is_Number else _power(node.base, node.exp)
        )
    if node.is_Function:
        return _call(node)
    raise UncountableError(f"SymPy gives {type(node).__name__}, which is no formula")


def _sum(node: Any) -> tuple[Counts, Sequence[Any]]:
    """Count a sum: terms with a minus are subtracted, and if all have one the first is negated."""
    counts: Counts = Counter()
    parts: list[Any] = []
    negative = 0
    for term in node.args:
        minus = is_negated(term)
        negative += minus
        if minus and term.is_Mul:
            more, below = _product(term, signed=False)
            counts.update(more)
            parts += below
        else:
            parts.append(term)
    positive = len(node.args) - negative
    counts.update(_nonzero(add=max(positive - 1, 0), sub=negative - (not positive)))
    if not positive and not any(_literal_sign(term) for term in node.args):
        counts["neg"] += 1
    return counts, parts


def is_negated(term: Any) -> bool:
    """Whether a term of a sum carries a minus."""
    coefficient = term if term.is_Number else term.args[0] if term.is_Mul else None
    return bool(coefficient is not None and coefficient.is_Number and coefficient.is_negative)


def _literal_sign(term: Any) -> bool:
    """Whether the minus of a term is that of a literal, which costs nothing."""
    if term.is_Number:
        return True
    numerators = [factor for factor in term.args[1:] if not _is_divisor(factor)]
    return term.args[0] != -1 or not numerators


def _product(node: Any, signed: bool) -> tuple[Counts, Sequence[Any]]:
    """Count a product; `signed` tells whether a factor -1 is an operation of its own."""
    constants = [factor for factor in node.args if not has_symbols(factor)]
    factors = [factor for factor in node.args if has_symbols(factor)]
    constant = sympy.Mul(*constants)
    divisors = [factor for factor in factors if _is_divisor(factor)]
    numerators = [factor for factor in factors if not _is_divisor(factor)]
    plain = constant in (1, -1)
    fraction = bool(numerators) and constant.is_Rational and abs(constant.p) == 1 and not plain
    terms = len(numerators) + (not plain and not fraction)
    counts = _nonzero(mul=max(terms - 1, 0), div=len(divisors) + fraction)
    if signed and constant == -1 and numerators:
        counts["neg"] += 1
    parts = numerators + [part for factor in divisors for part in _positive(factor, counts)]
    return counts, parts


def _is_divisor(factor: Any) -> bool:
    """Whether a factor is a power with a negative constant exponent."""
    return bool(factor.is_Pow and factor.exp.is_Number and factor.exp.is_negative)


def _positive(factor: Any, counts: Counts) -> Sequence[Any]:
    """Add the operations of 1/factor, a positive power; return the trees below it."""
    more, parts = _power(factor.base, -factor.exp)
    counts.update(more)
    return parts


def _power(base: Any, exponent: Any) -> tuple[Counts, Sequence[Any]]:
    """Count a power: binary powering, square roots for halves, a division if negative."""
    if exponent.is_Number and has_symbols(base) and abs(exponent) <= LARGEST_POWER:
        double = 2.0 * float(exponent)
        if double.is_integer():
            n, root = abs(int(double)), int(double) % 2
            times = multiplications(n if root else n // 2)
            return _nonzero(sqrt=root, mul=times, div=int(exponent.is_negative)), [base]
    return Counter({"pow": 1}), [base, exponent]


def _call(node: Any) -> tuple[Counts, Sequence[Any]]:
    """Count an elementary function: one operation, with n operands n - 1."""
    name = type(node).__name__
    if name in REPORTED:
        return Counter({REPORTED[name]: 1}), node.args
    return Counter({CATEGORY.get(name, name): max(1, len(node.args) - 1)}), node.args


def _nonzero(**counts: int) -> Counts:
    """Return a count without its zeros."""
    return Counter({name: number for name, number in counts.items() if number})
