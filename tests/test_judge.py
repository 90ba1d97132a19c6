"""The judge of random programs sees what is wrong, and makes failing programs small."""

import judge
import oracle
import pytest
from random_programs import Program
from reduce import minimised, unknown_names, well_formed

TEXT = "def f(x, y):\n    return x * y - y, x\n"
POINT = {"x": 2.0, "y": 3.0}
RIGHT = oracle.differentiate(TEXT, "f", POINT, ("x", "y"))


def test_right_derivatives_pass():
    judge.check_forward((4.0, 1.0), RIGHT, [1.0, 1.0])
    judge.check_reverse((5.0, 1.0), RIGHT, [1.0, 2.0])
    judge.check_adjoint((4.0, 1.0), (5.0, 1.0), RIGHT, [1.0, 1.0], [1.0, 2.0])


@pytest.mark.parametrize("found", [4.0 + 1e-7, float("nan"), float("inf"), None, True, -4.0])
def test_wrong_derivatives_are_seen(found):
    with pytest.raises(judge.MismatchError):
        judge.check_forward((found, 1.0), RIGHT, [1.0, 1.0])
    with pytest.raises(judge.MismatchError):
        judge.check_reverse((found, 1.0), RIGHT, [1.0, 2.0])


def test_forward_must_be_reverse_to_twelve_digits():
    with pytest.raises(judge.MismatchError):
        judge.check_adjoint((4.0, 1.0), (5.0 + 1e-9, 1.0), RIGHT, [1.0, 1.0], [1.0, 2.0])


def test_cancellation_is_not_an_error():
    right = oracle.differentiate("def f(x): return 1e6 * x - 1e6 * x", "f", {"x": 1.0}, ("x",))
    judge.check_reverse((1e-10,), right, [1.0])


@pytest.mark.parametrize(
    ("found", "right"), [(0.0, -0.0), (1, 1.0), (1.0, 1.0 + 2**-52), (True, 1)]
)
def test_values_are_compared_bit_for_bit(found, right):
    with pytest.raises(judge.MismatchError):
        judge.check_value(found, right, exact=True)


def test_exceptions_and_output_are_compared():
    quiet = judge.Outcome(1.0, None, "")
    with pytest.raises(judge.MismatchError):
        judge.check_call("jvp", quiet, judge.Outcome(None, ValueError("no"), ""))
    with pytest.raises(judge.MismatchError):
        judge.check_call("jvp", quiet, judge.Outcome(1.0, None, "at 1.0\n"))
    error = judge.Outcome(None, ValueError("no"), "")
    assert judge.check_call("jvp", error, judge.Outcome(None, ValueError("no"), "")) is None


def test_arguments_go_by_position_and_by_name():
    def f(x, /, y, *, z):
        return x, y, z

    assert judge.outcome(f, {"x": 1, "y": 2, "z": 3}).value == (1, 2, 3)


def test_a_failing_program_is_made_small():
    text = "def g(x):\n    return x\n\ndef f(x):\n    for i in range(3):\n        if x > 1.0:\n"
    text += "            y = 1.0 + g(x) ** 3.5 * x\n        print(i)\n    return x\n"
    assert len(minimised(text, lambda candidate: "3.5" in candidate)) < 30
    small = minimised(text, lambda candidate: "** 3.5" in candidate and "def f" in candidate)
    assert len(small.splitlines()) <= 3
    assert minimised(text, lambda candidate: False) == text


def test_smallest_failure_keeps_its_kind(monkeypatch):
    """With an adjgen that is wrong about tanh, the program shrinks to that call."""

    def fates(program, way):
        if "tanh(" in program.text:
            raise judge.MismatchError("reverse", "wrong")
        return []

    monkeypatch.setattr(judge, "fates", fates)
    text = "import math\ndef f(x):\n    y = math.sin(x)\n    if x > 0:\n        y = math.tanh(x) + 1\n    return y\n"
    program = Program(0, text, ("x",), None, ({"x": 1.0},))
    failure = judge.judge(program, judge.Way()).failures[0]
    assert (failure.kind, failure.detail) == ("reverse", "wrong")
    small = judge.smallest(failure).program.text
    assert "tanh" in small and "if" not in small and "sin" not in small


def test_smaller_programs_do_not_invent_names():
    text = "from math import sin\nLIMIT = 2\ndef g(x): return x\ndef f(x, *, n=1):\n"
    assert unknown_names(text + "    y = g(sin(x)) + LIMIT * n\n    return abs(y) + z\n") == {"z"}
    assert not unknown_names("from math import *\ndef f(x): return tanh(x) + (t := 2.0) * t")


def test_smaller_programs_keep_their_shape():
    assert well_formed("def f(x):\n    if x: return 1.0\n    return x")
    assert not well_formed("def f(x):\n    if x: return 1.0, x\n    return x")
    assert not well_formed("def f(x):\n    if x: return x")


@pytest.mark.parametrize(
    ("kind", "detail", "symptom"),
    [
        ("refused", "ADJ205 the function returns ...", ("refused", "ADJ205")),
        (
            "exception",
            "jvp ('TypeError', \"x\"), f None\n  File",
            ("exception", "jvp ", "('TypeError'", "None"),
        ),
        ("reverse", "by x: 1.0, not 2.0", ("reverse",)),
    ],
)
def test_symptoms(kind, detail, symptom):
    failure = judge.Failure(Program(0, "", (), None, ()), judge.Way(), kind, detail)
    assert failure.symptom() == symptom
