"""Returned derivatives share no memory: not with each other, nor with arguments, nor inside themselves.

before   return value, (bar, bar)        after   return value, (np.copy(bar), np.copy(bar))
"""

from collections.abc import Iterator
from dataclasses import replace

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Atom, Eqn, For, Function, If, Var
from adjgen.ir.query import equations
from adjgen.ir.shapes import rank

REPEATS = {"spread", "np.broadcast_to"}  # one number in the place of many


def unshared(function: Function, values: int) -> Function:
    """Return a derivative function with copies; its first results are values, which are the user's own."""
    results = function.body.results
    if not any(r.type.dtype for r in results[values:]):
        return function
    memory = Memory(function)
    taken = {*function.body.params, None}.union(*map(memory.of, results[:values]))
    eqns, new = list(function.body.eqns), list(results)
    wrt = function.about["wrt"] if function.about["product"] != "jvp" else ()
    for k, result in enumerate(results[values:], start=values):
        found = memory.of(result)
        if result.type.dtype and not taken.isdisjoint(found):
            alone = len(wrt) == len(results) - values
            copy = Var(f"{wrt[k - values]}_bar" if alone else "", result.type)
            op = "np.copy" if rank(result.type.shape) else "copied_array"
            eqns.append(Eqn((copy,), op, (result,), (), None, True))
            new[k] = copy
        taken |= found
    return replace(function, body=replace(function.body, eqns=tuple(eqns), results=tuple(new)))


class Memory:
    """In which variables' memory a value may lie."""

    def __init__(self, function: Function) -> None:
        self.sources: dict[Atom, list[Atom]] = {}
        self.repeats: set[Atom] = set()
        for eqn in equations(function.body):
            for out, sources in of_equation(eqn):
                self.sources.setdefault(out, []).extend(sources)
            if eqn.op in REPEATS:
                self.repeats.update(eqn.outs)

    def of(self, atom: Atom) -> set[Atom | None]:
        """Return these variables; None stands for memory that is used for several elements."""
        found: set[Atom | None] = set()
        seen, stack = {atom}, [atom]
        while stack:
            one = stack.pop()
            found.update([None] if one in self.repeats else [])
            sources = self.sources.get(one, [])
            if not sources and isinstance(one, Var):
                found.add(one)
            stack += [s for s in sources if s not in seen]
            seen.update(sources)
        return found


def of_equation(eqn: Eqn) -> Iterator[tuple[Atom, list[Atom]]]:
    """Yield what an equation (and its blocks) defines, with the variables whose memory that may be."""
    if isinstance(eqn.op, str):
        row = TABLE[eqn.op]
        same = row.view or row.mutates or eqn.op in ("stop_gradient", "item")
        for out in eqn.outs:
            yield out, list(eqn.args[:1]) if same else []
    elif isinstance(eqn.op, If):
        for k, out in enumerate(eqn.outs):
            yield out, [block.results[k] for block in eqn.blocks]
    elif isinstance(eqn.op, For):
        body, seqs = eqn.blocks[0], eqn.op.seqs
        for param, arg in zip(body.params, eqn.args):
            yield param, [arg]
        for k, out in enumerate(eqn.outs):
            start = list(eqn.args[seqs + k : seqs + k + 1]) if k < eqn.op.carried else []
            yield out, [*start, *body.results]
            if k < eqn.op.carried:
                yield body.params[seqs + k], [body.results[k]]
    else:  # a call, carried code, a try: any of its arrays
        inside = [result for block in eqn.blocks for result in block.results]
        for out in eqn.outs:
            yield out, [a for a in (*eqn.args, *inside) if a.type.dtype or a.type.element]
