"""adjgen writes the Python program of a function's derivative."""

from adjgen.api import (
    AdjgenError,
    Differentiable,
    Report,
    UnsupportedError,
    differentiable,
    generate,
    grad,
    inspect,
    jvp,
    ops,
    rule,
    stop_gradient,
    value_and_grad,
    vjp,
)

__version__ = "0.1.0"
__all__ = [
    "AdjgenError",
    "Differentiable",
    "Report",
    "UnsupportedError",
    "differentiable",
    "generate",
    "grad",
    "inspect",
    "jvp",
    "ops",
    "rule",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
