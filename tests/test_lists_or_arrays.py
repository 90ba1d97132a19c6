"""What is read as lists or numbers and would be something else of arrays: refused, or checked when it runs."""

import math

import numpy as np
import pytest

import adjgen

REFUSED = {  # of arrays: derivatives of lists would be wrong of them
    "normalised": "X = X.copy()\nfor row in X: row /= np.sqrt(row @ row)\nreturn X",
    "part_of_copy": "y = X.copy()\nh = y[1:]\nh[0] = np.exp(X[0])\nreturn y[1] * y[2]",
    "part": "y = X[1:]\ny[0] = np.exp(X[0])\nreturn X[1] * y[0]",
    "rows": "X = X.copy()\nX[0], X[1] = X[1], X[0]\nreturn X[0][0] * np.sin(X[1][1])",
    "in_helper": "y = X[:2]\ny[0] = 3.0\nreturn half(X[0] * X[1])",
    "sorted": "y = X.copy()\ny.sort()\nreturn np.exp(y[0]) * y[1]",
}


def module(body, parameters="X"):
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"import numpy as np\n\ndef half(v):\n    return np.sqrt(v)\n\ndef f({parameters}):\n{lines}"


@pytest.mark.parametrize("name", REFUSED)
def test_arrays_are_not_read_as_lists(name):
    text = module(REFUSED[name])
    as_written, of_arrays = adjgen.generate(text), adjgen.generate(text, target="numpy")
    assert as_written.refused["f"] == of_arrays.refused["f"] != []


def test_annotated_lists_stay_lists():
    text = module("y = x[1:]\ny[0] = np.exp(x[0])\nreturn x[1] * y[0]", "x: list[float]")
    found = {}
    exec(adjgen.generate(text).source, found)
    assert found["f_value_and_grad"]([0.0, 2.0]) == (2.0, [2.0, 1.0])


def sliced(x):
    y = x[:2]
    y[0] = 3.0
    return math.sin(x[0] * x[1])


def kept(x):
    y = x[1:]
    x = list(x)
    x[0] = 2.0
    return y[0] * x[0]


def rotated(x):
    y = x[1:] + x[:1]
    return y[0] * y[0] * y[1]


def in_callee(x):
    return sliced(x) * sliced(x)


def aliased(x, k):
    y = x
    y += 1
    return y * x * k


def aliased_in_loop(x, k):
    y = x
    for _ in range(2):
        y += k
    return y * x


def update(v):
    v += 2.0
    return v * v


def aliased_in_callee(x, k):
    return update(x) * k * x


@pytest.mark.parametrize("function", [sliced, rotated, in_callee])
@pytest.mark.parametrize("call", [adjgen.value_and_grad, adjgen.grad, adjgen.vjp])
def test_what_is_taken_for_a_list_is_no_array(function, call):
    slope = call(function)
    slope([1.0, 2.0])
    with pytest.raises(TypeError, match='x is an array: say target="numpy"'):
        slope(np.array([1.0, 2.0]))


def test_tangents_check_it_too():
    with pytest.raises(TypeError, match="x is an array"):
        adjgen.jvp(sliced)(np.array([1.0, 2.0]), x_dot=np.ones(2))


@pytest.mark.parametrize("function", [aliased, aliased_in_loop, aliased_in_callee])
def test_what_is_taken_for_a_number_is_no_array(function):
    slope = adjgen.value_and_grad(function)
    slope(1.0, np.float64(2.0))
    with pytest.raises(TypeError, match='x is an array: say target="numpy"'):
        slope(np.array([1.0, 2.0]), 2.0)


def test_plain_code_has_no_checks():
    def plain(x, y):
        x += 1.0
        total = 0.0
        for k in range(3):
            total += x * y**k
        y *= total
        return y

    def listed(x):
        x = list(x)
        part = x[1:]
        x[0] = 2.0
        return sum(part) * x[0]

    for function in (plain, listed, kept):
        assert "ndim" not in adjgen.generate(function).source
