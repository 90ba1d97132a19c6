"""Rows of lists of lists: x[i] raises where the user's raises, and is not written where something reads it."""

import math

import pytest

import adjgen

A = [[1.0, 2.0], [3.0, 4.0]]


def second(row, c):
    return c * c


def handed(A: list[list[float]], i: int, c: float) -> float:
    return second(A[i], c)


def named(A: list[list[float]], i: int, c: float) -> float:
    row = A[i]  # noqa: F841
    return c * c


def read_later(A: list[list[float]], i: int, c: float) -> float:
    row = A[i]
    if c < 0.0:
        return c * c
    return c * row[0]


def read_after_another_error(A: list[list[float]], i: int, c: float) -> float:
    row = A[i]
    s = math.sqrt(-c)
    return s * row[0]


def walked(A: list[list[float]], n: int, m: int) -> float:
    s = 0.0
    for i in range(n):
        row = A[i]
        for j in range(m):
            s += row[j] * row[j]
    return s


def read_at_once(A: list[list[float]], i: int, c: float) -> float:
    row = A[i]
    return c * row[0] + row[1]


@pytest.mark.parametrize("f", [handed, named, read_later, read_after_another_error])
@pytest.mark.parametrize("i", [2, -3])
def test_a_row_that_is_not_there_raises_though_nobody_reads_it(f, i):
    for function in (f, adjgen.grad(f, "c")):
        with pytest.raises(IndexError):
            function(A, i, -1.0)
    with pytest.raises(IndexError):
        adjgen.jvp(f, "c")(A, i, 1.0, c_dot=1.0)


def test_rows_of_turns_that_read_nothing_are_looked_for():
    gradient = adjgen.grad(walked)
    assert gradient(A, 2, 0) == [[0.0, 0.0], [0.0, 0.0]]
    assert gradient(A, 2, 2) == [[2.0, 4.0], [6.0, 8.0]]
    with pytest.raises(IndexError):
        gradient(A, 3, 0)


def test_a_row_that_is_read_is_not_looked_for_before():
    lines = [line.strip() for line in adjgen.generate(read_at_once).source.splitlines()]
    assert "A[i]" not in lines


def side(A: list[list[float]], B: list[float], i: int, c: float) -> float:
    row = A[i]
    B[0] = c * c
    return row[0] * B[0]


def missing(d: dict[int, float], c: float) -> float:
    s = 0.0
    for k in range(len(d)):
        v = d[k]  # noqa: F841
        s += c
    return s


def test_a_row_is_looked_for_before_another_list_is_changed():
    B = [9.0]
    with pytest.raises(IndexError):
        adjgen.grad(side, "c")(A, B, 5, 2.0)
    assert B == [9.0]


def test_an_item_of_a_dict_may_be_missing():
    with pytest.raises(KeyError):
        adjgen.grad(missing, "c")({5: 1.0}, 2.0)


def of_a_slice(A: list[list[float]], y: float) -> float:
    grid = A[::1]
    if y < 0.0:
        grid = []
    grid[0][1] = 1.0
    return A[0][1] * y


def named_and_put(x: float, c: float) -> float:
    row = [x, x]
    grid = [row]
    if c > 0.0:
        grid = [[1.0, 2.0]]
    grid[0][0] = 5.0
    return row[0] * c


def put_twice(x: float, c: float) -> float:
    row = [x, x]
    a = [row]
    b = [row]
    row = [1.0]
    a[0][0] = 5.0
    return b[0][0] * row[0] * c


def put_twice_in_turns(x: float, c: float) -> float:
    a, b = [], []
    for k in range(3):
        row = [x * k, c]
        a.append(row)
        b.append(row)
    a[1][0] = 5.0
    return b[1][0] * c


@pytest.mark.parametrize("f", [of_a_slice, named_and_put, put_twice, put_twice_in_turns])
def test_a_row_that_may_have_another_name_is_not_changed(f):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ407"):
        adjgen.grad(f, "c" if f is not of_a_slice else "y")


def chosen(x: float, c: float) -> float:
    grid = [[x, x * x]]
    if c > 0.0:
        grid = [[1.0, 2.0]]
    grid[0][0] = 5.0 * x
    return grid[0][0] * grid[0][1]


def filled(x: float, c: float) -> float:
    a = []
    for k in range(3):
        row = [x * k, c]
        a.append(row)
    a[1][0] = 5.0 * x
    return a[1][0] * c + a[2][0]


def test_a_row_of_one_list_is_changed():
    assert adjgen.grad(chosen)(3.0, -1.0) == (135.0, 0.0)
    assert adjgen.grad(chosen)(3.0, 1.0) == (10.0, 0.0)
    assert adjgen.grad(filled)(3.0, -1.0) == (-3.0, 15.0)


def unread(x: float):
    return x * x, [1.0, *range(2)]


def test_the_tangent_of_a_list_that_is_carried_is_refused():
    with pytest.raises(adjgen.UnsupportedError, match="ADJ401"):
        adjgen.jvp(unread)


def after_reverse(x, A, n):
    acc = A[n]
    A.reverse()
    acc[0] = 2.0
    return A[0][0] * x


def after_swap(x, A):
    acc = A[0]
    A[0], A[1] = A[1], A[0]
    acc[0] += x
    return A[0][0]


def after_append(x, A):
    acc = A[-1]
    A.append([1.0, 2.0])
    acc[0] = x
    return A[0][0]


def after_del(x, A):
    acc = A[0]
    del A[0]
    acc[0] *= x
    return A[0][0]


def in_a_row_that_moved(x, B):
    A = B[0]
    B.reverse()
    A[0][0] = x
    return B[0][0][0]


def read_in_a_row_that_moved(x, B):
    A = B[0]
    B.reverse()
    return A[0][0] * x


MOVED = [
    after_reverse, after_swap, after_append, after_del, in_a_row_that_moved, read_in_a_row_that_moved,
]  # fmt: skip


@pytest.mark.parametrize("f", MOVED)
def test_a_row_that_moved_is_not_changed_at_its_old_place(f):
    with pytest.raises(adjgen.UnsupportedError, match=r"ADJ407[^$]*Take the row again"):
        adjgen.jvp(f)


def kept(x, A):
    acc = A[0]
    A.append([1.0, 2.0])
    acc[-1] = x * x
    return A[0][-1] + A[-1][0]


def test_a_row_that_stayed_is_changed_behind_an_append():
    assert adjgen.value_and_grad(kept, "x")(3.0, [[5.0, 6.0]]) == (10.0, 6.0)


def bound_again(x: float, y: float):
    r = [x, y]
    grid = [r, [y, x]]
    for _ in range(2):
        grid = grid
        grid[0][0] = grid[0][0] * x
    return r[0] * grid[0][1]


def bound_in_a_turn(x: float, y: float):
    r = [x, y]
    grid = [[x, x], [y, x]]
    for _ in range(2):
        grid[0][0] = grid[0][0] * x
        grid = [r, r]
    return r[0] * grid[0][1]


def bound_to_the_callers(x: float, y: list[float]):
    grid, k = [[x, x]], 0
    while k < 3:
        k += 1
        grid[0][0] = x * k
        grid = [y]
    return y[0] * x


def stepped(x: float, n: int):
    a, b = [[x, x * x]], [[x, 1.0]]
    for _ in range(n):
        b[0][0] = a[0][0] * x
        b[0][1] = a[0][1] + x
        a, b = b, a
    return a[0][0] + b[0][1]


@pytest.mark.parametrize("f", [bound_again, bound_in_a_turn, bound_to_the_callers])
def test_a_row_with_another_name_is_not_changed_through_a_list_that_a_loop_binds(f):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ407[^$]*may be the same ones"):
        adjgen.grad(f, "x")


def test_lists_of_rows_that_take_turns_are_changed():
    assert adjgen.value_and_grad(stepped, "x")(1.5, 3) == (10.3125, 18.5)


def collected(x: float, y: float):
    t = [x * y, 0.1]
    grid = [t for _ in range(2)]
    t[1] = x
    return grid[0][1]


def put_in_an_arm(x: float, y: float):
    t, grid = [y, y], [[x, y], [y, x]]
    if y > 0.4:
        t = [x, x]
        grid = [t, [x, x]]
        grid[0][0] = 5.0 * x
    return t[0] + grid[1][0]


def put_in_a_turn(x: float, y: float):
    t, grid = [y, y], [[x, y], [y, x]]
    for _ in range(2):
        t = [x, x]
        grid = [t, [x, x]]
        grid[0][0] = 5.0 * x
    return t[0] + grid[1][0]


def two_deep(x: float, y: float):
    grid = [[x, y], [y, 0.5]]
    cube = [grid, [[x, y], [x, y]]]
    cube[0][0] = [5.0 * x, x]
    return grid[0][0]


def three_deep(x: float, y: float):
    row = [x, y]
    cube = [[[x, y], [y, x]], [row, [x, y]]]
    cube[1][0][0] = 5.0 * x
    return row[0]


@pytest.mark.parametrize("f", [collected, put_in_an_arm, put_in_a_turn, two_deep, three_deep])
def test_a_list_that_changed_inside_another_one_is_not_read(f):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ407[^$]*(other name|Change a copy)"):
        adjgen.grad(f, "x")
