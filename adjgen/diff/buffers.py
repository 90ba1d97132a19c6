"""Arrays that active values are stored into: one of whole numbers would cut them off, without a derivative.

What is known to have whole numbers is refused; of what may have them derivatives check the type.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from adjgen.elementary.floats import FloatArrays
from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Block, Const, Eqn, Function, Var
from adjgen.ir.query import equations, kinds, moves
from adjgen.ir.types import BOOL, INT

WHOLE = "ADJ401 a store into an array of whole numbers, which would cut the value off"
MAKE = "Make the array of floats: `np.array([0.0, 0.0])`, `np.full(n, 0.0)`, `x.astype(float)`."
STORES = {"put", "copied_into", "filled_with"}


def whole_stores(function: Function, varied: set[Var]) -> Iterator[Eqn]:
    """Yield the stores of active values into arrays that are known to have whole numbers."""
    for eqn in equations(function.body):
        if eqn.op in STORES and eqn.args[0].type.dtype in (INT, BOOL) and eqn.args[1] in varied:
            yield eqn


def checked(function: Function, active: set[Var]) -> Function:
    """Return a function that checks what it stores active values into, where that is made."""
    body = function.body
    if STORES.isdisjoint(kinds(body)) or "product" in function.about:
        return function
    said = function.about.get("floats", ())
    wanted = _unsure(body, active, [v for p in function.params if p.name in said for v in p.vars])
    return replace(function, body=_with_checks(body, wanted)) if wanted else function


def tangent_checks(function: Function, active: set[Var], dots: Sequence[Var]) -> list[Eqn]:
    """Return the checks that tangents are floats, where what they are in is stored into."""
    if STORES.isdisjoint(kinds(function.body)) or not _unsure(function.body, active, ()):
        return []
    return [check for dot in dots if dot.type.dtype for check in _checks((dot,), {dot})]


def _unsure(body: Block, active: set[Var], known: Sequence[Var]) -> set[Atom]:
    """Return what active values are stored into, where it is made, if that may not be of floats."""
    stores = [e.args[0] for e in equations(body) if e.op in STORES and e.args[1] in active]
    if not stores:
        return set()
    sure = FloatArrays()
    sure.known.update(known)
    sure.block(body.eqns)
    return {one for one in _origins(body, stores) if not sure.has(one)}


def _origins(body: Block, stores: list[Atom]) -> set[Atom]:
    """Return what the arrays were before anything was stored into them."""
    before: dict[Atom, list[Atom]] = {}
    for eqn in equations(body):
        for source, target in moves(eqn) if eqn.blocks else ():
            before.setdefault(target, []).append(source)
        if isinstance(eqn.op, str) and TABLE[eqn.op].mutates:
            before[eqn.outs[0]] = [eqn.args[0]]
    seen: set[Atom] = set()
    pending = list(stores)
    while pending:
        if (one := pending.pop()) not in seen:
            seen.add(one)
            pending += before.get(one, ())
    return {one for one in seen if isinstance(one, Var) and one not in before}


def _with_checks(block: Block, wanted: set[Atom]) -> Block:
    eqns = [*_checks(block.params, wanted)]
    for eqn in block.eqns:
        inner = tuple([_with_checks(one, wanted) for one in eqn.blocks])
        eqns.append(eqn.reading(eqn.args, inner) if inner else eqn)
        eqns += _checks(eqn.outs, wanted)
    return Block(block.params, tuple(eqns), block.results)


def _checks(made: tuple[Var, ...], wanted: set[Atom]) -> Iterator[Eqn]:
    for var in made:
        if var in wanted:
            yield Eqn((), "require_floats", (var, Const(var.hint or "an array")), (), None, True)
