"""Rules for functions of the user: a row like any other, found by the function or by its dotted name."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from adjgen.elementary.row import Number, Row, row
from adjgen.elementary.solvers import give, solver
from adjgen.elementary.trace import Traced
from adjgen.ir.build import Builder
from adjgen.ir.core import Var
from adjgen.ir.types import REAL

Function = TypeVar("Function", bound=Callable[..., Any])
Partial = Callable[..., Number]

_RULES: dict[Any, Row] = {}  # by the function itself, for one that no import reaches


def rule(
    f: Function, partials: Sequence[Partial | None] = (), *, solves: int | None = None
) -> Function:
    """Give a function its derivative, instead of having its source differentiated; return it.

    Generated code then calls the function as it is: its source is not read, it may be in C.

    Parameters
    ----------
    f : callable
        A function of numbers that returns one, importable where a generated module is used.
    partials : sequence of callables
        A partial derivative for each argument of `f`, or None where it is zero everywhere. Each
        is called once, when code is generated, with the arguments of `f` and its value y, and
        returns a number made of them with + - * / **, `call` and `select`.
    solves : int
        Instead of partials: the position of a parameter that is a function, a root x of which `f`
        returns. If `f` has parameters `args` and `kwargs`, the function gets them behind x.

    Raises
    ------
    TypeError
        If the partials, or the position, do not fit the function.

    Examples
    --------
    >>> import math
    >>> from adjgen.elementary import call, row_of, rule
    >>> def softplus(x):
    ...     return max(x, 0.0) + math.log1p(math.exp(-abs(x)))
    >>> rule(softplus, partials=[lambda x, y: 0.5 + 0.5 * call("tanh", 0.5 * x)]) is softplus
    True
    >>> row_of(softplus).partial(0, [800.0], softplus(800.0))
    1.0
    """
    name = dotted_name(f)
    partials = listed(partials, name)
    if solves is not None:
        return solving(f, name, solves, partials)
    check_number(f, name, len(partials))
    for k, partial in enumerate(partials):
        if partial is not None:
            check_partial(partial, k, len(partials), name)
    _RULES[f] = row(name, f, *partials, domain=("real",) * len(partials), names=(name,))
    return f


def listed(partials: object, name: str) -> tuple[Any, ...]:
    """Return the partials that a rule got; a bare one is a TypeError."""
    if not isinstance(partials, Iterable):
        raise TypeError(f"partials is a list, a function or None for each argument of {name}")
    return tuple(partials)


def solving(f: Function, name: str, position: int, partials: Sequence[Partial | None]) -> Function:
    """Enter a function as a solver of the function that it is given at a position; return it."""
    if partials:
        raise TypeError(f"{name} solves an equation, so it has no partials")
    try:
        parameters = list(inspect.signature(f).parameters)
    except ValueError as error:
        raise TypeError(f"{name} does not tell its parameters: {error}") from None
    give(f, solver(name, parameters, position))
    return f


def row_of(f: object) -> Row | None:
    """Return the row that `rule` gave to a function, if any."""
    try:
        return _RULES.get(f)
    except TypeError:  # not hashable
        return None


def dotted_name(f: Callable[..., Any]) -> str:
    """Return the name by which a function is imported."""
    module, name = getattr(f, "__module__", None), getattr(f, "__qualname__", None)
    if not callable(f) or not module or not name:
        raise TypeError(f"a rule needs a function with a module and a name, not {f!r}")
    return f"{module}.{name}"


def check_number(f: Callable[..., Any], name: str, count: int) -> None:
    """Raise TypeError unless the function can be called with as many arguments as there are partials."""
    if count == 0:
        raise TypeError(f"the rule for {name} has no partials")
    try:
        signature = inspect.signature(f)
    except ValueError:  # some functions written in C do not say
        return
    try:
        signature.bind(*range(count))
    except TypeError as error:
        raise TypeError(f"{name}{signature} does not fit {count} partials: {error}") from None


def check_partial(partial: Partial, k: int, count: int, name: str) -> None:
    """Raise TypeError unless a partial runs on traced numbers."""
    builder = Builder(derivative=True)
    args = [Traced(builder, Var("", REAL)) for _ in range(count + 1)]
    try:
        partial(*args)
    except TypeError as error:
        raise TypeError(
            f"partial {k} of {name} does not run over its {count} arguments and the value: {error}. "
            'For functions write adjgen.elementary.call("exp", x), not math.exp(x)'
        ) from error
