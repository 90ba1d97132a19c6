"""The operations that a straight-line function executes, as a list: what SymPy and the size recurrence read.

The intermediate form runs on numbers that write down what is done to them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adjgen.elementary.row import TABLE
from adjgen.ir.core import Module
from adjgen.ir.types import REAL
from adjgen.run import CannotRunError, run_function

LONGEST = 20_000
TRANSPARENT = {"float", "pos"}  # what is the identity on real numbers
Reference = int | tuple[Any]  # the number of a node, or a constant


class NotStraightError(Exception):
    """A function whose operations depend on its arguments; the message says why."""


@dataclass
class Tape:
    """Inputs are nodes 0, 1, ...; each operation makes the next one.

    nodes: (row name, references); wrt: the inputs to differentiate by.
    """

    names: list[str]
    wrt: list[int]
    nodes: list[tuple[str, list[Reference]]] = field(default_factory=list)
    results: list[Reference] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        nodes = [[name, list(args)] for name, args in self.nodes]
        return {"inputs": len(self.names), "wrt": self.wrt, "nodes": nodes, "results": self.results}


class Node:
    """A number of which only the place on the tape is known."""

    def __init__(self, index: int) -> None:
        self.index = index

    def __bool__(self) -> bool:
        raise NotStraightError("a branch or a loop depends on the arguments")

    def __index__(self) -> int:
        raise NotStraightError("the trip count of a loop is an argument")

    def __iter__(self) -> Iterator[Any]:
        raise NotStraightError("a parameter is a sequence of unknown length")


class Recorder(Mapping[str, Callable[..., Any]]):
    """Numbers for adjgen.run: a row with a Node among its arguments is written down."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape

    def __getitem__(self, name: str) -> Callable[..., Any]:
        if name not in TABLE:
            raise KeyError(name)
        return lambda *args: self.operation(name, args)

    def __iter__(self) -> Iterator[str]:
        return iter(TABLE)

    def __len__(self) -> int:
        return len(TABLE)

    def operation(self, name: str, args: Sequence[Any]) -> Any:
        """Compute with constants, write down everything else."""
        row = TABLE[name]
        if not any(isinstance(arg, Node) for arg in args):
            return row.evaluate(*args)
        name = row.like or name
        if name in TRANSPARENT:
            return args[0]
        if name == "range":
            raise NotStraightError("the trip count of a loop is an argument")
        if row.outs == 0:
            return None
        if row.outs > 1:
            raise NotStraightError(f"SymPy has no {name}")
        if len(self.tape.nodes) >= LONGEST:
            raise NotStraightError(f"more than {LONGEST} operations")
        self.tape.nodes.append((name, [reference(arg) for arg in args]))
        return Node(len(self.tape.names) + len(self.tape.nodes) - 1)


def reference(value: Any) -> Reference:
    """Return how a tape names a value."""
    if isinstance(value, Node):
        return value.index
    if isinstance(value, (int, float)):
        return (value,)
    raise NotStraightError(f"a value is a {type(value).__name__}, no number")


def record(module: Module, wrt: Sequence[str] | None = None) -> Tape:
    """Return the operations of a module's function.

    Raises
    ------
    NotStraightError
        If they depend on the arguments, or SymPy has nothing of the kind.
    """
    params = [(param, var) for param in module.main.params for var in param.vars]
    chosen = [
        (param.differentiable if wrt is None else param.name in wrt) and var in param.numbers()
        for param, var in params
    ]
    names = [var.hint if param.tree.kind else param.name for param, var in params]
    tape = Tape(names, [k for k, yes in enumerate(chosen) if yes])
    for (param, var), yes in zip(params, chosen):
        if yes and var.type != REAL:
            raise NotStraightError(f"`{param.name}` is no single number")
    nodes = [Node(k) for k in range(len(params))]
    try:
        value = run_function(module.main, nodes, module, Recorder(tape))
    except CannotRunError as error:
        raise NotStraightError(f"Python code that is no formula: {error}") from error
    except (ArithmeticError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise NotStraightError(f"it does not run on symbols: {error}") from error
    tape.results = [reference(leaf) for leaf in flattened(value)]
    return tape


def flattened(value: Any) -> list[Any]:
    """Return the leaves of nested tuples and lists."""
    if isinstance(value, (tuple, list)):
        return [leaf for item in value for leaf in flattened(item)]
    return [value]
