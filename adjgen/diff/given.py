"""Which lists of a function its caller owns, and whether the function changes them, itself or by carried code."""

from collections.abc import Iterable, Mapping

from adjgen.diff.active import varied_variables
from adjgen.elementary.row import TABLE
from adjgen.elementary.sequences import depth
from adjgen.ir.core import Atom, Call, Eqn, For, Function, Opaque, Var
from adjgen.ir.query import closure, equations, moves
from adjgen.ir.types import OPAQUE, is_mutable

Functions = Mapping[str, Function]


def callers_lists(function: Function) -> set[Atom]:
    """Return the lists that are parameters, or rows or later states of these, and what may be one of them:
    what a call returns, or carried code."""
    near: dict[Atom, list[Atom]] = {}
    for eqn in equations(function.body):
        pairs = list(moves(eqn))
        if isinstance(eqn.op, For):  # rows that are walked
            pairs += zip(eqn.args[: eqn.op.seqs], eqn.blocks[0].params)
        elif isinstance(eqn.op, Call | Opaque):
            pairs += [(arg, out) for arg in eqn.args for out in eqn.outs]
        elif eqn.op == "item" or stores(eqn):
            pairs.append((eqn.args[0], eqn.outs[0]))
        for source, target in pairs:
            if _may_be_list(source) and _may_be_list(target):
                near.setdefault(source, []).append(target)
    return closure([param for param in function.body.params if _may_be_list(param)], near)


def _may_be_list(atom: Atom) -> bool:
    return is_mutable(atom.type) or atom.type == OPAQUE


def takes_row(eqn: Eqn) -> bool:
    """Whether an equation takes rows out of a list, and looks at no number of it."""
    if isinstance(eqn.op, For):
        return all(is_mutable(param.type) for param in eqn.blocks[0].params[: eqn.op.seqs])
    return eqn.op == "item" and is_mutable(eqn.outs[0].type)


class Rows:
    """Which lists are rows of others, and which are stored into: in the equations a row is a value of its own.

    Objects that may hold lists lead to these.
    """

    def __init__(self, function: Function) -> None:
        self.near: dict[Atom, list[Atom]] = {}  # rows and their lists
        self.states: dict[Atom, list[Atom]] = {}  # and what these are before and after stores
        self.rows: set[Atom] = set()
        self.stored: set[Atom] = set()
        for eqn in equations(function.body):
            pairs = list(zip(eqn.args[:1], eqn.outs)) if takes_row(eqn) else []
            if isinstance(eqn.op, For):
                pairs = list(zip(eqn.args[: eqn.op.seqs], eqn.blocks[0].params))
            _note_pairs(self.near, pairs)
            inside = [(arg, out) for arg in eqn.args for out in eqn.outs if isinstance(eqn.op, str)]
            inside = [pair for pair in inside if depth(pair[0].type) < depth(pair[1].type)]
            for pair in (*pairs, *inside):
                self.rows.update(pair if is_mutable(pair[0].type) else ())
            _note_pairs(self.states, [*pairs, *inside, *moves(eqn)])
            if stores(eqn):
                self.stored.add(eqn.args[0])
                _note_pairs(self.states, [(eqn.args[0], eqn.outs[0])])
            for out in eqn.outs if isinstance(eqn.op, Opaque) else ():
                self.near.setdefault(out, []).extend(eqn.args)

    def of(self, arg: Atom) -> set[Atom]:
        """Return what a change of one list may change."""
        return closure([arg], self.near)

    def are_stored(self, arg: Atom) -> bool:
        """Whether a list has rows, or is one, and any of these is stored into: it may be a copy by then."""
        found = closure([arg], self.states)
        return not (found.isdisjoint(self.rows) or found.isdisjoint(self.stored))


def _note_pairs(near: dict[Atom, list[Atom]], pairs: Iterable[tuple[Atom, Atom]]) -> None:
    for one, other in pairs:
        if is_mutable(one.type) and is_mutable(other.type):
            near.setdefault(one, []).append(other)
            near.setdefault(other, []).append(one)


def stores(eqn: Eqn) -> bool:
    """Whether an equation of the user's stores into its first argument."""
    return isinstance(eqn.op, str) and TABLE[eqn.op].mutates and not eqn.derivative


def changed_by_carried(eqn: Eqn, functions: Functions) -> list[Atom]:
    """Return the lists that carried code may change when it, or a function that has it, is executed,
    and the objects that may hold such lists."""
    return _changed(eqn, functions, {})


def _changed(eqn: Eqn, functions: Functions, known: dict[str, bool]) -> list[Atom]:
    if not isinstance(eqn.op, Opaque | Call):
        return []
    lists = [arg for arg in eqn.args if _may_be_list(arg)]
    if isinstance(eqn.op, Opaque):
        payload, places = eqn.op.payload, eqn.op.payload.changes
        if payload.repeatable or payload.observes:
            return []
        named = eqn.args if places is None else [eqn.args[k] for k in sorted(places)]
        return [arg for arg in named if _may_be_list(arg)]
    name = eqn.op.function
    if lists and name not in known:
        known[name] = False  # while it is looked through: a recursion changes nothing by itself
        function = functions[name]
        inner = [e for e in equations(function.body) if isinstance(e.op, Opaque | Call)]
        owned = callers_lists(function) if inner else set()
        known[name] = any(not owned.isdisjoint(_changed(e, functions, known)) for e in inner)
    return lists if lists and known[name] else []


def reads_lists(function: Function, call: Eqn) -> bool:
    """Whether anything but a call reads a list in a function: it may be one that the call has changed."""
    others = [arg for eqn in equations(function.body) if eqn is not call for arg in eqn.args]
    return any(is_mutable(atom.type) for atom in (*others, *function.body.results))


def stores_active(call: Eqn, varied: set[Var], functions: Functions) -> bool:
    """Whether something active reaches carried code that may keep it, in a function that is called."""
    assert isinstance(call.op, Call)
    pending = [(call.op.function, tuple([arg in varied for arg in call.args]))]
    for name, given in pending:
        body = functions[name].body
        inside = varied_variables(body, [p for p, one in zip(body.params, given) if one])
        for eqn in equations(body):
            if inside.isdisjoint(eqn.args) or not isinstance(eqn.op, Opaque | Call):
                continue
            if isinstance(eqn.op, Call):
                inner = eqn.op.function, tuple([arg in inside for arg in eqn.args])
                pending += [inner] if inner not in pending else []
            elif not (eqn.op.payload.repeatable or eqn.op.payload.observes):
                return True
    return False


def stores_into_callers(function: Function) -> bool:
    """Whether a function stores into lists of its caller."""
    stored = [eqn.args[0] for eqn in equations(function.body) if stores(eqn)]
    return bool(stored) and not callers_lists(function).isdisjoint(stored)
