"""The table of the lecture notes: values and gradients, live and through generated modules."""

import importlib.util
from math import pi
from pathlib import Path

import pytest
from compare import assert_close, assert_same_bits

import adjgen

SAMPLE = Path(__file__).parent.parent / "samples" / "lecture.py"

ROWS = {
    "L1": ("f", (1.2,), 2.3792216830292534, 2.6331447065577347),
    "L2": ("product_plus_sine", (3.0, 0.0), 0.1411200080598672, (-0.9899924966004454, 3.0)),
    "L3": ("sine_plus_product", (pi / 2, 0.0), 1.0, (6.123233995736766e-17, pi / 2)),
    "L4": ("logistic_loss", (1.0, 1.0, 0.0, 0.0), 0.6931471805599453, (0.0, 0.0, -0.5, -0.5)),
    "L5": ("scaled_sum", (-2.0, 5.0, -4.0), -12.0, (-4.0, -4.0, 3.0)),
    "L6": (
        "neuron",
        (2.0, -3.0, -3.0, -1.0, -2.0),
        0.7310585786300049,
        (
            *(-0.19661193324148185, -0.3932238664829637, 0.19661193324148185),
            *(0.3932238664829637, -0.5898357997244456),
        ),
    ),
    "L7": ("chain", (1.3,), 1.6837187220587255, 2.298781296336581),
    "L9": ("nested_sine", (0.7,), 0.5651153876289311, 0.5045316835265482),
    "L10": ("activation", (0.3,), 0.2913126124515909, 0.9151369618266292),
    "L11": ("product", (2.0, 0.0, 5.0), 0.0, (0.0, 10.0, 0.0)),
}


def load_sample():
    spec = importlib.util.spec_from_file_location("lecture_sample", SAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


lecture = load_sample()


def generated_module(as_module, exact=False):
    """The whole sample as the command line writes it."""
    return as_module(adjgen.generate(str(SAMPLE), exact=exact).source)


def products(name, source, as_module):
    """value_and_grad and jvp of a function, live or from a generated module."""
    if source == "live":
        function = getattr(lecture, name)
        return adjgen.value_and_grad(function), adjgen.jvp(function)
    module = generated_module(as_module)
    return getattr(module, f"{name}_value_and_grad"), getattr(module, f"{name}_jvp")


def unit_tangents(function, size):
    """The keyword tangents of `function`'s jvp for each input direction."""
    code = function.__code__
    names = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
    assert len(names) == size
    return [{n: float(n == chosen) for n in names} for chosen in names]


@pytest.mark.parametrize("source", ["live", "generated"])
@pytest.mark.parametrize("row", ROWS)
def test_value_and_gradient(row, source, as_module):
    name, point, value, gradient = ROWS[row]
    value_and_grad, jvp = products(name, source, as_module)
    assert_close(value_and_grad(*point), (value, gradient))
    gradient = gradient if isinstance(gradient, tuple) else (gradient,)
    for dots, partial in zip(unit_tangents(jvp, len(point)), gradient, strict=True):
        assert_close(jvp(*point, **dots), (value, partial))


@pytest.mark.parametrize("row", ROWS)
def test_exact_value_is_bit_equal(row, as_module):
    name, point, *_ = ROWS[row]
    plain = getattr(lecture, name)(*point)
    value, _ = adjgen.value_and_grad(getattr(lecture, name), exact=True)(*point)
    assert_same_bits(value, plain)
    module = generated_module(as_module, exact=True)
    assert_same_bits(getattr(module, f"{name}_value_and_grad")(*point)[0], plain)
    assert_same_bits(getattr(module, name)(*point), plain)


@pytest.mark.parametrize("source", ["live", "generated"])
def test_L8_weights(source, as_module):
    value_and_grad, _ = products("cost", source, as_module)
    value, gradient = value_and_grad(0.5, -1.5, 2.0, 1.0)
    assert_close((value, gradient[:2]), (3.125, (7.5, -2.5)))
    wanted = adjgen.value_and_grad(lecture.cost, wrt=("w1", "w2"))
    assert_close(wanted(0.5, -1.5, 2.0, 1.0), (3.125, (7.5, -2.5)))


def test_L7_forward_equals_reverse():
    _, forward = adjgen.jvp(lecture.chain)(1.3, u_dot=1.0)
    _, reverse = adjgen.vjp(lecture.chain)(1.3, bar=1.0)
    assert_close(forward, reverse, 1e-15)


@pytest.mark.parametrize("source", ["live", "generated"])
@pytest.mark.parametrize("x1", [-1.0, 1.0])
@pytest.mark.parametrize("x2", [-1.0, 1.0])
def test_L12_xor(x1, x2, source, as_module):
    value_and_grad, _ = products("xor", source, as_module)
    value, gradient = value_and_grad(x1, x2)
    assert (value > 0) == (x1 != x2)
    h = 1e-5
    ahead = (lecture.xor(x1 + h, x2), lecture.xor(x1, x2 + h))
    behind = (lecture.xor(x1 - h, x2), lecture.xor(x1, x2 - h))
    differences = tuple((a - b) / (2 * h) for a, b in zip(ahead, behind, strict=True))
    assert_close(gradient, differences, 1e-7, 1e-9)


def test_the_lecture_function_costs_seven():
    counts = adjgen.generate(f"{SAMPLE}::f").ops["f"]
    assert counts["value"]["total"] == 4
    assert counts["value_and_grad"]["total"] == 7


def test_every_function_of_the_sample_is_differentiated(as_module):
    names = {name for name, *_ in ROWS.values()} | {"cost", "xor"}
    assert names == {
        n for n, v in vars(lecture).items() if getattr(v, "__module__", 0) == lecture.__name__
    }
    module = generated_module(as_module)
    assert all(hasattr(module, f"{name}_vjp") for name in names)
