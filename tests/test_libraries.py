"""Functions of numpy and scipy on numbers: every row against mpmath, bits against the library itself.

Each row becomes a function of a file; the API and the command line differentiate it, twice.
"""

import importlib
import math
import subprocess
import sys
import warnings
from functools import partial

import mpmath
import numpy as np
import points
import pytest
from compare import assert_close, assert_same_bits

import adjgen
from adjgen.elementary import BY_NAME, TABLE

ROWS = [row for row in TABLE.values() if row.home and row.names]
SMOOTH = [row for row in ROWS if row.partials and row.result != "bool"]
PHI = mpmath.ncdf
OWN = {
    "np.square": lambda x: x * x,
    "np.reciprocal": lambda x: 1 / x,
    "np.heaviside": lambda x, half: mpmath.mpf(x > 0),
    "np.logaddexp": lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b)),
    "np.where": lambda c, a, b: a if c else b,
    "np.clip": lambda a, low, high: min(max(a, low), high),
    "special.polygamma": lambda order, x: mpmath.psi(order, x),
    "special.expit": lambda x: 1 / (1 + mpmath.exp(-x)),
    "special.log_expit": lambda x: -mpmath.log(1 + mpmath.exp(-x)),
    "special.logit": lambda p: mpmath.log(p / (1 - p)),
    "special.xlogy": lambda x, b: x * mpmath.log(b),
    "special.xlog1py": lambda x, b: x * mpmath.log(1 + b),
    "special.psi": lambda x: mpmath.psi(0, x),
    "special.erfcx": lambda x: mpmath.exp(x * x) * mpmath.erfc(x),
    "special.erfinv": lambda x: mpmath.erfinv(x),
    "special.ndtr": PHI,
    "special.log_ndtr": lambda x: mpmath.log(PHI(x)),
    "special.ndtri": lambda p: mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1),
    "special.i0": lambda x: mpmath.besseli(0, x),
    "special.i1": lambda x: mpmath.besseli(1, x),
    "special.k0": lambda x: mpmath.besselk(0, x),
    "special.k1": lambda x: mpmath.besselk(1, x),
    "special.j0": lambda x: mpmath.besselj(0, x),
    "special.j1": lambda x: mpmath.besselj(1, x),
    "special.y0": lambda x: mpmath.bessely(0, x),
    "special.y1": lambda x: mpmath.bessely(1, x),
    "stats.norm.pdf": mpmath.npdf,
    "stats.norm.logpdf": lambda x: mpmath.log(mpmath.npdf(x)),
    "stats.norm.cdf": PHI,
    "stats.norm.sf": lambda x: PHI(-x),
    "stats.norm.logcdf": lambda x: mpmath.log(PHI(x)),
    "stats.norm.logsf": lambda x: mpmath.log(PHI(-x)),
    "stats.norm.ppf": lambda p: mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1),
}
INTERVALS = points.INTERVALS | {"probability": (0.02, 0.3, 0.77, 0.995), "truth": (True, False)}
NAMES = {row.name: row.name.replace(".", "_") for row in SMOOTH}


def each(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


def reference(row):
    return OWN.get(row.name) or points.REFERENCE[row.like]


def library(row):
    """The function itself."""
    found = importlib.import_module(row.home)
    for part in row.names[0].removeprefix(row.home + ".").split("."):
        found = getattr(found, part)
    return found


def points_of(row):
    """Some points of the domain, its arguments in all combinations."""
    lists = [INTERVALS[name] for name in row.domain]
    n = max(map(len, lists))
    found = [tuple(xs[(k * (j + 1) + j) % len(xs)] for j, xs in enumerate(lists)) for k in range(n)]
    return [point for point in found if len(set(point)) == len(point)]


def active(row):
    """The positions of arguments that are numbers to differentiate by."""
    return [k for k, name in enumerate(row.domain) if name not in ("truth", "order")]


def source():
    """A file with a function for every row."""
    lines = ["import numpy as np", "from scipy import special, stats", ""]
    for row in SMOOTH:
        args = ", ".join(
            "cab"[k] if row.domain[0] == "truth" else "xyz"[k] for k in range(len(row.domain))
        )
        call = row.names[0].replace("numpy.", "np.", 1).replace("scipy.", "")
        lines.append(f"def {NAMES[row.name]}({args}):\n    return {call}({args})\n\n")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("libraries")
    (path / "many_rows.py").write_text(source(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def plain(folder):
    sys.path.insert(0, str(folder))
    yield importlib.import_module("many_rows")
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def generated(folder):
    done = subprocess.run(
        [sys.executable, "-m", "adjgen", "generate", "many_rows.py", "--strict", "--exact"],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    namespace = {}
    exec(done.stdout, namespace)
    return namespace


def derivative(row, point, orders):
    with mpmath.workdps(60):
        at = tuple(x if isinstance(x, int) else mpmath.mpf(x) for x in point)
        function = reference(row)
        if row.domain[0] in ("truth", "order"):
            at, orders = at[1:], orders[1:]
            function = partial(function, point[0])
        order = orders[0] if len(at) == 1 else tuple(orders)
        return float(mpmath.diff(function, at[0] if len(at) == 1 else at, order))


@each(ROWS)
def test_row_is_that_of_the_library(row):
    assert BY_NAME[row.names[0]] is row
    assert callable(library(row))
    assert not row.like or row.like in TABLE


@each(SMOOTH)
def test_value_and_gradient(row, plain, generated):
    name = NAMES[row.name]
    function = adjgen.value_and_grad(getattr(plain, name), wrt=active(row))
    for point in points_of(row):
        value, gradient = function(*point)
        assert_same_bits(value, library(row)(*point))
        units = [[int(j == k) for j in range(len(point))] for k in active(row)]
        expected = tuple(derivative(row, point, order) for order in units)
        assert_close(tuple(map(float, gradient)), expected, 1e-13, 1e-15)
        twin = generated[f"{name}_value_and_grad"](*point)
        assert_same_bits(twin[0], value)
        assert_close(np.ravel(twin[1])[-len(expected) :].tolist(), list(expected), 1e-13, 1e-15)


@each(SMOOTH)
def test_second_derivative(row, plain):
    function = getattr(plain, NAMES[row.name])
    for i in active(row):
        second = adjgen.grad(adjgen.grad(function, wrt=i), wrt=active(row))
        for point in points_of(row)[1:3]:
            orders = [[int(k == i) + int(k == j) for k in range(len(point))] for j in active(row)]
            expected = tuple(derivative(row, point, order) for order in orders)
            assert_close(tuple(map(float, second(*point))), expected, 1e-9, 1e-12)


# By their exponent (second factor) there is no derivative where the base (logarithm) is negative.
LOGARITHMS = {"np.power", "np.float_power", "special.xlogy", "special.xlog1py"}
EDGES = (0.0, -0.0, 5e-324, -1e-300, 0.5, 1.0, -1.0, 2.0, -3.0, 710.0, 1e300, -1e300, math.inf, -math.inf, math.nan)  # fmt: skip


@each(SMOOTH)
def test_derivatives_never_raise(row, plain):
    """The functions of numpy do not raise for any floats, so neither do their derivatives."""
    function = getattr(plain, NAMES[row.name])
    wrt = active(row)
    gradient = adjgen.grad(function, wrt=wrt)
    tangent = adjgen.jvp(function, wrt=wrt)
    dots = {f"{p}_dot": 1.0 for p in np.array(function.__code__.co_varnames)[wrt]}
    others = EDGES if len(row.domain) < 3 else (0.0, math.inf)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for x in EDGES:
            for y in others if len(row.domain) > 1 else (0.0,):
                first = {"truth": (True,), "order": (2,)}.get(row.domain[0], ())
                point = (*first, x, y, 2.0)[: len(row.domain)]
                gradients = gradient(*point)
                value, slope = tangent(*point, **dots)
                if (
                    np.isfinite(value)
                    and all(map(math.isfinite, point))
                    and row.name not in LOGARITHMS
                ):
                    assert not np.isnan(gradients).any(), (point, gradients)


def test_partials_where_a_logarithm_is_positive(plain):
    assert adjgen.grad(plain.special_xlogy)(0.0, 2.0) == (np.log(2.0), 0.0)
    assert adjgen.grad(plain.np_power)(0.0, 3.0) == (0.0, 0.0)


@pytest.mark.parametrize("name", ["log", "sqrt", "exp"])
def test_array_is_refused(name, plain):
    function = adjgen.value_and_grad(getattr(plain, f"np_{name}"))
    with pytest.raises(TypeError, match="array"):
        function(np.array([1.0, 2.0]))


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A function that writes files, imports the first, and differentiates it both ways."""

    def make(**files):
        for name, text in files.items():
            path = tmp_path / (name.replace(".", "/") + ".py")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        first = next(iter(files))
        done = subprocess.run(
            [sys.executable, "-m", "adjgen", "generate", f"{first}.py", "--strict", "--exact"],
            cwd=tmp_path, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        namespace = {}
        exec(done.stdout, namespace)
        return importlib.import_module(first), namespace, done.stdout

    return make


WHERE = """import numpy as np

def f(x):
    a = np.log(x) * np.sqrt(x)
    return np.where(x > 0.0, a / x, -3.0 * x)

def g(x):
    return np.where(x < 700.0, np.exp(x), 2.0 * x)
"""


def test_the_side_that_where_does_not_take_contributes_nothing(module):
    plain, generated, _ = module(sides=WHERE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, x in (("f", 0.0), ("f", -2.0), ("g", 800.0)):
            expected = -3.0 if name == "f" else 2.0
            assert adjgen.grad(getattr(plain, name))(x) == expected
            assert adjgen.jvp(getattr(plain, name))(x, x_dot=1.0)[1] == expected
            assert generated[f"{name}_vjp"](x)[1] == expected
        assert_close(float(adjgen.grad(plain.f)(2.0)), (1 - math.log(2) / 2) / 2**1.5)


LISTS = """import numpy as np

def f(xs: list[float]):
    logs = [np.log(x) for x in xs]
    total = 0.0
    for k in range(len(xs)):
        logs[k] = np.where(xs[k] > 0.0, logs[k], -3.0 * xs[k])
        total += logs[k] * logs[k]
    return total
"""


def test_numpy_reads_and_stores_items_of_lists(module):
    plain, generated, _ = module(items=LISTS)
    xs, expected = [2.0, -1.0, 0.0], [math.log(2.0), -18.0, 0.0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        slope = adjgen.grad(plain.f)(xs)
        assert generated["f_vjp"](xs)[1] == slope
        assert_close([float(x) for x in slope], expected)
        for k in range(3):
            seed = [float(k == j) for j in range(3)]
            assert_close(float(adjgen.jvp(plain.f)(xs, xs_dot=seed)[1]), expected[k])


def test_a_module_behind_a_function_of_its_name_is_reached(module):
    """As in cody_special: `from .erf import erf` in __init__.py."""
    files = {
        "caller": "from shapes.bump import bump, SCALE\n\n\ndef f(x):\n    return bump(x) * SCALE\n",
        "shapes.__init__": "from shapes.bump import bump\n",
        "shapes.bump": "LIMIT = [2.0]\nSCALE = float(repr(3.0))\n\n\ndef bump(x):\n    return x * x * LIMIT[0]\n",
    }
    plain, generated, text = module(**files)
    assert adjgen.value_and_grad(plain.f)(2.0) == (24.0, 24.0)
    assert generated["f_value_and_grad"](2.0) == (24.0, 24.0)
    assert 'importlib.import_module("shapes.bump")' in text


CHOSEN = """try:
    from numpy import arcsin as asin
    from numpy import pi, sqrt
except ImportError:
    from math import asin, pi, sqrt

from scipy.stats import norm

N = norm.cdf


def f(x):
    return asin(x) / pi + sqrt(x) * N(x)
"""


def test_what_can_be_imported_is_meant(module):
    plain, generated, text = module(chosen=CHOSEN)
    expected = (
        1 / math.pi / math.sqrt(0.75)
        + float(PHI(0.5)) / 2 / 0.5**0.5
        + 0.5**0.5 * float(mpmath.npdf(0.5))
    )
    assert_close(float(adjgen.grad(plain.f)(0.5)), expected)
    value, slope = generated["f_value_and_grad"](0.5)
    assert_same_bits(value, plain.f(0.5))
    assert_close(float(slope), expected)
    assert "Imports numpy." in text and "np.arcsin(x)" in text


def test_numbers_of_numpy_divide_by_zero_and_so_do_derivatives(module):
    text = "import numpy as np\n\n\ndef f(x, y):\n    return np.float64(x) / y\n"
    plain, generated, _ = module(quotient=text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert plain.f(2.0, 0.0) == math.inf
        assert adjgen.grad(plain.f)(2.0, 0.0) == (math.inf, -math.inf)
        assert generated["f_value_and_grad"](2.0, 0.0) == (math.inf, (math.inf, -math.inf))


def test_importing_adjgen_loads_no_library():
    code = "import sys, adjgen, adjgen.elementary; print({'numpy', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


FORGIVEN = """try:
    from nowhere_at_all import gone
except ImportError:
    pass


def f(x, other=False):
    if other:
        y = 2.0 * gone(x)
    else:
        y = x * x
    return 3.0 * y
"""


def test_a_name_whose_import_was_forgiven_is_not_there(module):
    plain, generated, _ = module(forgiven=FORGIVEN)
    for function in (adjgen.value_and_grad(plain.f), generated["f_value_and_grad"]):
        assert function(2.0) == (12.0, 12.0)
        with pytest.raises(NameError, match="name 'gone' is not defined"):
            function(2.0, True)


OBJECTS = """from dataclasses import dataclass

from numpy import cos


@dataclass
class Shape:
    size: float = 2.0

    @property
    def area(self):
        return self.size**2


def inner(x, shape):
    return cos(x) * shape.area


def f(x, shape: Shape | None = None):
    if shape is None:
        shape = Shape()
    return inner(x, shape)


def g(x, shape: Shape):
    return inner(x, shape)
"""


def test_a_parameter_annotated_with_a_class_is_an_object(module):
    plain, generated, _ = module(objects=OBJECTS)
    shape = plain.Shape(3.0)
    for x in (0.3, 0.0):
        assert adjgen.value_and_grad(plain.f)(x) == (4.0 * np.cos(x), 4.0 * -np.sin(x))
        assert generated["f_value_and_grad"](x) == (4.0 * np.cos(x), 4.0 * -np.sin(x))
        by_x = adjgen.value_and_grad(plain.g, wrt="x")
        assert by_x(x, shape) == (9.0 * np.cos(x), 9.0 * -np.sin(x))
        value, (x_bar, shape_bar) = generated["g_value_and_grad"](x, shape)
        assert (value, x_bar) == (plain.g(x, shape), 9.0 * -np.sin(x))
        assert shape_bar == plain.Shape(6.0 * np.cos(x))
