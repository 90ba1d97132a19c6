"""What gradients of array code cost beside those that a person writes by hand: ratios, in one run.

python tests/benchmarks/networks.py [--rounds N]

One thread, float64, the best of many rounds in processor time, so that a busy machine does not matter.
`value` is the function alone. PyTorch (eager) and JAX (jit) stand beside them if
they are installed.
"""

from __future__ import annotations

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import argparse  # noqa: E402
import statistics  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from contextlib import suppress  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import TYPE_CHECKING  # noqa: E402

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import adjgen  # noqa: E402

if TYPE_CHECKING:
    from jaxtyping import Float

# ---- the functions, for numpy and (as np) for jax.numpy


def small(
    W1: Float[np.ndarray, "2 4"],
    b1: Float[np.ndarray, "2 1"],
    w2: Float[np.ndarray, "1 2"],
    b2: float,
    X: Float[np.ndarray, "4 3"],
    y: Float[np.ndarray, "1 3"],
):
    """The network with two layers of the lecture notes, batch 3."""
    A = 1.0 / (1.0 + np.exp(-(W1 @ X + b1)))
    error = w2 @ A + b2 - y
    return np.sum(error**2) / 3


def large(
    W1: Float[np.ndarray, "hidden in"],
    b1: Float[np.ndarray, "hidden 1"],
    W2: Float[np.ndarray, "out hidden"],
    b2: Float[np.ndarray, "out 1"],
    X: Float[np.ndarray, "in batch"],
    T: Float[np.ndarray, "out batch"],
):
    """784-128-10 with a softmax and its cross entropy, batch 64."""
    A = np.tanh(W1 @ X + b1)
    Z = W2 @ A + b2
    largest = np.max(Z, axis=0, keepdims=True)  # adjgen: passive
    shifted = Z - largest
    log_softmax = shifted - np.log(np.sum(np.exp(shifted), axis=0, keepdims=True))
    return -np.sum(T * log_softmax) / 64


def mixture(
    weights: Float[np.ndarray, "k"],
    means: Float[np.ndarray, "k d"],
    logs: Float[np.ndarray, "k d"],
    lower: Float[np.ndarray, "k d d"],
    X: Float[np.ndarray, "n d"],
    eye: Float[np.ndarray, "d d"],
):
    """The log likelihood of a mixture of k Gaussians, with a factor of each inverse covariance."""
    factors = np.tril(lower, -1) + np.exp(logs)[:, :, np.newaxis] * eye
    scaled = (X - means[:, np.newaxis, :]) @ np.swapaxes(factors, 1, 2)
    heights = weights + np.sum(logs, axis=1)
    terms = heights[:, np.newaxis] - 0.5 * np.sum(scaled**2, axis=2)
    largest = np.max(terms, axis=0)  # adjgen: passive
    points = np.log(np.sum(np.exp(terms - largest), axis=0)) + largest
    return np.sum(points) - len(X) * np.log(np.sum(np.exp(weights)))


# ---- the same by hand


def small_by_hand(W1, b1, w2, b2, X, y):
    A = 1.0 / (1.0 + np.exp(-(W1 @ X + b1)))
    error = w2 @ A + b2 - y
    error_bar = 2.0 / 3.0 * error
    delta = w2.T @ error_bar * A * (1.0 - A)
    return np.sum(error**2) / 3, (
        delta @ X.T, np.sum(delta, axis=1, keepdims=True), error_bar @ A.T, np.sum(error_bar),
    )  # fmt: skip


def large_by_hand(W1, b1, W2, b2, X, T):
    A = np.tanh(W1 @ X + b1)
    Z = W2 @ A + b2
    shifted = Z - np.max(Z, axis=0, keepdims=True)
    powers = np.exp(shifted)
    sums = np.sum(powers, axis=0, keepdims=True)
    value = -np.sum(T * (shifted - np.log(sums))) / 64
    delta2 = (powers / sums - T) / 64
    delta1 = W2.T @ delta2 * (1.0 - A * A)
    return value, (
        delta1 @ X.T, np.sum(delta1, axis=1, keepdims=True),
        delta2 @ A.T, np.sum(delta2, axis=1, keepdims=True),
    )  # fmt: skip


def mixture_by_hand(weights, means, logs, lower, X, eye):
    spreads = np.exp(logs)
    factors = np.tril(lower, -1) + spreads[:, :, np.newaxis] * eye
    centred = X - means[:, np.newaxis, :]
    scaled = centred @ np.swapaxes(factors, 1, 2)
    heights = weights + np.sum(logs, axis=1)
    terms = heights[:, np.newaxis] - 0.5 * np.sum(scaled**2, axis=2)
    largest = np.max(terms, axis=0)
    shares = np.exp(terms - largest)
    sums = np.sum(shares, axis=0)
    powers = np.exp(weights)
    value = np.sum(np.log(sums) + largest) - len(X) * np.log(np.sum(powers))
    shares /= sums
    weighted = shares[:, :, np.newaxis] * scaled
    factors_bar = -(np.swapaxes(weighted, 1, 2) @ centred)
    heights_bar = np.sum(shares, axis=1)
    return value, (
        heights_bar - len(X) / np.sum(powers) * powers,
        np.sum(weighted @ factors, axis=1),
        heights_bar[:, np.newaxis] + np.sum(factors_bar * eye, axis=2) * spreads,
        np.tril(factors_bar, -1),
    )  # fmt: skip


# ---- the cases


def cases():
    """Yield (name, function, function by hand, arguments); the first four are differentiated by."""
    rng = np.random.default_rng(0)

    def normal(*shape):
        return rng.normal(size=shape)

    yield "MLP 4-2-1, batch 3", small, small_by_hand, (
        normal(2, 4), normal(2, 1), normal(1, 2), 0.3, normal(4, 3), normal(1, 3),
    )  # fmt: skip
    yield "MLP 784-128-10, batch 64", large, large_by_hand, (
        normal(128, 784) / 28.0, normal(128, 1), normal(10, 128) / 11.0, normal(10, 1),
        normal(784, 64), np.eye(10)[:, rng.integers(10, size=64)],
    )  # fmt: skip
    for d, k, n in ((2, 5, 100), (5, 10, 500), (10, 25, 1000)):
        yield f"GMM d={d} K={k} N={n}", mixture, mixture_by_hand, (
            normal(k), normal(k, d), 0.1 * normal(k, d), 0.1 * normal(k, d, d), normal(n, d), np.eye(d),
        )  # fmt: skip


def of_jax(function, args):
    """Return a call of the compiled gradient by JAX."""
    import jax

    jax.config.update("jax_enable_x64", True)
    space = {**globals(), "np": jax.numpy}
    exec(_text(function), space)
    compiled = jax.jit(jax.value_and_grad(space[function.__name__], argnums=(0, 1, 2, 3)))
    given = [jax.numpy.asarray(a) for a in args]
    return lambda: jax.block_until_ready(compiled(*given))


def of_torch(function, args):
    """Return a call of the gradient by PyTorch."""
    import torch

    torch.set_num_threads(1)
    text = _text(function).replace("axis=", "dim=").replace("keepdims=", "keepdim=")
    text = text.replace("np.newaxis", "None").replace("np.max(", "torch.amax(")
    space = {**globals(), "torch": torch}
    exec(text.replace("np.", "torch."), space)
    given = [torch.tensor(a, dtype=torch.float64, requires_grad=k < 4) for k, a in enumerate(args)]

    def call():
        value = space[function.__name__](*given)
        return value.detach(), torch.autograd.grad(value, given[:4])

    return call


def _text(function):
    import inspect

    lines = inspect.getsource(function).splitlines()
    start = next(k for k, line in enumerate(lines) if line.endswith("):"))
    names = ", ".join(inspect.signature(function).parameters)
    return "\n".join([f"def {function.__name__}({names}):", *lines[start + 1 :]])


def times(ways, rounds):
    """Return the seconds of each way: the ways take turns, so that a busy moment is nobody's."""
    found = {name: [] for name in ways}
    counts = {}
    for name, way in ways.items():
        start = time.process_time()
        way()
        way()
        counts[name] = max(1, int(0.004 / (time.process_time() - start + 1e-9)))
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.process_time()
            for _ in range(counts[name]):
                way()
            found[name].append((time.process_time() - start) / counts[name])
    return {name: (min(of_way), statistics.median(of_way)) for name, of_way in found.items()}


def close(a, b):
    """Whether a value with gradients agrees with another to 1e-9 of its size."""
    pairs = zip([a[0], *a[1]], [b[0], *b[1]], strict=True)
    return all(
        np.allclose(x, y, rtol=1e-9, atol=1e-9 * (1.0 + np.max(np.abs(y)))) for x, y in pairs
    )


def main(rounds):
    """Print the ratios to the gradients by hand."""
    columns = ("by hand", "adjgen", "value", "JAX jit", "PyTorch")
    print(f"{'':26}{'by hand':>12}" + "".join(f"{name:>10}" for name in columns[1:]))
    worst = 0.0
    for name, function, by_hand, args in cases():
        wrt = tuple(range(4))
        gradient = adjgen.value_and_grad(function, wrt)
        expected = by_hand(*args)
        ways = {"by hand": lambda: by_hand(*args), "adjgen": lambda: gradient(*args)}
        ways["value"] = lambda: function(*args)
        for other, make in (("JAX jit", of_jax), ("PyTorch", of_torch)):
            with suppress(ImportError):
                ways[other] = make(function, args)
        for other, way in ways.items():
            assert other == "value" or close(way(), expected), (name, other)
        seconds = times(ways, rounds)
        base = seconds["by hand"][0]
        ratios = {other: best / base for other, (best, _) in seconds.items()}
        worst = max(worst, ratios["adjgen"])
        cells = [f"{ratios[c]:10.2f}" if c in ratios else f"{'-':>10}" for c in columns[1:]]
        print(f"{name:26}{base * 1e6:9.1f} us" + "".join(cells))
    return worst


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("--rounds", type=int, default=60)
    main(words.parse_args().rounds)
