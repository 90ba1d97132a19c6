"""Target numba: what it writes agrees with plain Python; what numba cannot take is refused by name."""

import importlib.util
import inspect
import math
import re
import subprocess
import sys
from pathlib import Path

import list_programs
import numpy as np
import pytest
from compare import assert_close, assert_same_bits

import adjgen
from adjgen.elementary.row import TABLE
from adjgen.emit.numba import ABSENT

ROOT = Path(__file__).parent.parent
SCALARS = {
    "lecture": {
        "f": (1.2,), "product_plus_sine": (3.0, 0.5), "sine_plus_product": (1.5, 0.5),
        "logistic_loss": (1.0, 1.0, 0.1, 0.2), "scaled_sum": (-2.0, 5.0, -4.0),
        "neuron": (2.0, -3.0, -3.0, -1.0, -2.0), "chain": (1.3,), "cost": (0.1, 0.2, 0.3, 0.4),
        "nested_sine": (0.7,), "activation": (0.3,), "product": (2.0, 0.0, 5.0), "xor": (0.2, 0.4),
    },
    "black_scholes": {"normal_cdf": (0.3,), "call_price": (100.0, 95.0, 0.02, 0.3, 1.5)},
    "dose": {"repeated_doses": (7.0, 2.0, 2.5, 3, 0.4, 0.3, 5.0)},
    "logistic_map": {"logistic_map": (0.4, 3.3, 20)},
    "orbit": {"eccentric_anomaly": (1.2, 0.3), "position": (1.0, 2.0, 0.3, 4.0)},
    "pipe_flow": {"pressure_drop": (0.01, 0.1, 10.0, 1000.0, 1e-3, 1e-5), "safe_diameter": (0.01, 2.0)},
    "robot_arm": {"hand": (0.3, 0.4, 0.4, 0.3), "miss": (0.3, 0.4, 0.5, 0.6)},
}  # fmt: skip
LISTS = (
    "rosenbrock", "dot_and_extremes", "copy_by_list", "sorted_copy", "sweeps_with_a_new_list",
    "unpacked_parameter", "list_of_squares", "filled_then_scaled", "while_over_a_buffer",
    "return_from_zip", "update_of_a_parameter",
)  # fmt: skip
BOTH = {"f", "hand", "logistic_map", "rosenbrock", "list_of_squares"}  # jvp and vjp as well
PROGRAMS = {function.__name__: args for function, args in list_programs.PROGRAMS.items()}


def as_arrays(value):
    """A value as the target has it: lists are arrays."""
    if isinstance(value, list):
        return np.array(value)
    return tuple(map(as_arrays, value)) if isinstance(value, tuple) else value


def as_lists(value):
    """A value as plain Python has it."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple):
        return tuple(map(as_lists, value))
    return value


def given(args, arrays=False):
    """Arguments that a call may change."""
    found = tuple([list(arg) if isinstance(arg, list) else arg for arg in args])
    return as_arrays(found) if arrays else found


def bars(value):
    """Weights in the structure of a value."""
    if isinstance(value, tuple):
        return tuple(map(bars, value))
    return [0.5 + k for k in range(len(value))] if isinstance(value, list) else 1.5


def imported(source, path):
    """Generated text as a module in a file, which caching needs."""
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def targets(tmp_path_factory):
    """The modules of a source for targets math and numba, made when first asked for."""
    made = {}
    folder = tmp_path_factory.mktemp("numba")

    def modules(source, name):
        if source not in made:
            made[source] = [
                imported(
                    adjgen.generate(source, target=target).source, folder / f"{name}_{target}.py"
                )
                for target in ("math", "numba")
            ]
        return made[source]

    return modules


def agree(plain, fast, name, args):
    """The value to the last bit; derivatives to 1e-12."""
    value = getattr(plain, name)(*given(args))
    product, bar = "value_and_grad", ()
    if name in BOTH or isinstance(value, (tuple, list)):
        product, bar = "vjp", (bars(value),)
    keywords = {"bar": bar[0]} if bar else {}
    wanted = getattr(plain, f"{name}_{product}")(*given(args), **keywords)
    found = getattr(fast, f"{name}_{product}")(*given(args, True), *as_arrays(bar))
    assert_same_bits(as_lists(found[0]), wanted[0])
    assert_close(as_lists(found[1]), wanted[1])
    assert isinstance(found[1], np.ndarray) == isinstance(wanted[1], list)
    if name in BOTH:
        assert_same_bits(as_lists(getattr(fast, name)(*given(args, True))), value)
        dots = bars(tuple([arg for arg in given(args) if not isinstance(arg, int)]))
        jvp = getattr(plain, f"{name}_jvp")
        names = [n for n in jvp.__annotations__ if n.endswith("_dot")]
        wanted = jvp(*given(args), **dict(zip(names, dots, strict=True)))
        found = getattr(fast, f"{name}_jvp")(*given(args, True), *as_arrays(dots))
        assert_close(as_lists(found), wanted)


@pytest.mark.parametrize("sample, name", [(s, name) for s in SCALARS for name in SCALARS[s]])
def test_scalar_samples(sample, name, targets):
    plain, fast = targets(str(ROOT / "samples" / f"{sample}.py"), sample)
    agree(plain, fast, name, SCALARS[sample][name])


@pytest.mark.parametrize("name", LISTS)
def test_list_programs(name, targets):
    plain, fast = targets(f"{list_programs.__file__}::{name}", name)
    agree(plain, fast, name, PROGRAMS[name])


# ---- functions


POINTS = {"above_one": "(x + 1.0)", "int": "2"}  # where a function is defined; x is 0.7, y is 0.4
WITHOUT = {"gamma", "lgamma"}  # their derivative takes polygamma
KNOWN = sorted(
    name for name, row in TABLE.items()
    if row.category == "call" and not row.home and hasattr(math, name) and not row.variadic
    and name not in ABSENT and name not in WITHOUT and row.outs == 1 and row.partials
)  # fmt: skip


def called(name):
    """A call of a function of math within its domain."""
    row = TABLE[name]
    domains = [*row.domain, *["real"] * len(row.partials)]
    arguments = zip(("x", "y", "x"), domains[: len(row.partials)])
    return f"math.{name}({', '.join(POINTS.get(domain, arg) for arg, domain in arguments)})"


def test_functions_of_math(tmp_path):
    """One function of all of them: a value for each; numba's libm may differ by a unit in the last place."""
    assert len(KNOWN) >= 29  # Python 3.13 has fma, too
    calls = {name: called(name) for name in KNOWN}
    plain, fast = both(
        tmp_path,
        f"import math\ndef f(x, y):\n    return {', '.join(calls.values())}\n",
    )
    bar = tuple(1.0 / (k + 1) for k in range(len(KNOWN)))
    found, wanted = fast.f_vjp(0.7, 0.4, bar), plain.f_vjp(0.7, 0.4, bar=bar)
    for name, x, y in zip(KNOWN, found[0], wanted[0], strict=True):
        assert abs(x - y) <= math.ulp(y), name
    assert_close(found[1], wanted[1])


def both(tmp_path, text, **options):
    """The modules of a text for targets math and numba."""
    (tmp_path / "source.py").write_text(text)
    return [
        imported(
            adjgen.generate(
                tmp_path / "source.py", **{"target": target, "mode": "reverse", **options}
            ).source,
            tmp_path / f"{target}.py",
        )
        for target in ("math", "numba")
    ]


ODD = """
import math

def powers(x, n):
    return x**3 + x**-2 + (2.0 + x) ** n + abs(x) ** 0.5, x**n

def endless(x):
    s, steps = 1.0, 0
    while True:
        s = s * x
        steps += 1
        if s > 10.0:
            break
    return s + steps

def chosen(x, kind="square", y=None):
    if y is None:
        y = 2.0
    if kind not in ("square", "cube"):
        raise ValueError(f"no {kind} of {x}")
    if kind == "square":
        return x * x * y
    return x**3 / y

def unassigned(x, n: int):
    for k in range(n):
        if k > 0:
            x = x * math.sin(r)
        r = x + k
    return x

def backwards(x):
    for k in reversed(range(1, 9, 3)):
        x = math.sin(x) * k
        for j in range(k):
            x = x + math.cos(x * j)
    return x

def turning(x, n: int):
    return x if n == 0 else math.sin(turning(x, n - 1)) * x
"""


def test_odd_functions(tmp_path):
    """What numba computes otherwise, or cannot compile, if it is written as for Python."""
    plain, fast = both(tmp_path, ODD)
    bar = (1.0, 0.5)
    wanted, found = plain.powers_vjp(1.3, 3, bar=bar), fast.powers_vjp(1.3, 3, bar)
    assert_same_bits(found[0], wanted[0])
    assert_close(found[1], wanted[1])
    assert_same_bits(fast.powers(2, -1)[1], 0.5)  # of whole numbers numba makes 0
    with pytest.raises(ValueError, match="complex"):
        fast.powers_vjp(-1.5, 0.5, bar)
    for name, args in {
        "endless": (1.5,), "unassigned": (0.7, 4), "backwards": (0.7,), "turning": (0.7, 3),
    }.items():  # fmt: skip
        wanted = getattr(plain, f"{name}_value_and_grad")(*args)
        found = getattr(fast, f"{name}_value_and_grad")(*args)
        assert_same_bits(found[0], wanted[0])
        assert_close(found[1], wanted[1])
    for args in ((1.5,), (1.5, "cube"), (1.5, "cube", 3.0)):
        wanted, found = plain.chosen_value_and_grad(*args), fast.chosen_value_and_grad(*args)
        assert_same_bits(found[0], wanted[0])
        assert_close(found[1], wanted[1])
    with pytest.raises(ValueError, match="no {kind} of {x}"):
        fast.chosen(1.5, "root")


COLLECTED = """
def tail(x: list[float]):
    s = x[0] - 2.0 * x[1]
    for a in x[2:]:
        s = s * a
    return s

def scaled(x: list[float]):
    s = -2.0 * x[0]
    for a in x[1:]:
        s = s * a
    return s * s

def zipped(x: list[float], y: list[float]):
    s = 1.0
    for a, b in zip(x, y):
        s = s * a + b
    return s

def neighbours(x: list[float]):
    return sum((1.0 - a) ** 2 + 100.0 * (b - a * a) ** 2 for a, b in zip(x, x[1:]))

def sums(x: list[float], n: int):
    return sum(v * v for v in x) * sum(k * x[k] for k in range(n)) + sum(k for k in range(n)) * x[0]

def started(x: list[float], c: float):
    return sum([v * v for v in x], c * c)

def counted(x: list[float]):
    k = sum(v > 0.0 for v in x)
    return x[k] * x[0]

def halved(x):
    while x > 1:
        x = x / 2 * x * 0.3
    return x * x

def turns(x: list[float]):
    s = 1.0
    for a in x[1:]:
        s = s * a
        for b in x[2:]:
            s = s + b * a * s
    return s * x[0]
"""
LIST = [0.3, -1.2, 0.7, 2.0, -0.4]


def test_what_loops_collect_goes_where_it_ends_up(tmp_path):
    """Adjoints of slices, of zipped lists of several lengths, and sums; also where there is no turn."""
    plain, fast = both(tmp_path, COLLECTED, mode="both")
    calls = [
        *[(name, (LIST[:n],)) for name in ("tail", "scaled", "neighbours", "turns") for n in (2, 3, 5)],
        *[("zipped", (LIST[:n], LIST[m:])) for n in (0, 2, 5) for m in (0, 3, 5)],
        *[("sums", (LIST, n)) for n in (0, 1, 5)], ("scaled", ([0.7],)),
        ("started", (LIST, 3.0)), ("started", ([], 3.0)), ("counted", (LIST,)), ("halved", (3,)), ("halved", (3.5,)),
    ]  # fmt: skip
    for name, args in calls:
        wanted = getattr(plain, f"{name}_value_and_grad")(*given(args))
        found = getattr(fast, f"{name}_value_and_grad")(*given(args, True))
        assert_same_bits(as_lists(found[0]), float(wanted[0]))
        assert_close(as_lists(found[1]), wanted[1])
    assert_close(
        fast.started_jvp(np.array(LIST), 3.0, np.array([1.0, 0.0, 0.0, 0.0, 0.0]), 1.0)[1], 6.6
    )
    for name in ("tail", "scaled", "neighbours", "sums"):
        text = inspect.getsource(getattr(fast, f"{name}_value_and_grad").py_func)
        assert "concatenate" not in text and "= sum(" not in text


# ---- refusals


REFUSED = {
    "a call of `print`": "def f(x):\n    print(x)\n    return x\n",
    "`try`": "def f(x):\n    try:\n        y = 1.0 / x\n    except ZeroDivisionError:\n        y = x\n    return y\n",
    "`x` is a list of lists": "def f(x: list[list[float]]):\n    return x[0][0]\n",
    "there is no `append`": "def f(x):\n    y = [x]\n    for _ in range(3):\n        if x > 0:\n            y.append(x)\n    return y[0]\n",
    "there is no `remainder`": "import math\ndef f(x):\n    return math.remainder(x, 2.0)\n",
    "there is no `hypot` of 3 numbers": "import math\ndef f(x):\n    return math.hypot(x, x, x)\n",
    "there is no `polygamma`": "import math\ndef f(x):\n    return math.gamma(x)\n",
    "there is no `special.j0`": "from scipy.special import j0\ndef f(x):\n    return j0(x)\n",
    "`*rest`": "def f(x, *rest):\n    return x\n",
    "`y` may be None": "def f(x):\n    y = None\n    if x > 0:\n        y = x\n    return x if y is None else y\n",
    "this statement": "def f(x, o):\n    o.n += 1\n    return x\n",
    "`f` is a function of arrays": "import numpy as np\ndef f(x: np.ndarray):\n    return np.sum(x)\n",
    "a call of `numpy.sum`": "import numpy as np\ndef f(x):\n    return np.sum(x)\n",
    "a list that is given may get another length": "def f(x: list[float]):\n    x += [1.0]\n    return x[0]\n",
    "9223372036854775808 has more than 64 bits": "def f(x):\n    return x * 9223372036854775808\n",
    "a position or a length is no whole number": "def f(x, n: int):\n    return x[n ** n]\n",
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_numba_cannot_take_is_refused(what, tmp_path):
    path = tmp_path / "source.py"
    path.write_text(REFUSED[what])
    with pytest.raises(adjgen.UnsupportedError) as caught:
        adjgen.generate(f"{path}::f", target="numba")
    found = [p for p in caught.value.diagnostics if p.what == f"target numba: {what}"]
    assert found and {p.code for p in caught.value.diagnostics} == {"ADJ803"}
    assert found[0].line and found[0].why.startswith("Use target ")
    assert adjgen.generate(f"{path}::f", target="numpy" if "numpy" in REFUSED[what] else "math")


def test_the_page_of_the_refusal():
    """The example that it calls refused is, and what is to be written instead is not."""
    page = (ROOT / "adjgen" / "pages" / "ADJ803.md").read_text()
    wrong, right = re.findall(r"^```py\n(.*?)^```$", page, re.S | re.M)
    with pytest.raises(adjgen.UnsupportedError, match="ADJ803"):
        adjgen.generate(wrong, target="numba")
    assert adjgen.generate(right, target="numba")


# ---- the module, the calls


def test_the_module_says_what_is_numbas(tmp_path):
    text = "def f(x: list[float], k=2, *, scale=1.0):\n    return sum(x) * scale ** k\n"
    (tmp_path / "source.py").write_text(text)
    made = adjgen.generate(tmp_path / "source.py", target="numba").source
    assert "--target numba\n" in made and "# numba: lists are arrays of one dimension" in made
    assert "Indices are not checked" in made and "# Imports numba.\n" in made
    assert "f_vjp(x, k, scale, bar) -> (value, (x_bar, k_bar, scale_bar))" in made
    assert "import numpy as np\nfrom numba import njit\n\n\n@njit(cache=True)\ndef f(" in made
    assert "scale: float, x_dot: np.ndarray, k_dot: float, scale_dot: float" in " ".join(
        made.split()
    )
    assert made.count("@njit(cache=True)\ndef ") == made.count("def ")


def test_verified(tmp_path):
    """Verification runs the text, with arrays for lists."""
    (tmp_path / "source.py").write_text(
        "def f(x: list[float], k: float):\n    return sum(x) * k + x[0] * x[1]\n"
    )
    command = [sys.executable, "-m", "adjgen", "verify", "source.py", "--target", "numba"]
    command += ["--time-limit", "120"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0 and "source.py::f: ok" in done.stdout + done.stderr, done.stderr


def test_generating_needs_no_numba(tmp_path):
    code = (
        "import sys; sys.modules['numba'] = None; import adjgen\n"
        "text = 'def f(x):\\n    return x * x\\n'\n"
        "print(adjgen.generate(text, target='numba').functions)\n"
        "def g(x):\n    return x * x\n"
        "try:\n    adjgen.grad(g, target='numba')\n"
        "except adjgen.AdjgenError as error:\n    print(error)\n"
    )
    path = tmp_path / "script.py"
    path.write_text(code)
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines() == [
        "('f', 'f_jvp', 'f_vjp', 'f_value_and_grad')",
        "target 'numba' needs numba: pip install 'adjgen[numba]'",
    ], done.stderr


FACTOR = 3.0


def power(x, n=2, *, y=1.0):
    return FACTOR * x**n * y


def test_live_functions():
    """Compiled when they are called; not cached, for they are in no file."""
    slope = adjgen.grad(power, wrt="x", target="numba")
    assert slope(2.0, 3) == 36.0 and "@njit\ndef power_grad(" in slope.__adjgen__.source
    assert adjgen.jvp(power, wrt="x", target="numba")(2.0, 3, 1.0, 0.5) == (24.0, 18.0)
    assert adjgen.vjp(power, wrt="x", target="numba")(2.0, 3) == (24.0, 36.0)
    twice = adjgen.grad(slope, wrt="x", target="numba")
    assert twice(2.0, 3) == 36.0
