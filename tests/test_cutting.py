"""What is cut needs no rule: look-ups in tables, and calls that cannot be read, of values without derivatives.

The expected gradients have the cut values inserted by hand.
"""

import copy
import importlib
import sys
import textwrap

import oracle
import pytest

import adjgen
from adjgen.pipeline import Options, generate
from adjgen.read.source import find, read_file

MODULE = """
    import bisect
    import contextlib
    import json
    import statistics
    import sys
    import warnings

    import adjgen

    LOCK = contextlib.nullcontext()
    XS = [0.0, 0.5, 1.0, 2.0]
    YS = [1.0, 3.0, 2.0, 5.0]

    def unreadable(v):
        with LOCK:
            return len(repr(v))

    def put(items, v):
        with LOCK:
            items[0] = v
            return 1.0

    def place(x, y):
        i = bisect.bisect(XS, adjgen.stop_gradient(x))
        return YS[i] * x + y

    def line(x, y):
        i = bisect.bisect(XS, x)  # adjgen: passive
        return YS[i - 1] + (YS[i] - YS[i - 1]) / (XS[i] - XS[i - 1]) * (x - XS[i - 1]) + y

    def text(x, y):
        return len(json.dumps(adjgen.stop_gradient(x * y))) * x + y

    def text_of_a_list(v):
        return len(json.dumps(adjgen.stop_gradient(v))) * v[0]

    def call(x, y):
        return x * y + adjgen.stop_gradient(unreadable(x)) + unreadable(adjgen.stop_gradient(y))

    def marked_call(x, y):
        k = unreadable(x * y)  # adjgen: passive
        return x * k + y

    def in_a_loop(x, y):
        s = 0.0
        for k in range(3):
            i = bisect.bisect_left(XS, x * k)  # adjgen: passive
            s += YS[i] * x ** k
        return s * y

    def squares(v):
        y = [a * a for a in v]  # adjgen: passive
        y[0] = 3.0 * v[0]
        return sum(y)

    def part(v):
        y = v[:]  # adjgen: passive
        y[1] = y[0] * v[1]
        return y[0] + y[1]

    def items(x, y):
        z = [x, x * y]  # adjgen: passive
        z[0] = x  # adjgen: passive
        z.append(y)  # adjgen: passive
        z[1] += x  # adjgen: passive
        z.append(x)
        return sum(z)

    def other_name(v):
        y = v  # adjgen: passive
        return y[0] * v[1]

    def mean(v):
        m = statistics.mean(v)  # adjgen: passive
        return v[0] * m + statistics.mean(adjgen.stop_gradient(v))

    def unpacked(v):
        a, *b = v  # adjgen: passive
        return a * v[0] + b[0] * v[1]

    def item_of_a_dict(x, y):
        d = {}
        d["a"] = x * y  # adjgen: passive
        return d["a"] * x

    def what_it_pushes_is_not_cut(v):
        def push(a):
            v.append(a * a)
            return a
        z = push(v[0])  # adjgen: passive
        return v[-1] * z

    def returned(v):
        return [a * a for a in v][0]  # adjgen: passive

    def told(x, y):
        if x > 0.5:
            warnings.warn(f"x={x}")
        sys.stderr.write(f"{y}")
        return x * y
"""
V = [0.7, 1.6, 0.3]
CASES = {  # arguments and gradient, the cut values inserted by hand
    "place": ((0.7, 0.4), [2.0, 1.0]),
    "line": ((0.7, 0.4), [(2.0 - 3.0) / 0.5, 1.0]),
    "text": ((0.75, 0.5), [5.0, 1.0]),
    "text_of_a_list": ((V,), [15.0, 0.0, 0.0]),
    "call": ((0.7, 0.4), [0.4, 0.7]),
    "marked_call": ((0.75, 0.5), [5.0, 1.0]),
    "in_a_loop": ((0.7, 0.4), [0.4 * (2.0 + 5.0 * 2 * 0.7), 1.0 + 2.0 * 0.7 + 5.0 * 0.49]),
    "squares": ((V,), [3.0, 0.0, 0.0]),
    "part": ((V,), [0.0, 0.7, 0.0]),
    "items": ((0.7, 0.4), [1.0, 0.0]),
    "other_name": ((V,), [0.0, 0.7, 0.0]),
    "mean": ((V,), [2.6 / 3, 0.0, 0.0]),
    "unpacked": ((V,), [0.7, 1.6, 0.0]),
    "item_of_a_dict": ((0.7, 0.4), [0.28, 0.0]),
    "what_it_pushes_is_not_cut": ((V,), [2 * 0.7 * 0.7, 0.0, 0.0]),
    "returned": ((V,), [0.0, 0.0, 0.0]),
    "told": ((0.7, 0.4), [0.4, 0.7]),
}
REFUSED = {
    "y = v  # adjgen: passive\n    v[0] = 2.0\n    return y[0] * v[1]": "ADJ407",
    "h = [0.0, 1.0]\n    k = put(h, v[0])  # adjgen: passive\n    return h[0] * v[1] * k": "ADJ204",
    "g = lambda a: a * v[0]  # adjgen: passive\n    return g(v[1])": "ADJ605",
    "h = [[1.0]]\n    h[0] += v  # adjgen: passive\n    return h[0][1]": "ADJ605",
}


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "cutting.py").write_text(textwrap.dedent(MODULE))
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("cutting")
    del sys.modules["cutting"]


def by_text(module, name):
    made = generate([find(read_file(module.__file__), name)], Options(formatted=False))
    assert not made.refused, made.refused
    assert "import adjgen" not in made.source
    space = {}
    exec(compile(made.source, "made", "exec"), space)
    return space[f"{name}_value_and_grad"]


def by_live(module, name):
    return adjgen.value_and_grad(getattr(module, name))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", [by_text, by_live])
@pytest.mark.parametrize("name", CASES)
def test_gradient(module, name, way):
    arguments, expected = CASES[name]
    value, gradient = way(module, name)(*copy.deepcopy(arguments))
    assert repr(value) == repr(getattr(module, name)(*copy.deepcopy(arguments)))
    assert oracle.leaves(gradient) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("body", REFUSED)
def test_refused(tmp_path, body):
    text = f"{textwrap.dedent(MODULE)}\ndef f(v):\n    {body}\n"
    (tmp_path / "refused.py").write_text(text)
    ((*problems,),) = generate([find(read_file(tmp_path / "refused.py"), "f")]).refused.values()
    assert REFUSED[body] in [problem.code for problem in problems]


def test_a_warning_is_that_of_the_module_warnings(module):
    with pytest.warns(UserWarning, match=r"x=0\.75"):
        assert by_live(module, "told")(0.75, 0.5) == (0.375, (0.5, 0.75))
