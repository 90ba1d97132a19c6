"""What a target asks for beside its spellings: how functions are prepared, decorated, annotated, refused."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adjgen.diagnostics import Problem
from adjgen.emit import compilable
from adjgen.emit.ndarrays import with_arrays
from adjgen.emit.numba import positional, with_floats
from adjgen.emit.pack import packed
from adjgen.emit.popped import popped
from adjgen.emit.raising import raised
from adjgen.emit.references import outside
from adjgen.ir.core import UNBOUND, Const, Function, Param, Var

NOTES = (
    "numba: lists are arrays of one dimension, of floats; tangents and bar are the last arguments,",
    "and what stands before them has no default. Functions of math give inf and nan where Python",
    "raises; a division by zero raises. Indices are not checked, whole numbers have 64 bits, sums",
    "are added in order, and exceptions have constant texts.",
)


@dataclass(frozen=True)
class Dialect:
    """A target.

    prepared, finished  what is done to a function before and after stores are made in place
    problems            why a finished function is refused, if any ever is; from it and what its module is about
    params              its signature
    annotation          an annotation as the target has it
    carried             a statement that is carried along
    decorators          what stands above each function, in a module or (live) in a running program
    notes               lines for the header of a module
    lists_are_arrays    whether parameters that are lists are given as arrays of one dimension
    unbound             what a variable without a value is given, if any is copied and otherwise
    """

    prepared: Callable[[Function], Function] = packed
    finished: Callable[[Function], Function] = popped
    problems: Callable[[Function, Mapping[str, Any]], list[Problem]] | None = None
    params: Callable[[Sequence[Param]], tuple[Param, ...]] = tuple
    annotation: Callable[[ast.expr], ast.expr] = lambda tree: tree
    carried: Callable[[list[ast.stmt]], list[ast.stmt]] = lambda statements: statements
    decorators: Callable[[bool], list[ast.expr]] = lambda live: []
    notes: tuple[str, ...] = ()
    lists_are_arrays: bool = False
    unbound: Callable[[bool, Var], Const] = lambda copied, var: Const(None) if copied else UNBOUND


def as_array(tree: ast.expr) -> ast.expr:
    """Return an annotation in which lists are arrays."""
    return Lists().visit(tree)  # type: ignore[no-any-return]


class Lists(ast.NodeTransformer):
    """Writes np.ndarray for list[float]."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        is_list = isinstance(node.value, ast.Name) and node.value.id == "@builtins:list"
        return outside("numpy", "ndarray") if is_list else self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return outside("numpy", "ndarray") if node.id == "@builtins:list" else node


def raising(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return raise and assert statements with constant texts."""
    return [raised(one) or one for one in statements]


def zero(copied: bool, var: Var) -> Const:
    """Return a number of the type of a variable, which nobody reads: numba wants to know its type."""
    return Const({"int": 0, "bool": False}.get(var.type.name, 0.0))


def njit(live: bool) -> list[ast.expr]:
    """Return @njit(cache=True), or @njit for a function of no file: numba has no place for its cache."""
    name = outside("numba", "njit")
    return [name if live else ast.Call(name, [], [ast.keyword("cache", ast.Constant(True))])]


DIALECTS = {
    "math": Dialect(),
    "numpy": Dialect(),
    "numba": Dialect(
        prepared=lambda function: function,
        finished=lambda function: with_floats(with_arrays(function)),
        problems=compilable.problems,
        params=positional,
        annotation=as_array,
        carried=raising,
        decorators=njit,
        notes=NOTES,
        lists_are_arrays=True,
        unbound=zero,
    ),
}
