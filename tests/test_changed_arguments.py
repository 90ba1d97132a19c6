"""Functions that change a list of the caller's: generated ones change it alike, once."""

import copy

import pytest

import adjgen


def alias(x):
    y = x
    y[0] = y[0] * 2.0
    return x[0] * x[1]


def append(x):
    x.append(3.0)
    return sum(x) * x[0]


def on_two_paths(x):
    if x[0] > 0:
        x[0] = 5.0 * x[0]
        return x[0] ** 2
    for i in range(len(x)):
        x[i] += 1.0
    return x[0] * x[1]


def sort(x):
    x.sort()
    t = 0.0
    for v in x:
        t += v * v * x[0]
    x[1] = t
    return t


def row(A):
    A[0][1] = A[1][0] * 2.0
    return A[0][1] * A[0][0]


def buffer(x, out=None):
    if out is None:
        out = [0.0, 0.0]
    for i in range(2):
        out[i] = x[i] * x[i]
    return out


def pops(x):
    t = 0.0
    while x:
        t += x.pop() ** 2
    return t


CASES = [
    (alias, ([3.0, 2.0],)), (append, ([1.0, 2.0],)), (on_two_paths, ([1.0, 2.0],)),
    (on_two_paths, ([-1.0, 2.0],)), (sort, ([3.0, 1.0, 2.0],)), (row, ([[1.0, 2.0], [3.0, 4.0]],)),
    (buffer, ([1.0, 2.0], [7.0, 7.0])), (buffer, ([1.0, 2.0],)), (pops, ([1.0, 2.0],)),
]  # fmt: skip


@pytest.mark.parametrize(("f", "args"), CASES)
@pytest.mark.parametrize("kind", ["value", "jvp", "vjp", "value_and_grad"])
def test_the_caller_sees_the_same_changes(f, args, kind, as_module):
    expected = copy.deepcopy(args)
    value = f(*expected)
    if kind == "value_and_grad" and isinstance(value, list):
        return  # a list has no gradient
    given = copy.deepcopy(args)
    first = f.__code__.co_varnames[0]
    keywords = {"jvp": {f"{first}_dot": copy.deepcopy(args[0])}, "vjp": {"bar": value}}
    if kind == "value":
        assert getattr(as_module(adjgen.generate(f).source), f.__name__)(*given) == value
    else:
        assert getattr(adjgen, kind)(f)(*given, **keywords.get(kind, {}))[0] == value
    assert given == expected


def extended(x: float, grid: list[list[float]]):
    grid += [[0.5, x + 0.25]]
    return grid[1][0] + grid[-1][1] * x


def test_what_is_read_of_a_list_of_the_caller_is_read_before_that_changes():
    """The length of the list was asked for after it got its new items."""
    for way in (adjgen.value_and_grad, adjgen.grad):
        grid = [[0.6, 0.2], [0.9, 1.3]]
        found = way(extended, "x")(0.75, grid)
        assert (found if way is adjgen.grad else found[1]) == 1.75
        assert grid == [[0.6, 0.2], [0.9, 1.3], [0.5, 1.0]]
