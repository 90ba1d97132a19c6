"""Writes how a function takes its arguments apart: `x_1, x_2 = x`, `p_mass = p.mass`."""

import ast
from collections import Counter
from collections.abc import Sequence

from adjgen.emit.assignments import Statements, structured
from adjgen.ir.core import Atom, Function, Param, Var
from adjgen.ir.trees import Tree

Uses = Counter[Atom]


def itself(param: Param) -> bool:
    """Whether a variable has the name of a parameter: its first one."""
    record = param.tree.record
    return param.tree.kind in ("", "items") or record is not None and record.fields[:1] == ("",)


def unpacking(function: Function, names: dict[Var, str], uses: Uses, nothing: str) -> Statements:
    """Write the unpacking of parameters that are tuples or objects."""
    out: Statements = []
    for param in function.params:
        if param.tree.kind not in ("", "items"):
            reader = Unpacking(names, uses, nothing)
            reader.read(param.tree, list(param.vars), ast.Name(param.name, ast.Load()))
            out += reader.statements
    return out


class Unpacking:
    """The statements that give names to those parts of a value that somebody reads."""

    def __init__(self, names: dict[Var, str], uses: Uses, nothing: str) -> None:
        self.names, self.uses, self.nothing = names, uses, nothing
        self.statements: Statements = []

    def read(self, tree: Tree, parts: list[Var], value: ast.expr) -> None:
        """Write the statements for a value of a structure, whose leaves are `parts`."""
        if not any(self.uses[v] for v in parts):
            return
        if tree.kind == "tuple" and not tree.has_objects():
            leaves = iter([ast.Name(self.name(v), ast.Store()) for v in parts])
            target = structured(targets(tree), leaves, ast.Store())
            self.statements.append(ast.Assign([target], value))
        elif tree.kind in ("", "items"):
            if not (isinstance(value, ast.Name) and value.id == self.name(parts[0])):
                target = ast.Name(self.name(parts[0]), ast.Store())
                self.statements.append(ast.Assign([target], value))
        else:
            self.fields(tree, parts, value)

    def fields(self, tree: Tree, parts: list[Var], value: ast.expr) -> None:
        """Write the statements for the fields of an object, or for a tuple with objects in it."""
        places: Sequence[str | int] = range(len(tree.children))
        names = tree.record.fields if tree.record else places
        for name, child in zip(names, tree.children):
            own, parts = parts[: child.leaves()], parts[child.leaves() :]
            if isinstance(name, int):
                one: ast.expr = ast.Subscript(value, ast.Constant(name), ast.Load())
            else:
                one = ast.Attribute(value, name, ast.Load()) if name else value
            self.read(child, own, one)

    def name(self, var: Var) -> str:
        """Return the name that a part gets."""
        return self.names[var] if self.uses[var] else self.nothing


def targets(tree: Tree) -> Tree:
    """Return the structure of the targets of an unpacking: tuples of any length are one name."""
    if tree.kind == "items":
        return tree.children[0]
    return Tree(tree.kind, tuple(targets(child) for child in tree.children))
