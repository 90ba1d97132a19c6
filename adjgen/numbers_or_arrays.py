"""Whether a function is read as one of numbers or of arrays: who uses numpy has arrays, if that can be."""

from dataclasses import replace
from typing import Any

from adjgen.diagnostics import AdjgenError, UnsupportedError
from adjgen.ir.core import Module
from adjgen.ir.types import REAL
from adjgen.pipeline import Options, deep_recursion, primal

LISTS_ONLY = {"numba"}  # targets that know operations on numbers, and on one item at a time


def fitting_primal(definition: Any, options: Options) -> Module:
    """Return a function in intermediate form, read for arrays if it says so, or uses numpy and that can be.

    What is refused of arrays may be known of numbers: then its derivatives are for numbers alone, which
    they check. What may be a list may also be an array, which changes in other ways.
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
        if takes_lists(numbers):
            raise error from None
        try:
            refused_by(numbers, options)
        except AdjgenError:
            raise error from None
        about = numbers.main.about
        about["shared"] = {p.name for p in numbers.main.params if p.vars[0].type is REAL}
        return numbers
    return arrays


def takes_lists(module: Module) -> bool:
    """Whether a parameter is read as a list that its annotation does not say to be one: it may be an array."""
    params, said = module.main.params, module.main.about["said"]
    return any(v.type.element for p in params if p.name not in said for v in p.vars)


def refused_by(module: Module, options: Options) -> None:
    """Raise UnsupportedError if a function has no derivative by the parameters of the options."""
    from adjgen.diff.products import Differentiator
    from adjgen.diff.signature import wrt_names

    with deep_recursion():
        Differentiator(module).product("vjp", wrt_names(module, options.wrt), False)
