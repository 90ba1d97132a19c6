"""Jacobians as functions: in the structure of the value that of the gradient, row by row.

A row is what value_and_grad would give for that output alone. A sparse Jacobian is what scipy's
coo_array takes: the entries that are not zero by structure, and the places where they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from adjgen.diff.entries import ELIMINATIONS, STRATEGIES, Task, order, spares_tapes
from adjgen.diff.floats import as_floats
from adjgen.diff.objects import refuse_rows_of_objects
from adjgen.diff.products import Differentiator
from adjgen.diff.refusals import Wrt, refusal, refuse_without_influence
from adjgen.diff.rules import ZERO, number_check, rank_checks, zero_like
from adjgen.diff.signature import ordered_params
from adjgen.elementary.sequences import depth
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Const, Eqn, Function, Module, Param, Var
from adjgen.ir.query import use_counts
from adjgen.ir.trees import LEAF, Tree, tuple_of
from adjgen.ir.types import REAL, is_mutable

SHORT = 400  # equations of a block in which vertices are eliminated without being asked for
Entries = Mapping[tuple[int, int], Atom]


@dataclass(frozen=True)
class Form:
    """Which Jacobian: with the value before it; the entries that are not zero only; of a gradient, which is symmetric."""

    value: bool = False
    sparse: bool = False
    symmetric: bool = False


@dataclass(frozen=True)
class Inputs:
    """What a Jacobian is by: variables, the structure of a row, the block to differentiate.

    A list that is only unpacked, `a, b = x`, is as many numbers. An equation without outs stands in
    the block for the one that unpacks; `hidden` leads from the first to the second.
    """

    variables: list[Var]
    tree: Tree
    body: Block
    hidden: dict[Eqn, Eqn]


def jacobians(
    differentiator: Differentiator,
    wrt: Wrt | None,
    bare: bool,
    form: Form,
    names: Sequence[str] | None = None,
) -> Iterator[Module]:
    """Yield the module of a Jacobian by each strategy that applies, the one to prefer first.

    `names` are the strategies to try, None for all that may be worth it.

    Raises
    ------
    UnsupportedError
        ADJ608: sparse, but how many entries there are is not known.
    """
    function, params, _ = differentiator.subject(wrt)
    refuse_rows_of_objects(function, params)
    inputs = inputs_of(function, params, bare)
    refuse_unknown_size(function, inputs, form)
    n, m = len(inputs.variables), len(function.body.results)
    spared = m > 1 and spares_tapes(inputs.body, inputs.variables)
    long = len(inputs.body.eqns) > SHORT
    worth = [name for name in order(n, m) if not (long and name in ELIMINATIONS)]
    done = False
    for name in names or (["forward"] if spared else worth):
        made = by(name, differentiator, wrt, bare, form)
        if made is not None:
            done = True
            yield made
    if not (done or names) and (made := by("reverse", differentiator, wrt, bare, form)):
        yield made  # which always applies


def by(
    name: str, differentiator: Differentiator, wrt: Wrt | None, bare: bool, form: Form
) -> Module | None:
    """Return the module of a Jacobian by one strategy, if that applies."""
    function, params, _ = differentiator.subject(wrt)  # variables of its own for each
    inputs = inputs_of(function, params, bare)
    found = STRATEGIES[name](task_of(differentiator, function, inputs, form))
    if found is None:
        return None
    eqns, entries = found
    shown = [inputs.hidden.get(eqn, eqn) for eqn in eqns]
    main = finished(function, params, inputs, (shown, entries), form)
    return Module(replace(main, about=main.about | {"strategy": name}), differentiator.functions)


def inputs_of(function: Function, params: Sequence[Param], bare: bool) -> Inputs:
    """Return the inputs that parameters are."""
    body, hidden, variables, trees = function.body, dict[Eqn, Eqn](), list[Var](), list[Tree]()
    unpacks = {} if any(r.type.dtype for r in body.results) else unpacked(body)
    for param in params:
        eqn = unpacks.get(param.vars[0])
        if eqn is None:
            variables += param.numbers()
            trees.append(param.tree.own())
        else:
            hidden[eqn] = replace(eqn, outs=())
            variables += eqn.outs
            kind = "tuple" if param.tree.kind == "items" else "list"
            trees.append(Tree(kind, (LEAF,) * len(eqn.outs)))
    block = replace(body, eqns=tuple([hidden.get(eqn, eqn) for eqn in body.eqns]))
    tree = trees[0] if bare else tuple_of(*trees)
    return Inputs(variables, tree, block, {new: old for old, new in hidden.items()})


def unpacked(body: Block) -> dict[Atom, Eqn]:
    """Return the lists of numbers that are read only where they are unpacked, with that equation."""
    uses = use_counts(body)
    found = {e.args[0]: e for e in body.eqns if e.op == "unpacked" and len(e.args) == 1}
    return {
        items: eqn for items, eqn in found.items()
        if uses[items] == 1 and all([out.type is REAL for out in eqn.outs])
    }  # fmt: skip


def task_of(differentiator: Differentiator, function: Function, inputs: Inputs, form: Form) -> Task:
    """Return what a strategy is given."""
    n, m = len(inputs.variables), len(function.body.results)
    half = is_half(function, inputs, form)
    wanted = {(i, j) for i in range(m) for j in range(i + 1 if half else n)}
    return Task(
        inputs.body, inputs.variables, function.body.results, wanted,
        differentiator.callees, differentiator.callee_vjp, differentiator.settle,
    )  # fmt: skip


def is_half(function: Function, inputs: Inputs, form: Form) -> bool:
    """Whether entries above the diagonal are those below it."""
    return form.symmetric and not any(is_mutable(a.type) for a in sizes(function, inputs))


def sizes(function: Function, inputs: Inputs) -> list[Atom]:
    """Return the outputs and inputs, which may be lists or arrays."""
    return [*function.body.results, *inputs.variables]


def refuse_unknown_size(function: Function, inputs: Inputs, form: Form) -> None:
    """Refuse a sparse Jacobian of lists or arrays of any length."""
    if form.sparse and any(is_mutable(a.type) for a in sizes(function, inputs)):
        what = (
            f"the Jacobian of `{function.name}` has as many entries as lists or arrays have items"
        )
        why = "Unpack the list, `a, b = x`, and return a tuple; or ask for the dense one."
        raise refusal(function, "ADJ608", what, why)


def finished(
    function: Function,
    params: Sequence[Param],
    inputs: Inputs,
    found: tuple[Sequence[Eqn], Entries],
    form: Form,
) -> Function:
    """Return the function of a Jacobian from its equations and entries."""
    eqns, entries = found
    builder = Builder(derivative=True)
    m, n = len(function.body.results), len(inputs.variables)
    if is_half(function, inputs, form):
        entries = {**entries, **{(j, i): entry for (i, j), entry in entries.items()}}
    places = [(i, j) for i in range(m) for j in range(n) if not form.sparse or (i, j) in entries]
    slopes = [
        entries[i, j] if (i, j) in entries else zero_of(function.body.results[i], inputs.variables[j], builder)
        for i, j in places
    ]  # fmt: skip
    for (_, j), slope in zip(places, slopes):
        refuse_without_influence(function, inputs.variables[j], slope)
    body, slopes = as_floats(
        (*rank_checks(function), *eqns, *number_check(function), *builder.eqns),
        slopes, [inputs.variables[j] for _, j in places],
    )  # fmt: skip
    results: Sequence[Atom] = slopes
    tree = row_by_row(function.result, inputs.tree, iter(function.body.results))
    if form.sparse:
        flat = tuple_of(*[LEAF] * len(places))
        results = [*slopes, *(Const(i) for i, _ in places), *(Const(j) for _, j in places)]
        tree = tuple_of(flat, tuple_of(flat, flat))
    if form.value:
        results, tree = [*function.body.results, *results], tuple_of(function.result, tree)
    kind = "value_and_jacobian" if form.value else "jacobian"
    block = ordered_params(Block((), body, tuple(results)), function.params)
    about = {"product": kind, "wrt": tuple(p.name for p in params), "sparse": form.sparse}
    return replace(
        function, name=f"{function.name}_{kind}", result=tree, body=block,
        about=function.about | about,
    )  # fmt: skip


def zero_of(output: Atom, var: Var, builder: Builder) -> Atom:
    """Return an entry that is zero by structure: of a number that of the input, else that of the output."""
    like = output if is_mutable(output.type) else var
    return zero_like(builder, like) if is_mutable(like.type) else ZERO


def row_by_row(tree: Tree, row: Tree, outputs: Iterator[Atom]) -> Tree:
    """Return the structure of a value with that of a row for each number; of a list, one for each item."""
    if tree.kind:
        return Tree(tree.kind, tuple(row_by_row(child, row, outputs) for child in tree.children))
    for _ in range(depth(next(outputs).type)):
        row = Tree("each", (row,))
    return row
