"""The benchmark's problems: a function, its derivatives by hand, and where they are asked for."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import array_problems
import by_hand as derivatives
import numpy as np
import scalar_problems


@dataclass(frozen=True)
class Problem:
    """A function whose value and derivatives by its first `variables` parameters are timed."""

    name: str
    function: Callable[..., Any]
    by_hand: Callable[..., Any]
    args: tuple[Any, ...]
    variables: int = 0  # 0: all
    outputs: int = 1  # more than one: a Jacobian
    compiled_by_hand: Callable[..., Any] | None = None  # for numba: lists are arrays there
    of_arrays: Callable[..., Any] | None = None  # the same function in numpy's notation
    step: Callable[..., Any] | None = None  # what a long loop repeats: state, parameters -> state

    @property
    def wrt(self) -> tuple[int, ...]:
        """The positions of the parameters to differentiate by."""
        return tuple(range(self.variables or len(self.args)))

    @property
    def kind(self) -> str:
        """What the arguments are: "numbers", "list" or "arrays"."""
        if any(isinstance(arg, np.ndarray) for arg in self.args):
            return "arrays"
        return "list" if any(isinstance(arg, list) for arg in self.args) else "numbers"

    @property
    def turns(self) -> int:
        """How often a loop over the items, or over the steps, goes round."""
        last = self.args[-1]
        return len(last) - 1 if isinstance(last, list) else last if self.step else 0


def numbers(count: int, low: float, high: float) -> list[float]:
    """Return the same random numbers in every run."""
    generator = random.Random(count)
    return [generator.uniform(low, high) for _ in range(count)]


def scalar(
    name: str, *args: Any, function: str, by_hand: Callable[..., Any] | None = None, **more: Any
) -> Problem:
    """Return a problem of numbers or a list."""
    hand = by_hand or getattr(derivatives, function)
    return Problem(name, getattr(scalar_problems, function), hand, args, **more)


def of_list(name: str, count: int, low: float, high: float) -> Problem:
    """Return a problem of a list of numbers."""
    return scalar(
        f"{name} {count}", numbers(count, low, high), function=name,
        compiled_by_hand=getattr(derivatives, f"{name}_of_arrays"),
        of_arrays=getattr(array_problems, name),
    )  # fmt: skip


def reprojection() -> Problem:
    """Return bundle adjustment, somewhere in front of the camera."""
    camera = (0.1, -0.2, 0.15, 0.3, 0.2, -4.0, 520.0, 320.0, 240.0, 0.02, -0.01)
    args = (*camera, 0.7, -0.4, 1.5, 0.8, 400.0, 180.0)
    return scalar("reprojection", *args, function="reprojection", variables=15, outputs=2)


def lotka_volterra(steps: int) -> Problem:
    """Return the Runge-Kutta method with so many steps."""
    args = (10.0, 5.0, 1.1, 0.4, 0.4, 0.1, 0.01, steps)
    return scalar(
        f"RK4 {steps} steps", *args, function="lotka_volterra", variables=6, step=scalar_problems.step,
        compiled_by_hand=derivatives.lotka_volterra_of_arrays,
    )  # fmt: skip


def network(name: str, *shapes: tuple[int, ...]) -> Problem:
    """Return a network of two layers with random weights."""
    rng = np.random.default_rng(0)
    W1, b1, W2, b2, X, Y = (rng.normal(size=shape) for shape in shapes)
    (*_, inputs), (outputs, _) = W1.shape, W2.shape
    if name == "large":
        W1, W2 = W1 / np.sqrt(inputs), W2 / 11.0
        Y = np.eye(outputs)[:, rng.integers(outputs, size=X.shape[1])]
    else:
        b2 = 0.3
    label = f"MLP {inputs}-{W1.shape[0]}-{outputs}, batch {X.shape[1]}"
    return arrays(label, name, W1, b1, W2, b2, X, Y)


def mixture(d: int, k: int, n: int) -> Problem:
    """Return the likelihood of k Gaussians in d dimensions, of n points."""
    rng = np.random.default_rng(0)
    shapes = ((k,), (k, d), (k, d), (k, d, d), (n, d))
    weights, means, logs, lower, points = (rng.normal(size=shape) for shape in shapes)
    args = (weights, means, 0.1 * logs, 0.1 * lower, points, np.eye(d))
    return arrays(f"GMM d={d} K={k} N={n}", "mixture", *args)


def arrays(label: str, name: str, *args: Any) -> Problem:
    """Return a problem of arrays, differentiated by its first four parameters."""
    function, hand = getattr(array_problems, name), getattr(array_problems, f"{name}_by_hand")
    return Problem(label, function, hand, args, variables=4, of_arrays=function)


OPTION = (100.0, 105.0, 0.03, 0.2, 0.75)

PROBLEMS = (
    scalar("lecture", 1.2, function="lecture"),
    scalar("logistic loss", 1.0, 2.0, 0.3, 0.4, function="logistic"),
    scalar("neuron", 2.0, -3.0, -3.0, -1.0, -2.0, function="neuron"),
    *(of_list("rosenbrock", n, -1.5, 1.5) for n in (10, 100, 1000)),
    *(of_list("speelpenning", n, 0.8, 1.2) for n in (10, 100)),
    scalar("Black-Scholes", *OPTION, function="black_scholes"),
    scalar(
        "Black-Scholes, by textbook",
        *OPTION,
        function="black_scholes",
        by_hand=derivatives.black_scholes_of_textbooks,
    ),
    reprojection(),
    scalar("arm", 0.3, -0.9, 1.2, 0.4, -0.7, 0.5, function="arm", outputs=3),
    lotka_volterra(1000),
    network("small", (2, 4), (2, 1), (1, 2), (), (4, 3), (1, 3)),
    network("large", (128, 784), (128, 1), (10, 128), (10, 1), (784, 64), (10, 64)),
    mixture(2, 5, 100),
    mixture(5, 10, 500),
    mixture(10, 25, 1000),
)
