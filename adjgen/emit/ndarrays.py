"""Lists become arrays of one dimension, filled by position: what numba compiles best.

before                                  after
    tape, x = for _ in range(n): ...        tape = nd_empty(n)
        collect x                           tape, x = for k in range(n): tape[k] = x

Only for text, and after stores were made to happen in place: here a list has one owner.
"""

from collections.abc import Sequence
from dataclasses import replace

from adjgen.elementary.lists import taken
from adjgen.elementary.row import row
from adjgen.emit.consumed import consumed, is_flat, numbers
from adjgen.emit.placed import Placement, Placements, added_up
from adjgen.ir.core import Atom, Block, Call, Const, Eqn, For, Function, Var
from adjgen.ir.query import closure, equations, fresh, moves, use_counts
from adjgen.ir.types import BOOL, INT, OPAQUE, REAL, Type, seq

for _name in ("nd_array", "nd_full", "nd_empty", "nd_zeros", "nd_copy", "nd_range", "nd_from_list"):
    row(_name, lambda *args: args, raises=False, variadic=True, category="sequence")
DTYPES = {REAL: 0, INT: 1, BOOL: 2}  # in the order of emit.numba.DTYPES
ZERO, ONE, NONE = Const(0), Const(1), Const(None)


def with_arrays(function: Function) -> Function:
    """Return the function with its lists as arrays."""
    return replace(function, body=Arrays(function).block(function.body))


class Arrays:
    """Rewrites one function."""

    def __init__(self, function: Function) -> None:
        eqns = list(equations(function.body))
        self.uses = use_counts(function.body)
        self.made_by: dict[Atom, Eqn] = {out: eqn for eqn in eqns for out in eqn.outs}
        self.kept_ranges(function.body, eqns)
        self.numbers = numbers(eqns)
        moved: dict[Atom, list[Atom]] = {}
        for eqn in eqns:
            for source, target in moves(eqn):
                moved.setdefault(target, []).append(source)
        self.owned = consumed(eqns) | closure(list(function.body.results), moved)
        self.places = Placements((), self.uses)  # what lists that loops collect become
        self.fronts: dict[Var, list[Eqn]] = {}  # what they become -> its first items
        self.sizes: dict[object, Atom] = {}  # what is walked -> its length, where that is known
        self.out: list[Eqn] = []

    def kept_ranges(self, body: Block, eqns: Sequence[Eqn]) -> None:
        """Note that a range which leaves its block, or goes to a function, is an array."""
        leaving = {*body.results, *(r for e in eqns for b in e.blocks for r in b.results)}
        leaving.update(arg for e in eqns if isinstance(e.op, Call) for arg in e.args)
        for out, eqn in self.made_by.items():
            if eqn.op == "range" and out in leaving:
                self.made_by[out] = replace(eqn, op="nd_range")

    def block(self, block: Block) -> Block:
        """Return a block with arrays."""
        outer, sizes, places, self.out = self.out, self.sizes, self.places, []
        self.sizes, self.places = dict(sizes), Placements(block.eqns, self.uses)
        for eqn in block.eqns:
            if self.places.needless.isdisjoint(eqn.outs):
                self.equation(eqn)
            self.out += self.fronts.pop(eqn.outs[0], []) if eqn.outs else []
        found = tuple(self.out)
        self.out, self.sizes, self.places = outer, sizes, places
        return Block(block.params, found, block.results)

    def value(self, op: str, args: Sequence[Atom], kind: Type = INT, hint: str = "") -> Var:
        """Write an equation with one new variable; return that."""
        out = Var(hint, kind)
        self.out.append(Eqn((out,), op, tuple(args)))
        return out

    def dtype(self, var: Var) -> Const:
        """Return the type of the numbers of an array as a constant."""
        return Const(DTYPES.get(self.numbers.get(var) or REAL, 0))

    def equation(self, eqn: Eqn) -> None:
        """Write one equation, its lists as arrays."""
        if eqn.blocks:
            blocks = tuple([self.filled(eqn, block) for block in eqn.blocks])
            eqn = eqn.reading(self.given(eqn), blocks)
        if isinstance(eqn.op, For):
            eqn = added_up(eqn, eqn.op, self.places.sums)
            assert isinstance(eqn.op, For)
            self.loop(eqn, eqn.op)
        elif isinstance(eqn.op, str):
            self.out += self.row(eqn, eqn.op)
        else:
            self.out.append(eqn)

    def given(self, eqn: Eqn) -> tuple[Atom, ...]:
        """Return the arguments of an equation with blocks, an array where a list is empty."""
        if not isinstance(eqn.op, For):
            return eqn.args
        slots = (*eqn.args[: eqn.op.seqs], *eqn.outs[: eqn.op.carried])
        return tuple([self.empty(a, o) for a, o in zip(eqn.args, slots)])

    def filled(self, eqn: Eqn, block: Block) -> Block:
        """Return a block of an equation, an array where a list that it gives is empty."""
        found = self.block(block)
        outer, self.out = self.out, list(found.eqns)
        results = [self.empty(r, o) for r, o in zip(found.results, eqn.outs)]
        found = Block(found.params, tuple(self.out), (*results, *found.results[len(results) :]))
        self.out = outer
        return found

    def empty(self, atom: Atom, out: Atom) -> Atom:
        """Return an array without items in the place of an empty tuple, which is the tape of no turn."""
        if atom == Const(()) and isinstance(out, Var) and is_flat(out.type):
            return self.value("nd_array", [self.dtype(out)], out.type)
        return atom

    # ---- rows

    def row(self, eqn: Eqn, op: str) -> list[Eqn]:
        """Return the equations of a row."""
        if not eqn.outs or not any(a.type.element for a in (*eqn.args, *eqn.outs)):
            return [eqn]
        (out, *_), args = eqn.outs, eqn.args
        if op == "add_part" and is_flat(out.type):
            place = self.value("slice", args[2:], OPAQUE)
            return [replace(eqn, op="part_plus", args=(*args[:2], place))]
        if op in ("bool", "not"):
            length, test = self.value("len", args), "gt" if op == "bool" else "eq"
            return [replace(eqn, op=test, args=(length, ZERO))]
        if op == "unpacked":
            star = [a.value for a in args[1:] if isinstance(a, Const)]
            return [self.unpacked(o, args[0], *taken(k, star)) for k, o in enumerate(eqn.outs)]
        if not is_flat(out.type):
            return [eqn]
        if op == "range":
            return [self.made_by[out]]
        if op == "listing":
            return [replace(eqn, op="nd_array", args=(*args, self.dtype(out)))]
        if op == "filled":
            count = args[1]
            if not isinstance(count, Const) and self.op_of(count) != "len":
                count = self.value("max", [ZERO, count])
            if args[0] == Const(0.0):
                return [replace(eqn, op="nd_zeros", args=(count, self.dtype(out)))]
            return [replace(eqn, op="nd_full", args=(args[0], count, self.dtype(out)))]
        if op == "copied_1":
            return [self.copy(eqn, args[0])]
        if op == "part" and out in self.owned:
            return [self.copy(eqn, self.value("part", args, out.type))]
        if op == "part" and args[0] in self.owned:
            return [self.copy(eqn, self.value("part", args, out.type))]
        if op == "backwards" and self.op_of(args[0]) == "range":
            out.hint = out.hint or "turns"
            return [replace(eqn, op="range", args=self.fallen(self.made_by[args[0]].args))]
        return [eqn]

    def op_of(self, atom: Atom) -> object:
        """Return the row that made a value."""
        return self.made_by[atom].op if atom in self.made_by else ""

    def copy(self, eqn: Eqn, items: Atom) -> Eqn:
        """Return the equation that copies an array, or a range, for the out of another."""
        if self.op_of(items) == "range":
            items = self.value("nd_range", self.made_by[items].args, items.type)
        return replace(eqn, op="nd_copy", args=(items, self.dtype(eqn.outs[0])))

    def unpacked(self, out: Var, items: Atom, name: str, where: tuple[object, ...]) -> Eqn:
        """Return the equation of one name of an unpacking."""
        args = (items, *[Const(one) for one in where])
        if name == "part":
            args = (self.value("part", args, out.type), self.dtype(out))
        return Eqn((out,), "nd_copy" if name == "part" else name, args)

    def fallen(self, args: tuple[Atom, ...]) -> tuple[Atom, ...]:
        """Return the arguments of a range in the opposite order."""
        start, stop, step = args if len(args) == 3 else (*(ZERO, *args)[-2:], ONE)
        if step == ONE:
            before = Const(-1) if start == ZERO else self.value("sub", [start, ONE])
            return self.value("sub", [stop, ONE]), before, Const(-1)
        turns = self.value("len", [self.value("range", args, seq(INT))])
        way = self.value("mul", [turns, step])
        last = self.value("sub", [self.value("add", [start, way]), step])
        return last, self.value("sub", [start, step]), self.value("neg", [step])

    # ---- loops

    def loop(self, eqn: Eqn, op: For) -> None:
        """Write a loop that puts into arrays what it collected in lists."""
        first, body = op.carried + op.exits, eqn.blocks[0]
        kept = [k for k, out in enumerate(eqn.outs[op.carried :]) if self.uses[out]]
        flat = [k for k in kept if is_flat(eqn.outs[op.carried + k].type)]
        others = [k for k in kept if k not in flat]
        if not op.seqs:
            return self.turned(eqn, op, flat)
        if not flat:
            return self.out.append(eqn)
        size = self.size(eqn.args[: op.seqs])
        places = [self.places.found.get(out, Placement(out)) for out in eqn.outs[op.carried :]]
        rooms = [self.room(places[k], size) for k in flat]
        args, params, added = [*eqn.args, *rooms], list(body.params), list[Eqn]()
        index, counts = self.index(eqn, op, size, args, params)
        outs, results = list(eqn.outs[: op.carried]), list(body.results[: op.carried])
        ends: list[Eqn] = []
        for k in flat:
            place, slot = places[k], fresh(places[k].out)
            params.append(slot)
            last = self.more(size, len(place.front) - 1) if place.backwards else size
            spot = place.spot(index, last, added)
            added.append(Eqn((fresh(slot),), "with_item", (slot, body.results[first + k], spot)))
            results += added[-1].outs
            outs.append(fresh(place.out) if counts or place.front else place.out)
            if counts:
                ends.append(Eqn((place.out,), "part", (outs[-1], NONE, counts[1], NONE)))
            elif place.front:
                self.fronts[place.out] = place.in_front(outs[-1])
            elif place.like is None:
                self.sizes[place.out] = size
        if counts:
            args.append(ZERO)
            params.append(index)
            added.append(Eqn((counts[0],), "add", (index, ONE)))
            results.append(counts[0])
            outs.append(counts[1])
        new = replace(op, seqs=len(args) - len(outs), carried=len(outs))
        results += [*body.results[op.carried : first], *[body.results[first + k] for k in others]]
        outs += [eqn.outs[op.carried + k] for k in others]
        tests = [self.tested(test, new.carried) for test in eqn.blocks[1:]]
        blocks = (Block(tuple(params), (*body.eqns, *added), tuple(results)), *tests)
        self.out.append(replace(eqn, outs=tuple(outs), op=new, args=tuple(args), blocks=blocks))
        self.out += ends

    def room(self, place: Placement, size: Atom) -> Var:
        """Return an array for what so many turns collect."""
        count, op = self.more(size, len(place.front)), "nd_empty"
        if place.like is not None:
            count, op = self.length(place.like), "nd_zeros"
        return self.value(op, [count, self.dtype(place.out)], place.out.type, place.out.hint)

    def more(self, size: Atom, number: int) -> Atom:
        """Return a size with a constant added."""
        if number and (size, number) not in self.sizes:
            op, hint = ("add", "size") if number > 0 else ("sub", "last")
            self.sizes[size, number] = self.value(op, [size, Const(abs(number))], hint=hint)
        return self.sizes[size, number] if number else size

    def index(
        self, eqn: Eqn, op: For, size: Atom, args: list[Atom], params: list[Var]
    ) -> tuple[Var, tuple[Var, Var] | None]:
        """Return where a turn puts its values; of a loop that may stop also the count, after a turn and at the end."""
        if op.exits:
            return Var("count", INT), (Var("count", INT), Var("count", INT))
        for k, walked in enumerate(eqn.args[: op.seqs]):
            made = self.made_by.get(walked)
            if made is not None and made.op == "range" and len(made.args) == 1:
                if params[k].hint == "_":  # which says that nobody reads it
                    params[k].hint = "k"
                return params[k], None
        args.insert(0, self.value("range", [size], seq(INT)))
        params.insert(0, Var("k", INT))
        return params[0], None

    def turned(self, eqn: Eqn, op: For, flat: list[int]) -> None:
        """Write a loop of unknown length, its lists turned to arrays behind it."""
        body, outs, ends = eqn.blocks[0], list(eqn.outs), list[Eqn]()
        results, first, floats = list(body.results), op.carried + op.exits, list[Eqn]()
        for k in flat:
            out = outs[op.carried + k]
            outs[op.carried + k] = grown = Var(f"{out.hint or 'tape'}_list", out.type)
            ends.append(Eqn((out,), "nd_from_list", (grown,)))
            if self.numbers.get(out, REAL) == REAL:  # a state may begin as a whole number
                floats.append(Eqn((Var("", REAL),), "float", (results[first + k],)))
                results[first + k] = floats[-1].outs[0]
        body = Block(body.params, (*body.eqns, *floats), tuple(results))
        eqn = replace(eqn, outs=tuple(outs), blocks=(body, *eqn.blocks[1:]))
        self.out += [eqn, *ends]

    def tested(self, test: Block, carried: int) -> Block:
        """Return the condition of a loop that carries more."""
        more = [Var("", REAL) for _ in range(carried - len(test.params))]
        return Block((*test.params, *more), test.eqns, test.results)

    def size(self, walked: Sequence[Atom]) -> Atom:
        """Return how many turns a loop over sequences has."""
        found = list(dict.fromkeys([self.length(one) for one in walked]))
        return found[0] if len(found) == 1 else self.value("min", found, hint="size")

    def length(self, walked: Atom) -> Atom:
        """Return the length of a sequence."""
        while self.op_of(walked) == "backwards":
            walked = self.made_by[walked].args[0]
        made = self.made_by.get(walked)
        ranged = made is not None and made.op == "range"
        key = made.args if made is not None and ranged else walked
        if key not in self.sizes:
            if made is not None and ranged:
                walked = self.value("range", made.args, seq(INT))
            self.sizes[key] = self.value("len", [walked], hint="size")
        return self.sizes[key]
