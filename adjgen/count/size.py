"""How large the derivative is as one unsimplified expression: recurrences over the tape, without building it.

size(y) is its own operation and the sizes of its arguments; that of dy/dx follows from the chain rule, a
partial being measured by running the rule on sizes. Sizes grow exponentially: Python's integers hold them.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from adjgen.count.tape import Reference, Tape
from adjgen.elementary.cost import cost, total
from adjgen.elementary.row import TABLE, Row
from adjgen.ir.core import Const, Var
from adjgen.ir.types import REAL

LARGEST = 12_000  # bits: what Python prints as decimal digits without being asked twice
UNKNOWN = Var("", REAL)


class TooLargeError(Exception):
    """The size has thousands of digits."""


class Size:
    """A number of which only the operations of its expression are known."""

    __slots__ = ("counts",)

    def __init__(self, counts: Counter[str] | None = None) -> None:
        self.counts = Counter() if counts is None else counts

    def adjgen_apply(self, name: str, args: tuple[Any, ...], **_: Any) -> "Size":
        """Return the size of an elementary function of expressions."""
        return applied(name, args)

    def adjgen_select(self, then: Any, other: Any) -> Any:
        """Return the dearer of two expressions."""
        one, two = (side() if callable(side) else side for side in (then, other))
        return one if weight(one) >= weight(two) else two

    def __bool__(self) -> bool:
        raise TypeError("a rule chooses with select(), not with if")


def weight(value: Any) -> int:
    """Return the F1 total of a size, 0 for a constant."""
    return total(value.counts) if isinstance(value, Size) else 0


def applied(name: str, args: tuple[Any, ...]) -> Size:
    """Return the size of `name(args)`."""
    atoms = [UNKNOWN if isinstance(arg, Size) else Const(arg) for arg in args]
    counts = Counter(cost(name, atoms))
    for arg in args:
        if isinstance(arg, Size):
            counts.update(arg.counts)
    return Size(counts)


def _operator(name: str, swapped: bool = False) -> Callable[..., Size]:
    def method(self: Size, *others: Any) -> Size:
        return applied(name, (*others, self) if swapped else (self, *others))

    return method


for _method, _name in {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floordiv",
    "mod": "mod", "pow": "pow",
}.items():  # fmt: skip
    setattr(Size, f"__{_method}__", _operator(_name))
    setattr(Size, f"__r{_method}__", _operator(_name, swapped=True))
for _name in ("lt", "le", "gt", "ge", "eq", "ne", "neg"):
    setattr(Size, f"__{_name}__", _operator(_name))


def unsimplified(tape: Tape) -> dict[str, Any]:
    """Return the F1 operations of value and derivatives, each written as one expression."""
    values = [Size() for _ in tape.names]
    for name, args in tape.nodes:
        values.append(applied(name, tuple(of(arg, values) for arg in args)))
        check(values[-1])
    counts: Counter[str] = Counter()
    for result in tape.results:
        counts.update(counts_of(of(result, values)))
    for one in tape.wrt:
        slopes = slopes_by(one, tape, values)
        for result in tape.results:
            slope = slopes[result] if isinstance(result, int) else None
            counts.update(counts_of(slope))
    by_op = {name: n for name, n in sorted(counts.items()) if n}
    return {"total": total(by_op), "by_op": by_op, "count_ops": None, "unsimplified": True}


def of(reference: Reference, values: list[Size]) -> Any:
    """Return the size of a node, or a constant."""
    return values[reference] if isinstance(reference, int) else reference[0]


def counts_of(value: Any) -> Counter[str]:
    """Return the operations of a size; a constant has none."""
    return value.counts if isinstance(value, Size) else Counter()


def slopes_by(one: int, tape: Tape, values: list[Size]) -> list[Any]:
    """Return for every node the size of its derivative by an input: None for 0, or a constant."""
    slopes: list[Any] = [None] * len(tape.names)
    slopes[one] = 1.0
    for k, (name, args) in enumerate(tape.nodes):
        y = values[len(tape.names) + k]
        numbers = [of(arg, values) for arg in args]
        terms = []
        for place, arg in enumerate(args):
            slope = slopes[arg] if isinstance(arg, int) else None
            factor = None if slope is None else partial(TABLE[name], place, numbers, y)
            if factor is not None:
                terms.append(term(factor, slope))
        slopes.append(added(terms))
        if slopes[-1] is not None:
            check(slopes[-1])
    return slopes


def partial(row: Row, place: int, args: list[Any], y: Size) -> Any:
    """Return the size of a partial derivative, or a constant; None for zero."""
    value = row.partial(place, args, y)
    return value if isinstance(value, Size) else value or None


def term(factor: Any, slope: Any) -> tuple[bool, Any]:
    """Return whether partial * slope is subtracted, and its size; factors 1 are not written."""
    constants = [x for x in (factor, slope) if not isinstance(x, Size)]
    if len(constants) == 2:
        return False, factor * slope
    if constants and abs(constants[0]) == 1.0:
        return constants[0] < 0.0, slope if isinstance(slope, Size) else factor
    return False, applied("mul", (factor, slope))


def added(terms: list[tuple[bool, Any]]) -> Any:
    """Return the size of a sum, None for one without terms; a sum of constants is a constant."""
    if not terms:
        return None
    ordered = sorted(terms, key=lambda pair: pair[0])
    minus, result = ordered[0]
    if minus:
        result = applied("neg", (result,))
    for minus, value in ordered[1:]:
        both = isinstance(result, Size) or isinstance(value, Size)
        result = applied("sub" if minus else "add", (result, value)) if both else result + value
    return result


def check(value: Any) -> None:
    """Stop before numbers have more digits than anybody reads."""
    if weight(value).bit_length() > LARGEST:
        raise TooLargeError
