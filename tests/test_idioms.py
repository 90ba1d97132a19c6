"""Idioms that people write with lists: pivoting, stacks, stencils, tables; against differences of the function."""

import copy
from bisect import bisect_right

import pytest

import adjgen

Grid = list[list[float]]


def solved(A: Grid, b: list[float], n: int):
    M = [row[:] + [v] for row, v in zip(A, b)]
    for c in range(n):
        p = max(range(c, n), key=lambda r: abs(M[r][c]))
        if p != c:
            M[c], M[p] = M[p], M[c]
        for r in range(c + 1, n):
            f = M[r][c] / M[c][c]
            for k in range(c, n + 1):
                M[r][k] -= f * M[c][k]
    x = [0.0] * n
    for i in range(n - 1, -1, -1):
        s = M[i][n]
        for j in range(i + 1, n):
            s -= M[i][j] * x[j]
        x[i] = s / M[i][i]
    return x[0] + x[-1]


def popped_while_larger(x: list[float]):
    stack = []
    s = 0.0
    for v in x:
        while stack and stack[-1] > v:
            s += stack.pop() * v
        stack.append(v)
    return s + sum(stack)


def last_if_any(x: list[float], c: float):
    rest = x[1:]
    total = c if rest and rest[0] > 0.0 or not x else -c
    return total * (rest[-1] if rest and rest[-1] > 1.0 else 2.0 * c)


def product(A: Grid, B: Grid, n: int):
    out = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            for k in range(n):
                out[i][j] += A[i][k] * B[k][j]
    return out


def item_of_a_square(A: Grid, n: int):
    return product(A, A, n)[0][1]


def ranked(x: list[float]):
    return sum(w * v for w, v in enumerate(sorted(x), start=1))


def counted_together(x: list[float], y: list[float]):
    s = 0.0
    for k, v in enumerate(x + y):
        s += k * v * v
    return s


def stencil(u: list[float], k: float, n: int):
    u = u[:]
    for _ in range(n):
        u[1:-1] = [u[i] + k * (u[i - 1] - 2.0 * u[i] + u[i + 1]) for i in range(1, len(u) - 1)]
    return sum(v * v for v in u)


def put_inside(u: list[float], k: float):
    u = u[:]
    u[1:-1] = [k, k * k]
    return sum(w * v for w, v in enumerate(u))


def same_name_inside(x: list[float]):
    x = [x * 2.0 for x in x if x > 0.0]
    return sum([x * x for x in x])


def same_name_of_a_number(x: float):
    x = [x * i for x in [x, 2.0 * x * x] for i in range(3)]
    return sum(x)


def two_clashing_names(x: list[float], x_: list[float]):
    return sum([x * x_ for x, x_ in zip(x, x_)])


def looked_up(t: float, T: list[float], Y: list[float]):
    i = max(0, min(bisect_right(T, t) - 1, len(T) - 2))
    t0, t1 = T[i : i + 2]
    return Y[i] + (t - t0) / (t1 - t0) * (Y[i + 1] - Y[i])


A = [[0.1, 2.0, 3.0], [4.0, 1.0, 6.0], [7.0, 8.0, -2.0]]
CALLS = [
    (solved, A, [1.0, 2.0, 3.0], 3),
    (popped_while_larger, [3.0, 1.0, 2.0, 4.0, 0.5]),
    (last_if_any, [3.0, 1.0, 2.0], 0.7),
    (last_if_any, [3.0], 0.7),
    (last_if_any, [], 0.7),
    (item_of_a_square, A, 3),
    (ranked, [3.0, 1.0, 2.0]),
    (counted_together, [3.0, 1.0], [2.0, 5.0]),
    (stencil, [1.0, 2.0, 4.0, 3.0], 0.1, 3),
    *[(put_inside, [1.0, 2.0, 3.0, 4.0, 5.0][:k], 2.0) for k in range(6)],
    (same_name_inside, [1.0, -2.0, 3.0]),
    (same_name_of_a_number, 0.7),
    (two_clashing_names, [1.0, 2.0], [3.0, 5.0]),
    *[(looked_up, t, [0.0, 1.0, 3.0], [1.0, 4.0, 2.0]) for t in (-1.0, 0.5, 2.0, 5.0)],
]


def places(value):
    """Yield the path of every number in nested lists."""
    if isinstance(value, float):
        yield ()
    for k, part in enumerate(value if isinstance(value, list) else ()):
        yield from ((k, *path) for path in places(part))


def moved(args, path, step):
    """Return arguments of which one number is changed."""
    args = copy.deepcopy([*args])
    at, (*outer, last) = args, path
    for k in outer:
        at = at[k]
    at[last] += step
    return args


@pytest.mark.parametrize(("f", "args"), [(f, args) for f, *args in CALLS])
def test_idioms_have_the_derivative_of_what_they_compute(f, args):
    value, gradient = adjgen.value_and_grad(f)(*copy.deepcopy(args))
    assert value == f(*copy.deepcopy(args))
    paths = [path for k, arg in enumerate(args) for path in ((k, *p) for p in places(arg))]
    several = sum(isinstance(arg, float | list) for arg in args) > 1
    for path in paths:
        found = gradient if several else [gradient]
        for k in path:
            found = found[k]
        ends = [f(*moved(args, path, step)) for step in (1e-6, -1e-6)]
        assert found == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-6, abs=1e-7), path


def lookup_of_a_key(xs: list[float], k: float):
    """The largest by a key is another number than the key: that is refused, not 0."""
    return max(xs, key=lambda v: abs(v - k)) * k


def test_what_is_chosen_by_a_key_is_refused():
    with pytest.raises(adjgen.UnsupportedError, match="ADJ301 `max` with a key"):
        adjgen.grad(lookup_of_a_key)


def factor_of_a_generator(x: list[float], c: float):
    s = 0.0
    for r in (v * c for v in x):
        c = c + 1.0
        s += r
    return s


def factor_of_a_counted_generator(x: list[float], c: float):
    s = 0.0
    for k, r in enumerate(v * c for v in x):
        c = c + 1.0
        s += r * k
    return s


@pytest.mark.parametrize("f", [factor_of_a_generator, factor_of_a_counted_generator])
def test_what_a_generator_reads_is_not_changed_while_it_is_walked(f):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ407 a loop changes what the items"):
        adjgen.grad(f)
