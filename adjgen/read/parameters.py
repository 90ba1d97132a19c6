"""Which parameters are numbers to differentiate, and which are flags, names, counts or indices."""

import ast
from typing import Any

from adjgen.ir.types import INT, OPAQUE, REAL, Type
from adjgen.read.annotations import is_object
from adjgen.read.flow import own_nodes
from adjgen.read.inline import parameters


def parameter_types(definition: Any) -> dict[str, tuple[Type, bool]]:
    """Return the type of each parameter and whether `wrt=None` selects it."""
    node = definition.node
    used = Uses(node)
    found = {}
    for k, (name, kind) in enumerate(parameters(node)):
        default = definition.defaults.get(name, ...)
        annotation = _annotation(node, name)
        if kind.startswith("VAR") or k < definition.bound:
            found[name] = (OPAQUE, False)
        elif "bool" in annotation or isinstance(default, bool):
            found[name] = (OPAQUE, False)  # nobody checks what is passed for a flag
        elif "str" in annotation or isinstance(default, str) or name in used.texts:
            found[name] = (OPAQUE, False)
        elif is_object(definition, annotation):
            found[name] = (OPAQUE, False)
        elif name in used.counts:
            found[name] = (INT, False)
        elif name in used.objects or not _number_default(default):
            found[name] = (OPAQUE, False)
        elif "float" in annotation:
            found[name] = (REAL, True)
        elif name in used.tests and (default is None or name not in used.numbers):
            found[name] = (REAL, False)
        else:
            found[name] = (REAL, True)
    return found


def _number_default(default: object) -> bool:
    return default is ... or default is None or isinstance(default, (int, float))


def _annotation(node: Any, name: str) -> set[str]:
    """Return the names in an annotation: those in `bool | None`, Optional[str], "float"."""
    everything = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    for arg in everything:
        if arg.arg == name and arg.annotation is not None:
            words = {n.id for n in ast.walk(arg.annotation) if isinstance(n, ast.Name)}
            texts = [n.value for n in ast.walk(arg.annotation) if isinstance(n, ast.Constant)]
            return words | {w.strip() for t in texts if isinstance(t, str) for w in t.split("|")}
    return set()


class Uses:
    """How the body of a function uses its names, from its syntax."""

    def __init__(self, node: Any) -> None:
        self.texts: set[str] = set()  # compared with strings
        self.counts: set[str] = set()  # ranges, bit patterns
        self.objects: set[str] = set()  # indexed, iterated, asked for attributes, called
        self.tests: set[str] = set()  # truth tests
        self.tested: set[ast.expr] = set()
        self.numbers: set[str] = set()  # arithmetic and functions
        body = node.body if isinstance(node.body, list) else [node.body]
        for inner in own_nodes(*body):
            self._look(inner)

    def _look(self, node: ast.AST) -> None:
        if isinstance(node, ast.Compare):
            self._compare([node.left, *node.comparators], node.ops)
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, ast.BinOp):
            bits = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)
            into = self.counts if isinstance(node.op, bits) else self.numbers
            into |= names_of([node.left, node.right])
        elif isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.Not):
                self._test(node.operand)
            else:
                into = self.counts if isinstance(node.op, ast.Invert) else self.numbers
                into |= names_of([node.operand])
        elif isinstance(node, ast.Subscript):
            self.objects |= names_of([node.value])
            self.counts |= names_of([node.slice])
        elif isinstance(node, ast.Attribute):
            self.objects |= names_of([node.value])
        elif isinstance(node, (ast.For, ast.comprehension)):
            self.objects |= names_of([node.iter])
        elif isinstance(node, (ast.If, ast.IfExp, ast.While)):
            self._test(node.test)
        elif isinstance(node, ast.BoolOp) and node not in self.tested:
            self.numbers |= names_of(node.values)  # the value of `x or y` is used
        elif isinstance(node, (ast.Return, ast.AugAssign, ast.Assign)) and node.value is not None:
            self.numbers |= names_of([node.value])

    def _test(self, node: ast.expr) -> None:
        """Note the names whose truth alone is asked for."""
        self.tested.add(node)
        self.tests |= names_of([node])
        for part in node.values if isinstance(node, ast.BoolOp) else ():
            self._test(part)

    def _compare(self, sides: list[ast.expr], ops: list[ast.cmpop]) -> None:
        membership = any(isinstance(op, (ast.In, ast.NotIn)) for op in ops)
        text = any(isinstance(s, ast.Constant) and isinstance(s.value, str) for s in sides)
        if text or (membership and _texts(sides[-1])):
            self.texts |= names_of(sides)
        if membership:
            self.objects |= names_of(sides[1:])

    def _call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if isinstance(node.func, ast.Name):
            self.objects.add(name)
        if name == "range":
            self.counts |= names_of(node.args)
        elif name in ("len", "enumerate", "zip", "reversed", "sorted"):
            self.objects |= names_of(node.args)
        elif name == "isinstance" and len(node.args) == 2 and "str" in ast.unparse(node.args[1]):
            self.texts |= names_of(node.args[:1])
        elif name not in ("isinstance", "print", "type", "bool"):
            self.numbers |= names_of(node.args)


def _texts(node: ast.expr) -> bool:
    items = getattr(node, "elts", [])
    return any(isinstance(i, ast.Constant) and isinstance(i.value, str) for i in items)


def names_of(nodes: list[ast.expr]) -> set[str]:
    """Return the bare names among expressions."""
    return {node.id for node in nodes if isinstance(node, ast.Name)}
