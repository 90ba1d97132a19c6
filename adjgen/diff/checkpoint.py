"""Loops that keep their state only at the start of each segment: 2 * sqrt(n) states instead of n.

before                          after
    for i in range(n): BODY         for start in range(0, n, stride):
                                        for i in range(n)[start : start + stride]: BODY
The adjoint of the outer loop computes a segment again, now with a tape, before it walks it backwards.
"""

from collections.abc import Mapping
from dataclasses import replace

from adjgen.diff.reverse import Adjoints, Reverse
from adjgen.diff.reverse_loop import loop
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Call, Const, Eqn, For, Function, Module, Opaque, Try, Var
from adjgen.ir.query import called, equations, fresh
from adjgen.ir.types import BOOL, INT, seq


def checkpointed(self: Reverse, eqn: Eqn, bars: Adjoints, builder: Builder) -> list[Eqn]:
    """Write the adjoint of a loop that is to be checkpointed; return what stands for the loop.

    Where there is no tape, or none once each turn is computed again, there is nothing to split.
    """
    assert isinstance(eqn.op, For)
    plain = replace(eqn.op, checkpoint=0)
    for op in (plain, replace(plain, again=True)):
        whole = replace(eqn, op=op)
        tried = loop(self, whole, op, dict(bars), builder.nested())
        if isinstance(tried.op, For) and len(tried.outs) == tried.op.carried:
            return [loop(self, whole, op, bars, builder)]
    *before, outer = segmented(self, replace(eqn, op=plain), eqn.op.checkpoint)
    assert isinstance(outer.op, For)
    return [*before, loop(self, outer, outer.op, bars, builder)]


def segmented(self: Reverse, eqn: Eqn, fewest: int) -> list[Eqn]:
    """Return a loop as a loop over segments, behind what that needs; one segment below `fewest` turns."""
    body, op, walked = eqn.blocks[0], eqn.op, eqn.args[0]
    assert isinstance(op, For)
    builder = Builder(eqn.loc)
    (turns,) = builder.emit("len", (walked,), [INT], ["turns"])
    stride = _stride(builder, turns, fewest)
    (starts,) = builder.emit("range", (Const(0), turns, stride), [seq(INT)], ["starts"])
    start, inner = Var("start", INT), Builder(eqn.loc)
    (stop,) = inner.emit("add", (start, stride), [INT])
    (segment,) = inner.emit("part", (walked, start, stop, Const(None)), [walked.type])
    params = tuple(fresh(param) for param in body.params[1:])
    outs = tuple(fresh(out) for out in eqn.outs)
    inner.append(replace(eqn, args=(segment, *params), outs=outs))
    pairs = [(segment, walked), *zip(params, body.params[1:]), *zip(outs, eqn.outs)]
    pairs += zip(outs, body.params[1:])  # what a segment leaves is what the next one starts with
    self.active |= {new for new, old in pairs if old in self.active}
    whole = inner.block(outs, (start, *params))
    args = (starts, *eqn.args[1:])
    builder.append(replace(eqn, op=replace(op, again=True), args=args, blocks=(whole,)))
    return builder.eqns


def _stride(builder: Builder, turns: Atom, fewest: int) -> Atom:
    """Write the length of a segment: the next number above the root."""

    def root(into: Builder) -> Atom:
        (found,) = into.emit("isqrt", (turns,), [INT])
        return into.emit("add", (found, Const(1)), [INT], ["stride"])[0]

    if fewest < 2:
        return root(builder)
    (short,) = builder.emit("lt", (turns, Const(fewest)), [BOOL])
    then, other = builder.nested(), builder.nested()
    (whole,) = then.emit("add", (turns, Const(1)), [INT])
    arms = then.block([whole]), other.block([root(other)])
    return builder.branch(short, *arms, ["stride"])[0]


def obstacle(eqn: Eqn, functions: Mapping[str, Function]) -> str:
    """Return why a loop cannot be checkpointed, nothing if it can."""
    op = eqn.op
    assert isinstance(op, For)
    if not op.seqs:
        return "a `while` loop, which cannot tell how many turns it will take"
    if op.exits or op.tested:
        return "a loop that may end before its last turn"
    if op.seqs > 1 or not eqn.args[0].type.element:
        return "a loop over something else than one range or list of numbers"
    if any(_is_noticed(inner, functions) for inner in equations(eqn.blocks[0])):
        return "a loop with side effects, which would happen twice"
    return ""


def _is_noticed(eqn: Eqn, functions: Mapping[str, Function]) -> bool:
    """Whether somebody notices that an equation is computed once more."""
    if isinstance(eqn.op, Call):
        name = eqn.op.function
        reached = [name, *called(Module(functions[name], dict(functions)))]
        every = (inner for one in reached for inner in equations(functions[one].body))
        return any(isinstance(e.op, Opaque) and not e.op.payload.repeatable for e in every)
    return isinstance(eqn.op, Opaque) and not eqn.op.payload.repeatable


def marked(module: Module, fewest: int) -> Module:
    """Return a module in which every loop that can be checkpointed is to be, from so many turns on."""

    def block(old: Block) -> Block:
        return replace(old, eqns=tuple(map(equation, old.eqns)))

    def equation(eqn: Eqn) -> Eqn:
        if not eqn.blocks or isinstance(eqn.op, Try):
            return eqn
        op = eqn.op
        if isinstance(op, For) and op.carried and len(eqn.outs) == op.carried:
            if not op.checkpoint and not obstacle(eqn, module.functions):
                op = replace(op, checkpoint=fewest)
        return replace(eqn, op=op, blocks=tuple(map(block, eqn.blocks)))

    functions = {n: replace(f, body=block(f.body)) for n, f in module.functions.items()}
    main = replace(module.main, body=block(module.main.body))
    if module.functions.get(main.name) is module.main:
        functions[main.name] = main
    return Module(main, functions)
