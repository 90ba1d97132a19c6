"""The calls: value_and_grad, grad, jvp, vjp, the decorator, and what shows the generated code.

Each returns a plain function. Its intermediate form is kept beside it, so that a derivative of a
derivative differentiates that and not re-read text.
"""

import hashlib
import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, overload

from adjgen.diagnostics import AdjgenError, Problem, UnsupportedError
from adjgen.elementary.user import rule
from adjgen.ir.core import Module
from adjgen.pipeline import Generated, Options, deep_recursion, helpers, primal, product, written

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")
Wrt = str | int | Sequence[str | int] | None


@dataclass(frozen=True)
class Kept:
    """What is kept beside a generated function: its intermediate form and its text."""

    module: Module
    options: Options
    source: str
    origin: Any


def value_and_grad(f: Callable[..., Any], wrt: Wrt = None, **options: Any) -> Callable[..., Any]:
    """Return a function that computes the value and the gradient of `f`.

    Parameters
    ----------
    f : function
        A Python function of floats that returns one float: of a module, nested, a lambda, a bound
        method, a functools.partial, or a function that adjgen generated.
    wrt : str, int or sequence of these, optional
        The parameters to differentiate by. One name or position gives the bare derivative, a
        sequence a tuple in that order; None means every differentiable parameter, bare if there
        is just one.
    **options
        `target` ("math"), `exact` (keep x**2 as written, False), `style` ("named" or "ssa").

    Returns
    -------
    function
        `f_value_and_grad(params...) -> (value, grads)`.

    Raises
    ------
    UnsupportedError
        If `f` cannot be differentiated; `diagnostics` lists all reasons.

    References
    ----------
    A. Griewank, A. Walther, *Evaluating Derivatives*, 2nd ed., SIAM 2008, section 3.2.

    Examples
    --------
    >>> import adjgen
    >>> from adjgen import samples_folder
    >>> def square(x):
    ...     return x * x
    """
    return derivative("value_and_grad", f, wrt, options)


def grad(f: Callable[..., Any], wrt: Wrt = None, **options: Any) -> Callable[..., Any]:
    """Return a function that computes the gradient of `f`; parameters as for `value_and_grad`.

    Returns
    -------
    function
        `f_grad(params...) -> grads`.

    Raises
    ------
    UnsupportedError
        If `f` cannot be differentiated or returns several numbers.
    """
    return derivative("grad", f, wrt, options)


def jvp(f: Callable[..., Any], wrt: Wrt = None, **options: Any) -> Callable[..., Any]:
    """Return the forward sweep of `f`; parameters as for `value_and_grad`.

    Returns
    -------
    function
        `f_jvp(params..., *, x_dot, ...) -> (value, value_dot)`, a required keyword-only tangent,
        shaped like the argument, for each name of `wrt`.

    Raises
    ------
    UnsupportedError
        If `f` cannot be differentiated.

    References
    ----------
    Griewank and Walther, section 3.1.
    """
    return derivative("jvp", f, wrt, options)


def vjp(f: Callable[..., Any], wrt: Wrt = None, **options: Any) -> Callable[..., Any]:
    """Return the reverse sweep of `f`; parameters as for `value_and_grad`.

    Returns
    -------
    function
        `f_vjp(params..., *, bar=1.0) -> (value, grads)`. `bar` has the structure of the value, and
        a default only if that is one float.

    Raises
    ------
    UnsupportedError
        If `f` cannot be differentiated.

    References
    ----------
    Griewank and Walther, section 3.2.
    """
    return derivative("vjp", f, wrt, options)


def derivative(
    kind: str, f: Callable[..., Any], wrt: Wrt, options: dict[str, Any]
) -> Callable[..., Any]:
    """Return the function of a product."""
    with deep_recursion():
        return function_of(module_of(kind, f, wrt, options), f, checked(options))


def checked(options: dict[str, Any]) -> Options:
    """Return options as an object; a name that does not exist is a TypeError."""
    return Options(**options)


def module_of(kind: str, f: Callable[..., Any], wrt: Wrt, options: dict[str, Any]) -> Module:
    """Return the intermediate form of a product of a function."""
    chosen = checked(options)
    module = module_of_primal(f, chosen)
    names = wrt_names(module, wrt)
    count = len([p for p in module.main.params if p.differentiable]) if names is None else 0
    bare = count == 1 if names is None else isinstance(wrt, (str, int))
    return product(module, kind, names, bare, chosen)


def module_of_primal(f: Callable[..., Any], options: Options) -> Module:
    """Return the intermediate form of a function: that which is kept, or from its source."""
    kept = getattr(f, "__adjgen__", None)
    if isinstance(kept, Kept):
        return kept.module
    from adjgen.read.source import of_function

    definition = of_function(f)
    module = primal(definition, options)
    return module


def wrt_names(module: Module, wrt: Wrt) -> tuple[str, ...] | None:
    """Return wrt as names."""
    if wrt is None:
        return None
    names = [p.name for p in module.main.params]
    chosen = [wrt] if isinstance(wrt, (str, int)) else list(wrt)
    found = []
    for one in chosen:
        if isinstance(one, int) and not -len(names) <= one < len(names):
            about = module.main.about
            why = f"`{module.main.name}` has {len(names)} parameters."
            raise UnsupportedError(
                [
                    Problem(
                        "ADJ604", f"there is no parameter {one}", why, about["path"], about["line"]
                    )
                ]
            )
        found.append(names[one] if isinstance(one, int) else one)
    return tuple(found)


def function_of(module: Module, origin: Callable[..., Any], options: Options) -> Callable[..., Any]:
    """Compile a module and return its main function, with its source where tools look for it."""
    text = written([documented(module), *helpers(module)], module, options)
    source = text.joined()
    main = module.main
    owner = getattr(origin, "__module__", None) or "__main__"
    digest = hashlib.sha256((source + owner).encode()).hexdigest()[:8]
    filename = f"<adjgen {owner}.{main.name} {digest}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    holders = main.about.get("holders", {})
    namespace: dict[str, Any] = {"__name__": owner}
    namespace |= {alias: holders[key] for alias, key in text.holders.items()}
    exec(compile(source, filename, "exec"), namespace)
    function = namespace[main.name]
    function.__adjgen__ = Kept(module, options, source, origin)
    function.__primal__ = origin
    return function  # type: ignore[no-any-return]


def documented(module: Module) -> Any:
    """Return the main function with its docstring."""
    from adjgen.assemble import doc_text

    return replace(module.main, about=module.main.about | {"doc_text": doc_text(module.main)})


# ---- the decorator


class Differentiable(Protocol[P, R_co]):
    """A function with its derivatives attached."""

    value_and_grad: Callable[..., tuple[Any, Any]]
    grad: Callable[..., Any]
    jvp: Callable[..., tuple[Any, Any]]
    vjp: Callable[..., tuple[Any, Any]]
    adjgen: "Report"

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...


@dataclass
class Report:
    """What adjgen knows of a decorated function; each part is made when it is asked for."""

    function: Callable[..., Any]
    wrt: Wrt
    options: Options
    diagnostics: list[Problem] = field(default_factory=list)

    @cached_property
    def generated(self) -> Generated:
        """The generated module."""
        return generate(self.function, wrt=self.wrt, **_options(self.options))

    @property
    def source(self) -> str:
        """The text of the generated module."""
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


def _options(options: Options) -> dict[str, Any]:
    return {"target": options.target, "style": options.style, "exact": options.exact}


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
        `adjgen` (a Report: `source`, `ssa`, `ops`, `lines`, `diagnostics`).

    Raises
    ------
    UnsupportedError
        At import, at the user's line, if `f` cannot be differentiated.
    """
    if f is None:
        return lambda g: differentiable(g, wrt=wrt, **options)
    for kind in ("value_and_grad", "grad", "jvp", "vjp"):
        attached = attachable(kind, f, wrt, options)
        attached.__module__ = f.__module__
        attached.__qualname__ = f"{f.__qualname__}.{kind}"
        setattr(f, kind, attached)
    f.adjgen = Report(f, wrt, checked(options))
    return f


def attachable(
    kind: str, f: Callable[..., Any], wrt: Wrt, options: dict[str, Any]
) -> Callable[..., Any]:
    """Return a product; the gradient of a tuple is a function that says why there is none."""
    try:
        return derivative(kind, f, wrt, options)
    except UnsupportedError as error:
        if kind not in ("grad", "value_and_grad") or error.diagnostics[0].code != "ADJ305":
            raise
        refusal = error.diagnostics

    def refused(*args: Any, **kwargs: Any) -> Any:
        """Raise the reason why there is no gradient."""
        raise UnsupportedError(refusal)

    return refused


# ---- text and listings


def generate(
    source_or_function: Any, *, wrt: Wrt = None, mode: str = "both", **options: Any
) -> Generated:
    """Return the generated module of a function, of a file, or of a text.

    Parameters
    ----------
    source_or_function : function, path or str
        A function; a path, with ::function if not all functions are wanted; or Python text (which
        has a line break).
    wrt, mode, **options
        As for `value_and_grad`; mode is "forward", "reverse" or "both".

    Returns
    -------
    Generated
        With `source`, `functions`, `ops`, `lines`, `refused`, `warnings`.

    Raises
    ------
    AdjgenError
        If the source cannot be read, or nothing in it can be differentiated.

    Examples
    --------
    >>> import adjgen
    >>> adjgen.generate("def f(x):\\n    return x * x\\n").functions
    ('f', 'f_jvp', 'f_vjp', 'f_value_and_grad')
    """
    definitions = definitions_of(source_or_function)
    names = (
        None
        if wrt is None
        else tuple(str(w) for w in ([wrt] if isinstance(wrt, (str, int)) else wrt))
    )
    from adjgen.pipeline import generate as run

    found = run(definitions, Options(mode=mode, wrt=names, **options))
    if not found.source:
        raise UnsupportedError([p for problems in found.refused.values() for p in problems])
    return found


def definitions_of(source: Any) -> list[Any]:
    """Return the definitions that a function, a path or a text stands for."""
    from adjgen.read.source import find, functions, of_function, read_file, read_text

    if callable(source):
        return [of_function(source)]
    text = str(source)
    if isinstance(source, Path) or "\n" not in text:
        path, _, name = text.partition("::")
        file = read_file(path)
    else:
        file, name = read_text(text, "<text>"), ""
    return [find(file, one) for one in ([name] if name else functions(file))]


def inspect(f: Any, at: dict[str, float] | None = None) -> str:
    """Return the SSA form of a function as a listing, in the notation x_i = g_i(parents).

    Parameters
    ----------
    f : function or path::function
        What to show.
    at : dict, optional
        Values of parameters: the listing then has values, partials, tangents and adjoints there.

    Raises
    ------
    AdjgenError
        If the function cannot be read.
    """
    from adjgen.ir.show import listing

    definition = definitions_of(f)[0]
    module = primal(definition)
    if at is None:
        return listing(module.main)
    from adjgen.tableau import at_point

    return at_point(module, at)


def ops(f: Any) -> dict[str, Any]:
    """Return the operations of a function and of its products in FLOP model F1.

    Examples
    --------
    >>> import adjgen
    >>> adjgen.ops("def f(x, y):\\n    return x * y\\n")["value"]["total"]
    1
    """
    found = generate(f, formatted=False)
    return next(iter(found.ops.values()))


def stop_gradient(x: R) -> R:
    """Return `x`; in generated code its derivative is zero.

    Examples
    --------
    >>> import adjgen
    >>> adjgen.stop_gradient(2.0)
    2.0
    """
    return x


__all__ = [
    "AdjgenError", "Differentiable", "Generic", "Report", "UnsupportedError", "differentiable", "generate",
    "grad", "inspect", "jvp", "ops", "rule", "stop_gradient", "value_and_grad", "vjp",
]  # fmt: skip
