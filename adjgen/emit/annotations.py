"""Annotations of signatures: what the intermediate form knows of parameters and results."""

import ast
from collections.abc import Iterator

from adjgen.emit.references import outside
from adjgen.ir.core import Atom, Const, Function, Param
from adjgen.ir.shapes import rank
from adjgen.ir.trees import Tree
from adjgen.ir.types import REAL, Type, join

KEPT = ("part", "joined", "repeated")  # of a tuple these are tuples
OUTSIDE = {"ndarray": ("numpy", "ndarray"), "Any": ("typing", "Any")}
NUMBERS = {"real": "float", "int": "int", "bool": "bool", "nothing": "None"}


def of_param(param: Param) -> ast.expr:
    """Return the annotation of a parameter; tangents and bars have none of their own."""
    if param.annotation:
        return of_text(param.annotation)
    numbers = [REAL if v.type.name in NUMBERS else v.type for v in param.vars]
    return of_structure(param.tree, iter(numbers))


def of_text(text: str) -> ast.expr:
    """Return an annotation that is known as text: `int | None`, `ndarray`."""
    tree = ast.parse(text, mode="eval").body
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = outside(*OUTSIDE.get(node.id, ("builtins", node.id))).id
    return tree


def of_result(function: Function) -> ast.expr:
    """Return the annotation of what a function returns."""
    results = function.body.results
    types = [Type("nothing") if r == Const(None) else r.type for r in results]
    tuples = tuples_of(function)
    tree = with_tuples(function.result, iter([r in tuples for r in results]))
    return of_structure(tree if tuples else function.result, iter(types))


def tuples_of(function: Function) -> set[Atom]:
    """Return the lists of the intermediate form that are tuples: arguments, and parts and sums of them."""
    found: set[Atom] = set()
    for param in function.params:
        if "items" in param.tree.kinds():
            found.update(v for v in param.vars if v.type.element)
    for eqn in function.body.eqns if found else ():
        if eqn.op in KEPT and all(a in found for a in eqn.args if a.type.element):
            found.update(eqn.outs)
    return found


def with_tuples(tree: Tree, marks: Iterator[bool]) -> Tree:
    """Return a structure in which leaves that are marked are tuples."""
    if not tree.kind:
        return Tree("items", (tree,)) if next(marks) else tree
    if tree.kind in ("items", "each"):
        for _ in range(tree.leaves()):
            next(marks)
        return tree
    return Tree(tree.kind, tuple(with_tuples(c, marks) for c in tree.children), tree.record)


def of_structure(tree: Tree, types: Iterator[Type]) -> ast.expr:
    """Return the annotation of a structure from the types of its leaves."""
    if not tree.kind:
        return of_type(next(types))
    if tree.record is not None:
        for child in tree.children:
            of_structure(child, types)
        return ast.Name(tree.record.reference, ast.Load())
    if tree.kind == "items" and tree.children[0].kind == "each":
        inner = of_structure(tree.children[0], types)
        assert isinstance(inner, ast.Subscript)
        return generic("tuple", [inner.slice, ast.Constant(...)])
    if tree.kind == "items":
        elements = (kind.element or kind for kind in types)
        item = of_structure(tree.children[0], elements)
        return generic("tuple", [item, ast.Constant(...)])
    if tree.kind == "list" and not any(child.kind for child in tree.children):
        return generic("list", [of_type(join(*(next(types) for _ in tree.children)))])
    if tree.kind == "each":
        elements = (kind.element or kind for kind in types)
        return generic("list", [of_structure(tree.children[0], elements)])
    items = [of_structure(child, types) for child in tree.children]
    if tree.kind == "list":
        alike = len({ast.dump(item) for item in items}) == 1
        return generic("list", items[:1] if alike else [outside("typing", "Any")])
    return generic("tuple", items or [ast.Tuple([], ast.Load())])


def of_type(kind: Type) -> ast.expr:
    """Return the annotation of a type."""
    if kind.name == "seq" and kind.element:
        return generic("list", [of_type(kind.element)])
    if kind.name == "nothing":
        return ast.Constant(None)
    if kind.dtype and rank(kind.shape):
        return outside("numpy", "ndarray")
    return (
        outside("builtins", NUMBERS[kind.name])
        if kind.name in NUMBERS
        else outside("typing", "Any")
    )


def generic(name: str, items: list[ast.expr]) -> ast.expr:
    """Return `name[items]`."""
    inside = items[0] if len(items) == 1 else ast.Tuple(items, ast.Load())
    return ast.Subscript(outside("builtins", name), inside, ast.Load())
