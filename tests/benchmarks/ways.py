"""Ways of computing a value with its derivatives: by hand, and by adjgen. Each way is one small function.

A way takes a problem and returns what is called and with which arguments; its result is
(value, derivatives), and may hold arrays of any kind.
"""

import inspect
import linecache
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import array_problems
import numpy as np
import scalar_problems
from problems import Problem

import adjgen


@dataclass
class Way:
    """What is timed: call(*args)."""

    call: Callable[..., Any]
    args: tuple[Any, ...]
    operations: str = ""  # how many floating-point operations the call executes


class LeftOut(Exception):
    """A way does not fit a problem, for the reason given."""


def rebound(function: Callable[..., Any], names: Mapping[str, Any]) -> Callable[..., Any]:
    """Return a problem's function that calls other functions under the names of its module."""
    space = {**vars(array_problems if "np" in names else scalar_problems)}
    for name, value in list(space.items()):
        if isinstance(value, types.FunctionType):
            space[name] = types.FunctionType(value.__code__, space, name, value.__defaults__)
    space.update(names)
    return space[function.__name__]


def numbers_only(problem: Problem) -> None:
    """Leave a problem of arrays out."""
    if problem.kind == "arrays":
        raise LeftOut("arrays")


def formula_only(problem: Problem) -> None:
    """Leave out what is no formula."""
    numbers_only(problem)
    if problem.step:
        raise LeftOut("loops are written out")


def flat_inputs(problem: Problem) -> list[float]:
    """Return the numbers of which the arguments consist."""
    return [x for arg in problem.args for x in (arg if isinstance(arg, list) else [arg])]


def as_arguments(problem: Problem, flat: Any) -> list[Any]:
    """Return the arguments that so many numbers or symbols are."""
    return [list(flat)] if problem.kind == "list" else list(flat)


def flattened(result: Any) -> np.ndarray:
    """Return the numbers of a value and derivatives, of whatever library, in order."""
    if isinstance(result, (tuple, list)):
        return np.concatenate([flattened(part) for part in result])
    return np.asarray(result, dtype=float).ravel()


# ---- without a peer


def by_hand(problem: Problem) -> Way:
    """The derivative as a person writes it."""
    return Way(problem.by_hand, problem.args, operations(problem, problem.by_hand, "value"))


def value(problem: Problem) -> Way:
    """The function alone."""
    return Way(problem.function, problem.args, operations(problem, problem.function, "value"))


def derivative(
    problem: Problem, function: Callable[..., Any], **options: Any
) -> Callable[..., Any]:
    """Return adjgen's derivative of a problem's function."""
    if problem.outputs == 1:
        wrt = problem.wrt if len(problem.args) > 1 else None
        return adjgen.value_and_grad(function, wrt, **options)
    if not hasattr(adjgen, "value_and_jacobian"):
        raise LeftOut("no Jacobians in this version")
    return adjgen.value_and_jacobian(function, problem.wrt, **options)


def adjgen_math(problem: Problem) -> Way:
    """Plain Python by adjgen."""
    numbers_only(problem)
    kind = "value_and_grad" if problem.outputs == 1 else "value_and_jacobian"
    call = derivative(problem, problem.function)
    return Way(call, problem.args, operations(problem, problem.function, kind))


def of_this_length(problem: Problem) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Return the function of a tuple of as many numbers, and these: what formulas of other tools hold for."""
    if problem.kind != "list":
        raise LeftOut("no list")
    (numbers,) = problem.args
    kind = f"tuple[{', '.join(['float'] * len(numbers))}]"
    text = inspect.getsource(problem.function).replace("(x)", f"(x: {kind})", 1)
    assert kind in text, "the parameter has another name"
    path = f"<{problem.name}>"
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    space: dict[str, Any] = {"__name__": scalar_problems.__name__}
    exec(compile(text, path, "exec"), space)
    return space[problem.function.__name__], (tuple(numbers),)


def adjgen_this_length(problem: Problem) -> Way:
    """Plain Python by adjgen for one length of list."""
    function, args = of_this_length(problem)
    count = operations(problem, function, "value_and_grad")
    return Way(adjgen.value_and_grad(function), args, count)


def adjgen_numba_this_length(problem: Problem) -> Way:
    """Compiled code by adjgen for one length of list."""
    function, args = of_this_length(problem)
    return Way(adjgen.value_and_grad(function, target="numba"), args)


def adjgen_numpy(problem: Problem) -> Way:
    """Numpy by adjgen, of the function in numpy's notation."""
    if problem.of_arrays is None:
        raise LeftOut("numbers")
    return Way(derivative(problem, problem.of_arrays), array_arguments(problem))


def adjgen_numba(problem: Problem) -> Way:
    """Compiled code by adjgen."""
    numbers_only(problem)
    try:
        call = derivative(problem, problem.function, target="numba")
    except ValueError as error:
        raise LeftOut("no such target in this version") from error
    return Way(call, array_arguments(problem))


def numba_by_hand(problem: Problem) -> Way:
    """The derivative by hand, compiled by numba."""
    import numba

    numbers_only(problem)
    return Way(numba.njit(problem.compiled_by_hand or problem.by_hand), array_arguments(problem))


def array_arguments(problem: Problem) -> tuple[Any, ...]:
    """Return the arguments with arrays in place of lists."""
    return tuple(np.array(arg) if isinstance(arg, list) else arg for arg in problem.args)


def operations(problem: Problem, function: Callable[..., Any], kind: str) -> str:
    """Return the operations of a product of a function of numbers; "" where adjgen cannot count."""
    if problem.kind == "arrays":
        return ""
    try:
        if kind == "value_and_jacobian":
            found = adjgen.generate(function, mode="jacobian", wrt=names(problem), formatted=False)
            counts = next(iter(found.ops.values()))[kind]
        else:
            counts = adjgen.ops(function)[kind]
    except (adjgen.AdjgenError, KeyError, TypeError):
        return ""
    return str(
        counts["total"] + problem.turns * sum(loop["total"] for loop in counts.get("loops", ()))
    )


def names(problem: Problem) -> tuple[str, ...]:
    """Return the names of the parameters to differentiate by."""
    code = problem.function.__code__
    return tuple(code.co_varnames[k] for k in problem.wrt)


OURS = {
    "by hand": by_hand,
    "value": value,
    "adjgen": adjgen_math,
    "adjgen this length": adjgen_this_length,
    "adjgen numpy": adjgen_numpy,
    "adjgen numba": adjgen_numba,
    "adjgen numba this length": adjgen_numba_this_length,
}
