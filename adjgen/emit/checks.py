"""Writes the checks of derivative functions: what they raise, and where."""

import ast

from adjgen.elementary.structural import NOTHING, plain_text, unbound_error
from adjgen.emit.assignments import Assignments, Statements
from adjgen.emit.expressions import negated
from adjgen.emit.references import outside
from adjgen.ir.core import Const, Eqn


def no_derivative(write: Assignments, eqn: Eqn) -> Statements:
    """Write what is raised where there is no derivative."""
    error = ast.Call(outside("builtins", "TypeError"), [ast.Constant(NOTHING)], [])
    return [ast.Raise(error)]


def without_value(name: str) -> Statements:
    """Write what Python raises where the user's function returns a name without a value."""
    text = f"cannot access local variable {name!r} where it is not associated with a value"
    error = outside("builtins", "UnboundLocalError")
    return [ast.Raise(ast.Call(error, [ast.Constant(text)], []))]


def require_real(write: Assignments, eqn: Eqn) -> Statements:
    """Write the check that a power is real."""
    base, exponent, power = eqn.args
    text = "a negative number to a fractional power is complex"
    test: ast.expr
    if isinstance(exponent, Const) and not isinstance(base, Const):
        test = ast.Compare(write.atom(base), [ast.Lt()], [ast.Constant(0.0)])
    else:
        test = ast.Call(
            outside("builtins", "isinstance"),
            [write.atom(power), outside("builtins", "complex")],
            [],
        )
    error = ast.Call(outside("builtins", "ValueError"), [ast.Constant(text)], [])
    return [ast.If(test, [ast.Raise(error)], [])]


def require_number(write: Assignments, eqn: Eqn) -> Statements:
    """Write the check that values are numbers."""
    tests: list[ast.expr] = [
        ast.Call(outside("numpy", "ndim"), [write.atom(arg)], []) for arg in eqn.args
    ]
    test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
    text = "the value is an array: these derivatives are for numbers"
    error = ast.Call(outside("builtins", "TypeError"), [ast.Constant(text)], [])
    return [ast.If(test, [ast.Raise(error)], [])]


def require_rank(write: Assignments, eqn: Eqn) -> Statements:
    """Write the check that an array has as many dimensions as the derivative was written for."""
    array, name, rank, optional = eqn.args
    assert isinstance(name, Const) and isinstance(rank, Const)
    found = ast.Call(outside("numpy", "ndim"), [write.atom(array)], [])
    test: ast.expr = ast.Compare(found, [ast.NotEq()], [ast.Constant(rank.value)])
    if optional == Const(True):
        given = ast.Compare(write.atom(array), [ast.IsNot()], [ast.Constant(None)])
        test = ast.BoolOp(ast.And(), [given, test])
    dimensions = "dimension" if rank.value == 1 else "dimensions"
    text = f"{name.value} must have {rank.value} {dimensions}; annotate it if it has others"
    error = ast.Call(outside("builtins", "TypeError"), [ast.Constant(text)], [])
    return [ast.If(test, [ast.Raise(error)], [])]


def require_plain(write: Assignments, eqn: Eqn) -> Statements:
    """Write the check that what is taken for a number, or a list, is no array."""
    value, name = eqn.args
    assert isinstance(name, Const)
    parts = [write.atom(value), ast.Constant("ndim"), ast.Constant(0)]
    test = ast.Call(outside("builtins", "getattr"), parts, [])
    text = ast.Constant(plain_text(name.value))
    error = ast.Call(outside("builtins", "TypeError"), [text], [])
    return [ast.If(test, [ast.Raise(error)], [])]


def require_bound(write: Assignments, eqn: Eqn) -> Statements:
    """Write the check that a name has a value."""
    bound, name, free = eqn.args
    assert isinstance(name, Const) and isinstance(free, Const)
    error = unbound_error(name.value, free.value)
    text = ast.Constant(str(error))
    leave = ast.Raise(ast.Call(outside("builtins", type(error).__name__), [text], []))
    return [leave] if bound == Const(False) else [ast.If(negated(write.atom(bound)), [leave], [])]
