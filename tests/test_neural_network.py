"""samples/neural_network: the lecture notes' networks, their gradients to 1e-12, and their training.

`pytest tests/test_neural_network.py --update` rewrites the expected module of the network with two layers.
"""

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

import adjgen
from adjgen.cli import main

FOLDER = Path(__file__).parent.parent / "samples" / "neural_network"
GOLDEN = Path(__file__).parent / "goldens" / "perceptron.txt"
MODULES = ("ingredients", "networks", "optimisers", "training", "train")
WEIGHTS = ("W1", "b1", "w2", "b2")


@pytest.fixture(scope="module")
def sample():
    """The modules of the sample, imported as its command imports them."""
    sys.path.insert(0, str(FOLDER))
    try:
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})
    finally:
        sys.path.remove(str(FOLDER))
        for name in MODULES:
            sys.modules.pop(name, None)


def near(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-15)


def normal(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def one_hot(classes, labels):
    return np.eye(classes)[:, labels]


# ---- the gradients that the notes derive


def test_the_network_with_two_layers_is_the_five_lines_of_the_notes(update):
    """delta is Z_bar, the adjoint of Z; u^T is a sum; there is no helper, and nothing else."""
    source = adjgen.generate(
        f"{FOLDER / 'networks.py'}::perceptron", mode="reverse", wrt=WEIGHTS
    ).source
    if update:
        GOLDEN.write_text(source, encoding="utf-8")
    assert source == GOLDEN.read_text(encoding="utf-8")
    body = source[source.index("def perceptron_value_and_grad") :]
    lines = [line.strip() for line in body.splitlines() if "_bar = " in line]
    assert lines == [
        "error_bar = 0.6666666666666666 * error",
        "b2_bar = np.sum(error_bar)",
        "w2_bar = error_bar @ A.T",
        "Z_bar = w2.T @ error_bar * A * (1.0 - A)",
        "b1_bar = np.sum(Z_bar, axis=1, keepdims=True)",
        "W1_bar = Z_bar @ X.T",
    ]


def test_the_network_with_two_layers_has_the_gradients_of_the_notes(as_module):
    W1, b1, w2, X, y = normal((2, 4), (2, 1), (1, 2), (4, 3), (1, 3))
    module = as_module(GOLDEN.read_text(encoding="utf-8"))
    value, (W1_bar, b1_bar, w2_bar, b2_bar) = module.perceptron_value_and_grad(
        W1, b1, w2, 0.3, X, y
    )
    u = np.ones((1, 3))
    A = sigmoid(W1 @ X + b1 @ u)
    error = 2.0 / 3.0 * (w2 @ A + 0.3 * u - y)
    delta = (w2.T @ error) * A * (1.0 - A)
    near(value, 3.0 / 4.0 * np.sum(error**2))
    near(w2_bar, error @ A.T)
    near(b2_bar, (error @ u.T)[0, 0])
    near(W1_bar, delta @ X.T)
    near(b1_bar, delta @ u.T)


def test_the_general_network_has_the_deltas_of_the_notes(sample):
    W1, b1, W2, b2, W3, b3, X = normal((5, 3), (5, 1), (4, 5), (4, 1), (2, 4), (2, 1), (3, 6))
    T = one_hot(2, [0, 1, 1, 0, 1, 0])
    wrt = ("W1", "b1", "W2", "b2", "W3", "b3")
    value, found = adjgen.value_and_grad(sample.networks.general, wrt)(W1, b1, W2, b2, W3, b3, X, T)
    A1 = sigmoid(W1 @ X + b1)
    A2 = sigmoid(W2 @ A1 + b2)
    Z3 = W3 @ A2 + b3
    yhat = np.exp(Z3) / np.sum(np.exp(Z3), axis=0)
    delta3 = (yhat - T) / 6
    delta2 = (W3.T @ delta3) * A2 * (1 - A2)
    delta1 = (W2.T @ delta2) * A1 * (1 - A1)
    near(value, -np.sum(T * np.log(yhat)) / 6)
    for k, (delta, before) in enumerate(((delta1, X), (delta2, A1), (delta3, A2))):
        near(found[2 * k], delta @ before.T)
        near(found[2 * k + 1], delta.sum(axis=1, keepdims=True))


def test_costs_have_the_derivatives_of_the_notes(sample):
    Z, W = normal((1, 5), (3, 5))
    y = np.array([[0.0, 1.0, 1.0, 0.0, 1.0]])
    T = one_hot(3, [0, 2, 1, 1, 0])
    costs = sample.ingredients
    near(adjgen.grad(costs.binary_cross_entropy, "Z")(Z, y), (sigmoid(Z) - y) / 5)
    softmax = np.exp(W) / np.sum(np.exp(W), axis=0)
    near(adjgen.grad(costs.cross_entropy, "Z")(W, T), (softmax - T) / 5)
    near(adjgen.grad(costs.mean_squared_error, "yhat")(Z, y), 2.0 / 5.0 * (Z - y))
    near(adjgen.grad(costs.l1, "W")(W, 0.1), 0.1 * np.sign(W))
    near(adjgen.grad(costs.l2, "W")(W, 0.1), 0.1 * W)


def test_logistic_regression_of_one_example(sample):
    """dL/dw = (y/yhat - (1-y)/(1-yhat)) * yhat*(1-yhat) * x for the log likelihood L."""
    w, x = normal((1, 4), (4, 1))
    value_and_grad = adjgen.value_and_grad(sample.networks.logistic_regression, ("w", "b"))
    for y in (0.0, 1.0):
        value, (w_bar, b_bar) = value_and_grad(w, 0.2, x, np.array([[y]]), 0.0)
        yhat = sigmoid((w @ x)[0, 0] + 0.2)
        slope = (y / yhat - (1 - y) / (1 - yhat)) * yhat * (1 - yhat)
        near(-value, y * np.log(yhat) + (1 - y) * np.log(1 - yhat))
        near(-w_bar, slope * x.T)
        near(-b_bar, slope)


@pytest.mark.filterwarnings("ignore:overflow")  # exp of -1000 is no news to 1.0 / (1.0 + inf)
def test_activations_and_costs_are_stable_far_out(sample):
    Z = np.array([[-1000.0, 0.0, 1000.0]])
    parts = sample.ingredients
    for activation in (parts.sigmoid, parts.tanh, parts.softmax, parts.log_softmax):
        value, slope = adjgen.vjp(activation)(Z, bar=np.ones((1, 3)))
        assert np.all(np.isfinite(value)) and np.all(np.isfinite(slope))
    value, slope = adjgen.value_and_grad(parts.binary_cross_entropy, "Z")(Z, np.ones((1, 3)))
    near(slope, np.array([[-1.0, -0.5, 0.0]]) / 3)


def test_every_function_is_verified():
    done = CliRunner().invoke(main, ["verify", str(FOLDER)])
    assert done.exit_code == 0, done.output
    assert "24 verified, 0 failed, 0 not verified" in done.output


def test_generated_networks_need_no_helper(sample):
    source = adjgen.generate(str(FOLDER / "networks.py")).source
    assert "unbroadcast" not in source and "Any" not in source
    names = ("perceptron", "general", "logistic_regression", "regression", "classifier", "deep")
    kinds = ("", "_jvp", "_vjp", "_value_and_grad")
    heads = [line.split("(")[0][4:] for line in source.splitlines() if line.startswith("def ")]
    assert heads == [name + kind for name in names for kind in kinds]


# ---- training


def stepped(optimiser, gradients, w=1.0):
    """The weight after steps with given gradients."""
    weights = [np.array([w])]
    for gradient in gradients:
        optimiser.step(weights, [np.array([gradient])])
    return float(weights[0][0])


def test_steps_of_the_optimisers(sample):
    o = sample.optimisers
    near(stepped(o.GradientDescent(0.1), [2.0, 3.0]), 1.0 - 0.1 * 5.0)
    near(stepped(o.Momentum(0.1, 0.5), [2.0, 3.0]), 1.0 - 0.1 * (2.0 + (0.5 * 2.0 + 3.0)))
    adagrad = 1.0 - 0.1 * (2.0 / 2.0 + 3.0 / np.sqrt(13.0))
    near(stepped(o.Adagrad(0.1, 0.0), [2.0, 3.0]), adagrad)
    S = 0.5 * 4.0, 0.5 * (0.5 * 4.0) + 0.5 * 9.0
    rmsprop = 1.0 - 0.1 * (2.0 / np.sqrt(S[0]) + 3.0 / np.sqrt(S[1]))
    near(stepped(o.RMSProp(0.1, 0.5, 0.0), [2.0, 3.0]), rmsprop)
    near(stepped(o.Adam(0.1, eps=0.0), [2.0]), 1.0 - 0.1)  # without bias: the sign of the first one
    v, S = (0.9 * 0.2 + 0.1 * 3.0) / (1 - 0.81), (0.999 * 0.004 + 0.001 * 9.0) / (1 - 0.999**2)
    near(stepped(o.Adam(0.1, eps=0.0), [2.0, 3.0]), 0.9 - 0.1 * v / np.sqrt(S))


def blobs(count=90):
    """Three clouds of points in the plane, and which point is of which."""
    rng = np.random.default_rng(1)
    labels = rng.integers(3, size=count)
    centres = np.array([[2.0, 0.0], [-1.0, 2.0], [-1.0, -2.0]])
    return centres[labels] + 0.3 * rng.normal(size=(count, 2)), labels


def test_all_optimisers_train_a_classifier(sample, tmp_path):
    points, labels = blobs()
    programme = sample.train.Programme(tmp_path, epochs=12)
    told = []
    costs, accuracies = programme.digits(sample.train.Data(points, labels), lambda: told.append(1))
    assert len(costs) == 6 and len(told) == 6 * 12
    assert all(of_epochs[-1] < 0.5 * of_epochs[0] for of_epochs in costs.values())
    assert min(accuracies.values()) > 0.95
    text = (tmp_path / "classifier_gradient.py").read_text(encoding="utf-8")
    assert "def classifier_value_and_grad(" in text and "adjgen." not in text.split('"""')[2]


def test_a_regression_stops_early(sample, tmp_path):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(120, 2))
    y = np.tanh(X[:, 0]) - 0.5 * X[:, 1]
    told = []
    programme = sample.train.Programme(tmp_path, epochs=40)
    error, of_mean = programme.diabetes(sample.train.Data(X, y), lambda: told.append(1))
    assert error < 0.1 * of_mean
    assert len(told) < 400


def test_early_stopping_keeps_the_best_weights(sample):
    errors = iter([3.0, 1.0, 2.0, 2.5])
    network = SimpleNamespace(weights=[np.zeros(1)], error=lambda X, y: next(errors))
    stopping = sample.training.EarlyStopping(None, None, patience=2)
    stops = []
    for k in range(4):
        network.weights[0][0] = k
        stops.append(stopping.stops(network))
    assert stops == [False, False, False, True]
    assert stopping.weights[0][0] == 1.0
