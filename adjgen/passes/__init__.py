"""Passes: block to block, idempotent, each on a page; what runs before and after differentiation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from adjgen.ir.core import Block, Function, Module, Var
from adjgen.ir.query import called, use_counts
from adjgen.passes.algebra import Algebra
from adjgen.passes.cancel import cancel
from adjgen.passes.constants import constants
from adjgen.passes.cse import cse
from adjgen.passes.dce import dce
from adjgen.passes.divisors import divisors
from adjgen.passes.elements import elements
from adjgen.passes.fold import Folding
from adjgen.passes.forwards import forwards
from adjgen.passes.fuse import fuse
from adjgen.passes.literals import literals
from adjgen.passes.loops import loops
from adjgen.passes.ranges import ranges
from adjgen.passes.reciprocals import reciprocals
from adjgen.passes.scales import scales
from adjgen.passes.sharing import sharing
from adjgen.passes.touches import touches
from adjgen.passes.windows import windows

Pass = Callable[[Block], Block]
LARGE = 5_000  # equations of a block in which nothing is tried that is not sure to help


@dataclass(frozen=True)
class Settings:
    """What passes are told: to keep x**2, whether factors may cancel, which parameters are floats, whether
    lists are arrays, to which nothing is appended."""

    exact: bool = False
    cancel: bool = False
    floats: tuple[Var, ...] = ()
    arrays: bool = False


def fold(block: Block) -> Block:
    """Fold constants and known choices."""
    return Folding().whole(block)


def fold_exactly(block: Block) -> Block:
    """Fold, but keep x**2 of the primal as written."""
    return Folding(exact=True).whole(block)


def settled(block: Block) -> Block:
    """Remove guards that cannot strike, before derivatives are made of what they guard."""
    return fold_exactly(ranges(block))


def algebra(block: Block) -> Block:
    """Rewrite derivative equations where that saves operations."""
    return Algebra(use_counts(block), set()).block(block)


def rescaled(block: Block) -> Block:
    """Let signs and constants wander, and rewrite once more where that changed anything."""
    found = scales(block) if len(block.eqns) <= LARGE else block
    return found if found is block else algebra(found)


def shared(block: Block) -> Block:
    """Let sums share parts."""
    return sharing(block) if len(block.eqns) <= LARGE else block


def together(block: Block) -> Block:
    """Fuse branches, and loops, with their adjoints, as deep as they are nested in each other."""
    block = fuse(block)
    while (fused := loops(block)) is not block:
        block = fuse(fused)
    return block


BEFORE: tuple[tuple[str, Pass], ...] = (
    ("elements", elements), ("fold", fold), ("cse", cse), ("dce", dce),
)  # fmt: skip
CLEANING = (cse, dce)  # which find nothing in what went through both
AFTER: tuple[tuple[str, Pass], ...] = (
    ("forwards", forwards), ("fuse", together), ("ranges", ranges), ("elements", elements),
    ("fold", fold_exactly), ("literals", literals), ("constants", constants), ("cse", cse), ("dce", dce),
    ("touches", touches), ("reciprocals", reciprocals), ("algebra", algebra), ("divisors", divisors), ("cse", cse), ("dce", dce),
    ("scales", rescaled), ("sharing", shared), ("cse", cse), ("dce", dce),
    ("windows", windows), ("dce", dce),
)  # fmt: skip


def sequence(after: bool, settings: Settings = Settings()) -> Iterator[tuple[str, Pass]]:
    """Yield the passes before or after differentiation, with their names."""
    for name, one in AFTER if after else BEFORE:
        if one is touches:
            yield name, partial(touches, floats=settings.floats)
            if settings.cancel:
                yield "cancel", cancel
        elif not (settings.arrays and one is windows):
            yield name, fold_exactly if one is fold and settings.exact else one


def seeds(function: Function) -> tuple[Var, ...]:
    """Return the adjoints that a vjp is given, which are floats; users' parameters may be ints."""
    if function.about.get("product") != "vjp":
        return ()
    return [p.vars for p in function.params if p.kind == "KEYWORD_ONLY"][-1]


def optimise(module: Module, after: bool, exact: bool = False, cancel: bool = False) -> Module:
    """Return a module whose main function and those that it calls went through all passes."""

    def through(function: Function) -> Function:
        body, clean = function.body, None
        arrays = module.main.about.get("target") == "numba"
        for _, one in sequence(after, Settings(exact, cancel, seeds(function), arrays)):
            if one not in CLEANING or body is not clean:
                body = one(body)
            clean = body if one is dce else clean
        return replace(function, body=body)

    main, functions = through(module.main), dict(module.functions)
    for name in called(module):
        same = functions[name] is module.main
        functions[name] = main if same else through(functions[name])
    if module.functions.get(main.name) is module.main:
        functions[main.name] = main
    return Module(main, functions)
