"""Jacobians, Hessians and their products with a vector: structures, oracles from outside, random programs."""

import importlib
import inspect
import itertools
import math
import pickle
import random
import re

import jacobian_judge
import numpy as np
import pytest
import sympy
from click.testing import CliRunner
from compare import assert_close

import adjgen
from adjgen.cli import main
from adjgen.diff.entries import STRATEGIES

# ---- structures: that of the value, and in it that of the gradient


def product_and_square(x, y):
    return x * y, x * x


def nested(x, y):
    return (x * y, [x, (y, 2.0)]), x - y


def one(x, y):
    return x * y


def unpacked(point, scale):
    x, y, z = point
    return x * y * scale, z + x


def squares(x, scale):
    return [scale * v * v for v in x]


def powers(x, y, n):
    return [x**k * y for k in range(n)]


def table(x, y):
    return [[a * b for b in y] for a in x]


def list_and_number(x):
    return [2.0 * v for v in x], sum(x)


@pytest.mark.parametrize(
    "f, wrt, point, expected",
    [
        (product_and_square, None, (2.0, 3.0), ((3.0, 2.0), (4.0, 0.0))),
        (product_and_square, "x", (2.0, 3.0), (3.0, 4.0)),
        (product_and_square, ["y", "x"], (2.0, 3.0), ((2.0, 3.0), (0.0, 4.0))),
        (product_and_square, ["y"], (2.0, 3.0), ((2.0,), (0.0,))),
        (
            nested,
            None,
            (2.0, 3.0),
            (((3.0, 2.0), [(1.0, 0.0), ((0.0, 1.0), (0.0, 0.0))]), (1.0, -1.0)),
        ),
        (one, None, (2.0, 3.0), (3.0, 2.0)),
        (one, 1, (2.0, 3.0), 2.0),
        (
            unpacked,
            None,
            ([1.0, 2.0, 3.0], 4.0),
            (([8.0, 4.0, 0.0], 2.0), ([1.0, 0.0, 1.0], 0.0)),
        ),
        (
            squares,
            None,
            ([1.0, 2.0], 3.0),
            [([6.0, 0.0], 1.0), ([0.0, 12.0], 4.0)],
        ),
        (squares, "x", ([1.0, 2.0], 3.0), [[6.0, 0.0], [0.0, 12.0]]),
        (squares, "scale", ([1.0, 2.0], 3.0), [1.0, 4.0]),
        (squares, None, ([], 3.0), []),
        (powers, None, (3.0, 2.0, 3), [(0.0, 1.0), (2.0, 3.0), (12.0, 9.0)]),
        (powers, "y", (3.0, 2.0, 3), [1.0, 3.0, 9.0]),
        (table, "y", ([2.0], [3.0, 4.0]), [[[2.0, 0.0], [0.0, 2.0]]]),
        (table, None, ([2.0], [3.0]), [[([3.0], [2.0])]]),
        (list_and_number, None, ([1.0, 5.0],), ([[2.0, 0.0], [0.0, 2.0]], [1.0, 1.0])),
    ],
    ids=str,
)
def test_structure(f, wrt, point, expected):
    assert repr(adjgen.jacobian(f, wrt=wrt)(*point)) == repr(expected)
    value, found = adjgen.value_and_jacobian(f, wrt=wrt)(*point)
    assert repr(value) == repr(f(*point))
    assert repr(found) == repr(expected)


def test_each_row_is_what_value_and_grad_gives_of_that_output():
    def second(x, y):
        return product_and_square(x, y)[1]

    for wrt in (None, "y", ["y", "x"]):
        rows = adjgen.jacobian(product_and_square, wrt=wrt)(2.0, 3.0)
        assert rows[1] == adjgen.grad(second, wrt=wrt)(2.0, 3.0)


def bent(x, y, n):
    """Branches and loops on both sides."""
    total = x
    for k in range(n):
        if total > y:
            total = math.sin(total) * y
        else:
            total = total * x + k
    return total, x / y, [y * y]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_columns_are_tangents_and_rows_are_gradients_of_both_strategies(strategy):
    with jacobian_judge.only(strategy):
        found = adjgen.jacobian(bent)(1.25, 0.75, 5)
    flat = [found[0], found[1], found[2][0]]
    for j, dots in enumerate([(1.0, 0.0), (0.0, 1.0)]):
        _, column = adjgen.jvp(bent)(1.25, 0.75, 5, x_dot=dots[0], y_dot=dots[1])
        assert_close([row[j] for row in flat], [column[0], column[1], column[2][0]], 1e-14)
    for i in range(3):
        bars = [float(i == k) for k in range(3)]
        _, row = adjgen.vjp(bent)(1.25, 0.75, 5, bar=(bars[0], bars[1], bars[2:]))
        assert_close(flat[i], row, 1e-14)


def test_what_is_written_is_the_cheaper_one():
    def many_inputs(a, b, c, d):
        return math.sin(a * b * c * d)

    def many_outputs(x):
        y = math.sin(x)
        return y * x, y * y, y / x, math.exp(y)

    def written(f):
        return adjgen.jacobian(f).__adjgen__.module.main.about["strategy"]

    assert (written(many_inputs), written(many_outputs)) == ("reverse", "forward")
    assert "by a, b, c, d: a reverse sweep" in " ".join(
        adjgen.jacobian(many_inputs).__doc__.split()
    )


# ---- zero by structure


def chain(x, y, z):
    return x * y, math.sin(z), 3.0, x


def test_zeros_are_written_and_not_computed():
    for strategy in STRATEGIES:
        with jacobian_judge.only(strategy):
            source = inspect.getsource(adjgen.jacobian(chain))
        source = re.sub("#.*", "", source)
        assert "*" not in source and source.count("cos(z)") == 1
        assert source.count("0.0") == 8  # of twelve entries


def test_sparse_entries_are_what_scipy_takes():
    values, (rows, columns) = adjgen.jacobian(chain, sparse=True)(2.0, 3.0, 0.5)
    assert (rows, columns) == ((0, 0, 1, 3), (0, 1, 2, 0))
    assert values == (3.0, 2.0, math.cos(0.5), 1.0)
    dense = np.zeros((4, 3))
    dense[rows, columns] = values
    assert dense.tolist() == [list(row) for row in adjgen.jacobian(chain)(2.0, 3.0, 0.5)]
    value, again = adjgen.value_and_jacobian(chain, sparse=True)(2.0, 3.0, 0.5)
    assert value == chain(2.0, 3.0, 0.5) and again == (values, (rows, columns))


def test_a_sparse_hessian_has_both_triangles():
    def f(x, y, z):
        return x * y + z**3

    values, (rows, columns) = adjgen.hessian(f, sparse=True)(1.0, 2.0, 3.0)
    entries = dict(zip(zip(rows, columns), values, strict=True))
    assert entries == {(0, 1): 1.0, (1, 0): 1.0, (2, 2): 18.0}


def test_sparse_of_unknown_size_is_refused():
    def f(x):
        return x[0] * x[1], x[1]

    with pytest.raises(adjgen.UnsupportedError, match="ADJ608"):
        adjgen.jacobian(f, sparse=True)
    with pytest.raises(TypeError, match="no option 'sparse'"):
        adjgen.grad(f, sparse=True)


# ---- SymPy

SMOOTH = [
    "x * y + sin(z)",
    "exp(x * y) / (1.0 + z * z)",
    "sqrt(x * x + y * y + z * z)",
    "log(x + y * y) * tanh(z)",
    "x**3 * y**2 - atan2(y, z)",
    "x**y + z**1.5",
    "exp(-x * x) * cos(y) + z",
    "(x + 2.0 * y) * (y + 3.0 * z) * (z + x)",
]


def defined(tmp_path, name, text):
    path = tmp_path / f"{name}.py"
    path.write_text(f"from math import *\n\n\n{text}")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f


def symbolic(texts):
    symbols = sympy.symbols("x y z", positive=True)
    space = {str(s): s for s in symbols} | {"log": sympy.log}
    return symbols, [eval(text, vars(sympy) | space) for text in texts]


POINT = (0.7, 1.3, 0.4)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("count", [2, 3, 8])
def test_jacobians_as_sympy_has_them(count, strategy, tmp_path):
    f = defined(
        tmp_path, f"smooth_{count}", f"def f(x, y, z):\n    return {', '.join(SMOOTH[:count])}\n"
    )
    symbols, formulas = symbolic(SMOOTH[:count])
    at = dict(zip(symbols, POINT))
    expected = sympy.Matrix(formulas).jacobian(symbols).evalf(30, subs=at)
    with jacobian_judge.only(strategy):
        found = adjgen.jacobian(f)(*POINT)
    for i, j in itertools.product(range(count), range(3)):
        assert_close(found[i][j], float(expected[i, j]), 1e-14, 1e-15)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("k", range(len(SMOOTH)))
def test_hessians_as_sympy_has_them(k, strategy, tmp_path):
    f = defined(tmp_path, f"curved_{k}", f"def f(x, y, z):\n    return {SMOOTH[k]}\n")
    symbols, (formula,) = symbolic([SMOOTH[k]])
    at = dict(zip(symbols, POINT))
    expected = sympy.hessian(formula, symbols).evalf(30, subs=at)
    with jacobian_judge.only(strategy):
        found = adjgen.hessian(f)(*POINT)
    rng = random.Random(k)
    dots = [rng.uniform(-1.0, 1.0) for _ in range(3)]
    along = adjgen.hvp(f)(*POINT, **dict(zip(["x_dot", "y_dot", "z_dot"], dots)))
    for i in range(3):
        for j in range(3):
            assert_close(found[i][j], float(expected[i, j]), 1e-13, 1e-14)
            assert found[i][j] == found[j][i]
        product = sum(float(expected[i, j]) * dots[j] for j in range(3))
        assert_close(along[i], product, 1e-13, 1e-14)


# ---- Hessians


def rosenbrock(x):
    return sum(100.0 * (b - a**2) ** 2 + (1.0 - a) ** 2 for a, b in zip(x, x[1:]))


def unpacked_energy(position, k):
    x, y, z = position
    return k * (x * x * y + math.sin(z) * y)


def test_the_hessian_of_a_list_is_a_list_of_lists():
    x = [0.5, -1.0, 2.0, 1.5]
    found = adjgen.hessian(rosenbrock)(x)
    slope = adjgen.jvp(adjgen.grad(rosenbrock))
    for k in range(4):
        unit = [float(i == k) for i in range(4)]
        _, column = slope(x, x_dot=unit)
        assert_close([row[k] for row in found], column, 1e-14)
        assert_close(adjgen.hvp(rosenbrock)(x, x_dot=unit), column, 1e-14)
    assert found == [list(column) for column in zip(*found)]


def test_the_hessian_by_an_unpacked_list_is_a_half_that_is_written_twice():
    found = adjgen.hessian(unpacked_energy)([1.0, 2.0, 0.5], 3.0)
    c, s = math.cos(0.5), math.sin(0.5)
    (xx, by_x), (yy, by_y), (zz, by_z) = found[0]
    assert_close([xx, yy, zz], [[12.0, 6.0, 0.0], [6.0, 0.0, 3 * c], [0.0, 3 * c, -6 * s]], 1e-15)
    assert_close([by_x, by_y, by_z], [4.0, 1.0 + s, 2.0 * c], 1e-15)
    assert_close(found[1], ([4.0, 1.0 + s, 2.0 * c], 0.0), 1e-15)


def test_what_is_zero_is_not_computed():
    def f(x, y):
        return math.exp(x) + math.exp(y)

    source = inspect.getsource(adjgen.hessian(f))
    assert source.count("exp(") == 2 and source.count("0.0") == 2 and "*" not in source


def test_the_hessian_of_several_numbers_is_refused():
    for product in (adjgen.hessian, adjgen.hvp):
        with pytest.raises(adjgen.UnsupportedError, match="ADJ305"):
            product(product_and_square)


def test_derivatives_of_jacobians():
    second = adjgen.jacobian(adjgen.jacobian(product_and_square))(2.0, 3.0)
    assert second == (((0.0, 1.0), (1.0, 0.0)), ((2.0, 0.0), (0.0, 0.0)))
    third = adjgen.jacobian(adjgen.hessian(one_cubed))(2.0, 3.0)
    assert third == (((18.0, 12.0), (12.0, 0.0)), ((12.0, 0.0), (0.0, 0.0)))
    _, along = adjgen.jvp(adjgen.jacobian(squares, wrt="x"), wrt="x")(
        [1.0, 2.0], 3.0, x_dot=[1.0, 0.0]
    )
    assert along == [[6.0, 0.0], [0.0, 0.0]]


def one_cubed(x, y):
    return x**3 * y


# ---- arrays


def layer(W, x):
    return np.tanh(W @ x)


def curve(t, n: int):
    return np.cos(t * np.arange(n)), t * t


def energy(A, x):
    return x @ A @ x + np.sum(np.sin(x))


def both(a, x):
    return a * np.exp(x), np.sum(x) * a


W, X = np.array([[0.1, -0.2, 0.3], [0.5, 0.4, -0.1]]), np.array([1.0, 2.0, -1.0])


def test_the_jacobian_of_an_array_is_an_array():
    value, (by_W, by_x) = adjgen.value_and_jacobian(layer)(W, X)
    slope = 1.0 - value**2
    assert np.allclose(by_x, slope[:, None] * W, rtol=1e-15)
    assert np.allclose(by_W, np.einsum("i,ij,k->ijk", slope, np.eye(2), X), rtol=1e-15)
    assert by_W.shape == (2, 2, 3)


def test_arrays_by_numbers_and_numbers_by_arrays():
    (slopes, last) = adjgen.jacobian(curve)(0.5, 4)
    assert np.allclose(slopes, -np.arange(4) * np.sin(0.5 * np.arange(4))) and last == 1.0
    (by_a, by_x), (sum_by_a, sum_by_x) = adjgen.jacobian(both)(2.0, X)
    assert np.allclose(by_a, np.exp(X)) and np.allclose(by_x, np.diag(2.0 * np.exp(X)))
    assert np.ndim(sum_by_a) == 0 and sum_by_a == 2.0 and np.allclose(sum_by_x, [2.0] * 3)


def test_hessians_of_arrays():
    A = np.arange(9.0).reshape(3, 3)
    expected = A + A.T - np.diag(np.sin(X))
    assert np.allclose(adjgen.hessian(energy, wrt="x")(A, X), expected, rtol=1e-14)
    assert np.allclose(adjgen.hvp(energy, wrt="x")(A, X, x_dot=X), expected @ X, rtol=1e-14)
    mixed = adjgen.hessian(energy)(A, X)[0][1]
    assert mixed.shape == (3, 3, 3)
    assert np.allclose(
        mixed, np.einsum("ik,j->ijk", np.eye(3), X) + np.einsum("jk,i->ijk", np.eye(3), X)
    )


def test_second_derivatives_of_arrays():
    by_x = adjgen.jacobian(layer, wrt="x")
    value = layer(W, X)
    curvature = -2.0 * value * (1.0 - value**2)
    expected = np.einsum("i,ij,ik->ijk", curvature, W, W)
    assert np.allclose(adjgen.jacobian(by_x, wrt="x")(W, X), expected, rtol=1e-14)
    _, along = adjgen.jvp(by_x, wrt="x")(W, X, x_dot=X)
    assert np.allclose(along, expected @ X, rtol=1e-14)
    _, back = adjgen.vjp(by_x, wrt="x")(W, X, bar=np.ones((2, 3)))
    assert np.allclose(back, expected.sum(axis=(0, 1)), rtol=1e-14)


# ---- modules, the decorator, the command line


@adjgen.differentiable
def rotated(x, y):
    return x * math.cos(y), x * math.sin(y)


def test_a_decorated_function_of_several_numbers_has_its_jacobian():
    assert_close(rotated.jacobian(2.0, 0.5), ((math.cos(0.5), -2 * math.sin(0.5)), (math.sin(0.5), 2 * math.cos(0.5))), 1e-15)  # fmt: skip
    assert rotated.value_and_jacobian(2.0, 0.5)[0] == rotated(2.0, 0.5)
    assert pickle.loads(pickle.dumps(rotated.jacobian)) is rotated.jacobian
    assert not hasattr(one, "jacobian")


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


MODULE = """
from math import sin


def f(x, y):
    return x * y, sin(x)


def g(x, y):
    return x * x * y
"""


@pytest.mark.parametrize(
    "mode, sparse, expected",
    [
        ("jacobian", (), {"f_jacobian": ((3.0, 2.0), (math.cos(2.0), 0.0)), "g_jacobian": (12.0, 4.0)}),
        ("jacobian", ("--sparse",), {"f_jacobian": ((3.0, 2.0, math.cos(2.0)), ((0, 0, 1), (0, 1, 0)))}),
        ("hessian", (), {"g_hessian": ((6.0, 4.0), (4.0, 0.0))}),
    ],
)  # fmt: skip
def test_modes_of_the_command_line(mode, sparse, expected, tmp_path):
    source, target = tmp_path / "source.py", tmp_path / "made.py"
    source.write_text(MODULE)
    result = run("generate", source, "--mode", mode, *sparse, "-o", target, "--verify", "--ops")
    assert result.exit_code == 0, result.output
    assert run("generate", source, "--mode", mode, *sparse, "-o", target, "--check").exit_code == 0
    space = {}
    exec(compile(target.read_text(), str(target), "exec"), space)
    for name, entries in expected.items():
        assert space[name](2.0, 3.0) == entries
    assert ("f" in space) == (mode == "jacobian")  # which of several numbers is no Hessian
    if mode == "hessian":
        assert space["g_hvp"](2.0, 3.0, x_dot=1.0, y_dot=0.0) == (6.0, 4.0)


def test_operations_are_counted(tmp_path):
    source = tmp_path / "source.py"
    source.write_text(MODULE)
    result = run("ops", f"{source}::f", "--mode", "jacobian", "--no-sympy")
    assert "value and Jacobian" in result.output and result.exit_code == 0
    assert adjgen.generate(MODULE, mode="hessian").ops["g"]["hessian"]["total"] == 2


# ---- programs that went wrong


def rows_of_numbers(x, y):
    """The tangent of a row along y is a list of constants."""
    total = 0.0
    for row in [[x, y], [x, math.sin(x)]]:
        for v in row:
            total = total + v * v * x
    return total


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_tangent_may_be_a_list_of_constants(strategy):
    with jacobian_judge.only(strategy):
        (xx, xy), (yx, yy) = adjgen.hessian(rows_of_numbers)(0.5, 2.0)
    s, c = math.sin(0.5), math.cos(0.5)
    assert_close([xx, xy, yx, yy], [12 * 0.5 + 4 * s * c + (c * c - s * s), 4.0, 4.0, 1.0], 1e-14)


def item_of_a_row(x, A: list[list[float]], y, n: int):
    """The rows by x hold the zeros by A, into which the other rows are stored."""
    return math.asinh(A[0][n % 2] - 0.5 * y) + math.sin(x[0])


def test_rows_do_not_share_lists():
    x, A, y, n = [1.0, 2.0], [[0.75, 2.0], [3.0]], 0.5, 2
    found = adjgen.hessian(item_of_a_row, wrt=["x", "A", "y"])(x, A, y, n)
    s = -0.5 / (1.0 + 0.25) ** 1.5
    zero = ([0.0, 0.0], [[0.0, 0.0], [0.0]], 0.0)
    assert_close(found[0], [([-math.sin(1.0), 0.0], *zero[1:]), zero], 1e-14)
    assert_close(found[1], [[([0.0, 0.0], [[s, 0.0], [0.0]], -0.5 * s), zero], [zero]], 1e-14)
    assert_close(found[2], ([0.0, 0.0], [[-0.5 * s, 0.0], [0.0]], 0.25 * s), 1e-14)
    jacobian_judge.check_memory(found)


# ---- random programs


def test_random_programs():
    found = jacobian_judge.tally(range(2000, 2100))
    compared = sum(count for fate, count in found.items() if "compared" in fate)
    assert compared > 0.7 * 3 * 3 * 100, found
