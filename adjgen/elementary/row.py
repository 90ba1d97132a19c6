"""A derivative rule is one row; its partials are lambdas that run on floats and on traced variables.

Inside a lambda, arithmetic is Python's; functions come from `call` ("log", "cosh", ...) and lazy
choices from `select`, so one row serves evaluation, both modes, counts, documentation and tests.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Number = Any  # a float, a SymPy or mpmath number, or a traced variable


@dataclass(frozen=True, slots=True)
class Row:
    """An elementary function g_i.

    Parameters
    ----------
    name
        How equations name it.
    evaluate
        The Python function (or operator) whose value and exceptions it has.
    partials
        A partial derivative for each argument, each over (arguments..., y) with y the value;
        None where the derivative is zero everywhere it exists. Empty: no argument is active.
        A variadic row has a single function (k, arguments, y) instead. With several outs, y and
        what a partial returns are tuples, with None for an out that does not depend on the argument.
    result
        Type rule: "real", "int", "bool", "number" (join of the arguments), "opaque", or a
        function of the types of the arguments.
    raises
        Whether it can raise on floats.
    commutative
        Whether its two arguments can be exchanged without a change of a bit.
    category
        How F1 counts it (see cost.py): "call", "operator", "power", "comparison", "choice", "free".
    domain
        For each argument (of a variadic row: for every one) the name of an interval in which it
        is smooth: "real", "nonzero", "positive", "unit", "above_one", "above_minus_one", "base", "int".
    kink
        The convention where the derivative does not exist.
    where
        Where the kink is: a test over (arguments..., y), or several that must all hold; of a
        variadic row over (arguments, y). None: anywhere.
    edges
        (arguments, partials there) at kinks and at extreme numbers, for tests.
    source
        Where the derivative is found in the literature.
    names
        Dotted Python names that mean this row: "math.exp", "builtins.abs".
    refusal
        Why an active argument is refused, where a derivative exists but no rule for it.
    note
        What a user should know of the accuracy.
    carried
        Whether `evaluate` is not in Python: generated code carries its text.
    jvp
        For rows of lists: (args, y, dot) -> the tangent of y, with dot(k) that of argument k.
    vjp
        For rows of lists: (k, args, y, bar) -> what the adjoint of argument k grows by.
    scatter
        Where `vjp` gives None: (k, args, y, bar, into) -> the adjoint of argument k so far, grown.
    mutates
        Whether emission writes the value into the first argument, which is not used again.
    home
        The module of a library (numpy, scipy.special) whose function this is: it gives nan and
        inf where math raises, and so does its derivative, which is written with numpy.
    like
        The row that this one is another name of: its partials, its cost, its range are the same.
    typed
        Of rows of arrays: the type of the value from the arguments themselves, in place of `result`.
    signature
        The parameters of a function of arrays by name, with their defaults (... for none): how a
        call of it is read and written.
    broadcasts
        Whether what `vjp` returns may be smaller than the argument, which it is broadcast to.
    view
        Whether the value may share memory with the first argument.
    """

    name: str
    evaluate: Callable[..., Any]
    partials: tuple[Callable[..., Number] | None, ...] = ()
    result: str | Callable[[Sequence[Any]], Any] = "real"
    raises: bool = True
    commutative: bool = False
    category: str = "call"
    domain: tuple[Any, ...] = ()
    kink: str = ""
    where: Callable[..., Any] | None = None
    names: tuple[str, ...] = ()
    variadic: bool = False
    outs: int = 1
    edges: tuple[Any, ...] = ()
    source: str = ""
    refusal: str = ""
    note: str = ""
    carried: bool = False
    jvp: Callable[..., Number] | None = None
    vjp: Callable[..., Number | None] | None = None
    scatter: Callable[..., Number] | None = None
    mutates: bool = False
    home: str = ""
    like: str = ""
    typed: Callable[[Sequence[Any]], Any] | None = None
    signature: tuple[tuple[str, Any], ...] = ()
    broadcasts: bool = False
    view: bool = False

    def partial(self, k: int, args: Sequence[Number], y: Number) -> Number | None:
        """Return the partial derivative for argument k, or None if it is zero."""
        if self.variadic:
            return self.partials[0](k, args, y) if self.partials and self.partials[0] else None
        chosen = self.partials[k] if k < len(self.partials) else None
        return chosen(*args, y) if chosen else None

    def kink_tests(self, args: Sequence[Number], y: Number) -> tuple[Any, ...]:
        """Return the tests that all hold where the value has its kink; none: it may be anywhere."""
        if self.where is None:
            return ()
        found = self.where(args, y) if self.variadic else self.where(*args, y)
        return found if isinstance(found, tuple) else (found,)


TABLE: dict[str, Row] = {}
BY_NAME: dict[str, Row] = {}
SPOKEN: dict[
    str, str
] = {}  # row -> that of numpy with its mathematics, for derivatives of numpy's rows


def row(name: str, evaluate: Callable[..., Any], *partials: Any, **about: Any) -> Row:
    """Enter a rule into the table and return it."""
    return enter(Row(name, evaluate, partials, **about))


def enter(entry: Row) -> Row:
    """Enter a rule into the table under its names and return it."""
    TABLE[entry.name] = entry
    for dotted in entry.names:
        BY_NAME[dotted] = entry
    return entry


def rows(kinds: Iterable[object]) -> list[Row]:
    """Return the rows among the kinds of equations."""
    return [TABLE[kind] for kind in kinds if isinstance(kind, str)]


def call(name: str, *args: Number, beside: Number = None) -> Number:
    """Apply the row `name`: to floats, or as an equation if an argument or `beside` is traced.

    `beside` keeps a function of constants an equation: its value here is that of one machine.
    """
    for arg in (*args, beside):
        apply = getattr(arg, "adjgen_apply", None)
        if apply:
            return apply(name, args)
    return TABLE[name].evaluate(*args)


def select(test: Number, then: Any, other: Any) -> Number:
    """Return `then` if test holds, else `other`; each a number or a function without arguments.

    Only the chosen one is computed: a guard protects the code behind it.
    """
    choose = getattr(test, "adjgen_select", None)
    if choose:
        return choose(then, other)
    chosen = then if test else other
    return chosen() if callable(chosen) else chosen


def pole(x: Number, sign: float = 1.0) -> Number:
    """Return the infinity that a derivative has at x = 0, whose own derivative is that of 1 / x there."""
    return call("infinity", x, sign)


INF = math.inf
