"""The listing of a function in the notation x_i = g_i(x_Pa(x_i)), with the user's names and lines.

Control flow is text around the equations; what a branch or loop results in stands behind it, each
out on a line of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Union

from adjgen.ir.core import UNBOUND, Atom, Block, Eqn, For, Function, If, Root, Try, Var
from adjgen.ir.integrals import Integral
from adjgen.ir.spelling import applied, leaf_names, names_of, place, spelled, structure, turns

WIDEST = 72  # characters of a line of control flow
DEEPEST = 12  # steps of indentation; what is nested more deeply has its depth written in front


@dataclass(frozen=True)
class Line:
    """A line of a listing: what it defines, the text, the user's name or a remark, parents, place."""

    text: str
    depth: int = 0
    outs: tuple[str, ...] = ()
    name: str = ""
    parents: tuple[str, ...] = ()
    place: str = ""

    def indented(self) -> str:
        """Return the text behind its indentation."""
        return indented(self.text, self.depth)


Item = Union[Line, Callable[[], "Iterable[Item]"]]  # a line, or what makes lines later


def listing(function: Function) -> str:
    """Return the equations of a function as text.

    >>> from adjgen.ir.build import Builder
    >>> from adjgen.ir.core import Param
    >>> from adjgen.ir.types import REAL
    >>> builder, x = Builder(), Var("x", REAL)
    >>> (y,) = builder.emit("mul", (x, x), [REAL], ["y"])
    >>> print(listing(Function("f", (Param("x", (x,), differentiable=True),), builder.block([y], [x]))))
    x_1 = x              input
    x_2 = mul(x_1, x_1)  y      Pa: x_1
    return x_2
    """
    rows = []
    for line in lines(function):
        parents = f"Pa: {', '.join(line.parents)}" if line.parents else ""
        rows.append((line.indented(), line.name, parents, line.place))
    return columns(rows, (44, 16, 24))


def columns(rows: Iterable[tuple[str, ...]], most: tuple[int, ...]) -> str:
    """Return rows in columns, each at most so wide; a longer cell pushes the others to the right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows)]
    limits = [min(width, limit) for width, limit in zip(widths, (*most, *widths[len(most) :]))]
    found = []
    for row in rows:
        text, at = "", 0
        for cell, width in zip(row, limits):
            if cell:
                text = text.ljust(at) + ("  " if len(text) > at - 2 and at else "") + cell
            at += (width + 2) if width else 0
        found.append(text.rstrip())
    return "\n".join(found)


def indented(text: str, depth: int) -> str:
    """Return a text behind its indentation."""
    return "    " * min(depth, DEEPEST) + (f"[{depth}] " if depth > DEEPEST else "") + text


def lines(function: Function) -> Iterator[Line]:
    """Yield the lines of a listing, as deep as blocks are nested and without recursion."""
    pending: list[Item] = [Lister(function).whole]
    while pending:
        item = pending.pop()
        if isinstance(item, Line):
            yield item
        else:
            pending += reversed(list(item()))


class Lister:
    """Makes the lines of one function."""

    def __init__(self, function: Function) -> None:
        self.function, self.names = function, names_of(function)
        results = function.body.results
        self.value = results[0] if len(results) == 1 else None

    def spell(self, atom: Atom) -> str:
        return spelled(atom, self.names)

    def whole(self) -> Iterator[Item]:
        """Yield inputs, equations, and what is returned."""
        body, sweep = self.function.body, "product" in self.function.about
        for param in self.function.params:
            passive = "" if sweep or param.differentiable else " (passive)"
            for var, leaf in zip(param.vars, leaf_names(param.name, param.tree)):
                name = self.names[var]
                text = name if name == leaf else f"{name} = {leaf}"
                yield Line(text, 0, (name,), f"input{passive}")
        yield partial(self.block, body, 0)
        results = map(self.spell, body.results)
        yield Line(f"return {structure(self.function.result, results)}")

    def block(self, block: Block, depth: int) -> Iterator[Item]:
        """Yield the lines of equations."""
        for eqn in block.eqns:
            if isinstance(eqn.op, If):
                yield from self.branch(eqn, depth)
            elif isinstance(eqn.op, Try):
                yield from self.attempt(eqn, depth)
            elif isinstance(eqn.op, For):
                yield from self.loop(eqn, eqn.op, depth)
            elif isinstance(eqn.op, Root):
                yield from self.root(eqn, depth)
            else:
                text = applied(eqn, self.names, self.function)
                yield self.line(eqn, depth, eqn.outs, text, eqn.args)

    def line(
        self, eqn: Eqn, depth: int, outs: Iterable[Var], text: str, parents: Iterable[Atom]
    ) -> Line:
        """Return the line `outs = text`."""
        names = tuple(self.names[var] for var in outs)
        hints = [var.hint or "value" * (var is self.value) for var in outs]
        shown = ", ".join(h for h, name in zip(hints, names) if h and name.split(".")[0] != h)
        known = dict.fromkeys(self.names[atom] for atom in parents if isinstance(atom, Var))
        text = f"{', '.join(names)} = {text}" if names else text
        return Line(text, depth, names, shown, tuple(known), place(eqn, self.function))

    def branch(self, eqn: Eqn, depth: int) -> Iterator[Item]:
        """Yield both arms, and the choice for each out."""
        (test,), (then, other) = eqn.args, eqn.blocks
        if then.eqns:
            yield self.line(eqn, depth, (), f"if {self.spell(test)}:", (test,))
            yield partial(self.block, then, depth + 1)
        if other.eqns and then.eqns:
            yield Line("else:", depth)
        elif other.eqns:
            yield self.line(eqn, depth, (), f"if not {self.spell(test)}:", (test,))
        yield partial(self.block, other, depth + 1)
        for out, a, b in zip(eqn.outs, then.results, other.results):
            choice = f"{self.spell(a)} if {self.spell(test)} else {self.spell(b)}"
            yield self.line(eqn, depth, (out,), choice, (test, a, b))

    def root(self, eqn: Eqn, depth: int) -> Iterator[Item]:
        """Yield the residual or integrand, which is not computed, and the root or integral."""
        (block,), inside = eqn.blocks, "integrand" if isinstance(eqn.op, Integral) else "residual"
        yield Line(f"{inside} of {self.names[block.params[0]]}:", depth)
        yield partial(self.block, block, depth + 1)
        yield Line(f"is {self.spell(block.results[0])}", depth + 1)
        yield self.line(eqn, depth, eqn.outs, applied(eqn, self.names, self.function), eqn.args)

    def attempt(self, eqn: Eqn, depth: int) -> Iterator[Item]:
        """Yield the body and the handlers, and what each out is where the body ends."""
        yield self.line(eqn, depth, (), "try:", ())
        yield partial(self.block, eqn.blocks[0], depth + 1)
        for kind, handler in zip(eqn.args, eqn.blocks[1:]):
            (error,) = handler.params
            text = f"except {self.spell(kind)} as {self.names[error]}:"
            yield Line(text, depth, (self.names[error],), error.hint)
            yield partial(self.block, handler, depth + 1)
        for k, out in enumerate(eqn.outs):
            ends = [block.results[k] for block in eqn.blocks]
            text = " or ".join(self.spell(atom) for atom in ends if atom is not UNBOUND)
            yield self.line(eqn, depth, (out,), text, ends)

    def loop(self, eqn: Eqn, op: For, depth: int) -> Iterator[Item]:
        """Yield the header, the test, the body, what the next turn starts with, and the outs."""
        body, names = eqn.blocks[0], self.names
        params, split = body.params[op.seqs :], op.carried + op.exits
        collected = body.results[split:]
        yield from self.header(eqn, op, depth)
        if op.tested:
            yield partial(self.block, eqn.blocks[1], depth + 1)
            yield Line(f"leave unless {self.spell(eqn.blocks[1].results[0])}", depth + 1)
        yield partial(self.block, body, depth + 1)
        if collected:
            yield from folded("collect", map(self.spell, collected), depth + 1)
        changes = [f"{names[p]} = {self.spell(r)}" for p, r in zip(params, body.results) if p != r]
        if changes:
            yield from folded("next", changes, depth + 1)
        if op.exits:
            yield Line(f"leave if {self.spell(body.results[op.carried])}", depth + 1)
        for out, param in zip(eqn.outs, params):
            yield self.line(eqn, depth, (out,), f"last {names[param]}", (param,))
        for out, item in zip(eqn.outs[op.carried :], collected):
            yield self.line(eqn, depth, (out,), f"list of {self.spell(item)}", (item,))

    def header(self, eqn: Eqn, op: For, depth: int) -> Iterator[Item]:
        """Yield what a loop walks and carries."""
        params, walked = eqn.blocks[0].params, turns(eqn, op, self.names)
        starts = zip(params[op.seqs :], eqn.args[op.seqs :], strict=True)
        carried = [f"{self.names[var]} = {self.spell(atom)}" for var, atom in starts]
        texts = (
            folded(f"{walked} carrying", carried, depth, ":") if carried else [Line(f"{walked}:")]
        )
        first, *more = texts
        about = self.line(eqn, depth, (), first.text, eqn.args)
        hints = ", ".join(
            dict.fromkeys(v.hint for v in params if v.hint not in ("", self.names[v]))
        )
        yield replace(about, outs=tuple(self.names[var] for var in params), name=hints)
        yield from more


def folded(head: str, parts: Iterable[str], depth: int, end: str = "") -> list[Line]:
    """Return `head part, part, ...` as one line, or as more if it is long."""
    texts = [head]
    for k, part in enumerate(parts):
        text = texts[-1] + (", " if k else " ") + part
        if len(text) > WIDEST and k:
            texts[-1] += ","
            text = f"    {part}"
            texts.append(text)
        texts[-1] = text
    texts[-1] += end
    return [Line(text, depth) for text in texts]
