"""Random arrays: every name of a dimension has its own small size, so that a wrong axis shows."""

import random
import sys
from collections.abc import Callable, Iterable
from typing import Any

Sized = tuple[tuple[int | str | None, ...] | None, str]  # dimensions if known, what is in it
SIZES = (3, 2, 4, 5)
INFERRED = 3  # of dimensions that only have the name of their parameter
UNKNOWN = ((3,), (3, 3), ())  # shapes to try where nothing is known


def sizes(shapes: Iterable[Sized]) -> dict[str, int]:
    """Return a size for each name of a dimension.

    >>> sizes([(("out", "in"), "real"), (("in", 1), "real"), (("x.0",), "real")])
    {'out': 3, 'in': 2, 'x.0': 3}
    """
    names = dict.fromkeys(d for dims, _ in shapes for d in dims or () if isinstance(d, str))
    plain = [name for name in names if "." not in name]
    return {n: SIZES[plain.index(n) % len(SIZES)] if n in plain else INFERRED for n in names}


def drawn_array(
    sized: Sized,
    known: dict[str, int],
    rng: random.Random,
    region: Callable[[random.Random], float],
) -> Any:
    """Return a random array; whole numbers may be indices, so they are 0 or 1."""
    dims, kind = sized
    shape = rng.choice(UNKNOWN) if dims is None else [size(dim, known) for dim in dims]
    draw = {"int": lambda: rng.randrange(2), "bool": lambda: rng.random() < 0.5}
    found = filled(shape, draw.get(kind, lambda: region(rng)))
    return as_array(found) if shape else found


def size(dim: int | str | None, known: dict[str, int]) -> int:
    """Return the size of a dimension; one of which nothing is known is broadcast."""
    return known[dim] if isinstance(dim, str) else 1 if dim is None else dim


def filled(shape: Iterable[int], draw: Callable[[], Any]) -> Any:
    """Return nested lists of random numbers."""
    if not shape:
        return draw()
    first, *rest = shape
    return [filled(rest, draw) for _ in range(first)]


def as_array(nested: Any) -> Any:
    """Return an array of nested lists; numpy is there, for the code under test imports it."""
    numpy = sys.modules.get("numpy")
    return numpy.array(nested) if numpy and isinstance(nested, list) else nested
