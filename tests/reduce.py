"""Makes a failing program small: deletes statements, opens blocks, replaces expressions by their parts."""

import ast
import builtins
import copy
import math
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

DEF = ast.FunctionDef
Fails = Callable[[str], bool]
BODIES = ("body", "orelse")
ANNOTATIONS = ("annotation", "returns")


def minimised(text: str, fails: Fails, seconds: float = 60.0) -> str:
    """Return a smaller program that still fails, or the text if its printed tree does not."""
    best = printed(ast.parse(text))
    if not fails(best):
        return text
    end = time.monotonic() + seconds
    smaller: str | None = best
    while smaller is not None and time.monotonic() < end:
        best, smaller = smaller, next((c for c in candidates(smaller, end) if fails(c)), None)
    return best


def printed(tree: ast.AST) -> str:
    """Return the text of a tree."""
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def candidates(text: str, end: float) -> Iterator[str]:
    """Yield smaller programs, the boldest cuts first."""
    seen = {text}
    for propose in (without_statements, opened_blocks, simpler_expressions):
        for tree in propose(text):
            if time.monotonic() > end:
                return
            try:
                candidate = printed(tree)
                compile(candidate, "<candidate>", "exec")
            except (SyntaxError, ValueError):
                continue
            if candidate not in seen and len(candidate) < len(text):
                seen.add(candidate)
                yield candidate


def blocks(tree: ast.AST) -> list[tuple[Any, str]]:
    """Return every (statement, field) that holds a list of statements."""
    return [
        (node, name)
        for node in ast.walk(tree)
        for name in BODIES
        if isinstance(getattr(node, name, None), list)
    ]


def without_statements(text: str) -> Iterator[ast.AST]:
    """Yield trees that lack a run of statements: whole bodies, halves, then single ones."""
    tree = ast.parse(text)
    for k, (node, name) in enumerate(blocks(tree)):
        size = len(getattr(node, name))
        length = size
        while length:
            for first in range(0, size, length):
                smaller = copy.deepcopy(tree)
                owner, _ = blocks(smaller)[k]
                statements = getattr(owner, name)
                del statements[first : first + length]
                if name == "body" and not statements and not isinstance(owner, ast.Module):
                    statements.append(ast.Pass())
                yield smaller
            length //= 2


def opened_blocks(text: str) -> Iterator[ast.AST]:
    """Yield trees in which a compound statement is replaced by what is inside."""
    tree = ast.parse(text)
    for k, (node, name) in enumerate(blocks(tree)):
        for j, statement in enumerate(getattr(node, name)):
            for inner in BODIES:
                if isinstance(getattr(statement, inner, None), list) and not isinstance(
                    statement, ast.FunctionDef
                ):
                    smaller = copy.deepcopy(tree)
                    owner, _ = blocks(smaller)[k]
                    statements = getattr(owner, name)
                    statements[j : j + 1] = getattr(statements[j], inner) or [ast.Pass()]
                    yield smaller


def simpler_expressions(text: str) -> Iterator[ast.AST]:
    """Yield trees in which an expression is replaced by one of its parts, or by a number."""
    tree = ast.parse(text)
    places = expressions(tree)
    for k, (_, _, _, expression) in enumerate(places):
        parts = [part for _, _, _, part in expressions(expression)][:12]
        for part in [*parts, ast.Constant(0.5)]:
            smaller = copy.deepcopy(tree)
            owner, name, index, _ = expressions(smaller)[k]
            if index is None:
                setattr(owner, name, copy.deepcopy(part))
            else:
                getattr(owner, name)[index] = copy.deepcopy(part)
            yield smaller
        if isinstance(expression, (ast.Call, ast.Tuple, ast.List, ast.BoolOp)):
            yield from fewer_parts(tree, k, expression)


def fewer_parts(tree: ast.AST, k: int, expression: ast.expr) -> Iterator[ast.AST]:
    """Yield trees in which a call, display or boolean expression has one part less."""
    name = {"Call": "args", "BoolOp": "values"}.get(type(expression).__name__, "elts")
    for index in range(len(getattr(expression, name))):
        smaller = copy.deepcopy(tree)
        owner, field, place, _ = expressions(smaller)[k]
        target = getattr(owner, field) if place is None else getattr(owner, field)[place]
        del getattr(target, name)[index]
        yield smaller


def expressions(tree: ast.AST) -> list[tuple[Any, str, int | None, ast.expr]]:
    """Return (owner, field, index, expression) of every expression that computes something."""
    found: list[tuple[Any, str, int | None, ast.expr]] = []
    said = [getattr(node, name, None) for node in ast.walk(tree) for name in ANNOTATIONS]
    skipped = {id(inner) for one in said if isinstance(one, ast.AST) for inner in ast.walk(one)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        for name, value in ast.iter_fields(node):
            if name in (*ANNOTATIONS, "func") or isinstance(node, ast.Attribute):
                continue
            if isinstance(value, ast.expr) and usable(value):
                found.append((node, name, None, value))
            elif isinstance(value, list):
                found += [
                    (node, name, i, v)
                    for i, v in enumerate(value)
                    if isinstance(v, ast.expr) and usable(v)
                ]
    return found


def usable(node: ast.AST) -> bool:
    """Whether a node is an expression that is read."""
    context = getattr(node, "ctx", None)
    return isinstance(node, ast.expr) and not isinstance(context, (ast.Store, ast.Del))


def unknown_names(text: str) -> set[str]:
    """Return the names that a function reads and nobody ever assigns."""
    tree = ast.parse(text)
    shared = set(dir(builtins)) | bound(node for node in tree.body if not isinstance(node, DEF))
    shared |= {node.name for node in tree.body if isinstance(node, DEF)}
    if any(alias.name == "*" for node in ast.walk(tree) for alias in getattr(node, "names", [])):
        shared |= set(dir(math))
    unknown: set[str] = set()
    for function in (node for node in tree.body if isinstance(node, DEF)):
        arguments = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
        read = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and usable(n)}
        unknown |= read - shared - arguments - bound([function])
    return unknown


def bound(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that statements assign or import."""
    names: set[str] = set()
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        if isinstance(node, ast.Name) and not usable(node):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
    return names


def well_formed(text: str) -> bool:
    """Whether a smaller program is still one that people write: names exist, results have one shape."""
    functions = [node for node in ast.parse(text).body if isinstance(node, DEF)]
    return not unknown_names(text) and all(map(returns_one_shape, functions))


def returns_one_shape(function: ast.FunctionDef) -> bool:
    """Whether a function ends with a return and all its returns have the same structure."""
    found = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return (
        isinstance(function.body[-1], ast.Return)
        and len({structure(value) for value in found}) == 1
    )


def structure(value: ast.expr | None) -> Any:
    """Return the structure of nested tuples that an expression writes down."""
    return tuple(map(structure, value.elts)) if isinstance(value, ast.Tuple) else value is None
