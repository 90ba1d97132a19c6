"""functools.partial at module level, read without running it: `h = partial(g, 2.0)`."""

import ast
from collections.abc import Callable
from dataclasses import replace

from adjgen.read.names import Binding, Callee, Constant, Known

Value = Callable[[ast.expr], Binding | None]


def made(node: ast.Call, value: Value) -> Callee | None:
    """Return the function that partial makes of one whose text is known, and of plain values."""
    if not isinstance(node.func, (ast.Name, ast.Attribute)) or not node.args:
        return None
    if value(node.func) != Known("functools.partial"):
        return None
    of, *given = [value(argument) for argument in node.args]
    named = {k.arg: value(k.value) for k in node.keywords}
    plain = all(
        isinstance(one, Constant) and one.place is None for one in [*given, *named.values()]
    )
    if not isinstance(of, Callee) or not plain or of.definition.bound:
        return None
    definition, arguments = of.definition, of.definition.node.args
    positional = [a.arg for a in [*arguments.posonlyargs, *arguments.args]]
    free = [name for name in positional if name not in definition.fixed]
    keywords = {a.arg for a in [*arguments.args, *arguments.kwonlyargs]}
    if len(given) > len(free) or not keywords.issuperset(str(name) for name in named):
        return None
    fixed = dict(definition.fixed) | dict(zip(free, map(_constant, given)))
    preset = dict(definition.preset) | {str(name): _constant(one) for name, one in named.items()}
    preset = {name: one for name, one in preset.items() if name not in fixed}
    defaults = dict(definition.defaults) | preset
    return Callee(replace(definition, fixed=fixed, preset=preset, defaults=defaults))


def _constant(binding: Binding | None) -> object:
    return binding.value if isinstance(binding, Constant) else None
