"""Updates in place of arrays, of their slices, and fills: value, tangent and adjoint against differences."""

import numpy as np
import pytest

import adjgen

UPDATES = [
    "y **= 2", "y **= 2.0", "y **= 3", "y **= 0.5", "y **= z", "y %= z", "y //= z", "y %= 0.7", "y[1:] **= 2", "y[1:] %= 0.7",
    "y[1:] += z[1:]", "y[1:] -= z[1:]", "y[1:] -= z[0]", "y[1:] += y[:-1] * z[1:]", "y[::2] *= z[0]", "y[...] -= z * y", "y[1:] -= 1",
    "np.copyto(y, z * z)", "y.fill(z[0] * z[1])", "np.copyto(y, z[0])", "y.fill(0.0)",
]  # fmt: skip


def function(update):
    found = {}
    text = (
        "import numpy as np\n\ndef f(x, z):\n    y = x * 1.0\n    w = y * y\n"
        f"    {update}\n    return np.sum(np.sin(y) * w)\n"
    )
    exec(text, found)
    return text, found["f"]


@pytest.mark.parametrize("update", UPDATES)
def test_update(update):
    text, plain = function(update)
    found = {}
    exec(adjgen.generate(text).source, found)
    x, z = np.array([0.3, 1.1, 1.9]), np.array([0.8, 1.3, 0.6])
    u, v = np.array([0.2, -1.0, 0.7]), np.array([0.5, 0.3, -0.4])
    value, (x_bar, z_bar) = found["f_value_and_grad"](x, z)
    same, slope = found["f_jvp"](x, z, x_dot=u, z_dot=v)
    h = 1e-6
    expected = (plain(x + h * u, z + h * v) - plain(x - h * u, z - h * v)) / (2 * h)
    assert value == same == plain(x, z)
    assert slope == pytest.approx(expected, rel=1e-7, abs=1e-8)
    assert np.sum(x_bar * u) + np.sum(z_bar * v) == pytest.approx(slope, rel=1e-12, abs=1e-12)


def test_second_order():
    def f(x):
        y = x * 1.0
        y **= 3
        y[1:] -= x[:-1] * x[0]
        return np.sum(y * y)

    h = adjgen.hvp(f, target="numpy")
    x, u = np.array([0.3, 1.1, 1.9]), np.array([0.2, -1.0, 0.7])
    g = adjgen.grad(f, target="numpy")
    expected = (g(x + 1e-6 * u) - g(x - 1e-6 * u)) / 2e-6
    np.testing.assert_allclose(h(x, x_dot=u), expected, rtol=1e-7)


def test_product_in_place_is_refused_by_name():
    with pytest.raises(
        adjgen.UnsupportedError, match="a product of matrices that is stored in its factor"
    ):
        adjgen.generate(
            "import numpy as np\n\ndef f(x, M):\n    y = np.exp(x)\n    y @= M\n    return np.sum(y)\n"
        )


def test_arrays_of_two_sizes():
    def f(x):
        n = len(x)
        D = np.full((n, n), 1.0)
        D[0, 0] = x[0]
        return np.sum(D * D)

    np.testing.assert_array_equal(adjgen.grad(f)(np.array([3.0, 2.0])), [6.0, 0.0])


def test_numbers_with_defaults_are_updated():
    def f(x, steps=3):
        y = np.exp(x)
        while steps > 0:
            y = y * x
            steps -= 1
        return np.sum(y)

    x = np.array([0.5, 2.0])
    expected = np.exp(x) * (x**3 + 3 * x**2)
    np.testing.assert_allclose(adjgen.grad(f, wrt="x")(x), expected, rtol=1e-14)
    np.testing.assert_allclose(adjgen.grad(f, wrt="x")(x, steps=0), np.exp(x), rtol=1e-14)


def sum_of_waves(x):
    x = x[0]
    y = 0.0
    for k in range(1, 4):
        y += k * np.cos((k + 1) * x + k)
    return -y


@pytest.mark.parametrize("x", [np.array([-2.6]), np.array([[0.3, 0.7], [1.0, 2.0]])])
def test_a_number_that_becomes_an_array_in_an_unrolled_loop(x):
    value, tangent = adjgen.jvp(sum_of_waves, target="numpy")(x, x_dot=np.ones_like(x))
    assert np.array_equal(value, sum_of_waves(x))
    assert np.allclose(tangent, (sum_of_waves(x + 1e-6) - sum_of_waves(x - 1e-6)) / 2e-6)
