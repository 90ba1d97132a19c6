"""The benchmark's functions of arrays, and the gradients of networks and mixtures by hand.

The first three read as well with jax.numpy or autograd.numpy in place of numpy, and the last two are the scalar
problems of lists in the notation of arrays, for tools that work with arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float


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


def rosenbrock(x: Float[np.ndarray, "n"]):
    """The valley of Rosenbrock."""
    steep = x[1:] - x[:-1] ** 2
    return np.sum(100.0 * steep**2 + (1.0 - x[:-1]) ** 2)


def speelpenning(x: Float[np.ndarray, "n"]):
    """The product of n numbers."""
    return np.prod(x)


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
