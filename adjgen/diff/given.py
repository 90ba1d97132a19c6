"""Which lists of a function its caller owns, and whether the function changes them, itself or by carried code."""

from collections.abc import Mapping

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Call, Eqn, For, Function, Opaque
from adjgen.ir.query import closure, equations, moves
from adjgen.ir.types import is_mutable

Functions = Mapping[str, Function]


def callers_lists(function: Function) -> set[Atom]:
    """Return the lists that are parameters, or rows or later states of these."""
    near: dict[Atom, list[Atom]] = {}
    for eqn in equations(function.body):
        pairs = list(moves(eqn))
        if isinstance(eqn.op, For):  # rows that are walked
            pairs += zip(eqn.args[: eqn.op.seqs], eqn.blocks[0].params)
        elif eqn.op == "item" or stores(eqn):
            pairs.append((eqn.args[0], eqn.outs[0]))
        for source, target in pairs:
            if is_mutable(source.type) and is_mutable(target.type):
                near.setdefault(source, []).append(target)
    return closure([param for param in function.body.params if is_mutable(param.type)], near)


def stores(eqn: Eqn) -> bool:
    """Whether an equation of the user's stores into its first argument."""
    return isinstance(eqn.op, str) and TABLE[eqn.op].mutates and not eqn.derivative


def changed_by_carried(eqn: Eqn, functions: Functions) -> list[Atom]:
    """Return the lists that carried code may change when it, or a function that has it, is executed."""
    return _changed(eqn, functions, {})


def _changed(eqn: Eqn, functions: Functions, known: dict[str, bool]) -> list[Atom]:
    if not isinstance(eqn.op, Opaque | Call):
        return []
    lists = [arg for arg in eqn.args if is_mutable(arg.type)]
    if isinstance(eqn.op, Opaque):
        return [] if eqn.op.payload.repeatable or eqn.op.payload.observes else lists
    name = eqn.op.function
    if lists and name not in known:
        known[name] = False  # while it is looked through: a recursion changes nothing by itself
        function = functions[name]
        inner = [e for e in equations(function.body) if isinstance(e.op, Opaque | Call)]
        owned = callers_lists(function) if inner else set()
        known[name] = any(not owned.isdisjoint(_changed(e, functions, known)) for e in inner)
    return lists if lists and known[name] else []


def stores_into_callers(function: Function) -> bool:
    """Whether a function stores into lists of its caller."""
    stored = [eqn.args[0] for eqn in equations(function.body) if stores(eqn)]
    return bool(stored) and not callers_lists(function).isdisjoint(stored)
