"""What neural networks are made of: layers, activations, costs and regularisation.

A column is an example, a row a node: X is (in, batch), W is (out, in), b is (out, 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float

# ---- layers


def dense(
    W: Float[np.ndarray, "out in"],
    b: Float[np.ndarray, "out 1"],
    X: Float[np.ndarray, "in batch"],
):
    """The weighted sums Z = W X + b of a layer."""
    return W @ X + b


def skip(
    W: Float[np.ndarray, "nodes nodes"],
    b: Float[np.ndarray, "nodes 1"],
    A: Float[np.ndarray, "nodes batch"],
):
    """A layer that adds to what it gets: the identity is skipped around it."""
    return A + tanh(dense(W, b, A))


def gated(
    W: Float[np.ndarray, "nodes nodes"],
    b: Float[np.ndarray, "nodes 1"],
    V: Float[np.ndarray, "nodes nodes"],
    c: Float[np.ndarray, "nodes 1"],
    A: Float[np.ndarray, "nodes batch"],
):
    """A layer that is scaled by a sigmoid, which learns when to let it through."""
    return sigmoid(dense(V, c, A)) * tanh(dense(W, b, A))


def batch_normalisation(
    Z: Float[np.ndarray, "nodes batch"],
    scale: Float[np.ndarray, "nodes 1"],
    shift: Float[np.ndarray, "nodes 1"],
):
    """Each node with the mean and the spread that it learns, whatever the batch has."""
    centred = Z - np.mean(Z, axis=1, keepdims=True)
    variance = np.mean(centred**2, axis=1, keepdims=True)
    return scale * (centred / np.sqrt(variance + 1e-5)) + shift


def dropout(A: Float[np.ndarray, "nodes batch"], mask: Float[np.ndarray, "nodes batch"]):
    """A layer some of whose nodes are off: the mask has 0 for them, 1/p for those kept with probability p."""
    return A * mask


def noisy(X: Float[np.ndarray, "in batch"], noise: Float[np.ndarray, "in batch"]):
    """The inputs with noise on them, so that no single one is learned by heart."""
    return X + noise


# ---- activations


def linear(Z: Float[np.ndarray, "nodes batch"]):
    """No activation: for the outputs of a regression."""
    return Z


def sigmoid(Z: Float[np.ndarray, "nodes batch"]):
    """Between 0 and 1; its derivative is A * (1 - A)."""
    return 1.0 / (1.0 + np.exp(-Z))


def tanh(Z: Float[np.ndarray, "nodes batch"]):
    """Between -1 and 1; its derivative is 1 - A**2."""
    return np.tanh(Z)


def relu(Z: Float[np.ndarray, "nodes batch"]):
    """What is positive; its derivative is 1 there and 0 elsewhere."""
    return Z * (Z > 0.0)


def leaky_relu(Z: Float[np.ndarray, "nodes batch"], slope: float = 0.01):
    """What is positive, and a little of the rest."""
    return Z * np.where(Z > 0.0, 1.0, slope)


def log_softmax(Z: Float[np.ndarray, "nodes batch"]):
    """The logarithms of the softmax; no exponential overflows."""
    largest = np.max(Z, axis=0, keepdims=True)  # adjgen: passive
    shifted = Z - largest
    return shifted - np.log(np.sum(np.exp(shifted), axis=0, keepdims=True))


def softmax(Z: Float[np.ndarray, "nodes batch"]):
    """Probabilities: positive, and their sum over the nodes is 1."""
    largest = np.max(Z, axis=0, keepdims=True)  # adjgen: passive
    powers = np.exp(Z - largest)
    return powers / np.sum(powers, axis=0, keepdims=True)


# ---- costs


def mean_squared_error(yhat: Float[np.ndarray, "out batch"], y: Float[np.ndarray, "out batch"]):
    """The mean squared distance of what is predicted and what is so."""
    return np.sum((yhat - y) ** 2) / y.shape[1]


def binary_cross_entropy(Z: Float[np.ndarray, "1 batch"], y: Float[np.ndarray, "1 batch"]):
    """-mean(y log yhat + (1 - y) log(1 - yhat)) with yhat = sigmoid(Z), in a form that never overflows."""
    return np.mean(np.logaddexp(0.0, Z) - y * Z)


def cross_entropy(Z: Float[np.ndarray, "classes batch"], T: Float[np.ndarray, "classes batch"]):
    """-mean(sum(T log softmax(Z))): T has 1 for the class of each example and 0 for others."""
    return -np.sum(T * log_softmax(Z)) / T.shape[1]


# ---- regularisation


def l1(W: Float[np.ndarray, "out in"], strength: float):
    """A cost of large weights that makes many of them 0."""
    return strength * np.sum(np.abs(W))


def l2(W: Float[np.ndarray, "out in"], strength: float):
    """A cost of large weights that keeps all of them small."""
    return 0.5 * strength * np.sum(W**2)
