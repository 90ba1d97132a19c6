"""Lists that carried code changes unseen, through rows and objects, and objects that hold lists: right, or refused."""

import bisect
import copy
import inspect
import json
import random
import statistics
from collections import Counter

import pytest

import adjgen

Grid = list[list[float]]


def _clear(n, held):
    if n <= 0:
        held["a"][0] = 5.0
        return 0.0
    return _clear(n - 1, held)


def from_a_row_at_a_place(x: float, g: Grid, n: int):
    t = g[0][0] * x
    q = g[n - 3]
    q.remove(q[0])
    return t + g[0][0] * x


def from_a_row(x: float, g: Grid, n: int):
    t = g[0][0] * x
    q = g[0]
    q.remove(3.0)
    return t + g[0][0] * x


def inserted_into_a_row(x: float, g: Grid, n: int):
    t = g[0][0] * x
    r = g[0]
    bisect.insort(r, 1.0)
    return t + g[0][0] * x


def from_walked_rows(x: float, g: Grid, n: int):
    t = g[0][0] * x
    for p in g:
        p.remove(p[0])
    return t + g[0][0] * x


def from_counted_rows(x: float, g: Grid, n: int):
    t = g[0][0] * x
    for _k, p in enumerate(g):
        p.remove(p[0])
    return t + g[0][0] * x


def from_rows_that_were_measured(x: float, g: Grid, n: int):
    m = len(g[0])
    for p in g:
        p.remove(p[0])
    return m * x * len(g[0])


def stored_through_a_dict(x: float, v: list[float]):
    held = {"a": v}
    t = v[0] * x
    held["a"][0] = 9.0
    return t + v[0] * x


def stored_through_a_dict_made_before(x: float, v: list[float]):
    d = {}
    t = v[0] * x
    d["q"] = v
    d["q"][0] = 3.0
    return t + v[0] * x


def stored_through_a_list_of_dicts(x: float, v: list[float]):
    hs = []
    t = v[0] * x
    hs.append({"a": v})
    hs[0]["a"][0] = 9.0
    return t + v[0] * x


def appended_through_a_dict(x: float, v: list[float]):
    held = {"a": v}
    n = len(v)
    held["a"].append(4.0)
    return n * x * len(v)


def turned_through_a_dict(x: float, v: list[float], n: int):
    held = {"a": v}
    s = 0.0
    for _k in range(n):
        s += v[0] * x
        held["a"].reverse()
    return s


def through_a_tuple(x: float, v: list[float]):
    held = (v, 1.0)
    t = v[-1] * x
    random.seed(3)
    list(map(random.shuffle, held[:1]))
    return t + v[-1] * x


def by_a_recursion(x: float, y: float, n: int):
    v = [x, y]
    held = {"a": v}
    _clear(n, held)
    return v[0] * x


def by_a_recursion_after_a_read(x: float, y: float, n: int):
    v = [x, y]
    held = {"a": v}
    t = v[0] * x
    _clear(n, held)
    return v[0] * x + t


def turned_in_a_loop(x: float, g: Grid, n: int):
    held = {"a": g}
    r = g[0]
    s = 0.0
    while n > 0:
        s += r[0] * x
        held["a"].reverse()
        n -= 1
    return s


def from_walked_planes(x: float, C: list[Grid], n: int):
    r = C[0][0]
    for p in C:
        p.remove(p[0])
    return r[0] * x


def sorted_planes(x: float, C: list[Grid], n: int):
    r = C[0][0]
    for p in C:
        p.sort()
    return r[0] * x


CHANGED = [
    from_a_row_at_a_place,
    from_a_row,
    inserted_into_a_row,
    from_walked_rows,
    from_counted_rows,
    from_rows_that_were_measured,
    stored_through_a_dict,
    stored_through_a_dict_made_before,
    stored_through_a_list_of_dicts,
    appended_through_a_dict,
    turned_through_a_dict,
    through_a_tuple,
    by_a_recursion,
    by_a_recursion_after_a_read,
    turned_in_a_loop,
    from_walked_planes,
    sorted_planes,
]


@pytest.mark.parametrize("f", CHANGED)
def test_what_carried_code_may_change_is_not_taken_for_what_it_was(f):
    with pytest.raises(
        adjgen.UnsupportedError,
        match=r"ADJ407[^$]*(cannot read may change|a row of a list that was changed)",
    ):
        adjgen.grad(f, "x")


def _dict(n, xs):
    if n <= 0:
        return {"a": xs}
    return _dict(n - 1, xs)


def walked_values(x: float, v: list[float]):
    held = {"a": v}
    s = 0.0
    for q in held.values():
        v[0] = x
        s += q[0]
    return s


def walked_pairs(x: float, v: list[float]):
    held = {"a": v}
    s = 0.0
    for _k, q in held.items():
        v[0] = x
        s += q[0]
    return s


def walked_late(x: float, v: list[float]):
    it = zip(v, v)
    v[0] = x
    s = 0.0
    for a, b in it:
        s += a * b
    return s


def walked_as_an_item(x: float, v: list[float]):
    it = iter([v])
    v[0] = x
    s = 0.0
    for a in it:
        s += a[0]
    return s


def walked_stack(x: float, v: list[float]):
    stack = [(v, 0)]
    v[0] = x
    s = 0.0
    for w, _k in stack:
        s += w[0]
    return s


def walked_dicts(x: float, v: list[float]):
    held = {"a": v}
    s = 0.0
    for q in [held]:
        v[0] = x
        s += q["a"][0]
    return s


def kept_by_a_text(x: float, v: list[float]):
    cache = {}
    f"{cache.setdefault('v', v)}"
    v[0] = x
    return cache["v"][0] * x


def kept_by_an_update(x: float, v: list[float]):
    cache = {}
    str(cache.update(v=v))
    v[0] = x
    return cache["v"][0] * x


def kept_by_a_print(x: float, v: list[float]):
    cache = {}
    print(cache.setdefault("v", v))
    v[0] = x
    return cache["v"][0] * x


def kept_by_a_recursion(x: float, xs: list[float], n: int):
    h = _dict(n, xs)
    xs[0] = x
    return h["a"][0] * x


def rows_twice(x: float, g: Grid):
    h = g * 2
    g[0][0] = x
    return h[3][0] * x


def rows_n_times(x: float, g: Grid, n: int):
    h = n * g
    g[0][0] = x
    return h[3][0] * x


def rows_and_others(x: float, g: Grid):
    d = {"a": [1.0]}
    h = g + list(d.values())
    g[0][0] = x
    return h[0][0] * x


def the_smaller_list(x: float, y: float):
    a = [1.0, y]
    b = [2.0, y]
    h = min(a, b)
    a[0] = x
    return h[0] * x


def the_smaller_row(x: float, g: Grid):
    h = min(g[0], g[1])
    g[1][0] = x
    return h[0] * x


def dicts_in_a_list(x: float, y: float):
    v = [1.0, y]
    hs = []
    hs.append({"a": v})
    v[0] = x
    return hs[0]["a"][0] * x


def tuples_in_a_list(x: float, y: float):
    v = [1.0, y]
    hs = []
    hs.append((v, 2))
    v[0] = x
    return hs[0][0][0] * x


def tuples_of_a_loop(x: float, y: float, n: int):
    v = [1.0, y]
    hs = []
    for i in range(n):
        hs.append((v, i))
    v[0] = x
    return hs[0][0][0] * x


def stack_of_a_loop(x: float, y: float, n: int):
    v = [1.0, y]
    stack = [(v, 0)]
    s = 0.0
    while stack:
        w, k = stack.pop()
        s += w[0] * x
        v[0] = v[0] * x
        if k < 2:
            stack.append((w, k + 1))
    return s


HOLDING = [
    walked_values,
    walked_pairs,
    walked_late,
    walked_as_an_item,
    walked_stack,
    walked_dicts,
    kept_by_a_text,
    kept_by_an_update,
    kept_by_a_print,
    kept_by_a_recursion,
    rows_twice,
    rows_n_times,
    rows_and_others,
    the_smaller_list,
    the_smaller_row,
    dicts_in_a_list,
    tuples_in_a_list,
    tuples_of_a_loop,
    stack_of_a_loop,
]


@pytest.mark.parametrize("f", HOLDING)
def test_what_may_hold_a_list_is_not_read_after_the_list_changed(f):
    with pytest.raises(
        adjgen.UnsupportedError, match=r"ADJ407[^$]*may hold a list that was changed"
    ):
        adjgen.grad(f, "x")


class Scale:
    scale = 2.0

    def note(self, n):
        self.n = n


def changed_before_the_read(x: float, g: Grid, n: int):
    for p in g:
        p.remove(p[0])
    return g[0][0] * x


def place_of_the_largest(x: float, v: list[float]):
    k = max(range(len(v)), key=lambda i: abs(v[i]))
    v[k] = v[k] * x
    return v[k] * v[0]


def place_of_a_small_one(x: float, v: list[float]):
    k = next((i for i, q in enumerate(v) if q < 1.0), -1)
    v[k] = v[k] * x
    return v[k] * v[0]


def dict_of_numbers(x: float, v: list[float]):
    names = ["a", "b", "c"]
    p = dict(zip(names, v))
    v[0] = x
    return p["b"] * v[0]


def dict_of_items(x: float, v: list[float]):
    p = {"a": v[0], "b": v[1]}
    v[0] = x
    return p["b"] * v[0]


def dict_of_lengths(x: float, v: list[float]):
    p = {"n": len(v)}
    v[0] = x
    return p["n"] * v[0]


def numbers_before(x: float, v: list[float]):
    old = tuple(v)
    v[0] = x
    return old[0] * v[0]


def counted_numbers(x: float, v: list[float]):
    old = Counter(v)
    v[0] = x
    return old[2] * v[0]


def numbers_of_statistics(x: float, v: list[float]):
    m = statistics.median(v)
    s = json.dumps(v)
    type(v)
    v[0] = x
    return m * v[0] * len(s)


def texts_of_numbers(x: float, v: list[float]):
    t = ", ".join(str(q) for q in v)
    u = f"{v}"
    w = str(v).upper()
    v[0] = x
    return len(t) * v[0] * len(u) * len(w)


def object_that_got_a_length(x: float, v: list[float]):
    o = Scale()
    o.note(len(v))
    v[0] = x * o.scale
    return v[0] * o.scale


def lengths_of_rows(x: float, g: Grid):
    n = {len(r) for r in g}
    g[0][0] = x
    return len(n) * g[0][0]


def stored_beside_a_list(x: float, v: list[float]):
    res = {}
    res["v"] = v
    t = v[0] * x
    res["n"] = 3
    return t + v[0] * x


def put_on_a_stack(x: float, v: list[float], n: int):
    stack = []
    s = 0.0
    for i in range(n):
        stack.append((v, i))
        s += v[0] * x
    return s * len(stack)


def sorted_pairs(x: float, v: list[float]):
    old = sorted(zip(v, ["a", "b", "c"]))
    v[0] = x
    return old[0][0] * v[0]


RIGHT = [
    changed_before_the_read,
    place_of_the_largest,
    place_of_a_small_one,
    dict_of_numbers,
    dict_of_items,
    dict_of_lengths,
    numbers_before,
    counted_numbers,
    numbers_of_statistics,
    texts_of_numbers,
    object_that_got_a_length,
    lengths_of_rows,
    stored_beside_a_list,
    put_on_a_stack,
    sorted_pairs,
]

ARGUMENTS = {
    "x": 1.5,
    "y": 2.5,
    "n": 3,
    "v": [2.0, 0.7, 5.0],
    "g": [[3.0, 4.0], [1.0, 2.0], [7.0, 8.0]],
}


def matches(f):
    """Compare a function and its derivative with the function itself and its differences."""
    names = inspect.signature(f).parameters

    def at(x):
        return f(**{name: copy.deepcopy(ARGUMENTS | {"x": x})[name] for name in names})

    given = {name: copy.deepcopy(ARGUMENTS[name]) for name in names}
    value, slope = adjgen.value_and_grad(f, "x")(**given)
    assert value == at(1.5)
    assert slope == pytest.approx((at(1.5 + 1e-6) - at(1.5 - 1e-6)) / 2e-6)


@pytest.mark.parametrize("f", RIGHT)
def test_numbers_of_a_list_hold_nothing_of_it(f):
    matches(f)
