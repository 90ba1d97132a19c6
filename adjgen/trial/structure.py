"""Nested values leaf by leaf: lists, tuples and arrays of numbers, and what is between them."""

import copy
import dataclasses
import inspect
import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

Point = dict[str, Any]
Function = Callable[..., Any]


def apply(function: Function, point: Point, **more: Any) -> Any:
    """Call a function with named values (copies: it may change what it gets), positional where it must."""
    point = copy.deepcopy(point)
    parameters = inspect.signature(function).parameters.values()
    args = [point.pop(p.name) for p in parameters if p.kind is p.POSITIONAL_ONLY]
    return function(*args, **point, **more)


def same(a: Any, b: Any) -> bool:
    """Whether two values have the same structure and the same bits."""
    if is_object(a) and type(a) is type(b):
        return all(same(getattr(a, name), getattr(b, name)) for name in names_of(a))
    if isinstance(a, list | tuple) and type(a) is type(b):
        return len(a) == len(b) and all(map(same, a, b))
    if hasattr(a, "tobytes") and type(a) is type(b):
        alike = (a.dtype, a.shape) == (b.dtype, b.shape)
        return alike and bool(a.tobytes() == b.tobytes())
    return type(a) is type(b) and (repr(a) == repr(b) if isinstance(a, float) else bool(a == b))


def is_object(value: Any) -> bool:
    """Whether a value is an object of a dataclass."""
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def names_of(value: Any) -> list[str]:
    """Return the names of the fields of an object."""
    return [field.name for field in dataclasses.fields(value)]


def leaves(value: Any) -> Iterator[Any]:
    """Yield what nested lists, tuples and objects (and arrays) hold."""
    if is_object(value):
        value = [getattr(value, name) for name in names_of(value)]
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def floats(value: Any) -> Iterator[float]:
    """Yield the floats of a structure."""
    return (leaf for leaf in leaves(value) if isinstance(leaf, float))


def finite(value: Any) -> bool:
    """Whether a value holds numbers, all of them finite."""
    numbers = [leaf for leaf in leaves(value) if isinstance(leaf, int | float | complex)]
    return bool(numbers) and all(not isinstance(x, complex) and math.isfinite(x) for x in numbers)


def dot_terms(a: Any, b: Any) -> list[float]:
    """Return the terms of the inner product of two structures; what is not a number adds nothing."""
    pairs = zip(leaves(a), leaves(b), strict=True)
    return [x * y for x, y in pairs if is_number(x) and is_number(y)]


def is_number(value: Any) -> bool:
    """Whether a value is a number that may vary; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def mapped(function: Function, *structures: Any) -> Any:
    """Apply a function leaf by leaf; the first structure decides the containers."""
    first = structures[0]
    if is_object(first):
        return type(first)(
            **{n: mapped(function, *(getattr(s, n) for s in structures)) for n in names_of(first)}
        )
    if isinstance(first, list | tuple):
        items = [mapped(function, *parts) for parts in zip(*structures)]
        if hasattr(first, "_fields"):
            return type(first)(*items)
        return tuple(items) if isinstance(first, tuple) else items
    if hasattr(first, "tolist") and getattr(first, "shape", None):
        nested = [s.tolist() for s in structures]
        return sys.modules["numpy"].array(mapped(function, *nested))
    return function(*structures)


def spelled(point: Point) -> str:
    """Return a point as `--at` takes it."""
    return ",".join(f"{name}={value!r}" for name, value in point.items())
