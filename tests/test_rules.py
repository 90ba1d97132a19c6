"""Every rule against 50-digit mpmath: on floats, traced into equations, at kinks and extreme numbers.

The rows come from the table; one without a reference in points.py fails, as does a function of
`math` without a row.
"""

import itertools
import math
import operator
from types import SimpleNamespace

import mpmath
import points
import pytest
from compare import assert_close, assert_same_bits

from adjgen.elementary import BY_NAME, TABLE, transcendental
from adjgen.elementary.trace import Traced
from adjgen.ir.build import Builder
from adjgen.ir.core import Const, Function, If, Param, Var
from adjgen.ir.trees import LEAF, tuple_of
from adjgen.ir.types import INT, REAL
from adjgen.run import run_function

ROWS = points.scalar_rows()
SMOOTH = [row for row in ROWS if row.partials and row.name not in points.REFUSED]
STEPS = [row for row in ROWS if not row.partials]
INTEGERS = "takes integers, which have no derivative"
WITHOUT_ROW = dict.fromkeys(("comb", "factorial", "gcd", "isqrt", "lcm", "perm"), INTEGERS)
BUILTINS = ("abs", "bool", "divmod", "float", "int", "max", "min", "pow", "round", "sum")


def each(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


def per_out(row, partial):
    """A partial as a list with a number for each out, a structural zero as 0.0."""
    partials = partial if row.outs > 1 else (partial,)
    return [0.0 if p is None else p for p in partials]


def on_floats(row, k, point, y):
    return per_out(row, row.partial(k, list(point), y))


def traced(row, k, point, active):
    """The partial as a function of intermediate form: over the active arguments and the value."""
    names = row.domain * (len(point) if row.variadic else 1)
    args = [Var("", INT if name in ("int", "order") else REAL) for name in names]
    outs = [Var("y", REAL) for _ in range(row.outs)]
    builder = Builder(derivative=True)
    given = [Traced(builder, v) if a else x for v, x, a in zip(args, point, active)]
    values = tuple(Traced(builder, out) for out in outs)
    partial = per_out(row, row.partial(k, given, values if row.outs > 1 else values[0]))
    atoms = [p.atom if isinstance(p, Traced) else Const(p) for p in partial]
    params = [v for v, a in zip(args, active) if a] + outs
    body = builder.block(atoms, params)
    return Function(
        "partial", tuple(Param("", v) for v in params), body, tuple_of(*[LEAF] * row.outs)
    )


def run_traced(function, point, active, y):
    values = list(y) if isinstance(y, tuple) else [y]
    return list(run_function(function, [x for x, a in zip(point, active) if a] + values))


def patterns(n):
    """Which arguments are active: all, and each one alone among constants."""
    alone = [tuple(j == k for j in range(n)) for k in range(n)]
    return list(dict.fromkeys([(True,) * n, *alone]))


def tolerances(row):
    """A derivative written over the value (see row.note) is accurate in the absolute sense."""
    return {"relative": 4e-15, "absolute": 5e-16 if row.note else 0.0}


# What must be there.


def test_every_function_of_math_has_a_row():
    functions = {name for name in dir(math) if callable(getattr(math, name)) and name[0] != "_"}
    rows = {name for name in functions if f"math.{name}" in BY_NAME}
    assert functions - rows == set(WITHOUT_ROW)
    assert all(BY_NAME[f"math.{name}"].domain for name in rows)


@pytest.mark.parametrize("name", BUILTINS)
def test_builtins_have_rows(name):
    assert f"builtins.{name}" in BY_NAME


@each(SMOOTH)
def test_every_derivative_has_a_reference(row):
    assert row.name in points.REFERENCE
    assert row.variadic or len(row.partials) == len(row.domain)


@each(STEPS)
def test_steps_say_so(row):
    assert row.result == "bool" or row.kink.startswith("0")


@each([row for row in ROWS if row.refusal])
def test_refusals_say_what_to_do(row):
    assert "adjgen." in row.refusal and row.refusal.endswith(".")


# The value.


@each([row for row in ROWS if not row.carried])
def test_value_is_that_of_python(row):
    for point in points.points(row):
        source = points.expression(row, [repr(x) for x in point])
        assert_same_bits(row.evaluate(*point), eval(source, {"math": math, "operator": operator}))


@pytest.mark.parametrize("order", range(5))
@pytest.mark.parametrize(
    "x", [1e-10, 1e-3, 0.3, 1.0, 1.4, 2.5, 7.7, 30.0, 1e5, -1e-10, -0.3, -2.2, -10.99, -1000.25]
)
def test_polygamma(order, x):
    assert_close(
        TABLE["polygamma"].evaluate(order, x),
        float(mpmath.polygamma(order, mpmath.mpf(x))),
        2e-12,
        1e-15,
    )


# The derivative.


@each(SMOOTH)
def test_partials_on_floats(row):
    for point in points.points(row):
        y = row.evaluate(*point)
        for k, order in enumerate(points.units(len(point))):
            expected = points.derivatives(row, point, order)
            assert_close(on_floats(row, k, point, y), expected, **tolerances(row))


CONSTANTS = {
    "LOG_2": lambda: mpmath.log(2),
    "LOG2_E": lambda: 1 / mpmath.log(2),
    "LOG10_E": lambda: 1 / mpmath.log(10),
    "TWO_BY_ROOT_PI": lambda: 2 / mpmath.sqrt(mpmath.pi),
    "DEGREE": lambda: 180 / mpmath.pi,
    "RADIAN": lambda: mpmath.pi / 180,
}


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants_to_the_last_bit(name):
    with mpmath.workdps(50):
        assert_same_bits(getattr(transcendental, name), float(CONSTANTS[name]()))


@each(SMOOTH)
def test_partials_traced(row):
    for point in points.points(row):
        y = row.evaluate(*point)
        for k, order in enumerate(points.units(len(point))):
            expected = points.derivatives(row, point, order)
            for active in patterns(len(point)):
                if active[k]:
                    got = run_traced(traced(row, k, point, active), point, active, y)
                    assert_close(got, expected, **tolerances(row))


@each([row for row in SMOOTH if row.outs == 1])
def test_partials_have_partials(row):
    """A traced partial is a program of rows, and its derivative by their partials is the second."""
    for point in points.few(row):
        y = row.evaluate(*point)
        first = points.units(len(point))
        slopes = [on_floats(row, k, point, y)[0] for k in range(len(point))]
        for i, j in itertools.product(range(len(point)), repeat=2):
            function = traced(row, i, point, (True,) * len(point))
            orders = [a + b for a, b in zip(first[i], first[j])]
            expected = points.derivatives(row, point, orders)[0]
            tangents = [float(k == j) for k in range(len(point))] + [slopes[j]]
            got = tangent_of(function, [*point, y], tangents)
            assert_close(got, expected, 1e-13, 1e-14 if row.note else 1e-15)


def tangent_of(function, values, tangents):
    """Push tangents through a function of intermediate form with the partials of its rows."""
    numbers = dict(zip(function.body.params, zip(values, tangents, strict=True), strict=True))

    def look(atom):
        return (atom.value, 0.0) if isinstance(atom, Const) else numbers[atom]

    def push(block):
        for eqn in block.eqns:
            pairs = [look(arg) for arg in eqn.args]
            if isinstance(eqn.op, If):
                numbers[eqn.outs[0]] = push(eqn.blocks[0] if pairs[0][0] else eqn.blocks[1])
                continue
            args = [x for x, _ in pairs]
            y = TABLE[eqn.op].evaluate(*args)
            partials = [
                (TABLE[eqn.op].partial(k, args, y), dot) for k, (_, dot) in enumerate(pairs)
            ]
            numbers[eqn.outs[0]] = y, sum(p * dot for p, dot in partials if p is not None and dot)
        return look(block.results[0])

    return float(push(function.body)[1])


EDGES = [(row, point, partials) for row in SMOOTH for point, partials in row.edges]


@pytest.mark.parametrize("row, point, partials", EDGES, ids=lambda x: getattr(x, "name", str(x)))
def test_edges(row, point, partials):
    y = row.evaluate(*point)
    for k, expected in enumerate(partials):
        for got in each_way(row, k, point, y):
            if math.isnan(expected):
                assert math.isnan(got[0])
            else:
                assert_close(got[0], expected, 1e-14)


def each_way(row, k, point, y):
    """The partial on floats, and traced over all arguments and over one."""
    yield on_floats(row, k, point, y)
    for active in patterns(len(point)):
        if active[k]:
            yield run_traced(traced(row, k, point, active), point, active, y)


def is_excused(row, k, point, partial):
    """Where a NaN is right: at numbers that are not finite, and for log of a negative base."""
    if not math.isnan(partial) or not all(math.isfinite(x) for x in point):
        return True
    return row.name in ("pow", "math_pow") and k == 1 and point[0] < 0.0


@each(SMOOTH)
def test_partials_never_raise_where_the_value_does_not(row):
    functions = {}
    for point in points.extreme_points(row):
        try:
            y = row.evaluate(*point)
        except (ValueError, OverflowError, ZeroDivisionError):
            continue
        if isinstance(y, complex):
            continue
        active = (True,) * len(point)
        finite = all(math.isfinite(v) for v in (y if row.outs > 1 else (y,)))
        for k in range(len(point)):
            if (k, len(point)) not in functions:
                functions[k, len(point)] = traced(row, k, point, active)
            got = on_floats(row, k, point, y)
            got += run_traced(functions[k, len(point)], point, active, y)
            for partial in got:
                assert not finite or is_excused(row, k, point, partial), (k, point, y)


@each([row for row in SMOOTH if len(row.domain) > 1 or row.variadic])
def test_partials_are_traced_whatever_the_constants(row):
    """Where the value raises, generated code does; writing it does not."""
    n = 4 if row.variadic else len(row.domain)
    for k, other in itertools.permutations(range(n), 2):
        for constant in (*points.EXTREMES, *points.EXTREME_INTEGERS, 10**400, -(10**400)):
            point = [1.5] * n
            point[other] = constant
            traced(row, k, point, [j == k for j in range(n)])


@each([row for row in SMOOTH if not row.variadic and row.raises is False])
def test_rows_that_do_not_raise_do_not(row):
    for point in points.extreme_points(row):
        row.evaluate(*point)


# Powers: the five cases, each as a constant exponent in source text is.

EXPONENTS = (
    0,
    1,
    2,
    3,
    4,
    7,
    30,
    -1,
    -2,
    -5,
    0.0,
    1.0,
    2.0,
    3.0,
    -1.0,
    0.5,
    1.5,
    2.5,
    -0.5,
    -1.5,
    0.25,
    1 / 3,
    -1 / 3,
    1e-3,
)
BASES = (0.7, 1.0, 3.2, 1e-100, 1e100, 1e10, -0.7, -3.2, -1e-10)


@pytest.mark.parametrize("n", EXPONENTS)
def test_power_with_constant_exponent(n):
    row = TABLE["pow"]
    function = traced(row, 0, (None, n), (True, False))
    for x in BASES:
        if x < 0.0 and n != int(n):
            continue
        try:
            y = x**n
        except OverflowError:
            continue
        with mpmath.workdps(50):
            expected = float(n * mpmath.mpf(x) ** (n - 1))
        if abs(expected) < 1e-280:  # y has underflowed too
            continue
        got = run_traced(function, (x, n), (True, False), y)
        assert_close([*got, *on_floats(row, 0, (x, n), y)], [expected, expected], 2e-14)


def operations(function):
    """The names of a block's operations, those of branches in brackets."""

    def of(block):
        return [
            e.op if isinstance(e.op, str) else [of(b) for b in e.blocks]
            for e in block.eqns
            if e.op != "infinity"  # written as a constant
        ]

    return of(function.body)


@pytest.mark.parametrize(
    "n, expected",
    [
        (0, []),
        (1, []),
        (2, ["mul"]),
        (2.0, ["mul"]),
        (3, ["mul", "mul"]),
        (4, ["pow", "mul"]),
        (1.5, ["pow", "mul"]),
        (-1, ["neg", "div"]),
        (-2, ["mul", "div"]),
        (0.5, ["eq", [[], ["div"]]]),
        (0.25, ["eq", [[], ["mul", "div"]]]),
    ],
)
def test_power_needs_few_operations(n, expected):
    assert operations(traced(TABLE["pow"], 0, (None, n), (True, False))) == expected


def test_power_of_a_huge_constant_exponent_is_traced():
    assert operations(traced(TABLE["pow"], 0, (None, 10**400), (True, False)))


@pytest.mark.parametrize("name, point", [("pow", (2.0, None)), ("log_base", (None, 2.0))])
def test_logarithm_of_a_constant_is_not_computed_here(name, point):
    active = tuple(x is None for x in point)
    assert "log" in operations(traced(TABLE[name], active.index(True), point, active))


# Several arguments.


def test_product_shares_its_prefixes_and_suffixes():
    args = [Var("", REAL) for _ in range(7)]
    numbers = SimpleNamespace(seen={})

    def known(builder):
        """Each equation by what it computes: what common subexpressions collapse to."""
        for eqn in builder.eqns:
            key = tuple(numbers.seen.get(arg, arg) for arg in eqn.args)
            numbers.seen[eqn.outs[0]] = key

    for k in range(7):
        builder = Builder(derivative=True)
        TABLE["prod"].partial(
            k, [Traced(builder, v) for v in args], Traced(builder, Var("y", REAL))
        )
        known(builder)
    assert len(set(numbers.seen.values())) == 3 * 7 - 6


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_equal_arguments_share_to_one(name, n):
    for x in (-2.0, 0.0, math.inf):
        partials = [TABLE[name].partial(k, [x] * n, x) for k in range(n)]
        assert partials == [1.0 / n] * n


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("point", list(itertools.product((1.0, 2.0, math.nan), repeat=3)))
def test_the_winner_is_that_of_python(name, point):
    y = TABLE[name].evaluate(*point)
    partials = [TABLE[name].partial(k, list(point), y) for k in range(3)]
    assert_close(sum(partials), 1.0)
    tagged = [SortedAs(x) for x in point]
    assert partials[tagged.index(TABLE[name].evaluate(*tagged))] > 0.0


class SortedAs:
    """A number that is only itself, to see which argument Python chooses."""

    def __init__(self, x):
        self.x = x

    def __gt__(self, other):
        return self.x > other.x

    def __lt__(self, other):
        return self.x < other.x
