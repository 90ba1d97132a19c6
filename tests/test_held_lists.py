"""Lists that objects hold, and lists three deep: what is read of them is right, or refused."""

import bisect
from typing import NamedTuple

import pytest

import adjgen

Grid = list[list[float]]


class Pair(NamedTuple):
    a: list[float]
    b: float


def in_a_dict(x: float, v: list[float]):
    held = {"a": v}
    v[0] = x
    return held["a"][0]


def in_a_tuple(x: float, grid: Grid):
    held = tuple(grid)
    grid[0][0] = x
    return held[0][0]


def in_pairs(x: float, grid: Grid):
    held = list(zip(grid, grid))
    grid[0][0] = x
    return held[0][0][0]


def in_a_cache(x: float, v: list[float]):
    cache = {}
    cache["v"] = v
    v[0] = x
    return cache["v"][0]


def walked_late(x: float, v: list[float]):
    doubled = (q * 2 for q in v)
    v[0] = x
    return sum(doubled)


def in_a_record(x: float, v: list[float]):
    held = Pair(v, 2.0)
    v[0] = x
    return held.a[0]


def in_what_was_read_of_it(x: float, y: float):
    v = [y, y]
    held = {"a": v}
    q = held["a"]
    v[0] = x
    return q[0]


def changed_as_a_row(x: float, y: float):
    v = [y, y]
    grid = [v, [1.0, y]]
    held = {"a": v}
    grid[0][0] = x
    return held["a"][0]


HOLDING = [
    in_a_dict, in_a_tuple, in_pairs, in_a_cache, walked_late, in_a_record, in_what_was_read_of_it,
    changed_as_a_row,
]  # fmt: skip


@pytest.mark.parametrize("f", HOLDING)
def test_what_may_hold_a_list_is_not_read_after_the_list_changed(f):
    with pytest.raises(
        adjgen.UnsupportedError, match=r"ADJ407[^$]*may hold a list that was changed"
    ):
        adjgen.grad(f, "x")


def searched(x: float, v: list[float]):
    place, text, held = bisect.bisect(v, 2.0), str(v), {"a": v}
    size = len(held)
    v[0] = x
    return v[place] * x if text else x * size


def test_numbers_and_text_hold_no_lists():
    assert adjgen.value_and_grad(searched, "x")(1.5, [2.0, 0.7, 5.0]) == (7.5, 5.0)


def zeroed(grid):
    grid[0][1] = 0.0


def by_a_call(x: float, grid: Grid):
    grid[0] = grid[1]
    zeroed(grid)
    return grid[1][1] * x


def by_a_method(x: float, grid: Grid):
    grid[0] = grid[1]
    grid[0].clear()
    return len(grid[1]) * x


def in_a_try(x: float, grid: Grid):
    grid[0] = grid[1]
    try:
        grid[1][1] = 0.5
    except IndexError:
        pass
    return grid[0][1] * x


def in_an_object(x: float, y: float):
    row = [1.0, 2.0]
    grid = [row, [x, y]]
    held = {"k": [row]}
    zeroed(held["k"])
    return grid[0][1] * x


@pytest.mark.parametrize("f", [by_a_call, by_a_method, in_a_try, in_an_object])
def test_carried_code_does_not_change_rows_with_other_names(f):
    with pytest.raises(
        adjgen.UnsupportedError, match=r"ADJ407[^$]*(cannot read may change|cannot be changed here)"
    ):
        adjgen.grad(f, "x")


def in_a_chain(x: float, y: float):
    table = {0: 1.0}
    v = table[0] = 2.0
    return table[0] * x * v


def test_a_store_in_a_chained_assignment_is_written():
    assert adjgen.value_and_grad(in_a_chain, "x")(1.5, 0.0) == (6.0, 4.0)


def _same(depth, xs, x):
    if depth <= 0:
        return xs
    ys = _same(depth - 1, xs, x)
    ys[0] = x
    return ys


def given_back(x: float, xs: list[float]):
    _same(2, xs, x)
    return xs[0] * xs[1]


def _grown(depth, xs, x):
    if depth <= 0:
        return xs
    xs = _grown(-0.5, xs, 0)
    xs.append(x)
    del xs[0]
    return xs


def grown_and_given_back(x: float, xs: list[float]):
    _grown(3, xs, 0)
    return xs[1] * x


def test_what_a_recursion_returns_may_be_what_it_was_given():
    for f, wrt in ((given_back, "x"), (given_back, None), (grown_and_given_back, None)):
        with pytest.raises(adjgen.UnsupportedError, match="ADJ407"):
            adjgen.grad(f, wrt)


def plane(x: float, cube: list[Grid]):
    grid = cube[0]
    grid[1] = [a * x for a in grid[1]]
    return grid[1][0]


def turned_plane(x: float, cube: list[Grid]):
    grid = cube[1]
    grid.reverse()
    grid[0][0] *= x
    return cube[1][0][0] + cube[1][1][0]


def filled_planes(x: float, n: int):
    cube = [[[x * k, 1.0] for k in range(n)] for _ in range(n)]
    for k in range(n):
        grid = cube[k]
        for i in range(n):
            grid[i] = [x * i, 2.0]
            grid[i][1] *= x
    return cube[0][0][1] + cube[1][2][0]


def test_planes_of_a_list_three_deep_keep_their_names():
    cube = [[[4.0, 1.0], [2.0, 3.0]], [[5.0, 2.0], [1.0, 6.0]]]
    assert adjgen.value_and_grad(plane, "x")(1.5, cube) == (3.0, 2.0)
    assert adjgen.value_and_grad(turned_plane, "x")(1.5, cube) == (6.5, 1.0)
    assert adjgen.value_and_grad(filled_planes)(1.5, 3) == (6.0, 4.0)


def put_unread(x: float, grid: Grid):
    rows, held = [[0.4, 0.9], [0.1, 0.5]], tuple(grid)
    rows[0] = held[-1]
    grid[-1][0] = x
    return rows[0][0]


def appended_unread(x: float, grid: Grid):
    rows, held = [[0.4, 0.9], [0.1, 0.5]], tuple(grid)
    rows.append(held[-1])
    rows[-1][0] = x
    return grid[-1][0]


def exchanged_unread(x: float, grid: Grid):
    rows, held = [[0.4, 0.9], [0.1, 0.5]], tuple(grid)
    row = rows[0]
    rows[0] = list(held[-1])
    return row[0] * x


def changed_by_a_call(x: float, y: float):
    row = [0.3, 0.8]
    rows = [row, [0.2, 1.0]]
    held = {"k": rows[0]}
    zeroed([held["k"]])
    return row[1] * x


@pytest.mark.parametrize("f", [put_unread, appended_unread, exchanged_unread, changed_by_a_call])
def test_rows_that_carried_code_makes_or_changes(f):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ407"):
        adjgen.grad(f, "x")
