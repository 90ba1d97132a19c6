"""Arguments that are tuples or objects, as annotations say: drawn, or made of the tuples that --at gives."""

import dataclasses
import enum
import typing
from collections.abc import Callable
from typing import Any

SOME = 3  # items of a tuple of any length


def is_structure(said: Any) -> bool:
    """Whether an annotation, evaluated, is a tuple of numbers or a class of objects with fields."""
    return typing.get_origin(said) is tuple or bool(fields_of(said))


def fields_of(said: Any) -> dict[str, Any]:
    """Return the types of the fields of a dataclass or NamedTuple by name; none of others."""
    if not isinstance(said, type):
        return {}
    names = getattr(said, "_fields", ())
    if dataclasses.is_dataclass(said):
        names = [field.name for field in dataclasses.fields(said)]
    hints = typing.get_type_hints(said) if names else {}
    return {name: hints[name] for name in names if name in hints}


def drawn_structure(said: Any, draw: Callable[[], float]) -> Any:
    """Return a value of a type: numbers are drawn, what is none is the first that it may be."""
    origin, args = typing.get_origin(said), typing.get_args(said)
    if origin is tuple:
        items = [args[0]] * SOME if args[1:] == (...,) else args
        return tuple([drawn_structure(item, draw) for item in items])
    if origin is list:
        return [drawn_structure(args[0], draw) for _ in range(SOME)]
    if fields := fields_of(said):
        return said(**{name: drawn_structure(kind, draw) for name, kind in fields.items()})
    if origin is typing.Literal:
        return args[0]
    if isinstance(said, type) and issubclass(said, enum.Enum):
        return next(iter(said))
    if said in (bool, str):
        return said()
    return None if type(None) in (said, *args) else draw()


def made(said: Any, given: Any) -> Any:
    """Return a value that --at gives as its type: an object is given as the tuple of its fields."""
    args = typing.get_args(said)
    if fields := fields_of(said) if isinstance(given, list | tuple) else {}:
        return said(*[made(kind, one) for kind, one in zip(fields.values(), given)])
    if typing.get_origin(said) is tuple and isinstance(given, list | tuple):
        kinds = [args[0]] * len(given) if args[1:] == (...,) else args
        return tuple([made(kind, one) for kind, one in zip(kinds, given)])
    return given
