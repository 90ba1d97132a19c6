"""Arithmetic and calls of functions on names and floats as text: what most statements are, without a tree.

References to names of modules stand between null characters until emit.text knows how they are written.
"""

from adjgen.emit.targets import FAMOUS, function_of
from adjgen.ir.core import Atom, Const, Eqn, Var

SUM, PRODUCT, SIGN, NAME = range(4)  # how close a text binds
OPERATORS = {
    "add": (SUM, " + "),
    "sub": (SUM, " - "),
    "mul": (PRODUCT, " * "),
    "div": (PRODUCT, " / "),
}
Bound = tuple[str, int]  # a text, and how close it binds
LARGEST = float("inf")


class Flat:
    """Writes the expressions of one function that are nothing else."""

    def __init__(
        self, names: dict[Var, str], inlined: set[Var], target: str, nothing: bool
    ) -> None:
        self.names, self.inlined, self.target = names, inlined, target
        self.nothing = nothing  # whether there is what may have no value: that takes more than text
        self.texts: dict[Atom, Bound] = {}
        self.functions: dict[str, str] = {}  # row -> text of the function

    def keep(self, eqn: Eqn) -> None:
        """Write an equation that stands inside its use, if it is of this kind."""
        found = self.text(eqn)
        if found is not None:
            self.texts[eqn.outs[0]] = found

    def text(self, eqn: Eqn) -> Bound | None:
        """Return an equation as text, None if it is of another kind."""
        op = eqn.op
        if not isinstance(op, str) or self.nothing:
            return None
        operator = OPERATORS.get(op)
        if operator is None and op != "neg" and not self.function(op):
            return None
        parts: list[Bound] = []
        for arg in eqn.args:
            part = self.texts.get(arg) or self.leaf(arg)
            if part is None:
                return None
            parts.append(part)
        return written(operator, self.functions.get(op, "-"), parts)

    def function(self, op: str) -> str:
        """Return the text of the function that a row is a call of, or ""."""
        if op not in self.functions:
            reference = function_of(self.target, op)
            self.functions[op] = f"\0{reference}\0" if reference else ""
        return self.functions[op]

    def leaf(self, atom: Atom) -> Bound | None:
        """Return a name or a plain float as text."""
        if isinstance(atom, Var):
            if atom in self.inlined:
                return None
            found = self.names[atom]
        elif is_plain(atom):
            found = atom.key[1]
        else:
            return None
        self.texts[atom] = found, NAME
        return self.texts[atom]


def is_plain(atom: Const) -> bool:
    """Whether a constant is a float without a sign, a name or a place outside the numbers."""
    value = atom.value
    return (
        type(value) is float
        and 0.0 <= value < LARGEST
        and atom.key[1][0] != "-"
        and value not in FAMOUS
    )


def written(operator: tuple[int, str] | None, function: str, parts: list[Bound]) -> Bound:
    """Return an operation on parts, in parentheses where they bind less close."""
    if operator is not None:
        own, symbol = operator
        (left, a), (right, b) = parts
        if a < own:
            left = f"({left})"
        if b <= own:
            right = f"({right})"
        return left + symbol + right, own
    if function == "-":
        ((text, bound),) = parts
        return (f"-{text}" if bound >= SIGN else f"-({text})"), SIGN
    return f"{function}({', '.join([text for text, _ in parts])})", NAME
