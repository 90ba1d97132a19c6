"""The API on functions of every kind: methods, partials, closures, defaults, names that collide."""

import functools
import inspect
import math
import pickle

import pytest

import adjgen
from adjgen import config, pipeline

SCALE = 3.0


class Spring:
    """A spring whose stiffness is an attribute."""

    def __init__(self, stiffness):
        self.stiffness = stiffness

    def energy(self, x):
        return 0.5 * self.stiffness * x * x


def scaled(x):
    return SCALE * x * x


def weighted(x, weights=(2.0, 3.0), table=[4.0]):  # noqa: B006
    return x * x * weights[1] * table[0]


@adjgen.differentiable
def cube(x):
    return x * x * x


def test_a_bound_method_reads_its_object_live():
    spring = Spring(4.0)
    force = adjgen.value_and_grad(spring.energy)
    assert force(2.0) == (8.0, 8.0)
    spring.stiffness = 6.0
    assert force(2.0) == (12.0, 12.0)


def test_a_partial_has_the_parameters_that_are_left():
    assert adjgen.value_and_grad(functools.partial(lambda a, b: a * b * b, 2.0))(3.0) == (
        18.0,
        12.0,
    )


def test_globals_are_read_live(monkeypatch):
    slope = adjgen.grad(scaled)
    assert slope(1.0) == 6.0
    monkeypatch.setattr(inspect.getmodule(scaled), "SCALE", 5.0)
    assert slope(1.0) == 10.0


def test_closures_of_one_factory_are_told_apart():
    def factory(k):
        return lambda x: k * x * x

    first, second = (adjgen.grad(factory(k)) for k in (1.0, 10.0))
    assert (first(1.0), second(1.0)) == (2.0, 20.0)


def test_defaults_that_are_objects_serve_every_order():
    slope = adjgen.grad(weighted)
    assert slope(1.0) == 24.0
    assert adjgen.grad(slope)(1.0) == 24.0


def test_wrt_takes_names_positions_and_sequences():
    def f(x, y):
        return x * x * y

    assert adjgen.grad(f, wrt=1)(2.0, 3.0) == 4.0
    assert adjgen.grad(f, wrt=-2)(2.0, 3.0) == 12.0
    assert adjgen.grad(f, wrt=["y", 0])(2.0, 3.0) == (4.0, 12.0)
    assert adjgen.generate(f, wrt=0).functions[0] == "f"


@pytest.mark.parametrize("wrt", ["z", 2, ("x", "z")])
def test_a_parameter_that_is_not_there_is_refused(wrt):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ604"):
        adjgen.grad(scaled, wrt=wrt)


def test_keywords_of_generated_functions_give_way_to_the_users():
    def f(x, bar, x_dot):
        return x * bar * x_dot

    value, gradient = adjgen.vjp(f)(2.0, 3.0, 5.0, bar_=1.0)
    assert (value, gradient) == (30.0, (15.0, 10.0, 6.0))
    tangents = {"x_dot_": 1.0, "bar_dot": 0.0, "x_dot_dot": 0.0}
    assert adjgen.jvp(f)(2.0, 3.0, 5.0, **tangents) == (30.0, 15.0)


def test_a_zero_tangent_skips_a_partial_that_does_not_exist():
    def power(x, y):
        return x**y

    assert adjgen.jvp(power)(-2.0, 3.0, x_dot=1.0, y_dot=0.0) == (-8.0, 12.0)
    assert adjgen.jvp(power)(0.0, 0.5, x_dot=0.0, y_dot=0.0) == (0.0, 0.0)


def test_the_decorator_returns_the_function_itself_with_derivatives_that_pickle():
    assert inspect.isfunction(cube) and cube(2.0) == 8.0
    assert pickle.loads(pickle.dumps(cube.grad))(2.0) == 12.0
    assert "def cube_grad" in inspect.getsource(cube.grad)
    assert cube.adjgen.ops["value"]["total"] == 2


def test_active_keyword_arguments_are_refused():
    def f(x, **more):
        return x * more["y"]

    with pytest.raises(adjgen.UnsupportedError, match="ADJ601"):
        adjgen.grad(f)


def test_a_complex_power_is_an_error_of_derivatives():
    def root(x):
        return x ** (1.0 / 3.0)

    with pytest.raises(ValueError, match="complex"):
        adjgen.value_and_grad(root)(-8.0)


def test_two_functions_never_share_a_generated_name():
    found = adjgen.generate("def f(x):\n    return x\n\n\ndef f_vjp(x):\n    return 2.0 * x\n")
    assert [p.code for p in found.refused["f_vjp"]] == ["ADJ504"]


def test_a_callee_of_another_name_and_module_keeps_its_own_derivative():
    text = "def h(n, x):\n    return x if n == 0 else math.sin(x) * h(n - 1, x)\n"
    text = f"import math\n\n\n{text}\n\ndef f(x):\n    return h(2, x)\n\n\ndef g(x, n):\n    return h(1, x * n)\n"
    names = {}
    exec(adjgen.generate(text).source, names)
    x = 0.7
    expected = 2 * math.sin(x) * math.cos(x) * x + math.sin(x) ** 2
    assert math.isclose(names["f_value_and_grad"](x)[1], expected, rel_tol=1e-14)


def passive_in_a_string(x, y):
    text = "# adjgen: passive"; z = x * y  # fmt: skip  # noqa
    return z * len(text) / 17


def passive_in_a_comment(x, y):
    z = x * y  # a remark  # adjgen: passive
    return z + x


def test_the_passive_comment_is_a_comment():
    assert adjgen.grad(passive_in_a_string)(2.0, 3.0) == (3.0, 2.0)
    assert adjgen.grad(passive_in_a_comment)(2.0, 3.0) == (1.0, 0.0)


def product(x, y):
    return x * y


@pytest.mark.parametrize("call", ["value_and_grad", "grad", "jvp", "vjp", "generate"])
@pytest.mark.parametrize(
    ("given", "error", "word"),
    [
        ({"wrt": ()}, adjgen.AdjgenError, "no parameter"),
        ({"wrt": []}, adjgen.AdjgenError, "no parameter"),
        ({"wrt": ("x", 0)}, adjgen.AdjgenError, "twice"),
        ({"wrt": 1.0}, TypeError, "wrt"),
        ({"wrt": True}, TypeError, "wrt"),
        ({"wrt": (1.0,)}, TypeError, "wrt"),
        ({"wrt": {"x"}}, TypeError, "wrt"),
        ({"styl": "ssa"}, TypeError, "styl"),
        ({"style": "long"}, ValueError, "style"),
        ({"exact": "no"}, TypeError, "exact"),
        ({"target": "fortran"}, adjgen.AdjgenError, "fortran"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(call, given, error, word):
    with pytest.raises(error, match=word):
        getattr(adjgen, call)(product, **given)


@pytest.mark.parametrize("source", ["", 3, None, b"def f(x):\n    return x\n", "\n"])
def test_what_is_no_source_is_refused(source):
    with pytest.raises((adjgen.AdjgenError, TypeError)):
        adjgen.generate(source)


def test_settings_and_options_have_the_same_words():
    assert pipeline.STYLES == config.STYLES and tuple(pipeline.KINDS) == config.MODES


def test_an_empty_tuple_has_a_derivative_and_no_gradient(as_module):
    def nothing(x):
        return ()

    assert adjgen.vjp(nothing)(1.0, bar=()) == ((), 0.0)
    assert as_module(adjgen.generate(nothing).source).nothing_jvp(1.0, x_dot=1.0) == ((), ())
    with pytest.raises(adjgen.UnsupportedError, match="ADJ305"):
        adjgen.grad(nothing)


def test_text_that_came_from_no_file_has_no_module_to_import_from():
    text = "def g(v):\n    return v\n\n\ndef f(x):\n    return x * len({g(2.0)})\n"
    assert [p.code for p in adjgen.generate(text).refused["f"]] == ["ADJ501"]


def parameters_like_helpers(x, polygamma, math_, sin):
    return math.lgamma(x) * polygamma + math_ * math.exp(sin)


def test_parameters_may_have_the_names_of_helpers(as_module):
    point = (2.5, 2.0, 3.0, 0.5)
    value, gradient = adjgen.value_and_grad(parameters_like_helpers)(*point)
    assert value == parameters_like_helpers(*point)
    expected = 2.0 * 0.7031566406452432, math.lgamma(2.5), math.exp(0.5), 3.0 * math.exp(0.5)
    assert all(map(math.isclose, gradient, expected))
    found = as_module(adjgen.generate(parameters_like_helpers).source)
    assert found.parameters_like_helpers_value_and_grad(*point) == (value, gradient)


@pytest.mark.parametrize("name", ["max", "min"])
def test_the_text_of_a_wide_choice_grows_with_its_width(name):
    def lines(n):
        names = ", ".join(f"x{k}" for k in range(n))
        text = f"def f({names}):\n    return {name}({names})\n"
        return adjgen.generate(text, formatted=False).source.count("\n")

    assert lines(200) < 5 * lines(50)


PASSING = 2.0


def of_a_global(x):
    return x * PASSING


def test_a_global_that_is_gone_is_the_same_error(monkeypatch):
    slope = adjgen.grad(of_a_global)
    assert slope(1.0) == 2.0
    monkeypatch.delattr(inspect.getmodule(of_a_global), "PASSING")
    for call in (of_a_global, slope):
        with pytest.raises(NameError, match="name 'PASSING' is not defined"):
            call(1.0)
    with pytest.raises(adjgen.UnsupportedError, match="ADJ501"):
        adjgen.grad(of_a_global)


def test_a_module_that_would_need_a_live_object_is_refused():
    def factory(table):
        return lambda x: x * table[0]

    f = factory([2.0])
    assert adjgen.grad(f)(1.0) == 2.0
    assert adjgen.ops(f)["value"]["total"] == 1
    with pytest.raises(adjgen.UnsupportedError, match="ADJ501"):
        adjgen.generate(f)
