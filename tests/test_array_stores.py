"""Stores into arrays, views of them, and who shares memory: each a small function that was wrong once."""

import numpy as np
import pytest

import adjgen

X = np.array([1.0, 2.0, 3.0])


def slopes(f, x=X):
    """Return value and gradient of a scalar function of one array; forward agrees with reverse."""
    bar = np.ones_like(f(x.copy()))
    value, gradient = adjgen.vjp(f, target="numpy")(x.copy(), bar=bar if bar.ndim else 1.0)
    for k, unit in enumerate(np.eye(len(x))):
        _, dot = adjgen.jvp(f, target="numpy")(x.copy(), x_dot=unit)
        assert np.isclose(np.sum(dot), gradient[k])
    assert np.array_equal(value, f(x.copy()))
    return value, gradient.tolist()


def test_the_last_of_repeated_places_is_stored():
    def f(x):
        y = np.zeros(2)
        y[[0, 0]] += x[:2]
        return y[0] + 10.0 * y[1]

    assert slopes(f) == (2.0, [0.0, 1.0, 0.0])


def test_a_tuple_of_indices_is_one_place():
    def f(x):
        r = np.zeros((2, 2))
        r[np.triu_indices_from(r)] = x
        return np.sum(r * r)

    assert slopes(f) == (14.0, [2.0, 4.0, 6.0])


def test_what_numpy_makes_read_only_is_not_stored_into():
    def f(x):
        y = np.broadcast_to(np.sum(x), 3)
        y[0] = 1.0
        return y.sum()

    with pytest.raises(adjgen.UnsupportedError, match="ADJ407"):
        adjgen.vjp(f, target="numpy")


def test_two_names_of_one_new_array():
    def f(x):
        a = b = np.zeros(3)
        a[0] = x[0] ** 2
        b[1] = x[1] * a[0]
        c = (d := x * 1.0)
        c[2] = d[0] * d[1]
        return np.sum(a * b) + d[2]

    assert slopes(f) == (7.0, [22.0, 5.0, 0.0])


def test_an_argument_that_gets_another_name():
    def double(a):
        b = a
        b[0] = 2.0 * b[1]
        return a

    def f(x):
        pair = (x * 1.0, 3.0)
        one, other, same = double(x * 3.0), pair[0], pair[0]
        same[1] = other[0] * one[0]
        return np.sum(one) + np.sum(other)

    assert slopes(f) == (43.0, [13.0, 15.0, 4.0])


def test_an_adjoint_that_cancels_has_its_shape():
    def f(x):
        return np.sum(np.sin(x - x)) + np.sum(x[1:])

    assert slopes(f)[1] == [0.0, 1.0, 1.0]
    slope = adjgen.jvp(adjgen.grad(f, target="numpy"), target="numpy")
    assert slope(X, x_dot=X)[1].tolist() == [0.0, 0.0, 0.0]


def test_stores_into_an_array_without_dimensions():
    def f(x):
        y = np.empty_like(x)
        low = x < 2.0
        y[~low] = x[~low] ** 3
        y[low] = 5.0 * x[low]
        return np.sin(y) * y

    function = adjgen.vjp(f, target="numpy")
    for x, y, slope in ((1.0, 5.0, 5.0), (3.0, 27.0, 27.0)):
        value, x_bar = function(np.asarray(x), bar=2.0)
        assert value == f(np.asarray(x))
        assert np.isclose(x_bar, 2.0 * slope * (np.cos(y) * y + np.sin(y)), rtol=1e-14)


def test_copies_of_an_array_without_dimensions_can_be_stored_into():
    def f(x):
        y = x.copy()
        y[...] = x * x
        y[...] += y
        return y * x

    def g(x):
        y = x.copy()
        y[...] = x * x
        return y

    value, x_bar = adjgen.vjp(f, target="numpy")(np.array(1.5), bar=1.0)
    assert (value, x_bar) == (6.75, 13.5)
    assert adjgen.vjp(g, target="numpy")(np.array(1.5))[1] == 3.0


def test_an_index_that_is_a_parameter_may_be_an_array():
    def f(x, k, j):
        y = x[k] ** 2.0 * x[j]
        return np.sum(y) + np.sum(x[k + 1])

    slope = adjgen.grad(f, wrt="x")
    assert slope(np.ones(4), np.array([0, 0, 2]), 1).tolist() == [4.0, 5.0, 2.0, 1.0]
    assert slope(np.ones(4), 2, 1).tolist() == [0.0, 1.0, 2.0, 1.0]
    said = adjgen.grad(lambda x, k=0: np.sum(x[k]), wrt="x")
    assert said(np.ones(2), 1).tolist() == [0.0, 1.0]
    with pytest.raises(TypeError, match="k must have 0 dimensions"):
        said(np.ones(2), [0, 0])


def test_a_number_that_becomes_an_array_in_place():
    def f(x, y):
        z = x * 2.0
        z += y
        z *= y
        return np.sum(z)

    def g(x, y):
        z = x @ y
        z += x
        return np.sum(z)

    y = np.array([1.0, 2.0, 4.0])
    assert adjgen.grad(f)(1.0, y)[0] == 14.0
    assert adjgen.grad(f)(1.0, y)[1].tolist() == [4.0, 6.0, 10.0]
    assert [slope.tolist() for slope in adjgen.grad(g)(np.ones(3), np.ones(3))] == [
        [4.0] * 3,
        [3.0] * 3,
    ]


def test_gradients_share_no_memory():
    function = adjgen.vjp(lambda x, y: x + y, target="numpy")
    bar = np.ones(3)
    _, (x_bar, y_bar) = function(X, X.copy(), bar=bar)
    x_bar[0] = y_bar[1] = 7.0
    assert x_bar.tolist() == [7.0, 1.0, 1.0] and y_bar.tolist() == [1.0, 7.0, 1.0]
    assert bar.tolist() == [1.0, 1.0, 1.0]


def test_a_gradient_that_is_the_other_argument_is_a_copy():
    x, y = X.copy(), X.copy()
    x_bar, _ = adjgen.grad(lambda x, y: np.sum(x * y), target="numpy")(x, y)
    assert not np.shares_memory(x_bar, y)


@pytest.mark.parametrize("product", ["grad", "vjp", "jvp"])
def test_what_is_returned_can_be_stored_into(product):
    f = adjgen.vjp(lambda x: np.sum(x), target="numpy")
    assert f(X)[1].flags.writeable


def through_a_branch(x):
    y = x.copy()
    if x[0] > 0.0:
        v = y[1:]
        y[1] = 5.0
    else:
        v = x
    return v.sum()


def through_a_merge(x):
    if x[0] > 0.0:
        v = x[1:]
    else:
        v = x[:-1]
    x[1] = 5.0
    return v.sum()


def of_arrays_that_merge(x):
    if x[0] > 0.0:
        y = x * 2.0
        v = y[1:]
    else:
        y = x * 3.0
        v = y[:-1]
    y[1] = 5.0
    return v.sum()


def of_an_array_that_is_replaced(x):
    y = x.copy()
    v = y[1:]
    for _ in range(2):
        y[1] = 5.0
        y = y * 2.0
    return v.sum()


def of_an_array_that_may_be_replaced(x):
    y = x.copy()
    v = y[1:]
    if x[0] < 0.0:
        y = y * 2.0
    y[1] = 5.0
    return v.sum()


def returned(x):
    y = x.copy()
    v = y[1:]
    y[1] = 5.0
    return v


def of_the_turn_before(x):
    A = np.outer(x, x)
    v = A[0]
    total = 0.0
    for i in range(2):
        total += v.sum()
        v = A[i]
        A[i] = total * x
    return A.sum() + total


def stored_into(x):
    y = x.copy()
    v = y[1:]
    v[0] = 5.0
    return y.sum()


@pytest.mark.parametrize(
    "f",
    [
        through_a_branch, through_a_merge, of_arrays_that_merge, of_an_array_that_is_replaced,
        of_an_array_that_may_be_replaced, returned, of_the_turn_before, stored_into,
    ],
)  # fmt: skip
def test_a_view_that_changed_is_right_or_refused(f):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ407"):
        adjgen.vjp(f, target="numpy")


def test_a_row_is_replaced_by_what_is_made_of_it():
    def f(x):
        A = np.outer(x, x)
        for i in range(3):
            row = A[i]
            A[i] = row / (row.sum() + 9.0)
        return A.sum()

    value, gradient = slopes(f)
    assert np.isclose(value, sum(X * 6.0 / (X * 6.0 + 9.0))) and np.all(np.isfinite(gradient))


def test_a_tape_of_views_is_one_of_what_they_were():
    def f(x):
        y, total = x.copy(), 0.0
        for _ in range(3):
            y[0] *= 2.0
            v = y[:2]
            total += np.sum(v * v * v)
        return total

    assert slopes(f)[1] == [3.0 * (8.0 + 64.0 + 512.0), 3.0 * 4.0 * 3.0, 0.0]


def test_a_branch_that_passes_an_array_on():
    def f(x):
        y = x * 1.0
        z = y if x[0] > 0.0 else x
        total = np.sum(z * z)
        y = y * 3.0
        y[0] = 0.0
        return total + y.sum()

    assert slopes(f) == (29.0, [2.0, 7.0, 9.0])


def test_zeros_of_one_arm_are_not_known_in_another():
    def f(x):
        w = np.zeros(3)
        if x[0] > 5.0:
            w[1] = x[1]
        return w.sum() + x[0]

    assert slopes(f) == (1.0, [1.0, 0.0, 0.0])


def test_two_new_arrays_of_a_branch_are_two():
    def f(x):
        if x[0] > 5.0:
            return (x * 3.0, np.ones(3))
        return (x + x, x * 0.5)

    value, _ = adjgen.vjp(f, target="numpy")(X, bar=(np.ones(3), np.ones(3)))
    assert value[0].tolist() == [2.0, 4.0, 6.0] and value[1].tolist() == [0.5, 1.0, 1.5]


def test_what_has_no_value_on_a_path_is_not_asked_for_its_shape():
    def f(x):
        if np.any(x > 0.0):
            if x[0] < 0.5:
                return x
        return 0.1

    value, gradient = adjgen.vjp(f, target="numpy")(X)
    assert value == 0.1 and gradient.tolist() == [0.0, 0.0, 0.0]


def test_a_loop_that_returns_an_array():
    def f(x):
        for _ in range(3):
            return np.reshape(x, (1, 3))
        return 0.5

    _, gradient = adjgen.vjp(f, target="numpy")(X, bar=np.ones((1, 3)))
    assert gradient.tolist() == [1.0, 1.0, 1.0]


def test_the_sum_of_sums_along_an_axis():
    def f(x):
        return np.sum(np.sum(x, axis=1))

    gradient = adjgen.grad(f, target="numpy")(np.ones((2, 3)))
    assert gradient.tolist() == [[1.0] * 3] * 2


def test_where_one_number_chooses_between_arrays():
    def f(x, A):
        return np.where(x.sum() > 0.0, A, A[:1])

    _, (_, A_bar) = adjgen.vjp(f, target="numpy")(-X, np.ones((2, 3)), bar=np.ones((2, 3)))
    assert A_bar.tolist() == [[2.0] * 3, [0.0] * 3]


def test_a_buffer_that_is_filled_is_not_on_a_tape():
    def f(x):
        y = np.zeros(len(x))
        for i in range(len(x)):
            y[i] = x[i] * x[i]
        return y.sum()

    import inspect

    text = inspect.getsource(adjgen.value_and_grad(f, target="numpy"))
    assert "append" not in text and "np.copy(y" not in text
    assert slopes(f) == (14.0, [2.0, 4.0, 6.0])


def test_a_value_of_a_view_keeps_its_layout():
    """Products of arrays that lie backwards in memory are rounded otherwise than those of copies."""
    draw = np.random.default_rng(1)
    A = draw.normal(size=(7, 7))

    def f(x, A):
        y = x.copy()
        y[:] = A @ y[::-1]
        return y.sum()

    x = draw.normal(size=7)
    value, _ = adjgen.jvp(f, target="numpy")(x.copy(), A, x_dot=x, A_dot=A)
    assert value == f(x.copy(), A)


def test_a_name_that_only_later_turns_read():
    def f(x):
        y = x * 2.0
        for i in range(2):
            old = y
            y = y.copy()
            y[i] = old[i] * old[i + 1]
        return np.sum(y * old)

    slopes(f)


def test_what_is_kept_of_a_loop_that_returns():
    def f(x):
        for _ in range(3):
            if x[0] > 0.9:
                return np.ones(3) * x
        return x

    assert slopes(f)[1] == [1.0, 1.0, 1.0]


def added(x, t):
    for row in x:
        t += row
    return t * t


@pytest.mark.parametrize("t", [0.5, np.array([0.5, 1.0, 2.0])])
def test_an_update_of_what_may_be_a_number(t):
    given, mine = np.array(t)[()], np.array(t)[()]
    right = added(X, given)
    value, (x_bar, t_bar) = adjgen.vjp(added, target="numpy")(X, mine, bar=np.ones_like(t)[()])
    assert np.array_equal(value, right) and np.array_equal(mine, given)
    assert np.allclose(t_bar, 2.0 * np.sqrt(right)) and np.allclose(x_bar, np.sum(t_bar))


def test_an_update_of_what_may_be_a_number_of_two_names():
    def f(x, t):
        u = t
        for row in x:
            u += row
        return u + t

    with pytest.raises(adjgen.UnsupportedError, match="changes if it is an array"):
        adjgen.vjp(f, target="numpy")
