"""Loops and their adjoints: fused where no turn waits for another, walked forwards, and what they keep."""

import ast
import math
import textwrap

import pytest

import adjgen
from adjgen.pipeline import Options, generate
from adjgen.read.source import find, read_text
from tests.compare import assert_close


def made(text, name="f", **options):
    """The functions that are generated of a text, and the text of its gradient."""
    file = read_text(textwrap.dedent(text), "a.py")
    found = generate([find(file, name)], Options(formatted=False, **options))
    assert not found.refused, found.refused
    space = {}
    exec(compile(found.source, "made", "exec"), space)
    return space, found.source.split("_value_and_grad(")[-1]


def loops_in(source):
    """The number of loops of a function, comprehensions too."""
    tree = ast.parse("def f(" + source)
    return sum(isinstance(n, (ast.For, ast.While, ast.comprehension)) for n in ast.walk(tree))


def slope(f, args, k, i=None):
    """The central difference quotient by argument k, or by item i of it."""

    def at(step):
        moved = [list(a) if isinstance(a, list) else a for a in args]
        if i is None:
            moved[k] += step
        else:
            moved[k][i] += step
        return f(*moved)

    return (at(1e-6) - at(-1e-6)) / 2e-6


def check_gradient(space, args):
    """Value bit for bit, gradient by difference quotients."""
    value, grads = space["f_value_and_grad"](*args)
    assert value == space["f"](*args)
    active = [k for k, a in enumerate(args) if not isinstance(a, int)]
    grads = grads if len(active) > 1 else (grads,)
    for k, grad in zip(active, grads, strict=True):
        if isinstance(args[k], list):
            wanted = [slope(space["f"], args, k, i) for i in range(len(args[k]))]
            assert_close(list(grad), wanted, 1e-6, 1e-7)
        else:
            assert_close(grad, slope(space["f"], args, k), 1e-6, 1e-7)


X = [0.5, -1.25, 2.0, 0.75]
ONE_LOOP = {
    "rosenbrock": (
        """
        def f(x):
            total = 0.0
            for i in range(len(x) - 1):
                total = total + (1.0 - x[i]) ** 2 + 100.0 * (x[i + 1] - x[i] ** 2) ** 2
            return total
        """,
        (X,),
    ),
    "two sums": (
        """
        def f(x, a: float):
            from math import sin
            s = 0.0
            for v in x:
                s += sin(a * v) * v
            return s * 2.0
        """,
        (X, 1.5),
    ),
    "arms": (
        """
        def f(x, a: float):
            s = 0.0
            for v in x:
                if v > 0.6:
                    s += a * v * v
                else:
                    s -= v * a
            return s
        """,
        (X, 1.5),
    ),
    "leaves early": (
        """
        def f(x, t: float):
            s = 0.0
            for v in x:
                if v > t:
                    break
                s += v * v * t
            return s
        """,
        (X, 1.5),
    ),
    "while": (
        """
        def f(x):
            s = 0.0
            i = 0
            while i < len(x) - 1:
                s += x[i] * x[i] * x[i + 1]
                i += 1
            return s
        """,
        (X,),
    ),
    "zip": (
        """
        def f(x, y):
            s = 0.0
            for a, b in zip(x, y):
                s += a * b * b
            return s
        """,
        (X, [3.0, 2.0, 1.0]),
    ),
}


@pytest.mark.parametrize("name", ONE_LOOP)
def test_is_one_loop_without_tape(name):
    text, args = ONE_LOOP[name]
    space, source = made(text)
    check_gradient(space, args)
    assert loops_in(source) == 1, source
    assert "tape" not in source and "reversed" not in source, source


def test_nested_loops_are_fused_at_each_depth():
    space, source = made("""
        def f(x):
            s = 0.0
            for i in range(len(x)):
                for j in range(i):
                    s += x[i] * x[j] * x[j]
            return s
    """)
    check_gradient(space, (X,))
    assert loops_in(source) == 2 and "tape" not in source


def test_loops_in_arms_are_fused():
    space, source = made("""
        def f(x, a: float):
            from math import exp
            s = 0.0
            if a > 1.0:
                for v in x:
                    s += exp(a * v)
            else:
                for v in x:
                    s += a * v * v * v
            return s
    """)
    check_gradient(space, (X, 1.5))
    check_gradient(space, (X, 0.5))
    assert source.count("for v in x:\n") == 2 and "tape" not in source and "reversed" not in source


def test_two_loops_share_their_sums():
    space, source = made("""
        def f(x, a: float):
            from math import exp
            s = 0.0
            for i in range(len(x)):
                s += exp(x[i] * a)
            t = 0.0
            for i in range(len(x)):
                t += x[i] * x[i] * a
            return s + 2.0 * t
    """)
    check_gradient(space, (X, 0.5))
    assert loops_in(source) == 2 and "tape" not in source


def test_a_seed_that_needs_the_whole_sum_keeps_two_loops():
    space, source = made("""
        def f(x):
            from math import sqrt
            s = 0.0
            for v in x:
                s += v * v
            return sqrt(s)
    """)
    check_gradient(space, (X,))
    assert loops_in(source) == 2 and "reversed" not in source and "tape" not in source


def test_a_recurrence_keeps_its_tape():
    space, source = made("""
        def f(x, r, n: int):
            for _ in range(n):
                x = r * x * (1.0 - x)
            return x
    """)
    check_gradient(space, (0.3, 3.7, 7))
    assert "reversed(tape)" in source


def test_a_return_in_the_loop():
    space, _ = made("""
        def f(x, t: float):
            s = 0.0
            for v in x:
                if v > t:
                    return s * t
                s += v * v * t
            return s
    """)
    check_gradient(space, (X, 1.5))
    check_gradient(space, (X, 3.5))


def test_a_sum_that_is_read_in_the_loop_is_a_recurrence():
    space, _ = made("""
        def f(x):
            s = 0.0
            for v in x:
                s += v * s + v * v
            return s
    """)
    check_gradient(space, (X,))


def test_a_list_that_changes_is_not_read_after_its_change():
    space, _ = made("""
        def f(x):
            y = x.copy()
            s = 0.0
            for i in range(len(x) - 1):
                s += y[i] * y[i + 1]
                y[i + 1] = y[i] * x[i + 1]
            return s
    """)
    check_gradient(space, (X,))


def test_comprehensions_stay_comprehensions():
    space, source = made("""
        def f(x, a: float):
            y = [a * v for v in x]
            return sum([v * v for v in y])
    """)
    check_gradient(space, (X, 1.5))
    assert "sum([v * v for v in y])" in source and ".append(" not in source.split("a_bar = 0.0")[0]


def test_the_lists_of_a_comprehension_are_read_before_they_change():
    space, source = made("""
        def f(x):
            y = x.copy()
            s = sum([v * y[0] for v in x])
            y[0] = 7.0 * x[1]
            return s * y[0]
    """)
    assert space["f"](X) == sum([v * X[0] for v in X]) * (7.0 * X[1])
    check_gradient(space, (X,))


def test_names_in_a_comprehension_shadow_nothing():
    space, _ = made("""
        def f(x, v: float):
            w = [u * v for u in x]
            z = [u + w[k] for k, u in enumerate(x)]
            return sum([a * v for a in z]) + v
    """)
    check_gradient(space, (X, 1.5))


def test_an_infinite_partial_of_one_turn_stays_in_its_turn():
    space, _ = made("""
        def f(x):
            from math import sqrt
            s = 0.0
            for v in x:
                s += sqrt(v)
            return s
    """)
    value, grads = space["f_value_and_grad"]([4.0, 0.0])
    assert value == 2.0 and grads == [0.25, math.inf]


def test_effects_happen_once_and_in_order(capsys):
    space, source = made("""
        def f(x):
            s = 0.0
            for v in x:
                print("turn")
                s += v * v * v
            return s
    """)
    space["f_value_and_grad"]([1.0, 2.0])
    assert capsys.readouterr().out == "turn\nturn\n"
    assert loops_in(source) == 1


def test_no_turns_no_gradient():
    space, _ = made(ONE_LOOP["arms"][0])
    assert space["f_value_and_grad"]([], 2.0) == (0.0, ([], 0.0))


def cosine(x, y, *, z):
    q = y
    for k in range(3):
        if k and y:
            z = math.cos(q)
        q = x
    return math.tanh(z)


def test_a_comprehension_walks_a_tape_of_pairs():
    """A second derivative did: the names of a pair had no place."""
    slope = adjgen.grad(adjgen.grad(cosine, wrt="x"), wrt="x")
    step = 1e-5
    once = adjgen.grad(cosine, wrt="x")
    wanted = (once(0.4 + step, 1.0, z=0.3) - once(0.4 - step, 1.0, z=0.3)) / (2 * step)
    assert_close(slope(0.4, 1.0, z=0.3), wanted, 1e-7)
    assert adjgen.grad(once, wrt="z")(0.4, 1.0, z=0.3) == 0.0
