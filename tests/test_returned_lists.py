"""Functions that return lists: what generate writes of them, and lists that only some paths write out."""

import textwrap

import pytest

import adjgen
from adjgen.pipeline import Options, generate
from adjgen.read.source import find, read_text

SCALED = """
    def f(x, y):
        made = [0.0] * 3
        for k in range(3):
            made[k] = x * y**k
        return made
"""
DISPLAY_ON_ONE_PATH = """
    def f(x, y):
        if y > 2.0:
            return [x * y, y, x]
        made = []
        for k in range(3):
            made.append(x * y**k)
        return made
"""
DISPLAYS_OF_TWO_LENGTHS = """
    def f(x, y):
        if y > 2.0:
            return [x * y, y]
        return [x, x * y, x * y * y]
"""


@pytest.mark.parametrize("text", [SCALED, DISPLAY_ON_ONE_PATH, DISPLAYS_OF_TWO_LENGTHS])
def test_a_list_has_a_vjp_and_a_jvp(text):
    made = generate([find(read_text(textwrap.dedent(text), "a.py"), "f")], Options(formatted=False))
    assert not made.refused and "value_and_grad" not in made.source
    space = {}
    exec(compile(made.source, "made", "exec"), space)
    value, (x_bar, y_bar) = space["f_vjp"](2.0, 1.5, bar=[1.0, 2.0, 4.0])
    assert value == [2.0, 3.0, 4.5]
    assert (x_bar, y_bar) == (1.0 + 2.0 * 1.5 + 4.0 * 2.25, 2.0 * 2.0 + 4.0 * 2.0 * 2.0 * 1.5)
    assert space["f_jvp"](2.0, 1.5, x_dot=1.0, y_dot=0.0) == (value, [1.0, 1.5, 2.25])


CHANGES_A_RESULT = """
    def g(depth, xs, ys):
        if depth <= 0:
            return xs, xs
        vs, other = g(depth - 1, ys, xs)
        vs[depth] *= 0.5
        return ys, ys

    def f(xs: list[float], ys: list[float]):
        g(2, ys, xs)
        return ys[1]
"""
RETURNS_ITS_LIST = """
    def f(xs: list[float], n: int):
        if n > 0:
            ys = f(xs, n - 1)
            ys[0] *= 0.5
        return xs
"""


@pytest.mark.parametrize("text", [CHANGES_A_RESULT, RETURNS_ITS_LIST])
def test_what_a_recursion_returns_is_not_changed(text):
    """What such a call returns may be one of the lists that it was given."""
    made = generate([find(read_text(textwrap.dedent(text), "a.py"), "f")], Options(formatted=False))
    (problem,) = made.refused["f"]
    assert problem.code == "ADJ407" and "another name of the same list" in problem.what


def test_the_tangent_of_a_repeated_list_of_constants_is_a_list():
    text = """
        def f(x):
            us = [min(v, w) for v, w in zip([1.0, 2.0], [3.0, 4.0])] * 2
            return us, x
    """
    found = find(read_text(textwrap.dedent(text), "a.py"), "f")
    space = {}
    exec(compile(generate([found], Options(formatted=False)).source, "made", "exec"), space)
    (value, x), (us_dot, x_dot) = space["f_jvp"](2.0, x_dot=1.0)
    assert (value, x) == ([1.0, 2.0, 1.0, 2.0], 2.0)
    assert (us_dot, x_dot) == ([0.0, 0.0, 0.0, 0.0], 1.0)


def walked(n, xs, x):
    return iter(xs) if n <= 0 else walked(n - 1, xs, x)


def test_an_object_that_a_recursion_returns_is_given_back():
    numbers, dot = adjgen.jvp(lambda x, n: walked(n, (1.0, 2.0), x), "x")(1.5, 2, x_dot=1.0)
    assert [*numbers] == [1.0, 2.0] and dot == 0.0
