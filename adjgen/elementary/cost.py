"""FLOP model F1: what an equation costs, by category. Only `total` decides what the total includes."""

from collections.abc import Mapping, Sequence

from adjgen.elementary.row import TABLE, Row
from adjgen.ir.core import Atom, Const, Var
from adjgen.ir.types import BOOL, INT, REAL

REPORTED = frozenset(
    {"compare", "select", "max", "min", "load", "store", "np.where"}
)  # counted, not in the total
COUNTED = {"call", "operator", "choice"}  # categories that are counted by their row
SUMS = {"add_at"}  # stores that add to what is there: items[i] += x
LARGEST_POWER = 1024
INTEGERS = {INT, BOOL}


def cost(op: str, args: Sequence[Atom]) -> dict[str, int]:
    """Return the operations of `op(args)`, where op names a row.

    >>> from adjgen.ir.core import Const, Var
    >>> from adjgen.ir.types import REAL
    >>> x = Var("x", REAL)
    >>> cost("add", [x, Const(2.0)]), cost("sqrt", [Const(2.0)]), cost("pow", [x, Const(-3)])
    ({'add': 1}, {}, {'mul': 2, 'div': 1})
    """
    row = TABLE[op]
    if op in SUMS:
        return {"add": 1}
    for arg in args:
        if arg.type is REAL and isinstance(arg, Var):
            break
    else:
        if is_integer(row, args) or all(isinstance(arg, Const) for arg in args):
            return {}
    if row.category in COUNTED:
        return {row.like or op: max(1, len(args) - 1) if row.variadic else 1}
    if row.category == "comparison":
        return {"compare": 1}
    return power_cost(args[1]) if row.category == "power" else {}


def total(counts: Mapping[str, int]) -> int:
    """Return the F1 total of a count.

    >>> total({"mul": 2, "compare": 1, "max": 1})
    2
    """
    return sum(n for name, n in counts.items() if name not in REPORTED)


def is_integer(row: Row, args: Sequence[Atom]) -> bool:
    """Whether an equation is integer arithmetic, such as that of indices."""
    return row.result in ("number", "int") and INTEGERS.issuperset([arg.type for arg in args])


def power_cost(exponent: Atom) -> dict[str, int]:
    """Return the cost of x**exponent by binary powering, halves by a square root."""
    value = exponent.value if isinstance(exponent, Const) else None
    if not isinstance(value, (int, float)) or not 0 < abs(value) <= LARGEST_POWER:
        return {"pow": 1}
    if value % 1.0 not in (0.0, 0.5):
        return {"pow": 1}
    root = value % 1.0 == 0.5
    n = int(abs(value) * 2) if root else int(abs(value))
    parts = {"sqrt": int(root), "mul": multiplications(n), "div": int(value < 0)}
    return {name: count for name, count in parts.items() if count}


def multiplications(n: int) -> int:
    """Return how many multiplications binary powering needs.

    >>> [multiplications(n) for n in (1, 2, 3, 4, 8)]
    [0, 1, 2, 2, 3]
    """
    return n.bit_length() - 1 + n.bit_count() - 1
