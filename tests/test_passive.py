"""The comment `# adjgen: passive`: what it cuts, and where it would cut nothing and is refused."""

import textwrap

import pytest

from adjgen.pipeline import Options, generate
from adjgen.read.source import find, read_text


def generated(text):
    """What is generated of the function `f` of a text."""
    file = read_text(textwrap.dedent(text), "a.py")
    return generate([find(file, "f")], Options(formatted=False))


def gradient(text, *args):
    """The gradient of the function `f` of a text."""
    space = {}
    exec(compile(generated(text).source, "made", "exec"), space)
    return space["f_value_and_grad"](*args)[1]


CUT = [
    ("z = x * y  # adjgen: passive\n    return z + x", (1.0, 0.0)),
    ("z = (x *  # adjgen: passive\n        y)\n    return z + x", (1.0, 0.0)),
    ("z = (x\n        # adjgen: passive\n        * y)\n    return z + x", (1.0, 0.0)),
    ("z = (\n        x * y\n    )  # adjgen: passive\n    return z + x", (1.0, 0.0)),
    ("z: float = x * y  # adjgen: passive\n    return z + x", (1.0, 0.0)),
    ("z = x\n    z += y  # adjgen: passive\n    return z + x", (1.0, 0.0)),
    ("a, b = x, y  # adjgen: passive\n    return a * b + y", (0.0, 1.0)),
    ("if x > 0: x = y  # adjgen: passive\n    return x + y", (0.0, 1.0)),
    ("if x > 0: return x * y  # adjgen: passive\n    return x", (0.0, 0.0)),
    ("if x > 9: return x * y  # adjgen: passive\n    return x * y", (3.0, 2.0)),
    ("return (x\n        * y)  # adjgen: passive", (0.0, 0.0)),
]


@pytest.mark.parametrize(("body", "expected"), CUT)
def test_cuts(body, expected):
    assert gradient(f"def f(x, y):\n    {body}\n", 2.0, 3.0) == expected


NOTHING = [
    ("def f(x):\n    if x > 0:  # adjgen: passive\n        return x\n    return x", 2),
    ("def f(x):\n    for k in range(3):  # adjgen: passive\n        x = x * k\n    return x", 2),
    ("def f(x):\n    while x > 9:  # adjgen: passive\n        x = x / 2\n    return x", 2),
    ("def f(x):\n    # adjgen: passive\n    y = x\n    return y", 2),
    ("def f(x):\n    print(x)  # adjgen: passive\n    return x", 2),
    ("def f(\n    x,  # adjgen: passive\n    y,\n):\n    return x * y", 2),
    ("f = lambda x: x * x  # adjgen: passive", 1),
    ("def f(x):\n    g = lambda y: x * y  # adjgen: passive\n    return g(x)", 2),
    ("def g(x):\n    pass  # adjgen: passive\n    return x\n\ndef f(x):\n    return g(x)", 2),
    ("def f(x):\n    é = x; pass  # é\n    pass; 'é'  # adjgen: passive\n    return é", 3),
]


@pytest.mark.parametrize(("text", "line"), NOTHING)
def test_is_refused_where_it_cuts_nothing(text, line):
    ((problem,),) = generated(text).refused.values()
    assert (problem.code, problem.line) == ("ADJ605", line)
    assert "adjgen.stop_gradient" in problem.why
    marked = problem.text[problem.col : problem.end_col]
    assert marked == "# adjgen: passive" or "lambda" in marked


ARRAY = """
    import numpy as np
    def f(x: np.ndarray):
        largest = np.max(x)  # adjgen: passive
        shifted = x - x[0]  # adjgen: passive
        return np.sum(x * shifted) + largest
    """


def test_arrays_are_cut():
    import numpy as np

    assert gradient(ARRAY, np.array([1.0, 3.0])).tolist() == [0.0, 2.0]


def test_what_is_cut_is_not_stored_into():
    """It may be the same array under another name, whose derivative is not cut."""
    stored = ARRAY.replace("return", "shifted[0] = x[1]\n        return")
    assert [p.code for problems in generated(stored).refused.values() for p in problems] == [
        "ADJ407"
    ]


ASKED = [
    "def f(x, y):\n    s = 0.0\n    for v in x:\n        s += v * v * y\n    if y in x:\n        s = s * 2\n    return s",
    "def f(x, y):\n    if 0.0 not in x:\n        return x[0] * y\n    return y",
]


@pytest.mark.parametrize("text", ASKED)
def test_a_list_that_is_asked_for_what_is_in_it_is_a_list(text):
    assert [type(part) for part in gradient(text, [2.0, 3.0], 2.0)] == [list, float]


def test_a_dict_that_is_asked_for_the_key_is_a_dict():
    text = "def f(x, d, k):\n    if k in d:\n        return x * d[k]\n    return x"
    assert gradient(text, 2.0, {1: 3.0}, 1) == 3.0


CALLEES = [
    ("def pick(t):\n    return 2.0 if t == 'a' else 3.0\n", "pick(s)", 2.0),
    ("def pick(t):\n    return 2.0 if t else 3.0\n", "pick(s)", 2.0),
    ("def pick(t):\n    return 2.0 if t is True else 3.0\n", "pick(s)", 3.0),
    ("def pick(t):\n    return 2.0 if t == 'a' else 3.0\ndef more(t):\n    return pick(t)\n", "more(s)", 2.0),
]  # fmt: skip


@pytest.mark.parametrize(("callees", "call", "expected"), CALLEES)
def test_what_callees_ask_of_a_parameter_counts(callees, call, expected):
    assert gradient(f"{callees}def f(x, s):\n    return x * {call}", 2.0, "a") == expected
    inside = textwrap.indent(callees, "    ")
    assert gradient(f"def f(x, s):\n{inside}    return x * {call}", 2.0, "a") == expected


def test_what_is_a_number_on_the_way_stays_one():
    callees = "def pick(t):\n    return 2.0 if t else 3.0\ndef more(t):\n    return t * pick(t)\n"
    assert gradient(f"{callees}def f(x, s):\n    return x * more(s)", 2.0, 5.0) == (10.0, 4.0)
