"""Which parameters are taken for numbers or lists where arrays would behave otherwise: derivatives check them.

A part of a list is a copy, that of an array is not: it matters if one of them is stored into. The sum
of two lists is both, one behind the other. What annotations say to be lists is not checked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from adjgen.elementary.row import TABLE
from adjgen.elementary.sequences import depth
from adjgen.ir.classes import Classes
from adjgen.ir.core import Atom, Call, Const, Eqn, For, Function
from adjgen.ir.query import equations, kinds, moves

SAME = {"item", "unpacked"}  # of lists in lists, as of arrays
PARTS = {"part", "backwards"}


def with_plain_checks(function: Function, functions: Mapping[str, Function]) -> Function:
    """Return a function that checks at its start that parameters are no arrays."""
    about, body = function.about, function.body
    if about.get("target") != "math" or "product" in about:
        return function
    wanted = Plain(functions).of(function)
    checks = [
        Eqn((), "require_plain", (p.vars[0], Const(p.name)), (), None, True)
        for k, p in enumerate(function.params)
        if k in wanted and p.name not in about.get("said", ())
    ]
    return replace(function, body=replace(body, eqns=(*checks, *body.eqns))) if checks else function


class Plain:
    """Finds the parameters of functions that must not be arrays, those of callees once."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self.functions = functions
        self.known: dict[str, set[int]] = {}

    def of(self, function: Function) -> set[int]:
        """Return the positions of parameters that must not be arrays."""
        body, shared = function.body, function.about.get("shared", ())
        found = {k for k, param in enumerate(function.params) if param.name in shared}
        if not any(map(is_list, body.params)) and Call not in kinds(body):
            return found
        self.known[function.name] = found  # it may call itself
        same = Classes()
        parted: list[Atom] = []
        stored: list[Atom] = []
        other: list[Atom] = []
        for eqn in equations(body):
            for one, another in names(eqn):
                same.join(one, another)
            if isinstance(eqn.op, Call):
                wanted = self.called(eqn.op.function)
                other += [arg for k, arg in enumerate(eqn.args) if k in wanted]
            elif isinstance(eqn.op, str) and eqn.args and is_list(eqn.args[0]):
                parted += eqn.args[:1] if is_part(eqn) else ()
                stored += eqn.args[:1] if TABLE[eqn.op].mutates else ()
                other += as_lists(eqn)
        changed = {same.of(a) for a in parted} & {same.of(a) for a in stored}
        changed.update(map(same.of, other))
        found |= {
            k for k, p in enumerate(function.params) if any(same.of(v) in changed for v in p.vars)
        }
        return found

    def called(self, name: str) -> set[int]:
        """Return the positions of arguments of a callee that must not be arrays."""
        return self.known[name] if name in self.known else self.of(self.functions[name])


def is_list(atom: Atom) -> bool:
    """Whether a value is a list."""
    return atom.type.element is not None


def is_part(eqn: Eqn) -> bool:
    """Whether a row makes a list of which some is the memory of its argument, were that an array."""
    return eqn.op in PARTS or eqn.op == "copied_1" and depth(eqn.args[0].type) > 1


def as_lists(eqn: Eqn) -> tuple[Atom, ...]:
    """Return the arguments of a row that it uses as only lists can be: a row put into another list."""
    if eqn.op in ("joined", "repeated"):
        return eqn.args
    return eqn.args[:1] if eqn.op == "with_item" and is_list(eqn.args[1]) else ()


def names(eqn: Eqn) -> Iterator[tuple[Atom, Atom]]:
    """Yield the pairs of values that are one, or share some memory if they are arrays."""
    yield from moves(eqn) if eqn.blocks else ()
    if isinstance(eqn.op, For):
        yield from zip(eqn.args[: eqn.op.seqs], eqn.blocks[0].params)
    elif isinstance(eqn.op, Call):
        yield from ((a, out) for a in eqn.args for out in eqn.outs if is_list(a) and is_list(out))
    elif eqn.op in SAME or isinstance(eqn.op, str) and TABLE[eqn.op].mutates or is_part(eqn):
        yield from ((eqn.args[0], out) for out in eqn.outs)
