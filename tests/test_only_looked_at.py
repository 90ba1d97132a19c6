"""Lists that carried code only looks at, beside those that it changes or puts into others: right, or refused."""

import bisect
import collections
import copy
import heapq
import itertools
import statistics

import numpy as np
import pytest
from test_held_by_objects import Prop
from test_unseen_changes import ARGUMENTS, matches

import adjgen

Grid = list[list[float]]


class Model:
    def __init__(self):
        self.calls = 0
        self.history = []

    def bind(self, v):
        self.v = v

    def poke(self, n):
        self.v[0] = n

    def counted(self, x: float, v: list[float]):
        self.last = v
        y = v[0] * x
        self.calls += 1
        return y + v[0] * x


class Rows:
    def first(self, g, v):
        g[0] = v

    def repeat(self, g):
        g[1] = g[0]


class Box:
    def __init__(self, v):
        self.v = v


# ---- what is only looked at is not changed


def length_kept(x: float, m, v: list[float]):
    t = v[0] * x
    m.history.append(len(v))
    return t + v[0] * x


def copies_kept(x: float, m, v: list[float], n: int):
    s = 0.0
    for k in range(n):
        s += v[k] * x
        m.history.append((k, list(v), v[:], sum(v), statistics.mean(v)))
    return s


def looked_up(x: float, v: list[float]):
    held = {"v": v, "k": 2.0}
    t = v[0] * x
    k = held.get("k", 1.0)
    return (t + v[0] * x) * k * len(held.keys())


def queue_of_places(x: float, v: list[float]):
    queue = collections.deque([0])
    s = 0.0
    while queue:
        k = queue.popleft()
        s += v[k] * x
        if k < 2:
            queue.append(k + 1)
    return s


def matrix_that_was_measured(x: float, m, n: int):
    h = []
    for k in range(n):
        h.append([float(k), 1.0])
    m.history.append(len(h))
    h[0][0] = 3.0
    return h[0][0] * x


def order_statistics(x: float, v: list[float]):
    q = statistics.quantiles(v)
    big = list(filter(lambda a: a > 1.0, v))
    runs = list(itertools.accumulate(v))
    v[0] = x
    return (q[0] + big[0] + runs[2]) * x


def sorted_rows(x: float, g: Grid):
    g.sort(key=lambda row: row[1])
    g[0][1] = x
    return g[0][1] * g[0][0] + g[1][1] * x


def sums_of_rows(x: float, g: Grid):
    sums = {i: sum(r) for i, r in enumerate(g)}
    g[0][0] = x
    return sums[1] * x


def copied_rows(x: float, g: Grid):
    best = {"g": [r[:] for r in g], "h": copy.deepcopy(g), "t": list(zip(*g))}
    t = g[0][0] * x
    g[0][0] = x
    return best["g"][0][0] * t + best["h"][0][0] * t + best["t"][0][0] * t


RIGHT = [
    length_kept, copies_kept, looked_up, queue_of_places, matrix_that_was_measured,
    order_statistics, sorted_rows, sums_of_rows, copied_rows,
]  # fmt: skip


def test_calls_may_be_counted_beside_a_list_that_is_kept():
    model = Model()
    assert adjgen.value_and_grad(model.counted, "x")(1.5, [2.0, 1.0]) == (6.0, 4.0)
    assert (model.calls, model.last) == (1, [2.0, 1.0])


def lengths_kept(v: list[float], m, n: int):
    found = {}
    s = 0.0
    for k in range(n):
        found[k] = len(v)
        m.history.append((k, len(v)))
        s += v[k] * v[k]
    return s


def test_a_length_may_be_kept_where_the_list_is_differentiated():
    model = Model()
    assert adjgen.grad(lengths_kept, "v")([1.0, 2.0, 5.0], model, 2) == [2.0, 4.0, 0.0]
    assert model.history == [(0, 3), (1, 3)]


def number_kept(v: list[float], m):
    m.history.append((v[0], len(v)))
    return v[0] * m.history[-1][0]


def test_a_number_that_is_kept_is_refused():
    with pytest.raises(adjgen.UnsupportedError, match="ADJ"):
        adjgen.grad(number_kept, "v")


@pytest.mark.parametrize("f", RIGHT)
def test_code_that_only_looks_at_a_list_does_not_change_it(f, monkeypatch):
    monkeypatch.setitem(ARGUMENTS, "m", Model())
    matches(f)


# ---- what is changed through an object, or by an operator


def poked(x: float, m, v: list[float]):
    m.bind(v)
    t = v[0] * x
    m.poke(len(v))
    return t + v[0] * x


def set_by_a_property(x: float, v: list[float]):
    held = Prop(v)
    t = v[0] * x
    held.first = 9.0
    return t + v[0] * x


def text_added(x: float, v: list[float]):
    held = {"a": v}
    q = held["a"]
    n = len(v)
    q += "z"
    return n * x * len(v)


def stored_into_an_array(x: float, b: np.ndarray):
    held = {"a": b}
    t = np.sum(b * x) ** 2
    held["a"][0] = 9.0
    return t + np.sum(b) * x


def added_to_an_array(x: float, b: np.ndarray):
    held = {"a": b}
    q = held["a"]
    t = np.sum(b * x) ** 2
    q += 9.0
    return t + np.sum(b) * x


def root_into_itself(x: float, b: np.ndarray):
    held = {"a": b}
    t = np.sum(b * x) ** 2
    np.sqrt(held["a"], held["a"])
    return t + np.sum(b) * x


def filled(x: float, b: np.ndarray):
    held = {"a": b}
    t = np.sum(b * x) ** 2
    np.ndarray.fill(held["a"], 9.0)
    return t + np.sum(b) * x


def cleaned_in_place(x: float, b: np.ndarray):
    held = {"a": b}
    t = np.sum(b * x) ** 2
    np.nan_to_num(held["a"], copy=False)
    return t + np.sum(b) * x


def set_by_a_made_property(x: float, held, v: list[float]):
    held.v = v
    t = v[0] * x
    held.start = 9.0
    return t + v[0] * x


def sorted_by_what_changes(x: float, v: list[float]):
    e = list({"v": v}.values())
    t = v[0] * x
    e.sort(key=list.reverse)
    return t + v[0] * x


def through_walked_objects(x: float, v: list[float]):
    nodes = [Box(None), Box(None)]
    for one in nodes:
        one.v = v
    t = v[0] * x
    nodes[1].v[0] = 9.0
    return t + v[0] * x


CHANGED = [
    poked, set_by_a_property, text_added, stored_into_an_array, added_to_an_array, root_into_itself,
    filled, cleaned_in_place, through_walked_objects, set_by_a_made_property, sorted_by_what_changes,
]  # fmt: skip


# ---- what is put into a list of lists, or into an object that is in another


def first_of_rows(x: float, g: Grid, v: list[float]):
    Rows().first(g, v)
    v[0] = x
    return g[0][0] * x


def stored_into_the_rows(x: float, g: Grid, v: list[float]):
    Rows().first(g, v)
    g[0][0] = x
    return v[0] * x


def one_row_twice(x: float, g: Grid):
    Rows().repeat(g)
    g[0][0] = x
    return g[1][0] * x


def sorted_in(x: float, g: Grid, v: list[float]):
    bisect.insort(g, v)
    v[0] = x
    return g[1][0] * x


def pushed(x: float, v: list[float]):
    h = [[1.0, 2.0]]
    heapq.heappush(h, v)
    v[0] = x
    return h[1][0] * x


def objects_in_a_list(x: float, v: list[float]):
    ds = []
    d = {}
    ds.append(d)
    d["b"] = v
    v[0] = x
    return ds[0]["b"][0] * x


def walked_dicts(x: float, v: list[float]):
    top = {"p": {}, "q": {}}
    for _k, d in top.items():
        d["v"] = v
    v[0] = x
    return top["p"]["v"][0] * x


def linked(x: float, v: list[float], n: int):
    node = {"next": None}
    head = node
    for _k in range(n):
        new = {}
        node["next"] = new
        node = new
    node["v"] = v
    v[0] = x
    return head["next"]["next"]["next"]["v"][0] * x


def bound_and_stored_at_once(x: float, v: list[float]):
    h = {}
    h["b"] = w = {}
    w["v"] = v
    v[0] = x
    return h["b"]["v"][0] * x


def largest_row(x: float, g: Grid):
    best = {"r": max(*g)}
    t = g[0][0] * x
    g[1][0] = x
    return best["r"][0] * t


def joined_lists(x: float, v: list[float]):
    a = [{}]
    b = a + [{}]
    a[0]["v"] = v
    v[0] = x
    return b[0]["v"][0] * x


PUT = [
    first_of_rows, stored_into_the_rows, one_row_twice, sorted_in, pushed, objects_in_a_list,
    walked_dicts, linked, bound_and_stored_at_once, largest_row, joined_lists,
]  # fmt: skip


@pytest.mark.parametrize("f", [*CHANGED, *PUT])
def test_what_other_code_changes_or_puts_elsewhere_is_refused(f):
    with pytest.raises(adjgen.UnsupportedError, match="ADJ407"):
        adjgen.grad(f, "x")
