"""Annotations of arrays say their shapes: from syntax alone, in every spelling, for both sweeps."""

import ast
import textwrap

import numpy as np
import pytest

import adjgen
from adjgen.ir.types import BOOL, INT, REAL
from adjgen.read.said_arrays import said_array
from adjgen.read.source import read_text

IMPORTS = """
from __future__ import annotations
import typing
from typing import TYPE_CHECKING, Annotated, Any, Optional
import numpy
import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray as Whole
if TYPE_CHECKING:
    import jaxtyping as jt
    from jaxtyping import Bool, Float, Float32, Int
Matrix = Float[np.ndarray, "m n"]
Square = "Matrix"
"""
UNKNOWN = frozenset({"x"})
SAID = {
    'Float[np.ndarray, "hidden in"]': (("hidden", "in"), REAL),
    'Float32[numpy.ndarray, "3 n"]': ((3, "n"), REAL),
    'jt.Float64[npt.NDArray[np.float64], " rows=2  n+1 _ #b"]': ((2, "n+1", None, None), REAL),
    'Float[np.ndarray, "... n"]': (UNKNOWN, REAL),
    'Float[np.ndarray, "*batch n"]': (UNKNOWN, REAL),
    'Int[np.ndarray, "n"]': (("n",), INT),
    'Bool[np.ndarray, "n"]': (("n",), BOOL),
    "np.ndarray": (UNKNOWN, REAL),
    '"np.ndarray"': (UNKNOWN, REAL),
    "np.ndarray | None": (UNKNOWN, REAL),
    "Optional[np.ndarray]": (UNKNOWN, REAL),
    "typing.Union[float, np.ndarray]": (UNKNOWN, REAL),
    "Annotated[np.ndarray, 3]": (UNKNOWN, REAL),
    "Whole[np.float32]": (UNKNOWN, REAL),
    "npt.NDArray[np.int64]": (UNKNOWN, INT),
    "np.ndarray[Any, np.dtype[np.bool_]]": (UNKNOWN, BOOL),
    "Matrix": (("m", "n"), REAL),
    "Square": (("m", "n"), REAL),
}
OTHERS = ["float", "list[np.ndarray]", "dict[str, Matrix]", "Float", "Unknown", 'Any["n"]', '"a b"']


def said(annotation):
    file = read_text(IMPORTS, "annotated.py")
    return said_array(file, ast.parse(annotation, mode="eval").body, "x")


@pytest.mark.parametrize("annotation", SAID)
def test_what_annotations_say(annotation):
    kind = said(annotation)
    assert (kind.shape, kind.dtype) == SAID[annotation]


def test_without_dimensions_it_is_a_number():
    assert said('Float[np.ndarray, ""]') is REAL


@pytest.mark.parametrize("annotation", OTHERS)
def test_others_say_nothing_of_arrays(annotation):
    assert said(annotation) is None


def generated(body, **options):
    return adjgen.generate(IMPORTS + textwrap.dedent(body), **options)


LAYER = """
def layer(W: Float[np.ndarray, "out in"], x: Float[np.ndarray, "in batch"], b: Float[np.ndarray, "out 1"]):
    return np.sum(np.tanh(W @ x + b))
"""


def test_known_shapes_need_no_helper_and_no_check(as_module):
    source = generated(LAYER).source
    module = as_module(source)
    helpers = {n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)}
    assert helpers == {"layer", "layer_jvp", "layer_vjp", "layer_value_and_grad"}
    assert "Any" not in source and "raise" not in source
    assert "b_bar = np.sum(" in source and "axis=1, keepdims=True)" in source
    rng = np.random.default_rng(0)
    W, x, b = rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=(2, 1))
    value, (W_bar, x_bar, b_bar) = module.layer_value_and_grad(W, x, b)
    delta = 1.0 - np.tanh(W @ x + b) ** 2
    np.testing.assert_allclose(W_bar, delta @ x.T, rtol=1e-13)
    np.testing.assert_allclose(x_bar, W.T @ delta, rtol=1e-13)
    np.testing.assert_allclose(b_bar, delta.sum(axis=1, keepdims=True), rtol=1e-13)


def test_a_rank_that_only_uses_tell_is_still_checked(as_module):
    source = generated("def first(x: np.ndarray):\n    return x[0] * np.sin(x[1])\n").source
    with pytest.raises(TypeError):
        as_module(source).first_value_and_grad(np.ones((2, 3)))


def test_whole_numbers_and_truth_have_no_derivative(as_module):
    body = """
        def chosen(x: Float[np.ndarray, "n"], at: Int[np.ndarray, "k"], mask: Bool[np.ndarray, "n"]):
            return np.sum(x[at]) + np.sum(np.where(mask, x, 0.0))
    """
    module = as_module(generated(body).source)
    _, x_bar = module.chosen_value_and_grad(
        np.ones(3), np.array([0, 0, 2]), np.array([True, False, False])
    )
    assert x_bar.tolist() == [3.0, 0.0, 1.0]


def test_an_annotation_is_enough_to_make_arrays():
    source = generated(
        'def f(W: Float[np.ndarray, "m n"], x: Float[np.ndarray, "n"]):\n    return W @ x\n'
    ).source
    assert "np.outer(bar, x)" in source and "W.T @ bar" in source


def test_signatures_say_array():
    source = generated(
        "def f(x: np.ndarray, y: npt.NDArray[np.float64] | None = None):\n    return np.sum(x)\n"
    ).source
    assert "def f(x: np.ndarray, y: np.ndarray | None = None)" in source


def named_any(Any: np.ndarray, x: np.ndarray):
    return np.sum(np.ones((2, 1)) * Any * x)


def test_a_parameter_named_as_an_annotation():
    slopes = adjgen.grad(named_any)(np.ones((1, 3)), np.array([1.0, 2.0, 3.0]))
    assert [slope.tolist() for slope in slopes] == [[[2.0, 4.0, 6.0]], [2.0, 2.0, 2.0]]
