"""Methods that call methods of the same object, private names, super(): by the API and as text."""

import math
import random

import pytest

import adjgen
from adjgen.pipeline import Options, generate
from adjgen.read.source import find, read_file, read_text

SOURCE = '''
class Shape:
    """A shape."""

    unit = 2.0

    def __init__(self, scale):
        self.__scale = scale

    def side(self, x):
        return self.unit * x

    def scaled(self, x):
        return self.__scale * self.side(x)

    @staticmethod
    def cube(x):
        return x * x * x

    @classmethod
    def squared(cls, x):
        return cls.cube(x) / x

    def area(self, x):
        return self.side(x) * self.side(x=x) + self.cube(x)

    def power(self, x, n):
        return x * self.power(x, n - 1) if n > 0 else 1.0

    def mixed(self, x):
        return self.area(x) / self.squared(x)

    def looked_up(self, x, table):
        return x * self.find(table)

    def find(self, table):
        try:
            return table["a"]
        except KeyError:
            return 0.0


class Square(Shape):
    def area(self, x):
        return super().area(x) + 1.0

    def named(self, x):
        return x * len(__class__.__name__)

    def other(self, x):
        return self.area(x) * self.scaled(x)
'''


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    """The classes as a module that was imported from a file."""
    import importlib.util

    path = tmp_path_factory.mktemp("shapes") / "shapes.py"
    path.write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("shapes", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("owner", "name", "more"),
    [
        ("Shape", "side", ()),
        ("Shape", "scaled", ()),
        ("Shape", "area", ()),
        ("Shape", "squared", ()),
        ("Shape", "mixed", ()),
        ("Shape", "power", (3,)),
        ("Shape", "looked_up", ({"a": 3.0},)),
        ("Shape", "looked_up", ({},)),
        ("Square", "area", ()),
        ("Square", "scaled", ()),
        ("Square", "named", ()),
        ("Square", "other", ()),
    ],
)
def test_a_method_of_an_object(shapes, owner, name, more):
    method = getattr(getattr(shapes, owner)(3.0), name)
    x, h = 1.3, 1e-6
    value, slope = adjgen.value_and_grad(method, wrt="x")(x, *more)
    assert value == method(x, *more)
    assert math.isclose(
        slope, (method(x + h, *more) - method(x - h, *more)) / (2 * h), rel_tol=1e-8
    )
    assert adjgen.jvp(method, wrt="x")(x, *more, x_dot=1.0) == (value, pytest.approx(slope))


@pytest.mark.parametrize("selector", ["Shape.scaled", "Shape.power", "Square.area"])
def test_a_method_as_text(shapes, as_module, selector):
    made = generate([find(read_text(SOURCE, "shapes.py"), selector)], Options(formatted=False))
    assert not made.refused
    owner, name = selector.split(".")
    thing, more = getattr(shapes, owner)(3.0), (2,) if name == "power" else ()
    value, slope = adjgen.value_and_grad(getattr(thing, name), wrt="x")(1.3, *more)
    found = getattr(as_module(made.source), f"{name}_value_and_grad")(thing, 1.3, *more)
    assert found == (value, (slope, 0.0) if more and isinstance(found[1], tuple) else slope)


def refusals(text, selector):
    made = generate([find(read_text(text, "text.py"), selector)], Options(formatted=False))
    return {p.code for problems in made.refused.values() for p in problems}


CALLS = "class A:\n    def f(self, x):\n        return self.g(x)\n    def g(self, x):\n        return x * x\n"


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ("", set()),
        ("    def __init__(self, g):\n        self.g = g\n", {"ADJ301"}),
        ("class B(A):\n    def g(self, x):\n        return x\n", {"ADJ301"}),
        ("class B(A):\n    pass\nclass C(B):\n    g = len\n", {"ADJ301"}),
        ("class B:\n    def g(self, x):\n        return x\n", set()),
    ],
)
def test_text_says_whether_another_method_may_be_meant(more, refused):
    assert refusals(CALLS + more, "A.f") == refused


def test_an_attribute_of_the_object_comes_before_the_method(shapes):
    shape = shapes.Shape(1.0)
    shape.side = math.sin
    with pytest.raises(adjgen.UnsupportedError, match="ADJ301"):
        adjgen.grad(shape.area)
    shape.side = lambda x: 5.0 * x
    assert adjgen.value_and_grad(shape.scaled)(2.0) == (10.0, 5.0)


def test_super_that_cannot_be_followed_is_refused():
    text = "class A:\n    def f(self, x):\n        return super().f(x) * super().k\n"
    assert refusals(text, "A.f") == {"ADJ301"}


DICE = random.Random(1)


def thrown(x):
    DICE.seed(3)
    random.seed(4)
    return x * DICE.random() * random.random()


def test_methods_of_library_objects_are_called_not_read():
    value, slope = adjgen.value_and_grad(thrown)(2.0)
    assert value == thrown(2.0) and slope == value / 2.0


def test_an_inherited_method_calls_the_methods_of_the_object(tmp_path, as_module):
    base = "class A:\n    def f(self, x):\n        return self.g(x) * self.g(x)\n    def g(self, x):\n        return x\n"
    (tmp_path / "base.py").write_text(base)
    text = "from base import A\n\n\nclass B(A):\n    def f(self, x):\n        return super().f(x) + self.h(x)\n"
    text += "    def h(self, x):\n        return super(B, self).g(x)\n    def g(self, x):\n        return 3.0 * x\n"
    (tmp_path / "derived.py").write_text(text)
    made = generate(
        [find(read_file(str(tmp_path / "derived.py")), "B.f")], Options(formatted=False)
    )
    assert as_module(made.source).f_value_and_grad(None, 2.0) == (38.0, 37.0)
