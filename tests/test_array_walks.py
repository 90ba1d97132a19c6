"""What loops walk, and how many dimensions parameters may have: each a small function that was wrong once."""

import numpy as np
import pytest

import adjgen

X = np.array([0.3, 1.4, -2.2])
M = np.array([[0.5, 1.5, 2.5], [3.5, -4.5, 5.5]])


def of_fresh(arg):
    """Return an argument that nobody has changed."""
    return arg.copy() if isinstance(arg, np.ndarray) else arg


def difference(f, args, k, step=1e-6):
    """Return the gradient of a number, or of the sum of an array, by differences."""
    found = np.zeros(np.shape(args[k]))
    for place in np.ndindex(found.shape):
        ends = []
        for sign in (step, -step):
            moved = np.array(args[k], dtype=float)
            moved[place] += sign
            given = [of_fresh(arg) for arg in args]
            given[k] = moved if moved.ndim else float(moved)
            ends.append(np.sum(f(*given)))
        found[place] = (ends[0] - ends[1]) / (2.0 * step)
    return found


def check(f, *args, wrt=(0,)):
    """Both sweeps give the value, and agree with differences."""
    names = [f.__code__.co_varnames[k] for k in wrt]
    right = f(*map(of_fresh, args))
    bar = np.ones_like(right)[()]
    value, bars = adjgen.vjp(f, wrt=names, target="numpy")(*map(of_fresh, args), bar=bar)
    assert np.array_equal(value, right)
    total = 0.0
    for k, gradient in zip(wrt, bars, strict=True):
        assert np.shape(gradient) == np.shape(args[k])
        np.testing.assert_allclose(gradient, difference(f, args, k), rtol=1e-6, atol=1e-7)
        total += np.sum(gradient)
    dots = {f"{name}_dot": np.ones(np.shape(args[k]))[()] for name, k in zip(names, wrt)}
    value, dot = adjgen.jvp(f, wrt=names, target="numpy")(*map(of_fresh, args), **dots)
    assert np.array_equal(value, right)
    np.testing.assert_allclose(np.sum(dot), total, rtol=1e-12, atol=1e-12)


# ---- arrays walked backwards


def horner(c: np.ndarray, t: float):
    r = 0.0
    for a in reversed(c):
        r = r * t + np.sin(a)
    return r


def passive_backwards(x, ws):
    for w in reversed(ws):
        x = np.tanh(w * x)
    return x


def counted_backwards(x: np.ndarray):
    s = 0.0
    for i, v in enumerate(reversed(x)):
        s = np.sin(s) + v * i
    return s


def backwards_in_step(x: np.ndarray, y: np.ndarray):
    s = 0.0
    for u, v in zip(reversed(x), y):
        s = np.sin(s) + v * u
    return s


def rows_backwards(x: np.ndarray):
    return sum(np.sum(row**2) * k for k, row in enumerate(reversed(x)))


def made_backwards(x: np.ndarray):
    y, s = np.sin(x), 0.0
    for v in reversed(y):
        s = np.sin(s) + v
    return s


@pytest.mark.parametrize(
    "f, args, wrt",
    [
        (horner, (X, 0.5), (0, 1)),
        (passive_backwards, (0.3, [1.0, 2.0, 3.0]), (0,)),
        (passive_backwards, (0.3, X), (0, 1)),
        (counted_backwards, (X,), (0,)),
        (backwards_in_step, (X, X + 1.0), (0, 1)),
        (rows_backwards, (M,), (0,)),
        (made_backwards, (X,), (0,)),
    ],
)
def test_an_array_is_walked_backwards(f, args, wrt):
    check(f, *args, wrt=wrt)
