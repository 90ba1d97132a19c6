"""What stops differentiation once activity is known: carried code, and rows without a rule."""

from collections.abc import Iterator, Mapping

from adjgen.diagnostics import Problem
from adjgen.diff.active import useful_variables
from adjgen.diff.buffers import MAKE, STORES, WHOLE, whole_stores
from adjgen.diff.checkpoint import obstacle
from adjgen.diff.given import Rows, changed_by_carried, reads_lists, stores_active, takes_row
from adjgen.diff.jumps import jumps
from adjgen.diff.rules import real_power_check
from adjgen.elementary.row import TABLE, rows
from adjgen.ir.core import Atom, Block, Call, Eqn, For, Function, Loc, Opaque, Root, Try, Var
from adjgen.ir.integrals import Integral, Quadrature
from adjgen.ir.query import equations, kinds
from adjgen.ir.types import is_mutable

LOOKED_AT = (Call, For, Opaque, Root, Try, *STORES)


def problems_of(
    function: Function, varied: set[Var], active: set[Var], functions: Mapping[str, Function]
) -> list[Problem]:
    """Return every reason why a function cannot be differentiated with this activity."""
    there = kinds(function.body)
    if there.isdisjoint(LOOKED_AT) and not any(row.refusal for row in rows(there)):
        return []
    found = [
        *_walked_lists(function, active),
        *_given_lists(function, functions),
        *_repeated(function, active, functions),
        *_checkpoints(function, active, functions),
        *_integrals(function, varied, functions),
    ]
    found += [problem_at(function, eqn, WHOLE, MAKE) for eqn in whole_stores(function, varied)]
    for eqn in equations(function.body):
        if isinstance(eqn.op, Opaque):
            touched = any(arg in varied for arg in eqn.args)
            stored = eqn.op.payload.effect and not eqn.op.payload.observes
            if touched and (stored or any(out in active for out in eqn.outs)):
                payload = eqn.op.payload
                here = problem_at(function, eqn, payload.reason, payload.hint)
                found += payload.problems or [here]
        elif isinstance(eqn.op, str) and TABLE[eqn.op].refusal:
            if any(out in active for out in eqn.outs) and any(arg in varied for arg in eqn.args):
                reason = f"ADJ301 `{eqn.op}`: {TABLE[eqn.op].refusal}"
                found.append(
                    problem_at(function, eqn, reason, "Give the result in as an argument.")
                )
        elif isinstance(eqn.op, Call) and (given := changed_by_carried(eqn, functions)):
            late = reads_lists(function, eqn) and stores_active(eqn, varied, functions)
            if late or not varied.isdisjoint(given):
                found.append(problem_at(function, eqn, f"{CHANGED} that is given here", COPY))
        elif isinstance(eqn.op, Root) and eqn.outs[0] in active:
            found += _effects(function, eqn)
    return found


CHANGED = "ADJ407 code that adjgen cannot read may change a list"
COPY = "Give it a copy: `other = items.copy()`."
JUMPS = "Integrate the parts between the jumps; max, min and abs do not jump."


def _integrals(
    function: Function, varied: set[Var], functions: Mapping[str, Function]
) -> Iterator[Problem]:
    """Yield what may jump inside an integral: that has a derivative, which no equation shows."""
    found = [e for e in equations(function.body) if isinstance(e.op, Integral | Quadrature)]
    useful = useful_variables(function.body, function.body.results) if found else ()
    for eqn in found:
        where = next(jumps(eqn, varied, functions), None) if eqn.outs[0] in useful else None
        if where is not None:
            reason = "ADJ307 what is integrated may jump where active values say"
            yield problem_at(function, where, reason, JUMPS)


def _effects(function: Function, root: Eqn) -> Iterator[Problem]:
    """Yield the statements by which a residual changes or prints something: it is run once more."""
    for eqn in equations(root.blocks[0]):
        if not isinstance(eqn.op, Opaque) or eqn.op.payload.is_expression:
            continue
        if not eqn.op.payload.repeatable:
            reason = "ADJ307 the function that a solver is given does more than compute a number"
            yield problem_at(function, eqn, reason, "Take the effect out of it.")


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


def _checkpoints(
    function: Function, active: set[Var], functions: Mapping[str, Function]
) -> Iterator[Problem]:
    """Yield the loops that are to be checkpointed and cannot be."""
    tries = [eqn.blocks[0] for eqn in equations(function.body) if isinstance(eqn.op, Try)]
    tried = {eqn for block in tries for eqn in equations(block)}
    for eqn in equations(function.body):
        if isinstance(eqn.op, For) and eqn.op.checkpoint and active & {*eqn.outs}:
            why = "a loop inside `try`" if eqn in tried else obstacle(eqn, functions)
            if why:
                hint = "Walk a range or a list to its end, without side effects, or take the comment away."
                yield problem_at(function, eqn, f"ADJ408 `# adjgen: checkpoint` above {why}", hint)


def _given_lists(function: Function, functions: Mapping[str, Function]) -> Iterator[Problem]:
    """Yield the carried code that may change a list which is read before it, or in the same loop.

    The equations know nothing of such a change: a sweep that reads the list once more goes wrong.
    """
    changed: dict[Atom, tuple[int, Eqn]] = {}
    inside: dict[Atom, tuple[int, Eqn]] = {}  # changed through something else
    read: dict[Atom, int] = {}  # where each list is first read
    looked: dict[Atom, int] = {}  # where a number of it is
    for eqn, place in _places(function):
        given = changed_by_carried(eqn, functions)
        named = len(eqn.op.payload.reads) if isinstance(eqn.op, Opaque) else len(eqn.args)
        for arg in given:
            if is_mutable(arg.type) and arg in eqn.args[:named]:
                changed[arg] = place, eqn
            if is_mutable(arg.type) or isinstance(eqn.op, Call):
                inside[arg] = place, eqn
        if not given and not isinstance(eqn.op, Opaque):
            for atom in (*eqn.args, *(r for block in eqn.blocks for r in block.results)):
                read.setdefault(atom, place)
            for atom in () if takes_row(eqn) else eqn.args:
                looked.setdefault(atom, place)
    wrong = [eqn for arg, (place, eqn) in changed.items() if read.get(arg, place + 1) <= place]
    rows: Rows | None = None
    for arg, (place, eqn) in inside.items():
        rows = rows or Rows(function)
        if any(looked.get(one, place + 1) <= place for one in rows.of(arg)):
            wrong.append(eqn)
        elif rows.are_stored(arg):
            yield problem_at(function, eqn, f"{CHANGED} of lists that is stored into", COPY)
    for eqn in dict.fromkeys(wrong):
        yield problem_at(function, eqn, f"{CHANGED} that was read before", COPY)


def _places(function: Function) -> Iterator[tuple[Eqn, int]]:
    """Yield every equation with its place in the program; all of a loop are at the same place."""
    count = 0
    pending: list[tuple[Eqn, int]] = [(eqn, 0) for eqn in reversed(function.body.eqns)]
    while pending:
        eqn, loop = pending.pop()
        count += 1
        yield eqn, loop or count
        inside = loop or (count if isinstance(eqn.op, For) else 0)
        pending += [(e, inside) for block in reversed(eqn.blocks) for e in reversed(block.eqns)]


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
