"""Lists that go into and come out of functions that are called, not read in place: recursive ones."""

import ast
from collections.abc import Sequence

from adjgen.elementary.sequences import depth
from adjgen.ir.core import Atom, Function, Var
from adjgen.ir.types import NOTHING
from adjgen.read import lists
from adjgen.read.frame import Frame


def returns_lists(function: Function) -> bool:
    """Whether a list is among what a function returns."""
    kinds = [atom.type.element for atom in function.body.results]
    return "list" in function.result.kinds() or any(kind is not None for kind in kinds)


def returned_lists(frame: Frame, node: ast.AST, function: Function) -> Var | None:
    """Report a call of a function that returns lists: which of its arguments they are is not known."""
    if not returns_lists(function):
        return None
    if function.about.get("called") and node is not frame.definition.node:
        return Var("", NOTHING)  # it calls itself, which was reported there
    what = "a recursive function that returns a list"
    return frame.problem(node, "ADJ302", what, "Return a tuple of numbers.")


def fitting(frame: Frame, node: ast.AST, function: Function, args: Sequence[Atom]) -> bool:
    """Whether parameters and arguments are alike; a parameter that is given a list is read as one."""
    for param, atom in zip(function.params, args):
        (var,) = param.vars
        lists.retype_row(frame, var, atom)
        known = [kind for kind in (var.type, atom.type) if lists.numbers(kind) and kind != NOTHING]
        if len({depth(kind) for kind in known}) > 1:
            what = f"`{param.name}` is given a list in one call and a number in another"
            frame.problem(node, "ADJ205", what, "Give each a parameter of its own.")
            return False
    return True
