"""Items of lists whose contents are known are those contents: a list that is made of numbers is numbers.

before                              after
    r = [x * y, x]                      return x * y + x
    return r[0] + r[1]
"""

from collections import Counter

from adjgen.ir.core import Atom, Block, Const, Eqn, Opaque, Var
from adjgen.ir.free import FreeVariables
from adjgen.ir.query import equations, kinds, substituted, use_counts
from adjgen.ir.types import is_mutable

MAKERS = {"listing", "filled", "joined", "with_item"}


def elements(block: Block) -> Block:
    """Return the block with items of known lists replaced by what was put there.

    Carried code that is given a list may change it, or keep it and change it later: then none is known.
    """
    found = kinds(block)
    if found.isdisjoint(MAKERS) or (Opaque in found and any(map(takes_list, equations(block)))):
        return block
    return _Elements().block(block)


def takes_list(eqn: Eqn) -> bool:
    """Whether an equation hands a list to carried code."""
    return isinstance(eqn.op, Opaque) and any(is_mutable(arg.type) for arg in eqn.args)


class _Elements:
    """The contents of lists, as far as they are known."""

    def __init__(self) -> None:
        self.contents: dict[Atom, tuple[Atom, ...]] = {}
        self.stores: dict[Atom, Eqn] = {}  # into lists of which nothing else is known
        self.cleared: set[Atom] = set()
        self.mapping: dict[Var, Atom] = {}
        self.free = FreeVariables()

    def block(self, block: Block) -> Block:
        eqns: list[Eqn] = []
        self.cleared |= cleared(block)
        for eqn in block.eqns:
            eqn = self.free.equation(eqn, self.mapping) if self.mapping else eqn
            if eqn.blocks:
                eqn = eqn.reading(eqn.args, tuple([self.block(inner) for inner in eqn.blocks]))
                eqns.append(eqn)
                continue
            if eqn.op == "item" and eqn.args[0] in self.cleared and len(eqn.args) == 2:
                eqn = self.past(eqn)
            if eqn.op in RULES and (value := self.value(eqn)) is not None:
                self.mapping[eqn.outs[0]] = value
                if isinstance(value, Var) and not value.label():
                    value.hint = eqn.outs[0].hint
                continue
            eqns.append(eqn)
        results = tuple(substituted(result, self.mapping) for result in block.results)
        return Block(block.params, tuple(eqns), results)

    def value(self, eqn: Eqn) -> Atom | None:
        """Return what an equation gives if that is known; note the contents of what it makes."""
        op, (first, *others) = eqn.op, eqn.args or (None,)
        known = self.contents.get(first) if first is not None else None
        if op == "listing":
            self.contents[eqn.outs[0]] = eqn.args
        elif op == "filled":
            count = whole(others[0])
            if count is not None and 0 <= count <= LARGEST and first is not None:
                self.contents[eqn.outs[0]] = (first,) * count
        elif known is None:
            return self.stored(eqn)
        elif op == "len":
            return Const(len(known))
        elif op == "item":
            k = whole(others[0])
            if k is None or not -len(known) <= k < len(known):
                return None
            return known[k] if len(others) == 1 else None
        elif op == "with_item":
            k = whole(others[1])
            if k is not None and len(others) == 2 and -len(known) <= k < len(known):
                changed = [*known]
                changed[k] = others[0]
                self.contents[eqn.outs[0]] = tuple(changed)
        elif op == "append":
            self.contents[eqn.outs[0]] = (*known, others[0])
        elif op == "joined" and (more := self.contents.get(others[0])) is not None:
            self.contents[eqn.outs[0]] = known + more
        return None

    def stored(self, eqn: Eqn) -> Atom | None:
        """Return what an item was set to, if that is known."""
        items = eqn.args[0]
        if eqn.op == "with_item" and len(eqn.args) == 3 and whole(eqn.args[2]) is not None:
            if eqn.derivative:  # nobody else has a name for an adjoint
                self.stores[eqn.outs[0]] = eqn
        elif eqn.op == "item" and len(eqn.args) == 2 and items in self.stores:
            store = self.stores[items]
            return store.args[1] if store.args[2] is eqn.args[1] else None
        return None

    def past(self, eqn: Eqn) -> Eqn:
        """Return an item of an adjoint read before the clearing of other items, which then nobody reads."""
        k, items = whole(eqn.args[1]), eqn.args[0]
        while items in self.cleared and k is not None and k >= 0:
            store = self.stores.get(items)
            other = whole(store.args[2]) if store is not None else None
            if store is None or other is None or other < 0 or other == k:
                break
            items = store.args[0]
        return eqn.reading((items, eqn.args[1]), ())


def cleared(block: Block) -> set[Atom]:
    """Return the lists that are adjoints with items set to zero, of which only items are read."""
    found: set[Atom] = set()
    uses, counted = use_counts(block), Counter[Atom]()
    for eqn in reversed(block.eqns):
        if eqn.op == "item" and len(eqn.args) == 2 and isinstance(eqn.args[1], Const):
            counted[eqn.args[0]] += 1
        elif eqn.op == "with_item" and uses[eqn.outs[0]] == counted[eqn.outs[0]]:
            if eqn.derivative and eqn.args[1] is Const(0.0) and len(eqn.args) == 3:
                found.add(eqn.outs[0])
                counted[eqn.args[0]] += 1
    return found


RULES = {"listing", "filled", "len", "item", "with_item", "append", "joined"}
LARGEST = 256  # items of a list whose contents are followed


def whole(atom: Atom) -> int | None:
    """Return the value of an integer constant."""
    return atom.value if isinstance(atom, Const) and type(atom.value) is int else None
