"""Traced numbers: the partials of a row run on them and write equations instead of computing."""

from collections.abc import Callable
from typing import Any

from adjgen.elementary.row import INF, SPOKEN, TABLE, Row
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Const
from adjgen.ir.shapes import broadcast
from adjgen.ir.types import BOOL, INT, NUMBERS, OPAQUE, REAL, Type, array, join

KINDS = {"real": REAL, "int": INT, "bool": BOOL, "opaque": OPAQUE}
ONE, ZERO, MINUS = Const(1.0), Const(0.0), Const(-1.0)
UNITS = {"mul": ONE, "div": ONE, "add": ZERO, "sub": ZERO}  # what changes nothing, as the second


def result_type(row: Row, args: tuple[Atom, ...]) -> Type:
    """Return the type of a row's value from those of its arguments."""
    if row.typed is not None:
        found: Type = row.typed(args)
        return found
    if any([arg.type.dtype for arg in args]) and row.category != "sequence":
        return of_elements(row, args)
    if row.result == "number":
        for arg in args:
            if arg.type is REAL:
                return REAL
        kinds = [INT if arg.type is BOOL else arg.type for arg in args]
        return join(*kinds) if kinds else OPAQUE
    if isinstance(row.result, str):
        return KINDS[row.result]
    kind: Type = row.result([arg.type for arg in args])
    return kind


def of_elements(row: Row, args: tuple[Atom, ...]) -> Type:
    """Return the type of a function that is applied element by element to arrays."""
    kinds = [arg.type.dtype or arg.type for arg in args]
    shape = broadcast(*[() if arg.type in NUMBERS else arg.type.shape for arg in args])
    dtype = join(*kinds) if row.result == "number" else KINDS.get(str(row.result), REAL)
    return array(shape, REAL if dtype is OPAQUE else dtype)


def simplified(name: str, args: tuple[Atom, ...]) -> Atom | tuple[str, Atom] | None:
    """Return what `name(args)` is without computing: a factor 1.0, a term 0.0; or None.

    Only for derivative equations: a zero there is structural, not a user's number.
    """
    if name not in UNITS:
        return None
    if any([arg.type.dtype in (BOOL, INT) for arg in args if arg.type.dtype]):
        return None  # 1.0 * mask is an array of floats
    a, b = args
    unit = UNITS[name]
    if b is unit and (a is not MINUS or name != "mul"):
        return a
    if name in ("mul", "add"):
        if a is unit:
            return b
        if name == "mul" and MINUS in args:
            return ("neg", b if a is MINUS else a)
    elif name == "sub" and a is ZERO:
        return ("neg", b)
    return None


def applied(builder: Builder, name: str, args: tuple[Atom, ...]) -> Atom:
    """Append `name(args)` and return its value; of a derivative what it is without computing."""
    if builder.library and not all([is_positive(arg) for arg in args]):
        name = SPOKEN.get(name, name)
    if builder.derivative and name in UNITS:
        short = simplified(name, args)
        if isinstance(short, tuple):
            name, args = short[0], (short[1],)
            if isinstance(args[0], Const):
                return Const(-args[0].value)
        elif short is not None:
            return short
    return builder.value(name, args, result_type(TABLE[name], args))


def is_positive(atom: Atom) -> bool:
    """Whether an atom is a positive number: math knows its functions, and gives floats of Python's."""
    return isinstance(atom, Const) and isinstance(atom.value, float) and 0.0 < atom.value < INF


class Traced:
    """A number of which only the variable is known; its operators append equations."""

    __slots__ = ("builder", "atom")

    def __init__(self, builder: Builder, atom: Atom) -> None:
        self.builder = builder
        self.atom = atom

    def adjgen_apply(self, name: str, args: tuple[Any, ...]) -> "Traced":
        """Append `name(args)` and return its value."""
        atoms = tuple([arg.atom if isinstance(arg, Traced) else Const(arg) for arg in args])
        return Traced(self.builder, applied(self.builder, name, atoms))

    def __neg__(self) -> "Traced":
        return self.adjgen_apply("neg", (self,))

    def adjgen_select(self, then: Any, other: Any) -> "Traced":
        """Append an IF on this truth value; each side is traced into a block of its own.

        Of an array of truth values both sides are computed.
        """
        if self.atom.type.dtype or (self.builder.library and self.atom.type is OPAQUE):
            sides = [side() if callable(side) else side for side in (then, other)]
            return self.adjgen_apply("np.where", (self, *sides))
        (out,) = self.builder.branch(self.atom, self.arm(then), self.arm(other))
        return Traced(self.builder, out)

    def arm(self, side: Any) -> Block:
        """Return one side of a choice as a block."""
        outer, self.builder.eqns = self.builder.eqns, []
        value = atom_of(side() if callable(side) else side)
        block = self.builder.block([value])
        self.builder.eqns = outer
        return block

    def __bool__(self) -> bool:
        raise TypeError("a rule chooses with select(), not with if")


def atom_of(value: Any) -> Atom:
    """Return the variable of a traced number, or the constant."""
    return value.atom if isinstance(value, Traced) else Const(value)


def _operator(name: str, swapped: bool = False) -> Callable[..., Traced]:
    def method(self: Traced, other: Any) -> Traced:
        atom = atom_of(other)
        args = (atom, self.atom) if swapped else (self.atom, atom)
        return Traced(self.builder, applied(self.builder, name, args))

    return method


for _symbol, _name in {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "floordiv": "floordiv",
    "mod": "mod", "pow": "pow",
}.items():  # fmt: skip
    setattr(Traced, f"__{_symbol}__", _operator(_name))
    setattr(Traced, f"__r{_symbol}__", _operator(_name, swapped=True))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Traced, f"__{_name}__", _operator(_name))
