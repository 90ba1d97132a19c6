"""Checkpointed loops: the same derivatives from 2 * sqrt(n) states, and where that is refused."""

import copy
import math
import sys
import textwrap
import tracemalloc

import pytest
import random_programs

import adjgen
from adjgen.diagnostics import UnsupportedError
from adjgen.pipeline import Options, generate
from adjgen.read.source import find, read_text
from tests.compare import assert_close

LOGISTIC = """
    def f(x, r, n: int):
        # adjgen: checkpoint
        for _ in range(n):
            x = r * x * (1.0 - x)
        return x
"""
HEAT = """
    def f(u, k: float, n: int):
        u = u.copy()
        # adjgen: checkpoint
        for step in range(2, n):
            for i in range(1, len(u) - 1):
                u[i] = u[i] + k * step * (u[i - 1] - 2.0 * u[i] + u[i + 1]) * u[i]
        return sum(u) * u[1]
"""
HORNER = """
    def f(c, t: float):
        s = 0.0
        # adjgen: checkpoint
        for a in c:
            s = s * t + a
        return s
"""
BRANCHES = """
    def f(x, r, n: int):
        seen = 0
        # adjgen: checkpoint
        for k in range(n, 0, -1):
            if x > 0.5:
                x = r * x * (1.0 - x)
                seen += 1
            else:
                x = x + r * x * x / k
        return x * seen
"""
SUM = """
    def f(x, r, n: int):
        s = 0.0
        # adjgen: checkpoint
        for i in range(n):
            x = x * r - x * x * x
            s = s + x * x
        return s
"""
FILLED = """
    def f(x, r, n: int):
        kept = [0.0] * n
        # adjgen: checkpoint
        for i in range(n):
            x = x * r - x * x * x
            kept[i] = x * x
        return sum(kept)
"""
CASES = {
    "a sum, not the last state": (SUM, lambda n: (0.3, 1.1, n)),
    "a list of states": (FILLED, lambda n: (0.3, 1.1, n)),
    "logistic": (LOGISTIC, lambda n: (0.3, 2.7, n)),
    "heat": (HEAT, lambda n: ([0.1, 0.5, 0.2, 0.9, 0.3], 0.01, n)),
    "horner": (HORNER, lambda n: ([0.5 - 0.1 * k for k in range(n)], 0.75)),
    "branches": (BRANCHES, lambda n: (0.3, 1.7, n)),
}


def made(text, **options):
    """The functions that are generated of the function `f` of a text, and the source."""
    file = read_text(textwrap.dedent(text), "a.py")
    found = generate([find(file, "f")], Options(formatted=False, **options))
    assert not found.refused, found.refused
    space = {}
    exec(compile(found.source, "made", "exec"), space)
    return space, found.source


def plain(text):
    """The same without the comment."""
    return made(text.replace("# adjgen: checkpoint", "# a loop"))[0]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 8, 9, 10, 30])
@pytest.mark.parametrize("name", CASES)
def test_gives_the_same_value_and_gradient(name, n):
    text, arguments = CASES[name]
    (one, source), other = made(text), plain(text)
    assert "isqrt" in source
    args = arguments(n)
    value, grads = one["f_value_and_grad"](*args)
    wanted, expected = other["f_value_and_grad"](*args)
    assert value == wanted == one["f"](*args)
    assert_close(grads, expected, 1e-14)
    assert_close(one["f_vjp"](*args, bar=2.0), other["f_vjp"](*args, bar=2.0), 1e-14)


def test_the_value_and_the_forward_sweep_stay_plain_loops():
    _, source = made(LOGISTIC)
    assert "isqrt" not in source.split("def f_vjp")[0].split("def f(")[1]


def most_kept(function, args):
    """The largest number of different states in the lists of a call, looked at after every line."""
    most = 0

    def look(frame, event, _):
        nonlocal most
        lists = [v for name, v in frame.f_locals.items() if "tape" in name]
        kept = {id(x[-1] if isinstance(x, tuple) else x) for one in lists for x in one}
        most = max(most, len(kept))
        return look

    sys.settrace(look)
    try:
        function(*args)
    finally:
        sys.settrace(None)
    return most


@pytest.mark.parametrize("n", [1, 2, 3, 5, 15, 16, 17, 24, 63, 64, 65, 143])
def test_keeps_at_most_two_roots_of_n_states(n):
    space, _ = made(LOGISTIC)
    assert most_kept(space["f_value_and_grad"], (0.3, 3.9, n)) <= 2 * math.sqrt(n)
    assert most_kept(plain(LOGISTIC)["f_value_and_grad"], (0.3, 3.9, n)) == n


def test_takes_little_memory():
    def peak(function):
        tracemalloc.start()
        try:
            function(0.3, 3.6, 20_000)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    kept, all_kept = (peak(f["f_value_and_grad"]) for f in (made(LOGISTIC)[0], plain(LOGISTIC)))
    assert kept < 100_000 < 2_000_000 < all_kept


def test_keeps_nothing_where_each_turn_can_be_computed_again():
    space, source = made("""
        def f(x):
            import math
            s = 0.0
            # adjgen: checkpoint
            for v in x:
                s += math.exp(v) * math.sin(v)
            return math.sqrt(s)
    """)
    assert "tape" not in source and "isqrt(" not in source
    _, (slope, _) = space["f_value_and_grad"]([0.5, 0.25])
    s = math.exp(0.5) * math.sin(0.5) + math.exp(0.25) * math.sin(0.25)
    wanted = math.exp(0.5) * (math.sin(0.5) + math.cos(0.5)) / (2.0 * math.sqrt(s))
    assert_close(slope, wanted, 1e-14)


def test_a_fused_loop_needs_no_checkpoints():
    _, source = made("""
        def f(x):
            import math
            s = 0.0
            # adjgen: checkpoint
            for v in x:
                s += math.exp(v)
            return s
    """)
    gradient = source.split("def f_value_and_grad")[1]
    assert gradient.count("exp(") == 1 and "tape" not in gradient


def spring(x, v, n: int = 30):
    # adjgen: checkpoint
    for _ in range(n):
        v = v - 0.05 * math.sin(x)
        x = x + 0.05 * v
    return x * v


def spring_plain(x, v, n: int = 30):
    for _ in range(n):
        v = v - 0.05 * math.sin(x)
        x = x + 0.05 * v
    return x * v


def test_second_derivatives():
    for first in ("x", "v"):
        for second in ("x", "v"):
            one = adjgen.grad(adjgen.grad(spring, wrt=first), wrt=second)(0.5, 0.1)
            other = adjgen.grad(adjgen.grad(spring_plain, wrt=first), wrt=second)(0.5, 0.1)
            assert_close(one, other, 1e-12)
    forward = adjgen.jvp(adjgen.grad(spring, wrt="x"), wrt="v")(0.5, 0.1, v_dot=1.0)
    wanted = adjgen.jvp(adjgen.grad(spring_plain, wrt="x"), wrt="v")(0.5, 0.1, v_dot=1.0)
    assert_close(forward, wanted, 1e-12)


def test_the_option_is_a_comment_above_every_loop_that_is_long_enough():
    text = LOGISTIC.replace("# adjgen: checkpoint", "# a loop")
    space, source = made(text, checkpoint=50)
    assert "--checkpoint 50" in source and "turns < 50" in source
    for n in (0, 1, 49, 50, 80):
        ours, wanted = (s["f_value_and_grad"](0.3, 2.7, n) for s in (space, plain(LOGISTIC)))
        assert_close(ours, wanted, 1e-14)
    assert most_kept(space["f_value_and_grad"], (0.3, 3.6, 64)) <= 16


def test_the_option_leaves_other_loops_alone():
    _, source = made(
        """
        def f(x, n: int):
            while x < n:
                x = x * x
            for k in range(n):
                print(k)
                x = x * x
            return x
        """,
        checkpoint=1,
    )
    assert "isqrt" not in source


LOUD = """
    def show(x):
        print(x)
        return 2.0

    def f(x, n: int):
        # adjgen: checkpoint
        for k in range(n):
            x = x * show(k) * x
        return x
"""
TRIED = """
    def f(x, n: int):
        try:
            y = x
            # adjgen: checkpoint
            for k in range(n):
                y = y - 1.0 / y
        except ZeroDivisionError:
            return 0.0 * x
        return y
"""
REFUSED = [
    (TRIED, "ADJ408", "inside `try`"),
    (LOUD, "ADJ408", "side effects"),
    (LOGISTIC.replace("x = r", "print(x)\n            x = r"), "ADJ408", "side effects"),
    (LOGISTIC.replace("for _ in range(n):", "while x < n:"), "ADJ408", "while"),
    (LOGISTIC.replace("x = r", "if x > 3.0: break\n            x = r"), "ADJ408", "may end"),
    (LOGISTIC.replace("range(n):", "zip(r, r[1:]):").replace("= r *", "= _[0] * _[1] *"), "ADJ408", "one range"),
    (LOGISTIC.replace(": checkpoint", ": chekpoint"), "ADJ606", "says nothing"),
    (LOGISTIC.replace("return x", "# adjgen: checkpoint\n        return x"), "ADJ606", "not above"),
    (LOGISTIC.replace("(n):", "(n):  # adjgen: checkpoint"), "ADJ606", "not above"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "word"), REFUSED)
def test_refused(text, code, word):
    file = read_text(textwrap.dedent(text), "a.py")
    found = generate([find(file, "f")], Options(formatted=False))
    (problem,) = found.refused["f"]
    assert problem.code == code and word in problem.what, problem
    assert problem.text.strip()


def test_a_live_function_is_refused_with_its_line():
    def loud(x):
        # adjgen: checkpoint
        for k in range(3):
            print(k)
            x = x * x
        return x

    with pytest.raises(UnsupportedError, match="ADJ408"):
        adjgen.grad(loud)


def called(functions, point):
    """What f_vjp gives at a point, or the exception."""
    try:
        return functions["f_vjp"](**copy.deepcopy(point))
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("seed", [*range(24), 792])
def test_random_programs_whose_loops_are_all_checkpointed(seed, capsys):
    program = random_programs.program(seed)
    definitions = [find(read_text(program.text, "a.py"), "f")]
    found = []
    for fewest in (0, 2):
        made = generate(definitions, Options(formatted=False, checkpoint=fewest))
        if made.refused:
            return
        functions = {}
        exec(compile(made.source, "made", "exec"), functions)
        found.append([called(functions, point) for point in program.points])
    for one, other in zip(*found):
        if isinstance(one[0], type):
            assert one == other
        else:
            assert_close(other, one, 1e-9)
