"""What is known of arrays while a rule is written: shapes and ranks of arguments, types of values."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from adjgen.elementary.libraries import function, label
from adjgen.elementary.row import Row, enter
from adjgen.ir.core import Atom, Const, Var
from adjgen.ir.shapes import Shape, dims, rank, symbol
from adjgen.ir.types import NUMBERS, REAL, Type, array, join

UNKNOWN = object()


@cache
def tuple_type(length: int) -> Type:
    """Return the type of a tuple of so many whole numbers: a shape."""
    return Type(f"tuple of {length}")


def type_of(value: Any) -> Type:
    """Return the type of an atom, a traced value or a constant."""
    atom = getattr(value, "atom", value)
    kind = getattr(atom, "type", None)
    return kind if isinstance(kind, Type) else Const(value).type


def shape_of(value: Any) -> Shape:
    """Return the shape of a value: () for a number, None if nothing is known."""
    kind = type_of(value)
    return () if kind in NUMBERS else kind.shape


def rank_of(value: Any) -> int | None:
    """Return the number of dimensions of a value, if that is known."""
    return rank(shape_of(value))


def known(atom: Any) -> Any:
    """Return the value of a constant argument; UNKNOWN for what only running tells."""
    if hasattr(atom, "atom"):
        atom = atom.atom
    return UNKNOWN if isinstance(atom, Var) else atom.value if isinstance(atom, Const) else atom


def element_type(*atoms: Any) -> Type:
    """Return the type of the numbers in a value made of others."""
    kinds = [type_of(a).dtype or type_of(a) for a in atoms]
    return join(*kinds) if kinds and all(kind in NUMBERS for kind in kinds) else REAL


def like(k: int = 0) -> Callable[[Sequence[Atom]], Type]:
    """Return the rule that the value has the type of argument k."""
    return lambda args: args[k].type if args[k].type.dtype else array(shape_of(args[k]) or symbol())


def of_rank(count: int | None, dtype: Type = REAL) -> Type:
    """Return the type of an array of a known number of dimensions; None: of an unknown one."""
    return array(symbol() if count is None else dims(count), dtype)


def array_row(name: str, *, home: str = "numpy", names: Sequence[str] = (), **about: Any) -> Row:
    """Enter a function of numpy that is a rule of its own; `name` is that in its module."""
    full = label(home, name)
    dotted = (f"{home}.{name}", *names)
    return enter(
        Row(full, function(home, name), names=dotted, home=home, category="sequence", **about)
    )


def no_derivative(name: str, typed: Any, signature: Any, **about: Any) -> Row:
    """Enter a function of numpy whose value does not vary with its arguments."""
    full = label("numpy", name)
    return enter(
        Row(
            full, function("numpy", name), names=(f"numpy.{name}",), home="numpy", typed=typed,
            signature=signature, **{"category": "none"} | about,
        )
    )  # fmt: skip
