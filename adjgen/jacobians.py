"""The calls for functions of several outputs and for second derivatives: jacobian, hessian and their kin.

Each returns a plain function, as those of `api` do.
"""

from collections.abc import Callable
from typing import Any

from adjgen.compiled import Wrt, derivative


def jacobian(f: Callable[..., Any], wrt: Wrt = None, **options: Any) -> Callable[..., Any]:
    """Return a function that computes the Jacobian of `f`; parameters as for `value_and_grad`.

    It has the structure of the value of `f`, and in the place of each number, also of those in a list
    of any length, its gradient as of `value_and_grad`: a row. In the place of an array there is one of
    shape value.shape + x.shape, or a tuple of them. Of tangents along all inputs and a reverse sweep
    for each output that is taken which has fewer operations.

    Parameters
    ----------
    f : function
        A Python function that returns numbers: one, a tuple, a list, an array, or nested ones.
    wrt, **options
        As for `value_and_grad`; besides `sparse` (False): only the entries that are not zero by
        structure, as `(values, (rows, columns))`, three tuples as scipy.sparse.coo_array takes them.
        Rows count the numbers of the value, columns those of the parameters, both from 0.

    Returns
    -------
    function
        `f_jacobian(params...) -> jacobian`.

    Raises
    ------
    UnsupportedError
        If `f` cannot be differentiated, or has lists or arrays of a length that is not known and a
        sparse Jacobian is asked for; `diagnostics` lists the reasons.

    References
    ----------
    A. Griewank, A. Walther, *Evaluating Derivatives*, 2nd ed., SIAM 2008, sections 3.1 and 3.2; of
    sparse ones chapter 7.

    Examples
    --------
    >>> import adjgen
    >>> def polar(r, cosine):
    ...     return r * cosine, r * r
    >>> adjgen.jacobian(polar)(2.0, 0.5)
    ((0.5, 2.0), (4.0, 0.0))
    >>> adjgen.jacobian(polar, sparse=True)(2.0, 0.5)
    ((0.5, 2.0, 4.0), ((0, 0, 1), (0, 1, 0)))
    """
    return derivative("jacobian", f, wrt, options)


def value_and_jacobian(
    f: Callable[..., Any], wrt: Wrt = None, **options: Any
) -> Callable[..., Any]:
    """Return a function that computes the value and the Jacobian of `f`; all else as for `jacobian`.

    Returns
    -------
    function
        `f_value_and_jacobian(params...) -> (value, jacobian)`.

    Raises
    ------
    UnsupportedError
        As for `jacobian`.

    Examples
    --------
    >>> import adjgen
    >>> def powers(x, n):
    ...     return [x**k for k in range(n)]
    >>> adjgen.value_and_jacobian(powers)(3.0, 4)
    ([1.0, 3.0, 9.0, 27.0], [0.0, 1.0, 6.0, 27.0])
    """
    return derivative("value_and_jacobian", f, wrt, options)


def hessian(f: Callable[..., Any], wrt: Wrt = None, **options: Any) -> Callable[..., Any]:
    """Return a function that computes the Hessian of `f`; parameters as for `jacobian`.

    It is the Jacobian of the gradient, and has its structure. Where all inputs are numbers (or lists
    that are only unpacked), each pair of mixed derivatives is computed once.

    Returns
    -------
    function
        `f_hessian(params...) -> hessian`.

    Raises
    ------
    UnsupportedError
        If `f` cannot be differentiated twice or returns several numbers.

    References
    ----------
    Griewank and Walther, section 5.4.

    Examples
    --------
    >>> import adjgen
    >>> def energy(x, y):
    ...     return x * x * y
    >>> adjgen.hessian(energy)(3.0, 2.0)
    ((4.0, 6.0), (6.0, 0.0))
    >>> adjgen.hessian(energy, sparse=True)(3.0, 2.0)
    ((4.0, 6.0, 6.0), ((0, 0, 1), (0, 1, 0)))
    """
    return derivative("hessian", f, wrt, options)


def hvp(f: Callable[..., Any], wrt: Wrt = None, **options: Any) -> Callable[..., Any]:
    """Return a function that computes the Hessian of `f` times a vector; parameters as for `value_and_grad`.

    It is the tangent of the gradient, forward over reverse, at a small multiple of the cost of `f`
    whatever the number of inputs.

    Returns
    -------
    function
        `f_hvp(params..., *, x_dot, ...) -> product`: a required keyword-only part of the vector,
        shaped like the argument, for each name of `wrt`; the product has the structure of the gradient.

    Raises
    ------
    UnsupportedError
        If `f` cannot be differentiated twice or returns several numbers.

    References
    ----------
    B. A. Pearlmutter, *Fast exact multiplication by the Hessian*, Neural Computation 6 (1994);
    Griewank and Walther, section 5.4.

    Examples
    --------
    >>> import adjgen
    >>> def energy(x, y):
    ...     return x * x * y
    >>> adjgen.hvp(energy)(3.0, 2.0, x_dot=1.0, y_dot=0.0)
    (4.0, 6.0)
    """
    return derivative("hvp", f, wrt, options)
