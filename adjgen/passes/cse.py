"""Common subexpressions: an equation that was computed before, on every path to here, is not computed again.

before                          after
    a = x * y                       a = x * y
    b = y * x                       return a + a
    return a + b
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from adjgen.elementary.row import TABLE, Row
from adjgen.ir.core import Atom, Block, Const, Eqn, If, Var
from adjgen.ir.query import equations
from adjgen.ir.types import OPAQUE

COPIES = {"np.copy", "copy_of", "copied_array"}  # which are there to be others
NOTHING: dict[Atom, Any] = {}
Stored = Callable[[], set[Atom]]
SMALL = 6  # equations of an arm that is compared as a whole


def cse(block: Block) -> Block:
    """Return the block with repeated equations removed."""
    return _Scope({}, {}, cache(lambda: _stored(block))).block(block)


def _stored(block: Block) -> set[Atom]:
    """Return the arrays that are stored into, or that loops and branches hand on: a view of one is taken anew."""
    found: set[Atom] = set()
    for eqn in equations(block):
        if isinstance(eqn.op, str) and TABLE[eqn.op].mutates:
            found.add(eqn.args[0])
        elif eqn.blocks:
            found.update(eqn.args, *(inner.results for inner in eqn.blocks))
    return found


class _Scope:
    """What is computed by now, here and in the blocks around."""

    def __init__(self, known: dict[Any, Var], mapping: dict[Var, Atom], stored: Stored) -> None:
        self.known, self.mapping, self.stored = known, mapping, stored
        self.new: list[Any] = []  # keys that became known in the block that is being walked

    def value(self, atom: Atom) -> Atom:
        return self.mapping.get(atom, atom) if isinstance(atom, Var) else atom

    def block(self, block: Block) -> Block:
        eqns: list[Eqn] = []
        known, mapping, new = self.known, self.mapping, self.new
        replaced = mapping.keys()
        for eqn in block.eqns:
            if replaced and not replaced.isdisjoint(eqn.args):
                eqn = eqn.reading(tuple([self.value(a) for a in eqn.args]), eqn.blocks)
            if eqn.blocks:
                eqn = eqn.reading(eqn.args, tuple([self.inner(b) for b in eqn.blocks]))
            key = _key(eqn, NOTHING, self.stored)
            earlier = known.get(key) if key is not None else None
            if earlier is None:
                eqns.append(eqn)
                if key is not None:
                    known[key] = eqn.outs[0] if eqn.outs else Var("", eqn.args[0].type)
                    new.append(key)
            elif eqn.outs:
                mapping[eqn.outs[0]] = earlier
                earlier.hint = earlier.hint or ("" if eqn.derivative else eqn.outs[0].hint)
        return Block(block.params, tuple(eqns), tuple(self.value(r) for r in block.results))

    def inner(self, block: Block) -> Block:
        """Return a nested block; what it computes is not known outside."""
        outer, self.new = self.new, []
        result = self.block(block)
        for key in self.new:
            del self.known[key]
        self.new = outer
        return result


def _key(eqn: Eqn, local: dict[Atom, Any], stored: Stored) -> Any:
    """Return what equal equations share, or None for those that must not be merged."""
    if len(eqn.outs) > 1:
        return None
    if not isinstance(eqn.op, str):
        return _if_key(eqn, local, stored) if isinstance(eqn.op, If) else None
    if eqn.op == "require_real":
        constant = isinstance(eqn.args[1], Const)
        return ("require_real", eqn.args[0]) if constant else (eqn.op, eqn.args[2], "value")
    args: tuple[Any, ...] = eqn.args
    for arg in eqn.args:
        if arg.type is OPAQUE and isinstance(arg, Var):
            return None
    row = TABLE[eqn.op]
    if row.category == "sequence" and eqn.op not in ("item", "len"):
        if not (eqn.derivative and is_value(row)) or (row.view and eqn.args[0] in stored()):
            return None
    if local:
        args = tuple([local.get(arg, arg) for arg in args])
    if row.commutative and len(args) == 2 and hash(args[0]) > hash(args[1]):
        args = args[::-1]
    return ("np.size" if eqn.op == "shape_at" else eqn.op), args


def is_value(row: Row) -> bool:
    """Whether a function of arrays gives the same numbers each time; the user's own arrays stay apart."""
    made = row.typed is not None and row.jvp is not None
    return made and not row.mutates and row.name not in COPIES


def _if_key(eqn: Eqn, local: dict[Atom, Any], stored: Stored) -> Any:
    """Return the key of an IF of small arms without control flow of loops."""
    parts: list[Any] = ["if", local.get(eqn.args[0], eqn.args[0])]
    for block in eqn.blocks:
        if len(block.eqns) > SMALL:
            return None
        inner = dict(local)
        for inside in block.eqns:
            nested = any(e.blocks for b in inside.blocks for e in b.eqns)
            key = None if nested else _key(inside, inner, stored)
            if key is None or not inside.outs:
                return None
            parts.append(key)
            inner[inside.outs[0]] = ("local", len(inner))
        parts.append(tuple(inner.get(r, r) for r in block.results))
    return tuple(parts)
