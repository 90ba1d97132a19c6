"""Rows of lists: each is a value made of values, and linear in the numbers inside.

A list that is stored into is a new list here; emission stores in place. What a row does to tangents
and adjoints is said by `jvp`, `vjp` and `scatter` (the adjoint so far with the contribution added).
"""

from collections.abc import Sequence
from functools import partial
from math import dist, fsum, hypot, isqrt
from typing import Any

from adjgen.elementary.row import Number, call, row, select
from adjgen.elementary.sequences import (
    DEEPEST,
    add_at,
    add_elements,
    add_part,
    add_row_at,
    around,
    backwards,
    columns,
    copied,
    depth,
    dot,
    folded,
    gathered,
    inside,
    item,
    order_of,
    padded,
    part,
    scaled,
    scattered,
    shares,
    with_item,
    zeros_like,
)
from adjgen.ir.types import INT, OPAQUE, REAL, Type, join, seq


def zeros(like: Any) -> Number:
    """Return the zero of a traced value: 0.0, or zeros in the shape of a list."""
    lists = depth(like.atom.type) if hasattr(like, "atom") else 0
    return call(f"zeros_like_{lists}", like) if lists else 0.0


def is_list(value: Any) -> bool:
    """Whether a traced value is a list."""
    return hasattr(value, "atom") and bool(depth(value.atom.type))


def hypot_of(items: Sequence[Any]) -> float:
    """Return the length of a vector."""
    return hypot(*items)


def sequence(name: str, evaluate: Any, result: Any, **about: Any) -> None:
    """Enter a row of lists."""
    row(name, evaluate, result=result, category="sequence", **about)


def first(types: Sequence[Type]) -> Type:
    """Return the type of the first argument: that of the list."""
    return types[0]


def grown(bar: Number, k: int, *where: Number) -> Number:
    """Return the adjoint for (list, value, where): the list's, or that of the value put there."""
    return bar if k == 0 else call("item", bar, *where)


def _add_to_item(bar: Number, into: Number, *where: Number) -> Number:
    return call("add_row_at" if is_list(bar) else "add_at", into, bar, *where)


def _without_item(args: Sequence[Any], bar: Number) -> Number:
    before = call("item", args[0], *args[2:]) if is_list(args[1]) else args[1]
    return call("with_item", bar, zeros(before), *args[2:])


sequence("range", range, lambda types: seq(INT))
sequence(
    "backwards", backwards, first, raises=False,
    jvp=lambda args, y, dot: call("backwards", dot(0)),
    vjp=lambda k, args, y, bar: call("backwards", bar),
)  # fmt: skip
row("isqrt", isqrt, result="int", raises=False, category="none")
row("len", len, result="int", category="sequence", names=("builtins.len",))
sequence(
    "item", item, lambda types: inside(types[0], len(types) - 1),
    jvp=lambda args, y, dot: call("item", dot(0), *args[1:]),
    scatter=lambda k, args, y, bar, into: _add_to_item(bar, into, *args[1:]),
)  # fmt: skip
sequence(
    "with_item", with_item, lambda types: join(types[0], around(types[1], len(types) - 2)),
    mutates=True,
    jvp=lambda args, y, dot: call("with_item", dot(0), dot(1), *args[2:]),
    vjp=lambda k, args, y, bar: (
        call("item", bar, *args[2:]) if k else _without_item(args, bar)
    ),
)  # fmt: skip
for _name, _evaluate in {"add_at": add_at, "add_row_at": add_row_at}.items():
    sequence(
        _name, _evaluate, first, raises=False, mutates=True,
        jvp=lambda args, y, dot, name=_name: call(name, dot(0), dot(1), *args[2:]),
        vjp=lambda k, args, y, bar: grown(bar, k, *args[2:]),
    )  # fmt: skip
sequence(
    "append", lambda items, value: [*items, value],
    lambda types: join(types[0], seq(types[1])), raises=False, mutates=True,
    jvp=lambda args, y, dot: call("append", dot(0), dot(1)),
    vjp=lambda k, args, y, bar: call("item", bar, -1) if k else call("most", bar),
)  # fmt: skip
sequence(
    "most", lambda items: list(items[:-1]), first, mutates=True,
    jvp=lambda args, y, dot: call("most", dot(0)),
    vjp=lambda k, args, y, bar: call("append", bar, zeros(call("item", args[0], -1))),
)  # fmt: skip
sequence(
    "listing", lambda *items: list(items), lambda types: seq(join(*types)),
    raises=False, variadic=True,
    jvp=lambda args, y, dot: call("listing", *(dot(k) for k in range(len(args)))),
    vjp=lambda k, args, y, bar: call("item", bar, k),
)  # fmt: skip
sequence(
    "filled", lambda value, count: [value] * count, lambda types: seq(types[0]), raises=False,
    jvp=lambda args, y, dot: call("filled", dot(0), args[1]),
    vjp=lambda k, args, y, bar: (
        call(f"columns_{depth(args[0].atom.type)}", bar, args[0]) if is_list(args[0])
        else call("total", bar)
    ),
)  # fmt: skip
sequence(
    "repeated", lambda items, count: [*items] * count, first, raises=False,
    jvp=lambda args, y, dot: call("repeated", dot(0), args[1]),
    vjp=lambda k, args, y, bar: (
        None if k else call(f"folded_{depth(args[0].atom.type)}", bar, *args)
    ),
)  # fmt: skip
sequence(
    "part", part, first,
    jvp=lambda args, y, dot: call("part", dot(0), *args[1:]),
    scatter=lambda k, args, y, bar, into: call("add_part", into, bar, *args[1:]),
)  # fmt: skip
sequence(
    "add_part", add_part, first, raises=False, mutates=True,
    jvp=lambda args, y, dot: call("add_part", dot(0), dot(1), *args[2:]),
    vjp=lambda k, args, y, bar: call("part", bar, *args[2:]) if k else bar,
)  # fmt: skip
sequence(
    "joined", lambda a, b: [*a, *b], lambda types: join(types[0], types[1]), raises=False,
    jvp=lambda args, y, dot: call("joined", dot(0), dot(1)),
    vjp=lambda k, args, y, bar: (
        call("part", bar, call("len", args[0]), None, None) if k
        else call("part", bar, None, call("len", args[0]), None)
    ),
)  # fmt: skip
for _name, _sum in {"total": sum, "exact_total": fsum}.items():
    sequence(
        _name, _sum, lambda types: join(REAL, *types[1:]) if types[0].element != INT else INT,
        jvp=lambda args, y, dot, name=_name: call(name, *(dot(k) for k in range(len(args)))),
        vjp=lambda k, args, y, bar: bar if k else call("filled", bar, call("len", args[0])),
    )  # fmt: skip
for _name, _extreme in {"largest": max, "smallest": min}.items():
    sequence(
        _name, _extreme, lambda types: types[0].element or OPAQUE,
        kink="the items that have the value share its derivative equally",
        jvp=lambda args, y, dot: call("dot", call("shares", args[0], y), dot(0)),
        vjp=lambda k, args, y, bar: call("scaled", call("shares", args[0], y), bar),
    )  # fmt: skip
row("shares", shares, result=lambda types: seq(REAL), raises=False, category="none")
sequence(
    "dot", dot, lambda types: REAL, raises=False,
    jvp=lambda args, y, dot: call("dot", dot(0), args[1]) + call("dot", args[0], dot(1)),
    vjp=lambda k, args, y, bar: call("scaled", args[1 - k], bar),
)  # fmt: skip
sequence(
    "scaled", scaled, first, raises=False,
    jvp=lambda args, y, dot: call(
        "add_elements_1", call("scaled", dot(0), args[1]), call("scaled", args[0], dot(1))
    ),
    vjp=lambda k, args, y, bar: call("dot", args[0], bar) if k else call("scaled", bar, args[1]),
)  # fmt: skip


def away(args: Sequence[Any]) -> Number:
    """Return the vector whose length a row is: a list, or the difference of two."""
    return call("add_elements_1", args[0], call("scaled", args[1], -1.0)) if args[1:] else args[0]


def over(y: Number, of: Number) -> Number:
    """Return a quotient by a length, 0 where that is 0."""
    return select(y == 0.0, 0.0, lambda: of / y)


def along(args: Sequence[Any], y: Number, dot: Any) -> Number:
    """Return the tangent of the length of a vector: products with its unit vector, which do not overflow."""
    unit = call("scaled", away(args), over(y, 1.0))
    first = call("dot", unit, dot(0)) if dot.has(0) else 0.0
    return first - call("dot", unit, dot(1)) if args[1:] and dot.has(1) else first


for _name, _length in {"norm": hypot_of, "distance": dist}.items():
    sequence(
        _name, _length, lambda types: REAL, kink="0 where it is 0", raises=_name == "distance", jvp=along,
        vjp=lambda k, args, y, bar: call("scaled", away(args), over(y, -bar if k else bar)),
    )  # fmt: skip
row("order_of", order_of, result=lambda types: seq(INT), category="none")
sequence(
    "gathered", gathered, first,
    jvp=lambda args, y, dot: call("gathered", dot(0), args[1]),
    scatter=lambda k, args, y, bar, into: call("scattered", into, bar, args[1]),
)  # fmt: skip
sequence(
    "scattered", scattered, first, raises=False,
    jvp=lambda args, y, dot: call("scattered", dot(0), dot(1), args[2]),
    vjp=lambda k, args, y, bar: call("gathered", bar, args[2]) if k else bar,
)  # fmt: skip
sequence(
    "padded", padded, first, raises=False,
    jvp=lambda args, y, dot: call("padded", dot(0), args[1]),
    vjp=lambda k, args, y, bar: None if k else call("part", bar, None, call("len", args[0]), None),
)  # fmt: skip
for _depth in range(1, DEEPEST + 1):
    sequence(
        f"copied_{_depth}", partial(copied, _depth), first, raises=False,
        jvp=lambda args, y, dot, name=f"copied_{_depth}": call(name, dot(0)),
        vjp=lambda k, args, y, bar: bar,
    )  # fmt: skip
    sequence(
        f"add_elements_{_depth}", partial(add_elements, _depth), first, raises=False,
        jvp=lambda args, y, dot, name=f"add_elements_{_depth}": call(name, dot(0), dot(1)),
        vjp=lambda k, args, y, bar: bar,
    )  # fmt: skip
    sequence(
        f"columns_{_depth}", columns, lambda types: types[1], raises=False,
        jvp=lambda args, y, dot, name=f"columns_{_depth}": call(name, dot(0), args[1]),
        vjp=lambda k, args, y, bar: None if k else call("filled", bar, call("len", args[0])),
    )  # fmt: skip
    sequence(
        f"folded_{_depth}", folded, first, raises=False,
        jvp=lambda args, y, dot, name=f"folded_{_depth}": call(name, dot(0), *args[1:]),
        vjp=lambda k, args, y, bar: None if k else call("repeated", bar, args[2]),
    )  # fmt: skip
    row(
        f"zeros_like_{_depth}",
        partial(zeros_like, _depth),
        result=first,
        raises=False,
        category="none",
    )
sequence(
    "as_tuple", tuple, first, raises=False,
    jvp=lambda args, y, dot: call("as_tuple", dot(0)),
    vjp=lambda k, args, y, bar: call("copied_1", bar),
)  # fmt: skip
row("index", lambda i: i, result="int", category="none")


def taken(k: int, star: Sequence[int]) -> tuple[str, tuple[Any, ...]]:
    """Return the row that gives name k of an unpacking, and where; star: its place, names behind it."""
    at, behind = star or (k + 1, 0)
    if k == at:
        return "part", (at, -behind or None, None)
    return "item", (k if k < at else k - at - 1 - behind,)


def _take(items: Number, k: int, star: Sequence[int]) -> Number:
    name, where = taken(k, star)
    return call(name, items, *where)


def _put_back(bar: Number, k: int, star: Sequence[int], into: Number) -> Number:
    name, where = taken(k, star)
    return (
        call("add_part", into, bar, *where) if name == "part" else _add_to_item(bar, into, *where)
    )


def unpacked(items: Sequence[Any], *star: int) -> tuple[Any, ...]:
    """Return the items of a list, from a star on those that it takes as one."""
    if not star:
        return tuple(items)
    at, behind = star
    end = len(items) - behind
    return (*items[:at], items[at:end], *items[end:])


sequence(
    "unpacked", unpacked, lambda types: types[0].element or OPAQUE,
    outs=2,  # as many as there are names: y is a position
    jvp=lambda args, y, dot: _take(dot(0), y, args[1:]),
    scatter=lambda k, args, y, bar, into: _put_back(bar, y, args[1:], into),
)  # fmt: skip
row("changed", lambda items, new: None, outs=0, category="none")  # a list of the caller
row("refilled", lambda items, new: None, outs=0, category="none")  # one that may be None
