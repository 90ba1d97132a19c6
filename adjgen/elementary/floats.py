"""Which values are floats for certain, whatever numbers the parameters are: read off the equations."""

from collections.abc import Iterable, Sequence

from adjgen.elementary.row import TABLE, Row
from adjgen.ir.core import Atom, Block, Call, Const, Eqn, For, If, Try, Var

NEUTRAL = {  # 0.0 - x becomes -x
    "add": (Const(0.0),), "sub": (Const(0.0),), "mul": (Const(0.0), Const(1.0), Const(-1.0)),
}  # fmt: skip
JOINED = {"max", "min"}  # one of their arguments, whichever
MADE = {"astype", "array_as", "asarray_as", "np.geomspace"}
MADE |= {f"np.{n}" for n in ("zeros", "ones", "empty", "eye", "identity", "linspace", "logspace")}
LIKE = {"np.zeros_like", "np.ones_like", "np.empty_like"}
KEPT = {"np.fmod", "np.floor", "np.ceil", "np.trunc", "np.asarray"}  # whole numbers stay such
PROMOTED = {  # floats if one of the arguments has them
    "np.where", "displayed", "stacked", "concatenated", "piled", "np.append", "matmul", "np.dot",
    "np.outer", "np.inner", "np.kron", "np.tensordot", "np.full",
}  # fmt: skip


class Floats:
    """The variables that are floats for certain, and the lists that loops collect of floats only."""

    def __init__(self, known: Iterable[Var] = ()) -> None:
        self.known: set[Var] = set(known)

    def has(self, atom: Atom) -> bool:
        """Whether a value is one."""
        return isinstance(atom.value, float) if isinstance(atom, Const) else atom in self.known

    def block(self, eqns: Sequence[Eqn]) -> None:
        """Look through equations, in order."""
        for eqn in eqns:
            if isinstance(eqn.op, str):
                if self.plain(eqn):
                    self.known.update(eqn.outs)
            else:
                self.known.update(out for out, sure in zip(eqn.outs, self.outs(eqn)) if sure)

    def results(self, block: Block) -> list[bool]:
        """Look through a block; return which of its results are."""
        self.block(block.eqns)
        return [self.has(result) for result in block.results]

    def plain(self, eqn: Eqn) -> bool:
        """Whether the value of an equation of a row is one; of a derivative without what folding takes out."""
        neutral = NEUTRAL.get(str(eqn.op), ()) if eqn.derivative else ()
        args = [arg for arg in eqn.args if arg not in neutral] if neutral else eqn.args
        return self.row(TABLE[str(eqn.op)], args)

    def row(self, row: Row, args: Sequence[Atom]) -> bool:
        """Whether the value of a row is a float."""
        if row.result not in ("real", "number") or row.outs > 1:
            return False
        if row.result == "real":
            return True
        given = [arg in self.known or self.has(arg) for arg in args]
        return False not in given if row.name in JOINED else True in given

    def outs(self, eqn: Eqn) -> list[bool]:
        """Return for each out of what is no row whether it is a float."""
        if isinstance(eqn.op, If):
            then, other = (self.results(block) for block in eqn.blocks)
            return [a and b for a, b in zip(then, other)]
        if isinstance(eqn.op, Try):
            return self.results(eqn.blocks[0])
        if isinstance(eqn.op, For):
            return self.loop(eqn, eqn.op)
        if isinstance(eqn.op, Call):
            return [eqn.derivative] * len(eqn.outs)  # the adjoint of a callee is linear in floats
        return [False] * len(eqn.outs)

    def loop(self, eqn: Eqn, op: For) -> list[bool]:
        """Return what is carried as floats: it starts as one, and every turn leaves one."""
        body = eqn.blocks[0]
        params = body.params[op.seqs :]
        carried = [self.has(arg) for arg in eqn.args[op.seqs :]]
        while True:
            before = set(self.known)
            self.known.update(p for p, sure in zip(params, carried) if sure)
            results = self.results(body)
            after = [a and b for a, b in zip(carried, results)]
            if after == carried:
                return carried + results[op.carried + op.exits :]
            self.known, carried = before, after


class FloatArrays(Floats):
    """The values that are floats for certain, arrays of them included."""

    def plain(self, eqn: Eqn) -> bool:
        """Whether the value of an equation is a float, or an array of floats."""
        row, args = TABLE[str(eqn.op)], eqn.args
        if row.name in MADE or row.name in LIKE and args[1] != Const(None):
            return True
        if row.name in PROMOTED and not eqn.derivative:
            return any(map(self.has, args))
        if row.name in KEPT or row.category in ("sequence", "none") and not eqn.derivative:
            return any(map(self.has, args[:1]))
        return self.row(row, args)
