"""Shapes of arrays before the program runs: dimensions, symbols of what is unknown, or nothing.

A shape is a tuple of dimensions (a number, a symbol, or None for one of which nothing is known); a
set of symbols where not even the number of dimensions is known: what arrays of these shapes
broadcast to; or None, which is the same as no other shape.
"""

from collections.abc import Sequence
from itertools import count
from typing import Union

Dim = Union[int, str, None]
Shape = Union[tuple[Dim, ...], frozenset[str], None]

_numbers = count(1)


def symbol(name: str = "") -> frozenset[str]:
    """Return the shape of an array of which only the name is known; without a name a new one."""
    return frozenset([name or f"#{next(_numbers)}"])


def dims(count: int) -> tuple[str, ...]:
    """Return the shape of an array of which only the number of dimensions is known."""
    return tuple([f"#{next(_numbers)}" for _ in range(count)])


def common(a: Shape, b: Shape) -> Shape:
    """Return what is known of an array that has one of two shapes.

    >>> common((3, "n"), (2, "n")), common((3,), (3, 1))
    ((None, 'n'), None)
    """
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return tuple([x if x == y else None for x, y in zip(a, b)])
    return None


def rank(shape: Shape) -> int | None:
    """Return the number of dimensions, if that is known."""
    return len(shape) if isinstance(shape, tuple) else None


def same(a: Shape, b: Shape) -> bool:
    """Whether two shapes are the same for certain.

    >>> same((3, "n"), (3, "n")), same((3, None), (3, None)), same(None, None), same((), ())
    (True, False, False, True)
    """
    if a is None or a != b:
        return False
    return not isinstance(a, tuple) or None not in a


def broadcast(*shapes: Shape) -> Shape:
    """Return the shape that arrays are broadcast to together.

    >>> broadcast((3, 1), ("n",)), broadcast((), symbol("x")) == symbol("x")
    ((3, 'n'), True)
    """
    known = [shape for shape in shapes if shape != ()]
    if not known:
        return ()
    first, *more = known
    if all(other == first for other in more):
        return first
    if all(isinstance(shape, frozenset) for shape in known):
        return frozenset().union(*known)  # type: ignore[arg-type]
    if all(isinstance(shape, tuple) for shape in known):
        return _aligned([shape for shape in known if isinstance(shape, tuple)])
    return None


def _aligned(shapes: Sequence[tuple[Dim, ...]]) -> tuple[Dim, ...]:
    longest = max(map(len, shapes))
    padded = [(1,) * (longest - len(shape)) + shape for shape in shapes]
    return tuple([met(dims) for dims in zip(*padded)])


def met(dims: Sequence[Dim]) -> Dim:
    """Return the dimension that some are broadcast to together."""
    others = [dim for dim in dims if dim != 1]
    numbers = [dim for dim in others if isinstance(dim, int)]
    if numbers:
        return numbers[0]
    if not others:
        return 1
    return others[0] if all(dim == others[0] for dim in others) else None


def summed_axes(shape: Shape, to: Shape) -> tuple[int, ...] | None:
    """Return the axes along which an array of a shape is summed to one that was broadcast to it.

    None: that is only known when the program runs.

    >>> summed_axes((2, "n"), (2, 1)), summed_axes((2, "n"), ("n",)), summed_axes((2, "n"), (None, "n"))
    ((1,), (0,), None)
    """
    if not isinstance(shape, tuple) or not isinstance(to, tuple):
        return None
    lead = len(shape) - len(to)
    axes = list(range(lead))
    for k, (whole, part) in enumerate(zip(shape[lead:], to), start=lead):
        if part == 1 and whole != 1:
            axes.append(k)
        elif part != whole or part is None:
            return None
    return tuple(axes)
