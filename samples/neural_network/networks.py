"""Whole networks, from their weights to the cost of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from ingredients import (
    batch_normalisation,
    binary_cross_entropy,
    cross_entropy,
    dense,
    dropout,
    gated,
    l1,
    l2,
    mean_squared_error,
    noisy,
    relu,
    sigmoid,
    skip,
    tanh,
)

if TYPE_CHECKING:
    from jaxtyping import Float


def perceptron(
    W1: Float[np.ndarray, "2 4"],
    b1: Float[np.ndarray, "2 1"],
    w2: Float[np.ndarray, "1 2"],
    b2: float,
    X: Float[np.ndarray, "4 3"],
    y: Float[np.ndarray, "1 3"],
):
    """The network of the notes with two layers, whose gradients they derive by hand for a batch of 3."""
    Z = W1 @ X + b1
    A = sigmoid(Z)
    yhat = w2 @ A + b2
    error = yhat - y
    return np.sum(error**2) / 3


def general(
    W1: Float[np.ndarray, "5 3"],
    b1: Float[np.ndarray, "5 1"],
    W2: Float[np.ndarray, "4 5"],
    b2: Float[np.ndarray, "4 1"],
    W3: Float[np.ndarray, "2 4"],
    b3: Float[np.ndarray, "2 1"],
    X: Float[np.ndarray, "3 batch"],
    T: Float[np.ndarray, "2 batch"],
):
    """The general network of the notes: 3 inputs, 5 and 4 hidden nodes, a softmax over 2 classes."""
    Z1 = W1 @ X + b1
    A1 = sigmoid(Z1)
    Z2 = W2 @ A1 + b2
    A2 = sigmoid(Z2)
    Z3 = W3 @ A2 + b3
    return cross_entropy(Z3, T)


def logistic_regression(
    w: Float[np.ndarray, "1 in"],
    b: float,
    X: Float[np.ndarray, "in batch"],
    y: Float[np.ndarray, "1 batch"],
    sparsity: float,
):
    """One node: the probability of a class from a weighted sum, with few weights that are not 0."""
    return binary_cross_entropy(w @ X + b, y) + l1(w, sparsity)


def regression(
    W1: Float[np.ndarray, "hidden in"],
    b1: Float[np.ndarray, "hidden 1"],
    w2: Float[np.ndarray, "1 hidden"],
    b2: float,
    X: Float[np.ndarray, "in batch"],
    y: Float[np.ndarray, "1 batch"],
    decay: float,
):
    """A network with one hidden layer for a number."""
    A = tanh(dense(W1, b1, X))
    return mean_squared_error(w2 @ A + b2, y) + l2(W1, decay) + l2(w2, decay)


def classifier(
    W1: Float[np.ndarray, "hidden in"],
    b1: Float[np.ndarray, "hidden 1"],
    W2: Float[np.ndarray, "classes hidden"],
    b2: Float[np.ndarray, "classes 1"],
    X: Float[np.ndarray, "in batch"],
    T: Float[np.ndarray, "classes batch"],
    noise: Float[np.ndarray, "in batch"],
    mask: Float[np.ndarray, "hidden batch"],
    decay: float,
):
    """A network with one hidden layer for classes, with everything that keeps it from learning by heart."""
    A = dropout(relu(dense(W1, b1, noisy(X, noise))), mask)
    return cross_entropy(dense(W2, b2, A), T) + l2(W1, decay) + l2(W2, decay)


def deep(
    W1: Float[np.ndarray, "nodes in"],
    b1: Float[np.ndarray, "nodes 1"],
    scale: Float[np.ndarray, "nodes 1"],
    shift: Float[np.ndarray, "nodes 1"],
    W2: Float[np.ndarray, "nodes nodes"],
    b2: Float[np.ndarray, "nodes 1"],
    W3: Float[np.ndarray, "nodes nodes"],
    b3: Float[np.ndarray, "nodes 1"],
    V3: Float[np.ndarray, "nodes nodes"],
    c3: Float[np.ndarray, "nodes 1"],
    W4: Float[np.ndarray, "classes nodes"],
    b4: Float[np.ndarray, "classes 1"],
    X: Float[np.ndarray, "in batch"],
    T: Float[np.ndarray, "classes batch"],
):
    """A deeper network: a normalised layer, one with a skip connection, a gated one, a softmax."""
    A1 = relu(batch_normalisation(dense(W1, b1, X), scale, shift))
    A2 = skip(W2, b2, A1)
    A3 = gated(W3, b3, V3, c3, A2)
    return cross_entropy(dense(W4, b4, A3), T)
