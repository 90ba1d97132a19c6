"""The value of a module's constant expression: literals, + - * /, sqrt, float("inf"), math.pi.

Nothing else is folded: the rest would freeze one machine's libm into the generated code.
"""

import ast
import math
import sys
from collections.abc import Callable
from dataclasses import replace

from adjgen.read import partials
from adjgen.read.names import Binding, Callee, Constant, External, Known, Place, Scope

MATH = {f"math.{name}": getattr(math, name) for name in ("pi", "e", "tau", "inf", "nan")}
NAMED = MATH | {f"numpy.{name}": MATH[f"math.{name}"] for name in ("pi", "e", "inf", "nan")}
NAMED |= {
    f"sys.float_info.{name}": getattr(sys.float_info, name) for name in ("epsilon", "max", "min")
}
PLAIN = (bool, int, float, str, type(None))
BINARY: dict[type, Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
PURE = frozenset(
    "builtins." + name for name in "abs bool divmod float int len max min pow round sum".split()
)
FIXED = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Tuple)
DISPLAYS = (ast.Dict, ast.List, ast.Tuple, ast.Set)
UNKNOWN = "its value is not known before run time"


def number(binding: Binding) -> float | None:
    """Return the number that a binding is known to be, or None."""
    if isinstance(binding, Known):
        return NAMED.get(binding.dotted)
    if isinstance(binding, Constant) and isinstance(binding.value, (int, float)):
        return binding.value
    return None


def evaluate(node: ast.expr, scope: Scope, place: Place | None) -> Binding:
    """Return what an expression at module level is, with the names that `scope` knows.

    What is not folded is External at `place`, with its expression if that cannot change.
    """
    try:
        found = _value(node, scope)
        if isinstance(found, Callee) and isinstance(node, ast.Call):
            return replace(found, place=place)
        if isinstance(found, External):
            return replace(found, place=place or found.place)
        kept = node if found is None and fixed(node, scope) else None
        table = node if isinstance(node, DISPLAYS) or _is_frozenset(node, scope) else None
        maker = _value(node.func, scope) if isinstance(node, ast.Call) else None
        return found or External(place, UNKNOWN, node=kept, scope=scope, table=table, maker=maker)
    except RecursionError:
        return External(place, "its expression is too long to follow")


def _is_frozenset(node: ast.expr, scope: Scope) -> bool:
    return isinstance(node, ast.Call) and _value(node.func, scope) == Known("builtins.frozenset")


def _value(node: ast.expr, scope: Scope) -> Binding | None:
    if isinstance(node, ast.Constant):
        return Constant(node.value) if isinstance(node.value, PLAIN) else None
    if isinstance(node, ast.Name):
        return scope.resolve(node.id)
    if isinstance(node, ast.Attribute):
        base = _value(node.value, scope)
        return scope.resolve_attribute(base, node.attr) if base is not None else None
    if isinstance(node, ast.Call) and (made := partials.made(node, lambda n: _value(n, scope))):
        return made
    result = _folded(node, scope)
    return None if result is None else Constant(result)


def _folded(node: ast.expr, scope: Scope) -> float | None:
    try:
        if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
            a, b = _number(node.left, scope), _number(node.right, scope)
            return None if a is None or b is None else BINARY[type(node.op)](a, b)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            a = _number(node.operand, scope)
            return None if a is None else -a if isinstance(node.op, ast.USub) else +a
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            return _called(_value(node.func, scope), _value(node.args[0], scope))
    except (ArithmeticError, ValueError):
        pass
    return None


def _number(node: ast.expr, scope: Scope) -> float | None:
    binding = _value(node, scope)
    return None if binding is None else number(binding)


def _called(function: Binding | None, argument: Binding | None) -> float | None:
    if argument is None:
        return None
    if function == Known("math.sqrt"):
        a = number(argument)
        return None if a is None else math.sqrt(a)
    if function == Known("builtins.float"):
        text = argument.value if isinstance(argument, Constant) else number(argument)
        return float(text) if isinstance(text, (str, int, float)) else None
    return None


def fixed(node: ast.expr, scope: Scope) -> bool:
    """Whether an expression has the same value wherever it is evaluated: `log(2.0)`, `(1.0, K)`."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, (ast.Name, ast.Attribute)):
        binding = _value(node, scope)
        if isinstance(binding, External):
            return binding.node is not None and not isinstance(binding.node, ast.ClassDef)
        return isinstance(binding, Constant) or (
            isinstance(binding, Known) and binding.dotted in NAMED
        )
    if isinstance(node, ast.Call):
        function = (
            _value(node.func, scope) if isinstance(node.func, (ast.Name, ast.Attribute)) else None
        )
        if not isinstance(function, Known) or node.keywords:
            return False
        if not (function.dotted.startswith("math.") or function.dotted in PURE):
            return False
        return all(fixed(argument, scope) for argument in node.args)
    if isinstance(node, FIXED):
        children = (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
        return all(fixed(child, scope) for child in children)
    return False


def truth(test: ast.expr, scope: Scope) -> bool | None:
    """Return the value of a condition at module level, the same on every supported Python, or None.

    A file is read as imported and not as type-checked: TYPE_CHECKING and `__name__ == ...` are false.
    """
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = truth(test.operand, scope)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        return _any_or_all(test, scope)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test, scope)
    if not isinstance(test, (ast.Constant, ast.Name, ast.Attribute)):
        return None
    binding = _value(test, scope)
    if binding == Known("typing.TYPE_CHECKING"):
        return False
    return bool(binding.value) if isinstance(binding, Constant) else None


def _any_or_all(test: ast.BoolOp, scope: Scope) -> bool | None:
    decisive = isinstance(test.op, ast.Or)
    for value in test.values:
        inner = truth(value, scope)
        if inner is None or inner is decisive:
            return inner
    return not decisive


def _compared(test: ast.Compare, scope: Scope) -> bool | None:
    left, right, op = test.left, test.comparators[0], test.ops[0]
    if isinstance(left, ast.Name) and left.id == "__name__" and isinstance(right, ast.Constant):
        return False if right.value == "__main__" and isinstance(op, ast.Eq) else None
    if not isinstance(left, (ast.Name, ast.Attribute)):
        return None
    if _value(left, scope) != Known("sys.version_info") or not isinstance(right, ast.Tuple):
        return None
    limit = tuple(getattr(item, "value", None) for item in right.elts)
    if limit in [(3,), *((3, minor) for minor in range(12))]:  # 3.11 is the oldest supported
        return {ast.GtE: True, ast.Lt: False}.get(type(op))
    return None
