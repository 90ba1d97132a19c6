"""What derivatives of arrays return: arrays of their own; no gradient of an array; algebra on arrays."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import numpy as np
import pytest

import adjgen

if TYPE_CHECKING:
    from jaxtyping import Float

ONES = np.ones((2, 2))


def added(x, y):
    return x + y


def handed_through(x):
    return x


def turned(x):
    return x.T


def flattened(x):
    return np.reshape(x, (4,))


def twice(x, y):
    return np.stack((x + y, x + y))


def chosen(x, y, c=1.0):
    z = x if c > 0.0 else x + y
    return z


def tried(x, y):
    try:
        z = x
    except ValueError:
        z = y
    return z + 0.0 * y if x.size > 9 else z


def summed(x, y):
    return np.sum(x + y)


def of_sum(x, y):
    return np.sum(np.sin(x + y))


def looped(x, y):
    z = x
    for _ in range(2):
        z = z + y
    return np.sum(z * z)


def arrays_in(value):
    if isinstance(value, tuple):
        return [array for part in value for array in arrays_in(part)]
    return [value] if isinstance(value, np.ndarray) else []


def assert_apart(derivatives, arguments):
    arrays = arrays_in(derivatives)
    assert arrays and all(array.flags.writeable for array in arrays)
    for k, one in enumerate(arrays):
        assert not any(np.shares_memory(one, other) for other in [*arrays[:k], *arguments])
        assert not any(0 in part.strides for part in [one] if part.size > 1)


@pytest.mark.parametrize("f", [added, handed_through, turned, flattened, twice, chosen])
def test_what_vjp_returns_shares_no_memory(f):
    given = [ONES.copy() for name in inspect.signature(f).parameters if name != "c"]
    bar = np.ones_like(f(*given))
    _, gradients = adjgen.vjp(f, target="numpy")(*given, bar=bar)
    assert_apart(gradients, [*given, bar])


@pytest.mark.parametrize("f", [added, handed_through, turned, flattened, chosen, tried])
def test_what_jvp_returns_shares_no_memory(f):
    names = [name for name in inspect.signature(f).parameters if name != "c"]
    given = [ONES.copy() for _ in names]
    dots = {f"{name}_dot": ONES.copy() for name in names}
    _, value_dot = adjgen.jvp(f, names, target="numpy")(*given, **dots)
    assert_apart(value_dot, [*given, *dots.values()])


@pytest.mark.parametrize("f", [summed, of_sum, looped])
def test_gradients_share_no_memory(f):
    x, y = ONES.copy(), ONES.copy()
    _, gradients = adjgen.value_and_grad(f, target="numpy")(x, y)
    assert_apart(gradients, [x, y])
    assert_apart(adjgen.grad(f, target="numpy")(x, y), [x, y])


SIZED = """
import numpy as np
from numpy import ndarray
from jaxtyping import Float
"""


def test_an_array_has_no_gradient():
    text = SIZED + 'def f(x: Float[ndarray, "n"]):\n    return np.sin(x)\n'
    module = adjgen.generate(text)
    assert module.functions == ("f", "f_jvp", "f_vjp")
    assert "bar: np.ndarray)" in module.source  # without a default


def test_numbers_and_arrays_in_one_module(as_module):
    text = (
        "import math\nimport numpy as np\ndef f(x):\n    return math.sin(x)\n"
        "def g(x: np.ndarray, w: np.ndarray):\n    return np.sum(w @ x)\n"
    )
    for source in (text, text.replace("def f", "def h")):
        module = as_module(adjgen.generate(source).source)
        _, (x_bar, w_bar) = module.g_value_and_grad(np.ones(2), ONES)
        assert x_bar.tolist() == [2.0, 2.0] and w_bar.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def lines_of(body, signature='x: Float[ndarray, "n"], y: Float[ndarray, "n"], s: float'):
    text = SIZED + f"def f({signature}):\n    return {body}\n"
    source = adjgen.generate(text, mode="reverse").source
    start = source.index("def f_value_and_grad")
    return [line.strip() for line in source[start:].splitlines() if "_bar = " in line]


def test_constants_meet_before_they_meet_arrays():
    assert "x_bar = 0.5 * x_4" in lines_of("np.sum((x - y) ** 2) / 4")


def test_numbers_meet_before_they_meet_arrays():
    assert "x_bar = 0.5 * s * x" in lines_of("s * np.sum(x**2) / 4 + np.sum(y)")
    assert "x_bar = 2.0 * s * x / np.size(x_4)" in lines_of("s * np.mean(x**2) + np.sum(y)")


def test_the_sign_of_a_sum_is_that_of_its_terms():
    lines = lines_of("np.sum((x - s) ** 2) + np.sum(y)")
    assert lines[:2] == ["x_bar = 2.0 * x_4", "s_bar = -np.sum(x_bar)"]


def test_truth_values_are_left_alone():
    """True - True is no number to numpy."""

    def f(x):
        return np.sum(np.abs(x) * (x > 0.0)) - np.sum(x * (x > 1.0) * (x > 0.0))

    x = np.array([-1.0, 0.5, 2.0])
    assert adjgen.grad(f)(x).tolist() == [0.0, 1.0, 0.0]


def test_a_mask_is_no_gradient():
    gradient = adjgen.grad(lambda x: np.sum(x * (x > 0.0)))(np.array([-1.0, 2.0]))
    assert gradient.tolist() == [0.0, 1.0] and gradient.dtype == float


def with_new_dimensions(x, y):
    return np.sum(np.sin(x[:, np.newaxis] * y[np.newaxis, :]) ** 2) + np.sum(y[:] * y[None][0])


def test_new_dimensions_are_taken_away_again():
    """No zeros are filled for them, in any order of differentiation."""
    x, y = np.array([0.3, 1.1]), np.array([0.7, -0.4, 2.0])
    value_and_grad = adjgen.value_and_grad(with_new_dimensions, target="numpy")
    assert inspect.getsource(value_and_grad).count("zeros_like") <= 1  # of y[None][0]
    _, (x_bar, y_bar) = value_and_grad(x, y)
    slope = np.sin(2.0 * np.outer(x, y))
    np.testing.assert_allclose(x_bar, slope @ y, rtol=1e-13)
    np.testing.assert_allclose(y_bar, x @ slope + 2.0 * y, rtol=1e-13)
    second = adjgen.vjp(adjgen.grad(with_new_dimensions, "x", target="numpy"), "x")
    _, x_bar_bar = second(x, y, bar=np.ones(2))
    np.testing.assert_allclose(x_bar_bar, 2.0 * np.cos(2.0 * np.outer(x, y)) @ y**2, rtol=1e-13)


def test_slices_are_written_where_they_are_used():
    source = inspect.getsource(adjgen.grad(with_new_dimensions, target="numpy"))
    assert "slice(" not in source and "x[:, None]" in source


def negative_adjoint_of_two(x, y):
    return np.sum(np.exp(-1.0 * (x[:, 0] * y + x[:, 1] ** 2)))


def new_dimension_of_two(x, y):
    return np.sum((x[:, np.newaxis] + y[:, np.newaxis]) * np.ones((2, 3)))


def test_an_adjoint_that_two_share_stays_for_both():
    x, y = np.array([[0.1, 0.2], [0.3, -0.4]]), np.array([1.0, 2.0])
    e = -np.exp(-(x[:, 0] * y + x[:, 1] ** 2))
    x_bar, y_bar = adjgen.grad(negative_adjoint_of_two, target="numpy")(x, y)
    np.testing.assert_allclose(x_bar, np.stack((e * y, 2.0 * e * x[:, 1]), 1), rtol=1e-13)
    np.testing.assert_allclose(y_bar, e * x[:, 0], rtol=1e-13)
    for one in adjgen.grad(new_dimension_of_two, target="numpy")(y, y):
        assert one.tolist() == [3.0, 3.0]


def test_means_leave_arrays_their_precision():
    x = np.array([1.0, 2.0, 4.0], dtype=np.float32)
    for f in (lambda x: np.mean(x * x), lambda x: np.var(x, ddof=1)):
        assert adjgen.grad(f)(x).dtype == np.float32


def test_terms_that_cancel_leave_zeros_of_the_shape():
    def f(x):
        return np.sum(np.sin(x - x)) + x[1]

    x = np.array([0.5, 2.0, 1.0])
    assert adjgen.grad(f)(x).tolist() == [0.0, 1.0, 0.0]
    assert adjgen.jvp(adjgen.grad(f))(x, x_dot=np.ones(3))[1].tolist() == [0.0, 0.0, 0.0]


def test_what_is_asked_of_an_array_only_sometimes():
    def f(x, w=None):
        k = {"a": 2.0, "float64": 3.0}["a" if w is None else str(w.dtype)]
        return np.sum(x * x) * k

    assert adjgen.grad(f, wrt="x")(np.ones(2)).tolist() == [4.0, 4.0]
    assert adjgen.grad(f, wrt="x")(np.ones(2), np.ones(1)).tolist() == [6.0, 6.0]


def test_axes_from_the_end_and_dimensions_that_meet():
    def turned(x, w):
        return np.sum(np.transpose(x, (-1, 0, 1)) * w)

    x, w = np.ones((2, 2, 2)), np.arange(8.0).reshape(2, 2, 2)
    assert adjgen.grad(turned, wrt="x")(x, w).tolist() == w.transpose(1, 2, 0).tolist()

    def averaged(x: Float[np.ndarray, "a b c"], w: Float[np.ndarray, "b"]):  # noqa: F722, F821, UP037
        return np.sum(np.average(x, axis=1, weights=w) ** 2)

    def product(a: Float[np.ndarray, "m n"], b: Float[np.ndarray, "k n"]):  # noqa: F722, F821
        return np.sum(np.einsum("ij,ij->ij", a, b) * b)

    rng = np.random.default_rng(0)
    x, w, dot = rng.random((2, 3, 2)), rng.random(3), rng.random(3)
    function = adjgen.jvp(averaged, wrt="w")
    step = 1e-6
    slope = (averaged(x, w + step * dot) - averaged(x, w - step * dot)) / (2 * step)
    assert np.isclose(function(x, w, w_dot=dot)[1], slope, rtol=1e-8)
    assert np.isclose(np.sum(adjgen.grad(averaged, wrt="w")(x, w) * dot), slope, rtol=1e-8)
    a, b = rng.random((3, 2)), rng.random((1, 2))
    assert np.allclose(
        adjgen.grad(product, wrt="b")(a, b), np.sum(2 * a * b, axis=0, keepdims=True)
    )


def test_the_diagonal_of_an_adjoint_is_a_copy():
    bar = np.eye(3)
    (value, x_bar) = adjgen.vjp(lambda x: np.diag(x))(np.ones(3), bar=bar)
    assert x_bar.flags.writeable and not np.shares_memory(x_bar, bar)


def test_what_carried_code_asks_of_an_array():
    def f(x):
        small = np.finfo(x.dtype).eps
        names = {1: "row", 2: "table"}[x.ndim]
        return np.sum(x) * (2.0 if names == "row" and x.shape[0] > 1 else 1.0) + small * x.size

    for kind in (np.float32, np.float64):
        x = np.array([1.0, 2.0], kind)
        value, slope = adjgen.value_and_grad(f, target="numpy")(x)
        assert value == f(x) and slope.tolist() == [2.0, 2.0]


def rest_of_one(x: np.ndarray):
    _, rest = divmod(x, 1.0)
    return np.sum(rest * x)


def both_of_two(x: np.ndarray, y: np.ndarray):
    quotient, rest = divmod(x, y)
    return np.sum(quotient * rest * x) + np.sum(divmod(x, y)[1])


def test_quotient_and_rest_of_arrays():
    x, y = np.array([0.3, 1.4, -2.2]), np.array([0.5, 1.5, -0.7])
    assert np.allclose(adjgen.grad(rest_of_one)(x), [0.6, 1.8, -1.4])
    wide = np.outer([1.1, -2.3], x)
    rows, columns = adjgen.grad(both_of_two)(wide, y)
    for k, gradient in enumerate((rows, columns)):
        for place in np.ndindex(gradient.shape):
            ends = [[wide.copy(), y.copy()] for _ in range(2)]
            ends[0][k][place] += 1e-6
            ends[1][k][place] -= 1e-6
            slope = (both_of_two(*ends[0]) - both_of_two(*ends[1])) / 2e-6
            assert np.isclose(gradient[place], slope, rtol=1e-6)
    _, dot = adjgen.jvp(both_of_two)(wide, y, x_dot=np.ones((2, 3)), y_dot=np.ones(3))
    assert np.isclose(dot, np.sum(rows) + np.sum(columns), rtol=1e-12)


def nothing_left(x: np.ndarray):
    return np.sum(np.diff(x, n=4)) + np.sum(x)


def rolled(x: np.ndarray, shift):
    return np.sum(np.roll(x, shift, axis=(0, 1)) * np.arange(6.0).reshape(2, 3))


def middle(x: np.ndarray):
    return np.median(x)


def between(x: np.ndarray, xp: np.ndarray, fp: np.ndarray):
    return np.sum(np.interp(x, xp, fp))


def logarithms(x: np.ndarray):
    return np.linalg.slogdet(x)[1]


def test_differences_that_leave_nothing():
    assert adjgen.grad(nothing_left)(np.ones(3)).tolist() == [1.0, 1.0, 1.0]


def test_a_roll_by_a_tuple():
    slope = adjgen.grad(rolled, wrt="x")(np.ones((2, 3)), (1, 1))
    assert slope.tolist() == [[4.0, 5.0, 3.0], [1.0, 2.0, 0.0]]


def test_the_median_of_nothing():
    with pytest.warns(RuntimeWarning):
        value, gradient = adjgen.value_and_grad(middle)(np.zeros(0))
    assert np.isnan(value) and gradient.shape == (0,)


def test_interpolation_of_one_point():
    one = np.array([1.0])
    for x in (0.5, 1.0, 1.5):
        slopes = adjgen.grad(between)(np.array([x]), one, np.array([2.0]))
        assert [slope.tolist() for slope in slopes] == [[0.0], [0.0], [1.0]]


def test_one_singular_matrix_of_several():
    x = np.stack([2.0 * np.eye(2), np.ones((2, 2))])
    _, slope = adjgen.vjp(logarithms)(x, bar=np.array([1.0, 1.0]))
    assert slope[0].tolist() == [[0.5, 0.0], [0.0, 0.5]] and np.isnan(slope[1]).all()
