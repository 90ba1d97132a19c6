"""Random array programs through forward and reverse, both front ends and both styles, against tracers.

ADJGEN_ARRAY_PROGRAMS=20000 asks for more than 400; `python tests/array_programs.py` does the same with a report.
"""

import os

import array_judge
import array_programs
import numpy as np
import pytest
from judge import MismatchError

COUNT = int(os.environ.get("ADJGEN_ARRAY_PROGRAMS", "400"))
JOBS = max(1, int(os.environ.get("ADJGEN_JOBS", "1")))


def test_random_array_programs():
    tally = array_judge.judge_all(range(COUNT), JOBS)
    assert not tally.failures, "\n" + array_judge.summary(tally, shown=1)
    assert tally.counts["programs"] == COUNT
    refused = sum(count for fate, count in tally.counts.items() if fate.startswith("refused"))
    compared = sum(
        count for fate, count in tally.counts.items() if fate.startswith("points compared")
    )
    assert refused < 0.25 * COUNT and compared > 1.4 * COUNT, array_judge.summary(tally)


def test_programs_are_what_their_seed_says():
    one, other = array_programs.program(7), array_programs.program(7)
    assert one.text == other.text and array_judge.same_bits(
        *[[*p.points[0].values()] for p in (one, other)]
    )


TEXT = """
import numpy as np
def f(x):
    y = x.copy()
    y[0] *= 2.0
    return np.sum(y * y)
"""


def judged(x_bar):
    """Judge a derivative of f that returns this gradient; the tangent is that of this gradient."""
    at = {"x": np.array([1.0, 2.0])}
    program = array_programs.Program(0, TEXT, ("x",), (), (at,), False)
    function = array_judge.loaded(TEXT, np)
    made = {
        "vjp": lambda x, *, bar: (function(x), bar * x_bar),
        "jvp": lambda x, *, x_dot: (function(x), np.sum(x_dot * x_bar)),
    }
    return array_judge.check_point(program, array_judge.Way(), function, made, at)


def test_the_judge_tells_right_from_wrong():
    assert judged(np.array([8.0, 4.0])) == "compared"
    with pytest.raises(MismatchError, match="derivative"):
        judged(np.array([4.0, 4.0]))
    with pytest.raises(MismatchError, match="derivative|adjoint|not finite"):
        judged(np.array([np.nan, 4.0]))


def test_the_judge_sees_shared_memory_and_shapes():
    shared = np.array([8.0, 4.0])
    with pytest.raises(MismatchError, match="memory"):
        array_judge.check_memory("vjp", 1.0, (shared[:1], shared), [], {})
    with pytest.raises(MismatchError, match="memory"):
        array_judge.check_memory("vjp", 1.0, (np.broadcast_to(1.0, 3),), [], {})
    with pytest.raises(MismatchError, match="shape"):
        array_judge.gradient_list(np.ones((1, 2)), {"x": 1.0}, {"x": np.ones(2)})
