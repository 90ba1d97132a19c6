"""Elementary functions g_i: importing this package fills TABLE with one row a function."""

from adjgen.elementary import (  # noqa: F401  # isort: skip
    arithmetic,
    lists,
    piecewise,
    powers,
    rounding,
    special,
    splines,
    structural,
    transcendental,
)
from adjgen.elementary import libraries, scipy_rows  # noqa: F401  # isort: skip
from adjgen.elementary.cost import REPORTED, cost, total
from adjgen.elementary.row import BY_NAME, INF, TABLE, Number, Row, call, row, select
from adjgen.elementary.user import row_of, rule

__all__ = [
    "BY_NAME",
    "INF",
    "REPORTED",
    "TABLE",
    "Number",
    "Row",
    "call",
    "cost",
    "row",
    "row_of",
    "rule",
    "select",
    "total",
]
