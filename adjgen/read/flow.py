"""What can be said of statements without running them: names they bind, whether they fall through."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

Statements = Sequence[ast.stmt]
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
LEAVES = {ast.Name, ast.Constant}
CLOSED = (ast.Name, ast.Constant, *SCOPES)  # nodes that a walk through a function does not enter
BELOW = (ast.expr, *SCOPES)  # nodes without statements of the function in them
LOOPS = (ast.For, ast.While, ast.AsyncFor)


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes right below a node, without operators and contexts."""
    found: list[ast.AST] = []
    kind = type(node)
    if kind not in _inside:
        _inside[kind] = tuple(name for name in node._fields if name not in ("ctx", "op", "id"))
    for value in map(node.__dict__.get, _inside[kind]):
        if isinstance(value, ast.AST):
            found.append(value)
        elif isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
    return found


_inside: dict[type[ast.AST], tuple[str, ...]] = {}  # class of nodes -> fields with nodes in them


def evaluated(node: ast.AST) -> list[ast.AST]:
    """Return the nodes right below a node that run with it: a definition runs its defaults only."""
    if not isinstance(node, SCOPES):
        return children(node)
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords]
    given = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
    if isinstance(node, ast.Lambda):
        return [*given]
    notes = [n.annotation for n in ast.walk(node.args) if isinstance(n, ast.arg) and n.annotation]
    return [*node.decorator_list, *given, *notes, *([node.returns] if node.returns else [])]


def own_nodes(*roots: ast.AST, closed: tuple[type, ...] = CLOSED) -> Iterator[ast.AST]:
    """Yield the nodes below roots in order, without the bodies of functions and classes inside."""
    stack = list(reversed(roots))
    while stack:
        node = stack.pop()
        yield node
        if type(node) in LEAVES:
            continue
        if not isinstance(node, closed):
            stack += children(node)[::-1]
        elif isinstance(node, SCOPES) and closed is CLOSED:
            stack += evaluated(node)[::-1]


def assigned(statements: Iterable[ast.AST]) -> list[str]:
    """Return the names that statements bind or delete, in order, each once."""
    names: dict[str, None] = {}
    for node in _binding_nodes(statements):
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                names[node.id] = None
        elif isinstance(node, ast.expr):
            continue
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names[node.name] = None
        elif isinstance(node, ast.alias):
            names[(node.asname or node.name).split(".")[0]] = None
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names[node.name] = None
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            names[node.name] = None
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names[node.rest] = None
    return list(names)


@lru_cache(maxsize=256)  # several ask, at every call of a function
def nodes_of(function: Any) -> tuple[ast.AST, ...]:
    """Return the nodes of a function's body, without the bodies of functions and classes inside."""
    return tuple(own_nodes(*function.body if isinstance(function.body, list) else [function.body]))


@lru_cache(maxsize=256)
def assigned_in(function: Any) -> frozenset[str]:
    """Return the names that the body of a function binds or deletes."""
    return frozenset(
        assigned(function.body if isinstance(function.body, list) else [function.body])
    )


@lru_cache(maxsize=256)  # asked at every statement that is carried
def rebound(function: ast.FunctionDef | ast.Lambda) -> frozenset[str]:
    """Return the names of a function that are assigned more than once, or in a loop."""
    counts = Counter({a.arg: 1 for a in ast.walk(function.args) if isinstance(a, ast.arg)})
    for node in nodes_of(function) if isinstance(function.body, list) else ():
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            counts[node.id] += 1
        elif isinstance(node, (ast.For, ast.While)):
            counts.update(assigned([node]))
    return frozenset(name for name, count in counts.items() if count > 1)


COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _binding_nodes(roots: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Like own_nodes, but of comprehensions only what := binds in the function."""
    stack = list(reversed(list(roots)))
    while stack:
        node = stack.pop()
        if type(node) in LEAVES:
            yield node
            continue
        if isinstance(node, COMPREHENSIONS):
            walruses = (n for n in ast.walk(node) if isinstance(n, ast.NamedExpr))
            yield from (walrus.target for walrus in walruses)
            continue
        yield node
        if not isinstance(node, CLOSED):
            stack += children(node)[::-1]
        elif isinstance(node, SCOPES):
            stack += evaluated(node)[::-1]


def ends(statements: Statements) -> bool:
    """Whether statements never fall through to what follows them."""
    for node in statements:
        if isinstance(node, (ast.Return, ast.Raise, ast.Break, ast.Continue)):
            return True
        while isinstance(node, ast.If):
            if not (node.orelse and ends(node.body)):
                break
            if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
                node = node.orelse[0]  # an elif: walk the chain, do not recurse along it
                continue
            if ends(node.orelse):
                return True
            break
        if isinstance(node, ast.Try):
            whole = ends([*node.body, *node.orelse]) and all(ends(h.body) for h in node.handlers)
            if whole or ends(node.finalbody):
                return True
        if isinstance(node, ast.While) and _endless(node):
            return True
    return False


def _endless(loop: ast.While) -> bool:
    always = isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    return always and not any(isinstance(n, ast.Break) for n in loop_nodes(loop.body))


def loop_nodes(statements: Statements) -> Iterator[ast.AST]:
    """Yield the nodes of a loop's body without those of loops inside (else clauses count)."""
    stack: list[ast.AST] = list(reversed(statements))
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, LOOPS):
            stack.extend(reversed(node.orelse))
        elif not isinstance(node, BELOW):
            stack.extend(reversed(children(node)))


MOST = 4096  # nodes of which it is remembered what is inside: arms in arms ask at every level
_returning: dict[ast.AST, bool] = {}
_breaking: dict[ast.AST, bool] = {}


def _inside_of(node: ast.AST, wanted: tuple[type, ...], known: dict[ast.AST, bool]) -> bool:
    """Whether a statement is one of some kinds, or has one in it, not in a function.

    Break and continue in the body of a loop are those of that loop.
    """
    if isinstance(node, BELOW):
        return False
    if node not in known:
        found = isinstance(node, wanted)
        own = known is _breaking and isinstance(node, LOOPS)
        for inner in node.orelse if own else children(node):  # type: ignore[attr-defined]
            found = found or _inside_of(inner, wanted, known)
        if len(known) >= MOST:
            known.clear()
        known[node] = found
        return found
    return known[node]


def returns(statements: Iterable[ast.AST]) -> bool:
    """Whether there is a return among statements."""
    return any([_inside_of(node, (ast.Return,), _returning) for node in statements])


def jumps(statements: Statements) -> bool:
    """Whether statements can leave the list they stand in: return, or break and continue of the loop around."""
    loop = [_inside_of(node, (ast.Break, ast.Continue), _breaking) for node in statements]
    return any(loop) or returns(statements)


def dies(statements: Statements) -> bool:
    """Whether statements always end in an exception (or never end)."""
    if not statements or jumps(statements[:-1]):
        return False  # what leaves the list earlier does not get there
    last = statements[-1]
    if isinstance(last, ast.If):
        return dies(last.body) and dies(last.orelse)
    return isinstance(last, ast.Raise)


@lru_cache(maxsize=256)  # asked at every call of a function
def yields(function: ast.FunctionDef | ast.Lambda) -> ast.AST | None:
    """Return the yield that makes a function a generator, or None."""
    found = (n for n in nodes_of(function) if type(n) is ast.Yield or type(n) is ast.YieldFrom)
    return next(found, None)


INNARDS = {"__code__", "__defaults__", "__kwdefaults__"}


def returns_its_argument(function: ast.AST) -> bool:
    """Whether a function of one parameter returns what it was given, unchanged, on every path."""
    if not isinstance(function, ast.FunctionDef) or function.decorator_list or yields(function):
        return False
    args = function.args
    names = [arg.arg for arg in [*args.posonlyargs, *args.args]]
    if len(names) != 1 or args.vararg or args.kwonlyargs or args.kwarg:
        return False
    if names[0] in assigned_in(function) or not ends(function.body):
        return False
    changed = {n.attr for n in ast.walk(function) if isinstance(n, ast.Attribute)} & INNARDS
    if changed or any(isinstance(n, ast.Nonlocal) for n in ast.walk(function)):
        return False
    given = [n.value for n in own_nodes(*function.body) if isinstance(n, ast.Return)]
    return bool(given) and all(isinstance(g, ast.Name) and g.id == names[0] for g in given)


def is_text(node: ast.AST) -> bool:
    """Whether an expression is a text that is written out."""
    return isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str)


def is_flag(node: ast.AST) -> bool:
    """Whether an expression is True or False."""
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def has_texts(node: ast.expr) -> bool:
    """Whether an expression is a display with a text in it."""
    items = getattr(node, "elts", [])
    return any(isinstance(i, ast.Constant) and isinstance(i.value, str) for i in items)


def has_own_namespace(call: ast.Call) -> bool:
    """Whether an exec gets a namespace that is written out, and so changes no other."""
    own = call.args[1] if len(call.args) > 1 else None
    return isinstance(own, ast.Dict) and not any(isinstance(n, ast.Call) for n in ast.walk(own))


def integer(node: ast.expr) -> int | None:
    """Return the integer that a tree writes out, if it does."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inside = integer(node.operand)
        return None if inside is None else -inside
    number = node.value if isinstance(node, ast.Constant) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def in_index(key: ast.expr) -> set[str]:
    """Return the names in an index that are whole numbers there: x[i - 1], x[i, 2 * j]."""
    found, pending = set(), [key]
    for part in pending:
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Tuple):
            pending += part.elts
        elif isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Add, ast.Sub, ast.Mult)):
            pending += [part.left, part.right]
    return found


def names_of(nodes: list[ast.expr]) -> set[str]:
    """Return the bare names among expressions."""
    return {node.id for node in nodes if isinstance(node, ast.Name)}
