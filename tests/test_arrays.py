"""Every row of arrays: value, forward, reverse and second order over shapes, layouts and precisions.

The references are central differences of the eighth order of the function itself, in long doubles
where numpy has them: with steps of 2**-9 their error is near that of the numbers.
"""

import importlib.util
import warnings

import numpy as np
import pytest
from array_points import CASES, LAYOUTS, STATEMENTS, Case

import adjgen
from adjgen.elementary import TABLE
from adjgen.elementary.arrays.fitting import own_type
from adjgen.ir.query import equations

STEP = 2.0**-9
STENCIL = {1: 4 / 5, 2: -1 / 5, 3: 4 / 105, 4: -1 / 280}
HEADER = "import numpy as np\nfrom scipy import integrate, optimize, special, stats\n\n\n"
BODIES = [Case(text, tuple(shapes), ranks=False) for text, shapes in STATEMENTS.items()]
WIDER = {
    "(x > 1.0) * x",  # a number times truth values
    "special.psi(x)",  # scipy has its derivative in double precision alone
    "s, l = np.linalg.slogdet(x); r = s * l * y",  # the number y, which could be an array, is spread
    "w, v = np.linalg.eigh(x); r = (v * w) @ v.T * y",
}
ALL = [*CASES, *BODIES]


def body(case):
    """The statements of a case, the last of which binds r."""
    return case.text.split("; ") if case in BODIES else [f"r = {case.text}"]


def source(number, case, shapes=None):
    """Three functions of a case: its value, the sum of a curved function of it, and its sum.

    With shapes the numbers of dimensions can be told when code is generated.
    """
    args, name = ", ".join(case.names), f"{number}" + ("_known" if shapes else "")
    lines = [f"{n} = np.reshape({n}, {s})" for n, s in zip(case.names, shapes or ())] + body(case)
    first = "".join(f"    {line}\n" for line in lines)
    return (
        f"def f_{name}({args}):\n{first}    return r\n\n\n"
        f"def g_{name}({args}):\n{first}    return np.sum(np.sin(r))\n\n\n"
        f"def s_{name}({args}):\n{first}    return 2.0 * np.sum(r)\n\n\n"
    )


def told(case):
    """The shapes with which the numbers of dimensions of a case are told, if they can be."""
    return case.shapes[-1] if case.ranks else None


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    path = tmp_path_factory.mktemp("arrays") / "many_arrays.py"
    parts = [source(k, case) for k, case in enumerate(ALL)]
    parts += [source(k, case, told(case)) for k, case in enumerate(ALL) if told(case)]
    path.write_text(HEADER + "".join(parts), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("many_arrays", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def points(case, shapes, layout="C"):
    """Arguments of some shapes: numbers that all differ by far more than the steps of the stencil."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    total = sum(sizes)
    order = np.random.default_rng(3).permutation(total)
    numbers = case.low + (case.high - case.low) * (order + 0.5) / max(total, 1)
    if case.text.startswith("np.interp(x, y"):  # y increases
        numbers[sizes[0] : sizes[0] + sizes[1]].sort()
    found = []
    for shape, part in zip(shapes, np.split(numbers, np.cumsum(sizes)[:-1])):
        array = np.reshape(part, shape)
        if case.diagonal and len(shape) > 1 and shape[-1] == shape[-2]:
            array = array + case.diagonal * np.eye(shape[-1])
        scalar = np.float64 if "x." in case.text else float
        found.append(laid(array, layout) if shape else scalar(array))
    return found


def laid(array, layout):
    """The same numbers in another order in memory, or in less precision."""
    if layout == "F":
        return np.asfortranarray(array)
    if layout == "reversed":
        every = (slice(None, None, -1),) * array.ndim
        return np.array(array[every])[every]
    return array.astype(np.float32) if layout == "float32" else array


def long(args):
    return [np.asarray(arg, dtype=np.longdouble)[()] for arg in args]


def moved(args, ways, t):
    return [np.asarray(a + t * w)[()] for a, w in zip(args, ways)]


def difference(function, args, ways):
    """The derivative of a function along a way, in long doubles where it has them."""
    ways = [np.asarray(w) for w in ways]
    for given in (long(args), [np.asarray(a, dtype=float)[()] for a in args]):
        try:
            total = 0.0
            for k, weight in STENCIL.items():
                ahead, behind = (function(*moved(given, ways, sign * k * STEP)) for sign in (1, -1))
                total = total + weight * (np.asarray(ahead) - np.asarray(behind)) / STEP
            return np.asarray(total, dtype=float)
        except (TypeError, np.linalg.LinAlgError):
            continue
    raise AssertionError("no reference")


def ways_of(args, seed=5):
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1.0, 1.0, np.shape(arg))[()] for arg in args]


def assert_arrays_close(actual, expected, relative=2e-10):
    """Fail unless two arrays have one shape and agree relative to the largest number; NaN agrees with nothing."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"{actual.shape}, expected {expected.shape}"
    scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    assert np.all(np.isfinite(expected)), f"the reference is {expected}"
    assert np.all(np.abs(actual - expected) <= relative * scale), f"{actual}, expected {expected}"


def assert_same_array(actual, expected):
    """Fail unless two values have the same type, precision, shape and bits."""
    assert type(actual) is type(expected), f"{type(actual)}, expected {type(expected)}"
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
    assert actual.tobytes() == expected.tobytes(), f"{actual}, expected exactly {expected}"


def tangents(case, args, ways):
    return {f"{name}_dot": way for name, way in zip(case.names, ways)}


def in_tuple(case, gradients):
    return gradients if len(case.names) > 1 else (gradients,)


def assert_apart(arrays, others):
    """Fail if arrays share memory with each other or with others."""
    arrays = [a for a in arrays if isinstance(a, np.ndarray)]
    others = [a for a in others if isinstance(a, np.ndarray)]
    for k, one in enumerate(arrays):
        for other in (*arrays[:k], *others):
            assert not np.shares_memory(one, other)


class Derivatives:
    """The derivative functions of a case, and the rows that they are written with."""

    def __init__(self, plain, name):
        self.f, self.g = getattr(plain, f"f_{name}"), getattr(plain, f"g_{name}")
        self.jvp, self.vjp = (make(self.f, target="numpy") for make in (adjgen.jvp, adjgen.vjp))
        self.grad = adjgen.grad(self.g, target="numpy")

    def second(self):
        return adjgen.jvp(self.grad, target="numpy")

    def rows(self, second):
        made = [self.jvp, self.vjp] + ([self.second()] if second else [])
        bodies = [f.__adjgen__.module.main.body for f in made]
        return {eqn.op for block in bodies for eqn in equations(block) if isinstance(eqn.op, str)}


def check_first_order(case, made, args):
    """Value, tangent and gradients at a point, in the precision of the arguments."""
    kept = [np.array(a) for a in args]
    expected, ways = made.f(*args), ways_of(args)
    single = any(getattr(a, "dtype", None) == np.float32 for a in args)
    relative = 3e-4 if single else 2e-10
    ways = [np.asarray(w, dtype=getattr(a, "dtype", float))[()] for a, w in zip(args, ways)]
    value, dot = made.jvp(*args, **tangents(case, args, ways))
    assert_same_array(value, expected)
    assert_arrays_close(dot, difference(made.f, args, ways), relative)
    bar = ways_of([expected], seed=7)[0]
    bar = np.asarray(bar, dtype=np.asarray(expected).dtype)[()]
    value, gradients = made.vjp(*args, bar=bar)
    assert_same_array(value, expected)
    gradients = in_tuple(case, gradients)
    for k, (arg, gradient) in enumerate(zip(args, gradients)):
        assert np.shape(gradient) == np.shape(arg)
        if (
            single
            and case.text not in WIDER
            and isinstance(arg, np.ndarray)
            and np.asarray(value).dtype == np.float32
        ):
            assert gradient.dtype == arg.dtype, f"the gradient is {gradient.dtype}"
        assert_arrays_close(gradient, gradient_of(made.f, args, k, bar), relative)
    for arg, before in zip(args, kept):
        assert_same_array(np.array(arg), before)


def gradient_of(function, args, k, bar):
    """The gradient of <bar, f> by argument k, element by element."""
    found = np.zeros(np.shape(args[k]))
    for place in np.ndindex(found.shape):
        ways = [np.zeros(np.shape(a)) for a in args]
        ways[k][place] = 1.0
        found[place] = np.sum(bar * difference(function, args, ways))
    return found


def check_second_order(case, made, args):
    """The tangent of the gradient of a curved function."""
    ways = ways_of(args)
    gradients, dots = made.second()(*args, **tangents(case, args, ways))
    gradients, dots = in_tuple(case, gradients), in_tuple(case, dots)
    for k, dot in enumerate(dots):

        def gradient(*given, k=k):
            return in_tuple(case, made.grad(*given))[k]

        reference = difference(gradient, [np.asarray(a, float)[()] for a in args], ways)
        assert_arrays_close(dot, reference, 2e-9)
    for k, found in enumerate(gradients):
        assert_arrays_close(found, gradient_of(made.g, args, k, 1.0))


def layouts_of(shapes):
    return LAYOUTS if any(np.prod(s) > 1 for s in shapes) else ("C",)


@pytest.mark.parametrize("case", ALL, ids=str)
def test_first_order(case, plain):
    made = Derivatives(plain, ALL.index(case))
    for shapes in case.shapes:
        for layout in layouts_of(shapes) if shapes == case.shapes[-1] else ("C",):
            check_first_order(case, made, points(case, shapes, layout))


@pytest.mark.parametrize("case", ALL, ids=str)
def test_gradient_of_the_sum(case, plain):
    """The adjoint of the value is one number there, which stands for an array, in its precision."""
    for name in [f"{ALL.index(case)}", f"{ALL.index(case)}_known"][: 1 + bool(told(case))]:
        function = getattr(plain, f"s_{name}")
        gradient = adjgen.grad(function, target="numpy")
        for layout in ("C", "float32"):
            args = points(case, case.shapes[-1], layout)
            single = layout == "float32" and np.asarray(function(*args)).dtype == np.float32
            for k, found in enumerate(in_tuple(case, gradient(*args))):
                expected = gradient_of(function, args, k, 1.0)
                assert_arrays_close(found, expected, 1e-3 if layout == "float32" else 2e-10)
                if single and isinstance(args[k], np.ndarray) and case.text not in WIDER:
                    assert found.dtype == np.float32


EMPTY = [
    "np.mean(x)",
    "np.mean(x, axis=0)",
    "np.sum(np.mean(x, axis=0))",
    "np.sum(x) / x.size",
    "np.var(x)",
    "np.average(x)",
]


@pytest.mark.parametrize("text", EMPTY)
def test_nothing_raises_on_empty_arrays(text):
    """The mean of nothing is nan, with a warning; its gradient has no elements."""
    code = adjgen.generate(f"import numpy as np\ndef f(x):\n    return {text}\n", target="numpy")
    names = {}
    exec(code.source, names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value, gradient = names["f_value_and_grad"](np.zeros(0))
    assert np.isnan(value) and gradient.shape == (0,)


@pytest.mark.parametrize("case", ALL, ids=str)
def test_memory(case, plain):
    """What is returned shares no memory, but for a value that is a part of an argument."""
    made = Derivatives(plain, ALL.index(case))
    args = points(case, case.shapes[-1])
    bar = ways_of([made.f(*args)], seed=7)[0]
    _, gradients = made.vjp(*args, bar=bar)
    assert_apart(in_tuple(case, gradients), [*args, bar])


@pytest.mark.parametrize("case", [case for case in ALL if told(case)], ids=str)
def test_with_known_ranks(case, plain):
    made = Derivatives(plain, f"{ALL.index(case)}_known")
    check_first_order(case, made, points(case, told(case)))
    if case.second:
        check_second_order(case, made, points(case, told(case)))


@pytest.mark.parametrize("case", [case for case in ALL if case.second], ids=str)
def test_second_order(case, plain):
    made = Derivatives(plain, ALL.index(case))
    for shapes in case.shapes:
        check_second_order(case, made, points(case, shapes))


def is_of_arrays(row):
    """Whether a row is about arrays, or may be applied to them; not what only carried functions call."""
    if row.typed is own_type:
        return False
    about = (
        row.typed is not None or row.signature or row.home.startswith("adjgen.elementary.numeric")
    )
    return about or (row.home.startswith(("numpy", "scipy")) and row.partials)


def test_every_row_has_a_case(plain):
    used = set()
    for number, case in enumerate(ALL):
        names = [f"{number}", f"{number}_known"] if told(case) else [f"{number}"]
        for name in names:
            used |= Derivatives(plain, name).rows(case.second)
    written = {"copied_array", "copied_as_is", "places"}  # stores, and parameters that are indices
    written |= {"array_of_rows", "rows_of_array", "unit_arrays"}  # Jacobians
    rows = {row.name for row in TABLE.values() if is_of_arrays(row) and not row.refusal} - written
    missing = sorted(rows - used)
    assert not missing, " ".join(missing)
