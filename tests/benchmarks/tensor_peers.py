"""Peers that trace arrays while the function runs: JAX, PyTorch and autograd.

They are given their own arrays, made before the clock starts, and lists of numbers as one array; what
is returned stays their own.
"""

import math
from collections.abc import Callable
from inspect import getsource, signature
from typing import Any

import array_problems
import numpy as np
from problems import Problem
from ways import Way, array_arguments, rebound

# ---- JAX


def of_jax(problem: Problem) -> Way:
    """The gradient, or the Jacobian row by row, compiled; numbers come as one vector."""
    import jax

    jax.config.update("jax_enable_x64", True)
    if problem.of_arrays:
        function = rebound(problem.of_arrays, {"np": jax.numpy})
        given = tuple(jax.numpy.asarray(arg) for arg in array_arguments(problem))
        wrt = problem.wrt if len(given) > 1 else 0
        gradient = jax.value_and_grad(function, argnums=wrt)
    else:
        gradient, given = jax_of_numbers(problem)
    return waiting(gradient, given)


def jax_of_numbers(problem: Problem) -> Any:
    """Return the derivative of a function of numbers by JAX, and the vector that it takes."""
    import jax

    names = {name: getattr(jax.numpy, name) for name in ("cos", "exp", "log", "sin", "sqrt")}
    names["erf"] = jax.scipy.special.erf
    if problem.step:
        function = jax_loop(problem, names)
    else:
        function = rebound(problem.function, names)
    count = len(problem.wrt)
    rest = problem.args[count:]

    def of_vector(x: Any) -> Any:
        value = function(*x, *rest)
        return jax.numpy.stack(value) if problem.outputs > 1 else value

    if problem.outputs == 1:
        gradient = jax.value_and_grad(of_vector)
    else:

        def gradient(x: Any) -> Any:
            return of_vector(x), jax.jacrev(of_vector)(x)

    return gradient, (jax.numpy.asarray(problem.args[:count]),)


def waiting(gradient: Callable[..., Any], given: tuple[Any, ...]) -> Way:
    """Return a compiled function that is called until its result is there."""
    import jax

    compiled, ready = jax.jit(gradient), jax.block_until_ready

    def call(*args: Any) -> Any:
        return ready(compiled(*args))

    return Way(call, given)


def jax_loop(problem: Problem, names: dict[str, Any]) -> Callable[..., Any]:
    """Return a long loop as JAX has it, a scan."""
    import jax

    step = rebound(problem.step, names)

    def function(x: Any, y: Any, *rest: Any) -> Any:
        *others, steps = rest
        state, _ = jax.lax.scan(lambda s, _: (step(*s, *others), None), (x, y), None, steps)
        return state[0]

    return function


# ---- PyTorch


def of_torch(problem: Problem) -> Way:
    """The gradient by PyTorch, which records each call (eager), Jacobians row by row."""
    import torch

    torch.set_num_threads(1)
    if problem.of_arrays:
        function = torch_of_arrays(problem.of_arrays)
    else:
        names = ("cos", "erf", "exp", "log", "sin", "sqrt")
        function = rebound(problem.function, {name: torch_or_math(name) for name in names})
    args = array_arguments(problem)
    wrt = problem.wrt
    given = tuple(
        torch.tensor(arg, dtype=torch.float64, requires_grad=True) if k in wrt else fixed(arg)
        for k, arg in enumerate(args)
    )
    inputs = given[: len(wrt)]

    def call(*args: Any) -> Any:
        value = function(*args)
        if problem.outputs == 1:
            return value.detach(), torch.autograd.grad(value, inputs)
        last = len(value) - 1
        return [y.detach() for y in value], [
            torch.autograd.grad(
                y, inputs, retain_graph=k < last, allow_unused=True, materialize_grads=True
            )
            for k, y in enumerate(value)
        ]

    return Way(call, given)


def torch_of_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of numpy's arrays as one of tensors."""
    import torch

    _, _, text = getsource(function).partition("):\n")
    head = ", ".join(signature(function).parameters)
    for old, new in (
        ("axis=", "dim="), ("keepdims=", "keepdim="), ("np.newaxis", "None"),
        ("np.max(", "torch.amax("), ("np.", "torch."),
    ):  # fmt: skip
        text = text.replace(old, new)
    space = {**vars(array_problems), "torch": torch}
    exec(f"def function({head}):\n{text}", space)
    return space["function"]


def torch_or_math(name: str) -> Callable[..., Any]:
    """Return PyTorch's function, which takes no constant, with that of `math` for constants."""
    import torch

    own, plain = getattr(torch, name), getattr(math, name)
    return lambda x: own(x) if isinstance(x, torch.Tensor) else plain(x)


def fixed(arg: Any) -> Any:
    """Return an argument by which nobody differentiates as PyTorch takes it."""
    import torch

    return torch.tensor(arg) if isinstance(arg, np.ndarray) else arg


# ---- autograd


def of_autograd(problem: Problem) -> Way:
    """The gradient by autograd, which records each call of numpy."""
    import autograd
    import autograd.numpy as anp
    from autograd.core import make_vjp
    from autograd.scipy.special import erf

    args = array_arguments(problem)
    if problem.of_arrays:
        function = rebound(problem.of_arrays, {"np": anp})
    else:
        names = {name: getattr(anp, name) for name in ("cos", "exp", "log", "sin", "sqrt")}
        function = rebound(problem.function, names | {"erf": erf})
    if problem.outputs == 1:
        wrt = problem.wrt if len(args) > 1 else 0
        return Way(autograd.value_and_grad(function, wrt), args)
    count = len(problem.wrt)
    units = np.eye(problem.outputs)

    def of_vector(x: Any, *rest: Any) -> Any:
        return anp.array(function(*x, *rest))

    def call(x: Any, *rest: Any) -> Any:
        vjp, value = make_vjp(lambda x: of_vector(x, *rest), x)
        return value, np.array([vjp(unit) for unit in units])

    return Way(call, (np.array(args[:count]), *args[count:]))


PEERS = {
    "JAX jit": ("jax", of_jax),
    "PyTorch": ("torch", of_torch),
    "autograd": ("autograd", of_autograd),
}
