"""The spelling table: how each operation is written for a target. An absent row is a Python call."""

import ast

from adjgen.elementary.row import TABLE
from adjgen.emit.arrays import ARRAYS, by_signature
from adjgen.emit.numba import NUMBA
from adjgen.emit.references import outside
from adjgen.emit.spellings import MATH, Args, call
from adjgen.ir.core import Const

TARGETS = {"math": MATH, "numpy": MATH | ARRAYS, "numba": MATH | NUMBA}


def spell(target: str, name: str, args: Args) -> ast.expr:
    """Return the syntax tree of a row applied to arguments."""
    known = TARGETS[target].get(name)
    if known:
        return known(args)
    row = TABLE[name]
    if row.carried:
        return ast.Call(ast.Name(f"@:{name}", ast.Load()), list(args), [])
    if row.signature:
        return by_signature(row, args)
    if row.home:
        function = outside(row.home, row.names[0].removeprefix(f"{row.home}."))
        return ast.Call(function, list(args), [])
    return call(row.names[0] if row.names else f"math.{name}")(args)


def function_of(target: str, name: str) -> str:
    """Return the reference to the function that a row is a call of, "" for what is written otherwise."""
    row = TABLE[name]
    if name in TARGETS[target] or row.carried or row.home:
        return ""
    module, _, function = (row.names[0] if row.names else f"math.{name}").rpartition(".")
    return outside(module, function).id


FAMOUS = {3.141592653589793: "pi", 6.283185307179586: "tau"}


def constant(atom: Const) -> ast.expr:
    """Return a constant; a negative number is a minus and a positive one, as ** needs it."""
    value, text = atom.value, atom.key[1]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if text[0] == "-":
            return ast.UnaryOp(ast.USub(), constant(Const(-value)))
        if isinstance(value, float) and value in FAMOUS:
            return outside("math", FAMOUS[value])
        if value != value or value == float("inf"):
            return outside("math", "nan" if value != value else "inf")
    if isinstance(value, tuple):
        return ast.Tuple([constant(Const(one)) for one in value], ast.Load())
    return ast.Constant(value)
