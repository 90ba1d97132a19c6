"""Parameters that are several numbers, as their annotations say: tuples, NamedTuples, dataclasses.

`tuple[float, float]` is two numbers, `tuple[float, ...]` a list whose derivative is a tuple again.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from adjgen.ir.core import Param, Var
from adjgen.ir.trees import LEAF, Tree
from adjgen.ir.types import REAL, Type, join, seq
from adjgen.read import lists
from adjgen.read.flow import nodes_of
from adjgen.read.frame import Frame
from adjgen.read.names import ABSENT, External, Known, Missing
from adjgen.read.parameters import Uses
from adjgen.read.said_lists import said_list
from adjgen.read.state import annotation_of
from adjgen.read.values import Display, Value

TUPLES = ("builtins.tuple", "typing.Tuple")
OPTIONAL = "typing.Optional"
Resolve = Callable[[ast.AST], Any]


class UnfitError(Exception):
    """An object that is not so many numbers, or not known to be: says why."""

    def __init__(self, code: str, what: str, why: str) -> None:
        super().__init__(what)
        self.problem = code, what, why


@dataclass(frozen=True)
class Structure:
    """The structure of a parameter, and the types of its leaves."""

    tree: Tree
    types: tuple[Type, ...]
    whole: bool = field(default=False, compare=False)  # whether a number is said to be an int
    real: bool = field(default=True, compare=False)  # or a float


TUPLE = "it is a tuple"
CHANGING = {"setattr", "delattr", "vars", "__setattr__", "__delattr__", "__dict__"}
NUMBER = Structure(LEAF, (REAL,))
NUMBERS = {"builtins.float": NUMBER, "builtins.int": Structure(LEAF, (REAL,), True, False)}


def said_of_parameter(
    frame: Frame, name: str, about: dict[str, Any], used: Uses
) -> Structure | None:
    """Return the structure of a parameter of the main function; note why an object has none."""
    session, definition = frame.session, frame.definition
    if name in used.counts | used.indices:
        return None  # a shape
    if session.closed and name in session.passive or (definition, name) in session.retyped:
        return None
    try:
        found = said_structure(frame, name)
        if found is not None and found.tree.has_objects():
            _check_object(frame, name, found.tree)
    except UnfitError as error:
        about.setdefault("unfit", {})[name] = error.problem
        return None
    if session.target == "numba" and found is not None and found.tree.kind == "items":
        return None  # there all lists are arrays, and so are gradients
    if session.target == "numpy" and found is not None and not found.real:
        return None  # axes, or a shape
    return found


def _check_object(frame: Frame, name: str, tree: Tree) -> None:
    """Refuse an object that the target does not know, or whose fields are assigned."""
    from adjgen.read.members import note

    if frame.session.target == "numba":
        what = f"target numba: `{name}` is an object of a class of yours"
        why = "Pass its numbers as parameters, or as a tuple."
        frame.problem(frame.definition.node, "ADJ803", what, why)
    for node in nodes_of(frame.definition.node):
        word = getattr(node, "attr", getattr(node, "id", ""))
        if isinstance(node, (ast.Attribute, ast.Name)) and word in CHANGING:
            what = f"`{word}` may change the object `{name}`"
            raise UnfitError("ADJ407", what, "Use its fields one by one.")
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            root: ast.AST = node
            while isinstance(root, (ast.Attribute, ast.Subscript)):
                root = root.value
            if isinstance(root, ast.Name) and root.id == name:
                why = "Make a new object: `dataclasses.replace(p, a=...)`."
                raise UnfitError("ADJ407", f"a field of `{name}` is assigned", why)
    frame.session.objects = True
    for record in tree.records():
        note(frame, record)


def said_structure(frame: Frame, name: str) -> Structure | None:
    """Return the structure that the annotation of a parameter says, None for one number or a list."""
    node = frame.definition.node
    default = frame.definition.defaults.get(name, ABSENT)
    resolve = _resolver(frame, name)
    said, optional = without_none(annotation_of(node, name), resolve)
    found = None if said is None else structure(said, resolve)
    if found is None or found == NUMBER:
        return None
    if optional or default is None:
        if found.tree.has_objects():
            why = "Take None out of the annotation and the default, or name other parameters with wrt=."
            raise UnfitError("ADJ609", f"`{name}` may be None instead of an object", why)
        lengths = len(found.types) and set(found.types) == {REAL}
        return Structure(Tree("items", (LEAF,)), (seq(REAL),)) if lengths else None
    return found


def _resolver(frame: Frame, name: str) -> Resolve:
    """Return what tells the meaning of names in an annotation; a running function keeps its own."""
    outside = Frame(frame.session, frame.definition, ())
    try:
        live = frame.definition.live.__annotations__.get(name)
    except Exception:  # of no live function, or what evaluating an annotation may raise
        live = None

    def resolve(node: ast.AST) -> Any:
        binding = outside.binding(node)
        if isinstance(binding, Missing) and getattr(live, "__name__", "") == binding.name:
            family = frame.definition.scope.family
            label, held = f"{binding.name}_class", {binding.name: live}
            return External(family.place(live, label, held, binding.name), value=live)
        return binding

    return resolve


def without_none(said: ast.expr | None, resolve: Resolve) -> tuple[ast.expr | None, bool]:
    """Return an annotation without `| None`, and whether it had one."""
    said = unquoted(said)
    if isinstance(said, ast.BinOp) and isinstance(said.op, ast.BitOr):
        sides = [unquoted(said.left), unquoted(said.right)]
        kept = [side for side in sides if not _is_none(side)]
        return (kept[0], True) if len(kept) == 1 else (said, False)
    if isinstance(said, ast.Subscript) and _dotted(resolve(said.value)) == OPTIONAL:
        return unquoted(said.slice), True
    return said, False


def unquoted(said: ast.expr | None) -> ast.expr | None:
    """Return an annotation that is written as a text as what it says."""
    while isinstance(said, ast.Constant) and isinstance(said.value, str):
        try:
            said = ast.parse(said.value.strip(), mode="eval").body
        except (SyntaxError, ValueError):
            return None
    return said


def _is_none(said: ast.expr | None) -> bool:
    return isinstance(said, ast.Constant) and said.value is None


def _dotted(binding: Any) -> str:
    """Return the canonical name of what Python has; what stands in typing for types is no function."""
    live = getattr(binding, "value", None)
    if type(live).__module__ == "typing":
        return f"typing.{getattr(live, '_name', '')}"
    return binding.dotted if isinstance(binding, Known) else ""


def structure(said: ast.expr, resolve: Resolve) -> Structure | None:
    """Return the structure that an annotation says; None for what is no number, and no tuple of any."""
    plain = unquoted(said)
    if isinstance(plain, ast.BinOp) and isinstance(plain.op, ast.BitOr):  # float | int
        sides = [structure(side, resolve) for side in (plain.left, plain.right)]
        return NUMBER if sides == [NUMBER, NUMBER] else None
    if isinstance(plain, (ast.Name, ast.Attribute)):
        binding = resolve(plain)
        if isinstance(binding, External):
            from adjgen.read.classes import structure_of_class

            return structure_of_class(binding)
        return NUMBERS.get(_dotted(binding))
    if not isinstance(plain, ast.Subscript) or _dotted(resolve(plain.value)) not in TUPLES:
        return None
    inner = plain.slice
    parts = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
    if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is ...:
        return _of_any_length(parts[0], resolve)
    return together([structure(part, resolve) for part in parts])


def _of_any_length(said: ast.expr, resolve: Resolve) -> Structure | None:
    """Return the structure of tuple[said, ...]."""
    item = structure(said, resolve)
    if item is not None and item.tree.has_objects():
        what = f"`{ast.unparse(said)}` objects in a tuple of any length"
        raise UnfitError("ADJ609", what, "Use a tuple of a length that is written out.")
    if item == NUMBER:
        return of_items(item)
    plain = unquoted(said)
    kind = None
    if isinstance(plain, ast.Subscript):
        kind = said_list(_Resolving(resolve), plain)  # type: ignore[arg-type]
    return of_items(Structure(LEAF, (kind,))) if kind else item and of_items(item)


@dataclass(frozen=True)
class _Resolving:
    """What asks for the meaning of names in an annotation."""

    binding: Resolve

    def dotted(self, node: ast.AST) -> str:
        """Return the canonical name of what Python or a library has."""
        return _dotted(self.binding(node))


def of_items(item: Structure) -> Structure | None:
    """Return the structure of a tuple of any length; its items are numbers, or lists or tuples of such."""
    if item.tree.kind == "tuple" and not item.tree.has_objects():
        if set(item.types) != {REAL} or any(child.kind for child in item.tree.children):
            return None
        item = Structure(Tree("items", (LEAF,)), (seq(REAL),))  # tuples of a length are of any
    if item.tree.kind not in ("", "items"):
        return None
    return Structure(Tree("items", (item.tree,)), (seq(item.types[0]),), item.whole, item.real)


def together(parts: Sequence[Structure | None]) -> Structure | None:
    """Return the structure of a tuple of parts, None if one of them is none."""
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    tree = Tree("tuple", tuple(part.tree for part in known))
    whole = any(part.whole for part in known)
    real = any(part.real for part in known)
    return Structure(tree, tuple(kind for part in known for kind in part.types), whole, real)


def structured_param(name: str, found: Structure, kind: str, default: Any) -> Param:
    """Return a parameter that is several numbers."""
    labels = hints(name, found.tree)
    variables = tuple([Var(label, kind) for label, kind in zip(labels, found.types)])
    differentiable = (
        default is ... or found.tree.kind != "items"
    )  # a list with a default is a setting
    return Param(name, variables, kind, default, differentiable, found.tree)


def hints(name: str, tree: Tree) -> list[str]:
    """Return how the leaves of a parameter are called: x_1, x_2, p_mass."""
    if tree.kind in ("", "items"):
        return [name]
    fields = tree.record.fields if tree.record else [str(k + 1) for k in range(len(tree.children))]
    labels = [f"{name}_{part}" if part else name for part in fields]
    return [one for label, child in zip(labels, tree.children) for one in hints(label, child)]


def value_of(frame: Frame, param: Param) -> Value:
    """Return what a parameter stands for."""
    return _value(frame, param.tree, iter(param.vars))


def _value(frame: Frame, tree: Tree, parts: Iterator[Var]) -> Value:
    if not tree.kind:
        return next(parts)
    if tree.kind == "items":
        return lists.held(frame, next(parts), frozen=TUPLE)
    names = tree.record.fields if tree.record else ("item",) * len(tree.children)
    held = [_value(frame, child, parts) for child in tree.children]
    items = tuple(item for name, item in zip(names, held) if name)
    whole = held[0] if names[:1] == ("",) else None
    numbers = [one for one in items if isinstance(one, Var)]
    if tree.record is None and len(numbers) == len(items):
        builder, frame.session.builder.loc = frame.session.builder, None
        whole = builder.value("listing", tuple(numbers), seq(join(*(v.type for v in numbers))))
        whole.hint = numbers[0].hint.removesuffix("_1") + "_items"  # for an index of run time
    return Display(tree.kind, items, tree.own().record, whole if isinstance(whole, Var) else None)
