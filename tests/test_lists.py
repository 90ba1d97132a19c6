"""Programs over lists against the source run on 50-digit numbers: value, both modes, second order, memory.

The derivative is a central difference of the source over mpmath; nothing of adjgen has a part in it.
"""

import builtins
import copy
import inspect
import math
import types

import mpmath
import oracle
import pytest
from list_programs import PROGRAMS, REFUSED

import adjgen

MP = mpmath.MPContext()
MP.dps = 50
STEP = MP.mpf(10) ** -12
WEIGHTS = [0.7, -1.3, 0.4, 1.9, -0.6, 1.1, 0.9, -1.7]


def exact(function):
    """The function over mpmath numbers; functions that it calls too."""
    known = dict(function.__globals__, math=stand_in(), __builtins__=dict(vars(builtins)))
    for name, value in list(known.items()):
        if isinstance(value, types.FunctionType):
            known[name] = rebuilt(value, known)
    return rebuilt(function, known)


def rebuilt(function, known):
    """A function with other globals."""
    return types.FunctionType(
        function.__code__, known, function.__name__, function.__defaults__, function.__closure__
    )


def stand_in():
    """What the programs use of math, for mpmath numbers."""
    found = types.SimpleNamespace(fsum=MP.fsum, prod=product_of)
    found.hypot = lambda *xs: MP.sqrt(MP.fsum(x * x for x in xs))
    found.dist = lambda p, q: found.hypot(*(a - b for a, b in zip(p, q, strict=True)))
    for name in ("sin", "cos", "exp", "sqrt"):
        setattr(found, name, getattr(MP, name))
    return found


def product_of(factors, start=1):
    """math.prod for mpmath numbers."""
    return start * MP.fprod(factors)


def weights(like, first=0):
    """Weights in the containers of a value."""
    count = len(oracle.leaves(like))
    return oracle.like(like, iter([WEIGHTS[(first + k) % len(WEIGHTS)] for k in range(count)]))


def moved(arguments, names, dots, steps):
    """Arguments with 50 digits, moved by steps along tangents."""
    found = {}
    for name, value in arguments.items():
        if name not in names:
            found[name] = copy.deepcopy(value)
            continue
        numbers = [MP.mpf(x) for x in oracle.leaves(value)]
        for step, dot in zip(steps, dots, strict=True):
            numbers = [x + step * d for x, d in zip(numbers, oracle.leaves(dot[name]), strict=True)]
        found[name] = oracle.like(value, iter(numbers))
    return found


def weighed(function, arguments, bars):
    """The sum of the results times weights."""
    leaves = oracle.leaves(function(**arguments))
    return sum(b * x for b, x in zip(oracle.leaves(bars), leaves, strict=True))


def lists_of(value):
    """The lists in a value, outermost first."""
    inner = (
        [one for part in value for one in lists_of(part)]
        if isinstance(value, (list, tuple))
        else []
    )
    return ([value] if isinstance(value, list) else []) + inner


def close(found, right, tolerance):
    """Whether numbers agree relative to 1 or their size; a NaN never does."""
    return abs(found - right) <= tolerance * max(1.0, abs(right))


class Case:
    """A program with its arguments by name, the names of what is differentiated, and weights."""

    def __init__(self, function):
        self.function = function
        names = list(inspect.signature(function).parameters)
        self.at = dict(zip(names, PROGRAMS[function]))
        self.names = [
            n for n in self.at if any(isinstance(x, float) for x in oracle.leaves(self.at[n]))
        ]
        self.value = function(**copy.deepcopy(self.at))
        self.bars = weights(self.value)
        self.dots = {n: weights(self.at[n], k + 1) for k, n in enumerate(self.names)}
        self.others = {n: weights(self.at[n], 3 * k + 2) for k, n in enumerate(self.names)}

    def tangents(self, dots):
        return {f"{n}_dot": copy.deepcopy(dots[n]) for n in self.names}

    def slope(self, *dots):
        """The derivative of the weighed result, once along each of the tangents."""
        function, signs = exact(self.function), [[]]
        for _ in dots:
            signs = [[*s, sign] for s in signs for sign in (1, -1)]
        total = 0
        for s in signs:
            at = moved(self.at, self.names, dots, [sign * STEP for sign in s])
            total += math.prod(s) * weighed(function, at, self.bars)
        return float(total / (2 * STEP) ** len(dots))

    def paired(self, gradients, dots):
        """Gradients times tangents."""
        bare = len(self.names) == 1 and not isinstance(gradients, tuple)
        gradients = [gradients] if bare else list(gradients)
        pairs = zip(
            oracle.leaves(gradients), oracle.leaves([dots[n] for n in self.names]), strict=True
        )
        return sum(a * b for a, b in pairs)


def products(case, generated, style):
    """jvp and vjp, live or from the text of a generated module."""
    options = {"style": style, "wrt": tuple(case.names), "exact": True}
    if not generated:
        return [getattr(adjgen, kind)(case.function, **options) for kind in ("jvp", "vjp")]
    path = f"{inspect.getfile(case.function)}::{case.function.__name__}"
    found = {"__name__": "generated"}
    exec(adjgen.generate(path, formatted=False, **options).source, found)
    return [found[f"{case.function.__name__}_{kind}"] for kind in ("jvp", "vjp")]


@pytest.mark.parametrize("generated", [False, True], ids=["live", "generated"])
@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_first_order(function, generated):
    case = Case(function)
    jvp, vjp = products(case, generated, "ssa" if generated else "named")
    left = copy.deepcopy(case.at)
    function(**left)
    for call in (
        lambda at: jvp(**at, **case.tangents(case.dots)),
        lambda at: vjp(**at, bar=case.bars),
    ):
        at = copy.deepcopy(case.at)
        value, _ = call(at)
        assert repr(value) == repr(case.value)
        assert repr(at) == repr(left), "the arguments are left as the function leaves them"
    tangent = jvp(**copy.deepcopy(case.at), **case.tangents(case.dots))[1]
    forward = sum(
        b * d for b, d in zip(oracle.leaves(case.bars), oracle.leaves(tangent), strict=True)
    )
    gradients = vjp(**copy.deepcopy(case.at), bar=copy.deepcopy(case.bars))[1]
    right = case.slope(case.dots)
    assert close(forward, right, 1e-12)
    assert close(case.paired(gradients, case.dots), forward, 1e-12)


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_memory(function):
    case = Case(function)
    at, bars = copy.deepcopy(case.at), copy.deepcopy(case.bars)
    value, gradients = adjgen.vjp(function, wrt=tuple(case.names))(**at, bar=bars)
    for name, gradient in zip(case.names, gradients, strict=True):
        assert [len(one) for one in lists_of(gradient)] == [
            len(one) for one in lists_of(case.at[name])
        ]
    found = lists_of(gradients)
    others = lists_of(value) + lists_of(bars) + lists_of(list(at.values()))
    assert len({id(one) for one in found}) == len(found)
    assert not {id(one) for one in found} & {id(one) for one in others}
    assert repr(bars) == repr(case.bars), "bar is not changed"


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_second_order(function):
    case = Case(function)
    if oracle.leaves(case.value) != [case.value]:
        return  # several numbers have no gradient
    case.bars = 1.0
    options = {"wrt": tuple(case.names), "exact": True}
    gradient = adjgen.grad(function, **options)
    right = case.slope(case.dots, case.others)
    slopes = adjgen.jvp(gradient, **options)(**copy.deepcopy(case.at), **case.tangents(case.dots))[
        1
    ]
    assert close(case.paired(slopes, case.others), right, 1e-11)
    bar = tuple(copy.deepcopy(case.others[n]) for n in case.names)
    back = adjgen.vjp(gradient, **options)(**copy.deepcopy(case.at), bar=bar)[1]
    assert close(case.paired(back, case.dots), right, 1e-11)


@pytest.mark.parametrize("function", REFUSED, ids=lambda f: f.__name__)
def test_refused(function):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ407"):
        adjgen.grad(function)


def test_a_distance_of_lists_that_is_zero_has_the_derivative_zero():
    assert adjgen.grad(math_dist)([1.0, 2.0], [1.0, 2.0]) == ([0.0, 0.0], [0.0, 0.0])
    assert adjgen.jvp(math_dist, wrt="p")([1.0], [1.0], p_dot=[1.0]) == (0.0, 0.0)
    with pytest.raises(ValueError, match="same number of dimensions"):
        adjgen.grad(math_dist)([1.0], [1.0, 2.0])


def math_dist(p, q):
    return math.dist(p, q)


def test_a_star_that_finds_too_few_items_raises_as_python_does():
    def f(x):
        first, *rest, last = x
        return first * last * len(rest)

    with pytest.raises(ValueError, match=r"expected at least 2, got 1"):
        adjgen.grad(f)([1.0])
    assert adjgen.grad(f)([1.0, 5.0, 2.0]) == [2.0, 0.0, 1.0]


def test_a_strict_zip_raises_as_python_does():
    def f(x, w):
        seen = []
        for a, b in zip(x, w, strict=True):
            seen.append(a / b)
        return sum(a * b for a, b in zip(x, w, strict=True)) + sum(seen)

    with pytest.raises(ValueError, match=r"zip\(\) argument 2 is shorter than argument 1"):
        adjgen.grad(f)([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match=r"zip\(\) argument 2 is longer than argument 1"):
        adjgen.grad(f)([1.0], [1.0, 2.0])
    with pytest.raises(ZeroDivisionError):
        adjgen.grad(f)([1.0], [0.0, 2.0])


def test_an_unpacked_list_that_does_not_fit_raises_as_python_does():
    def best(x):
        return max(*x)

    def plane(a, b, c):
        return a * b - c

    def called(x):
        return plane(x[0], *x)

    for function, x in [
        (best, [1.0]),
        (best, []),
        (called, [1.0]),
        (called, [1.0, 2.0, 3.0]),
    ]:
        with pytest.raises(TypeError) as right:
            function(x)
        with pytest.raises(TypeError) as found:
            adjgen.grad(function)(x)
        assert str(found.value) == str(right.value)
    assert adjgen.grad(called)([1.0, 2.0]) == [2.0, -1.0]


def test_a_store_at_steps_that_does_not_fit_raises_as_python_does():
    def f(x):
        y = [v * v for v in x]
        y[::2] = [x[0], x[1]]
        return y[0] * y[1]

    with pytest.raises(ValueError, match="sequence of size 2 to extended slice of size 1"):
        adjgen.grad(f)([1.0, 2.0])
    assert adjgen.grad(f)([1.0, 2.0, 5.0]) == [4.0, 4.0, 0.0]


def test_a_pop_raises_as_python_does():
    def emptied(x):
        y = []
        z = y.pop()
        return z * x

    def last_first(x):
        y = []
        z = y[-1]
        y.pop()
        return z * x

    for function in (emptied, last_first):
        with pytest.raises(IndexError) as expected:
            function(2.0)
        with pytest.raises(IndexError, match=str(expected.value)):
            adjgen.grad(function)(2.0)
