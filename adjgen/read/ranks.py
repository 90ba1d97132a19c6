"""How many dimensions parameters have, read off the items that a function takes of them.

`x[0] * x[1]` is about a vector, where x[0] goes to no place that arrays may go to. Derivative functions
check it.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from adjgen.elementary.row import BY_NAME
from adjgen.ir.shapes import symbol
from adjgen.ir.types import REAL, Type, array
from adjgen.read.destinations import OF_ANYTHING, Destinations, Goes
from adjgen.read.flow import own_nodes
from adjgen.read.frame import Frame
from adjgen.read.said_arrays import said_array
from adjgen.read.state import annotation_of

OF_ARRAYS = {
    "T", "shape", "size", "ndim", "dtype", "sum", "mean", "prod", "max", "min", "var", "std", "cumsum", "dot",
    "reshape", "ravel", "transpose", "swapaxes", "squeeze", "trace", "copy", "take", "argmax", "argmin",
    "argsort", "any", "all", "nonzero", "flatten", "item", "astype",
    "clip", "repeat", "cumprod", "diagonal", "ptp", "fill",
}  # fmt: skip
NUMBERS = {"builtins.range", "builtins.enumerate"}


class Ranks:
    """The numbers of dimensions that the items of names tell."""

    def __init__(self, frame: Frame, node: Any) -> None:
        self.frame = frame
        body = node.body if isinstance(node.body, list) else [node.body]
        self.nodes = list(own_nodes(*body))
        self.parents = {child: n for n in self.nodes for child in ast.iter_child_nodes(n)}
        self.counters = set(self._counters())
        self.arrays = {n.id for n in self.nodes if isinstance(n, ast.Name) and self._is_whole(n)}
        self.walked = self._walks()
        self.destinations = Destinations(
            frame.dotted, self.nodes, self.parents, self.arrays, self._is_number
        )

    def array(self, name: str) -> Type:
        """Return the type of a parameter that may be an array."""
        rank = self.of(name)
        return array(symbol(name) if rank is None else tuple(f"{name}.{k}" for k in range(rank)))

    def of(self, name: str) -> int | None:
        """Return the number of dimensions of a parameter; None if its uses do not tell."""
        if name in self.destinations.hidden:
            return None
        if name in self.walked:
            return None if self._is_indexed(name) else self._of_elements(self.walked[name])
        uses = [
            n for n in self.nodes
            if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name) and n.value.id == name
        ]  # fmt: skip
        parts = [n.slice.elts if isinstance(n.slice, ast.Tuple) else [n.slice] for n in uses]
        if len({len(some) for some in parts}) != 1:
            return None
        if not all(self._is_number(p) or isinstance(p, ast.Slice) for some in parts for p in some):
            return None
        plain = [
            use for use, some in zip(uses, parts)
            if all(map(self._is_number, some)) and isinstance(use.ctx, ast.Load)
        ]  # fmt: skip
        goes = self.destinations.of(plain)
        certain = plain and (Goes.NUMBER in goes or Goes.ARRAY not in goes)
        return len(parts[0]) if certain else None

    def _of_elements(self, targets: Sequence[ast.expr]) -> int | None:
        """Return the number of dimensions of what loops walk with these targets: 1 if they are numbers."""
        goes: set[Goes] = set()
        for target in targets:
            if not isinstance(target, ast.Name):
                return None
            goes |= self.destinations.of_name(target.id)
        arithmetic = Goes.ARITHMETIC in goes and Goes.ARRAY not in goes
        return 1 if Goes.NUMBER in goes or arithmetic else None

    def _walks(self) -> dict[str, list[ast.expr]]:
        """Return the names that loops walk, with what their elements are bound to."""
        found: dict[str, list[ast.expr]] = {}
        for node in self.nodes:
            if isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.iter, ast.Name):
                found.setdefault(node.iter.id, []).append(node.target)
        return found

    def _is_indexed(self, name: str) -> bool:
        """Whether items are taken of a name, too."""
        bases = [n.value for n in self.nodes if isinstance(n, ast.Subscript)]
        return any(isinstance(base, ast.Name) and base.id == name for base in bases)

    def _counters(self) -> Iterator[str]:
        """Yield the names that count: those of loops over ranges."""
        for node in self.nodes:
            if isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.iter, ast.Call):
                dotted = self.frame.dotted(node.iter.func)
                target = node.target
                if dotted == "builtins.enumerate" and isinstance(target, ast.Tuple):
                    target = target.elts[0]
                if dotted in NUMBERS and isinstance(target, ast.Name):
                    yield target.id

    def _is_number(self, node: ast.expr) -> bool:
        """Whether an index is a whole number for certain."""
        if isinstance(node, ast.Constant):
            return type(node.value) is int
        if isinstance(node, ast.UnaryOp):
            return self._is_number(node.operand)
        if isinstance(node, ast.BinOp):
            return self._is_number(node.left) and self._is_number(node.right)
        if isinstance(node, ast.Call):
            return self.frame.dotted(node.func) == "builtins.len"
        return isinstance(node, ast.Name) and node.id in self.counters

    def _is_whole(self, node: ast.expr) -> bool:
        """Whether an expression is used as an array: indexed, walked, summed."""
        parent = self.parents.get(node)
        if isinstance(parent, ast.Subscript):
            return parent.value is node
        if isinstance(parent, ast.Attribute):
            return parent.attr in OF_ARRAYS
        if isinstance(parent, (ast.For, ast.comprehension)):
            return parent.iter is node
        if isinstance(parent, ast.BinOp):
            return isinstance(parent.op, ast.MatMult)
        if isinstance(parent, ast.Call) and node in parent.args:
            dotted = self.frame.dotted(parent.func)
            row = BY_NAME.get(dotted)
            return dotted not in OF_ANYTHING and (row is None or row.category == "sequence")
        return isinstance(parent, ast.Starred)


def array_of(ranks: Ranks | None, definition: Any, name: str) -> Type | None:
    """Return the type of a parameter that is annotated as an array, its rank perhaps by its uses."""
    if ranks is None:
        return None
    said = said_array(definition.file, annotation_of(definition.node, name), name)
    unsized = said is not None and said.dtype is REAL and isinstance(said.shape, frozenset)
    return ranks.array(name) if unsized else said
