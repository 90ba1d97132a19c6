"""Parameters that are tuples, NamedTuples and dataclasses: gradients come back as what the argument is.

What is expected is worked out by hand, with the rules of calculus.
"""

import dataclasses
import importlib
import inspect
import math
import subprocess
import sys

import numpy
import pytest
from compare import assert_close
from test_text import IGNORED

import adjgen

SOURCE = '''
"""Shapes."""

import dataclasses
import enum
import math
from dataclasses import dataclass, field
from typing import ClassVar, Literal, NamedTuple, Optional, Tuple

import records_base
from records_base import Point


class Kind(enum.Enum):
    """A kind."""

    A = 1


class Named(NamedTuple):
    """Numbers and a name."""

    a: float
    b: float = 2.0
    label: str = "p"

    @property
    def product(self) -> float:
        """The product."""
        return self.a * self.b

    def area(self, k: float = 1.0) -> float:
        """Return the area."""
        return k * self.product + self.a


@dataclass(frozen=True, slots=True)
class Vec:
    """A vector."""

    x: float
    y: float

    def __add__(self, other: "Vec") -> "Vec":
        return Vec(self.x + other.x, self.y + other.y)

    def __mul__(self, k: float) -> "Vec":
        return Vec(self.x * k, self.y * k)

    def __rmul__(self, k: float) -> "Vec":
        return self * k

    def __neg__(self) -> "Vec":
        return Vec(-self.x, -self.y)

    @property
    def square(self) -> float:
        """The square of its length."""
        return self.x * self.x + self.y * self.y

    @staticmethod
    def one_more(k: float) -> float:
        """Return one more."""
        return k + 1.0


@dataclass(frozen=True)
class Solid(Vec):
    """A vector with a height."""

    z: float = 1.0

    def volume(self) -> float:
        """Return the volume."""
        return self.x * self.y * self.z


@dataclass
class Body:
    """Objects in an object, and what is no number."""

    at: Point
    spin: Tuple[float, float]
    path: tuple[float, ...]
    on: bool = True
    kind: Literal["a", "b"] = "a"
    note: "str | None" = None
    sort: Kind = Kind.A
    count: int = 2
    SCALE: ClassVar[float] = 3.0


def item(x: tuple[float, float, float]) -> float:
    return x[-1] * x[0] + len(x)


def sliced(x: tuple[float, float, float]) -> float:
    return sum(x[1:]) * x[0]


def starred(x: Tuple[float, float, float]) -> float:
    a, *rest = x
    return a * sum(rest) + math.hypot(*rest)


def quoted(x: "tuple[float, float, float]") -> float:
    s = 0.0
    for i, v in enumerate(x):
        s += i * v * v
    return s


def dot(u, v):
    return u[0] * v[0] + u[1] * v[1]


def scaled(u, k):
    return (u[0] * k, u[1] * k)


def zipped(x: tuple[float, float], y: tuple[float, float]) -> float:
    return sum(a * b for a, b in zip(x, y)) + dot(scaled(x, 2.0), y)


def while_loop(x: tuple[float, float, float], n: int) -> float:
    i = 0
    s = 0.0
    while i < n:
        s += x[i] ** 2 * x[0]
        i += 1
    return s


def rebound(x: tuple[float, float]) -> float:
    for _ in range(2):
        x = (x[1], x[0] * x[1])
    return x[0] + x[1]


def chosen(x: tuple[float, float]) -> float:
    if x[0] > 1.0:
        y = x
    else:
        y = (0.0, 1.0)
    return y[0] * y[1]


def whole(x: tuple[tuple[float, int], float]) -> float:
    (a, b), c = x
    return a * b * c + x[0][1]


def settings(x: float, k: tuple[float, float] = (2.0, -1.0)) -> float:
    return x * k[0] + x * x * k[1]


def listed(x: tuple[float, float]) -> float:
    xs = list(x)
    xs[0] = xs[0] * xs[1]
    xs.append(2.0)
    return sum(xs)


def told(x: tuple[float, float]) -> float:
    if not isinstance(x, tuple):
        raise TypeError(f"no {x}")
    return x[0] * x[1] if x != (0.0, 0.0) else 0.0


def any_length(x: tuple[float, ...]) -> float:
    return sum(x) * x[0]


def any_optional(x: Optional[tuple[float, float]] = None) -> float:
    if x is None:
        return 0.0
    return x[0] * x[1]


def any_nested(x: tuple[tuple[float, ...], ...]) -> float:
    s = 0.0
    for row in x:
        s += sum(row)
    return s * x[0][0]


def any_changed(x: tuple[float, ...]) -> float:
    y = list(x)
    y[0] = 3.0 * y[1]
    return sum(y)


def named(p: Named, x: float) -> float:
    return p.a * x + p.product + p.area(2.0)


def named_items(p: Named) -> float:
    a, b, label = p
    return a * b + p[0] if label == "q" else p[1]


def renamed(p: Named) -> float:
    return p._replace(a=p.b * p.a).a


def base(p: records_base.Point) -> float:
    double = p.scaled(2.0)
    return p.x * p.total + sum(v * v for v in p) + math.hypot(*double)


def operators(p: Vec, q: Vec) -> float:
    return (p + q * 2.0).square + (3.0 * p).x + (-q).y * Vec.one_more(1.0)


def derived(p: Solid) -> float:
    return p.volume() + p.square


def body(b: Body) -> float:
    if not b.on:
        return b.at.y
    x, y = b.spin
    return b.at.x * x * b.SCALE + b.at.total * y + sum(b.path) * b.path[0] + b.spin[0] * b.count


def replaced(p: Vec) -> float:
    return dataclasses.replace(p, x=p.y * p.x).square


def carried(p: Vec, n: int) -> float:
    q = Vec(0.0, 0.0)
    for i in range(n):
        q = q + p * i
    return q.square


def branched(p: Vec, q: Vec) -> float:
    r = p if p.x > q.x else q
    return r.y * r.x


def checked(p: Vec) -> float:
    if not isinstance(p, Vec) or p.x < 0.0:
        raise ValueError(f"bad {p!r}")
    return math.sqrt(p.x)


def default(x: float, p: Vec = Vec(1.0, 2.0)) -> float:
    return x * p.x + p.y * p.y


def pair(t: tuple[Vec, float]) -> float:
    return t[0].x * t[1] + t[0].square


def closed(p: Vec) -> float:
    def inner():
        return p.x * p.y

    return inner()


def tried(p: Vec) -> float:
    try:
        return math.log(p.x)
    except ValueError:
        return p.y


@dataclass(frozen=True)
class Loud:
    """An object whose methods print."""

    a: float

    @property
    def twice(self) -> "Loud":
        """Twice as much."""
        print("twice")
        return Loud(self.a * 2.0)

    def more(self, k: float) -> "Loud":
        """Return more."""
        print("more")
        return Loud(self.a + k)


def loud(p: Loud) -> float:
    return p.twice.more(2.0).a * p.a * 2.0


def parts(x: tuple[float, ...]):
    return x, x[1:]


def summed(p: Vec) -> float:
    q = p
    q += p * 2.0
    return q.x * q.y


RATES = {"a": 2.0, "b": 3.0}


@dataclass(frozen=True)
class Settings:
    """What is no number, and a count."""

    gain: float
    count: int = 3
    kind: str = "a"
    off: bool = False


def configured(x: float, s: Settings) -> float:
    if s.off:
        return x
    total = 0.0
    for i in range(s.count):
        total += s.gain * x * i
    return total * RATES[s.kind]


def moved(p: Vec, dt: float) -> Vec:
    return Vec(x=p.x + dt * p.y, y=p.y - dt * p.x)


def swapped(x: tuple[float, float]) -> tuple[float, float]:
    return x[1], x[0] * x[1]
'''

BASE = '''
"""A point."""

from typing import NamedTuple


class Point(NamedTuple):
    """A point."""

    x: float
    y: float = 1.0

    def scaled(self, k: float) -> "Point":
        """Return it scaled."""
        return Point(self.x * k, self.y * k)

    @property
    def total(self) -> float:
        """The sum."""
        return self.x + self.y
'''


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """A module of functions, its classes in it and in another one."""
    folder = tmp_path_factory.mktemp("records")
    (folder / "records_base.py").write_text(BASE)
    (folder / "records_source.py").write_text(SOURCE)
    sys.path.insert(0, str(folder))
    module = importlib.import_module("records_source")
    module.folder = folder
    module.text = adjgen.generate(folder / "records_source.py")
    yield module
    sys.path.remove(str(folder))
    for name in ("records_source", "records_base"):
        sys.modules.pop(name)


# name -> arguments and gradients as text: they are evaluated in the module.
CASES = {
    "item": ("(2.0, 3.0, 5.0),", "(5.0, 0.0, 2.0)"),
    "sliced": ("(2.0, 3.0, 5.0),", "(8.0, 2.0, 2.0)"),
    "starred": ("(2.0, 3.0, 4.0),", "(7.0, 2.6, 2.8)"),
    "quoted": ("(2.0, 3.0, 4.0),", "(0.0, 6.0, 16.0)"),
    "zipped": ("(2.0, 3.0), (5.0, 7.0)", "(15.0, 21.0), (6.0, 9.0)"),
    "while_loop": ("(2.0, 3.0, 4.0), 2", "(21.0, 12.0, 0.0), 0.0"),
    "rebound": ("(2.0, 3.0),", "(12.0, 14.0)"),
    "chosen": ("(2.0, 3.0),", "(3.0, 2.0)"),
    "whole": ("((2.0, 3), 5.0),", "((15.0, 11.0), 6.0)"),
    "settings": ("3.0,", "-4.0, (3.0, 9.0)"),
    "listed": ("(2.0, 3.0),", "(3.0, 3.0)"),
    "told": ("(2.0, 3.0),", "(3.0, 2.0)"),
    "any_length": ("(2.0, 3.0),", "(7.0, 2.0)"),
    "any_nested": ("((2.0, 3.0), (5.0,)),", "((12.0, 2.0), (2.0,))"),
    "any_changed": ("(2.0, 3.0, 4.0),", "(0.0, 4.0, 1.0)"),
    # a x + a b + 2 a b + a
    "named": ("Named(2.0, 3.0), 5.0", "Named(15.0, 6.0), 2.0"),
    "named_items": ("Named(2.0, 3.0, 'q'),", "Named(4.0, 2.0, 'q')"),
    "renamed": ("Named(2.0, 3.0),", "Named(3.0, 2.0)"),
    # x (x + y) + x x + y y + 2 hypot(x, y)
    "base": ("Point(3.0, 4.0),", "Point(16.0 + 1.2, 11.0 + 1.6)"),
    # (px + 2 qx)^2 + (py + 2 qy)^2 + 3 px - 2 qy
    "operators": ("Vec(1.0, 2.0), Vec(3.0, 4.0)", "Vec(17.0, 20.0), Vec(28.0, 38.0)"),
    "derived": ("Solid(2.0, 3.0, 5.0),", "Solid(19.0, 16.0, 6.0)"),
    "body": (
        "Body(Point(2.0, 3.0), (5.0, 7.0), (1.0, 2.0), note='n'),",
        "Body(Point(22.0, 7.0), (8.0, 5.0), (4.0, 1.0), note='n', count=5.0)",
    ),
    "replaced": ("Vec(2.0, 3.0),", "Vec(36.0, 30.0)"),
    "carried": ("Vec(2.0, 3.0), 3", "Vec(36.0, 54.0)"),
    "branched": ("Vec(2.0, 3.0), Vec(1.0, 5.0)", "Vec(3.0, 2.0), Vec(0.0, 0.0)"),
    "checked": ("Vec(4.0, 1.0),", "Vec(0.25, 0.0)"),
    "default": ("3.0,", "1.0, Vec(3.0, 4.0)"),
    "pair": ("(Vec(2.0, 3.0), 5.0),", "(Vec(9.0, 6.0), 2.0)"),
    "closed": ("Vec(2.0, 3.0),", "Vec(3.0, 2.0)"),
    # 2 g x (0 + 1 + 2)
    "configured": ("5.0, Settings(7.0)", "42.0, Settings(30.0, count=0.0)"),
    "loud": ("Loud(2.0),", "Loud(20.0)"),
    "summed": ("Vec(2.0, 3.0),", "Vec(27.0, 18.0)"),
    "tried": ("Vec(2.0, 3.0),", "Vec(0.5, 0.0)"),
}


def flat(value):
    """Return the numbers of tuples and objects."""
    if dataclasses.is_dataclass(value):
        value = tuple(getattr(value, field.name) for field in dataclasses.fields(value))
    if isinstance(value, (tuple, list)):
        return [x for part in value for x in flat(part)]
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return [float(value)] if is_number else []


def types_of(value):
    """Return the types of a value and of what is in it."""
    inside = value if isinstance(value, (tuple, list)) else ()
    if dataclasses.is_dataclass(value):
        inside = [getattr(value, field.name) for field in dataclasses.fields(value)]
    kind = float if type(value) is int else type(value)
    return (kind, [types_of(part) for part in inside])


def with_numbers(value, numbers):
    """Return a value of the same types with other numbers."""
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return type(value)(**{n: with_numbers(part, numbers) for n, part in fields.items()})
    if isinstance(value, (tuple, list)):
        parts = [with_numbers(part, numbers) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return next(numbers) if is_number else value


def evaluated(records, text):
    return eval(f"({text})", vars(records))


def judge(function, vjp, jvp, args, expected):
    """Check value, gradient and tangents of a function."""
    value, gradients = vjp(*args)
    assert value == function(*args)
    assert types_of(gradients) == types_of(expected)
    assert_close(flat(gradients), flat(expected))
    dots = [name for name in inspect.signature(jvp).parameters if name.endswith("_dot")]
    parts = (expected,) if len(dots) == 1 else expected
    weights = [0.5 + k for k in range(len(flat(parts)))]
    numbers = iter(weights)
    tangents = {name: with_numbers(part, numbers) for name, part in zip(dots, parts, strict=True)}
    same, slope = jvp(*args, **tangents)
    assert same == value
    assert_close(slope, math.fsum(w * g for w, g in zip(weights, flat(expected), strict=True)))


@pytest.mark.parametrize("style", ["named", "ssa"])
@pytest.mark.parametrize("name", CASES)
def test_gradients_are_what_the_argument_is(records, name, style):
    args, expected = (evaluated(records, text) for text in CASES[name])
    function = getattr(records, name)
    vjp, jvp = adjgen.vjp(function, style=style), adjgen.jvp(function, style=style)
    judge(function, vjp, jvp, args, expected)
    gradients = adjgen.grad(function, style=style)(*args)
    assert types_of(gradients) == types_of(expected)
    assert_close(flat(gradients), flat(expected))


@pytest.mark.parametrize("name", CASES)
def test_generated_modules_do_the_same(records, as_module, name):
    module = as_module(records.text.source)
    args, expected = (evaluated(records, text) for text in CASES[name])
    judge(
        getattr(records, name), getattr(module, f"{name}_vjp"), getattr(module, f"{name}_jvp"),
        args, expected,
    )  # fmt: skip
    value, gradients = getattr(module, f"{name}_value_and_grad")(*args)
    assert value == getattr(module, name)(*args)
    assert types_of(gradients) == types_of(expected)


def test_nothing_of_the_module_is_refused(records):
    assert not [name for name in records.text.refused if name in CASES]


def test_linters_find_nothing_in_the_module(records):
    path = records.folder / "records_derivatives.py"
    path.write_text(records.text.source)
    ruff = f"ruff check --isolated --preview --select ALL --ignore {IGNORED},C419,I001,T201"
    for command in (
        "mypy --strict --no-incremental --follow-imports silent",
        ruff,
        "black -q --check",
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command.split(), path.name],
            capture_output=True, text=True, cwd=records.folder,
        )  # fmt: skip
        assert done.returncode == 0, command + done.stdout + done.stderr


def test_a_module_of_objects_imports_their_classes_and_says_so(records):
    text = adjgen.generate(f"{records.folder / 'records_source.py'}::base").source
    assert "\nimport records_base\n" in text and "# Imports records_base." in text
    assert "def base_jvp(" in text and "p_dot: records_base.Point" in text
    assert adjgen.generate(f"{records.folder / 'records_source.py'}::base").source == text


def test_the_hash_covers_the_files_of_classes(records, tmp_path):
    (tmp_path / "hashed_base.py").write_text(BASE)
    (tmp_path / "hashed.py").write_text(
        "import hashed_base\n\n\ndef f(p: hashed_base.Point):\n    return p.x * p.y\n"
    )
    before = adjgen.generate(tmp_path / "hashed.py").source
    (tmp_path / "hashed_base.py").write_text(BASE.replace("= 1.0", "= 2.0"))
    after = adjgen.generate(tmp_path / "hashed.py").source
    assert before.replace("hash", "") != after.replace("hash", "")
    assert before.splitlines()[2:] == after.splitlines()[2:]


def test_effects_of_methods_happen_once_each(records, capsys):
    p = records.Loud(2.0)
    for derivative in (adjgen.vjp(records.loud), adjgen.value_and_grad(records.loud)):
        assert derivative(p) == (24.0, records.Loud(20.0))
        assert capsys.readouterr().out == "twice\nmore\n"


def test_tuples_of_any_length_are_returned_as_such(records):
    value, dot = adjgen.jvp(records.parts)((2.0, 3.0), x_dot=(1.0, 5.0))
    assert value == ((2.0, 3.0), (3.0,)) and dot == ((1.0, 5.0), (5.0,))
    value, gradient = adjgen.vjp(records.parts)((2.0, 3.0), bar=((1.0, 5.0), (7.0,)))
    assert value == ((2.0, 3.0), (3.0,)) and gradient == (1.0, 12.0)


def test_what_is_asked_for_by_name(records):
    p = records.Named(2.0, 3.0)
    assert adjgen.grad(records.named, wrt="p")(p, 5.0) == records.Named(15.0, 6.0)
    assert adjgen.grad(records.named, wrt=["x", "p"])(p, 5.0) == (2.0, records.Named(15.0, 6.0))
    assert adjgen.grad(records.named, wrt=1)(p, 5.0) == 2.0


def test_values_that_are_objects_or_tuples(records):
    p, bar = records.Vec(2.0, 3.0), records.Vec(5.0, 7.0)
    value, (p_bar, dt_bar) = adjgen.vjp(records.moved)(p, 0.5, bar=bar)
    assert value == records.Vec(3.5, 2.0)
    assert p_bar == records.Vec(5.0 - 0.5 * 7.0, 7.0 + 0.5 * 5.0) and dt_bar == 3.0 * 5.0 - 14.0
    value, dot = adjgen.jvp(records.moved)(p, 0.5, p_dot=bar, dt_dot=0.0)
    assert (value, dot) == (records.Vec(3.5, 2.0), records.Vec(5.0 + 3.5, 7.0 - 2.5))
    assert adjgen.vjp(records.swapped)((2.0, 3.0), bar=(1.0, 5.0)) == ((3.0, 6.0), (15.0, 11.0))
    assert adjgen.jacobian(records.swapped)((2.0, 3.0)) == ((0.0, 1.0), (3.0, 2.0))


def test_second_derivatives(records):
    x, p = (2.0, 3.0, 5.0), records.Vec(2.0, 3.0)
    assert adjgen.hessian(records.sliced)(x) == ((0.0, 1.0, 1.0), (1.0, 0.0, 0.0), (1.0, 0.0, 0.0))
    hvp = adjgen.hvp(records.sliced)(x, x_dot=(1.0, 2.0, 3.0))
    assert hvp == (5.0, 1.0, 1.0) and type(hvp) is tuple
    assert adjgen.hessian(records.any_length)((2.0, 3.0)) == ((2.0, 1.0), (1.0, 0.0))
    product = adjgen.hvp(records.replaced)(p, p_dot=records.Vec(1.0, 0.0))
    assert product == records.Vec(2.0 * 9.0, 4.0 * 6.0)  # of x x y y + y y
    twice = adjgen.grad(adjgen.grad(records.named, wrt="x"), wrt="p")
    assert twice(records.Named(2.0, 3.0), 5.0) == records.Named(1.0, 0.0)
    assert adjgen.jacobian(records.closed)(p) == records.Vec(3.0, 2.0)


def test_an_optional_tuple(records):
    gradient = adjgen.grad(records.any_optional, wrt="x")((2.0, 3.0))
    assert gradient == (3.0, 2.0) and type(gradient) is tuple


def test_exceptions_show_the_object(records):
    with pytest.raises(ValueError, match=r"bad Vec\(x=-4.0, y=1.0\)"):
        adjgen.grad(records.checked)(records.Vec(-4.0, 1.0))
    with pytest.raises(ValueError, match="not enough values"):
        adjgen.grad(records.item)((1.0, 2.0))


def test_verify_draws_tuples_and_objects(records):
    source = str(records.folder / "records_source.py")
    names = ["body", "operators", "whole", "any_nested", "moved"]
    done = subprocess.run(
        [sys.executable, "-m", "adjgen", "verify", *(f"{source}::{name}" for name in names)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    given = subprocess.run(
        [sys.executable, "-m", "adjgen", "verify", f"{source}::named", "--at", "p=(2,3,'q'),x=5"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert given.returncode == 0 and "ok (1 point" in given.stdout, given.stdout + given.stderr


def test_inspect_at_an_object(records):
    shown = adjgen.inspect(records.closed, at={"p": records.Vec(2.0, 3.0)})
    assert "x_2 = p.x" in shown and "= 6" in shown
    assert adjgen.inspect(records.closed, at={"p": (2.0, 3.0)}).splitlines()[-1] == "return x_4 = 6"


def test_operations_of_objects_and_tuples(records):
    found = adjgen.ops(records.closed)
    assert found["value"]["total"] == 1 and found["value_and_grad"]["total"] == 1


REFUSED_SOURCE = """
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Vec:
    x: float
    y: float


@dataclass
class Mutable:
    a: float
    b: float = 1.0

    def bump(self):
        self.a += 1.0


@dataclass
class Post:
    a: float

    def __post_init__(self):
        if self.a < 0.0:
            raise ValueError


@dataclass
class NotInit:
    a: float
    b: float = field(init=False, default=1.0)


@dataclass
class WithList:
    a: float
    xs: list[float]


@dataclass(frozen=True)
class Over:
    a: float

    @property
    def twice(self):
        return 2.0 * self.a


@dataclass(frozen=True)
class Over2(Over):
    @property
    def twice(self):
        return 3.0 * self.a


KEPT = []


def stored(m: Mutable):
    m.a = 2.0
    return m.a


def alias(m: Mutable):
    k = m
    k.a = 2.0
    return m.a


def bumped(m: Mutable):
    m.bump()
    return m.a


def bump(m):
    m.a += 1.0


def by_callee(m: Mutable):
    bump(m)
    return m.a


def kept(m: Mutable):
    KEPT.append(m)
    return m.a


def kept_frozen(p: Vec):
    KEPT.append(p)
    return p.x


def new_stored(x: float):
    m = Mutable(x)
    m.a = 3.0 * x
    return m.a


def set_frozen(p: Vec):
    object.__setattr__(p, "x", 2.0)
    return p.x


def post(p: Post):
    return p.a


def not_init(p: NotInit):
    return p.a


def with_list(p: WithList):
    return p.a


def overridden(p: Over):
    return p.twice


def optional(p: Vec | None):
    return 0.0 if p is None else p.x


def whole(p: Vec):
    return abs(p)


def unpacked(p: Vec):
    a, b = p
    return a


def looked_up(p: Vec):
    return getattr(p, "x")


def recursive(p: Vec, n: int):
    return p.x if n == 0 else recursive(p, n - 1)


def recursive_tuple(x: tuple[float, float], n: int):
    return x[0] if n == 0 else recursive_tuple(x, n - 1)


def many(ps: tuple[Vec, ...]):
    return ps[0].x


def in_list(p: Vec, q: Vec):
    ps = [p, q]
    return ps[0].x


def item_stored(x: tuple[float, ...]):
    x[0] = 1.0
    return x[1]
"""
REFUSED = {
    "stored": "ADJ407", "alias": "ADJ407", "bumped": "ADJ407", "by_callee": "ADJ407",
    "kept": "ADJ407", "kept_frozen": "ADJ301", "new_stored": "ADJ407", "set_frozen": "ADJ407",
    "post": "ADJ609", "not_init": "ADJ609", "with_list": "ADJ609", "overridden": "ADJ401",
    "optional": "ADJ609", "whole": "ADJ609", "unpacked": "ADJ401", "looked_up": "ADJ301",
    "recursive": "ADJ601", "recursive_tuple": "ADJ601", "many": "ADJ609", "in_list": "ADJ401",
    "item_stored": "ADJ407",
}  # fmt: skip


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    folder = tmp_path_factory.mktemp("refused")
    (folder / "refused_records.py").write_text(REFUSED_SOURCE)
    sys.path.insert(0, str(folder))
    module = importlib.import_module("refused_records")
    yield module, folder
    sys.path.remove(str(folder))
    sys.modules.pop("refused_records")


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(refused, name):
    module, folder = refused
    for source in (getattr(module, name), f"{folder / 'refused_records.py'}::{name}"):
        with pytest.raises(adjgen.UnsupportedError) as caught:
            adjgen.generate(source)
        codes = [problem.code for problem in caught.value.diagnostics]
        assert REFUSED[name] in codes, caught.value


def test_jacobians_and_targets_that_are_refused(records):
    for f, code in ((records.moved, "ADJ609"), (records.named_items, "ADJ609")):
        with pytest.raises(adjgen.UnsupportedError, match=code):
            adjgen.jacobian(f)
    with pytest.raises(adjgen.UnsupportedError, match="ADJ609 the Jacobian of `closed`, or of its"):
        adjgen.hessian(records.closed)
    with pytest.raises(adjgen.UnsupportedError, match="ADJ803 target numba: `p` is an object"):
        adjgen.grad(records.closed, target="numba")


def test_an_object_that_wrt_leaves_out_may_be_anything(refused):
    module, _ = refused

    def scaled(m: module.Mutable, p: module.WithList, x: float):
        m.a = 2.0
        return m.a * x * p.xs[0]

    m = module.Mutable(1.0)
    assert adjgen.grad(scaled)(m, module.WithList(1.0, [3.0]), 5.0) == 6.0 and m.a == 2.0


def test_classes_of_a_running_function():
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Local:
        a: float
        b: float

        def twice(self):
            return self.a * 2.0

    def f(p: Local):
        return p.twice() * p.b

    gradient = adjgen.grad(f)(Local(3.0, 5.0))
    assert gradient == Local(10.0, 6.0) and type(gradient) is Local
    with pytest.raises(adjgen.UnsupportedError, match="ADJ501"):
        adjgen.generate(f)


def test_objects_in_functions_of_arrays():
    def f(x: tuple[float, float], a: numpy.ndarray):
        return numpy.sum(a * x[0]) * numpy.sqrt(x[1])

    by_x, by_a = adjgen.grad(f)((2.0, 9.0), numpy.ones(3))
    assert by_x == (9.0, 1.0) and type(by_x) is tuple
    assert by_a.tolist() == [6.0, 6.0, 6.0]

    def reshaped(a: numpy.ndarray, shape: tuple[int, int]):
        return numpy.sum(numpy.reshape(a, shape)[0])

    assert adjgen.grad(reshaped)(numpy.ones(4), (2, 2)).tolist() == [1.0, 1.0, 0.0, 0.0]


def test_a_tuple_for_numba():
    def f(x: tuple[float, float], n: int):
        s = 0.0
        for i in range(n):
            s += x[i % 2] * x[0]
        return s

    assert adjgen.value_and_grad(f, target="numba")((2.0, 3.0), 3) == (14.0, (11.0, 2.0))
