"""adjgen writes the Python program of a function's derivative."""

from adjgen.api import (
    generate,
    grad,
    inspect,
    jvp,
    ops,
    stop_gradient,
    value_and_grad,
    vjp,
)
from adjgen.decorator import Differentiable, Report, differentiable
from adjgen.diagnostics import AdjgenError, UnsupportedError
from adjgen.elementary.user import rule
from adjgen.jacobians import hessian, hvp, jacobian, value_and_jacobian

__version__ = "0.1.0"
__all__ = [
    "AdjgenError",
    "Differentiable",
    "Report",
    "UnsupportedError",
    "differentiable",
    "generate",
    "grad",
    "hessian",
    "hvp",
    "inspect",
    "jacobian",
    "jvp",
    "ops",
    "rule",
    "stop_gradient",
    "value_and_grad",
    "value_and_jacobian",
    "vjp",
]
