"""Functions and parameters that have no derivative, or not the one that is asked for."""

from collections.abc import Sequence

from adjgen.diagnostics import AdjgenError, Problem, UnsupportedError
from adjgen.diff.active import active_variables
from adjgen.diff.rules import ZERO
from adjgen.ir.core import Atom, Function, Opaque, Param, Var
from adjgen.ir.query import closure, equations, moves
from adjgen.ir.types import OPAQUE

Wrt = Sequence[str]


def refuse_active_stars(function: Function) -> None:
    """Refuse a function whose value depends on what *args or **kwargs hold."""
    for param in function.params:
        if param.kind.startswith("VAR_"):
            active = active_variables(function.body, param.vars, function.body.results)
            if active.intersection(param.vars):
                what = f"the value depends on what `{param.name}` holds"
                raise refusal(
                    function, "ADJ601", what, "Give each argument a parameter of its own."
                )


def refuse_without_influence(function: Function, var: Var, gradient: Atom) -> None:
    """Refuse the gradient by a parameter without influence that may be no number."""
    if gradient == ZERO and var.type == OPAQUE:
        what = f"`{var.hint}` is not used as a number or a list of numbers"
        raise refusal(function, "ADJ604", what, "Leave it out of wrt.")


def refuse_unread_lists(function: Function) -> None:
    """Refuse the tangent of a list that is carried: nobody knows which of its items are numbers or lists."""
    sources: dict[Atom, list[Atom]] = {}
    for eqn in equations(function.body):
        for source, target in moves(eqn):
            sources.setdefault(target, []).append(source)
    returned = closure(list(function.body.results), sources)
    for eqn in equations(function.body):
        if isinstance(eqn.op, Opaque) and eqn.op.payload.makes_list and eqn.outs[0] in returned:
            what = "a list whose items may be no numbers is returned, its tangent would be one too"
            raise refusal(function, "ADJ401", what, "Return numbers, or use vjp.")


def chosen(function: Function, wrt: Wrt | None) -> list[Param]:
    """Return the parameters to differentiate, in the order of wrt."""
    unfit = function.about.get("unfit", {})
    if wrt is None:
        found = [p for p in function.params if p.differentiable]
        if not found:
            for problem in unfit.values():
                raise refusal(function, *problem)
            what = "no parameter is a number to differentiate"
            stars = next((p.name for p in function.params if p.kind == "VAR_POSITIONAL"), "")
            why = f"`*{stars}` cannot be active: give each argument a parameter of its own."
            raise refusal(function, "ADJ604", what, why if stars else "Name one with wrt=.")
        return found
    by_name = {p.name: p for p in function.params}
    for name in wrt:
        if name not in by_name:
            known = ", ".join(f"`{p}`" for p in by_name)
            what = f"there is no parameter `{name}`"
            raise refusal(function, "ADJ604", what, f"There are {known}.")
        if by_name[name].kind.startswith("VAR_"):
            why = "Give each argument a parameter of its own."
            raise refusal(function, "ADJ601", f"`*{name}` cannot be active", why)
        if name in unfit:
            raise refusal(function, *unfit[name])
        if by_name[name].vars[0].type.name in ("int", "bool"):
            what = f"`{name}` is a count, an index or a flag"
            raise refusal(function, "ADJ604", what, "Leave it out of wrt.")
    return [by_name[name] for name in wrt]


def refusal(function: Function, code: str, what: str, why: str) -> AdjgenError:
    """Return the refusal of a function as a whole."""
    about = function.about
    line = int(about.get("line", 0))
    lines = about.get("lines", ())
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    col = len(text) - len(text.lstrip())
    problem = Problem(code, what, why, about.get("path", ""), line, col, len(text.rstrip()), text)
    return UnsupportedError([problem])


def tuple_valued(function: Function) -> AdjgenError:
    """Return the refusal of the gradient of several numbers."""
    return refusal(
        function,
        "ADJ305",
        f"`{function.name}` returns several numbers, so it has no gradient",
        "Use vjp with a bar for each, or jacobian; or return one number.",
    )
