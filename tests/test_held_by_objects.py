"""Objects that hold lists in ways that are easily overlooked: what is read of them, and changed through them."""

import itertools
import statistics

import pytest
from test_unseen_changes import matches

import adjgen

Grid = list[list[float]]


class Box:
    def __init__(self, v):
        self.v = v

    def first(self):
        return self.v[0]


class Prop:
    def __init__(self, v):
        self.v = v

    @property
    def first(self):
        return self.v[0]

    @first.setter
    def first(self, q):
        self.v[0] = q


class Proxy:
    def bind(self, v):
        self.v = v

    def __setitem__(self, k, q):
        self.v[k] = q


class Acc:
    def note(self, n):
        self.n = n

    def update(self, k, v):
        v[k] = 9.0


class Op:
    def __matmul__(self, v):
        return Box(v)


class Cnt:
    def take(self, v):
        self.v = v

    def count(self, n):
        return self.v


def named_in_a_dict(x: float, v: list[float]):
    held = dict(a=v)
    v[0] = x
    return held["a"][0] * x


def what_next_gives_at_the_end(x: float, v: list[float]):
    h = next(iter({}), v)
    v[0] = x
    return h[0] * x


def the_largest_of_nothing(x: float, v: list[float], names):
    h = max({}, default=v)
    v[0] = x
    return h[0] * x


def start_of_a_sum(x: float, v: list[float]):
    h = sum({}.values(), v)
    v[0] = x
    return h[0] * x


def chained_lazily(x: float, v: list[float]):
    it = itertools.chain(v, [1.0])
    v[0] = x
    return next(it) * x


def walked_chain(x: float, v: list[float]):
    it = itertools.chain(v, v)
    v[0] = x
    s = 0.0
    for a in it:
        s += a * a
    return s


def chain_that_is_walked(x: float, v: list[float]):
    s = 0.0
    for q in itertools.chain(v, v):
        s += q * x
        v[1] = x
    return s


def dict_by_comprehension(x: float, v: list[float]):
    q = {k: r for k, r in zip("ab", [v, v])}
    v[0] = x
    return q["a"][0] * x


def rows_by_number(x: float, g: Grid):
    h = {len(r) + k: r for k, r in enumerate(g)}
    g[0][0] = x
    return h[2][0] * x


def keys_of_a_dict(x: float, v: list[float]):
    o = Box(v)
    d = {q: 1.0 for q in (o, "a")}
    v[0] = x
    return next(iter(d)).v[0] * x


def same_name_inside(x: float, v: list[float], C: list[Grid]):
    held = {"n": v[1], "r": [v[0] for v in C]}
    C[0][0][0] = x
    return held["r"][0][0] * x


def updated_dict(x: float, v: list[float]):
    q = {"a": v}
    q |= {"b": 1.0}
    v[0] = x
    return q["a"][0] * x


def extended_list(x: float, v: list[float]):
    q = ["z"]
    q += [v]
    q += ["b"]
    v[0] = x
    return q[1][0] * x


def median_row(x: float, g: Grid):
    h = statistics.median_low(g)
    g[0][0] = x
    g[1][0] = x
    g[2][0] = x
    return h[0] * x


def made_class(x: float, v: list[float]):
    T = type("T", (), {"v": v})
    v[0] = x
    return T.v[0] * x


def dict_in_a_dict(x: float, v: list[float]):
    d = {}
    o = {"d": d}
    d["b"] = v
    v[0] = x
    return o["d"]["b"][0] * x


def dict_of_a_dict(x: float, v: list[float]):
    d = {"in": {}}
    e = d["in"]
    e["b"] = v
    v[0] = x
    return d["in"]["b"][0] * x


def values_before(x: float, v: list[float]):
    d = {}
    e = d.values()
    d["b"] = v
    v[0] = x
    return list(e)[0][0] * x


def iterator_before(x: float, v: list[float]):
    d = {}
    iter(d.values())
    d["a"] = v
    v[0] = x
    return len(list(d)) * x * v[0]


def kept_by_a_comprehension(x: float, g: Grid):
    cache = {}
    any(cache.setdefault(len(cache), r) is None for r in g)
    g[0][0] = x
    return cache[0][0] * x


def own_count(x: float, v: list[float]):
    o = Cnt()
    o.take(v)
    h = o.count(0)
    v[0] = x
    return h[0] * x


def own_operator(x: float, v: list[float]):
    h = Op() @ v
    v[0] = x
    return h.v[0] * x


HOLDING = [
    named_in_a_dict,
    what_next_gives_at_the_end,
    the_largest_of_nothing,
    start_of_a_sum,
    chained_lazily,
    walked_chain,
    chain_that_is_walked,
    dict_by_comprehension,
    rows_by_number,
    keys_of_a_dict,
    same_name_inside,
    updated_dict,
    extended_list,
    median_row,
    made_class,
    dict_in_a_dict,
    dict_of_a_dict,
    values_before,
    iterator_before,
    kept_by_a_comprehension,
    own_count,
    own_operator,
]


def through_a_named_item(x: float, v: list[float]):
    held = dict(a=v)
    t = v[0] * x
    held["a"][0] = 9.0
    return t + v[0] * x


def picked_item(x: float, v: list[float]):
    q = {"a": v, "b": v}["a"]
    t = v[0] * x
    q[0] = 9.0
    return t + v[0] * x


def picked_item_by_number(x: float, v: list[float], n: int):
    q = ["s", v, v][n - 1]
    m = len(v)
    q.append(9.0)
    return m * x * len(v)


def updated_name(x: float, v: list[float]):
    held = {"a": v}
    q = held["a"]
    n = len(v)
    q += [9.0]
    return n * x * len(v)


def updated_attribute(x: float, v: list[float]):
    o = Box(v)
    q = o.v
    n = len(v)
    q += [1.0]
    return n * x * len(v)


def repeated_item(x: float, v: list[float]):
    held = {"a": v}
    n = len(v)
    held["a"] *= 2
    return n * x * len(v)


def own_store(x: float, v: list[float]):
    o = Proxy()
    o.bind(v)
    t = v[0] * x
    o[0] = 9.0
    return t + v[0] * x


def own_update(x: float, v: list[float]):
    o = Acc()
    o.note(1)
    d = {"v": v}
    t = v[0] * x
    o.update(0, d["v"])
    return t + v[0] * x


def through_two_dicts(x: float, v: list[float]):
    d = {}
    o = {"d": d}
    d["b"] = v
    t = v[0] * x
    o["d"]["b"][0] = 9.0
    return t + v[0] * x


def one_or_the_other(x: float, v: list[float]):
    d = {}
    q = d.get("a") or v
    t = v[0] * x
    q[0] = 9.0
    return t + v[0] * x


def chosen_by_a_test(x: float, v: list[float], n: int):
    d = {"a": [1.0]}
    q = d["a"] if n < 0 else v
    t = v[0] * x
    q[0] = 9.0
    return t + v[0] * x


def property_that_stores(x: float, v: list[float]):
    o = Prop(v)
    t = v[0] * x
    o.first = 9.0
    return t + v[0] * x


CHANGED = [
    through_a_named_item,
    picked_item,
    picked_item_by_number,
    updated_name,
    updated_attribute,
    repeated_item,
    own_store,
    own_update,
    through_two_dicts,
    one_or_the_other,
    chosen_by_a_test,
    property_that_stores,
]


def counted_beside(x: float, v: list[float], n: int):
    res = {"v": v, "n": 0}
    s = 0.0
    for k in range(n):
        s += v[k] * x
        res["n"] += k
    return s * res["n"]


def stored_in_a_dict_inside(x: float, v: list[float]):
    res = {"v": v, "meta": {}}
    t = v[0] * x
    res["meta"]["n"] = 3
    return t + v[0] * x


def stored_after_a_branch(x: float, v: list[float], n: int):
    if n > 1:
        res = {"v": v}
    else:
        res = {"v": v, "z": 1}
    t = v[0] * x
    res["n"] = 3
    return t + v[0] * x


RIGHT = [counted_beside, stored_in_a_dict_inside, stored_after_a_branch]


@pytest.mark.parametrize("f", HOLDING)
def test_what_may_hold_a_list_is_not_read_after_the_list_changed(f):
    with pytest.raises(
        adjgen.UnsupportedError, match=r"ADJ407[^$]*may hold a list that was changed"
    ):
        adjgen.grad(f, "x")


@pytest.mark.parametrize("f", CHANGED)
def test_what_carried_code_may_change_is_not_taken_for_what_it_was(f):
    with pytest.raises(
        adjgen.UnsupportedError, match=r"ADJ407 code that adjgen cannot read may change"
    ):
        adjgen.grad(f, "x")


@pytest.mark.parametrize("f", RIGHT)
def test_containers_change_without_the_lists_in_them(f):
    matches(f)
