"""The decorator: derivatives attached to a function when its module is imported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, ParamSpec, Protocol, TypeVar, overload

from adjgen.api import inspect
from adjgen.compiled import OPTIONS, Wrt, derivative, generated
from adjgen.diagnostics import Problem, UnsupportedError
from adjgen.pipeline import Generated, Options

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Differentiable(Protocol[P, R_co]):
    """A function with its derivatives attached.

    Examples
    --------
    >>> import adjgen
    >>> @adjgen.differentiable
    ... def cube(x):
    ...     return x * x * x
    >>> cube(2.0), cube.grad(2.0), cube.jvp(2.0, x_dot=1.0)
    (8.0, 12.0, (8.0, 12.0))
    """

    value_and_grad: Callable[..., tuple[Any, Any]]
    grad: Callable[..., Any]
    jvp: Callable[..., tuple[Any, Any]]
    vjp: Callable[..., tuple[Any, Any]]
    adjgen: "Report"

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...


@dataclass
class Report:
    """What adjgen knows of a decorated function; each part is made when it is asked for.

    Attributes
    ----------
    function : function
        The decorated function.
    wrt : str, int, sequence of these, or None
        The parameters that its derivatives are by, as they were given.
    options : Options
        How its derivatives are written.
    diagnostics : list of Problem
        Why it has no gradient, if it returns several numbers; where its derivative is a convention.
    """

    function: Callable[..., Any]
    wrt: Wrt
    options: Options
    refusal: list[Problem] = field(default_factory=list)

    @property
    def diagnostics(self) -> list[Problem]:
        """Why there is no gradient, if there is none, and the places of kinks."""
        return [*self.refusal, *self.generated.warnings]

    @cached_property
    def generated(self) -> Generated:
        """The generated module."""
        options = {name: getattr(self.options, name) for name in OPTIONS}
        return generated(self.function, options | {"wrt": self.wrt})

    @property
    def source(self) -> str:
        """The text of the generated module; held objects of the running program have names in it."""
        return self.generated.source

    @property
    def ssa(self) -> str:
        """The SSA variables x_1 to x_D with their functions g_i."""
        return inspect(self.function)

    @property
    def ops(self) -> dict[str, Any]:
        """The operations of each product."""
        return next(iter(self.generated.ops.values()))

    @property
    def lines(self) -> dict[int, int]:
        """Line of the generated module -> line of the source."""
        return self.generated.lines


@overload
def differentiable(f: Callable[P, R]) -> Differentiable[P, R]: ...
@overload
def differentiable(
    *, wrt: Wrt = None, target: str = "math", exact: bool = False, style: str = "named"
) -> Callable[[Callable[P, R]], Differentiable[P, R]]: ...


def differentiable(f: Any = None, *, wrt: Wrt = None, **options: Any) -> Any:
    """Attach derivatives to a function when its module is imported.

    Parameters
    ----------
    f : function
        The function; it is returned itself, not wrapped.
    wrt, **options
        As for `value_and_grad`.

    Returns
    -------
    function
        `f` with the attributes `value_and_grad`, `grad`, `jvp`, `vjp` (plain functions) and
        `adjgen` (a Report: `source`, `ssa`, `ops`, `lines`, `diagnostics`). If `f` returns
        several numbers, its `grad` and `value_and_grad` raise when they are called, and it has
        `jacobian` and `value_and_jacobian`, too.

    Raises
    ------
    UnsupportedError
        At import, at the user's line, if `f` cannot be differentiated.

    Examples
    --------
    >>> import adjgen
    >>> @adjgen.differentiable(wrt="x")
    ... def kinetic_energy(m, x):
    ...     return 0.5 * m * x * x
    >>> kinetic_energy.grad(2.0, 3.0)
    6.0
    >>> kinetic_energy.adjgen.ops["value"]["total"]
    3
    """
    if f is None:
        return partial(attached, wrt=wrt, options=options)
    return attached(f, wrt, options)


def attached(f: Any, wrt: Wrt, options: dict[str, Any]) -> Any:
    """Return the function itself, with its derivatives as attributes."""
    report = Report(f, wrt, Options.given(options, OPTIONS))
    attach(("value_and_grad", "grad", "jvp", "vjp"), report, options)
    if report.refusal:  # it has no gradient
        attach(("jacobian", "value_and_jacobian"), report, options)
    f.adjgen = report
    return f


def attach(kinds: Sequence[str], report: Report, options: dict[str, Any]) -> None:
    """Make some of the derivatives attributes of the function."""
    f: Any = report.function
    for kind in kinds:
        one = attachable(kind, f, report.wrt, options, report)
        one.__module__ = f.__module__
        one.__qualname__ = f"{f.__qualname__}.{kind}"
        setattr(f, kind, one)


def attachable(
    kind: str, f: Callable[..., Any], wrt: Wrt, options: dict[str, Any], report: Report
) -> Callable[..., Any]:
    """Return a product; the gradient of a tuple is a function that says why there is none."""
    try:
        return derivative(kind, f, wrt, options)
    except UnsupportedError as error:
        if kind not in ("grad", "value_and_grad") or error.diagnostics[0].code != "ADJ305":
            raise
        refusal = report.refusal = error.diagnostics

    def refused(*args: Any, **kwargs: Any) -> Any:
        """Raise the reason why there is no gradient."""
        raise UnsupportedError(refusal)

    return refused
