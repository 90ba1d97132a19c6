"""Rows of Jacobians of arrays: the unit arrays as adjoints of an array, the gradients of its elements in one array."""

from typing import Any

from adjgen.elementary.arrays.fitting import PARTS, carried
from adjgen.elementary.arrays.typing import of_rank, shape_of
from adjgen.elementary.row import call
from adjgen.ir.types import REAL, Type, array, seq


def of_joined_shapes(args: Any) -> Type:
    """Return the type of an array whose dimensions are those of two others."""
    shapes = [shape_of(arg) for arg in args[1:]]
    known = [shape for shape in shapes if isinstance(shape, tuple)]
    return array((*known[0], *known[1]), REAL) if len(known) == 2 else of_rank(None)


def of_parts(k: int) -> Any:
    """Return the rule that the value is a list of arrays like argument k."""
    return lambda args: seq(args[k].type)


carried("unit_arrays", PARTS, typed=of_parts(0), category="none")
carried(
    "array_of_rows", PARTS, typed=of_joined_shapes,
    jvp=lambda args, y, dot: call("array_of_rows", dot(0), *args[1:]),
    vjp=lambda k, args, y, bar: None if k else call("rows_of_array", bar, *args[1:]),
)  # fmt: skip
carried(
    "rows_of_array", PARTS, typed=of_parts(2),
    jvp=lambda args, y, dot: call("rows_of_array", dot(0), *args[1:]),
    vjp=lambda k, args, y, bar: None if k else call("array_of_rows", bar, *args[1:]),
)  # fmt: skip
