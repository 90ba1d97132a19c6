"""Second derivatives of every rule, by `grad` of `grad` on a file that uses it, against mpmath."""

import importlib.util
import itertools
import math

import mpmath
import points
import pytest
from compare import assert_close

from adjgen.elementary import TABLE

ROWS = [
    row
    for row in points.scalar_rows()
    if row.partials and not row.refusal and not row.carried and row.name not in points.INTEGRAL
]
NAMES = "abcdef"

# Powers with a constant, which take other paths than x**y: a function of x and its second derivative.
CONSTANTS = [
    ("x**0", lambda x: 0.0),
    ("x**1", lambda x: 0.0),
    ("x**2", lambda x: 2.0),
    ("x**3", lambda x: 6.0 * x),
    ("x**5", lambda x: 20.0 * x**3),
    ("x**-1", lambda x: 2.0 / x**3),
    ("x**-2", lambda x: 6.0 / x**4),
    ("x**0.5", lambda x: -0.25 * x**-1.5),
    ("x**1.5", lambda x: 0.75 * x**-0.5),
    ("x**0.25", lambda x: -0.1875 * x**-1.75),
    ("x**-0.5", lambda x: 0.75 * x**-2.5),
    ("2.0**x", lambda x: 0.4804530139182014 * 2.0**x),
    ("math.pow(x, 3.0)", lambda x: 6.0 * x),
    ("math.log(x, 2.0)", lambda x: -1.4426950408889634 / x**2),
    (
        "math.log(2.0, x)",
        lambda x: 0.6931471805599453 * (math.log(x) + 2.0) / (x**2 * math.log(x) ** 3),
    ),
    ("x / 3.0", lambda x: 0.0),
    ("3.0 / x", lambda x: 6.0 / x**3),
    ("math.hypot(x, 1.0)", lambda x: (1.0 + x * x) ** -1.5),
    ("math.prod([x, 3.0, x])", lambda x: 6.0),
    ("max(x, 0.0) * x", lambda x: 2.0),
]


def load(folder, name, body, parameters):
    """Import a function from a file of its own, as a user has it."""
    path = folder / f"{name}.py"
    path.write_text(f"import math\n\n\ndef f({', '.join(parameters)}):\n    {body}\n")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f


def body_of(row, parameters):
    """A function body with the row; of several outs, a sum in which they have different weights."""
    value = points.expression(row, parameters)
    if row.outs == 1:
        return f"return {value}"
    return f"first, second = {value}\n    return first + 3.0 * second"


def combined(outs):
    return outs[0] if len(outs) == 1 else outs[0] + 3.0 * outs[1]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_second_derivatives(row, tmp_path):
    import adjgen

    for point in points.few(row):
        parameters = list(NAMES[: len(point)])
        f = load(tmp_path, f"{row.name}_{len(point)}", body_of(row, parameters), parameters)
        for i, j in itertools.product(range(len(point)), repeat=2):
            slope = adjgen.grad(f, wrt=parameters[i])
            orders = [int(k == i) + int(k == j) for k in range(len(point))]
            assert_close(
                adjgen.grad(slope, wrt=parameters[j])(*point),
                combined(points.derivatives(row, point, orders)),
                1e-11,
                1e-13,
            )


@pytest.mark.parametrize("expression, second", CONSTANTS, ids=[case[0] for case in CONSTANTS])
def test_second_derivatives_with_a_constant(expression, second, tmp_path):
    import adjgen

    f = load(tmp_path, "constant", f"return {expression}", ["x"])
    for x in (0.7, 1.9, 30.0):
        assert_close(adjgen.grad(adjgen.grad(f))(x), second(x), 1e-12, 1e-14)


@pytest.mark.parametrize("name", ["ldexp"])
def test_second_derivative_by_the_only_real_argument(name, tmp_path):
    import adjgen

    f = load(tmp_path, name, f"return math.{name}(x, 3) * x", ["x"])
    assert adjgen.grad(adjgen.grad(f))(0.7) == 16.0


REFUSED = [row for row in TABLE.values() if row.refusal and row.names and not row.signature]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.name)
def test_a_refused_row_says_why(row, tmp_path):
    import adjgen

    value = points.expression(row, ["x"]) + ("[0]" if row.outs > 1 else "")
    f = load(tmp_path, row.name, f"return {value} * x", ["x"])
    with pytest.raises(adjgen.AdjgenError) as raised:
        adjgen.grad(f)
    assert row.refusal in str(raised.value)


# Extreme numbers at which a derivative is right if its products are taken in the right order: no
# adjoint overflows or underflows there. A function of (x, y), a point, orders in x.
EXTREME = [
    ("math.sinh(x) / math.cosh(x)", (700.0, 1.0), (2,)),
    ("1.0 / math.cosh(x)", (400.0, 1.0), (1,)),
    ("1.0 / math.cosh(x)", (-700.0, 1.0), (1, 2)),
    ("1.0 / (x * y)", (0.7, 1e160), (1,)),
    ("1.0 / (x * y)", (1e-100, 1e200), (1, 2)),
    ("x / (y * y) / y", (1e100, 1e-60), (1, 2)),
    ("y / math.exp(x)", (400.0, 1e-10), (1,)),
    ("(1.0 + x * x) ** -1.5", (1e160, 1.0), (1, 2)),
    ("math.sqrt(1.0 + x * x)", (1e150, 1.0), (1, 2)),
    ("x / math.sqrt(1.0 + x * x)", (1e160, 1.0), (1, 2)),
    ("math.log(1.0 + math.exp(x))", (700.0, 1.0), (1, 2)),
    ("math.exp(x) / (1.0 + math.exp(x))", (700.0, 1.0), (1, 2)),
    ("x**3 / (1.0 + x**3)", (1e80, 1.0), (1, 2)),
]
# An adjoint inside underflows or overflows in these: the second derivative is inexact, not NaN.
INEXACT = [
    ("1.0 / math.cosh(x)", (400.0, 1.0), 1e-150),
    ("1.0 / (x * y)", (0.7, 1e160), 1e-158),
    ("y / math.exp(x)", (400.0, 1e-10), 1e-150),
    ("math.exp(x) / math.cosh(x)", (700.0, 1.0), 1e-15),
]


@pytest.mark.parametrize("expression, point, orders", EXTREME, ids=str)
def test_extreme_numbers(expression, point, orders, tmp_path):
    import adjgen

    f = load(tmp_path, "extreme", f"return {expression}", ["x", "y"])
    slopes = {1: adjgen.grad(f, wrt="x")}
    slopes[2] = adjgen.grad(slopes[1], wrt="x")
    with mpmath.workdps(1000):  # 50 digits are not enough for a difference at 1e160
        code = compile(expression.replace("math.", "mpmath."), "", "eval")
        at = [mpmath.mpf(v) for v in point]
        exact = {
            n: float(
                mpmath.diff(
                    lambda x: eval(code, {"mpmath": mpmath}, {"x": x, "y": at[1]}), at[0], n
                )
            )
            for n in orders
        }
    for n in orders:
        assert_close(
            slopes[n](*point), exact[n], 1e-11, 1e-300 if abs(exact[n]) > 1e-290 else 1e-15
        )


@pytest.mark.parametrize("expression, point, size", INEXACT, ids=str)
def test_what_underflows_is_small(expression, point, size, tmp_path):
    import adjgen

    f = load(tmp_path, "extreme", f"return {expression}", ["x", "y"])
    assert abs(adjgen.grad(adjgen.grad(f, wrt="x"), wrt="x")(*point)) < size


# A function of x, where, and its first three derivatives there by their limits from inside the domain.
LIMITS = [
    ("math.sqrt(x)", 0.0, (math.inf, -math.inf, math.inf)),
    ("math.sqrt(2.0 * x)", 0.0, (math.inf, -math.inf, math.inf)),
    ("x**0.5", 0.0, (math.inf, -math.inf, math.inf)),
    ("x ** (1 / 3)", 0.0, (math.inf, -math.inf, math.inf)),
    ("x**0.25", 0.0, (math.inf, -math.inf, math.inf)),
    ("x**1.5", 0.0, (0.0, math.inf, -math.inf)),
    ("x**2.5", 0.0, (0.0, 0.0, math.inf)),
    ("math.cbrt(x)", 0.0, (math.inf, -math.inf, math.inf)),
    ("math.asin(x)", 1.0, (math.inf, math.inf)),
    ("math.asin(x)", -1.0, (math.inf, -math.inf)),
    ("math.acos(x)", 1.0, (-math.inf, -math.inf)),
    ("math.acosh(x)", 1.0, (math.inf, -math.inf)),
    # Never negative, so 0 is a minimum: as for hypot.
    ("math.sqrt(x * x)", 0.0, (0.0, 0.0, 0.0)),
    ("math.sqrt(x**2 + abs(x) * 3.0)", 0.0, (0.0, 0.0)),
    ("(x * x) ** 0.25", 0.0, (0.0, 0.0)),
    ("math.hypot(x, 0.0)", 0.0, (0.0, 0.0)),
    ("math.sqrt(math.exp(x))", -800.0, (0.0, 0.0)),
    ("math.sqrt(x) if x >= 0.0 else 0.0", 0.0, (math.inf, -math.inf)),
]


@pytest.mark.parametrize("expression, x, limits", LIMITS, ids=str)
def test_limits(expression, x, limits, tmp_path):
    import adjgen

    slope = load(tmp_path, "limit", f"return {expression}", ["x"])
    assert adjgen.jvp(slope)(x, x_dot=0.0)[1] == 0.0
    for limit in limits:
        tangent = adjgen.jvp(slope)
        slope = adjgen.grad(slope)
        assert_close(slope(x), limit)
        assert_close(tangent(x, x_dot=1.0)[1], limit)


NORMS = {
    "root": "return math.sqrt(x * x + y * y)",
    "power": "return (x**2 + y**2) ** 0.5",
    "hypot": "return math.hypot(x, y)",
    "scaled": "r = math.sqrt(2.0 * x**4 + y * y / 3.0)\n    return r * x + math.exp(r)",
    "loop": "s = 0.0\n    for i in range(3):\n        s = s + (x * i) ** 2 + y * y\n    return math.sqrt(s)",
    "branch": "s = x * x if y > 1.0 else x**2 + y**2\n    return math.sqrt(s)",
    "sum": "return math.sqrt(sum([x * x, y * y]))",
}


@pytest.mark.parametrize("name", NORMS)
def test_a_norm_has_the_slope_zero_at_the_origin(name, tmp_path):
    import adjgen

    f = load(tmp_path, name, NORMS[name], ["x", "y"])
    assert adjgen.grad(f)(0.0, 0.0) == (0.0, 0.0)
    assert adjgen.vjp(f)(0.0, 0.0)[1] == (0.0, 0.0)
    assert adjgen.jvp(f)(0.0, 0.0, x_dot=1.0, y_dot=-2.0)[1] == 0.0
    assert adjgen.grad(adjgen.grad(f, wrt="x"), wrt="x")(0.0, 0.0) == 0.0


SET_LATE = """s = x
    if x >= 0.5:
        for k in range(1, 4):
            w = y
            for i in range(k):
                if i > 0:
                    s = math.cos(b)
                if up:
                    continue
                b = (z - s) * 0.5
            pair = (math.floor(y) / (1.0 + abs(math.floor(y))), w % (math.exp(-abs(math.sin(y))) + 0.1))
    return math.log1p(s or z)"""


def test_a_tape_of_a_name_that_has_no_value_at_first(tmp_path):
    """Unrolled, its first item was taken for code that is never reached."""
    import adjgen

    f = load(tmp_path, "set_late", SET_LATE, ["x", "y", "z", "up: bool"])
    slope, step = adjgen.grad(f, wrt="z"), 1e-5
    for x in (0.1, 1.4):
        low, high = (slope(x, -1.3, -0.1 + h, False) for h in (-step, step))
        found = adjgen.grad(slope, wrt="z")(x, -1.3, -0.1, False)
        assert abs(found - (high - low) / (2.0 * step)) < 1e-8


def test_the_mixed_derivative_of_a_power_at_the_exponent_zero(tmp_path):
    """x**n by x is 0 at n = 0, but by n as well it is 1 / x."""
    import adjgen

    f = load(tmp_path, "to_the", "return x**n", ["x", "n"])
    for wrt in (("x", "n"), ("n", "x")):
        assert adjgen.grad(adjgen.grad(f, wrt[0]), wrt[1])(2.0, 0.0) == 0.5
    own = load(tmp_path, "shifted", "return (2.0 + x) ** x", ["x"])
    assert_close(adjgen.grad(adjgen.grad(own))(0.0), math.log(2.0) ** 2 + 1.0)


CLAMPED = {  # at the edge of a domain, behind a choice: what is chosen does not vary, whatever its derivative
    "max(x, 0.0) ** 0.5 * x + x * x": 2.0,
    "x * math.sqrt(max(x, 0.0)) + x * x": 2.0,
    "x * math.acos(max(x, 1.0)) + x * x": 2.0,
    "math.sqrt(max(x, 0.0) + math.sqrt(max(x, 0.0))) * x - x * x": -2.0,
    "x * math.acosh(max(x, 1.0))": 0.0,
}


@pytest.mark.parametrize("formula", CLAMPED)
def test_an_infinite_partial_that_meets_zero_in_the_second_derivative(tmp_path, formula):
    import adjgen

    f = load(tmp_path, "clamped", f"return {formula}", ["x"])
    along = adjgen.jvp(adjgen.jvp(f))(-1.3, x_dot=1.0, x_dot_=1.0)
    second = [adjgen.grad(adjgen.grad(f))(-1.3), adjgen.hessian(f)(-1.3), along[1][1]]
    second.append(adjgen.jvp(adjgen.grad(f))(-1.3, x_dot=1.0)[1])
    assert second == [CLAMPED[formula]] * 4
