"""Arms nested deeper than Python can indent become functions of their own.

An arm's free variables are the parameters of its function, its results are what that returns.
"""

import ast
from collections.abc import Iterable
from dataclasses import replace

from adjgen.emit.assignments import Comment, Line
from adjgen.ir.core import UNBOUND, Atom, Block, Call, Const, Eqn, Function, If, Param, Var
from adjgen.ir.free import FreeVariables, own
from adjgen.ir.query import fresh, renewed, substituted
from adjgen.ir.trees import flat_tree

DEEPEST = 90  # CPython stops at 100 levels of indentation
FLAT = {Line, Comment, ast.Assign}  # statements with none inside
CUT = 30  # arms within arms that stay in one function
PART = "Go on where the arms of a function would be nested too deeply."


def indentation(tree: ast.AST) -> int:
    """Return how many levels of indentation a statement takes."""
    deepest = 0
    stack = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        stack += [(handler, depth) for handler in getattr(node, "handlers", ())]
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                below = depth + (not _is_elif(node, name, inner))
                deepest = max(deepest, below if inner else 0)
                stack += [(child, below) for child in inner if type(child) not in FLAT]
    return deepest


def _is_elif(node: ast.AST, name: str, inner: list[ast.stmt]) -> bool:
    chained = isinstance(node, ast.If) and name == "orelse"
    return chained and len(inner) == 1 and isinstance(inner[0], ast.If)


def outlined(function: Function, taken: Iterable[str]) -> list[Function]:
    """Return the function with its deepest arms as functions, and those; names in `taken` are avoided."""
    outline = Outline(function, set(taken))
    body = outline.block(function.body, 1)
    return [replace(function, body=body), *outline.parts]


class Outline:
    """The parts that a function is cut into."""

    def __init__(self, function: Function, taken: set[str]) -> None:
        self.function, self.taken = function, taken
        self.parts: list[Function] = []

    def block(self, block: Block, depth: int) -> Block:
        """Return a block whose arms are cut out at every CUT levels."""
        eqns = tuple(self.equation(eqn, depth) if eqn.blocks else eqn for eqn in block.eqns)
        return Block(block.params, eqns, block.results)

    def equation(self, eqn: Eqn, depth: int) -> Eqn:
        """Return an equation with blocks, which are cut out or not."""
        blocks = [self.block(block, depth + 1) for block in eqn.blocks]
        if isinstance(eqn.op, If) and depth % CUT == 0:
            blocks = [self.cut(b) if any(e.blocks for e in b.eqns) else b for b in blocks]
        return eqn.reading(eqn.args, tuple(blocks))

    def cut(self, block: Block) -> Block:
        """Return a block that calls a new function instead of doing what it says."""
        inside = own(block)
        made = dict.fromkeys(r for r in block.results if isinstance(r, Var) and r in inside)
        inner = bound(Block((), block.eqns, tuple(made)))
        inputs = FreeVariables().of(inner)
        body = renewed(replace(inner, params=tuple(inputs)), {})
        names: set[str] = set()
        params = tuple(Param(free(v.hint or "argument", names), (v,)) for v in body.params)
        name, tree = free(f"{self.function.name}_part", self.taken), flat_tree(len(made))
        about = self.function.about | {"product": "part", "doc_text": PART}
        self.parts.append(Function(name, params, body, tree, about))
        outs = {var: fresh(var) for var in made}
        call = Eqn(tuple(outs.values()), Call(name, tree), tuple(inputs), (), block.eqns[0].loc)
        return Block((), (call,), tuple(substituted(r, outs) for r in block.results))


def free(name: str, taken: set[str]) -> str:
    """Return a name that is not taken, with a number if need be; it is taken now."""
    found, k = name, 1
    while found in taken:
        k += 1
        found = f"{name}_{k}"
    taken.add(found)
    return found


def bound(block: Block) -> Block:
    """Return a block in which what is unbound is None: a function returns all its results."""

    def value(atom: Atom) -> Atom:
        return Const(None) if atom is UNBOUND else atom

    def equation(eqn: Eqn) -> Eqn:
        return eqn.reading(tuple(map(value, eqn.args)), tuple(map(bound, eqn.blocks)))

    return Block(block.params, tuple(map(equation, block.eqns)), tuple(map(value, block.results)))
