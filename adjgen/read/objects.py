"""Annotations that say a parameter is an object: `ell: Ellipsoid | None`, `when: datetime`."""

import ast
from collections.abc import Iterable
from typing import Any

from adjgen.read.names import External, Known

OBJECTS = ("datetime.", "pathlib.", "enum.")  # modules whose classes are no numbers


def is_object(bindings: Iterable[Any]) -> bool:
    """Whether one of the names in an annotation is a class of the user's, which is no number."""
    return any(_names_class(binding) for binding in bindings)


def _names_class(binding: Any) -> bool:
    if isinstance(binding, Known):
        return binding.dotted.startswith(OBJECTS)
    if not isinstance(binding, External):
        return False
    value = binding.value
    if isinstance(value, type):
        return not issubclass(value, (float, int, tuple, list)) and not hasattr(value, "__add__")
    return isinstance(binding.node, ast.ClassDef) and not _computes(binding.node)


def _computes(node: ast.ClassDef) -> bool:
    """Whether a class may be one of numbers: it has a base, or an addition of its own."""
    return bool(node.bases) or any(getattr(part, "name", "") == "__add__" for part in node.body)
