"""What is known of a value before the program runs; only REAL values and sequences of them have derivatives."""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True, eq=False)
class Type:
    """A type by name; a sequence also has the type of its elements. There is one object for each."""

    name: str
    element: "Type | None" = None

    def __str__(self) -> str:
        return f"{self.name}[{self.element}]" if self.element else self.name


REAL = Type("real")
INT = Type("int")
BOOL = Type("bool")
OPAQUE = Type("opaque")  # a Python value of which nothing is known
NOTHING = Type("nothing")  # the type of UNBOUND; joins with everything


OF_PYTHON = {float: REAL, int: INT, bool: BOOL}


@cache
def seq(element: Type) -> Type:
    """Return the type of a list (or range) with elements of one type."""
    return Type("seq", element)


def of_constant(value: object) -> Type:
    """Return the type of a Python constant."""
    return OF_PYTHON.get(type(value), OPAQUE)


def join(*types: Type) -> Type:
    """Return the type of a value that has one of several types.

    >>> str(join(INT, REAL)), str(join(BOOL, OPAQUE))
    ('real', 'opaque')
    """
    kinds = set(types) - {NOTHING}
    if not kinds:
        return NOTHING
    if len(kinds) == 1:
        return kinds.pop()
    if kinds <= {REAL, INT, BOOL}:
        return REAL if REAL in kinds else INT
    if all(kind.name == "seq" for kind in kinds):
        return seq(join(*(kind.element or OPAQUE for kind in kinds)))
    return OPAQUE


def differentiable(kind: Type) -> bool:
    """Whether a value of this type may carry a derivative."""
    while kind.element:
        kind = kind.element
    return kind is REAL or kind is OPAQUE
