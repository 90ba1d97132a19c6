"""Views: parts of arrays that share memory with them. What they hold after a store into the array is not known."""

import ast
from collections.abc import Iterable
from typing import Any

from adjgen.ir.core import Atom, Var


def check_views(frame: Any, node: ast.AST, atoms: Iterable[Atom]) -> None:
    """Report a view of an array that was stored into since the view was taken."""
    for atom in atoms:
        if isinstance(atom, Var) and atom in frame.session.views:
            cell, held = frame.session.views[atom]
            if frame.session.heap.get(cell, held) is not held:
                what = "a part of an array that was stored into since: it may be a view of it"
                frame.problem(node, "ADJ407", what, "Take a copy: `part = x[i].copy()`.")
