"""Where an item of an array goes: to where only a number may stand, or to where an array may.

It is followed from use to use, through arithmetic, functions that are applied element by element, and names.
"""

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import Enum, auto
from typing import Any

from adjgen.elementary.row import BY_NAME
from adjgen.read.flow import SCOPES, is_text


class Goes(Enum):
    """What is known of a place that a value goes to."""

    NUMBER = auto()  # an array would be an error there
    ARRAY = auto()  # where an array may stand
    ARITHMETIC = auto()  # where both may, if arrays make arrays


OF_ANYTHING = {
    "builtins." + n for n in ("isinstance", "print", "type", "bool", "str", "repr", "range")
}
OF_NUMBERS = {"builtins.float", "builtins.int", "builtins.round", "builtins.max", "builtins.min"}
OF_SEQUENCES = {
    "builtins.max", "builtins.min", "builtins.sum", "math.fsum", "math.prod", "math.dist", "math.sumprod",
}  # fmt: skip
LIBRARIES = ("numpy.", "scipy.")
SETTINGS = {"axis", "ddof", "dx", "k", "n", "num", "offset"}  # arguments that are numbers, by name
ADDING = {"append", "insert"}  # to lists
MAKERS = {f"numpy.{name}" for name in ("zeros", "ones", "empty", "full")}
ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
LISTS = (ast.List, ast.Tuple, ast.ListComp, ast.GeneratorExp)
TESTS = (ast.If, ast.While, ast.IfExp, ast.Assert)
Step = ast.AST | Goes  # a node whose value it goes on in, or where it ends


class Destinations:
    """The places that values go to in the nodes of a function."""

    def __init__(
        self,
        dotted: Callable[[ast.AST], str],
        nodes: Iterable[ast.AST],
        parents: Mapping[ast.AST, ast.AST],
        arrays: Collection[str],
        is_number: Callable[[ast.expr], bool],
    ) -> None:
        self.dotted, self.parents, self.is_number = dotted, parents, is_number
        self.arrays = arrays
        self.hidden: set[str] = set()  # what functions inside do with them is not followed
        self.known: dict[ast.AST, tuple[Step, ...]] = {}  # the steps from a node
        self.loads: dict[str, list[ast.AST]] = {}
        self.made: dict[str, list[ast.expr | None]] = {}  # what names are bound to; None: who knows
        for node in nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                self.loads.setdefault(node.id, []).append(node)
            elif isinstance(node, ast.Name):
                parent = parents.get(node)
                value = parent.value if isinstance(parent, ast.Assign) else None
                self.made.setdefault(node.id, []).append(value)
            elif isinstance(node, SCOPES):
                self.hidden |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}

    def of(self, values: Iterable[ast.AST]) -> set[Goes]:
        """Return what is known of the places that values go to."""
        found: set[Goes] = set()
        pending, seen = list(values), set()
        while pending:
            node = pending.pop()
            if node in seen:
                continue
            seen.add(node)
            if node not in self.known:
                self.known[node] = tuple(self._steps(node, self.parents.get(node)))
            for step in self.known[node]:
                if isinstance(step, Goes):
                    found.add(step)
                else:
                    pending.append(step)
        return found

    def of_name(self, name: str) -> set[Goes]:
        """Return what is known of the places that the value of a name goes to."""
        return {Goes.ARRAY} if self._is_array(name) else self.of(self.loads.get(name, []))

    def _is_array(self, name: str) -> bool:
        return name in self.arrays or name in self.hidden

    def _steps(self, node: ast.AST, parent: ast.AST | None) -> Iterable[Step]:
        if parent is None or isinstance(parent, ast.Return):
            return [Goes.ARITHMETIC]
        if isinstance(node, LISTS):
            return self._of_list(node, parent)
        look = LOOKS.get(type(parent))
        return [Goes.ARRAY] if look is None else look(self, node, parent)

    def _of_list(self, node: ast.AST, parent: ast.AST) -> Iterable[Step]:
        """Return where the items of a list go that is written out; only lists of numbers are known."""
        items = node.elts if isinstance(node, (ast.List, ast.Tuple)) else None
        if items is None:
            return [Goes.NUMBER]
        if isinstance(parent, (ast.List, ast.Tuple)):
            return [parent]
        if isinstance(parent, ast.Assign):
            targets = parent.targets
            if all(isinstance(t, (ast.List, ast.Tuple)) for t in targets):
                return [step for t in targets for one in t.elts for step in self._bound(one)]  # type: ignore[attr-defined]
        dotted = self.dotted(parent.func) if isinstance(parent, ast.Call) else ""
        if dotted == "builtins.sum":
            return [Goes.ARITHMETIC, parent]
        if dotted.startswith(LIBRARIES) or isinstance(node, ast.Tuple):
            beside = any(isinstance(item, ast.Constant) for item in items)
            return [Goes.NUMBER if beside and dotted == "numpy.array" else Goes.ARRAY]
        return [Goes.NUMBER]

    def _operator(self, node: ast.AST, parent: Any) -> Iterator[Step]:
        other = parent.right if node is parent.left else parent.left
        if not is_text(other):
            met = isinstance(other, ast.BinOp) and isinstance(other.op, ast.MatMult)
            met = met or isinstance(other, ast.Name) and other.id in self.arrays
            yield Goes.ARRAY if met or isinstance(parent.op, ast.MatMult) else Goes.ARITHMETIC
            yield parent

    def _update(self, node: ast.AST, parent: Any) -> Iterable[Step]:
        kind = Goes.ARRAY if isinstance(parent.op, ast.MatMult) else Goes.ARITHMETIC
        return [kind, *self._bound(parent.target)]

    def _assignment(self, node: ast.AST, parent: Any) -> Iterable[Step]:
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        more = [parent] if isinstance(parent, ast.NamedExpr) else []
        return [*more, *(step for target in targets for step in self._bound(target))]

    def _bound(self, target: ast.expr) -> Iterable[Step]:
        """Return where what a target is bound to goes."""
        if isinstance(target, ast.Name):
            return [Goes.ARRAY] if self._is_array(target.id) else self.loads.get(target.id, [])
        return [Goes.NUMBER if self._is_place_in_vector(target) else Goes.ARRAY]

    def _is_place_in_vector(self, target: ast.expr) -> bool:
        """Whether a target is an item of a list, or of an array that was made with one dimension."""
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
            return False
        made = self.made.get(target.value.id, [])
        return self.is_number(target.slice) and bool(made) and all(map(self._is_vector, made))

    def _is_vector(self, node: ast.expr | None) -> bool:
        if isinstance(node, ast.BinOp):  # [0.0] * n
            node = node.left
        if isinstance(node, (ast.List, ast.ListComp)):
            return True
        if not isinstance(node, ast.Call) or self.dotted(node.func) not in MAKERS or not node.args:
            return False
        length = node.args[0]
        known = isinstance(length, ast.Subscript) and isinstance(length.value, ast.Attribute)
        sized = isinstance(length, ast.Attribute) and length.attr == "size"
        shape = known and length.value.attr == "shape" and not isinstance(length.slice, ast.Slice)  # type: ignore[attr-defined]
        return bool(sized or shape or self.is_number(length))

    def _comparison(self, node: ast.AST, parent: Any) -> Iterable[Step]:
        if not all(isinstance(op, ORDERS) for op in parent.ops):
            return []
        above = self.parents.get(parent)
        asked = isinstance(above, TESTS) and above.test is parent
        asked = asked or isinstance(above, (ast.BoolOp, ast.comprehension))
        asked = asked or isinstance(above, ast.UnaryOp) and isinstance(above.op, ast.Not)
        return [Goes.NUMBER] if asked else [parent]

    def _argument(self, node: ast.AST, parent: Any) -> Iterable[Step]:
        """Return where an argument of a call goes."""
        dotted = self.dotted(parent.func)
        if dotted in OF_ANYTHING:
            return []
        adds = isinstance(parent.func, ast.Attribute) and parent.func.attr in ADDING and not dotted
        if adds and node in parent.args:
            return [Goes.NUMBER]
        if dotted in OF_SEQUENCES and len(parent.args) < 2 or node is parent.func:
            return [Goes.ARRAY]
        if dotted in OF_NUMBERS or dotted.startswith("math.") and dotted not in OF_SEQUENCES:
            return [Goes.NUMBER]
        row = BY_NAME.get(dotted)
        if row is None or row.category in ("sequence", "none"):
            return [Goes.ARRAY]
        return [Goes.ARITHMETIC, parent]

    def _keyword(self, node: ast.AST, parent: Any) -> Iterable[Step]:
        if parent.arg in SETTINGS:
            return [Goes.NUMBER]
        return self._argument(parent, self.parents[parent])

    def _choice(self, node: ast.AST, parent: Any) -> Iterable[Step]:
        return [] if node is parent.test else [parent]

    def _item(self, node: ast.AST, parent: Any) -> Iterable[Step]:
        return [Goes.ARRAY] if node is parent.value else []

    def _walk(self, node: ast.AST, parent: Any) -> Iterable[Step]:
        return [Goes.ARRAY] if node is parent.iter else []

    def _sign(self, node: ast.AST, parent: Any) -> Iterable[Step]:
        return [] if isinstance(parent.op, ast.Not) else [parent]

    def _on(self, node: ast.AST, parent: Any) -> Iterable[Step]:
        return [parent]

    def _nowhere(self, node: ast.AST, parent: Any) -> Iterable[Step]:
        return []


LOOKS: dict[type, Callable[[Destinations, ast.AST, Any], Iterable[Step]]] = {
    ast.BinOp: Destinations._operator, ast.AugAssign: Destinations._update,
    ast.UnaryOp: Destinations._sign, ast.Compare: Destinations._comparison, ast.Call: Destinations._argument,
    ast.keyword: Destinations._keyword, ast.IfExp: Destinations._choice, ast.Subscript: Destinations._item,
    ast.For: Destinations._walk, ast.comprehension: Destinations._walk,
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.NamedExpr), Destinations._assignment),
    **dict.fromkeys((ast.List, ast.Tuple, ast.ListComp, ast.GeneratorExp, ast.BoolOp), Destinations._on),
    **dict.fromkeys(
        (ast.If, ast.While, ast.Assert, ast.Expr, ast.Slice, ast.FormattedValue, ast.Raise),
        Destinations._nowhere,
    ),
}  # fmt: skip
