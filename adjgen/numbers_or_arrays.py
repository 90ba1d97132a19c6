"""Whether a function is read as one of numbers or of arrays: who uses numpy has arrays, if that can be."""

from dataclasses import replace
from typing import Any

from adjgen.diagnostics import AdjgenError, UnsupportedError
from adjgen.ir.core import Module
from adjgen.pipeline import Options, deep_recursion, primal

LISTS_ONLY = {"numba"}  # targets that know operations on numbers, and on one item at a time


def fitting_primal(definition: Any, options: Options) -> Module:
    """Return a function in intermediate form, read for arrays if it says so, or uses numpy and that can be.

    What is refused of arrays may be known of numbers: then its derivatives are for numbers alone.
    """
    from adjgen.read.said_arrays import says_arrays

    said = says_arrays(definition)
    if said and options.target == "math":
        return primal(definition, replace(options, target="numpy"))
    if said and options.target in LISTS_ONLY:
        what = f"target {options.target}: `{definition.qualname}` is a function of arrays"
        why = "Use target numpy, or annotate what is only indexed as list[float]: here lists are arrays of one dimension."
        raise UnsupportedError([definition.file.problem(definition.node, "ADJ803", what, why)])
    numbers = primal(definition, options)
    if options.target != "math" or not numbers.main.about.get("arrays"):
        return numbers
    try:
        arrays = primal(definition, replace(options, target="numpy"))
        refused_by(arrays, options)
    except AdjgenError as error:
        try:
            refused_by(numbers, options)
        except AdjgenError:
            raise error from None
        return numbers
    return arrays


def refused_by(module: Module, options: Options) -> None:
    """Raise UnsupportedError if a function has no derivative by the parameters of the options."""
    from adjgen.diff.products import Differentiator
    from adjgen.diff.signature import wrt_names

    with deep_recursion():
        Differentiator(module).product("vjp", wrt_names(module, options.wrt), False)
