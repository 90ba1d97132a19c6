"""What carried statements surely bind and read: the rest is not known before they run.

A name that a statement may or may not bind is bound beside a flag, which the carried code sets.
"""

import ast
import copy
from collections.abc import Iterable, Sequence

from adjgen.read.flow import COMPREHENSIONS, assigned, children, dies
from adjgen.read.opaque import loaded

SUITES = ("body", "orelse", "finalbody")
PLAIN = (ast.Assign, ast.AugAssign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
ODD = (ast.NamedExpr, ast.MatchAs, ast.MatchStar, ast.MatchMapping)


def bound_by(statements: Sequence[ast.AST]) -> set[str]:
    """Return the names that surely have a value after statements that fell through."""
    found: set[str] = set()
    for node in statements:
        found |= _bound_by(node)
    return found


def _bound_by(node: ast.AST) -> set[str]:
    if isinstance(node, PLAIN) or (isinstance(node, ast.AnnAssign) and node.value):
        return set(assigned([node]))
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return set(assigned(node.items))  # it may suppress what the body raises
    if isinstance(node, ast.If):
        return _by_all(node.body, node.orelse)
    if isinstance(node, (ast.Try, ast.TryStar)):
        handlers = [handler.body for handler in node.handlers]
        return _by_all([*node.body, *node.orelse], *handlers) | bound_by(node.finalbody)
    if isinstance(node, ast.Match):
        last = node.cases[-1]
        rest = isinstance(last.pattern, ast.MatchAs) and not (last.pattern.pattern or last.guard)
        return _by_all(*[case.body for case in node.cases]) if rest else set()
    return set()


def _by_all(*suites: Sequence[ast.stmt]) -> set[str]:
    """Return what every suite binds that does not always raise."""
    alive = [bound_by(suite) for suite in suites if not dies(suite)]
    return set.intersection(*alive) if alive else set()


def read_first(statements: Sequence[ast.AST], known: Iterable[str] = ()) -> set[str]:
    """Return the names that statements may read before they bind them."""
    found: set[str] = set()
    bound = set(known)
    for node in statements:
        if isinstance(node, (ast.Try, ast.TryStar)):
            found |= read_first(node.body, bound) | read_first(node.finalbody, bound)
            found |= read_first(node.orelse, bound | bound_by(node.body))
            for handler in node.handlers:
                kinds = [handler.type] if handler.type else []
                found |= read_first([*kinds, *handler.body], bound | {handler.name or ""})
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            found |= read_first(node.items, bound)
            found |= read_first(node.body, bound | set(assigned(node.items)))
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            found |= read_first([node.iter, *node.orelse], bound)
            found |= read_first(node.body, bound | set(assigned([node.target])))
        elif isinstance(node, (ast.If, ast.While)):
            found |= read_first([node.test, *node.body], bound)
            found |= read_first(node.orelse, bound)
        elif isinstance(node, ast.Match):
            found |= read_first([node.subject], bound)
            for case in node.cases:
                parts = [case.pattern, *([case.guard] if case.guard else []), *case.body]
                found |= read_first(parts, bound | set(assigned([case.pattern])))
        else:
            found |= set(loaded(node)) - bound
        bound |= bound_by([node])
    return found


def read_at_once(node: ast.AST) -> set[str]:
    """Return the names that code surely reads, before anything can keep it from doing so."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        return {node.target.id} | read_at_once(node.value)
    found: set[str] = set()
    for part in _first_parts(node):
        found |= read_at_once(part)
    return found


def _first_parts(node: ast.AST) -> Iterable[ast.AST]:
    if isinstance(node, ast.Lambda):
        return [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
    if isinstance(node, COMPREHENSIONS):
        return [node.generators[0].iter]
    if isinstance(node, ast.BoolOp):
        return node.values[:1]
    if isinstance(node, (ast.IfExp, ast.Assert)):
        return [node.test]
    if isinstance(node, ast.Compare):
        return [node.left, node.comparators[0]]
    if isinstance(node, ast.Match):
        return [node.subject]
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return [node.items[0].context_expr]
    return [] if isinstance(node, (ast.Try, ast.TryStar)) else children(node)


def markable(node: ast.stmt) -> set[str]:
    """Return the names that only statements bind, after which a flag can be set."""
    odd = [n for n in ast.walk(node) if isinstance(n, ODD)]
    inside = [n.target if isinstance(n, ast.NamedExpr) else n for n in odd]
    return set(assigned([node])) - set(assigned(inside))


def marked(node: ast.stmt, flags: dict[str, str]) -> ast.stmt:
    """Return a statement that sets the flag of a name wherever it binds the name."""
    node = copy.deepcopy(node)
    for owner in list(ast.walk(node)):
        for name in SUITES:
            suite = getattr(owner, name, None)
            if isinstance(suite, list):
                setattr(owner, name, [line for one in suite for line in (one, *_marks(one, flags))])
        if isinstance(owner, (ast.For, ast.AsyncFor)):
            owner.body[:0] = _set([owner.target], flags)
        elif isinstance(owner, (ast.With, ast.AsyncWith)):
            owner.body[:0] = _set(owner.items, flags)
    return ast.fix_missing_locations(node)


def _marks(node: ast.stmt, flags: dict[str, str]) -> list[ast.stmt]:
    plain = isinstance(node, PLAIN) or (isinstance(node, ast.AnnAssign) and node.value)
    return _set([node], flags) if plain else []


def _set(nodes: Sequence[ast.AST], flags: dict[str, str]) -> list[ast.stmt]:
    found = [flags[name] for name in assigned(nodes) if name in flags]
    return [ast.Assign([ast.Name(key, ast.Store())], ast.Constant(True)) for key in found]
