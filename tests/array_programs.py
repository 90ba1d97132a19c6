"""Seeded random programs on numpy's arrays: shapes, broadcasting, parts, stores, views; in domain by construction.

`python tests/array_programs.py --show 7` prints a program, `--count 20000 --jobs 2 --seed 0` judges many.
A dimension is a name ("n", "m", "n-1", "3"); what is known of shapes is known of the names of dimensions.
"""

import argparse
import ast
import random
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from array_statements import Statements

LIMIT = 10.0  # size of what a variable holds, about
Shape = tuple[str, ...]
LEAST = {"n": 3, "m": 2, "n-1": 2, "m-1": 1, "n+m": 5, "n+n": 6, "m+m": 4}  # lengths; others: 0

# Weights of what the grammar chooses from. Set one to 0 to leave the construction out.
EVERYWHERE = {
    "binary": 8, "unary": 6, "negative": 1, "power": 2, "real_power": 0.7, "where": 2, "extreme": 1.5,
    "clip": 1, "conditional": 0.7, "apply": 2.5, "picked": 3,
}  # fmt: skip
SCALARS = EVERYWHERE | {
    "reduced": 7, "product": 3, "item": 4, "walked": 1, "builtin": 1, "trace": 0.5, "norm": 0.7,
}  # fmt: skip
VECTORS = EVERYWHERE | {
    "reduced": 3, "product": 3, "flat": 1, "gathered": 2, "displayed": 1.5, "joined": 1.5, "same": 2,
    "difference": 1, "constant": 0.5, "comprehended": 0.7, "diagonal": 0.5,
}  # fmt: skip
MATRICES = EVERYWHERE | {
    "reduced": 1.5, "product": 2.5, "outer": 1.5, "turned": 2.5, "gathered": 2, "displayed": 1, "joined": 1.5,
    "same": 1, "constant": 0.5, "expanded": 1.5, "filled": 0.7, "shaped": 0.7,
}  # fmt: skip
UNARY = {  # argument, size of the value (None: that of the argument)
    "sin": ("real", 1), "cos": ("real", 1), "tanh": ("real", 1), "arctan": ("real", 1.6), "abs": ("real", None),
    "exp": ("unit", 3), "expm1": ("unit", 2), "sinh": ("unit", 2), "cosh": ("unit", 2), "square": ("small", 4),
    "log": ("positive", 5), "log1p": ("positive", 5), "sqrt": ("positive", 4), "arcsinh": ("real", 4),
}  # fmt: skip


@dataclass(frozen=True)
class Text:
    """An expression and a bound of the absolute values in it."""

    text: str
    size: float = LIMIT

    def __str__(self) -> str:
        return self.text


@dataclass
class Signature:
    """A function that others may call: the shapes of its parameters and of its value (a list: a tuple)."""

    name: str
    parameters: dict[str, Shape]
    shape: Any


@dataclass(frozen=True)
class Program:
    """A random program: the text, the function f in it, and points to judge it at."""

    seed: int
    text: str
    wrt: tuple[str, ...]
    shape: Any
    points: tuple[dict[str, Any], ...]
    pure: bool  # nothing is stored: a tracer can follow


@dataclass
class Scope:
    """The names that certainly have a value here, with their shapes.

    `own` are arrays that nobody else sees, about; `counters` are below the length of a dimension. Names
    with one root are the same array or parts of it; those whose array was stored into since are `stale`.
    """

    arrays: dict[str, Shape] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    counters: dict[str, str] = field(default_factory=dict)
    lengths: dict[str, str] = field(default_factory=dict)
    roots: dict[str, object] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)

    def copy(self) -> "Scope":
        """Return a scope of its own for an arm or a body."""
        dicts = dict(self.arrays), set(self.own), dict(self.counters), dict(self.lengths)
        return Scope(*dicts, dict(self.roots))

    def forget(self, names: Iterable[str]) -> None:
        """Do not read these any more: they are parts of an array that has changed."""
        for name in names:
            self.arrays.pop(name, None)
            self.stale.add(name)


class Writer(Statements):
    """Writes one function; each statement method and each expression method is a production."""

    def __init__(self, rng: random.Random, known: list[Signature], storing: bool) -> None:
        self.rng, self.known, self.storing = rng, known, storing
        self.lines: list[str] = []
        self.margin = 1
        self.scope = Scope()
        self.parameters: dict[str, Shape] = {}
        self.random: set[str] = set()  # names whose numbers are surely random: f's own arguments
        self.shape: Any = ()
        self.loops = 0
        self.masks = 0
        self.stores = 0

    owner = staticmethod(lambda text: owner(text))

    # ---- choosing

    def chance(self, p: float) -> bool:
        """Return whether something of this probability happens."""
        return self.rng.random() < p

    def pick(self, weights: dict[str, float], prefix: str) -> Any:
        """Return a production."""
        names = list(weights)
        return getattr(self, f"{prefix}_{self.rng.choices(names, [*weights.values()])[0]}")

    def put(self, line: str) -> None:
        """Write a line."""
        self.lines.append("    " * self.margin + line)

    @contextmanager
    def indented(self) -> Iterator[None]:
        """Write a body: names that it binds are unknown behind it."""
        before, self.scope = self.scope, self.scope.copy()
        self.margin += 1
        yield
        self.margin -= 1
        inner, self.scope = self.scope, before
        before.forget([n for n in inner.stale if before.roots.get(n) is inner.roots.get(n)])

    # ---- shapes

    def of_shape(self, shape: Shape) -> list[str]:
        """Return the variables of a shape."""
        return [name for name, known in self.scope.arrays.items() if known == shape]

    def shapes(self, rank: int | None = None) -> list[Shape]:
        """Return the shapes of variables, one for each of them."""
        found = [s for s in self.scope.arrays.values() if rank is None or len(s) == rank]
        return [s for s in found if not any(d.startswith("k") for d in s)]

    def length(self, dim: str) -> str | None:
        """Write the length of a dimension; None if nothing tells it."""
        if dim.isdigit():
            return dim
        names = [name for name, known in self.scope.lengths.items() if known == dim]
        if names and self.chance(0.5):
            return self.rng.choice(names)
        found = []
        for name, shape in self.scope.arrays.items():
            for axis, known in enumerate(shape):
                if known == dim:
                    found += [f"{name}.shape[{axis}]", *([f"len({name})"] * 2 if axis == 0 else [])]
                    found += [f"{name}.size"] if len(shape) == 1 else []
        if found:
            return self.rng.choice(found)
        for sign in "-+":
            if sign in dim:
                sides = [self.length(part) for part in dim.split(sign)]
                return None if None in sides else f"{sides[0]} {sign} {sides[1]}"
        return None

    def lengths(self, shape: Shape) -> str | None:
        """Write a shape."""
        parts = [self.length(dim) for dim in shape]
        if None in parts:
            return None
        same = [name for name in self.of_shape(shape)]
        if same and self.chance(0.2):
            return f"{self.rng.choice(same)}.shape"
        if len(parts) == 1 and self.chance(0.7):
            return parts[0]
        return "(" + "".join(f"{part}, " for part in parts) + ")"

    def smaller(self, shape: Shape) -> Shape:
        """Return a shape that is broadcast to this one."""
        if self.chance(0.3) or not shape:
            return ()
        cut = shape[self.rng.choice([0, 0, *range(len(shape))]) :]
        fitted = tuple("1" if len(cut) == len(shape) > 1 and self.chance(0.3) else d for d in cut)
        return fitted

    # ---- expressions

    def expr(self, shape: Shape, depth: int = 2) -> Text:
        """Return an expression of a shape."""
        if depth <= 0 or self.chance(0.15):
            return self.leaf(shape)
        table = (SCALARS, VECTORS, MATRICES)[min(len(shape), 2)]
        for _ in range(8):
            found = self.pick(table, "e")(shape, depth - 1)
            if found is not None:
                return self.damped(found)
        return self.leaf(shape)

    def leaf(self, shape: Shape) -> Text:
        """Return a variable, or what is made of one."""
        known = self.of_shape(shape)
        if known and self.chance(0.95):
            return Text(self.rng.choice(known))
        if not shape:
            return self.e_item(shape, 0) if self.chance(0.6) else Text(self.constant(), 3.0)
        text = self.lengths(shape)
        if text is None:
            return Text(self.rng.choice(known)) if known else Text("0.5", 0.5)
        parts = [s for s in self.scope.arrays.values() if fits(s, shape) and s]
        part = self.e_item((), 0)
        if parts and self.chance(0.9):
            part = self.rng.choice(self.of_shape(self.rng.choice(parts)))
        make = self.rng.choice(["zeros", "ones"])
        sign = "+" if make == "zeros" else "*"
        return Text(f"(np.{make}({text}) {sign} {part})")

    def constant(self) -> str:
        """Return a number."""
        return self.rng.choice(["0.5", "1.5", "2.0", "0.1", "0.3", "1.0", "3.0", "2", "-0.7"])

    def damped(self, e: Text) -> Text:
        """Return an expression of moderate size."""
        if e.size <= LIMIT:
            return e
        form = self.rng.choice(["np.tanh({})", "np.sin({})", "0.1 * np.arctan({})"])
        return Text("(" + form.format(e) + ")", 1.0)

    def unit(self, shape: Shape, depth: int) -> Text:
        """Return an expression with values below 1 in size."""
        form = self.rng.choice(["np.tanh({})", "np.sin({})", "np.cos({})"])
        return Text(form.format(self.expr(shape, depth)), 1.0)

    def positive(self, shape: Shape, depth: int) -> Text:
        """Return an expression with values above 0.2."""
        e = self.expr(shape, depth)
        form = self.rng.choice(["({0} * {0} + 0.5)", "(np.abs({0}) + 0.3)", "np.exp(np.sin({0}))"])
        if len(str(e)) > 30:
            form = "(np.abs({0}) + 0.3)"
        return Text(form.format(e), max(3.0, e.size + 1))

    def sides(self, shape: Shape, depth: int) -> tuple[Text, Text]:
        """Return two expressions that are broadcast to a shape."""
        if len(shape) == 2 and self.chance(0.25):
            pair = [(shape[0], "1"), self.rng.choice([shape[1:], ("1", shape[1])])]
        else:
            pair = [shape, shape if self.chance(0.4) else self.smaller(shape)]
        self.rng.shuffle(pair)
        one, other = (self.expr(s, depth) for s in pair)
        return one, other

    def e_binary(self, shape: Shape, depth: int) -> Text:
        """a + b, a - b, a * b, a / b"""
        a, b = self.sides(shape, depth)
        op = self.rng.choice("++--***/")
        if op == "/":
            return Text(f"({a} / ({b} * {b} + 1.0))", a.size)
        return Text(f"({a} {op} {b})", a.size * b.size if op == "*" else a.size + b.size)

    def e_unary(self, shape: Shape, depth: int) -> Text:
        """np.sin(a)"""
        name = self.rng.choice(list(UNARY))
        kind, size = UNARY[name]
        if kind == "positive":
            e = self.positive(shape, depth)
        else:
            e = self.expr(shape, depth) if kind == "real" else self.unit(shape, depth)
        return Text(f"np.{name}({e})", size or e.size)

    def e_negative(self, shape: Shape, depth: int) -> Text:
        """-a"""
        e = self.expr(shape, depth)
        return Text(f"(-{e})", e.size)

    def e_power(self, shape: Shape, depth: int) -> Text:
        """a**2"""
        n = self.rng.choice([2, 2, 2, 3])
        e = self.expr(shape, depth)
        return Text(f"({e} ** {n})", max(e.size, 1.0) ** n)

    def e_real_power(self, shape: Shape, depth: int) -> Text:
        """a**b with a positive"""
        a, b = self.expr(shape, depth), self.expr(self.smaller(shape), depth)
        n = self.rng.choice(["1.5", "-0.5", f"np.sin({b})"])
        return Text(f"((np.abs({a}) + 0.4) ** {n})", 40.0)

    def mask(self, shape: Shape, depth: int) -> str:
        """Return a comparison of a shape."""
        e = self.expr(shape, depth)
        return (
            f"({e} {self.rng.choice(['<', '>', '>='])} {self.rng.choice(['0.1', '0.35', '-0.2'])})"
        )

    def e_where(self, shape: Shape, depth: int) -> Text:
        """np.where(a > 0.1, a, b)"""
        a, b = self.sides(shape, depth)
        if str(a).isdigit() and str(b).isdigit():
            return a  # whole numbers, into which no float can be added in place
        test = self.mask(shape if self.chance(0.7) else self.smaller(shape), depth)
        return Text(f"np.where({test}, {a}, {b})", max(a.size, b.size))

    def e_extreme(self, shape: Shape, depth: int) -> Text:
        """np.maximum(a, b)"""
        a, b = self.sides(shape, depth)
        return Text(f"np.{self.rng.choice(['maximum', 'minimum'])}({a}, {b})", max(a.size, b.size))

    def e_clip(self, shape: Shape, depth: int) -> Text:
        """np.clip(a, -0.5, 0.5)"""
        e = self.expr(shape, depth)
        low, high = self.rng.choice([("-0.51", "0.83"), ("-1.07", "0.29"), ("-0.3", "np.inf")])
        return Text(f"np.clip({e}, {low}, {high})", e.size)

    def e_conditional(self, shape: Shape, depth: int) -> Text:
        """a if p else b"""
        a, b = self.expr(shape, depth), self.expr(shape, depth)
        return Text(f"({a} if {self.condition()} else {b})", max(a.size, b.size))

    def condition(self) -> str:
        """Return a truth value that reductions decide."""
        e = self.expr((), 1)
        forms = [f"{e} > {self.rng.choice(['0.12', '-0.4', '0.9'])}"] * 3 + [f"{e} < 0.33"]
        name = self.rng.choice([n for n, s in self.scope.arrays.items() if s] or ["0.5"])
        if name != "0.5":
            forms += [f"np.any({name} > 1.1)", f"np.all({name} < 1.3)", f"len({name}) > 2"]
        if self.chance(0.2):
            return f"({self.rng.choice(forms)} and {self.rng.choice(forms)})"
        return f"({self.rng.choice(forms)})"

    def e_apply(self, shape: Shape, depth: int) -> Text | None:
        """g(a, b)"""
        ready = [g for g in self.known if isinstance(g.shape, tuple) and len(g.shape) == len(shape)]
        if not ready:
            return None
        g = self.rng.choice(ready)
        text = self.application(g, shape, depth)
        return None if text is None else Text(text, 20.0)

    def application(self, g: Signature, shape: Shape | None, depth: int) -> str | None:
        """Return a call of a function whose value has a shape, if that is possible."""
        dims: dict[str, str] = {}
        for mine, dim in zip(g.shape, shape or ()):
            if (mine.isdigit() and mine != dim) or dims.setdefault(mine, dim) != dim:
                return None
        at_hand = [d for s in self.shapes() for d in s if LEAST.get(d, 0) > 2]
        for dim in {d for s in g.parameters.values() for d in s if not d.isdigit()} - dims.keys():
            if not at_hand:
                return None
            dims[dim] = self.rng.choice(at_hand)
        if any(LEAST.get(given, 0) < LEAST.get(dim, 0) for dim, given in dims.items()):
            return None
        wanted = [tuple(dims.get(d, d) for d in s) for s in g.parameters.values()]
        parts = []
        for name, one in zip(g.parameters, wanted):
            e = self.leaf(one) if self.chance(0.6) else self.expr(one, depth)
            if str(e) == "0.5" and one:
                return None
            parts.append(f"{name}={e}" if parts and self.chance(0.1) else str(e))
            if "=" in parts[-1] and len(parts) < len(wanted):
                parts[-1] = str(e)
        return f"{g.name}({', '.join(parts)})"

    # ---- numbers

    def some_shape(self) -> Shape:
        """Return the shape of an array to reduce."""
        found = [s for s in self.shapes() if s]
        return self.rng.choice(found) if found else ("3",)

    def e_reduced(self, shape: Shape, depth: int) -> Text | None:
        """np.sum(A, axis=0), x.mean()"""
        keep = "1" in shape and self.chance(0.8)
        if shape and not keep:
            other = self.rng.choice([d for s in self.shapes() for d in s if d != "1"] or ["3"])
            axis = self.rng.randrange(len(shape) + 1)
            whole = (*shape[:axis], other, *shape[axis:])
            if len(whole) > 2 and not self.chance(0.1):
                return None
            options = f"axis={self.rng.choice([axis, axis - len(whole)])}"
        elif shape:
            axis = self.rng.choice([k for k, d in enumerate(shape) if d == "1"])
            other = self.rng.choice([d for s in self.shapes() for d in s if d != "1"] or ["3"])
            whole = (*shape[:axis], other, *shape[axis + 1 :])
            options = f"axis={self.rng.choice([axis, axis - len(whole)])}, keepdims=True"
        else:
            whole, options = self.some_shape(), ""
        name = self.rng.choice(
            ["sum"] * 5 + ["mean"] * 2 + ["max", "min", "prod", "var", "std"][: 5 - bool(depth)]
        )
        e = self.unit(whole, depth) if name == "prod" else self.expr(whole, depth)
        if name == "std" and (str(e) not in self.random or self.loops):
            name = "var"  # the deviation of equal numbers is a kink
        size = {"sum": 5 * e.size, "var": e.size**2}.get(name, e.size)
        if str(e) in self.scope.arrays and self.chance(0.6):
            return Text(f"{e}.{name}({options})", size)
        return Text(f"np.{name}({e}{', ' * bool(options)}{options})", size)

    def e_product(self, shape: Shape, depth: int) -> Text | None:
        """x @ y, np.dot(A, x), A @ B"""
        if len(shape) > 2:
            return None
        inner = self.rng.choice([d for s in self.shapes() for d in s if d != "1"] or ["3"])
        pairs = {
            0: [((inner,), (inner,))],
            1: [((*shape, inner), (inner,)), ((inner,), (inner, *shape))],
            2: [((*shape[:1], inner), (inner, *shape[1:]))],
        }
        one, other = self.rng.choice(pairs[len(shape)])
        a, b = self.expr(one, depth), self.expr(other, depth)
        form = self.rng.choice(["({} @ {})", "({} @ {})", "np.dot({}, {})", "np.matmul({}, {})"])
        if not shape and self.chance(0.2):
            form = self.rng.choice(["np.vdot({}, {})", "np.inner({}, {})"])
        return Text(form.format(a, b), 5 * a.size * b.size)

    def e_item(self, shape: Shape, depth: int) -> Text:
        """x[0], A[-1, i]"""
        names = [n for n, s in self.scope.arrays.items() if s and not unsure(s)]
        if not names:
            return Text(self.constant(), 3.0)
        name = self.rng.choice(names)
        parts = [self.place(dim) for dim in self.scope.arrays[name]]
        if len(parts) == 2 and self.chance(0.15):
            return Text(f"{name}[{parts[0]}][{parts[1]}]")
        return Text(f"{name}[{', '.join(parts)}]")

    def place(self, dim: str) -> str:
        """Return an index into a dimension."""
        least = int(dim) if dim.isdigit() else LEAST.get(dim, 1)
        counters = [k for k, known in self.scope.counters.items() if known == dim]
        if counters and self.chance(0.7):
            return self.rng.choice(counters)
        if least > 1 and self.chance(0.4):
            return self.rng.choice(["1", "-2"])
        return self.rng.choice(["0", "0", "-1"])

    def e_walked(self, shape: Shape, depth: int) -> Text | None:
        """sum(a * a for a in x)"""
        names = [n for n, s in self.scope.arrays.items() if len(s) == 1 and not unsure(s)]
        if not names:
            return None
        name = self.rng.choice(names)
        length = self.length(self.scope.arrays[name][0])
        form = self.rng.choice(
            [
                f"sum(a * a for a in {name})",
                f"sum([np.sin(a) for a in {name}])",
                f"sum({name}[j] * {name}[-1] for j in range({length}))",
            ]
        )
        return Text(form, 100.0)

    def e_builtin(self, shape: Shape, depth: int) -> Text | None:
        """sum(x), max(x), float(x.sum()), abs(a)"""
        names = [n for n, s in self.scope.arrays.items() if len(s) == 1 and not unsure(s)]
        e = self.expr((), depth)
        forms = [(f"abs({e})", e.size), (f"float({e})", e.size), (f"max({e}, 0.25)", e.size)]
        for name in names[:2]:
            forms += [(f"sum({name})", 40.0), (f"max({name})", LIMIT), (f"min({name})", LIMIT)]
        return Text(*self.rng.choice(forms))

    def e_trace(self, shape: Shape, depth: int) -> Text | None:
        """np.trace(A)"""
        square = [s for s in self.shapes(2) if s[0] == s[1]]
        if not square:
            return None
        e = self.expr(self.rng.choice(square), depth)
        return Text(f"np.trace({e})", 5 * e.size)

    def e_norm(self, shape: Shape, depth: int) -> Text | None:
        """np.linalg.norm(x)"""
        found = [s for s in self.shapes(1)]
        if not found:
            return None
        e = self.positive(self.rng.choice(found), depth)
        return Text(f"np.linalg.norm({e})", 3 * e.size)

    # ---- parts

    def e_picked(self, shape: Shape, depth: int) -> Text | None:
        """A part of a variable that has this shape."""
        found = []
        for name, known in self.scope.arrays.items():
            for text, part in self.parts(known):
                if part == shape:
                    found.append(f"{name}[{text}]")
        return Text(self.rng.choice(found)) if found else None

    def parts(self, shape: Shape) -> list[tuple[str, Shape]]:
        """Return indices and the shapes of what they pick: views, all of them."""
        if unsure(shape):
            return []
        if not shape:
            return []
        first, rest = shape[0], shape[1:]
        found = [(self.place(first), rest), ("...", shape), (":", shape), ("::-1", shape)]
        found += [("None", ("1", *shape)), ("np.newaxis, :", ("1", *shape))]
        if first in ("n", "m"):
            less = f"{first}-1"
            found += [("1:", (less, *rest)), (":-1", (less, *rest)), (":2", ("2", *rest))]
        if len(shape) == 1:
            found += [(":, None", (first, "1")), ("..., np.newaxis", (first, "1"))]
        elif len(shape) == 2:
            second = rest[0]
            found += [
                (f":, {self.place(second)}", (first,)),
                (f"..., {self.place(second)}", (first,)),
            ]
            found += [(":, ::-1", shape), (":, :1", (first, "1")), (":1", ("1", second))]
            if second in ("n", "m"):
                found += [
                    (":, 1:", (first, f"{second}-1")),
                    (f"{self.place(first)}, :-1", (f"{second}-1",)),
                ]
        return found

    def copies(self, shape: Shape) -> list[tuple[str, Shape]]:
        """Return indices by arrays of whole numbers, which may name an item twice."""
        if unsure(shape) or not shape:
            return []
        first, rest = shape[0], shape[1:]
        two, three = self.rng.choice(["[0, 1]", "[0, 0]", "[-1, 0]"]), "[0, 1, 0]"
        if first.isdigit() and int(first) < 2 or LEAST.get(first, 2) < 2:
            two, three = "[0, 0]", "[0, -1, 0]"
        if self.chance(0.4):
            two, three = f"np.array({two})", f"np.array({three})"
        found = [(two, ("2", *rest)), (three, ("3", *rest))]
        if (
            len(rest) == 1
            and not (rest[0].isdigit() and int(rest[0]) < 2)
            and LEAST.get(rest[0], 2) > 1
        ):
            found += [
                (f"{two}, [1, 0]", ("2",)),
                (f":, {two}", (first, "2")),
                (f"{two}, 1", ("2",)),
            ]
        length = self.length(first)
        if length:
            found += [(f"np.arange({length})", shape)]
        return found

    def e_gathered(self, shape: Shape, depth: int) -> Text | None:
        """x[[0, 1, 0]]"""
        found = []
        for name, known in self.scope.arrays.items():
            found += [f"{name}[{text}]" for text, part in self.copies(known) if part == shape]
        return Text(self.rng.choice(found)) if found else None

    def e_flat(self, shape: Shape, depth: int) -> Text | None:
        """np.ravel(a), a.reshape(-1)"""
        whole = self.rng.choice([(*shape, "1"), ("1", *shape)])
        e = self.expr(whole, depth)
        forms = ["np.ravel({})", "np.reshape({}, -1)"]
        if str(e) in self.scope.arrays:
            forms += ["{}.reshape(-1)", "{}.ravel()", "{}.flatten()"]
        return Text(self.rng.choice(forms).format(e), e.size)

    def e_displayed(self, shape: Shape, depth: int) -> Text | None:
        """np.array([a, b, c])"""
        first, rest = shape[0], shape[1:]
        if not first.isdigit() or int(first) > 3:
            return None
        parts = [self.expr(rest, depth) for _ in range(int(first))]
        if any(str(p) == "0.5" for p in parts) and rest:
            return None
        return Text(f"np.array([{', '.join(map(str, parts))}])", max(p.size for p in parts))

    def e_joined(self, shape: Shape, depth: int) -> Text | None:
        """np.concatenate((x, y)), np.stack([x, y])"""
        for axis, dim in enumerate(shape):
            if "+" in dim:
                sides = [(*shape[:axis], d, *shape[axis + 1 :]) for d in dim.split("+")]
                one, other = (self.expr(s, depth) for s in sides)
                more = f", axis={axis}" if axis or self.chance(0.2) else ""
                return Text(f"np.concatenate(({one}, {other}){more})", max(one.size, other.size))
            if dim == "2" and len(shape) == 2:
                rest = (*shape[:axis], *shape[axis + 1 :])
                one, other = self.expr(rest, depth), self.expr(rest, depth)
                more = f", axis={axis}" if axis or self.chance(0.2) else ""
                return Text(f"np.stack([{one}, {other}]{more})", max(one.size, other.size))
        return None

    def e_same(self, shape: Shape, depth: int) -> Text | None:
        """np.cumsum(x), np.roll(x, 1), x.copy(), np.flip(x)"""
        e = self.expr(shape, depth)
        last = len(shape) - 1
        forms = [("np.copy({})", 1), ("np.flip({})", 1), (f"np.roll({{}}, 1, axis={last})", 1)]
        forms += [(f"np.cumsum({{}}, axis={last})", 5)]
        forms += (
            [("np.cumsum({})", 5), ("np.roll({}, -1)", 1)] if not last else [("np.tril({})", 1)]
        )
        form, factor = self.rng.choice(forms)
        return Text(form.format(e), factor * e.size)

    def e_difference(self, shape: Shape, depth: int) -> Text | None:
        """x[1:] - x[:-1]"""
        dim = shape[0].removesuffix("-1")
        names = self.of_shape((dim,)) if dim != shape[0] else []
        if not names:
            return None
        name = self.rng.choice(names)
        return Text(f"({name}[1:] - {name}[:-1])", 20.0)

    def e_constant(self, shape: Shape, depth: int) -> Text | None:
        """np.full(n, a), np.ones(n), np.zeros_like(x)"""
        text, e = self.lengths(shape), self.expr((), depth)
        if text is None:
            return None
        forms = [f"np.full({text}, {e})", f"np.ones({text})", f"np.zeros({text})"]
        for name in self.of_shape(shape):
            forms += [
                f"np.zeros_like({name})",
                f"np.ones_like({name})",
                f"np.full_like({name}, {e})",
            ]
        return Text(self.rng.choice(forms), max(1.0, e.size))

    def e_comprehended(self, shape: Shape, depth: int) -> Text | None:
        """np.array([a * a for a in x])"""
        names = self.of_shape(shape)
        if not names or unsure(shape):
            return None
        name, e = self.rng.choice(names), self.expr((), depth)
        forms = [
            f"np.array([a * {e} for a in {name}])",
            f"np.array([{name}[j] + {e} for j in range({self.length(shape[0])})])",
        ]
        return Text(self.rng.choice(forms), LIMIT * max(1.0, e.size))

    def e_diagonal(self, shape: Shape, depth: int) -> Text | None:
        """np.diag(A)"""
        e = self.expr((*shape, *shape), depth)
        return None if str(e) == "0.5" else Text(f"np.diag({e})", e.size)

    # ---- matrices

    def e_outer(self, shape: Shape, depth: int) -> Text | None:
        """np.outer(x, y), x[:, None] * y"""
        if len(shape) != 2:
            return None
        a, b = self.expr(shape[:1], depth), self.expr(shape[1:], depth)
        forms = ["np.outer({}, {})", "({}[:, None] * {})", "({}[:, np.newaxis] + {}[None, :])"]
        if "0.5" in (str(a), str(b)):
            return None
        return Text(self.rng.choice(forms).format(a, b), a.size * b.size + a.size)

    def e_turned(self, shape: Shape, depth: int) -> Text | None:
        """A.T, np.transpose(A), np.swapaxes(A, 0, 1)"""
        e = self.expr(shape[::-1], depth)
        if str(e) == "0.5":
            return None
        forms = ["{}.T", "{}.T", "np.transpose({})", "np.swapaxes({}, 0, 1)"]
        return Text(self.rng.choice(forms).format(e), e.size)

    def e_expanded(self, shape: Shape, depth: int) -> Text | None:
        """x[:, None], np.expand_dims(x, 0), x.reshape(1, -1)"""
        if "1" not in shape or len(shape) != 2:
            return None
        axis = shape.index("1")
        e = self.expr((shape[1 - axis],), depth)
        if str(e) == "0.5":
            return None
        forms = ["{}[None, :]", "np.expand_dims({}, 0)", "np.reshape({}, (1, -1))"]
        if axis:
            forms = ["{}[:, None]", "np.expand_dims({}, 1)", "np.reshape({}, (-1, 1))"]
        return Text(self.rng.choice(forms).format(e), e.size)

    def e_filled(self, shape: Shape, depth: int) -> Text | None:
        """np.broadcast_to(x, (n, m))"""
        text, e = self.lengths(shape), self.expr(self.smaller(shape), depth)
        return None if text is None else Text(f"np.broadcast_to({e}, {text})", e.size)

    def e_shaped(self, shape: Shape, depth: int) -> Text | None:
        """np.reshape(A, (m, n))"""
        text, e = self.lengths(shape), self.expr(shape[::-1], depth)
        if text is None or str(e) == "0.5":
            return None
        return Text(f"np.reshape({e}, {text})", e.size)


def unsure(shape: Shape) -> bool:
    """Whether an array may be empty: how long it is only running tells."""
    return any(dim.startswith("k") for dim in shape)


VIEWS = {"ravel", "reshape", "transpose", "swapaxes", "expand_dims", "broadcast_to", "diag", "flip"}


def owner(text: str) -> str | None:
    """Return the variable of which an expression is a part, or may be."""
    node: Any = ast.parse(text.strip(), mode="eval").body
    while True:
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Subscript) or isinstance(node, ast.Attribute) and node.attr == "T":
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr not in VIEWS:
                return None
            module = isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
            node = node.args[0] if module else node.func.value
        else:
            return None


def fits(shape: Shape, into: Shape) -> bool:
    """Whether a shape is broadcast to another."""
    pairs = zip(shape[::-1], into[::-1])
    return len(shape) <= len(into) and all(d in ("1", e) for d, e in pairs)


# ---- programs


INPUTS: dict[str, list[Shape]] = {
    "x": [("n",)], "y": [("n",), ("m",), ("n",)], "A": [("n", "m")], "B": [("m", "n"), ("n", "n"), ("n", "m")],
    "s": [()], "t": [()], "r": [("1", "m")], "c": [("n", "1")],
}  # fmt: skip


def parameters(rng: random.Random, most: int) -> dict[str, Shape]:
    """Return parameters with their shapes."""
    names = rng.sample(list(INPUTS), rng.randint(1, most))
    if not any(name in "xyAB" for name in names):
        names[0] = rng.choice("xA")
    return {name: rng.choice(INPUTS[name]) for name in names}


def shape_of_result(rng: random.Random, given: dict[str, Shape], scalar: float) -> Any:
    """Return the shape of a result: () for a number; a list of shapes for a tuple."""
    if rng.random() < scalar:
        return ()
    shapes = [s for s in given.values()]
    if rng.random() < 0.25:
        return [(), rng.choice(shapes)]
    return rng.choice(shapes)


def function(writer: Writer, signature: Signature, statements: int, annotated: bool) -> list[str]:
    """Return the lines of a function."""
    writer.scope.arrays.update(signature.parameters)
    writer.scope.roots.update((name, object()) for name in signature.parameters)
    writer.parameters = dict(signature.parameters)
    writer.random = set(signature.parameters) if signature.name == "f" else set()
    writer.shape = signature.shape
    for _ in range(statements):
        writer.statement()
    writer.put_return()
    notes = {True: ": float", False: ": np.ndarray"}
    names = [
        f"{name}{notes[not shape] if annotated else ''}"
        for name, shape in signature.parameters.items()
    ]
    return [f"def {signature.name}({', '.join(names)}):", *writer.lines]


def program(seed: int) -> Program:
    """Return the random program of a seed."""
    rng = random.Random(seed)
    storing = rng.random() < 0.7
    known: list[Signature] = []
    bodies: list[list[str]] = []
    stores = 0
    for k in range(rng.choice([0, 0, 1, 1, 2])):
        given = parameters(rng, 2)
        signature = Signature(f"g{k}", given, shape_of_result(rng, given, 0.4))
        writer = Writer(rng, list(known), storing and rng.random() < 0.5)
        bodies.append(function(writer, signature, rng.randint(0, 2), rng.random() < 0.15))
        stores += writer.stores
        known.append(signature)
    inputs = parameters(rng, 4)
    main = Signature("f", inputs, shape_of_result(rng, inputs, 0.65))
    writer = Writer(rng, known, storing)
    bodies.append(function(writer, main, rng.randint(1, 6), rng.random() < 0.15))
    stores += writer.stores
    lines = ["import numpy as np", *[line for body in bodies for line in ("", *body)]]
    text = ast.unparse(ast.parse("\n".join(lines))) + "\n"
    points = tuple(point(rng, main) for _ in range(2))
    return Program(seed, text, tuple(inputs), main.shape, points, not stores)


def point(rng: random.Random, signature: Signature) -> dict[str, Any]:
    """Return arguments: arrays in the order of C or Fortran, or backwards in memory; numbers, arrays of no dimension."""
    draw = np.random.default_rng(rng.randrange(2**32))
    sizes = {"n": rng.choice([3, 3, 4]), "m": rng.choice([2, 3, 4])}
    found: dict[str, Any] = {}
    for name, shape in signature.parameters.items():
        made = draw.uniform(-2.0, 2.0, [int(sizes.get(dim, dim)) for dim in shape])
        if not shape:
            found[name] = float(made) if rng.random() < 0.8 else np.float64(made)
        else:
            layout = rng.random()
            made = np.asfortranarray(made) if layout < 0.15 else made
            found[name] = made[::-1] if layout > 0.9 else made
    return found


def main() -> int:
    """Judge many programs, or show one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", type=int, help="print the program of a seed and stop")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--shown", type=int, default=3, help="failures of a kind to make small")
    options = parser.parse_args()
    if options.show is not None:
        shown = program(options.show)
        print(shown.text, *shown.points, sep="\n")
        return 0
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    import array_judge

    seeds = range(options.seed, options.seed + options.count)
    return array_judge.report(seeds, options.jobs, options.shown)


if __name__ == "__main__":
    sys.exit(main())
