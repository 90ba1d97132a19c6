"""What most of a text is, printed quickly: assignments to names, arithmetic, plain calls.

These methods stand before those of astor's printer and give the same text.
"""

import ast
from collections.abc import Callable
from math import inf
from typing import Any

from adjgen.emit.assignments import Line


class Quick:
    """The methods that go before those of astor's printer, with its table of how close operators bind."""

    methods: dict[type, Any] = {}  # of each class of nodes
    binary: dict[type, tuple[int, int, str]]  # how close it binds, and its right side; the symbol
    bound: Any  # astor's Precedence
    minus: int
    new_lines: int
    indent_with: str
    indentation: int
    result: list[str]
    spelled: Callable[[str], str]

    def visit(self, node: ast.AST) -> None:
        kind = type(node)
        if kind not in self.methods:
            self.methods[kind] = getattr(type(self), f"visit_{kind.__name__}")
        self.methods[kind](self, node)

    def visit_Assign(self, node: Any) -> Any:
        if len(node.targets) > 1 or not isinstance(node.targets[0], ast.Name):
            return super().visit_Assign(node)  # type: ignore[misc]
        start = "\n" * (self.new_lines or 1) + self.indent_with * self.indentation
        self.new_lines = 0
        value = self.text(node.value, self.bound.Assign)
        self.result.append(f"{start}{node.targets[0].id} = {value}")

    def visit_Line(self, node: Line) -> None:
        start = "\n" * (self.new_lines or 1) + self.indent_with * self.indentation
        self.new_lines = 0
        value = node.text
        if "\0" in value:
            parts = value.split("\0")
            parts[1::2] = map(self.spelled, parts[1::2])
            value = "".join(parts)
        self.result.append(f"{start}{node.name} = {value}")

    def text(self, node: Any, outer: int) -> str:
        """Return an expression, in parentheses where what is around it binds closer."""
        kind = type(node)
        if kind is ast.Name:
            return str(self.spelled(node.id) if node.id[0] == "@" else node.id)
        if kind is ast.BinOp and type(node.op) in self.binary:
            own, right, symbol = self.binary[type(node.op)]
            both = self.text(node.left, own) + symbol + self.text(node.right, right)
            return f"({both})" if own < outer else both
        if kind is ast.Call and not node.keywords:
            level = self.bound.call_one_arg if len(node.args) == 1 else self.bound.Comma
            args = [self.text(arg, level) for arg in node.args]
            return f"{self.text(node.func, self.bound.highest)}({', '.join(args)})"
        if kind is ast.UnaryOp and type(node.op) is ast.USub and type(node.operand) is ast.Name:
            negative = f"-{self.text(node.operand, self.minus)}"
            return f"({negative})" if self.minus < outer else negative
        number = node.value if kind is ast.Constant and outer <= self.bound.Constant else None
        if type(number) is float and 0.0 <= number < inf:
            return repr(number)
        node._pp, start = outer, len(self.result)
        self.visit(node)
        found, self.result[start:] = "".join(self.result[start:]), []
        return found
