"""Optimisers: each turns weights and a gradient into better weights, which it stores where the old ones were."""

import numpy as np


class GradientDescent:
    """w -= rate * gradient. On batches of the examples this is stochastic gradient descent."""

    def __init__(self, rate=0.1):
        self.rate = rate

    def step(self, weights, gradients):
        """Improve the weights, in place."""
        for k, (w, gradient) in enumerate(zip(weights, gradients)):
            w -= self.change(k, w, gradient)

    def change(self, k, w, gradient):
        """What is subtracted from the k-th array of weights."""
        return self.rate * gradient


class Remembering(GradientDescent):
    """An optimiser that remembers something of earlier gradients for each weight: zeros at first."""

    def __init__(self, rate):
        super().__init__(rate)
        self.memories = {}

    def memory(self, name, k, w):
        """The array of that name which belongs to the k-th array of weights."""
        return self.memories.setdefault((name, k), np.zeros_like(w))


class Momentum(Remembering):
    """v = beta v + gradient, w -= rate * v: a ball that rolls."""

    def __init__(self, rate=0.01, beta=0.9):
        super().__init__(rate)
        self.beta = beta

    def change(self, k, w, gradient):
        """What is subtracted from the k-th array of weights."""
        v = self.memory("v", k, w)
        v[...] = self.beta * v + gradient
        return self.rate * v


class Adagrad(Remembering):
    """S = S + gradient**2, w -= rate * gradient / sqrt(S + eps): what moved much moves less."""

    def __init__(self, rate=0.05, eps=1e-8):
        super().__init__(rate)
        self.eps = eps

    def change(self, k, w, gradient):
        """What is subtracted from the k-th array of weights."""
        S = self.memory("S", k, w)
        S += gradient**2
        return self.rate * gradient / np.sqrt(S + self.eps)


class RMSProp(Remembering):
    """S = beta S + (1 - beta) gradient**2, w -= rate * gradient / sqrt(S + eps): only the last steps count."""

    def __init__(self, rate=0.002, beta=0.9, eps=1e-8):
        super().__init__(rate)
        self.beta, self.eps = beta, eps

    def change(self, k, w, gradient):
        """What is subtracted from the k-th array of weights."""
        S = self.memory("S", k, w)
        S[...] = self.beta * S + (1.0 - self.beta) * gradient**2
        return self.rate * gradient / np.sqrt(S + self.eps)


class Adam(Remembering):
    """Momentum and RMSProp together, both without the bias towards the zeros that they begin with."""

    def __init__(self, rate=0.002, beta1=0.9, beta2=0.999, eps=1e-8):
        super().__init__(rate)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.steps = 0

    def step(self, weights, gradients):
        """Improve the weights, in place."""
        self.steps += 1
        super().step(weights, gradients)

    def change(self, k, w, gradient):
        """What is subtracted from the k-th array of weights."""
        v, S = self.memory("v", k, w), self.memory("S", k, w)
        v[...] = self.beta1 * v + (1.0 - self.beta1) * gradient
        S[...] = self.beta2 * S + (1.0 - self.beta2) * gradient**2
        unbiased_v = v / (1.0 - self.beta1**self.steps)
        unbiased_S = S / (1.0 - self.beta2**self.steps)
        return self.rate * unbiased_v / (np.sqrt(unbiased_S) + self.eps)
