"""Strategies of one derivative: all compute the same, the cheapest is taken, the header says which one."""

import inspect
import json
import random
from math import acos, asinh, isclose, isinf, sqrt, tanh

import pytest
from counted_functions import chebyshev, matrices, nested, product_of_all, reprojection
from oracle import leaves

import adjgen
from adjgen import __main__  # noqa: F401
from adjgen.pipeline import STRATEGIES

TEN = [0.5 + 0.1 * k for k in range(10)]
STEPS = (
    "{v} = {a} * {b}", "{v} = {a} + sin({b})", "{v} = {a} / (1.5 + {b} * {b})", "{v} = {a} - {b}",
    "{v} = exp(-{a} * {a})", "{v} = sqrt(1.0 + {a} * {a}) * {b}", "{v} = tanh({a}) * 2.0",
    "{v} = {a} * {a}", "{v} = 0.5 * {a}", "{v} = modf({a} * 3.0)[0] + {b}",
)  # fmt: skip


def straight(seed):
    """A random straight-line function with n inputs and m outputs."""
    rng = random.Random(seed)
    names = ["x", "y", "z"][: rng.randint(1, 3)]
    lines = [f"def f({', '.join(names)}):"]
    known = list(names)
    for k in range(rng.randint(3, 14)):
        a, b = rng.choice(known[-4:]), rng.choice(known)
        lines.append("    " + rng.choice(STEPS).format(v=f"v{k}", a=a, b=b))
        known.append(f"v{k}")
    results = [known[-1], *rng.sample(known, rng.randint(0, 2))]
    lines.append(f"    return {', '.join(results)}")
    return "from math import exp, modf, sin, sqrt, tanh\n\n\n" + "\n".join([*lines, ""]), names


def functions_of(text, **options):
    space = {}
    exec(adjgen.generate(text, mode="jacobian", formatted=False, **options).source, space)
    return space["f_value_and_jacobian"]


@pytest.mark.parametrize("seed", range(40))
def test_all_strategies_compute_the_same(seed):
    text, names = straight(seed)
    point = [0.3 + 0.4 * k for k in range(len(names))]
    try:
        first = leaves(functions_of(text, strategy="reverse")(*point))
    except adjgen.UnsupportedError as error:
        assert "no influence" in str(error) or "does not depend" in str(error) or error.diagnostics
        return
    for name in STRATEGIES:
        for options in ({}, {"allow_cancel": True}):
            found = leaves(functions_of(text, strategy=name, **options)(*point))
            close = [isclose(a, b, rel_tol=1e-11, abs_tol=1e-13) for a, b in zip(found, first)]
            assert all(close) and len(found) == len(first), name


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize(
    ("function", "args"), [(nested, (0.1,)), (chebyshev, (0.3,)), (product_of_all, (TEN,))]
)
def test_gradients_by_each_strategy(function, args, name):
    plain = adjgen.value_and_grad(function, unroll=0, strategy="reverse")(*args)
    for unroll in (None, 0, 64):
        found = adjgen.value_and_grad(function, strategy=name, unroll=unroll)(*args)
        assert found[0] == plain[0] == function(*args)
        assert all(isclose(a, b, rel_tol=1e-12) for a, b in zip(leaves(found), leaves(plain)))


def test_a_strategy_that_does_not_apply_is_not_taken():
    source = adjgen.generate(product_of_all, mode="reverse", strategy="markowitz").source
    assert "Strategy" not in source and "--strategy markowitz" in source


def test_the_header_says_which_one():
    source = adjgen.generate(matrices, mode="jacobian", strategy="markowitz-last").source
    assert "Strategy: vertex elimination (markowitz-last)." in source
    assert "Strategy: reverse sweep, loops unrolled." in adjgen.generate(chebyshev).source
    assert "Strategy" not in adjgen.generate(chebyshev, unroll=0, strategy="reverse").source


def test_guarded_partials_are_left_to_sweeps():
    """sqrt at 0: no product of partials is formed that no sweep forms, unless the function divides by it."""

    def scaled(x, y):
        r = sqrt(x * x + y * y)
        return r * x, r * y

    found = adjgen.generate(scaled, mode="jacobian", strategy="markowitz").source
    assert "Strategy: vertex" not in found
    found = adjgen.generate(reprojection, mode="jacobian", strategy="markowitz").source
    assert "Strategy: vertex elimination (markowitz)" in found


def test_the_derivative_at_a_pole_is_the_limit_by_each_strategy():
    text = "from math import sqrt\n\n\ndef f(x, y):\n    return sqrt(x) * y, x * y\n"
    for name in STRATEGIES:
        (_, ((by_x, by_y), _)) = functions_of(text, strategy=name)(0.0, 2.0)
        assert isinf(by_x) and by_y == 0.0


@pytest.mark.parametrize(
    ("options", "error"),
    [({"strategy": "best"}, "strategy is"), ({"unroll": -1}, "unroll is"), ({"unroll": 2.0}, "unroll is")],
)  # fmt: skip
def test_options_that_do_not_exist(options, error):
    with pytest.raises(ValueError, match=error):
        adjgen.grad(chebyshev, **options)


def test_factors_cancel_only_when_that_is_allowed():
    def f(x):
        a = x * x
        return a / x * x

    plain, cancelled = adjgen.grad(f), adjgen.grad(f, allow_cancel=True)
    assert isclose(plain(1.3), 2.6) and isclose(cancelled(1.3), 2.6)
    assert inspect.getsource(cancelled).count("/") < inspect.getsource(plain).count("/") or (
        "/" not in inspect.getsource(cancelled)
    )


def test_ops_shows_all_strategies(tmp_path):
    from click.testing import CliRunner

    from adjgen.cli import main

    path = tmp_path / "source.py"
    path.write_text(inspect.getsource(chebyshev).replace("chebyshev", "f"))
    done = CliRunner().invoke(main, ["ops", f"{path}::f", "--no-sympy", "--format", "json"])
    (found,) = json.loads(done.stdout).values()
    totals = {name: row["total"] for name, row in found["strategies"].items()}
    assert totals["reverse sweep"] == 66 and totals["reverse sweep, loops unrolled"] == 51
    assert found["value_and_grad"]["total"] == min(totals.values()) and len(totals) == 6


def test_the_command_line_has_the_options(tmp_path):
    from click.testing import CliRunner

    from adjgen.cli import main

    path = tmp_path / "source.py"
    path.write_text("from math import exp, sqrt\n\n\n" + inspect.getsource(nested))
    words = ["generate", f"{path}::nested", "--mode", "reverse", "--allow-cancel", "--unroll", "4"]
    done = CliRunner().invoke(main, [*words, "--strategy", "forward"])
    assert done.exit_code == 0 and "value and gradient 25" in done.stdout
    assert "--strategy forward --unroll 4 --allow-cancel" in done.stdout


def test_a_name_that_carried_code_may_bind_is_asked_for_in_each_turn():
    def f(x):
        for _ in range(2):
            try:
                count = ["a", "c"].index(0.5)
            except ValueError:
                pass
            tanh(count)
        return x

    with pytest.raises(UnboundLocalError, match="'count'"):
        adjgen.grad(f)(1.0)


def test_a_loop_without_turns_leaves_a_name_that_carried_code_may_bind():
    def f(x, y):
        for count in range(0):  # noqa: B007
            pass
        try:
            count = 6 // 4
        except ZeroDivisionError:
            pass
        return x * y * count

    assert adjgen.value_and_grad(f)(1.5, 0.5) == (0.75, (0.5, 1.5))


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (lambda x: x * x / (1.0 + sqrt(x)), 0.0, 0.0),
        (lambda x: acos(x) * (1.0 - x) * 2.0, 1.0, 0.0),
        (lambda x: x**1.5 / (1.0 + x**0.5), 0.0, 0.0),
    ],
)
def test_no_infinite_partial_meets_a_zero_by_itself(f, x, slope):
    """A forward sweep multiplies an infinite partial by a zero tangent, a reverse sweep need not."""
    assert adjgen.grad(f)(x) == slope
    assert adjgen.value_and_jacobian(f)(x)[1] == slope


def powers(x):
    total = 1
    for i in range(1, 6):
        total *= i
        x = x + x**i / total
    return x


def test_powers_of_unrolled_loops_overflow_as_powers_do():
    with pytest.raises(OverflowError):
        powers(1e200)
    with pytest.raises(OverflowError):
        adjgen.value_and_grad(powers)(1e200)


def test_gradients_of_whole_numbers_are_floats():
    for x in (3, True):
        slope = adjgen.grad(lambda x: 0.5 * x**2)(x)
        assert type(slope) is float and slope == x


def test_second_derivative_of_a_sum_behind_a_loop():
    """asinh(0.95 x): each of the two terms of its derivative is divided twice by the same root."""

    def f(x, n: int):
        u = x
        for _ in range(n):
            x = x * 0.5
        return asinh(0.7 * u + 0.5 * x)

    found = adjgen.grad(adjgen.grad(f, wrt="x"), wrt="x")(1.5, 1)
    assert isclose(found, -(0.95**3) * 1.5 / (1.0 + (0.95 * 1.5) ** 2) ** 1.5, rel_tol=1e-12)
