"""Lowers calls: rows of the rule table, functions whose source is known (read in place), the rest carried."""

import ast
from collections.abc import Sequence
from functools import partial
from typing import Any

from adjgen.elementary.row import BY_NAME, TABLE, Row
from adjgen.elementary.trace import result_type
from adjgen.elementary.user import row_of
from adjgen.ir.core import Opaque, Var
from adjgen.ir.types import BOOL, INT, OPAQUE, REAL
from adjgen.read import (
    array_calls,
    array_several,
    dispatch,
    displays,
    expressions,
    keywords,
    list_methods,
    methods,
    names,
    operations,
    places,
    prefilled,
    quantifiers,
    records,
    several,
    solvers,
    unpacking,
)
from adjgen.read.absent import is_forgiven, not_there
from adjgen.read.frame import Frame
from adjgen.read.lowering import Mark
from adjgen.read.missing import missing_hint
from adjgen.read.opaque import OBSERVERS, STOP, Code
from adjgen.read.passive import passive
from adjgen.read.values import BindingValue, Dispatch, Display, FunctionValue, Value

# Names that mean another row with a second argument.
WITH_TWO = {"math.log": "log_base", "builtins.round": "round_digits"}
UNPACKED = "ADJ601 a call of `{}` whose arguments are unpacked with a star"
COMPLEX = {"builtins.complex"}
REAL_NUMBER = "A real number is its own real part: leave it out, or name other parameters."
OF_ARRAYS = 'Functions of arrays need target="numpy"; `adjgen rules` lists what has a rule.'
# What a float tells of itself, with the type of the answer.
METHODS = {"is_integer": BOOL, "hex": OPAQUE, "as_integer_ratio": OPAQUE, "conjugate": OPAQUE}


def readable(frame: Frame, node: ast.Call) -> bool:
    """Whether a call is of a row or of a function whose source is known."""
    binding = frame.binding(node.func)
    if solvers.solver_named(binding) is not None:
        return True
    if isinstance(binding, (names.Known, names.Callee)):
        return isinstance(binding, names.Callee) or (
            binding.dotted in BY_NAME or binding.dotted in array_several.HANDLERS
        )
    if isinstance(node.func, ast.Name):
        owner = frame.frame_of(node.func.id)
        return owner is not None and isinstance(owner.env.get(node.func.id), FunctionValue)
    return isinstance(node.func, ast.Lambda) or methods.method(frame, node.func) is not None


def call(frame: Frame, node: ast.Call) -> Value:
    """Lower a call."""
    if (made := keywords.spread(frame, node, call)) is not None:
        return made
    args = displays.spread(frame, node.args)
    if args is not None and any(isinstance(a, ast.Starred) for a in node.args):
        node = ast.copy_location(ast.Call(node.func, args, node.keywords), node)
    held = frame.held(node.func.id) if isinstance(node.func, ast.Name) else None
    if isinstance(held, Dispatch):
        frame.lookup(node.func)  # type: ignore[arg-type]  # it may have no value
        return dispatch.called(frame, node, held, partial(_one, frame, node))
    binding = frame.binding(node.func)
    solver = solvers.solver_named(binding)
    if solver is not None:
        return solvers.root(frame, node, solver)
    dotted = binding.dotted if isinstance(binding, names.Known) else ""
    if dotted in COMPLEX or dotted.startswith("cmath."):
        return frame.problem(
            node, "ADJ406", "a complex number", "Write the real and imaginary parts as two numbers."
        )
    if frame.session.target == "numpy":
        made = frame.attempt(lambda: array_calls.call(frame, node, dotted))
        if made is not None:
            return made
    if (made := _by_name(frame, node, dotted)) is not None:
        return made
    if (made := records.made(frame, node, binding)) is not None:
        return made
    if dotted:
        return _known(frame, node, dotted)
    made = records.method(frame, node) or several.from_table(
        frame, node, partial(_one, frame, node)
    )
    made = made or places.look_up(frame, node) or list_methods.method(frame, node)
    if made is not None:
        return made
    if (user := _user_row(binding)) is not None:
        return _by_rule(frame, node, user)
    target = _function(frame, node, binding)
    if target is not None and is_starred(node):
        node = unpacking.items_for(frame, node, target) or node
    if target is not None and not is_starred(node):
        return read(frame, node, target)
    return _of_number(frame, node) or _unknown(frame, node)


def _by_name(frame: Frame, node: ast.Call, dotted: str) -> Value | None:
    """Lower a call of what is more than a row: partial, stop_gradient, any, functions of whole lists."""
    if dotted == "functools.partial" and (made := prefilled.partial_of(frame, node)) is not None:
        return made
    if dotted == STOP and len(node.args) == 1 and not (node.keywords or is_starred(node)):
        return passive(frame, node, node.args[0])
    if (answer := quantifiers.answered(frame, node, dotted)) is not None:
        return answer
    if not dotted:
        return None
    of_items = bool(node.args) and displays.items_of(frame, node.args[0]) is not None
    if of_items and (copied := displays.copied(frame, node, dotted)) is not None:
        return copied
    known = of_items and dotted in displays.READERS
    return None if known else list_methods.over_list(frame, node, dotted)


def _one(frame: Frame, node: ast.Call, function: Value) -> Value:
    """Lower a call of one of the functions that a name may stand for."""
    if isinstance(function, FunctionValue) and not is_starred(node):
        return read(frame, node, function)
    if isinstance(function, BindingValue):
        return _known(frame, node, function.binding.dotted)
    return _unknown(frame, node)


def _of_number(frame: Frame, node: ast.Call) -> Var | None:
    """Lower a method of a number, which changes nothing: `x.is_integer()`."""
    method = node.func
    if not isinstance(method, ast.Attribute) or method.attr not in METHODS or node.args:
        return None
    if node.keywords or frame.binding(method.value) is not None:
        return None
    owner = expressions.atom(frame, method.value)
    tree = ast.Call(ast.Attribute(ast.Name("number", ast.Load()), method.attr, ast.Load()), [], [])
    number = owner.type in (REAL, INT, BOOL)
    reason, hint = f"ADJ301 no derivative rule for `.{method.attr}()`", expressions.ADVICE
    if method.attr == "conjugate":
        reason, hint = "ADJ406 `.conjugate()` of what may be complex", REAL_NUMBER
    code = Code(tree, ("number",), effect=not number, reason=reason, hint=hint)
    return frame.emit(node, Opaque(code), (owner,), [METHODS[method.attr] if number else OPAQUE])[0]


def _by_rule(frame: Frame, node: ast.Call, user: Row) -> Value:
    """Lower a call of a function that the user gave a rule; an own rule of adjgen may not fit it."""
    if not user.domain and (node.keywords or len(node.args) != len(user.partials)):
        return _unknown(frame, node)
    if node.keywords or len(node.args) != len(user.partials):
        what = f"the rule of `{ast.unparse(node.func)}` is for {len(user.partials)} positional arguments"
        return frame.problem(node, "ADJ304", what, "Give it just these.")
    return _row(frame, node, user.name, node.args)


def read(frame: Frame, node: ast.Call, target: FunctionValue) -> Value:
    """Read a callee in place; one that cannot be read is called, which is refused if it is active."""
    from adjgen.read import inline

    definition = target.definition
    place = getattr(definition, "place", None) if definition.live is None else None
    user = _user_row(names.Callee(definition, place))
    if user is not None and not target.first and not target.named:  # under another name
        return _by_rule(frame, node, user)
    start = Mark(frame)
    result = inline.inlined(frame, node, target)
    found = tuple(start.problems())
    if not found:
        return result
    start.rewind()
    carried = frame.opaque(node, f"{found[0].code} {found[0].what}", found[0].why, problems=found)
    if start.problems():  # it cannot be called from elsewhere either
        start.rewind()
        frame.session.problems += found
    return carried


def _user_row(binding: Any) -> Row | None:
    """Return the rule that the user gave to a function with adjgen.rule."""
    live, dotted = names.identities(binding)
    return row_of(live) or next((BY_NAME[name] for name in dotted if name in BY_NAME), None)


def _function(frame: Frame, node: ast.Call, binding: Any) -> FunctionValue | None:
    """Return the function that a call names, if its source is known."""
    if isinstance(binding, names.Callee):
        return FunctionValue(binding.definition)
    if isinstance(node.func, ast.Name):
        owner = frame.frame_of(node.func.id)
        held = owner.env.get(node.func.id) if owner else None
        return held if isinstance(held, FunctionValue) else None
    if isinstance(node.func, (ast.Lambda, ast.Call)):  # `make(k)(x)`
        start = Mark(frame)
        held = expressions.value(frame, node.func)
        if not isinstance(held, FunctionValue):
            start.rewind()
        return held if isinstance(held, FunctionValue) else None
    return methods.method(frame, node.func)


def is_starred(node: ast.Call) -> bool:
    """Whether arguments of a call are unpacked."""
    return any(isinstance(a, ast.Starred) for a in node.args) or any(
        k.arg is None for k in node.keywords
    )


def _unknown(frame: Frame, node: ast.Call) -> Value:
    """Carry a call of something that adjgen cannot read."""
    text = ast.unparse(node.func)
    binding = frame.binding(node.func)
    if isinstance(node.func, ast.Name) and isinstance(binding, names.Missing):
        if is_forgiven(frame.definition.file.tree, text):
            return not_there(frame, node.func)
        what = f"no function `{text}` is known"
        return frame.problem(node.func, "ADJ301", what, missing_hint(binding))
    if is_starred(node):
        return frame.opaque(node, UNPACKED.format(text), "Write the arguments one by one.")
    if methods.doubtful(frame, node.func):
        what = (
            f"ADJ301 `{text}` may be another method: an attribute or a derived class has this name"
        )
        return frame.opaque(node, what, "Name the method that is meant: `Class.method(self, x)`.")
    return frame.opaque(
        node,
        f"ADJ301 no derivative rule for `{text}`",
        "Give it one with adjgen.rule, or pass its result in as an argument.",
    )


def _known(frame: Frame, node: ast.Call, dotted: str) -> Value:
    """Lower a call of one of Python's own functions."""
    args = node.args
    row = BY_NAME.get(dotted)
    if row is not None and row.signature:  # a function of arrays
        return frame.opaque(
            node, f"ADJ301 no derivative rule for this call of `{dotted}`", OF_ARRAYS
        )
    if dotted == "builtins.float" and len(args) == 1 and isinstance(args[0], ast.Constant):
        if isinstance(args[0].value, str) and not node.keywords:
            return operations.float_of_text(frame, node, args[0].value)
    if dotted == "builtins.len" and (number := displays.length(frame, node)) is not None:
        return number
    if dotted in displays.REDUCTIONS:
        found = None if is_starred(node) else displays.arguments(frame, node, dotted)
        return _row(frame, node, *found) if found else _carried(frame, node, dotted)
    if row is None or node.keywords or is_starred(node) or not args:
        return _carried(frame, node, dotted)
    name = WITH_TWO.get(dotted, row.name) if len(args) == 2 else row.name
    arity = len(TABLE[name].partials)
    if not TABLE[name].variadic and arity and arity != len(args):
        return _carried(frame, node, dotted)
    return _row(frame, node, name, args)


def _carried(frame: Frame, node: ast.Call, dotted: str) -> Value:
    """Lower a call that no row of numbers fits: of whole lists, or as it is written."""
    if (whole := list_methods.distance(frame, node, dotted)) is not None:
        return whole
    short = dotted.removeprefix("builtins.")
    if dotted in displays.CHOICES and any(k.arg == "key" for k in node.keywords):
        what = f"ADJ301 `{short}` with a key compares other numbers than it returns"
        return frame.opaque(node, what, "Compare the keys with `if` and choose there.")
    reason = f"ADJ301 no derivative rule for this call of `{short}`"
    if dotted.startswith(OBSERVERS):
        code, reads = frame.code(node, (), reason, "", True, observes=True)
        return frame.emit(node, Opaque(code), reads, [OPAQUE])[0]
    if is_starred(node) and (found := unpacking.extreme(frame, node, dotted)) is not None:
        return found
    if is_starred(node):
        return frame.opaque(node, UNPACKED.format(short), "Write the arguments one by one.")
    kind = quantifiers.ANSWERS.get(dotted, OPAQUE)
    return frame.opaque(node, reason, "`adjgen rules` lists what has one.", kind)


def _row(frame: Frame, node: ast.Call, name: str, args: Sequence[ast.expr]) -> Value:
    """Append a row of expressions."""
    start = Mark(frame)
    atoms = [frame.materialise(node, expressions.value(frame, argument)) for argument in args]
    if why := operations.own_operators(frame, *atoms):
        start.rewind()
        return frame.opaque(node, why)
    if name == "prod_from":  # start * a * b, where start is evaluated last
        name, atoms = "prod", [atoms[-1], *atoms[:-1]]
    if TABLE[name].outs > 1:
        kind = result_type(TABLE[name], tuple(atoms))
        kinds = [kind if kind.dtype else REAL] * TABLE[name].outs
        outs = frame.emit(node, name, atoms, kinds)
        return Display("tuple", outs)
    return frame.row(node, name, *atoms)
