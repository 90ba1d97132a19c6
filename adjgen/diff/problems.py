"""What stops differentiation once activity is known: carried code, and rows without a rule."""

from collections.abc import Iterator, Mapping

from adjgen.diagnostics import Problem
from adjgen.diff.rules import real_power_check
from adjgen.elementary.row import TABLE
from adjgen.ir.core import Block, Call, Eqn, For, Function, Loc, Opaque, Try, Var
from adjgen.ir.query import equations


def problems_of(
    function: Function, varied: set[Var], active: set[Var], functions: Mapping[str, Function]
) -> list[Problem]:
    """Return every reason why a function cannot be differentiated with this activity."""
    found = [*_walked_lists(function, active), *_repeated(function, active, functions)]
    for eqn in equations(function.body):
        if isinstance(eqn.op, Opaque):
            touched = any(arg in varied for arg in eqn.args)
            stored = eqn.op.payload.effect and not eqn.op.payload.observes
            if touched and (stored or any(out in active for out in eqn.outs)):
                found.append(problem_at(function, eqn, eqn.op.payload.reason, eqn.op.payload.hint))
        elif isinstance(eqn.op, str) and TABLE[eqn.op].refusal:
            if any(out in active for out in eqn.outs) and any(arg in varied for arg in eqn.args):
                reason = f"ADJ301 `{eqn.op}`: {TABLE[eqn.op].refusal}"
                found.append(
                    problem_at(function, eqn, reason, "Give the result in as an argument.")
                )
    return found


def _repeated(
    function: Function, active: set[Var], functions: Mapping[str, Function]
) -> Iterator[Problem]:
    """Yield what cannot be computed again behind a try: loops and calls are, with their tangents."""
    tries = [eqn for eqn in equations(function.body) if isinstance(eqn.op, Try)]
    again = [e for one in tries for e in equations(one.blocks[0]) if isinstance(e.op, For | Call)]
    for eqn in again:
        executed = list(_executed(eqn, functions, set()))
        if not any(out in active for out in eqn.outs):
            if not any(real_power_check(e) for e in executed):
                continue
        if any(isinstance(e.op, Opaque) and not e.op.payload.repeatable for e in executed):
            what = "ADJ204 code that changes something, in a loop or call inside try"
            yield problem_at(function, eqn, what, "Move it in front of the try or behind it.")
        walks = [e.args[: e.op.seqs] for e in executed if isinstance(e.op, For)]
        if not all(arg.type.element for args in walks for arg in args):
            what = "ADJ204 a loop inside try over what may be an iterator"
            yield problem_at(function, eqn, what, "Walk a range.")


def _executed(eqn: Eqn, functions: Mapping[str, Function], seen: set[str]) -> Iterator[Eqn]:
    """Yield an equation and all those that it executes, also in functions that it calls."""
    for inner in equations(Block((), (eqn,), ())):
        yield inner
        if isinstance(inner.op, Call) and inner.op.function not in seen:
            seen.add(inner.op.function)
            for other in functions[inner.op.function].body.eqns:
                yield from _executed(other, functions, seen)


def _walked_lists(function: Function, active: set[Var]) -> Iterator[Problem]:
    """Yield the loops over active values of unknown kind."""
    for eqn in equations(function.body):
        if not isinstance(eqn.op, For):
            continue
        for walked in eqn.args[: eqn.op.seqs]:
            if walked in active and not walked.type.element:
                reason = "ADJ401 a loop over something active that is not known to be a list"
                yield problem_at(function, eqn, reason, "Pass a list of numbers.")


def problem_at(function: Function, eqn: Eqn, reason: str, hint: str) -> Problem:
    """Return a problem at the place of an equation; the reason begins with its code."""
    code, _, what = reason.partition(" ")
    loc = eqn.loc or Loc(0, 0, function.about.get("path", ""))
    source = function.about.get("files", {}).get(loc.path)
    lines = source.lines if source else ()
    text = lines[loc.line - 1] if 0 < loc.line <= len(lines) else ""
    return Problem(code, what, hint, loc.path, loc.line, loc.col, end_column(text, loc.col), text)


def end_column(text: str, start: int) -> int:
    """Return the column after the words that begin at a column: where a caret line may end."""
    depth = 0
    for k in range(start, len(text)):
        depth += (text[k] in "([{") - (text[k] in ")]}")
        if depth < 0 or (depth == 0 and text[k] in ",;#\n") or (depth == 0 and text[k] == " "):
            return max(k, start + 1)
    return len(text.rstrip()) or start + 1
