"""The oracle before it judges: its partials and its chain rule against differences of 50-digit values."""

import contextlib
import copy
import io
import math
import subprocess
import sys

import judge
import oracle
import pytest
import random_programs
from oracle import MP
from test_random_programs import COUNT

STEP = MP.mpf(10) ** -20
POINTS = {"acosh": 1.7, "log": 1.3, "gamma": 2.3, "lgamma": 0.6}
RULES = oracle.RULES | {"log": oracle.LOG}


@pytest.mark.parametrize("name", sorted(RULES))
def test_partials_are_differences_of_the_function(name):
    rule = RULES[name]
    xs = [MP.mpf(POINTS.get(name, 0.37)), MP.mpf("0.81")][: 2 if name == "atan2" else 1]
    assert math.isclose(
        float(rule.function(*xs)), getattr(math, name)(*map(float, xs)), rel_tol=1e-13
    )
    for k, partial in enumerate(rule.partials(*xs)):
        sides = [rule.function(*xs[:k], xs[k] + step, *xs[k + 1 :]) for step in (STEP, -STEP)]
        assert abs((sides[0] - sides[1]) / (2 * STEP) - partial) < 1e-27 * (1 + abs(partial))


def test_every_function_of_math_is_stood_in_for():
    takes_reals = {
        "ceil", "copysign", "dist", "fabs", "floor", "fmod", "fsum", "hypot", "isfinite", "isinf",
        "isnan", "ldexp", "log", "modf", "pow", "prod", "remainder", "trunc",
    }  # fmt: skip
    discrete = {
        "comb", "factorial", "frexp", "gcd", "isclose", "isqrt", "lcm", "nextafter", "perm", "ulp",
        "fma", "sumprod", "fmax", "fmin", "signbit", "isnormal", "issubnormal", "integer",
    }  # fmt: skip
    functions = {name for name, value in vars(math).items() if callable(value) and name[0] != "_"}
    assert functions - discrete - takes_reals <= set(RULES)
    for name in takes_reals:
        assert getattr(oracle.MATH, name) is not getattr(math, name)


def judged(seed, **options):
    """Yield (arguments, judgement, program) of the points of a program that can be judged."""
    program = random_programs.program(seed)
    names = {}
    exec(program.text, names)
    for at in program.points:
        if judge.outcome(names["f"], at).error:
            continue
        with contextlib.suppress(oracle.NotJudged, ArithmeticError, ValueError):
            yield at, oracle.differentiate(program.text, "f", at, program.wrt, **options), program


def shifted(program, at, name, step, order=1):
    """Return the judgement with one input of the exact values moved."""
    return oracle.differentiate(program.text, "f", at, program.wrt, order, True, {name: step})


def inputs(program, at):
    """Return the numbers among the arguments that are differentiated by."""
    return [place for name in program.wrt for place in oracle.places(name, at[name])]


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_first_derivatives_are_differences_of_the_values(first):
    compared = 0
    for seed in range(first, first + 50):
        for at, found, program in judged(seed, exact=True):
            for name in inputs(program, at) if not found.ties else ():
                sides = [shifted(program, at, name, step).exact for step in (STEP, -STEP)]
                for k, (above, below) in enumerate(zip(*sides, strict=True)):
                    d, size = found.first[k][name]
                    assert abs(d) <= size * (1 + MP.mpf(10) ** -40)
                    assert abs((above - below) / (2 * STEP) - d) <= 1e-15 * (1 + size), (seed, at)
                    compared += 1
    assert compared > 100


def test_second_derivatives_are_differences_of_the_first():
    compared = 0
    for seed in range(60):
        for at, found, program in judged(seed, exact=True, order=2):
            for name in inputs(program, at) if not found.ties else ():
                sides = [shifted(program, at, name, step).first for step in (STEP, -STEP)]
                for k, (above, below) in enumerate(zip(*sides, strict=True)):
                    for other in inputs(program, at):
                        d, size = found.second[k][other, name]
                        difference = (above[other][0] - below[other][0]) / (2 * STEP)
                        assert abs(difference - d) <= 1e-12 * (1 + size), (seed, at)
                        compared += 1
    assert compared > 100


def test_values_and_branches_are_those_of_the_program():
    for seed in range(100):
        for at, found, program in judged(seed):
            names = {}
            exec(program.text, names)
            with contextlib.redirect_stdout(io.StringIO()):
                value = names["f"](**copy.deepcopy(at))
            assert repr(found.values) == repr(oracle.leaves(value)), seed


def test_partials_at_floats_and_at_50_digits_agree():
    for seed in range(100):
        pairs = zip(judged(seed), judged(seed, exact=True), strict=True)
        for (_, at_floats, _), (_, exact, _) in pairs:
            for a, b in zip(at_floats.first, exact.first, strict=True):
                assert all(abs(a[n][0] - b[n][0]) <= 1e-9 * (1 + a[n][1]) for n in a), seed


def first(text, **arguments):
    """Return the derivatives of the function f in a text as floats."""
    found = oracle.differentiate(text, "f", arguments, list(arguments))
    return [float(found.first[0][name][0]) for name in arguments]


def test_ties_share_equally_and_abs_has_slope_zero_at_zero():
    assert first("def f(x, y): return max(x, y)", x=1.0, y=1.0) == [0.5, 0.5]
    assert first("def f(x, y, z): return min(x, y, 2.0, z)", x=1.0, y=1.0, z=1.0) == [1 / 3] * 3
    assert first("def f(x): return max(x, 0.0)", x=0.0) == [0.5]
    assert first("def f(x): return abs(x)", x=-0.0) == [0.0]


def test_remainders_are_not_judged_at_their_jumps():
    with pytest.raises(oracle.NotJudged):
        first("def f(x): return x % 0.5", x=1.0)
    assert first("def f(x, y): return x % y", x=-7.3, y=2.0) == [1.0, 4.0]
    assert first("import math\ndef f(x, y): return math.fmod(x, y)", x=-7.3, y=2.0) == [1.0, 3.0]
    assert first("import math\ndef f(x, y): return math.remainder(x, y)", x=7.9, y=3.0) == [
        1.0,
        -3.0,
    ]


def test_programs_are_the_same_under_every_hash_seed():
    command = [sys.executable, random_programs.__file__, "--show", "159"]
    texts = [
        subprocess.run(
            command, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert texts[0] == texts[1] and b"def f(" in texts[0]


def test_programs_use_the_whole_grammar():
    texts = "\n".join(random_programs.program(seed).text for seed in range(COUNT))
    for word in [
        "elif", "else:", "while", "for", "break", "continue", "return", ":=", " if ", " and ", " or ",
        "not ", "assert", "raise", "print", "pass", "//", "%", "**", "+=", "-=", "*=", "/=", "<=",
        "True", "import", "from math import *", "hypot", "atan2", "divmod", "modf", "max(", "min(",
        "abs(", "sum(", "round(", "int(", ": float = ", ", *, ", "mode == 'a'", "depth - 1",
        "del ", "try:", "except ZeroDivisionError as", "finally:", "lambda u", "*pair", "raise KeyError(",
        "pass", "def inner(", " k_=",
    ]:  # fmt: skip
        assert word in texts, word
