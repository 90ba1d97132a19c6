"""What is known of a value before the program runs; only REAL values and sequences of them have derivatives."""

from dataclasses import dataclass
from functools import cache, reduce

from adjgen.ir.shapes import Shape, common


@dataclass(frozen=True, slots=True, eq=False)
class Type:
    """A type by name. There is one object for each.

    A sequence (of Python) has the type of its `element`s; an array (of numpy, or a number, where
    that is not known) has the type of its numbers, `dtype`, and a shape.
    """

    name: str
    element: "Type | None" = None
    dtype: "Type | None" = None
    shape: Shape = None

    def __str__(self) -> str:
        inner = self.element or self.dtype
        return f"{self.name}[{inner}]" if inner else self.name


REAL = Type("real")
INT = Type("int")
BOOL = Type("bool")
OPAQUE = Type("opaque")  # a Python value of which nothing is known
NOTHING = Type("nothing")  # the type of UNBOUND; joins with everything


NUMBERS = {REAL, INT, BOOL}
OF_PYTHON = {float: REAL, int: INT, bool: BOOL}


@cache
def seq(element: Type) -> Type:
    """Return the type of a list (or range) with elements of one type."""
    return Type("seq", element)


@cache
def array(shape: Shape = None, dtype: Type = REAL) -> Type:
    """Return the type of an array; one without dimensions is a number."""
    return dtype if shape == () else Type("array", None, dtype, shape)


def is_mutable(kind: Type) -> bool:
    """Whether a value of this type may be stored into: a list or an array."""
    return kind.element is not None or kind.dtype is not None


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
    if kinds <= NUMBERS:
        return REAL if REAL in kinds else INT
    if all(kind.dtype or kind in NUMBERS for kind in kinds) and any(k.dtype for k in kinds):
        shape = reduce(common, [() if kind in NUMBERS else kind.shape for kind in kinds])
        return array(shape, join(*(kind.dtype or kind for kind in kinds)))
    if all(kind.name == "seq" for kind in kinds):
        return seq(join(*(kind.element or OPAQUE for kind in kinds)))
    return OPAQUE


def differentiable(kind: Type) -> bool:
    """Whether a value of this type may carry a derivative."""
    while kind.element:
        kind = kind.element
    return kind is REAL or kind is OPAQUE or kind.dtype is REAL
