"""Rows with kinks at which the pieces are both smooth: abs, copysign, max, min.

A tie of max or min shares the adjoint equally among the winners, so max(x, x) has derivative 1.
"""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from adjgen.elementary.row import Number, call, row, select

Comparison = Callable[[Any, Any], Any]


def sign(x: Number) -> Number:
    """Return 1.0, -1.0, or 0.0 at zero."""
    return select(x > 0.0, 1.0, lambda: select(x < 0.0, -1.0, 0.0))


def sign_of_copy(x: Number, s: Number, y: Number) -> Number:
    """Return the derivative of copysign(x, s) by x."""
    c = (1.0 if s >= 0 else -1.0) if isinstance(s, int) else call("copysign", 1.0, s)
    return select(x > 0.0, c, lambda: select(x < 0.0, lambda: -c, 0.0))


def winner(better: Comparison) -> Callable[[int, Sequence[Number], Number], Number]:
    """Return the partial of the argument that is `better` than the others.

    Python keeps the first argument unless a later one is better. So a NaN in the first place
    wins and in any other place loses, and the first place is where the tests are turned round.
    """

    def partial(k: int, args: Sequence[Number], y: Number) -> Number:
        if len(args) == 1:
            return 1.0
        if len(args) == 2:
            a, b = args
            lost, won = (0.0, 1.0) if k == 0 else (1.0, 0.0)
            return select(better(b, a), lost, lambda: select(a == b, 0.5, won))

        winners = call("winners", y, *args)  # one equation for all arguments
        if k == 0:
            return select(better(y, args[0]), 0.0, lambda: 1.0 / winners)
        return select(args[k] == y, lambda: 1.0 / winners, 0.0)

    return partial


def winners(best: Any, *args: Any) -> int:
    """Return how many arguments equal the best one; a NaN, which equals nothing, won alone."""
    return sum(arg == best for arg in args) or 1


def of_a_tie(args: Sequence[Number], y: Number) -> Any:
    """Return whether two arguments are the same; of more than two they may always be."""
    return args[0] == args[1] if len(args) == 2 else len(args) > 2


def largest(*args: Any) -> Any:
    """Return Python's max, of one argument too."""
    return max(args)


def smallest(*args: Any) -> Any:
    """Return Python's min, of one argument too."""
    return min(args)


# fmt: off
TIE = "a tie is shared equally: 1/2 each for two, 1/3 each for three"

row(
    "abs", abs, lambda x, y: sign(x), result="number", raises=False,
    domain=("nonzero",), kink="0 at x = 0", where=lambda x, y: x == 0.0, edges=(((0.0,), (0.0,)), ((-0.0,), (0.0,))), names=("builtins.abs",),
)
row(
    "fabs", math.fabs, lambda x, y: sign(x), raises=False,
    domain=("nonzero",), kink="0 at x = 0", where=lambda x, y: x == 0.0, edges=(((0.0,), (0.0,)), ((-0.0,), (0.0,))), names=("math.fabs",),
)
row(
    "copysign", math.copysign, sign_of_copy, None, raises=False,
    domain=("nonzero", "nonzero"), kink="0 at x = 0; 0 by the sign s", names=("math.copysign",),
    edges=(((0.0, -2.0), (0.0, 0.0)), ((3.0, -0.0), (-1.0, 0.0)), ((-3.0, 0.0), (-1.0, 0.0))),
)
row("winners", winners, result="int", raises=False, variadic=True, category="none")
row(
    "max", largest, winner(operator.gt), result="number", raises=False, variadic=True, category="choice",
    domain=("real",), kink=TIE, where=of_a_tie, names=("builtins.max",),
    edges=(
        ((2.0, 2.0), (0.5, 0.5)), ((2.0, 2.0, 2.0), (1 / 3, 1 / 3, 1 / 3)), ((5.0, 1.0, 5.0, 2.0), (0.5, 0.0, 0.5, 0.0)),
        ((math.nan, 1.0), (1.0, 0.0)), ((1.0, math.nan), (1.0, 0.0)), ((math.nan, 1.0, 2.0), (1.0, 0.0, 0.0)),
        ((1.0, math.nan, 2.0), (0.0, 0.0, 1.0)), ((math.inf, math.inf), (0.5, 0.5)), ((0.0, -0.0), (0.5, 0.5)), ((7.0,), (1.0,)),
    ),
)
row(
    "min", smallest, winner(operator.lt), result="number", raises=False, variadic=True, category="choice",
    domain=("real",), kink=TIE, where=of_a_tie, names=("builtins.min",),
    edges=(
        ((2.0, 2.0), (0.5, 0.5)), ((2.0, 2.0, 2.0), (1 / 3, 1 / 3, 1 / 3)), ((1.0, 5.0, 1.0, 2.0), (0.5, 0.0, 0.5, 0.0)),
        ((math.nan, 1.0), (1.0, 0.0)), ((1.0, math.nan), (1.0, 0.0)), ((math.nan, 1.0, 2.0), (1.0, 0.0, 0.0)),
    ),
)
# fmt: on
