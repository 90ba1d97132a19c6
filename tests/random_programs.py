"""Seeded random scalar programs: a grammar over the Python that adjgen reads, in domain by construction.

`python tests/random_programs.py --show 7` prints a program, `--count 100000 --jobs 2 --seed 0` judges many.
Every real variable stays below 10 in size, so loops neither overflow nor leave a function's domain.
"""

import argparse
import ast
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from list_statements import LIST_EXPRESSIONS, LIST_STATEMENTS, LISTS, ROWS, ZERO, ListStatements
from rare_statements import RARE_STATEMENTS, RareStatements
from trying_statements import TRYING_STATEMENTS, TryingStatements

LIMIT = 10.0  # size of a real variable
BUSY = 400.0  # statements that one call of a function may execute, about

REALS = ["a", "b", "c", "d", "p", "q", "r", "s", "t", "u", "v", "w", "z", "total", "step", "β"]
CLASHES = ["x_bar", "x_dot", "bar", "value", "tape", "x_5", "f_bar", "y_bar", "grads", "_", "t_1"]
SHADOWS = ["sum", "round", "divmod", "min", "pow", "float"]  # builtins that a variable may hide
INTS = ["i", "j", "k", "m", "count"]
BOOLS = ["flag", "ok", "inside"]
CONSTANTS = ["0.5", "1.5", "2.0", "0.1", "0.3", "1.0", "0.25", "3.0", "0.7", "1e-3", "2", "3", "1"]

# Weights of what the grammar chooses from. Set one to 0 to leave the construction out.
STATEMENTS = {
    "assign": 11, "augment": 6, "chain": 1.5, "pair": 2.5, "swap": 2, "nest": 1, "annotate": 1,
    "whole": 2, "truth": 1.5, "choose": 7, "count": 5, "repeat": 4, "leave": 2.5, "finish": 2,
    "show": 0.7, "claim": 0.7, "guard": 0.7, "unpack": 2, "split": 0.8, "nothing": 0.2,
    "bare": 0.3, "correlate": 0.6, "dispatch": 2.5, **RARE_STATEMENTS, **TRYING_STATEMENTS, **LIST_STATEMENTS,
}  # fmt: skip
COMPOUND = {
    "choose",
    "count",
    "repeat",
    "leave",
    "finish",
    "dispatch",
    "correlate",
    *RARE_STATEMENTS,
    *TRYING_STATEMENTS,
    *["walk", "update", "closure", "roll"],
}
SIMPLE = {name: weight for name, weight in STATEMENTS.items() if name not in COMPOUND}
DEEP = 4  # levels of indentation, beyond which there are only simple statements
EXPRESSIONS = {
    "plus": 6, "minus": 5, "times": 7, "over": 3, "negative": 2, "power": 4, "modulo": 1,
    "floored": 0.6, "function": 9, "function2": 3, "extreme": 3, "magnitude": 1.5,
    "conditional": 3, "either": 0.7, "apply": 3, "walrus": 1, "gather": 1.2, "rounded": 0.6,
    "integer": 0.7, "risky": 0.4, **LIST_EXPRESSIONS,
}  # fmt: skip
CONDITIONS = {
    "compare": 8, "between": 2, "both": 2, "invert": 1, "known": 2, "named": 1, "parity": 1,
    "truthy": 0.4, "linked": 0.5,
}  # fmt: skip

# Functions of math: what their argument must be, and the size of the value (None: that of it).
UNARY: dict[str, tuple[str, float | None]] = {
    "sin": ("real", 1), "cos": ("real", 1), "tanh": ("real", 1), "atan": ("real", 1.6),
    "asinh": ("real", None), "erf": ("real", 1), "erfc": ("real", 2), "fabs": ("real", None),
    "radians": ("real", None), "degrees": ("small", 180), "exp": ("small", 20),
    "expm1": ("small", 20), "exp2": ("small", 8), "sinh": ("small", 11), "cosh": ("small", 11),
    "tan": ("unit", 2), "asin": ("unit", 1.6), "acos": ("unit", 3.2), "atanh": ("unit", 2),
    "log": ("positive", 5), "log2": ("positive", 7), "log10": ("positive", 3),
    "log1p": ("positive", 5), "sqrt": ("positive", None), "cbrt": ("positive", None),
    "acosh": ("large", 5), "gamma": ("large", 7), "lgamma": ("positive", None),
}  # fmt: skip
RARE = {"gamma", "lgamma", "degrees", "erfc", "radians"}


@dataclass(frozen=True)
class Text:
    """An expression and a bound of its absolute value."""

    text: str
    size: float = LIMIT

    def __str__(self) -> str:
        return self.text


@dataclass
class Parameter:
    """A parameter: kind is real, list, rows (a list of lists), int, bool or str."""

    name: str
    kind: str
    default: str | None = None
    keyword: bool = False


@dataclass
class Signature:
    """A function that others may call."""

    name: str
    parameters: list[Parameter]
    shape: Any  # None for a number, 1 for a list, 2 for one of lists, else a tuple of shapes
    cost: float
    recursive: bool = False


@dataclass(frozen=True)
class Program:
    """A random program: the text, the function f in it, and points to judge it at."""

    seed: int
    text: str
    wrt: tuple[str, ...]
    shape: Any
    points: tuple[dict[str, Any], ...]
    truthy: bool = False  # an unannotated input is tested for truth, as flags are
    lists: bool = False  # lists are used, and some changes of them may be refused


@dataclass
class Scope:
    """The names that certainly have a value here; `kept` must not be assigned (counters)."""

    reals: list[str] = field(default_factory=list)
    ints: list[str] = field(default_factory=list)
    bools: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)

    def copy(self) -> "Scope":
        """Return a scope of its own for an arm or a body."""
        return Scope(*[list(names) for names in self.groups()])

    def groups(self) -> list[list[str]]:
        """Return the lists of names."""
        return [self.reals, self.ints, self.bools, self.kept, self.lists, self.rows]

    def meet(self, other: "Scope") -> "Scope":
        """Return what both know."""
        pairs = zip(self.groups(), other.groups())
        return Scope(*[[name for name in a if name in b] for a, b in pairs])


class Spelling:
    """How a module imports math and what its functions are called there."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.style = rng.choice(["plain", "plain", "as", "from", "from", "rename", "star"])
        self.used: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """Return what math's `name` is called in this module."""
        if self.style in ("plain", "as"):
            return ("math." if self.style == "plain" else "mt.") + name
        if self.style == "rename" and name not in self.used:
            self.used[name] = name + self.rng.choice(["", "_", "_of"])
        return self.used.setdefault(name, name)

    def lines(self) -> list[str]:
        """Return the import statements."""
        if self.style in ("plain", "as"):
            return ["import math" + (" as mt" if self.style == "as" else "")]
        if self.style == "star":
            return ["from math import *"]
        names = [k if k == v else f"{k} as {v}" for k, v in self.used.items()]
        return ["from math import " + ", ".join(names)] if names else []


class Writer(RareStatements, TryingStatements, ListStatements):
    """Writes one function; each statement method and each expression method is a production."""

    def __init__(
        self, rng: random.Random, spell: Spelling, known: list[Signature], constants: list[str],
        listed: bool = False,
    ) -> None:  # fmt: skip
        self.rng = rng
        self.spell = spell
        self.known = known
        self.constants = constants
        self.lines: list[str] = []
        self.margin = 1
        self.scope = Scope()
        self.shape: Any = None
        self.trips = 1.0
        self.cost = 0.0
        self.loops: list[str] = []
        self.sure = True  # a statement here is executed unless the function has returned
        self.strings: list[str] = []
        self.truthy = False
        self.listed = listed
        self.walked: set[str] = set()  # lists that a loop walks here
        self.called = False  # by a function that may be walking the lists it gives
        self.walruses = True  # not in functions inside, where := would hide the names outside
        self.names = list(REALS) + rng.sample(CLASHES, 2)
        self.hidden = rng.choice(SHADOWS) if rng.random() < 0.06 else ""
        if self.hidden == "pow" and spell.style in ("from", "rename", "star"):
            self.hidden = ""  # there pow is that of math
        if self.hidden:
            self.names.append(self.hidden)

    # Choosing

    def pick(self, table: dict[str, float], prefix: str) -> Callable[..., Any]:
        """Return the production chosen by weight."""
        table = table if self.listed else table | {k: 0.0 for k in ZERO if k in table}
        (name,) = self.rng.choices(list(table), list(table.values()))
        chosen: Callable[..., Any] = getattr(self, f"{prefix}_{name}")
        return chosen

    def chance(self, p: float) -> bool:
        """Whether something of probability p happens."""
        return self.rng.random() < p

    def put(self, line: str) -> None:
        """Write a line at the current indentation."""
        self.lines.append("    " * self.margin + line)
        self.cost += self.trips

    @contextmanager
    def indented(self, trips: float = 1.0, sure: bool = False) -> Iterator[None]:
        """Write what follows one level deeper."""
        saved = self.trips, self.sure
        self.margin, self.trips, self.sure = self.margin + 1, self.trips * trips, sure
        yield
        self.margin, (self.trips, self.sure) = self.margin - 1, saved

    # Atoms and numbers that satisfy a condition

    def constant(self) -> Text:
        """Return a literal or a module constant."""
        if self.constants and self.chance(0.15):
            return Text(self.rng.choice(self.constants), 3.0)
        if self.chance(0.3):
            number = round(self.rng.uniform(0.05, 3.0), self.rng.choice([1, 2, 5, 16]))
            return Text(repr(number), number)
        text = self.rng.choice(CONSTANTS)
        return Text(text, float(text))

    def atom(self) -> Text:
        """Return a variable, rarely a constant."""
        if self.scope.reals and not self.chance(0.15):
            return Text(self.rng.choice(self.scope.reals))
        return self.constant()

    def real(self, depth: int) -> Text:
        """Return any real expression."""
        if depth <= 0 or self.chance(0.12):
            return self.atom()
        found: Text = self.pick(EXPRESSIONS, "real")(depth - 1)
        return self.damped(found, 1e3)

    def damped(self, e: Text, limit: float = LIMIT) -> Text:
        """Return an expression that stays below a limit."""
        if e.size <= limit:
            return e
        m = self.spell
        choice = self.rng.randrange(10)
        plain = [
            Text(f"{m('sin')}({e})", 1.0),
            Text(f"1.5 * {m('tanh')}({e})", 1.5),
            Text(f"{m('atan')}({e})", 1.6),
            Text(f"{m('fmod')}({e}, 4.0)", 4.0),
            Text(f"({e}) % 3.0", 3.0),
            Text(f"{m('log1p')}(abs({e}))", max(1.0, e.size**0.5)),
            Text(f"max(-2.5, min({e}, 2.5))", 2.5)
            if self.hidden != "min"
            else Text(f"{m('cos')}({e})", 1),
            Text(f"({e}) * {limit / e.size:.1e}", limit),
            Text(f"({e}) / (1.0 + abs({e}))", 1.0)
            if len(str(e)) < 25
            else Text(f"{m('sin')}({e})", 1),
            Text(f"{m('asinh')}({e})", 1.0 + e.size**0.5),
        ]
        return self.damped(plain[choice], limit)

    def small(self, depth: int) -> Text:
        """Return an expression between -3 and 3."""
        return self.damped(self.real(depth), 3.0)

    def unit(self, depth: int) -> Text:
        """Return an expression between -0.95 and 0.95."""
        e = self.real(depth)
        name = self.rng.choice(["sin", "cos", "tanh"])
        return Text(f"{self.rng.choice(['0.9', '0.5', '0.95'])} * {self.spell(name)}({e})", 0.95)

    def positive(self, depth: int) -> Text:
        """Return an expression above 0.1."""
        e, a, m = self.real(depth), self.atom(), self.spell
        return self.rng.choice(
            [
                Text(f"1.0 + {a} * {a}", 1 + a.size**2),
                Text(f"0.5 + abs({e})", 0.5 + e.size),
                Text(f"2.0 + {m('sin')}({e})", 3.0),
                Text(f"{m('exp')}(-abs({self.small(0)})) + 0.1", 1.1),
                Text(f"{m('hypot')}(1.0, {e})", 1 + e.size),
                Text(f"1 + {a} ** 2", 1 + a.size**2),
            ]
        )

    def large(self, depth: int) -> Text:
        """Return an expression between 1.1 and 5."""
        return Text(f"1.1 + abs({self.small(depth)})", 4.1)

    # Integers and conditions; integers stay between -6 and 6

    def integer(self) -> str:
        """Return an integer expression with a small value."""
        rng, ints = self.rng, self.scope.ints
        if not ints or self.chance(0.2):
            return str(rng.randint(0, 5))
        i, j = rng.choice(ints), rng.choice(ints)
        forms = [i, i, i, f"{i} + 1", f"{i} - 1", f"({i} + {j}) % 5", f"abs({i})", f"{i} * {j} % 4"]
        forms += [f"{i} // 2", f"({i} & 3)", f"({i} if {i} > {j} else {j})", f"-{i}"]
        return rng.choice(forms)

    def condition(self, depth: int = 1) -> str:
        """Return a truth value."""
        found: str = self.pick(CONDITIONS, "truth")(depth)
        return found

    def truth_compare(self, depth: int) -> str:
        """x < y"""
        operator = self.rng.choice(["<", "<=", ">", ">=", ">", "<", "!=", "=="])
        other = self.threshold() if self.chance(0.5) else self.real(0)
        return f"{self.real(depth)} {operator} {other}"

    def threshold(self) -> str:
        """Return a number that reals are compared with."""
        return self.rng.choice(
            ["0.0", "0.5", "-0.5", "1.0", "-1.0", "0.2", "1", "0", "-0.1", "1.7"]
        )

    def truth_between(self, depth: int) -> str:
        """-1 < x <= y"""
        return (
            f"{self.rng.choice(['-1.0', '0.0', '-0.5'])} < {self.real(depth)} <= {self.threshold()}"
        )

    def truth_both(self, depth: int) -> str:
        """p and q, p or q"""
        word = self.rng.choice(["and", "or"])
        return f"({self.condition(0)}) {word} ({self.condition(depth - 1)})"

    def truth_invert(self, depth: int) -> str:
        """not p"""
        return f"not ({self.condition(0)})"

    def truth_known(self, depth: int) -> str:
        """flag"""
        return self.rng.choice(self.scope.bools) if self.scope.bools else self.truth_compare(0)

    def truth_named(self, depth: int) -> str:
        """(t := e) > c"""
        return f"{self.real_walrus(depth)} > {self.threshold()}"

    def truth_linked(self, depth: int) -> str:
        """c < (t := e) < d, c < x < (t := e)"""
        parts = [str(self.real(0)), str(self.real_walrus(depth))]
        if self.chance(0.6):
            parts.reverse()
        return f"{self.threshold()} < {parts[0]} < {parts[1]}"

    def truth_parity(self, depth: int) -> str:
        """n % 2 == 0"""
        return f"({self.integer()}) % 2 == {self.rng.randint(0, 1)}"

    def truth_truthy(self, depth: int) -> str:
        """x, as in `if x:`"""
        self.truthy = True
        return str(self.atom())

    # Real expressions

    def real_plus(self, depth: int) -> Text:
        """x + y"""
        a, b = self.real(depth), self.real(depth)
        return Text(f"({a}) + ({b})", a.size + b.size)

    def real_minus(self, depth: int) -> Text:
        """x - y"""
        a, b = self.real(depth), self.real(depth)
        return Text(f"({a}) - ({b})", a.size + b.size)

    def real_times(self, depth: int) -> Text:
        """x * y"""
        a, b = self.real(depth), self.real(depth)
        return Text(f"({a}) * ({b})", a.size * b.size)

    def real_over(self, depth: int) -> Text:
        """x / y with y away from zero"""
        a, b = self.real(depth), self.positive(depth)
        if self.chance(0.3):
            b = self.constant()
        return Text(f"({a}) / ({b})", a.size * 20)

    def real_negative(self, depth: int) -> Text:
        """-x, rarely +x"""
        a = self.real(depth)
        return Text(f"{'-' if self.chance(0.9) else '+'}({a})", a.size)

    def real_power(self, depth: int) -> Text:
        """x**2, x**-1.5, 2**x, x**y, x**n"""
        a, b, base = self.damped(self.real(depth)), self.small(0), self.positive(depth)
        base = self.damped(base, LIMIT) if base.size <= LIMIT else Text("1.5")
        whole = self.rng.choice(["2", "2", "2", "3", "2.0", "4", "1", "0", "3.0"])
        broken = self.rng.choice(["0.5", "1.5", "-1", "-2", "-0.5", "2.5", "-1.0", "0.3"])
        forms = [
            Text(f"({a}) ** {whole}", a.size ** float(whole)),
            Text(f"({a}) ** {whole}", a.size ** float(whole)),
            Text(f"({base}) ** ({broken})", 1e3),
            Text(f"({base}) ** ({b})", 1e3),
            Text(f"{self.rng.choice(['2.0', '0.5', '3'])} ** ({b})", 27.0),
            Text(f"({base}) ** ({self.integer()})", 1e6),
            Text(f"({b}) ** abs({self.integer()})", 1e3),
            Text(f"{self.spell('pow')}({base}, {b})", 1e3),
        ]
        if self.hidden != "pow":
            forms.append(Text(f"pow({b}, {whole})", 81.0))
        return self.rng.choice(forms)

    def real_modulo(self, depth: int) -> Text:
        """x % y"""
        a, b = self.real(depth), self.rng.choice([self.constant(), self.positive(0)])
        return Text(f"({a}) % ({b})", b.size)

    def real_floored(self, depth: int) -> Text:
        """x // y"""
        a = self.real(depth)
        return Text(f"({a}) // {self.rng.choice(['0.5', '2', '0.3', '1.0'])}", a.size * 4)

    def real_function(self, depth: int) -> Text:
        """sin(x) ..."""
        name = self.rng.choice(list(UNARY))
        if name in RARE and not self.chance(0.2):
            name = "sin"
        kind, size = UNARY[name]
        e: Text = getattr(self, kind)(depth)
        return Text(f"{self.spell(name)}({e})", e.size if size is None else size)

    def real_function2(self, depth: int) -> Text:
        """atan2(y, x) ..."""
        a, b, p, m = self.real(depth), self.real(depth), self.positive(depth), self.spell
        return self.rng.choice(
            [
                Text(f"{m('atan2')}({a}, {p})", 3.2),
                Text(f"{m('atan2')}({p}, {a})", 3.2),
                Text(f"{m('hypot')}({a}, {b})", a.size + b.size),
                Text(f"{m('hypot')}({a}, {p}, {b})", a.size + b.size + p.size),
                Text(f"{m('copysign')}({a}, {b})", a.size),
                Text(f"{m('fmod')}({a}, {p})", a.size),
                Text(f"{m('remainder')}({a}, {self.constant()})", 3.0),
                Text(f"{m('log')}({p}, {self.rng.choice(['2', '10.0', '2.5'])})", 8.0),
                Text(f"{m('log')}({p}, {self.large(0)} + 0.5)", 8.0),
                Text(
                    f"{m('dist')}(({a}, {b}), ({p}, {self.atom()}))", a.size + b.size + p.size + 10
                ),
                Text(f"{m('ldexp')}({a}, {self.rng.choice(['2', '-1', '0'])})", 4 * a.size),
            ]
        )

    def real_extreme(self, depth: int) -> Text:
        """max(x, y, ...), min(x, y, ...)"""
        name = "max" if self.hidden == "min" or self.chance(0.5) else "min"
        terms = [self.real(depth), *(self.real(0) for _ in range(self.rng.choice([1, 1, 1, 2, 3])))]
        self.rng.shuffle(terms)
        return Text(f"{name}({', '.join(map(str, terms))})", max(e.size for e in terms))

    def real_magnitude(self, depth: int) -> Text:
        """abs(x)"""
        a = self.real(depth)
        return Text(f"abs({a})", a.size)

    def real_conditional(self, depth: int) -> Text:
        """x if p else y"""
        a, b = self.real(depth), self.real(depth)
        return Text(f"(({a}) if {self.condition(0)} else ({b}))", max(a.size, b.size))

    def real_either(self, depth: int) -> Text:
        """x or y, x and y"""
        self.truthy = True
        a, b = self.real(0), self.real(depth)
        return Text(f"(({a}) {self.rng.choice(['or', 'and'])} ({b}))", max(a.size, b.size))

    def real_apply(self, depth: int) -> Text:
        """g(x, k=y)"""
        ready = [g for g in self.known if g.shape is None and self.affordable(g)]
        return Text(self.application(self.rng.choice(ready)), LIMIT) if ready else self.atom()

    def real_walrus(self, depth: int) -> Text:
        """(t := e)"""
        if not self.walruses:
            return Text(f"({self.damped(self.real(depth))})", LIMIT)
        name = self.rng.choice(
            self.names[:16] if self.chance(0.7) else self.scope.reals or self.names
        )
        return Text(f"({name} := {self.damped(self.real(depth))})", LIMIT)

    def real_gather(self, depth: int) -> Text:
        """sum((x, y)), fsum([x, y]), prod((x, y))"""
        terms = [self.real(depth) for _ in range(self.rng.randint(1, 3))]
        name = self.rng.choice(["sum", self.spell("fsum"), self.spell("prod")])
        if name == "sum" == self.hidden:
            name = self.spell("fsum")
        inside = ", ".join(map(str, terms))
        size = 1.0
        for e in terms:
            size *= max(2.0, e.size)
        return Text(f"{name}([{inside}])" if self.chance(0.5) else f"{name}(({inside},))", size)

    def real_rounded(self, depth: int) -> Text:
        """round(x, 2), floor(x), int(x)"""
        a = self.damped(self.real(depth))
        names = ["int", self.spell("floor"), self.spell("ceil"), self.spell("trunc")]
        forms = [f"{self.rng.choice(names)}({a})", f"{self.spell('floor')}({a})"]
        forms += [f"round({a}, 2)", f"round({a})"] if self.hidden != "round" else []
        forms += [f"float({a})"] if self.hidden != "float" else []
        return Text(self.rng.choice(forms), LIMIT + 1)

    def real_risky(self, depth: int) -> Text:
        """sqrt(x) and others that raise at some points"""
        e, m = self.damped(self.real(depth)), self.spell
        forms = [f"{m('sqrt')}({e} + 1.0)", f"{m('log')}({e} + 2.0)", f"{m('acos')}({e} * 0.5)"]
        return Text(self.rng.choice([*forms, f"1.0 / ({e})"]), 1e2)

    def real_integer(self, depth: int) -> Text:
        """an integer among the reals"""
        return Text(f"({self.integer()})", 8.0)

    # Calls

    def text(self, call: str) -> Text:
        """Return a call of a function that was written here."""
        return Text(call, LIMIT)

    def affordable(self, g: Signature) -> bool:
        """Whether calling a function here stays within the budget."""
        return self.cost + self.trips * g.cost < BUSY

    def application(self, g: Signature, depth: int = 1) -> str:
        """Return a call, its arguments by position or by name, defaults sometimes left out."""
        self.cost += self.trips * g.cost
        positional, named = [], []
        by_name = False
        for parameter in g.parameters:
            if parameter.default is not None and self.chance(0.4):
                by_name = True
                continue
            text = self.argument(parameter, depth)
            by_name = by_name or parameter.keyword or self.chance(0.12)
            (named if by_name else positional).append(
                f"{parameter.name}={text}" if by_name else text
            )
        self.rng.shuffle(named)
        return f"{g.name}({', '.join(positional + named)})"

    def argument(self, parameter: Parameter, depth: int) -> str:
        """Return an argument for a parameter."""
        if parameter.kind == "int":
            return (
                self.integer()
                if parameter.name != "depth"
                else self.rng.choice(["2", "3", "4", "0"])
            )
        if parameter.kind == "bool":
            return self.condition(0)
        if parameter.kind == "str":
            return repr(self.rng.choice(["a", "b"]))
        if parameter.kind == "list":
            name = self.loose()
            return name if name and self.chance(0.7) else f"({self.made()})"
        if parameter.kind == "rows":
            name = self.matrix()
            return name or f"[{self.some()}, {self.some()}]"
        return str(self.damped(self.real(depth)))

    # Statements

    def target(self) -> str:
        """Return a real variable to assign, new or known."""
        if self.scope.reals and self.chance(0.5):
            return self.rng.choice(self.scope.reals)
        return self.rng.choice(self.names)

    def bind(self, *names: str) -> None:
        """Note that variables now have a value: reals, and lists by their names."""
        for name in names:
            of_lists = self.scope.lists if name in LISTS else self.scope.rows
            known = of_lists if name in LISTS or name in ROWS else self.scope.reals
            known += [name] * (name not in known)

    def value(self, depth: int = 3) -> Text:
        """Return an expression that may be assigned."""
        return self.damped(self.real(self.rng.randint(1, depth)))

    def put_assign(self) -> None:
        """x = e"""
        value, name = self.value(), self.target()
        self.put(f"{name} = {value}")
        self.bind(name)

    def put_augment(self) -> None:
        """x += e"""
        name = self.rng.choice(self.scope.reals)
        e = self.damped(self.real(2), 1.0 if self.trips > 1 else LIMIT)
        positive = self.positive(1)
        forms = [f"+= {e}", f"-= {e}", f"*= {self.unit(1)}", f"/= 1.0 + abs({e})"]
        forms += ["%= 3.0", f"/= {positive} + 1.0", "//= 0.5"]
        (form,) = self.rng.choices(forms, [6, 5, 5, 2, 1, 1, 0.5])
        self.put(f"{name} {form}")
        if form[0] in "+-" and self.chance(0.5):
            self.put(f"{name} = {self.damped(Text(name, 20.0))}")

    def put_chain(self) -> None:
        """x = y = e"""
        value, names = self.value(), [self.target(), self.target()]
        self.put(f"{names[0]} = {names[1]} = {value}")
        self.bind(*names)

    def put_pair(self) -> None:
        """x, y = e, g"""
        count = self.rng.choice([2, 2, 3])
        values, names = [self.value(2) for _ in range(count)], self.rng.sample(self.names, count)
        self.put(f"{', '.join(names)} = {', '.join(map(str, values))}")
        self.bind(*names)

    def put_swap(self) -> None:
        """x, y = y, x"""
        count = min(self.rng.choice([2, 2, 3]), len(self.scope.reals))
        names = self.rng.sample(self.scope.reals, count)
        if count > 1:
            self.put(f"{', '.join(names)} = {', '.join(names[1:] + names[:1])}")

    def put_nest(self) -> None:
        """(x, y), z = (e, g), h"""
        values, names = [self.value(2) for _ in range(3)], self.rng.sample(self.names, 3)
        x, y, z = names
        form = (
            "({x}, {y}), {z} = ({a}, {b}), {c}"
            if self.chance(0.5)
            else "{x}, ({y}, {z}) = {a}, ({b}, {c})"
        )
        self.put(form.format(x=x, y=y, z=z, a=values[0], b=values[1], c=values[2]))
        self.bind(*names)

    def put_annotate(self) -> None:
        """x: float = e"""
        if self.hidden != "float":
            value, name = self.value(), self.rng.choice(self.names)
            self.put(f"{name}: float = {value}")
            self.bind(name)

    def put_whole(self) -> None:
        """k = (i + 2) % 5"""
        name = self.rng.choice(INTS)
        if name in self.scope.kept:
            return
        value = f"({self.integer()} + {self.rng.randint(0, 3)}) % {self.rng.randint(2, 6)}"
        if self.scope.reals and self.chance(0.25):
            value = f"int(abs({self.spell('sin')}({self.atom()})) * 4.0)"
        self.put(f"{name} = {value}")
        self.scope.ints += [name] * (name not in self.scope.ints)

    def put_truth(self) -> None:
        """ok = x > y"""
        name = self.rng.choice(BOOLS)
        self.put(f"{name} = {self.condition()}")
        self.scope.bools += [name] * (name not in self.scope.bools)

    def put_choose(self) -> None:
        """if p: ... elif q: ... else: ..."""
        before = self.scope
        arms = self.rng.choice([1, 1, 2, 2, 3])
        ends: list[Scope] = []
        complete = self.chance(0.6)
        self.put(f"if {self.condition(2)}:")
        for arm in range(arms + complete):
            self.scope = before.copy()
            if arm:
                is_last = arm == arms
                self.put("else:" if is_last else f"elif {self.condition()}:")
            with self.indented():
                finished = self.block(self.rng.choice([1, 1, 2, 3]))
            if not finished:
                ends.append(self.scope)
        if not complete or not ends:
            ends.append(before)
        self.scope = ends[0]
        for other in ends[1:]:
            self.scope = self.scope.meet(other)

    def bounds(self) -> tuple[str, float, bool]:
        """Return the arguments of a range, about how many trips, and whether surely one."""
        rng, n = self.rng, self.integer()
        start, stop, step = rng.randint(-1, 2), rng.randint(0, 6), rng.choice([1, 1, 2, 3])
        fixed = [
            (f"{rng.randint(1, 5)}", 3.0, True),
            (f"{start}, {stop}", max(0.0, stop - start), stop > start),
            (f"{start}, {stop}, {step}", max(0.0, (stop - start) / step), stop > start),
            (f"{stop}, {start}, -{step}", max(0.0, (stop - start) / step), stop > start),
            ("0", 0.0, False),
        ]
        run_time = [
            (n, 3.0, False),
            (f"1, {n}", 3.0, False),
            (f"{n}, 0, -1", 3.0, False),
            (f"{start}, {n} + 2, {step}", 3.0, False),
            (f"{self.integer()}, {self.integer()}", 2.0, False),
        ]
        return rng.choice(fixed if self.chance(0.5) else run_time)

    def put_count(self) -> None:
        """for i in range(...): ... else: ..."""
        bounds, trips, certain = self.bounds()
        if self.trips * trips > 40 or len(self.loops) > 2:
            return
        name = self.rng.choice([k for k in (*INTS, "_i") if k not in self.scope.kept])
        before = self.scope
        self.put(f"for {name} in range({bounds}):")
        self.scope = before.copy()
        self.scope.ints += [name] * (name not in self.scope.ints)
        self.body(max(trips, 1.0), [])
        after = [name] if certain else []
        self.scope = before
        self.otherwise()
        # A loop variable keeps its last value, and its old one where the loop ran zero times.
        self.scope.ints += [k for k in after if k not in self.scope.ints]

    def put_repeat(self) -> None:
        """while p: ... else: ..."""
        free = [k for k in INTS if k not in self.scope.kept]
        if self.trips > 12 or len(self.loops) > 2 or not free:
            return
        name, most = self.rng.choice(free), self.rng.randint(1, 6)
        self.put(f"{name} = 0")
        self.scope.ints += [name] * (name not in self.scope.ints)
        before = self.scope
        self.scope = before.copy()
        self.scope.kept.append(name)
        first, last = [f"{name} += 1"], []
        form = self.rng.randrange(6)
        if form == 0:
            self.put(f"while {name} < {most}:")
            first, last = last, first
        elif form == 1:
            self.put(f"while {name} < {most} and ({self.condition(0)}):")
        elif form == 2:
            self.put(f"while ({self.condition(0)}) and {name} <= {most}:")
        elif form == 3:
            self.put("while True:")
            first += [f"if {name} > {most} or {self.condition(0)}:", "    break"]
        elif form == 4:
            self.put(f"while ({name} := {name} + 1) < {most}:")
            first = []
        else:
            self.put(f"while {self.spell('exp')}(-{name} * 0.5) > 0.1:")
        self.body(most, first, last)
        self.scope = before
        self.otherwise()

    def body(self, trips: float, first: list[str], last: list[str] | None = None) -> None:
        """Write the body of a loop; `continue` is only allowed where it skips no counter."""
        self.loops.append("break" if last else "any")
        with self.indented(trips):
            for line in first:
                self.put(line)
            finished = self.block(self.rng.choice([1, 2, 2, 3]))
            for line in last or []:
                if not finished:
                    self.put(line)
        self.loops.pop()

    def otherwise(self) -> None:
        """Sometimes write the else of a loop."""
        if self.chance(0.2):
            self.put("else:")
            before, self.scope = self.scope, self.scope.copy()
            with self.indented():
                self.block(1)
            self.scope = before

    def put_leave(self) -> None:
        """if p: break"""
        if not self.loops:
            return
        words = ["break"] if self.loops[-1] == "break" else ["break", "continue"]
        before = self.scope
        self.put(f"if {self.condition()}:")
        self.scope = before.copy()
        with self.indented():
            if self.chance(0.4):
                self.put_assign()
            self.put(self.rng.choice(words))
        self.scope = before

    def put_finish(self) -> None:
        """if p: return e"""
        before = self.scope
        self.put(f"if {self.condition()}:")
        self.scope = before.copy()
        with self.indented():
            if self.chance(0.3):
                self.put_assign()
            self.put_return()
        self.scope = before

    def put_return(self) -> None:
        """return e"""
        self.put(f"return {self.result(self.shape)}")

    def result(self, shape: Any) -> str:
        """Return an expression of a shape."""
        if shape is None:
            e = self.value(2)
            mine = [name for name in self.scope.reals if name in ("x", "y", "z")]
            if mine and self.chance(0.6):  # most results should hang on an input
                e = Text(
                    f"{e} {self.rng.choice('+-')} {self.constant()} * {self.rng.choice(mine)}", 40
                )
            if self.scope.lists + self.scope.rows and self.chance(0.6):
                e = Text(f"{e} + {self.constant()} * {self.real_item(0)}", 80)
            return str(self.damped(e))
        if shape == 1:
            return self.one() if self.one() and self.chance(0.6) else self.made()
        if shape == 2:
            known = self.scope.rows
            return self.rng.choice(known) if known else f"[{self.some()}, {self.some()}]"
        inside = ", ".join(self.result(part) for part in shape)
        return f"({inside},)"

    def put_show(self) -> None:
        """print(x)"""
        e = self.atom()
        forms = [f"print('at', {e})", f"print(f'{{{e}!r}} {{{self.integer()}}}')", "print('here')"]
        self.put(self.rng.choice(forms))

    def put_claim(self) -> None:
        """assert p, message"""
        e = self.atom()
        self.put(self.rng.choice([f"assert abs({e}) < 1e6, 'too large'", f"assert {e} < 1e9"]))

    def put_guard(self) -> None:
        """if x > huge: raise ValueError"""
        e = self.real(1)
        self.put(f"if {e} > 1e9:")
        self.put(
            f"    raise ValueError({self.rng.choice(['f', ''])}'too large: {{{self.atom()}}}')"
        )

    def put_unpack(self) -> None:
        """x, (y, z) = g(...)"""
        ready = [g for g in self.known if g.shape is not None and self.affordable(g)]
        if not ready:
            return self.put_assign()
        g = self.rng.choice(ready)
        names: list[str] = []
        text = self.application(g)
        self.put(f"{self.pattern(g.shape, names)} = {text}")
        self.bind(*names)
        return None

    def pattern(self, shape: Any, names: list[str]) -> str:
        """Return the target that takes a tuple of a shape apart."""
        if shape is None:
            name = self.rng.choice([name for name in self.names if name not in names])
            names.append(name)
            return name
        if isinstance(shape, int):
            known = LISTS if shape == 1 else ROWS
            free = [name for name in known if name not in names and name not in self.walked]
            names.append(self.rng.choice(free))
            return names[-1]
        return "(" + "".join(self.pattern(part, names) + ", " for part in shape) + ")"

    def put_split(self) -> None:
        """q, r = divmod(x, 0.7)"""
        a, b = self.rng.sample(self.names, 2)
        e = self.damped(self.real(1))
        call = f"divmod({e}, {self.rng.choice(['2.0', '3', '1.5'])})"
        self.put(
            f"{a}, {b} = {call if self.hidden != 'divmod' and self.chance(0.5) else self.spell('modf') + f'({e})'}"
        )
        self.bind(a, b)

    def put_nothing(self) -> None:
        """pass"""
        self.put("pass")

    def put_bare(self) -> None:
        """an expression whose value is not used"""
        self.put(str(self.value(2)))

    def put_correlate(self) -> None:
        """if p: t = e ... if p: use t"""
        name = self.rng.choice([n for n in self.names if n not in self.scope.reals] or ["only"])
        flag = self.rng.choice(BOOLS)
        self.put(f"{flag} = {self.condition()}")
        self.scope.bools += [flag] * (flag not in self.scope.bools)
        self.put(f"if {flag}:")
        self.put(f"    {name} = {self.value(1)}")
        if self.chance(0.5):
            self.put_assign()
        self.put(f"if {flag}:")
        self.put(f"    {self.rng.choice(self.scope.reals)} = {name} * {self.unit(1)}")

    def put_dispatch(self) -> None:
        """if mode == 'a': ..."""
        if self.strings:
            self.put(f"if {self.rng.choice(self.strings)} == 'a':")
            before, self.scope = self.scope, self.scope.copy()
            with self.indented():
                self.block(1)
            self.scope = before

    def block(self, count: int) -> bool:
        """Write some statements; return whether the block ends by leaving."""
        written = len(self.lines)
        for _ in range(count):
            if self.cost > BUSY and self.scope.reals:
                break
            write = self.pick(SIMPLE if self.margin > DEEP else STATEMENTS, "put")
            if self.scope.reals or write == self.put_assign:
                write()
        if len(self.lines) == written:
            self.put_assign()
        if self.chance(0.04) and self.margin > 1:
            self.put_return()
            return True
        return False


def function(writer: Writer, signature: Signature, statements: int, annotate: bool) -> list[str]:
    """Return the lines of a function; its parameters are those of the signature."""
    for parameter in signature.parameters:
        known = {
            "real": writer.scope.reals,
            "int": writer.scope.ints,
            "bool": writer.scope.bools,
            "str": writer.strings,
            "list": writer.scope.lists,
            "rows": writer.scope.rows,
        }
        known[parameter.kind].append(parameter.name)
    writer.shape, writer.called = signature.shape, signature.name != "f"
    if writer.chance(0.3):
        writer.lines.append(f'    """Return what {signature.name} says."""')
    for parameter in signature.parameters:
        if parameter.kind in ("list", "rows") and not annotate:  # its use says what it is
            place = "[0]" if parameter.kind == "list" else "[0][1]"
            start = writer.rng.choice(writer.names[:9])
            writer.put(f"{start} = {writer.spell('sin')}({parameter.name}{place})")
            writer.bind(start)
    if not writer.scope.reals:
        writer.put_assign()
    if signature.recursive:
        recursion(writer, signature)
    ints = [p.name for p in signature.parameters if p.kind == "int" and p.name != "depth"]
    places = sorted(writer.rng.randint(0, statements) for _ in ints)
    for k in range(statements + 1):
        for name in [name for name, place in zip(ints, places) if place == k]:
            writer.put(f"for _ in range({name}):")  # used as a range it is passive, whoever asks
            writer.put(f"    {writer.rng.choice(writer.scope.reals)} *= {writer.unit(1)}")
        if k < statements:
            writer.block(1)
    writer.put_return()
    return [header(signature, annotate, writer.rng), *writer.lines]


def recursion(writer: Writer, signature: Signature) -> None:
    """Write the end of a recursion and let what follows call the function one level less deep."""
    writer.put("if depth <= 0:")
    with writer.indented():
        writer.put_return()
    for less in [1, 2][: writer.rng.choice([1, 1, 1, 2])]:
        texts = [
            (p, writer.argument(p, 1) if p.name != "depth" else f"depth - {less}")
            for p in signature.parameters
        ]
        arguments = [f"{p.name}={text}" if p.keyword else text for p, text in texts]
        names: list[str] = []
        pattern = writer.pattern(signature.shape, names)
        writer.put(f"{pattern} = {signature.name}({', '.join(arguments)})")
        writer.bind(*names)


def header(signature: Signature, annotate: bool, rng: random.Random) -> str:
    """Return the line `def f(x, y=0.5, *, n=2):`."""
    parts = []
    kinds = {"real": "float", "int": "int", "bool": "bool", "str": "str"}
    kinds |= {"list": "list[float]", "rows": "list[list[float]]"}
    for k, parameter in enumerate(signature.parameters):
        if parameter.keyword and not (k and signature.parameters[k - 1].keyword):
            parts.append("*")
        note = annotate or parameter.kind in ("bool", "str")
        text = f"{parameter.name}: {kinds[parameter.kind]}" if note else parameter.name
        parts.append(text if parameter.default is None else f"{text}={parameter.default}")
    arrow = " -> float" if annotate and signature.shape is None else ""
    return f"def {signature.name}({', '.join(parts)}){arrow}:"


def parameters(
    rng: random.Random, reals: int, passive: bool, listed: bool = False
) -> list[Parameter]:
    """Return parameters: lists, reals, an int, a bool, a string; defaults and keyword-only last."""
    found = [Parameter(name, "real") for name in ("x", "y", "z")[:reals]]
    if listed:
        odds = [("xs", "list", 0.75), ("ys", "list", 0.25), ("A", "rows", 0.3)]
        found[:0] = [Parameter(name, kind) for name, kind, p in odds if rng.random() < p]
    if passive and rng.random() < 0.5:
        found.append(Parameter("n", "int"))
    if passive and rng.random() < 0.3:
        found.append(Parameter("up", "bool"))
    if passive and rng.random() < 0.2:
        found.append(Parameter("mode", "str"))
    defaults = {"int": "2", "bool": "True", "str": "'a'"}
    first = rng.choice([0, 1, 2, 9, 9, 9]) + sum(p.kind in ("list", "rows") for p in found)
    star = rng.choice([1, 2, 3, 9, 9])
    for k, parameter in enumerate(found):
        if k > first:
            parameter.default = defaults.get(parameter.kind) or rng.choice(
                ["0.5", "1.5", "-0.25", "2.0"]
            )
        parameter.keyword = k > star
    return found


def shape(rng: random.Random, scalar: float, listed: bool = False) -> Any:
    """Return the shape of a result: None for a number, 1 or 2 for lists, else a nested tuple."""
    if rng.random() < scalar:
        return None
    if listed and rng.random() < 0.7:
        return rng.choice([1, 1, 1, 2, (None, 1), (1, 1)])
    return rng.choice(
        [
            (None, None),
            (None, None),
            (None, None, None),
            ((None, None), None),
            (None, (None,)),
            (None,),
        ]
    )


def program(seed: int) -> Program:
    """Return the random program of a seed."""
    rng = random.Random(seed)
    spell = Spelling(rng)
    constants = ["SCALE", "_LIMIT", "half"][: rng.choice([0, 0, 1, 2, 3])]
    top = [f"{name} = {rng.choice(['2.5', '0.75', '3', '-1.5', '1 / 3'])}" for name in constants]
    known: list[Signature] = []
    listed = rng.random() < 0.5
    bodies: list[list[str]] = []
    for k in range(rng.choice([0, 0, 1, 1, 2, 3])):
        recursive = rng.random() < 0.25
        signature = Signature(
            f"g{k}",
            parameters(rng, rng.randint(1, 2), True, listed),
            shape(rng, 0.6, listed),
            0.0,
            recursive,
        )
        if recursive:
            depth = Parameter("depth", "int")
            signature.parameters.insert(0, depth)
        writer = Writer(rng, spell, list(known), constants, listed)
        bodies.append(function(writer, signature, rng.randint(0, 2), rng.random() < 0.3))
        signature.cost = writer.cost * (8 if recursive else 1)
        known.append(signature)
    inputs = parameters(rng, rng.randint(not listed, 3), True, listed)
    if not any(p.kind in ("real", "list", "rows") for p in inputs):
        inputs.insert(0, Parameter("xs", "list"))
    main = Signature("f", inputs, shape(rng, 0.65, listed), 0.0)
    annotated = rng.random() < 0.3
    writer = Writer(rng, spell, known, constants, listed)
    bodies.append(function(writer, main, rng.randint(1, 7 if listed else 5), annotated))
    lines = spell.lines() + top + [line for body in bodies for line in ("", *body)]
    text = ast.unparse(ast.parse("\n".join(lines))) + "\n"
    wrt = tuple(p.name for p in main.parameters if p.kind in ("real", "list", "rows"))
    points = tuple(point(rng, main) for _ in range(3))
    truthy = writer.truthy and not annotated
    return Program(seed, text, wrt, main.shape, points, truthy, listed)


def point(rng: random.Random, signature: Signature) -> dict[str, Any]:
    """Return arguments: reals, now and then special ones, equal ones, or integers."""
    special = [0.0, 1.0, -1.0, 0.5, 2.0, 2, -3, 1]
    shared = rng.uniform(-2, 2)

    def number() -> float:
        odd = rng.random()
        if odd < 0.05:
            return shared
        return rng.choice(special) if odd < 0.2 else rng.uniform(-2, 2)

    found: dict[str, Any] = {}
    for parameter in signature.parameters:
        if parameter.kind == "real":
            found[parameter.name] = number()
        elif parameter.kind == "list":
            found[parameter.name] = [number() for _ in range(rng.choice([2, 3, 3, 4]))]
        elif parameter.kind == "rows":
            sizes = [rng.choice([2, 2, 3])] * rng.choice([2, 2, 3])
            found[parameter.name] = [[number() for _ in range(size)] for size in sizes]
        else:
            choices = {"int": [0, 1, 2, 3, 4, 5, -1], "bool": [True, False], "str": ["a", "b"]}
            found[parameter.name] = rng.choice(choices[parameter.kind])
    return found


def main() -> int:
    """Judge many programs, or show one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", type=int, help="print the program of a seed and stop")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.show is not None:
        shown = program(options.show)
        print(shown.text, *shown.points, sep="\n")
        return 0
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    import judge

    return judge.report(range(options.seed, options.seed + options.count), options.jobs)


if __name__ == "__main__":
    sys.exit(main())
