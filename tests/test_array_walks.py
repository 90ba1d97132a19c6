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


# ---- how many dimensions items tell of


def walked_rows(x: np.ndarray):
    s = 0.0
    for row in x:
        s += np.sum(row**2)
    return s


def counted_rows(x: np.ndarray):
    s = 0.0
    for i in range(len(x)):
        s += np.sum(x[i] ** 2)
    return s


def distance(x: np.ndarray):
    return np.linalg.norm(x[0] - x[1])


def piled(x: np.ndarray):
    return np.sum(np.vstack((x[0], x)) ** 2) + np.sum(np.array([x[0], x[1]]) ** 3)


def layers(x: np.ndarray, b: np.ndarray):
    y = np.ones(3)
    for i in range(len(b)):
        y = np.tanh(x @ y @ np.ones(2) + b[i])
    return y


def stored_rows(x: np.ndarray, y: np.ndarray):
    y = np.sin(y)
    y[0] += x[0]
    y[1] = x[1] * x[0]
    return np.sum(y)


def distances(x: np.ndarray, y: np.ndarray):
    s = 0.0
    for n in range(2):
        for k in range(2):
            d = x[n] - y[k]
            s += np.log(1.0 + d @ d)
    return s


def under_a_name(x: np.ndarray):
    first = x[0]
    second = first * 2.0 + x[1]
    both = np.sin(second)
    return np.max(both)


def seen_by_a_function_inside(x: np.ndarray):
    half = x[0] / 2.0

    def total(k):
        return np.sum(half * k)

    return total(3.0) + np.sum(x)


@pytest.mark.parametrize(
    "f",
    [
        walked_rows,
        counted_rows,
        distance,
        piled,
        under_a_name,
        seen_by_a_function_inside,
    ],
)
def test_items_may_be_rows(f):
    check(f, M)


@pytest.mark.parametrize("f", [stored_rows, distances])
def test_items_of_two_may_be_rows(f):
    check(f, M, np.cos(M), wrt=(0, 1))


def test_items_meet_a_product():
    check(layers, M, np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]), wrt=(0, 1))


def maximum_of_items(x: np.ndarray):
    return np.sum(np.array([max(x[0], x[1]), x[2], 1.0]))


def filled(x: np.ndarray):
    y = np.zeros(x.size)
    for i in range(1, len(x)):
        y[i] = y[i - 1] + x[i] ** 2
    return np.sum(y)


def collected(x: np.ndarray):
    kept = [x[0] * x[1]]
    for i in range(2):
        kept.append(np.sin(x[i]))
    return np.sum(np.array(kept))


def collected_by_walking(x: np.ndarray):
    return np.sum(np.array([v * v for v in x]))


def asked(x: np.ndarray):
    s = np.sum(x[1:])
    if x[0] > 0.0:
        s += np.sum(x[0] * np.ones(2))
    return s


@pytest.mark.parametrize("f", [maximum_of_items, filled, collected, collected_by_walking, asked])
def test_items_that_must_be_numbers(f):
    """Nothing need look at shapes, and more dimensions are refused."""
    check(f, X)
    assert "unbroadcast" not in adjgen.generate(f).source
    with pytest.raises(TypeError, match="x must have 1 dimension"):
        adjgen.grad(f)(np.ones((3, 3)))


# ---- what is not given, and what is not differentiated


def filled_if_missing(x: np.ndarray, out=None):
    if out is None:
        out = np.zeros_like(x)
    for i in range(1, len(x)):
        out[i] = out[i - 1] + x[i] ** 2
    return out


def weighed_if_given(x: np.ndarray, w=None):
    if w is None:
        w = np.ones(len(x))
    s = 0.0
    for i in range(len(x)):
        if w[i] > 0.5:
            s += w[i] * x[i] ** 2
    return s


def named(x: np.ndarray, names):
    s = 0.0
    for n in names:
        s += np.sum(x) * (2.0 if n == "a" else 3.0)
    return s


def counted_by_names(x: np.ndarray, names):
    s = 0.0
    for _ in names:
        s = np.sin(s) + np.sum(x)
    return s


def in_blocks(x: np.ndarray, blocks):
    s = 0.0
    for b in blocks:
        s += np.prod(x[b])
    return s


def after_events(x: np.ndarray, events):
    s = 0.0
    for kind, amount in events:
        s = s + np.sum(x) * amount if kind == "dose" else np.sin(s)
    return s


@pytest.mark.parametrize(
    "f, given",
    [
        (filled_if_missing, None),
        (weighed_if_given, None),
        (weighed_if_given, np.array([1.0, 0.0, 2.0])),
        (named, "ab"),
        (counted_by_names, ("a", "b")),
        (in_blocks, [[0, 1], [2]]),
        (after_events, [("dose", 1.5), ("rest", 2.0)]),
    ],
)
def test_dimensions_of_what_is_not_differentiated(f, given):
    check(f, X, given)
