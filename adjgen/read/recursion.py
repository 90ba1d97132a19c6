"""Lists that go into functions that are called, not read in place: recursive ones."""

import ast
from collections.abc import Sequence

from adjgen.elementary.sequences import depth
from adjgen.ir.core import Atom, Function
from adjgen.ir.types import NOTHING
from adjgen.read import lists
from adjgen.read.frame import Frame


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
