"""Functions that paths choose: `g = sin if odd else cos`. A number says which; a call of g is a branch.

What an arm makes for a function (the arguments of a partial, the variables of a closure) is not
known outside: such functions cannot be chosen.
"""

import ast
from collections.abc import Callable
from typing import Any

from adjgen.ir.core import UNBOUND, Atom, Const, Var
from adjgen.read.names import Known
from adjgen.read.values import (
    BindingValue,
    Dispatch,
    Display,
    FunctionValue,
    ListValue,
    RowValue,
    Value,
    leaves,
)

MADE = (Var, ListValue, RowValue, Dispatch)


def made_here(frame: Any, value: Value) -> bool:
    """Whether a value has variables in it, which one arm may have defined."""
    return any(isinstance(leaf, MADE) or _captures(frame, leaf) for leaf in leaves(value))


def _captures(frame: Any, value: Value) -> bool:
    if not isinstance(value, FunctionValue):
        return False
    held = [*value.first, *(given for _, given in value.named)]
    held += [
        default
        for default in getattr(value.definition, "defaults", {}).values()
        if isinstance(default, (*MADE, Display, FunctionValue))
    ]
    around = frame
    while around is not None and around is not value.frame:
        around = around.outer
    return around is not value.frame or any(made_here(frame, one) for one in held)


def chosen(frame: Any, one: Value, other: Value) -> tuple[tuple[Value, ...], Atom, Atom] | None:
    """Return the functions that two paths leave, and which of them each leaves; None if there are none."""
    sides = one, other
    several = next((side for side in sides if isinstance(side, Dispatch)), None)
    functions = list(several.functions) if several is not None else []
    places: list[Atom] = []
    for side in sides:
        if side is UNBOUND:
            places.append(UNBOUND)
        elif isinstance(side, Dispatch):
            if several is None or side.functions != several.functions:
                return None
            places.append(side.selector)
        elif _is_function(side) and not made_here(frame, side):
            places.append(Const(len(functions)))
            functions.append(side)
        else:
            return None
    return (tuple(functions), places[0], places[1]) if functions else None


def _is_function(value: Value) -> bool:
    known = isinstance(value, BindingValue) and isinstance(value.binding, Known)
    return known or isinstance(value, FunctionValue)


def called(
    frame: Any, node: ast.Call, held: Dispatch, call: Callable[[Value], Value], k: int = 0
) -> Value:
    """Lower a call of one of several functions, from number k on."""
    from adjgen.read import joins

    if k + 1 == len(held.functions):
        return call(held.functions[k])
    test = frame.row(node, "eq", held.selector, Const(k))
    return joins.choose(
        frame, node, test,
        lambda: call(held.functions[k]), lambda: called(frame, node, held, call, k + 1),
    )  # fmt: skip
