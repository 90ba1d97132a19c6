"""Writes the rows that store into a list as statements that do so."""

import ast
from collections.abc import Callable, Sequence

from adjgen.emit import arrays
from adjgen.emit.assignments import Line, assign
from adjgen.emit.spellings import add_elements, subscript
from adjgen.ir.core import Eqn

Args = Sequence[ast.expr]
Sums = Callable[[Args], ast.expr]


def stores(name: str, target: str, args: Args, lists: int) -> list[ast.stmt]:
    """Return the statements of a row that stores into the list of this name; `lists` are around
    the numbers of what is stored."""
    items = ast.Name(target, ast.Load())
    if name in SUMS:
        return SUMS[name](items, args, add_elements(lists))
    return STORES[name](items, args)


def _store(place: ast.expr, value: ast.expr) -> list[ast.stmt]:
    place.ctx = ast.Store()  # type: ignore[attr-defined]
    return [ast.Assign([place], value)]


def with_item(items: ast.expr, args: Args) -> list[ast.stmt]:
    """Write items[i] = value."""
    return _store(subscript(items, args[1:]), args[0])


def add_at(items: ast.expr, args: Args) -> list[ast.stmt]:
    """Write items[i] += value."""
    place, value = subscript(items, args[1:]), args[0]
    place.ctx = ast.Store()  # type: ignore[attr-defined]
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        return [ast.AugAssign(place, ast.Sub(), value.operand)]  # type: ignore[arg-type]
    return [ast.AugAssign(place, ast.Add(), value)]  # type: ignore[arg-type]


def add_row_at(items: ast.expr, args: Args, sums: Sums) -> list[ast.stmt]:
    """Write items[i] = [a + b for a, b in zip(items[i], values)]."""
    return _store(subscript(items, args[1:]), sums([subscript(items, args[1:]), args[0]]))


def append(items: ast.expr, args: Args) -> list[ast.stmt]:
    """Write items.append(value)."""
    return [ast.Expr(ast.Call(ast.Attribute(items, "append", ast.Load()), [args[0]], []))]


def most(items: ast.expr, args: Args) -> list[ast.stmt]:
    """Write items.pop()."""
    return [ast.Expr(ast.Call(ast.Attribute(items, "pop", ast.Load()), [], []))]


def add_part(items: ast.expr, args: Args, sums: Sums) -> list[ast.stmt]:
    """Write items[i:j] = [a + b for a, b in zip(items[i:j], values)]."""
    bounds = ast.Slice(*(None if is_none(b) else b for b in args[1:]))
    place = ast.Subscript(items, bounds, ast.Load())
    return _store(ast.Subscript(items, bounds, ast.Store()), sums([place, args[0]]))


def is_none(tree: ast.expr) -> bool:
    """Whether a tree is None."""
    return isinstance(tree, ast.Constant) and tree.value is None


def one_pop(eqns: Sequence[Eqn]) -> bool:
    """Whether equations are the two of one items.pop()."""
    return [eqn.op for eqn in eqns] == ["item", "most"] and eqns[0].loc == eqns[1].loc


def join(before: list[ast.stmt], new: list[ast.stmt]) -> None:
    """Put statements behind others, x = items[-1] and items.pop() as one, which raises as that does."""
    match before[-1:], new:
        case [Line() as last], [ast.Expr(ast.Call(ast.Attribute(ast.Name(items)))) as pop, *_]:
            if last.text == f"{items}[-1]":
                before[-1], new = assign([last.name], pop.value), new[1:]
        case [ast.Assign(value=ast.Subscript() as value) as last], [
            ast.Expr(ast.Call(ast.Attribute(ast.Name(items)))) as pop,
            *_,
        ]:
            if ast.unparse(value) == f"{items}[-1]":
                before[-1], new = ast.Assign(last.targets, pop.value), new[1:]
    before += new


STORES = {
    "with_item": with_item, "add_at": add_at, "append": append, "most": most, **arrays.STORES,
}  # fmt: skip
SUMS = {"add_row_at": add_row_at, "add_part": add_part}
