"""Questions about blocks that many passes ask, and copies of blocks with variables replaced."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from operator import attrgetter

from adjgen.ir.core import Atom, Block, Call, Eqn, For, Function, If, Module, Root, Try, Var

WITH_BLOCKS = (If, For, Root, Try)


def equations(block: Block) -> Iterator[Eqn]:
    """Yield the equations of a block and of the blocks inside, in order."""
    stack: list[Iterator[Eqn]] = [iter(block.eqns)]
    while stack:  # arms may be nested hundreds deep: generators in generators would cost that much
        for eqn in stack[-1]:
            yield eqn
            if eqn.blocks:
                stack.extend([iter(inner.eqns) for inner in reversed(eqn.blocks)])
                break
        else:
            stack.pop()


def kinds(block: Block) -> frozenset[object]:
    """Return what equations a block and the blocks inside have: names of rows, classes of other ops.

    Most passes and questions are about few kinds, and a block without them has nothing to look for.
    """
    if block.found is None:
        ops = set(map(attrgetter("op"), block.eqns))
        found: set[object] = {op for op in ops if isinstance(op, str)}
        found.update(cls for op in ops - found for cls in type(op).__mro__[:-1])
        if not found.isdisjoint(WITH_BLOCKS):
            for eqn in block.eqns:
                for inner in eqn.blocks:
                    found |= kinds(inner)
        block.found = frozenset(found)
    return block.found


def atoms(block: Block) -> Iterator[Atom]:
    """Yield every argument and result of a block and of the blocks inside, in order."""
    stack: list[tuple[Block, int]] = [(block, 0)]
    while stack:
        inside, k = stack.pop()
        if k == len(inside.eqns):
            yield from inside.results
            continue
        eqn = inside.eqns[k]
        yield from eqn.args
        stack.append((inside, k + 1))
        stack.extend((inner, 0) for inner in reversed(eqn.blocks))


def moves(eqn: Eqn) -> Iterable[tuple[Atom, Atom]]:
    """Yield (from, to) where control flow gives a value another name."""
    if isinstance(eqn.op, (If, Try)):
        for block in eqn.blocks:
            yield from zip(block.results, eqn.outs)
    elif isinstance(eqn.op, For):
        body, seqs = eqn.blocks[0], eqn.op.seqs
        for k in range(eqn.op.carried):
            for source in (eqn.args[seqs + k], body.results[k]):
                yield source, body.params[seqs + k]
                yield source, eqn.outs[k]


def closure(pending: list[Atom], sources: Mapping[Atom, Iterable[Atom]]) -> set[Atom]:
    """Return some variables and all that they come from, or become if that is what the mapping says."""
    found = set(pending)
    while pending:
        new = [source for source in sources.get(pending.pop(), ()) if source not in found]
        found.update(new)
        pending += new
    return found


def called(module: Module) -> list[str]:
    """Return the names of the functions that a module's main function calls, directly or not."""
    found: dict[str, None] = {}
    pending = [module.main]
    while pending:
        body = pending.pop().body
        for eqn in equations(body) if Call in kinds(body) else ():
            if isinstance(eqn.op, Call) and eqn.op.function not in found:
                found[eqn.op.function] = None
                pending.append(module.functions[eqn.op.function])
    return list(found)


def use_counts(block: Block) -> Counter[Atom]:
    """Return how often each variable is used, in nested blocks too."""
    found: list[Atom] = []
    pending = [block]
    while pending:
        inner = pending.pop()
        found += inner.results
        for eqn in inner.eqns:
            found += eqn.args
            pending += eqn.blocks
    return Counter([atom for atom in found if isinstance(atom, Var)])


def substituted(atom: Atom, mapping: Mapping[Var, Atom]) -> Atom:
    """Return what a variable is replaced by, or the atom itself."""
    return mapping.get(atom, atom) if isinstance(atom, Var) else atom


def fresh(var: Var) -> Var:
    """Return a new variable with the same hint and type."""
    return Var(var.hint, var.type, var.number)


def renewed(block: Block, mapping: dict[Var, Atom]) -> Block:
    """Return a copy in which every variable defined inside is new; `mapping` learns which."""
    params = tuple([_renew(param, mapping) for param in block.params])
    eqns = []
    for eqn in block.eqns:
        args = tuple([mapping.get(a, a) if isinstance(a, Var) else a for a in eqn.args])
        blocks = tuple([renewed(inner, mapping) for inner in eqn.blocks]) if eqn.blocks else ()
        outs = tuple([_renew(out, mapping) for out in eqn.outs])
        eqns.append(Eqn(outs, eqn.op, args, blocks, eqn.loc, eqn.derivative))
    return Block(params, tuple(eqns), tuple(substituted(r, mapping) for r in block.results))


def _renew(var: Var, mapping: dict[Var, Atom]) -> Var:
    mapping[var] = new = Var(var.hint, var.type, var.number)
    return new


def number(block: Block) -> int:
    """Number the variables of a function in order, x_1 to x_D; return D."""
    count = 0
    pending: list[Block | Eqn] = [block]
    while pending:
        item = pending.pop()
        for var in item.params if isinstance(item, Block) else item.outs:
            count += 1
            var.number = count
        if isinstance(item, Block):
            for eqn in reversed(item.eqns):
                pending.append(eqn)
                pending += reversed(eqn.blocks)
    return count


def renamed(module: Module, new: Mapping[str, str]) -> Module:
    """Return a module in which functions, and the calls of them, have new names."""

    def block(old: Block) -> Block:
        eqns = []
        for eqn in old.eqns:
            if isinstance(eqn.op, Call) and eqn.op.function in new:
                eqn = replace(eqn, op=replace(eqn.op, function=new[eqn.op.function]))
            if eqn.blocks:
                eqn = replace(eqn, blocks=tuple(block(inner) for inner in eqn.blocks))
            eqns.append(eqn)
        return replace(old, eqns=tuple(eqns))

    def function(old: Function) -> Function:
        return replace(old, name=new.get(old.name, old.name), body=block(old.body))

    functions = {new.get(name, name): function(f) for name, f in module.functions.items()}
    return Module(functions.get(module.main.name) or function(module.main), functions)
