"""Arrays of whole numbers cut off what is stored into them: refused, or checked when the derivative runs."""

import numpy as np
import pytest

import adjgen

KNOWN = [
    "np.array([0, 0, 0])", "np.full(3, 0)", "np.arange(3)", "np.array([1, 2, 3]) * 2", "np.tile([0, 0], 2)",
    "np.zeros_like(np.array([1, 2]))", "np.concatenate(([1], [2, 3]))", "np.stack(([1, 2], [3, 4]))[0].copy()",
    "np.array([True, False])",
]  # fmt: skip
OF_ARGUMENT = ["np.zeros_like(k)", "np.empty_like(k)", "k.copy()", "np.where(k > 1, k, 0)", "k + 1"]
OF_FLOATS = [
    "np.zeros(3)", "np.array([0.0, 0])", "np.full(3, 0.0)", "np.arange(3) * 1.0", "np.zeros_like(x, dtype=float)",
    "np.linspace(0, 1, 3)", "np.eye(3)[0].copy()", "np.array([0, 1, 2]) / 2", "k.astype(float)", "np.exp(k)",
]  # fmt: skip


def module(made):
    return (
        "import numpy as np\n\ndef f(x: np.ndarray, k: np.ndarray):\n"
        f"    y = {made}\n    y[0] = x[0] * 10\n    return np.sum(y * y)\n"
    )


def gradient(made):
    found = {}
    exec(adjgen.generate(module(made), wrt="x").source, found)
    return found["f_value_and_grad"]


@pytest.mark.parametrize("made", KNOWN)
def test_known_whole_numbers_are_refused(made):
    with pytest.raises(adjgen.UnsupportedError, match="an array of whole numbers") as found:
        adjgen.generate(module(made), wrt="x")
    assert "0.0" in found.value.diagnostics[0].why


@pytest.mark.parametrize("made", OF_ARGUMENT)
def test_what_may_have_whole_numbers_is_checked(made):
    slope, x = gradient(made), np.array([0.25, 2.0, 3.0])
    assert slope(x, np.array([1.0, 2.0, 3.0]))[1][0] == 50.0
    with pytest.raises(TypeError, match="pass floats"):
        slope(x, np.array([1, 2, 3]))


@pytest.mark.parametrize("made", OF_FLOATS)
def test_floats_need_no_check(made):
    assert "dtype.kind" not in adjgen.generate(module(made), wrt="x").source
    assert gradient(made)(np.array([0.25, 2.0, 3.0]), np.array([1, 2, 3]))[1][0] == 50.0


def own(x):
    y = x.copy()
    y[0] = x[1] * 0.5
    return np.sum(y)


def in_loop(x):
    total = 0.0
    for k in range(2):
        y = np.zeros_like(x)
        for i in range(2):
            y[i] = x[i] * k
        total = total + np.sum(y)
    return total


def filled(y, a):
    y[0] = a * 2.0
    return y


def in_callee(x):
    return np.sum(filled(np.zeros_like(x), x[0]) * filled(np.ones_like(x), x[1]))


@pytest.mark.parametrize("function", [own, in_loop, in_callee])
def test_whole_numbers_that_are_differentiated(function):
    slope = adjgen.value_and_grad(function)
    value, _ = slope(np.array([1.0, 2.0]))
    assert value == function(np.array([1.0, 2.0]))
    for call in (slope, adjgen.grad(function), adjgen.vjp(function)):
        with pytest.raises(TypeError, match="pass floats"):
            call(np.array([1, 2]))
    with pytest.raises(TypeError, match="pass floats"):
        adjgen.jvp(function)(np.array([1, 2]), x_dot=np.ones(2))


def test_tangents_of_whole_numbers():
    with pytest.raises(TypeError, match="x_dot has whole numbers"):
        adjgen.jvp(own)(np.array([1.0, 2.0]), x_dot=np.array([0, 1]))
    assert adjgen.jvp(own)(np.array([1.0, 2.0]), x_dot=np.array([0.0, 1.0]))[1] == 1.5


def test_annotations_of_floats_need_no_check():
    text = module("k.copy()").replace("k: np.ndarray", 'k: "NDArray[np.float64]"')
    text = text.replace(
        "import numpy as np\n", "import numpy as np\nfrom numpy.typing import NDArray\n"
    )
    assert "dtype.kind" not in adjgen.generate(text, wrt="x", mode="reverse").source


UPDATES = {  # what numpy raises, derivatives raise
    "y[1:] += x[1:] * 0.5": "k.copy()",
    "y[1:] -= x[1:] * 0.5": "k.copy()",
    "y[1:] += x[None, 1:]": "np.zeros(3)",
    "np.copyto(y, x * 0.5)": "k.copy()",
    "y.fill(x)": "np.zeros(3)",
    "y.fill(x[0] * 0.5)": "k.copy()",
    "y += x * 0.5": "k.copy()",
    "y **= x[0]": "k.copy()",
}


@pytest.mark.parametrize("update", UPDATES)
def test_updates_in_place_raise_what_numpy_raises(update):
    text = module(UPDATES[update]).replace("y[0] = x[0] * 10", update)
    found, own = {}, {}
    exec(adjgen.generate(text, wrt="x").source, found)
    exec(text, own)
    x, whole = np.array([0.25, 2.0, 3.0]), np.array([1, 2, 3])
    raised = []
    for function in (own["f"], found["f_value_and_grad"]):
        try:
            function(x, whole)
        except (TypeError, ValueError) as error:
            raised.append(error)
    if "x[0] * 0.5" in update:  # cut off by numpy, which has no derivative
        raised.insert(0, TypeError())
    assert len(raised) == 2 and isinstance(raised[0], type(raised[1])), raised


def test_squares_by_a_float_are_floats_of_whole_numbers():
    def square(x):
        return x**2.0

    def of_sum(x):
        return np.sum(x) ** 2.0

    def of_float(x):
        return (0.5 * x) ** 2.0

    value, slope = adjgen.value_and_grad(square)(3)
    assert (value, type(value), slope) == (9.0, float, 6.0)
    x = np.array([3_100_000_000])
    assert adjgen.value_and_grad(of_sum)(x)[0] == of_sum(x) == 9.61e18
    assert "x_2 * x_2" in adjgen.generate(of_float).source
