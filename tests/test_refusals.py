"""What refusals say: the construct, the reason, and what to write instead."""

import subprocess
import sys

import pytest

import adjgen
from adjgen.diagnostics import UnsupportedError
from adjgen.elementary import rule

SAID = [
    ("def f(x):\n    with open('a') as g:\n        x = x * 2\n    return x", "ADJ204", "the `with`"),
    ("def f(x):\n    match x:\n        case 1:\n            x = 2 * x\n    return x", "ADJ204", "`elif`"),
    ("def f(x):\n    match x:\n        case 1:\n            return x\n    return x", "ADJ204", "`elif`"),
    ("def f(x, y):\n    return x @ y", "ADJ401", "`@` of what is no array"),
    ("def f(x):\n    return foo(x) * x", "ADJ301", "Define or import it."),
    ("def f(*args):\n    return args[0] * 2", "ADJ604", "`*args` cannot be active"),
    ("def g(x):\n    yield x\n\ndef f(x):\n    return sum(g(x))", "ADJ603", "`g` is a generator"),
    ("def f(x, y):\n    return complex(x, y).real", "ADJ406", "imaginary parts"),
    ("import cmath\ndef f(x):\n    return cmath.sin(x).real", "ADJ406", "imaginary parts"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "words"), SAID)
def test_what_is_said(text, code, words):
    with pytest.raises(UnsupportedError) as caught:
        adjgen.generate(text + "\n")
    said = caught.value.diagnostics
    assert code in {p.code for p in said}
    assert any(words in f"{p.what} {p.why}" for p in said)


def test_exec_with_a_namespace_of_its_own_changes_nothing():
    text = "import math\nexec('q = 1', {})\n\ndef f(x):\n    return math.sqrt(x)\n"
    assert "sqrt(x)" in adjgen.generate(text).source


def test_exec_is_the_reason():
    text = "import math\nexec('q = 1')\n\ndef f(x):\n    return math.sqrt(x)\n"
    with pytest.raises(UnsupportedError, match="exec, .* in line 2 may rebind `math`"):
        adjgen.generate(text)


def test_a_staticmethod_has_its_place():
    @staticmethod
    def inside(x):
        return x * x

    with pytest.raises(UnsupportedError, match="above the other decorator") as caught:
        adjgen.differentiable(inside)
    assert caught.value.filename == __file__
    assert caught.value.text.strip() == "@staticmethod"


def test_whole_and_real_temporaries_have_names_of_their_own():
    text = "def f(x, y):\n    return min(x, y) * max(x, y, 3.0, x * y)\n"
    source = adjgen.generate(text, mode="forward").source
    assert "count_1 = sum(" in source
    assert "d_3 = x_5_dot * x_3" in source


def test_a_cut_value_is_one_line():
    source = adjgen.generate(
        "def f(x):\n    a = x * x  # adjgen: passive\n    return a * x\n"
    ).source
    assert "a = a" not in source
    assert "a = x * x" in source


def test_what_has_no_place_has_no_caret():
    with pytest.raises(UnsupportedError, match="cuda") as caught:
        adjgen.grad(rule, target="cuda")
    assert (caught.value.lineno, caught.value.filename) == (None, None)


def test_partials_are_a_list():
    with pytest.raises(TypeError, match="partials is a list"):
        rule(test_partials_are_a_list, partials=lambda x, y: 1.0)


def test_a_function_of_standard_input():
    command = [sys.executable, "-m", "adjgen", "inspect", "-::g"]
    text = "def f(x):\n    return x\n\ndef g(x):\n    return x * x\n"
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "mul(x_1, x_1)" in done.stdout
