"""Functions that find a root of a function they are given, and how they are called.

What such a function returns is x with f(x, *args, **kwargs) = 0: that decides its derivative.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from adjgen.elementary.row import call, row


def implicit(change: float, residual: float, slope: float, root: float) -> float:
    """Return -change / slope, by which a root changes when the residual there changes.

    Where a solver has stopped away from a root that is unknown: nan.
    """
    if change == 0.0:
        return 0.0
    if not abs(residual) <= abs(slope) * (0.01 * abs(root) + 1e-6):
        return math.nan
    return -change / slope if slope != 0.0 else -change * math.copysign(math.inf, slope)


row(
    "implicit", implicit, lambda c, r, s, x, y: call("implicit", 1.0, r, s, x), None,
    lambda c, r, s, x, y: call("implicit", y, r, s, x), None, raises=False, carried=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Solver:
    """The parameters of a solver in order, and which of them is the function.

    A parameter `args` has further arguments of the function, `kwargs` those by name. `attribute`
    is where the root is in what the solver returns; `refusal` says why that has no rule. `integrates`:
    it returns the integral of the function from a to b, and an estimate of the error.
    """

    parameters: tuple[str, ...]
    function: str
    attribute: str = ""
    refusal: str = ""
    integrates: str = ""


SOLVERS: dict[str, Solver] = {}  # by dotted name
_GIVEN: dict[Any, Solver] = {}  # by the function itself
SYSTEM = "it may solve a system of equations"


def solver(name: str, parameters: Sequence[str], function: int = 0, **about: str) -> Solver:
    """Enter a solver into the table and return it."""
    if not 0 <= function < len(parameters):
        raise TypeError(f"{name} has no parameter {function}")
    SOLVERS[name] = entry = Solver(tuple(parameters), parameters[function], **about)
    return entry


def give(f: Callable[..., Any], entry: Solver) -> None:
    """Remember the solver that a live function is."""
    _GIVEN[f] = entry


def solver_of(f: object) -> Solver | None:
    """Return the solver that `rule` made of a function, if any."""
    try:
        return _GIVEN.get(f)
    except TypeError:  # not hashable
        return None


for _name, _text in {
    "scipy.optimize.newton": "func x0 fprime args",
    "scipy.optimize.bisect": "f a b args",
    "scipy.optimize.brenth": "f a b args",
    "scipy.optimize.brentq": "f a b args",
    "scipy.optimize.ridder": "f a b args",
    "scipy.optimize.toms748": "f a b args",
    "fluids.numerics.bisect": "f a b args",
    "fluids.numerics.brenth": "f xa xb args",
    "fluids.numerics.halley": "func x0 args",
    "fluids.numerics.newton": "func x0 fprime args",
    "fluids.numerics.one_sided_secant": "f x0 x_flat args",
    "fluids.numerics.ridder": "f a b args",
    "fluids.numerics.secant": "func x0 args",
}.items():
    solver(_name, _text.split())
for _name in ("scipy.integrate.quad", "fluids.numerics.quad", "fluids.numerics.lazy_quad"):
    solver(_name, ["f", "a", "b", "args"], integrates=_name)
solver("scipy.optimize.root_scalar", ["f", "args"], attribute="root")
for _name in ("scipy.optimize.fsolve", "scipy.optimize.root", "fluids.numerics.newton_system"):
    solver(_name, ["func", "x0"], refusal=SYSTEM)
