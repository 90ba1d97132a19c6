"""Statements of random array programs: stores, updates, aliases, views, loops, branches, calls."""

import random
from collections.abc import Callable
from typing import Any

NAMES = ["a", "b", "d", "u", "v", "w", "z", "p", "q", "total", "x_bar", "row"]
COUNTERS = ["i", "j", "k"]
DEEP = 3

# Weights; what stores is left out of programs that a tracer is to follow.
PLAIN = {
    "assign": 10, "reduce": 4, "rebind": 1.5, "choose": 3, "repeat": 2, "rows": 2, "length": 1,
    "unpack": 1, "leave": 0.7, "swap": 0.4, "call": 1.5, "until": 0.4,
}  # fmt: skip
STORING = {
    "fill": 5, "store": 5, "update": 4, "grow": 3, "alias": 2, "view": 4, "copy": 2.5, "loop_store": 3,
    "shared": 1, "at": 0.5,
}  # fmt: skip
COMPOUND = {"choose", "repeat", "rows", "fill", "loop_store", "leave", "until"}


class Statements:
    """What a writer writes statement by statement; `self` has the writer's expressions."""

    rng: random.Random
    scope: Any
    expr: Callable[..., Any]
    unit: Callable[..., Any]
    put: Callable[[str], None]
    pick: Callable[..., Any]
    chance: Callable[[float], bool]
    indented: Callable[[], Any]
    length: Callable[[str], Any]
    lengths: Callable[..., Any]
    shapes: Callable[..., Any]
    condition: Callable[[], str]
    parts: Callable[..., Any]
    copies: Callable[..., Any]
    smaller: Callable[..., Any]
    application: Callable[..., Any]
    mask: Callable[..., str]
    owner: Callable[[str], Any]
    storing: bool
    margin: int
    loops: int
    masks: int
    stores: int
    random: set[str]
    shape: Any
    known: list[Any]
    parameters: dict[str, Any]

    def statement(self) -> None:
        """Write a statement."""
        table = PLAIN | STORING if self.storing else PLAIN
        if self.margin > DEEP:
            table = {name: weight for name, weight in table.items() if name not in COMPOUND}
        self.pick(table, "put")()

    def block(self, count: int) -> None:
        """Write some statements."""
        written = len(self.lines)  # type: ignore[attr-defined]
        for _ in range(count):
            self.statement()
        if len(self.lines) == written:  # type: ignore[attr-defined]
            self.put("pass")

    def free(self, shape: Any) -> str:
        """Return a name to bind; in a body one that has this shape, or is new."""
        if self.margin == 1:
            return self.rng.choice(NAMES)
        names = [n for n in NAMES if self.scope.arrays.get(n, shape) == shape]
        kept = [n for n, s in self.scope.arrays.items() if s == shape and n in NAMES]
        return self.rng.choice(kept if kept and self.chance(0.7) else names)

    def bind(self, name: str, shape: Any, own: bool = False, of: str | None = None) -> None:
        """Note what a name holds from here on, perhaps a part `of` another."""
        self.scope.arrays[name] = shape
        self.random.discard(name)
        self.scope.roots[name] = self.scope.roots.get(of, object()) if of else object()
        self.scope.stale.discard(name)
        self.scope.own.discard(name)
        if own and shape:
            self.scope.own.add(name)

    def stored(self, name: str) -> None:
        """Note that an array has changed: its parts are seldom read from here on."""
        self.stores += 1
        self.random.discard(name)
        root = self.scope.roots.get(name)
        parts = [n for n, r in self.scope.roots.items() if r is root and n != name]
        if self.chance(0.85):
            self.scope.forget([n for n in parts if n in self.scope.arrays])

    def new_shape(self) -> Any:
        """Return a shape for a new variable."""
        known = self.shapes()
        dims = [d for s in known for d in s if "-" not in d and "+" not in d] or ["3"]
        one, other = self.rng.choice(dims), self.rng.choice(dims)
        made = [(), (one,), (one,), (one, other), ("2",), ("3",), ("2", one), (one, "2")]
        made += [(f"{d}-1",) for d in ("n", "m") if d in dims]
        made += [(f"{one}+{one}",)] if one in ("n", "m") else []
        made += [("n+m",)] if "n" in dims and "m" in dims else []
        return self.rng.choice(known + made if known else made)

    # ---- values

    def put_assign(self) -> None:
        """y = e"""
        shape = self.new_shape()
        e, name = self.expr(shape, self.rng.choice([1, 2, 2, 3])), self.free(shape)
        if str(e) == "0.5":
            shape = ()
            name = self.free(shape)
        self.put(f"{name} = {e}")
        of = self.owner(str(e))
        self.bind(name, shape, of is None, of)

    def put_reduce(self) -> None:
        """s = x.sum()"""
        name, e = self.free(()), self.expr((), 2)
        self.put(f"{name} = {e}")
        self.bind(name, ())

    def put_rebind(self) -> None:
        """x = e, in the shape of x"""
        name = self.rng.choice(list(self.scope.arrays))
        shape = self.scope.arrays[name]
        if name in self.scope.counters or any(d.startswith("k") for d in shape):
            return
        e = self.expr(shape, 2)
        if str(e) != "0.5":
            self.put(f"{name} = {e}")
            self.bind(name, shape, self.owner(str(e)) is None, self.owner(str(e)))

    def put_length(self) -> None:
        """n = len(x)"""
        dims = [d for s in self.shapes() for d in s if not d.isdigit()]
        if not dims or self.margin > 1:
            return
        dim = self.rng.choice(dims)
        text, name = self.length(dim), self.rng.choice(["size", "count"])
        if text and name not in self.scope.lengths:
            self.put(f"{name} = {text}")
            self.scope.lengths[name] = dim

    def put_unpack(self) -> None:
        """a, b = u"""
        found = [(n, s) for n, s in self.scope.arrays.items() if s and s[0] in ("2", "3")]
        if not found or self.margin > 1:
            return
        name, shape = self.rng.choice(found)
        targets = self.rng.sample([n for n in NAMES if n != name], int(shape[0]))
        self.put(f"{', '.join(targets)} = {name}")
        for target in targets:
            self.bind(target, shape[1:])

    def put_swap(self) -> None:
        """a, b = b, a"""
        pairs = [
            (a, b) for a, s in self.scope.arrays.items() for b, t in self.scope.arrays.items()
            if a < b and s == t and s and "" not in (a, b)
        ]  # fmt: skip
        if pairs:
            a, b = self.rng.choice(pairs)
            self.put(f"{a}, {b} = {b}, {a}")

    def put_call(self) -> None:
        """a, b = g(x)"""
        ready = [g for g in self.known if isinstance(g.shape, list)]
        if not ready or self.margin > 1:
            return
        g = self.rng.choice(ready)
        text = self.application(type(g)(g.name, g.parameters, ()), None, 1)
        if text is None:
            return
        targets = self.rng.sample(NAMES, len(g.shape))
        self.put(f"{', '.join(targets)} = {text}")
        for target in targets:  # of which shape the arrays are, only the numbers are known
            self.scope.arrays.pop(target, None)
        for target, shape in zip(targets, g.shape):
            if not shape:
                self.bind(target, ())

    # ---- control

    def put_choose(self) -> None:
        """if p: ... else: ..."""
        self.put(f"if {self.condition()}:")
        with self.indented():
            self.block(self.rng.choice([1, 1, 2]))
        if self.chance(0.6):
            self.put("else:")
            with self.indented():
                self.block(self.rng.choice([1, 1, 2]))

    def put_repeat(self) -> None:
        """for _ in range(3): ..."""
        if self.loops:
            return
        self.put(f"for _ in range({self.rng.choice(['1', '2', '3', '0', '3'])}):")
        self.loops += 1
        with self.indented():
            if self.chance(0.6):
                self.put_rebind()
            self.block(self.rng.choice([1, 2]))
        self.loops -= 1

    def put_until(self) -> None:
        """while p: ..."""
        if self.loops:
            return
        name = self.free(())
        self.put(f"{name} = {self.unit((), 1)}")
        self.put(f"while {name} < {self.rng.choice(['1.1', '2.3'])}:")
        self.loops += 1
        with self.indented():
            self.put(f"{name} = {name} + 0.7")
            self.scope.arrays.pop(name, None)
            self.scope.counters[name] = "?"
            held = NAMES.index(name)
            NAMES.remove(name)
            self.block(1)
            NAMES.insert(held, name)
        self.bind(name, ())
        self.loops -= 1

    def put_rows(self) -> None:
        """for row in A: ..."""
        found = [
            (n, s)
            for n, s in self.scope.arrays.items()
            if s and not any(d.startswith("k") for d in s)
        ]
        if not found or self.loops:
            return
        name, shape = self.rng.choice(found)
        free = [n for n in ("row", "item") if n not in self.scope.arrays]
        if not free or "other" in self.scope.arrays:
            return
        one = self.rng.choice(free)
        other = [n for n, s in found if s[:1] == shape[:1]]
        form = self.rng.randrange(4)
        total = self.free(())
        if total == name:
            return
        self.put(f"{total} = {self.rng.choice(['0.0', str(self.expr((), 1))])}")
        self.bind(total, ())
        second = self.rng.choice([n for n in other if n != total])
        self.loops += 1
        heads = [f"for {one} in {name}:"] * 2 + [f"for k, {one} in enumerate({name}):"]
        heads += [f"for {one}, other in zip({name}, {second}):"]
        self.put(heads[form])
        with self.indented():
            self.bind(one, shape[1:])
            if form == 2:
                self.scope.counters["k"] = shape[0]
            if form == 3:
                self.bind("other", self.scope.arrays[second][1:])
            self.put(
                f"{total} {self.rng.choice(['+=', '+=', '-='])} {self.unit(shape[1:], 1)}"
                + ".sum()" * bool(shape[1:])
            )
            if self.chance(0.5):
                self.block(1)
        for name in (one, "other"):  # it is a row now, if there was one
            self.scope.arrays.pop(name, None)
        self.loops -= 1

    def put_leave(self) -> None:
        """if p: return e"""
        self.put(f"if {self.condition()}:")
        with self.indented():
            self.put_return()

    def put_return(self) -> None:
        """return e"""
        self.put(f"return {self.result(self.shape)}")

    def result(self, shape: Any) -> str:
        """Return an expression of the shape of the result, in which what was stored is seen."""
        if isinstance(shape, list):
            return f"({', '.join(self.result(one) for one in shape)})"
        if shape:
            return str(self.of_parameters(shape))
        e = self.expr((), 2)
        names = [n for n, s in self.scope.arrays.items() if n in NAMES or n in self.parameters]
        more = self.rng.sample(names, min(len(names), self.rng.choice([1, 2, 2, 3])))
        terms = [
            f"{n}.sum()" if self.scope.arrays[n] and self.chance(0.5) else f"np.sum({n} * {n})"
            for n in more
        ]
        return " + ".join([str(e), *terms])

    def of_parameters(self, shape: Any) -> Any:
        """Return an expression for a result that is an array: often just a variable."""
        known = [n for n, s in self.scope.arrays.items() if s == shape]
        if known and self.chance(0.4):
            return self.rng.choice(known)
        e = self.expr(shape, 2)
        return self.rng.choice(list(self.parameters)) if str(e) == "0.5" else e

    # ---- stores

    def put_copy(self) -> None:
        """y = x.copy()"""
        found = [(n, s) for n, s in self.scope.arrays.items() if s]
        if found:
            old, shape = self.rng.choice(found)
            name = self.free(shape)
            forms = [
                f"{old}.copy()",
                f"np.copy({old})",
                f"np.array({old})",
                f"{old} * 1.0",
                f"+{old}",
                f"{old}[:]",
            ]
            self.put(f"{name} = {self.rng.choice(forms[:-2] if self.chance(0.9) else forms)}")
            self.bind(name, shape, True, old if ":" in self.lines[-1] else None)  # type: ignore[attr-defined]

    def target(self) -> tuple[str, Any] | None:
        """Return an array to store into: mostly one that nobody else sees."""
        found = [(n, s) for n, s in self.scope.arrays.items() if s and n not in self.scope.counters]
        own = [pair for pair in found if pair[0] in self.scope.own]
        if own and self.chance(0.93):
            return self.rng.choice(own)
        if not found or not self.chance(0.3):
            return None
        return self.rng.choice(found)

    def put_store(self) -> None:
        """y[1:] = e"""
        chosen = self.target()
        if chosen is None:
            return self.put_fill()
        name, shape = chosen
        if self.chance(0.12):
            self.put(f"{name}[{self.mask(shape, 1)}] = {self.expr((), 1)}")
        else:
            places = [p for p in self.parts(shape) if "None" not in p[0] and "newaxis" not in p[0]]
            text, part = self.rng.choice(
                places if self.chance(0.75) else self.copies(shape) or places or [("...", shape)]
            )
            e = self.expr(part if self.chance(0.7) else self.smaller(part), 2)
            self.put(f"{name}[{text}] = {e}")
        self.stored(name)
        return None

    def put_update(self) -> None:
        """y[0] += e"""
        chosen = self.target()
        if chosen is None:
            return self.put_store()
        name, shape = chosen
        places = [p for p in self.parts(shape) if "None" not in p[0] and "newaxis" not in p[0]]
        text, part = self.rng.choice(
            places if self.chance(0.7) else self.copies(shape) or places or [("...", shape)]
        )
        e = self.unit(part if self.chance(0.7) else self.smaller(part), 1)
        if self.chance(0.1):
            text, e = self.mask(shape, 1), self.unit((), 1)
        op = self.rng.choice(["+", "+", "+", "-", "*", "/"])
        self.put(f"{name}[{text}] {op}= {e if op != '/' else f'({e} + 2.0)'}")
        self.stored(name)
        return None

    def put_grow(self) -> None:
        """y += e"""
        chosen = self.target()
        if chosen is None:
            return self.put_assign()
        name, shape = chosen
        e = self.unit(shape if self.chance(0.6) else self.smaller(shape), 1)
        op = self.rng.choice(["+", "+", "-", "*", "/"])
        self.put(f"{name} {op}= {e if op != '/' else f'({e} + 2.0)'}")
        self.stored(name)
        return None

    def put_at(self) -> None:
        """np.add.at(y, [0, 0], e)"""
        chosen = self.target()
        places = chosen and self.copies(chosen[1])
        if chosen is None or not places:
            return
        text, part = self.rng.choice(places)
        index = f"({text})" if "," in text.replace(", 1", "").replace(", 0", "") else text
        if ", [" in text or ":" in text:
            return
        self.put(f"np.add.at({chosen[0]}, {index}, {self.unit(part, 1)})")
        self.stored(chosen[0])

    def put_fill(self) -> None:
        """y = np.zeros(n); for i in range(n): y[i] = e"""
        shape = self.rng.choice([s for s in self.shapes() if s] or [("3",)])
        text, name = self.lengths(shape), self.free(shape)
        free = [k for k in COUNTERS if k not in self.scope.counters]
        if text is None or not free or self.loops > 1:
            return
        counter, length = free[0], self.length(shape[0])
        make = self.rng.choice(["zeros", "zeros", "empty"])
        self.scope.arrays.pop(name, None)
        self.put(f"{name} = np.{make}({text})")
        self.put(f"for {counter} in range({length}):")
        self.loops += 1
        with self.indented():
            self.scope.counters[counter] = shape[0]
            if make == "zeros":
                self.bind(name, shape, True)
            form = self.rng.randrange(3) if len(shape) == 2 and len(free) > 1 else 0
            if form == 1:
                self.put(f"for {free[1]} in range({self.length(shape[1])}):")
                with self.indented():
                    self.scope.counters[free[1]] = shape[1]
                    self.put(f"{name}[{counter}, {free[1]}] = {self.expr((), 2)}")
            else:
                part = shape[1:]
                e = self.expr(part if self.chance(0.7) else (), 2)
                place = self.rng.choice([counter, f"{counter}, :"]) if part else counter
                self.put(f"{name}[{place}] = {e}")
            if make == "zeros":
                self.bind(name, shape, True)
            if make == "zeros" and self.chance(0.2):
                self.block(1)
        self.bind(name, shape, True)
        self.loops -= 1
        self.stores += 1

    def put_loop_store(self) -> None:
        """for i in range(len(y)): y[i] += e"""
        chosen = self.target()
        free = [k for k in COUNTERS if k not in self.scope.counters]
        if (
            chosen is None
            or not free
            or self.loops > 1
            or any(d.startswith("k") for d in chosen[1])
        ):
            return self.put_fill()
        name, shape = chosen
        length = self.length(shape[0])
        if length is None:
            return None
        forms = [f"range({length})"] * 3 + [f"reversed(range({length}))", f"range(1, {length})"]
        self.put(f"for {free[0]} in {self.rng.choice(forms)}:")
        self.loops += 1
        with self.indented():
            self.scope.counters[free[0]] = shape[0]
            part = shape[1:]
            e = self.unit(part if self.chance(0.7) else (), 2)
            op = self.rng.choice(["=", "=", "+=", "-=", "*="])
            before = f"{name}[{free[0]} - 1] * " if op == "=" and self.chance(0.4) else ""
            self.put(f"{name}[{free[0]}] {op} {before}{e}")
            if self.chance(0.3):
                self.block(1)
        self.loops -= 1
        self.stored(name)
        return None

    def put_alias(self) -> None:
        """z = y"""
        found = [(n, s) for n, s in self.scope.arrays.items() if s]
        if found:
            old, shape = self.rng.choice(found)
            name = self.free(shape)
            self.put(f"{name} = {old}")
            self.bind(name, shape, old in self.scope.own, old)

    def put_view(self) -> None:
        """v = y[1:]"""
        found = [(n, s) for n, s in self.scope.arrays.items() if s]
        name, shape = self.rng.choice(found) if found else ("", ())
        places = self.parts(shape) if shape else []
        if places:
            text, part = self.rng.choice([*places, ("T", shape[::-1])])
            target = self.free(part)
            self.put(f"{target} = {name}.T" if text == "T" else f"{target} = {name}[{text}]")
            self.bind(target, part, self.chance(0.3), name)

    def put_shared(self) -> None:
        """mask = y > 0.1; z[mask] = y[mask]"""
        shape = self.rng.choice([s for s in self.shapes() if s] or [()])
        own = [n for n, s in self.scope.arrays.items() if s == shape and n in self.scope.own]
        known = [n for n, s in self.scope.arrays.items() if s == shape]
        if not shape or not own:
            return
        one, other = self.rng.choice(own), self.rng.choice(known)
        self.put(f"mask = {self.mask(shape, 1)}")
        forms = [
            f"{one}[mask] = {other}[mask]",
            f"{one}[mask] += {self.unit((), 1)} * {other}[mask]",
        ]
        forms += [f"{one}[mask] = np.sin({other}[mask]) + {self.expr((), 1)}"]
        self.put(self.rng.choice(forms))
        self.stored(one)
