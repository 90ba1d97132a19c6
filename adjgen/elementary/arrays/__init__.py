"""Rows of arrays: importing this package adds the functions of numpy that are no elementwise ones to TABLE."""

from adjgen.elementary.arrays import (  # noqa: F401
    averages,
    bilinear,
    copies,
    creation,
    einsum,
    fitting,
    items,
    joining,
    limits,
    linear,
    of_lists,
    polynomials,
    products,
    reductions,
    rosenbrock,
    running,
    shaping,
    sorting,
    steps,
    symmetric,
)
