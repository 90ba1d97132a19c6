"""The scalar examples of the lecture notes on automatic differentiation."""

from math import exp, log, sin, sqrt, tanh


def f(x):
    """The example that the notes count by hand: 4 operations, 7 with the derivative."""
    return sqrt(x**2 + exp(x**2))


def product_plus_sine(x, y):
    """A product and a sine that share x."""
    return x * y + sin(x)


def sine_plus_product(x, y):
    """The same terms in the other order."""
    return sin(x) + x * y


def logistic_loss(x1, x2, y1, y2):
    """The logistic loss of the score x1*y1 + x2*y2."""
    return log(1 + exp(-(x1 * y1 + x2 * y2)))


def scaled_sum(x, y, z):
    """A sum, then a product: how adjoints are distributed and swapped."""
    return (x + y) * z


def neuron(w0, w1, w2, x0, x1):
    """A neuron with two inputs, a bias w2 and a sigmoid."""
    return 1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))


def chain(u):
    """A chain with two uses of u**2."""
    x = u**2
    return exp(sin(x) * log(x))


def cost(w1, w2, x, t):
    """The squared error of two linear layers with one weight each."""
    y = w2 * w1 * x
    return (t - y) ** 2 / 2


def nested_sine(x):
    """A sine of a sine of a sine, which symbolic derivatives blow up."""
    return sin(sin(sin(x)))


def activation(x):
    """A hyperbolic tangent, whose derivative reuses the value."""
    return tanh(x)


def product(a, b, c):
    """A product of three: no factor may be divided out, it can be zero."""
    return a * b * c


def xor(x1, x2):
    """A network of two tanh layers: its sign is the exclusive or of two signs."""
    either = tanh(2.0 * x1 + 2.0 * x2 + 2.0)
    both = tanh(2.0 * x1 + 2.0 * x2 - 2.0)
    return tanh(2.0 * either - 2.0 * both - 2.0)
