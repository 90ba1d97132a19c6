"""verify finds wrong derivatives, believes right ones, and says why it cannot tell."""

import pytest

from adjgen.trial.subject import Order
from adjgen.verify import Verdict, verify

RIGHT = """
import math


def f(x):
    return math.sqrt(x * x + math.exp(x * x))


def f_jvp(x, *, x_dot):
    y = f(x)
    return y, x * (1.0 + math.exp(x * x)) / y * x_dot


def f_vjp(x, *, bar=1.0):
    y = f(x)
    return y, x * (1.0 + math.exp(x * x)) / y * bar


def f_value_and_grad(x):
    return f_vjp(x)
"""


def scalar(value: str, derivative: str, vjp: str = "") -> str:
    """Return a module with a function of x and its derivatives as expressions."""
    return (
        "from math import *\n"
        f"def f(x):\n    return {value}\n"
        f"def f_jvp(x, *, x_dot):\n    return {value}, ({derivative}) * x_dot\n"
        f"def f_vjp(x, *, bar=1.0):\n    return {value}, ({vjp or derivative}) * bar\n"
    )


def verdict(text: str, name: str = "f", limit: float = 10.0, **order) -> Verdict:
    """Verify one function."""
    (found,) = verify(Order(text, **order), [(name, name)], limit)
    return found


def test_right_derivatives_pass_with_a_complex_step():
    found = verdict(RIGHT)
    assert found.status == "ok"
    assert found.points == 5
    assert found.adjoint < 1e-12
    assert found.complex < 1e-12
    assert str(found).startswith("f: ok (5 points, adjoint identity ")


def test_a_given_point_is_the_only_one():
    assert verdict(RIGHT, at={"x": 1.2}).points == 1


@pytest.mark.parametrize(
    ("value", "derivative"),
    [
        ("sin(x) * abs(x)", "cos(x) * abs(x) + sin(x) * copysign(1.0, x)"),
        ("3.0 * x + 1.0", "3.0"),
        ("floor(x) * 2.0", "0.0"),
        ("1e-9 * x**2 + 1e6 if x < 1e9 else 0.0", "2e-9 * x"),
        ("x if x > 0.0 else -x", "1.0 if x > 0.0 else -1.0"),
        ("log(x) + sqrt(x)", "1.0 / x + 0.5 / sqrt(x)"),
        ("acos(x)", "-1.0 / sqrt(1.0 - x * x)"),
    ],
)
def test_right_derivatives_pass(value, derivative):
    assert verdict(scalar(value, derivative)).status == "ok"


@pytest.mark.parametrize(
    ("value", "derivative"),
    [
        ("sin(x) * abs(x)", "cos(x) * abs(x)"),
        ("3.0 * x + 1.0", "3.0001"),
        ("x**2", "x"),
        ("exp(x)", "0.0"),
        ("exp(x)", "1.0001 * exp(x)"),
        ("x if x > 0.0 else -x", "1.0"),
    ],
)
def test_wrong_derivatives_fail(value, derivative):
    found = verdict(scalar(value, derivative))
    assert found.status == "failed"
    assert "jvp is not the slope" in found.reason
    assert " at x=" in found.reason


def test_forward_and_reverse_that_differ_fail():
    found = verdict(scalar("x**2", "2.0 * x", "2.0 * x + 1e-9"))
    assert found.status == "failed"
    assert "adjoint identity" in found.reason


@pytest.mark.parametrize(
    ("derivative", "reason"),
    [("1.0 / (x - x)", "raises ZeroDivisionError"), ("inf - inf", "gives NaN")],
)
def test_derivatives_that_raise_or_give_nan_fail(derivative, reason):
    found = verdict(scalar("x * x", derivative))
    assert found.status == "failed"
    assert reason in found.reason


def test_another_value_fails():
    text = RIGHT.replace(
        "def f_value_and_grad(x):\n    return f_vjp(x)",
        "def f_value_and_grad(x):\n    return 1.0, 0.0",
    )
    assert "the value of value_and_grad differs" in verdict(text).reason


def test_a_parameter_without_a_value_is_named():
    text = (
        "def f(x, n):\n    return x * n\ndef f_jvp(x, n, *, x_dot):\n    return x * n, x_dot * n\n"
    )
    found = verdict(text)
    assert found.status == "skipped"
    assert found.reason == "parameter n has no value; use --at n=..."
    assert verdict(text, at={"n": 3}).status == "ok"


def test_structures_are_compared_leaf_by_leaf():
    text = (
        "def f(x, y, flag=True):\n    return (x * y, (x, 'name')) if flag else (y, (y, ''))\n"
        "def f_jvp(x, y, flag=True, *, x_dot, y_dot):\n    return f(x, y), (x_dot * y + x * y_dot, (x_dot, 0.0))\n"
        "def f_vjp(x, y, flag=True, *, bar):\n    a, (b, _) = bar\n    return f(x, y), (a * y + b, a * x)\n"
    )
    assert verdict(text).status == "ok"
    assert verdict(text.replace("a * y + b", "a * y - b")).status == "failed"


def test_lists_given_as_values_are_differentiated():
    text = (
        "def f(x):\n    return x[0] * x[1]\n"
        "def f_jvp(x, *, x_dot):\n    return x[0] * x[1], x_dot[0] * x[1] + x[0] * x_dot[1]\n"
        "def f_vjp(x, *, bar=1.0):\n    return x[0] * x[1], [bar * x[1], bar * x[0]]\n"
    )
    assert verdict(text, at={"x": [2.0, 3.0]}).status == "ok"
    assert (
        verdict(text.replace("[bar * x[1]", "[bar * x[0]"), at={"x": [2.0, 3.0]}).status == "failed"
    )


def test_an_endless_function_is_stopped():
    text = (
        "def f(x):\n    while True:\n        pass\ndef f_jvp(x, *, x_dot):\n    return 1.0, 0.0\n"
    )
    found = verdict(text, limit=1.0, seconds=30.0)
    assert found.status == "skipped"
    assert found.reason == "no result within 1 s"


def test_a_process_that_dies_is_a_failure_and_the_others_go_on():
    text = (
        RIGHT
        + "\ndef g(x):\n    import os\n    os._exit(3)\ndef g_jvp(x, *, x_dot):\n    return x, x_dot\n"
    )
    first, second = verify(Order(text), [("g", "g"), ("f", "f")])
    assert (first.status, second.status) == ("failed", "ok")
    assert "died" in first.reason


def test_what_the_code_prints_goes_nowhere(capfd):
    text = RIGHT.replace("    y = f(x)", "    print('loud')\n    y = f(x)")
    assert verdict(text).status == "ok"
    assert capfd.readouterr().out == ""


def test_points_are_the_same_for_a_seed():
    text = scalar("x**2", "x")
    assert verdict(text).reason == verdict(text).reason
    assert verdict(text, seed=1).reason != verdict(text).reason


def test_a_function_that_is_never_finite_is_not_verified():
    found = verdict(scalar("log(-x * x - 1.0)", "0.0"))
    assert found.status == "skipped"
    assert "no finite value" in found.reason
    assert "use --at" in found.reason


def test_a_module_that_is_not_there_is_named():
    found = verdict("import no_such_module\n" + RIGHT)
    assert found.status == "skipped"
    assert "no_such_module" in found.reason


def test_the_original_is_compared_when_asked(tmp_path):
    path = tmp_path / "model.py"
    path.write_text("import math\ndef f(x):\n    return math.sqrt(x**2 + math.exp(x**2))\n")
    assert verdict(RIGHT, original=("", str(path))).status == "ok"
    path.write_text("def f(x):\n    return x\n")
    found = verdict(RIGHT, original=("", str(path)))
    assert found.status == "failed"
    assert "the original differs" in found.reason


def arrays(jvp: str, vjp: str) -> Verdict:
    """Verify `np.sum(np.sin(W @ x))` with derivatives as expressions."""
    text = (
        "import numpy as np\n"
        "def f(W, x):\n    return np.sum(np.sin(W @ x))\n"
        f"def f_jvp(W, x, *, W_dot, x_dot):\n    z = W @ x\n    return f(W, x), {jvp}\n"
        f"def f_vjp(W, x, *, bar=1.0):\n    z_bar = bar * np.cos(W @ x)\n    return f(W, x), {vjp}\n"
    )
    shapes = {"f": {"W": (("m", "n"), "real"), "x": (("n",), "real")}}
    return verdict(text, arrays=shapes)


DOT = "np.sum(np.cos(z) * (W_dot @ x + W @ x_dot))"


def test_arrays_are_drawn_with_the_shapes_of_their_annotations():
    found = arrays(DOT, "(np.outer(z_bar, x), W.T @ z_bar)")
    assert (found.status, found.points) == ("ok", 5)
    assert found.complex < 1e-12 and found.adjoint < 1e-12


def test_wrong_derivatives_of_arrays_are_found():
    assert "adjoint identity" in arrays(DOT, "(np.outer(z_bar, x), 2.0 * (W.T @ z_bar))").reason
    assert (
        "slope" in arrays(f"2.0 * {DOT}", "(2.0 * np.outer(z_bar, x), 2.0 * (W.T @ z_bar))").reason
    )


def test_a_value_that_differs_in_one_element_is_found():
    text = (
        "import numpy as np\n"
        "def f(x):\n    return x * x\n"
        "def f_jvp(x, *, x_dot):\n    y = x * x\n    y[0] += 1e-9\n    return y, 2.0 * x * x_dot\n"
    )
    found = verdict(text, arrays={"f": {"x": (("n",), "real")}}, exact=True)
    assert "the value of jvp differs" in found.reason


def test_given_arrays_are_lists_on_the_command_line():
    text = (
        "import numpy as np\n"
        "def f(x):\n    return np.sum(x * x)\n"
        "def f_jvp(x, *, x_dot):\n    return f(x), np.sum(2.0 * x * x_dot)\n"
    )
    sized = {"f": {"x": (None, "real")}}
    assert verdict(text, arrays=sized, at={"x": [[1.0, 2.0]]}).points == 1
    assert verdict(text, arrays=sized).points == 5


MATRICES = """
from math import sin


def f_jacobian(x, y):
    return (y, {by_y}), (cos(x), 0.0)


def f_value_and_jacobian(x, y):
    return (x * y, sin(x)), ((y, x), (cos(x), 0.0))
"""
CURVED = """
def g_hvp(x, y, *, x_dot, y_dot):
    return {along}, 2.0 * x * x_dot


def g_hessian(x, y):
    return (2.0 * y, 2.0 * x), ({corner}, 0.0)
"""
SEVERAL = """
from math import cos, sin


def f(x, y):
    return x * y, sin(x)


def f_jvp(x, y, *, x_dot, y_dot):
    return f(x, y), (x_dot * y + x * y_dot, cos(x) * x_dot)


def g(x, y):
    return x * x * y


def g_jvp(x, y, *, x_dot, y_dot):
    return g(x, y), 2.0 * x * y * x_dot + x * x * y_dot


def g_value_and_grad(x, y):
    return g(x, y), (2.0 * x * y, x * x)
"""
SPARSE = """
from math import cos


def f_jacobian(x, y):
    return (y, x, cos(x)), ((0, 0, 1), (0, {column}, 0))
"""


@pytest.mark.parametrize(
    "name, text, sparse, reason",
    [
        ("f", MATRICES.format(by_y="x").replace("sin\n", "cos, sin\n"), False, ""),
        ("f", MATRICES.format(by_y="x").replace("((y, x)", "((x, y)").replace("sin\n", "cos, sin\n"), False, "value_and_jacobian differs from jvp"),
        ("f", MATRICES.format(by_y="2.0 * x").replace("sin\n", "cos, sin\n"), False, "jacobian differs from jvp"),
        ("f", MATRICES.format(by_y="x"), False, "raises NameError"),
        ("f", SPARSE.format(column=1), True, ""),
        ("f", SPARSE.format(column=0), True, "jacobian differs from jvp"),
        ("g", CURVED.format(along="2.0 * (y * x_dot + x * y_dot)", corner="2.0 * x"), False, ""),
        ("g", CURVED.format(along="2.0 * (y * x_dot + x * y_dot)", corner="x"), False, "hessian differs from hvp"),
        ("g", CURVED.format(along="2.0 * y * x_dot", corner="2.0 * x"), False, "differs from hvp"),
        ("g", CURVED.format(along="2.0 * y * x_dot", corner="2.0 * x").replace("(2.0 * y, 2.0 * x)", "(2.0 * y, 0.0)"), False, "hvp is not the slope"),
    ],
)  # fmt: skip
def test_jacobians_and_hessians(name, text, sparse, reason):
    found = verdict(SEVERAL, name, matrices=text, sparse=sparse)
    assert found.status == ("failed" if reason else "ok"), found
    assert reason in found.reason


def test_keywords_that_are_passed_on_are_no_adjoints():
    text = (
        "def f(x, **more):\n    return x * x\n"
        "def f_jvp(x, *, x_dot, **more):\n    return x * x, 2.0 * x * x_dot\n"
        "def f_vjp(x, *, bar=1.0, **more):\n    return x * x, 2.0 * x * bar\n"
    )
    assert verdict(text).status == "ok"


def test_a_slope_that_is_lost_in_a_constant_value_is_no_failure():
    """Far out of the money the value of an option is 0.0 and its slope 1e-218."""
    text = scalar(
        "(1.0 + erf(x)) * 0.5 if x < 0 else 0.0", "exp(-x * x) / sqrt(pi) if x < 0 else 0.0"
    )
    assert verdict(text, at={"x": -22.0}).status == "ok"
    wrong = scalar("(1.0 + erf(x)) * 0.5", "1e-9")
    assert verdict(wrong, at={"x": -22.0}).status != "ok"
