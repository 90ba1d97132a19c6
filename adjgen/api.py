"""The calls: value_and_grad, grad, jvp, vjp, and what shows the generated code.

Each of the first four returns a plain function, which inspect.getsource shows.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from adjgen.compiled import Wrt, definitions_of, derivative, generated
from adjgen.diagnostics import Problem, UnsupportedError
from adjgen.pipeline import Generated, primal

R = TypeVar("R")


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
        `f_value_and_grad(params...) -> (value, grads)` with the parameters of `f`; each gradient
        has the shape of its argument.

    Raises
    ------
    UnsupportedError
        If `f` cannot be differentiated or returns several numbers; `diagnostics` lists all reasons.
    TypeError
        If there is no such option.

    References
    ----------
    A. Griewank, A. Walther, *Evaluating Derivatives*, 2nd ed., SIAM 2008, section 3.2.

    Examples
    --------
    >>> import adjgen
    >>> def area(a, b):
    ...     return a * b
    >>> adjgen.value_and_grad(area)(2.0, 3.0)
    (6.0, (3.0, 2.0))
    >>> adjgen.value_and_grad(area, wrt="b")(2.0, 3.0)
    (6.0, 2.0)
    """
    return derivative("value_and_grad", f, wrt, options)


def grad(f: Callable[..., Any], wrt: Wrt = None, **options: Any) -> Callable[..., Any]:
    """Return a function that computes the gradient of `f`; parameters as for `value_and_grad`.

    Returns
    -------
    function
        `f_grad(params...) -> grads`, which has no part that only the value needs.

    Raises
    ------
    UnsupportedError
        If `f` cannot be differentiated or returns several numbers.

    Examples
    --------
    >>> import adjgen
    >>> def square(x):
    ...     return x * x
    >>> adjgen.grad(square)(3.0)
    6.0
    >>> adjgen.grad(adjgen.grad(square))(3.0)
    2.0
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

    Examples
    --------
    >>> import adjgen
    >>> def area(a, b):
    ...     return a * b
    >>> adjgen.jvp(area)(2.0, 3.0, a_dot=1.0, b_dot=10.0)
    (6.0, 23.0)
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

    Examples
    --------
    >>> import adjgen
    >>> def polar(r, cosine):
    ...     return r * cosine, r
    >>> adjgen.vjp(polar)(2.0, 0.5, bar=(1.0, 10.0))
    ((1.0, 2.0), (10.5, 2.0))
    """
    return derivative("vjp", f, wrt, options)


def generate(
    source_or_function: Any, *, wrt: Wrt = None, mode: str = "both", **options: Any
) -> Generated:
    """Return the generated module of a function, of a file, or of a text.

    Parameters
    ----------
    source_or_function : function, path or str
        A function; a path, with ::function if not all functions are wanted; or Python text (which
        has a line break).
    wrt : str or sequence of str, optional
        The parameters to differentiate by, by name; None means every differentiable one.
    mode : str
        "forward" (jvp), "reverse" (vjp, value_and_grad), "both", "jacobian" (jacobian,
        value_and_jacobian) or "hessian" (hvp, hessian).
    **options
        As for `value_and_grad`; besides `formatted`: whether black formats the text (True), and
        `sparse` as for `jacobian` (False).

    Returns
    -------
    Generated
        With `source`, `functions`, `ops`, `lines`, `refused`, `warnings`. Of a file, functions
        that cannot be differentiated are in `refused`, with their reasons.

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
    options = {"mode": mode, "wrt": wrt} | options
    found = generated(source_or_function, options)
    if found.held:
        what = f"the module would need `{found.held[0]}`, an object that no import finds"
        raise UnsupportedError([Problem("ADJ501", what, "Give it a name in a module.")])
    return found


def inspect(f: Any, at: dict[str, float] | None = None) -> str:
    """Return the SSA form of a function as a listing, in the notation x_i = g_i(parents).

    Parameters
    ----------
    f : function or path::function
        What to show.
    at : dict, optional
        Values of parameters: the listing then has values, partials, tangents and adjoints there.

    Returns
    -------
    str
        A line for each x_i: its function of earlier ones, the user's name, its parents, its line.

    Raises
    ------
    AdjgenError
        If the function cannot be read.

    Examples
    --------
    >>> import adjgen
    >>> print(adjgen.inspect("def f(x):\\n    return x * x\\n"))
    x_1 = x              input
    x_2 = mul(x_1, x_1)  value  Pa: x_1  line 2
    return x_2
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

    Parameters
    ----------
    f : function, path::function or str
        As for `generate`; of a file or text the first function.

    Returns
    -------
    dict
        For "value", "jvp", "vjp" and "value_and_grad" a dict: "total" and "by_op", and for loops
        of unknown length "formula" and "loops".

    Raises
    ------
    AdjgenError
        If the function cannot be read or differentiated.

    Examples
    --------
    >>> import adjgen
    >>> adjgen.ops("def f(x, y):\\n    return x * y\\n")["value"]["total"]
    1
    """
    found = generated(f, {"formatted": False})
    return next(iter(found.ops.values()))


def stop_gradient(x: R) -> R:
    """Return `x`; in generated code its derivative is zero.

    Parameters
    ----------
    x : float
        Any number; outside generated code, anything.

    Returns
    -------
    float
        `x` itself.

    Examples
    --------
    >>> import adjgen
    >>> def f(x):
    ...     return x * adjgen.stop_gradient(x)
    >>> adjgen.value_and_grad(f)(3.0)
    (9.0, 3.0)
    """
    return x
