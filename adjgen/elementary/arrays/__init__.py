"""Rows of arrays: importing this package adds the functions of numpy that are no elementwise ones to TABLE."""

from adjgen.elementary.arrays import (  # noqa: F401
    creation,
    fitting,
    items,
    joining,
    linear,
    products,
    reductions,
    shaping,
)
