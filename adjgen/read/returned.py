"""Whether a function may return a list that it was given: a caller that changes one changes both.

Its calls of itself return what it returns otherwise, so they are not followed.
"""

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Block, Call, Eqn, For, Function, If, Try, Var
from adjgen.ir.query import equations
from adjgen.ir.types import is_mutable

NEW = ("copied_", "joined", "part", "gathered", "backwards")  # lists of numbers that nobody has yet


def returns_argument(function: Function) -> bool:
    """Return whether a list among the results of a function may be one of its arguments."""
    sources = _sources(function.body)
    pending: list[Atom] = [*function.body.results]
    seen: set[Atom] = set()
    while pending:
        atom = pending.pop()
        if atom in seen or not isinstance(atom, Var) or not is_mutable(atom.type):
            continue
        if atom in function.body.params:
            return True
        seen.add(atom)
        if isinstance(found := sources.get(atom, ()), Eqn):
            called = isinstance(found.op, Call) and found.op.function == function.name
            new = _is_new(found, atom)
            found = () if called or new else found.args
        pending += found
    return False


def _is_new(eqn: Eqn, atom: Var) -> bool:
    """Whether an equation makes a list of numbers, or an array, that nobody has yet."""
    if atom.type.dtype and isinstance(eqn.op, str):
        return not TABLE[eqn.op].view and not TABLE[eqn.op].mutates
    return str(eqn.op).startswith(NEW) and bool(atom.type.element and not atom.type.element.element)


def _sources(body: Block) -> dict[Atom, tuple[Atom, ...] | Eqn]:
    """Return for each variable what it may be, or the equation that makes it."""
    found: dict[Atom, tuple[Atom, ...] | Eqn] = {}
    for eqn in equations(body):
        if isinstance(eqn.op, If | Try):
            ends = zip(*(block.results for block in eqn.blocks))
            found |= dict(zip(eqn.outs, ends))
        elif isinstance(eqn.op, For):
            found |= _of_loop(eqn, eqn.op)
        else:
            found |= dict.fromkeys(eqn.outs, eqn)
    return found


def _of_loop(eqn: Eqn, op: For) -> dict[Atom, tuple[Atom, ...]]:
    """Return what the variables of a loop may be: items of what it walks, what it carries, collects."""
    body, starts = eqn.blocks[0], eqn.args[op.seqs :]
    carried = list(zip(starts, body.results))
    found: dict[Atom, tuple[Atom, ...]] = dict(zip(body.params[op.seqs :], carried))
    found |= {param: (walked,) for param, walked in zip(body.params, eqn.args[: op.seqs])}
    found |= dict(zip(eqn.outs, carried[: op.carried]))
    collected = zip(eqn.outs[op.carried :], body.results[op.carried + op.exits :])
    return found | {out: (item,) for out, item in collected}
