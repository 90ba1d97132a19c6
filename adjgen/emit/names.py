"""Names for variables: out of SSA. A carried value, its start, its parameter and its out share a name.

Two variables may share one if their lives do not overlap; a life is the stretch of statements from
the assignment to the last use, and through a whole loop for what comes from outside it.
"""

import keyword
from collections.abc import Collection, Iterable

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Block, Eqn, For, If, Opaque, Try, Var
from adjgen.ir.payload import Payload
from adjgen.ir.query import equations
from adjgen.ir.types import INT, REAL

Life = tuple[int, int]


def early(eqn: Eqn, op: For) -> dict[int, tuple[Atom, ...]]:
    """Return which results of a loop's body go into their lists at the start of a turn, and their parts.

    That is what the turn begins with: `tape.append(x)` before `x = r * x`, which may then have the name.
    """
    if op.exits or op.tested or not op.seqs:
        return {}
    body = eqn.blocks[0]
    packs: dict[Atom, tuple[Atom, ...]] = {e.outs[0]: e.args for e in body.eqns if e.op == "pack"}
    given = set(body.params)
    collected = list(enumerate(body.results))[op.carried :]
    parts = {k: packs.get(result, (result,)) for k, result in collected}
    return {k: atoms for k, atoms in parts.items() if given.issuperset(atoms)}


class Lives:
    """When each variable lives, counted in statements."""

    def __init__(self, body: Block, inlined: set[Var]) -> None:
        self.inlined = inlined
        self.made_by: dict[Atom, Eqn] = {}
        self.born: dict[Var, int] = {}
        self.last: dict[Var, int] = {}
        self.moves: list[tuple[Var, Var]] = []  # pairs that would like to share a name
        self.alias: dict[Var, Var] = {}  # parameters of conditions -> those of bodies
        self.now = 0
        self.loops = 0  # around the block that is walked: what they use lives to their end
        self.define(body.params)
        self.block(body)

    def life(self, var: Var) -> Life:
        """Return birth and last use; what is never used still occupies its place for a moment."""
        born = self.born[var]
        return born, max(self.last.get(var, 0), born + 1)

    def define(self, variables: Iterable[Var]) -> None:
        """Mark variables as assigned now."""
        for var in variables:
            self.born[var] = self.now

    def read(self, atoms: Iterable[Atom], used: set[Var]) -> None:
        """Mark variables as used now, also those inside expressions that are written here."""
        stack = [a for a in atoms if isinstance(a, Var)]
        inlined, alias, last, now = self.inlined, self.alias, self.last, self.now
        looping = self.loops > 0
        while stack:
            var = stack.pop()
            if var not in inlined:
                if alias:
                    var = alias.get(var, var)
                last[var] = now
                if looping:
                    used.add(var)
                continue
            eqn = self.made_by[var]
            stack += [a for a in eqn.args if isinstance(a, Var)]
            for block in eqn.blocks:
                stack += [a for a in block.results if isinstance(a, Var)]
                self.made_by.update((out, e) for e in block.eqns for out in e.outs)

    def block(self, block: Block, before: Collection[int] = ()) -> set[Var]:
        """Walk a block; return the variables that it uses, if a loop is around it.

        `before` are the results that are used before all else.
        """
        used: set[Var] = set()
        for eqn in block.eqns:
            for out in eqn.outs:
                self.made_by[out] = eqn
            if len(eqn.outs) == 1 and eqn.outs[0] in self.inlined:
                if eqn.blocks or eqn.op == "unpack":
                    self.comprehensions(eqn)
                continue
            self.now += 2
            if isinstance(eqn.op, str):
                self.read(eqn.args, used)
                for out in eqn.outs:
                    self.born[out] = self.now
                if TABLE[eqn.op].mutates and isinstance(eqn.args[0], Var):
                    self.moves.append((eqn.outs[0], eqn.args[0]))
                continue
            start = self.now
            self.read(eqn.args[eqn.op.seqs :] if isinstance(eqn.op, For) else eqn.args, used)
            if isinstance(eqn.op, If):
                used |= self.arms(eqn)
            elif isinstance(eqn.op, Try):
                used |= self.attempt(eqn)
                continue
            elif isinstance(eqn.op, For):
                used |= self.loop(eqn, eqn.op)
            elif isinstance(eqn.op, Opaque):
                self.carried(eqn, eqn.op.payload)
            self.define(eqn.outs)
            if isinstance(eqn.op, For):  # lists exist before their loop
                self.born.update(dict.fromkeys(eqn.outs[eqn.op.carried :], start))
        self.now += 2
        self.read([r for k, r in enumerate(block.results) if k not in before], used)
        return used

    def comprehensions(self, eqn: Eqn) -> None:
        """Mark the elements of loops inside an expression as assigned: they live to its use."""
        self.now += 2 if eqn.blocks else 0
        for inner in (eqn, *(e for block in eqn.blocks for e in equations(block))):
            self.define(inner.outs if inner.op == "unpack" else ())
            for block in inner.blocks:
                self.define(block.params)

    def arms(self, eqn: Eqn) -> set[Var]:
        """Walk the arms of an IF; one may change a list that an empty one leaves alone: that is read first."""
        used: set[Var] = set()
        for inner in eqn.blocks:
            self.read(() if inner.eqns else inner.results, used)
        for inner in eqn.blocks:
            used |= self.block(inner) if inner.eqns else set()
            self.moves += [(o, r) for o, r in zip(eqn.outs, inner.results) if isinstance(r, Var)]
        return used

    def attempt(self, eqn: Eqn) -> set[Var]:
        """Walk a try: outs get their values at the end of the body, before a handler may run."""
        used = self.block(eqn.blocks[0])
        self.define(eqn.outs)
        self.moves += [
            (o, r) for o, r in zip(eqn.outs, eqn.blocks[0].results) if isinstance(r, Var)
        ]
        for handler in eqn.blocks[1:]:
            self.now += 2
            self.read(eqn.args, used)  # what is caught is asked for when something was raised
            self.define(handler.params)
            used |= self.block(handler)
        return used

    def carried(self, eqn: Eqn, payload: Payload) -> None:
        """Walk carried code, which assigns its names somewhere in the middle of it."""
        self.now += 2
        if not payload.is_expression:
            self.outlive(payload, eqn)
        args = [a for a in eqn.args if isinstance(a, Var)]
        self.moves += [(o, a) for o in eqn.outs for a in args if a.hint == o.hint]

    def outlive(self, payload: Payload, eqn: Eqn) -> None:
        """Keep what carried statements read alive while they assign: they may read it last of all."""
        for name, arg in zip(payload.reads, eqn.args):
            if isinstance(arg, Var) and name not in payload.writes:
                self.last[arg] = max(self.last.get(arg, 0), self.now + 1)

    def loop(self, eqn: Eqn, op: For) -> set[Var]:
        """Walk a loop: what it uses from outside lives to its end."""
        start, body = self.now, eqn.blocks[0]
        self.loops += 1
        self.define(body.params[op.seqs :])
        self.now += 2  # carried values get their first value before the header is evaluated
        used: set[Var] = set()
        self.read(eqn.args[: op.seqs], used)
        self.define(body.params[: op.seqs])
        if op.tested:
            self.alias.update(zip(eqn.blocks[1].params, body.params[op.seqs :]))
            used |= self.block(eqn.blocks[1])
            for param in body.params[
                op.seqs :
            ]:  # the body still needs what the condition left alone
                self.last[param] = max(self.last.get(param, 0), self.now + 1)
        first = early(eqn, op)
        self.now += 2  # the header has assigned the elements by then
        self.read([atom for atoms in first.values() for atom in atoms], used)
        used |= self.block(body, first)
        self.loops -= 1
        self.now += 2
        slots = set(body.params)
        for var in used:
            if self.born[var] <= start and var not in slots:
                self.last[var] = self.now
        for k in range(op.carried):
            param, result, init = body.params[op.seqs + k], body.results[k], eqn.args[op.seqs + k]
            for other in (result, eqn.outs[k], init):
                if isinstance(other, Var):
                    self.moves.append((param, other))
        return used


class Names:
    """A name for every variable that has one."""

    def __init__(self, lives: Lives, fixed: dict[Var, str], avoid: set[str], style: str) -> None:
        self.lives = lives
        self.united: dict[Var, list[Var]] = {}  # the others that a variable shares its name with
        for a, b in lives.moves:
            self.unite(a, b, fixed)
        self.names: dict[Var, str] = {}
        self.taken: dict[str, list[Life]] = {}
        self.ends: dict[str, int] = {}  # when the last life of a name ends
        self.latest: dict[str, int] = {}  # the number that a base name got last
        self.kinds: dict[str, str] = {}  # what a name stands for, as far as type checkers mind
        for var, name in fixed.items():
            self.give(self.group(var), name)
        for var in sorted(lives.born, key=lives.born.__getitem__):
            if var not in self.names and var not in lives.inlined:
                group = self.group(var)
                self.give(group, self.free_name(group, avoid, style))
        self.names.update((c, self.names[p]) for c, p in lives.alias.items())

    def group(self, var: Var) -> list[Var]:
        """Return the variables that share the name of one, that one among them."""
        return self.united.get(var) or [var]

    def unite(self, a: Var, b: Var, fixed: dict[Var, str]) -> None:
        """Let two variables share a name if their lives allow it."""
        if (
            a in self.lives.inlined
            or b in self.lives.inlined
            or b not in self.lives.born
            or a not in self.lives.born
        ):
            return
        one, other = self.group(a), self.group(b)
        if len({v.hint for v in (*one, *other) if v.hint}) > 1:
            return  # they are different things to a reader
        if a is b or one is other or sum(v in fixed for v in (*one, *other)) > 1:
            return
        if disjoint([self.lives.life(v) for v in one], [self.lives.life(v) for v in other]):
            merged = one + other
            self.united.update(dict.fromkeys(merged, merged))

    def give(self, group: list[Var], name: str) -> None:
        """Name all variables of a group."""
        taken, end = self.taken.setdefault(name, []), self.ends.get(name, 0)
        self.kinds[name] = kind_of(group) or self.kinds.get(name, "")
        for var in group:
            self.names[var] = name
            taken.append(life := self.lives.life(var))
            if life[1] > end:
                end = life[1]
        self.ends[name] = end

    def free_name(self, group: list[Var], avoid: set[str], style: str) -> str:
        """Return the hint of a group, with a number if that is taken while the group lives."""
        hints = [v.hint for v in group if v.hint]
        labels = hints or [v.label() for v in group if v.number]
        unnamed = {"bool": "test", "int": "count"}.get(group[0].type.name, "d")
        base = labels[0] if labels else unnamed
        if style == "ssa":
            base = next((f"x_{v.number}" for v in group if v.number), base)
        if labels and base not in self.taken and base not in avoid and not keyword.iskeyword(base):
            return base
        lives, kind = [self.lives.life(v) for v in group], kind_of(group)
        if not labels:
            avoid = avoid | {unnamed}  # derivatives without a name are d_1, d_2, ...
        name, k = base, self.latest.get(base, 2 if labels else 1) - 1
        while name in avoid or keyword.iskeyword(name) or self.occupied(name, lives, kind):
            k += 1
            name = f"{base}_{k}"
            self.latest[base] = k
        return name

    def occupied(self, name: str, lives: list[Life], kind: str) -> bool:
        """Whether a name means something else during one of the lives, or something of another kind at any time."""
        taken = self.taken.get(name)
        if kind != self.kinds.get(name, kind) and kind and self.kinds[name]:
            return True
        if not taken or min(lives)[0] >= self.ends[name]:
            return False
        return not disjoint(lives, taken)


def kind_of(group: list[Var]) -> str:
    """Return "array", "int", "real", or what a list or a tape holds; "" where one name may stand for more."""
    kind = group[0].type
    if kind.dtype or kind.element:
        return str(kind) if kind.element else "array"
    return kind.name if kind in (REAL, INT) else ""


def disjoint(ones: list[Life], others: list[Life]) -> bool:
    """Whether no life of one list overlaps one of the other."""
    return all(a[1] <= b[0] or b[1] <= a[0] for a in ones for b in others)
