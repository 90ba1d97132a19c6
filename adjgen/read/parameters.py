"""Which parameters are numbers to differentiate, and which are flags, names, counts or indices."""

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeGuard

from adjgen.ir.types import INT, OPAQUE, REAL, Type, seq
from adjgen.read.flow import (
    COMPREHENSIONS,
    assigned,
    assigned_in,
    has_texts,
    in_index,
    is_flag,
    is_text,
    names_of,
    nodes_of,
    own_nodes,
)
from adjgen.read.frame import Frame
from adjgen.read.lowering import Session
from adjgen.read.names import ABSENT, Known
from adjgen.read.objects import annotation_bindings, is_object
from adjgen.read.opaque import targets
from adjgen.read.outside import display_of
from adjgen.read.ranks import OF_ARRAYS, Ranks, array_of
from adjgen.read.said_lists import said_list
from adjgen.read.state import annotation_of, locals_of, parameters
from adjgen.read.values import BindingValue

BITS = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)
UNKNOWN = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)  # a default that only running tells
OF_CONTAINERS = {"builtins." + n for n in ("len", "enumerate", "zip", "reversed", "sorted")}
MAKERS = {f"numpy.{n}" for n in ("zeros", "ones", "empty", "full", "eye", "identity", "arange")}
OF_ANYTHING = {"builtins." + n for n in ("isinstance", "print", "type", "bool")}


def parameter_types(
    session: Session, definition: Any, used: "Uses"
) -> dict[str, tuple[Type, bool]]:
    """Return the type of each parameter and whether `wrt=None` selects it."""
    node = definition.node
    outside = Frame(session, definition, ())
    found = {}
    for k, (name, kind) in enumerate(parameters(node)):
        default = definition.defaults.get(name, ABSENT)
        said = annotation_bindings(outside, name)
        annotation = {b.dotted.removeprefix("builtins.") for b in said if isinstance(b, Known)}
        unknown = isinstance(default, UNKNOWN) and name in used.terms
        if kind.startswith("VAR") or k < definition.bound:
            found[name] = (OPAQUE, False)
        elif "bool" in annotation or isinstance(default, bool):
            found[name] = (OPAQUE, False)  # nobody checks what is passed for a flag
        elif "str" in annotation or isinstance(default, str) or name in used.texts - used.terms:
            found[name] = (OPAQUE, False)
        elif kind_of := array_of(used.ranks, definition, name):
            found[name] = (kind_of, (kind_of.dtype or kind_of) is REAL)
        elif is_object(said) and "float" not in annotation:
            found[name] = (OPAQUE, False)
        elif default is ABSENT and (written := said_list(outside, annotation_of(node, name))):
            found[name] = (written, True)
        elif name in used.counts | used.indices:
            whole = "int" in annotation or name in used.counts or isinstance(default, int)
            found[name] = (INT if whole else OPAQUE, False)
        elif used.ranks and name not in used.objects and _may_be_array(default, annotation):
            found[name] = (used.ranks.array(name), True)
        elif isinstance(display_of(outside, default), (ast.Dict, ast.Set)):
            found[name] = (OPAQUE, False)
        elif name in used.lists - used.objects and "dict" not in annotation:
            found[name] = (seq(REAL), default is ABSENT)  # a list with a default is a setting
        elif name in used.objects or not (_number_default(default) or unknown):
            found[name] = (OPAQUE, False)
        elif "float" in annotation:
            found[name] = (REAL, True)
        elif name in used.tests and (default is None or name not in used.numbers):
            found[name] = (REAL, False)
        else:
            found[name] = (REAL, True)
    return found


def _may_be_array(default: object, annotation: set[str]) -> bool:
    return _number_default(default) and "float" not in annotation


def _number_default(default: object) -> bool:
    return default is ABSENT or default is None or isinstance(default, (int, float))


def _with_aliases(session: Session, definition: Any, nodes: Sequence[ast.AST]) -> Frame:
    """Return a frame in which local names that only stand for other names are known."""
    frame = Frame(session, definition, locals_of(definition.node))
    times = Counter(name for name, _ in parameters(definition.node))
    times.update([node.id for node in nodes if _is_store(node)])
    statements = [node for node in nodes if isinstance(node, ast.stmt)]
    for statement in statements:
        if isinstance(statement, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)):
            times.update(assigned([statement]))
    for statement in statements:
        found = {}
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias, name in zip(statement.names, assigned([statement])):
                found[name] = definition.scope.imported(statement, alias)
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            found[statement.targets[0].id] = frame.binding(statement.value)
        for name, binding in found.items():
            if binding is not None and times[name] == 1:
                frame.env[name] = BindingValue(binding)
    return frame


def _nodes_of_parameters(node: Any, nodes: Sequence[ast.AST]) -> Iterable[ast.AST]:
    """Return the nodes of the body; a parameter's name that means something else is spelled differently."""
    body = node.body if isinstance(node.body, list) else [node.body]
    names = {name for name, _ in parameters(node)}
    loops = [n for n in nodes if isinstance(n, COMPREHENSIONS)]
    if names.isdisjoint(assigned_in(node)) and not any(names & targets(n) for n in loops):
        return nodes
    others: set[ast.AST] = set()
    gone: set[str] = set()
    for statement in body:
        loads = [n for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id in names]
        others.update(n for n in loads if n.id in gone)
        for inner in ast.walk(statement):
            if isinstance(inner, COMPREHENSIONS) and names & targets(inner):
                first = set(ast.walk(inner.generators[0].iter))
                own = names & targets(inner)
                others |= {n for n in ast.walk(inner) if n in loads and n.id in own} - first
        if isinstance(statement, ast.Assign):
            gone |= set(assigned([statement])) - _stays(statement.value)
    if not others:
        return nodes
    copied = copy.deepcopy(body)
    for old, new in zip(ast.walk(ast.Module(body, [])), ast.walk(ast.Module(copied, []))):
        if old in others and isinstance(new, ast.Name):
            new.id = f"%{new.id}"
    return own_nodes(*copied)


def _stays(value: ast.expr) -> set[str]:
    """Return the names whose kind a value that is assigned to them does not change: n = int(n)."""
    made, parts = value, [value]
    if isinstance(value, ast.BinOp):  # [x] * 3
        made = value.left
    if isinstance(made, (ast.List, ast.ListComp, ast.Dict, ast.DictComp)):  # not of [*x], [0.0] + x
        parts = [n.value for n in ast.walk(made) if isinstance(n, ast.Starred)]
        parts += [value.right] if isinstance(value, ast.BinOp) else []
    return {n.id for part in parts for n in ast.walk(part) if isinstance(n, ast.Name)}


class Uses:
    """How the body of a function uses its names, from its syntax."""

    def __init__(self, session: Session, definition: Any) -> None:
        nodes = nodes_of(definition.node)
        self.frame = _with_aliases(session, definition, nodes)
        self.ranks = Ranks(self.frame, definition.node) if session.target == "numpy" else None
        self.texts: set[str] = set()  # compared with strings
        self.counts: set[str] = set()  # ranges, bit patterns
        self.indices: set[str] = set()  # into arrays: whole numbers, or arrays of them
        self.lists: set[str] = set()  # indexed by numbers, iterated
        self.objects: set[str] = set()  # indexed by texts, asked for attributes, called
        self.tests: set[str] = set()  # truth tests
        self.tested: set[ast.expr] = set()
        self.numbers: set[str] = set()  # arithmetic and functions
        self.terms: set[str] = set()  # arithmetic alone
        self.handed: set[str] = set()  # to functions of the user
        self.methods: set[ast.expr] = set()  # of numbers: x.is_integer
        self.keys: set[tuple[str, str]] = set()  # (name, key) of subscripts
        self.asked: set[tuple[str, str]] = set()  # (name, key) of `key in name`
        for inner in _nodes_of_parameters(definition.node, nodes):
            look = LOOKS.get(type(inner))
            if look is not None:
                look(self, inner)
        self.firm = self.numbers | self.terms
        self.numbers |= self.handed
        # A list may be asked for what is in it; where that is a key, it is a dict.
        self.objects |= {
            one[0] for one in self.asked if one in self.keys or one[0] not in self.lists
        }

    def _operation(self, node: ast.BinOp) -> None:
        into = self.counts if isinstance(node.op, BITS) else self.numbers
        names = names_of([node.left, node.right])
        into |= names
        if names and not any(is_text(side) for side in (node.left, node.right)):
            self.terms |= names
        elif names and isinstance(node.op, ast.Add):  # "%g" % x prints a number
            self.texts |= names

    def _unary(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._test(node.operand)
        else:
            into = self.counts if isinstance(node.op, ast.Invert) else self.numbers
            into |= names_of([node.operand])

    def _subscript(self, node: ast.Subscript) -> None:
        (self.objects if is_text(node.slice) else self.lists).update(names_of([node.value]))
        self.keys |= {(name, ast.dump(node.slice)) for name in names_of([node.value])}
        into = self.indices if self.ranks else self.counts
        into |= in_index(node.slice)

    def _attribute(self, node: ast.Attribute) -> None:
        of_number = node in self.methods or node.attr in ("real", "imag")
        of_list = hasattr(list, node.attr)
        if self.frame.session.target == "numpy" and node.attr in OF_ARRAYS:
            of_number = True
        into = self.numbers if of_number else self.lists if of_list else self.objects
        into |= names_of([node.value])

    def _walk(self, node: ast.For | ast.comprehension) -> None:
        self.lists |= names_of([node.iter])

    def _branch(self, node: ast.If | ast.IfExp | ast.While) -> None:
        self._test(node.test)

    def _boolean(self, node: ast.BoolOp) -> None:
        if node not in self.tested:
            self.numbers |= names_of(node.values)  # the value of `x or y` is used

    def _value(self, node: ast.Return | ast.Assign) -> None:
        self.numbers |= names_of([node.value] if node.value else [])

    def _update(self, node: ast.AugAssign) -> None:
        bits = isinstance(node.op, BITS)
        into = self.counts if bits else self.numbers
        into |= names_of([node.target, node.value] if bits else [node.value])

    def _test(self, node: ast.expr) -> None:
        """Note the names whose truth alone is asked for."""
        self.tested.add(node)
        self.tests |= names_of([node])
        for part in node.values if isinstance(node, ast.BoolOp) else ():
            self._test(part)

    def _compare(self, node: ast.Compare) -> None:
        sides, ops = [node.left, *node.comparators], node.ops
        membership = any(isinstance(op, (ast.In, ast.NotIn)) for op in ops)
        text = any(isinstance(s, ast.Constant) and isinstance(s.value, str) for s in sides)
        if any(isinstance(op, (ast.Is, ast.IsNot)) for op in ops) and any(map(is_flag, sides)):
            self.tests |= names_of(sides)
        if text or (membership and has_texts(sides[-1])):
            self.texts |= names_of(sides)
        if membership and is_text(node.left):
            self.objects |= names_of(sides[1:])
        elif membership:
            self.asked |= {(name, ast.dump(node.left)) for name in names_of(sides[1:])}

    def _call(self, node: ast.Call) -> None:
        dotted = self.frame.dotted(node.func)
        if isinstance(node.func, ast.Attribute) and callable(getattr(float, node.func.attr, None)):
            self.methods.add(node.func)
        self.objects |= names_of([node.func])
        if dotted == "builtins.range":
            self.counts |= names_of(node.args)
        elif dotted in MAKERS:
            shape = node.args[0] if node.args else node
            self.counts |= names_of(shape.elts if isinstance(shape, ast.Tuple) else [shape])
        elif dotted in OF_CONTAINERS:
            self.lists |= names_of(node.args)
        elif dotted == "builtins.isinstance" and node.args and self._has_str(node.args[-1]):
            self.texts |= names_of(node.args[:1])
        elif dotted not in OF_ANYTHING:
            into = self.handed if not dotted else self.numbers
            into |= names_of(node.args)

    def _has_str(self, kinds: ast.expr) -> bool:
        return any(self.frame.dotted(part) == "builtins.str" for part in ast.walk(kinds))


LOOKS: dict[type, Callable[[Uses, Any], None]] = {
    ast.Compare: Uses._compare, ast.Call: Uses._call, ast.BinOp: Uses._operation,
    ast.UnaryOp: Uses._unary, ast.Subscript: Uses._subscript, ast.Attribute: Uses._attribute,
    ast.For: Uses._walk, ast.comprehension: Uses._walk, ast.If: Uses._branch, ast.IfExp: Uses._branch,
    ast.While: Uses._branch, ast.BoolOp: Uses._boolean, ast.Return: Uses._value,
    ast.Assign: Uses._value, ast.AugAssign: Uses._update,
}  # fmt: skip


def _is_store(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
