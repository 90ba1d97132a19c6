"""Partials as formulas: a rule runs on numbers that spell themselves instead of computing."""

from collections.abc import Callable
from inspect import signature
from typing import Any

from adjgen.elementary import Row

SYMBOLS = {
    "add": (" + ", 5), "sub": (" - ", 5), "mul": (" * ", 6), "div": (" / ", 6), "floordiv": (" // ", 6),
    "mod": (" % ", 6), "pow": ("**", 8), "lt": (" < ", 3), "le": (" <= ", 3), "gt": (" > ", 3),
    "ge": (" >= ", 3), "eq": (" == ", 3), "ne": (" != ", 3),
}  # fmt: skip
RIGHT = {"sub", "div", "floordiv", "mod", "lt", "le", "gt", "ge", "eq", "ne"}  # a - (b - c)
CHOICE, UNARY, CALL = 1, 7, 9


class Spelled:
    """A number that is text; `level` is the precedence of its outermost operator."""

    def __init__(self, text: str, level: int = CALL) -> None:
        self.text, self.level = text, level

    def adjgen_apply(self, name: str, args: tuple[Any, ...], **_: Any) -> "Spelled":
        """Return the text of an elementary function of texts."""
        parts = [spelled(arg) for arg in args]
        if name == "neg":
            return Spelled(f"-{parts[0].within(UNARY)}", UNARY)
        if name == "infinity":
            return Spelled("-inf" if parts[1].level == UNARY else "inf")
        if name not in SYMBOLS:
            return Spelled(f"{name}({', '.join(part.text for part in parts)})")
        symbol, level = SYMBOLS[name]
        left, right = parts
        tight = level + (name in RIGHT)
        first = left.within(level + (name == "pow"))
        return Spelled(f"{first}{symbol}{right.within(UNARY if name == 'pow' else tight)}", level)

    def adjgen_select(self, then: Any, other: Any) -> "Spelled":
        """Return a conditional expression."""
        one, two = (spelled(side() if callable(side) else side) for side in (then, other))
        test = self.within(CHOICE + 1)
        return Spelled(f"{one.within(CHOICE + 1)} if {test} else {two.within(CHOICE)}", CHOICE)

    def within(self, level: int) -> str:
        """Return the text, in parentheses if an operator around it binds tighter."""
        return self.text if self.level >= level else f"({self.text})"

    def __bool__(self) -> bool:
        raise TypeError("a rule chooses with select(), not with if")

    __hash__ = None  # type: ignore[assignment]


def spelled(value: Any) -> Spelled:
    """Return a number as text."""
    if isinstance(value, Spelled):
        return value
    negative = isinstance(value, int | float) and value < 0
    return Spelled(repr(value), UNARY if negative else CALL)


def _operator(name: str, swapped: bool = False) -> Callable[..., Spelled]:
    def method(self: Spelled, *others: Any) -> Spelled:
        return self.adjgen_apply(name, (*others, self) if swapped else (self, *others))

    return method


for _name in SYMBOLS:
    _method = "truediv" if _name == "div" else _name
    setattr(Spelled, f"__{_method}__", _operator(_name))
    if SYMBOLS[_name][1] > 3:
        setattr(Spelled, f"__r{_method}__", _operator(_name, swapped=True))
setattr(Spelled, "__neg__", _operator("neg"))  # noqa: B010


def arguments(row: Row) -> list[str]:
    """Return names for the arguments of a row: those of its partials; a variadic row shows some."""
    if row.variadic:
        return ["a", "b", "c"][: 2 if row.category == "choice" or row.name == "dist" else 3]
    for partial in row.partials:
        if partial:
            return list(signature(partial).parameters)[:-1]
    try:
        return list(signature(row.evaluate).parameters)
    except ValueError:
        return ["x"]


def partials(row: Row) -> list[tuple[str, str]]:
    """Return each argument with the formula of its partial derivative.

    >>> from adjgen.elementary import TABLE
    >>> partials(TABLE["div"])
    [('a', '1.0 / b'), ('b', '-y / b')]
    """
    names = arguments(row)
    return [(name, formula(row, k, names)) for k, name in enumerate(names)]


def formula(row: Row, k: int, names: list[str]) -> str:
    """Return the formula of a partial; of several outs, with commas."""
    args = [Spelled(name) for name in names]
    outs = tuple(Spelled(f"y{i}") for i in range(1, row.outs + 1))
    result = row.partial(k, args, outs if row.outs > 1 else Spelled("y"))
    if isinstance(result, tuple):
        return ", ".join("0" if item is None else spelled(item).text for item in result)
    return "0" if result is None else spelled(result).text
