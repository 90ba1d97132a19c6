"""A run of the intermediate form as a straight line: each executed equation with its local partials.

Copies (the choice of a branch, what a loop carries, what a call is given) are equations too, with
the partial 1, so that a sweep over the record is the chain rule and nothing else.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from adjgen.elementary.row import TABLE
from adjgen.ir.core import UNBOUND, Atom, Block, Eqn, For, Function, If, Module, Opaque, Param, Var
from adjgen.ir.spelling import applied, leaf_names, names_of, place, spelled, turns
from adjgen.run import CannotRunError, Run

ABSENT = object()
MOST = 200_000  # steps: a loop that does not end must not fill the memory


@dataclass(eq=False)
class Node:
    """A number of the run, with its active parents and the partials by them; dot and bar are swept."""

    value: Any
    parents: Sequence[tuple["Node", float]] = ()
    active: bool = False
    dot: float = 0.0
    bar: float = 0.0

    def __bool__(self) -> bool:  # what a branch asks
        return bool(self.value)


@dataclass(eq=False)
class Step:
    """An executed equation, or (without a node) a remark on the path; `turn` counts loops' turns."""

    text: str
    depth: int
    function: str
    turn: tuple[int, ...]
    name: str = ""
    place: str = ""
    x: str = ""
    node: Node | None = None
    partials: Mapping[str, float] = field(default_factory=dict)


class StoppedError(CannotRunError):
    """The run cannot go on behind this place."""


def bare(value: Any) -> Any:
    """Return a value without nodes."""
    if isinstance(value, Node):
        return value.value
    return type(value)(map(bare, value)) if type(value) in (list, tuple) else value


class Recorder(Run):
    """Runs a function and keeps a step for each executed equation."""

    def __init__(self, module: Module) -> None:
        super().__init__(module, {}, {})
        self.steps: list[Step] = []
        self.known = {f.name: names_of(f) for f in (*module.functions.values(), module.main)}
        self.depth = -1
        self.enter(module.main, {})

    def enter(self, function: Function, values: dict[Var, Any]) -> None:
        """Go on in a function."""
        self.function, self.values = function, values
        self.names, self.turn = self.known[function.name], list[int]()

    def remark(self, text: str) -> None:
        """Note where the path goes."""
        where = place(self.eqn, self.function)
        self.steps.append(Step(text, self.depth, self.function.name, tuple(self.turn), "", where))

    def keep(self, var: Var, text: str, value: Any, deeper: int = 0, **about: Any) -> None:
        """Note the value of a variable, and give it to the variable."""
        node = value if isinstance(value, Node) else Node(bare(value))
        held = node.value if isinstance(value, Node) else value
        self.values[var] = node if isinstance(node.value, int | float) else held
        x = about.pop("x", self.names[var])
        name = var.hint if var.hint != x else ""
        at = (self.depth + deeper, self.function.name, tuple(self.turn))
        self.steps.append(Step(f"{x} = {text}", *at, name, x=x, node=node, **about))
        if len(self.steps) > MOST:
            raise StoppedError(f"more than {MOST:,} equations are executed")

    def copy(self, eqn: Eqn, var: Var, text: str, value: Any, deeper: int = 0) -> None:
        """Note that a variable has the value of another."""
        if isinstance(value, Node):
            value = Node(value.value, [(value, 1.0)] if value.active else [], value.active)
        self.keep(var, text, value, deeper, place=place(eqn, self.function))

    def argument(self, param: Param, value: Any, active: bool) -> None:
        """Note what a parameter is given: a number, a list of numbers, or what passive code reads."""
        names, leaves = leaf_names(param.name, param.tree), param.tree.apart(value)
        for var, name, leaf, role in zip(param.vars, names, leaves, param.tree.roles()):
            is_number = active and not role
            given = role == "object"  # its fields are inputs
            self.values[var] = leaf if given else self.input(self.names[var], name, leaf, is_number)

    def input(self, x: str, name: str, value: Any, active: bool) -> Any:
        """Note an input; a list is one for each element."""
        if isinstance(value, list | tuple):
            return [self.input(f"{x}[{k}]", f"{name}[{k}]", v, active) for k, v in enumerate(value)]
        node = Node(value, (), active and isinstance(value, int | float))
        step = Step(f"{x} = {name}", 0, self.function.name, (), "input", x=x, node=node)
        self.steps.append(step)
        return node if isinstance(value, int | float) else value

    # ---- what a run does

    def block(self, block: Block) -> list[Any]:
        """Run a block, one step further in."""
        self.depth += 1
        results = super().block(block)
        self.depth -= 1
        return results

    def equation(self, eqn: Eqn) -> None:
        """Run an equation."""
        self.eqn = eqn
        if isinstance(eqn.op, If) and taken(eqn, self.value(eqn.args[0])).eqns:
            holds = "" if self.value(eqn.args[0]) else "not "
            self.remark(f"if {holds}{spelled(eqn.args[0], self.names)}:")
        elif isinstance(eqn.op, For):
            self.turn.append(0)
        if isinstance(eqn.op, Opaque):
            self.carried(eqn, eqn.op)
        else:
            super().equation(eqn)

    def carried(self, eqn: Eqn, op: Opaque) -> None:
        """Look up a name; pass over what gives nothing back, as print; stop at everything else."""
        text = applied(eqn, self.names, self.function)
        found = self.outside(eqn, op)
        if found is not ABSENT:
            self.bind(eqn, None, [found])
        elif eqn.outs:
            raise StoppedError(f"{text} is Python code that is carried as it is, and not run here")
        elif text.startswith("`raise"):
            raise StoppedError(text)
        else:
            self.remark(f"{text}, not run here")

    def outside(self, eqn: Eqn, op: Opaque) -> Any:
        """Return what carried code stands for that is a name: of `math`, or around a live function.

        Of a function that is only read nothing else is looked up: that could be the user's code.
        """
        node: Any = getattr(op.payload, "node", None)
        attributes: list[str] = []
        while hasattr(node, "attr"):
            attributes, node = [node.attr, *attributes], node.value
        about, name = self.module.main.about, getattr(node, "id", "")
        live_function = getattr(about.get("key"), "live", None) is not None
        reads = dict(zip(getattr(op.payload, "reads", ()), map(self.value, eqn.args)))
        if name in reads:
            return attribute(bare(reads[name]), attributes) if live_function else ABSENT
        name = getattr(getattr(op.payload, "globals", {}).get(name), "id", name)
        label, _, path = name.removeprefix("@").partition(":")
        holder = about.get("holders", {}).get(label)
        if holder is None and (live_function or label in ("math", "sys")):
            holder = sys.modules.get(label, ABSENT)
        return attribute(holder, [*path.split("."), *attributes]) if name[:1] == "@" else ABSENT

    def value(self, atom: Atom) -> Any:
        """Return the value of a variable or constant."""
        return UNBOUND if atom is UNBOUND else super().value(atom)

    def row(self, name: str, args: list[Any], outs: int) -> list[Any]:
        """Evaluate a row on plain values."""
        text = applied(self.eqn, self.names, self.function)
        if name == "require_bound" and not args[0]:
            raise StoppedError(f"`{args[1]}` has no value on this path")
        if TABLE[name].jvp and any(map(live, flat(args))):
            raise StoppedError(f"{text}: derivatives through lists are not followed here")
        try:
            return super().row(name, [bare(arg) for arg in args], outs)
        except Exception as error:
            raise StoppedError(f"{text} raises {type(error).__name__}: {error}") from error

    def call(self, eqn: Eqn, function: Function, args: list[Any]) -> list[Any]:
        """Run a called function."""
        caller = self.function, self.values, self.names, self.turn
        self.remark(f"{applied(eqn, self.names, self.function)}:")
        self.enter(function, {})
        for var, atom, value in zip(function.body.params, eqn.args, args):
            text = f"{spelled(atom, caller[2])} of {caller[0].name}"
            self.copy(eqn, var, text, value, deeper=1)
        results = self.block(function.body)
        self.function, self.values, self.names, self.turn = caller
        return results

    def bind(self, eqn: Eqn, block: Block | None, results: Sequence[Any]) -> None:
        """Note values: of a computation, at the start of a turn, or behind a branch, loop or call."""
        if isinstance(eqn.op, str):
            self.computed(eqn, eqn.op, results)
        elif block and isinstance(eqn.op, For):
            self.started(eqn, eqn.op, block, results)
        else:
            self.ended(eqn, results)

    def computed(self, eqn: Eqn, op: str, results: Sequence[Any]) -> None:
        """Note what a row gave, with the partials by its active arguments."""
        text, where = applied(eqn, self.names, self.function), place(eqn, self.function)
        args = {a: v for a in eqn.args if isinstance(a, Var) and live(v := self.value(a))}
        for k, (out, result) in enumerate(zip(eqn.outs, results)):
            if args and not isinstance(result, int | float):
                raise StoppedError(f"{text} is {result!r}, which is not a real number")
            found = {a: p for a in args if (p := self.partial(eqn, a, results, k)) is not None}
            parents = [(args[a], p) for a, p in found.items()]
            one = f"{text}[{k}]" if len(eqn.outs) > 1 else text
            partials = {self.names[a]: p for a, p in found.items()}
            node = Node(result, parents, bool(parents))
            self.keep(out, one, node, place=where, partials=partials)

    def partial(self, eqn: Eqn, by: Var, results: Sequence[Any], k: int) -> float | None:
        """Return the partial of the out k by a variable, which may stand in several places."""
        row, total = TABLE[str(eqn.op)], None
        values = [self.value(arg) for arg in eqn.args]
        plain = [float(v.value) if live(v) else bare(v) for v in values]
        for j, arg in enumerate(eqn.args):
            if arg is by:
                found = row.partial(j, plain, results[0] if row.outs == 1 else tuple(results))
                found = found[k] if isinstance(found, tuple) else found
                total = total if found is None else (total or 0.0) + float(found)
        return total

    def started(self, eqn: Eqn, op: For, block: Block, results: Sequence[Any]) -> None:
        """Note the elements and carried values with which a turn starts; a test comes first."""
        body = eqn.blocks[0]
        if block is not body or not op.tested:
            self.turn[-1] += 1
            self.eqn = eqn
            self.remark(f"{turns(eqn, op, self.names)}, turn {self.turn[-1]}:")
        skipped = 0 if block is body else op.seqs
        for k, (var, value) in enumerate(zip(block.params, results), skipped):
            if k < op.seqs:
                text = f"{spelled(eqn.args[k], self.names)}[{self.turn[-1] - 1}]"
            elif block is body and op.tested:
                self.values[var] = self.values[eqn.blocks[1].params[k - op.seqs]]
                continue
            else:
                source = eqn.args[k] if self.turn[-1] == 1 else body.results[k - op.seqs]
                text = spelled(source, self.names)
            self.copy(eqn, var, text, value, deeper=1)

    def ended(self, eqn: Eqn, results: Sequence[Any]) -> None:
        """Note the outs of a branch, a loop or a call."""
        body = eqn.blocks[0] if eqn.blocks else None
        if isinstance(eqn.op, For) and body:
            self.turn.pop()
            texts = [f"last {self.names[var]}" for var in body.params[eqn.op.seqs :]]
            collected = body.results[eqn.op.carried + eqn.op.exits :]
            texts += [f"all {spelled(atom, self.names)}" for atom in collected]
        elif isinstance(eqn.op, If):
            block = taken(eqn, self.value(eqn.args[0]))
            texts = [spelled(result, self.names) for result in block.results]
        else:
            texts = [applied(eqn, self.names, self.function)] * len(results)
        for var, text, value in zip(eqn.outs, texts, results):
            self.copy(eqn, var, text, value)


def attribute(found: Any, path: Sequence[str]) -> Any:
    """Return the attribute of an object; ABSENT if there is none."""
    for name in path:
        found = getattr(found, name, ABSENT)
    return found


def flat(value: Any) -> list[Any]:
    """Return the leaves of nested tuples and lists."""
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in flat(item)]
    return [value]


def taken(eqn: Eqn, test: Any) -> Block:
    """Return the arm of a branch."""
    return eqn.blocks[0] if test else eqn.blocks[1]


def live(value: Any) -> TypeGuard[Node]:
    """Whether a value depends on an active input."""
    return isinstance(value, Node) and value.active
