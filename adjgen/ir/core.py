"""The intermediate form: structured SSA, in which control flow is an equation that owns blocks.

A loop is a scan: it carries values from iteration to iteration and collects lists. Nothing is
impure, so one `For` is the user's loop, the reversed loop, and several lists walked in step.
"""

import threading
from dataclasses import dataclass, field
from typing import Any, Union
from weakref import WeakValueDictionary

from adjgen.ir.payload import Payload
from adjgen.ir.shapes import rank
from adjgen.ir.trees import LEAF, Tree
from adjgen.ir.types import NOTHING, Type, of_constant


@dataclass(frozen=True, slots=True)
class Loc:
    """A place in a source file: line from 1, column from 0 in characters."""

    line: int
    col: int
    path: str = ""


class Var:
    """A value of the program; its identity is the variable.

    `hint` is the user's name, `number` the i of x_i; an unnamed variable is called by its number.
    """

    __slots__ = ("hint", "number", "type")

    def __init__(self, hint: str, type: Type, number: int = 0) -> None:
        self.hint = hint
        self.type = type
        self.number = number

    def __repr__(self) -> str:
        return f"<{self.label() or 'x'}:{self.type}>"

    def label(self) -> str:
        """Return what readers call the variable: its name, or x_i, or nothing yet."""
        return self.hint or (f"x_{self.number}" if self.number else "")


class Const:
    """A constant; one by type and repr, so 0.0, -0.0, 0 and False are four constants.

    There is one object for each as long as somebody holds it: comparing and hashing, which passes
    do all the time, are those of an object.
    """

    __slots__ = ("__weakref__", "key", "type", "value")
    value: Any
    type: Type
    key: tuple[Any, str]  # its class and its text

    def __new__(cls, value: object) -> "Const":
        key = (type(value), repr(value))
        found = _constants.get(key)
        return found if found is not None else cls._entered(key, value)

    @classmethod
    def _entered(cls, key: tuple[Any, str], value: object) -> "Const":
        with _entering:
            found = _constants.get(key)
            if found is None:
                found = object.__new__(cls)
                found.key, found.value = key, value
                found.type = NOTHING if value is _Unbound else of_constant(value)
                _constants[key] = found
            return found

    def __reduce__(self) -> tuple[Any, ...]:
        return Const, (self.value,)

    def __repr__(self) -> str:
        return "unbound" if self is UNBOUND else repr(self.value)


_constants: WeakValueDictionary[tuple[Any, str], Const] = WeakValueDictionary()
_entering = threading.Lock()  # two threads that enter a constant at once would have two


class _Unbound:
    """The value of UNBOUND."""


UNBOUND = Const(_Unbound)  # a name that has no value on this path: nothing is assigned
Atom = Union[Var, Const]


@dataclass(frozen=True, slots=True)
class If:
    """`outs = blocks[0] if args[0] else blocks[1]`; the blocks have no parameters."""


@dataclass(frozen=True, slots=True)
class Try:
    """`outs` are the results of blocks[0], or of the block behind it that handles what it raises.

    args      what each handler catches; None is everything
    blocks    the body; handlers, whose only parameter is the exception, and whose results are
              UNBOUND but for outs[0] and exceptions; the code that goes on is an arm of an IF
    outs      if `caught` first which handler ran (False or 0: none); without, no handler goes on
    """

    caught: bool


@dataclass(frozen=True, slots=True)
class For:
    """A loop over `seqs` sequences in step, which carries values; no sequence: until told to stop.

    args      sequences, then the initial carried values
    blocks    body; if `tested` also a condition, computed from the carried values before each turn
    body      params: an element of each sequence, then the carried values;
              results: the carried values, then (if `exits`) whether to stop, then collected values
    outs      the last carried values, then a list of each collected value

    `checkpoint`: from so many turns on its adjoint keeps the state now and then only (0: it does
    not); `again`: its adjoint computes each turn again instead of keeping what it reads.
    """

    seqs: int
    carried: int
    tested: bool = False
    exits: bool = False
    checkpoint: int = 0
    again: bool = False


@dataclass(frozen=True, slots=True)
class Root:
    """`outs[0] = args[0]`, at which the residual that the block computes of its parameter is zero.

    The block never runs as it stands: a sweep differentiates it at the root, for the implicit
    function theorem.
    """


@dataclass(frozen=True, slots=True)
class Call:
    """`outs = function(args)`, a function of the same Module; outs are the leaves of its result.

    `keywords` names the last arguments, if they can only be passed by name.
    """

    function: str
    result: Tree = LEAF
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """Passive code: `outs` are the names that it binds, or its value if it is an expression."""

    payload: Payload


Op = Union[str, If, For, Root, Try, Call, Opaque]  # a string names a row of elementary.TABLE


@dataclass(slots=True, eq=False)
class Eqn:
    """`outs = op(args)`; `derivative` marks equations that algebra may rewrite.

    Never changed once made; not frozen, for that triples the time to make one.
    """

    outs: tuple[Var, ...]
    op: Op
    args: tuple[Atom, ...]
    blocks: tuple["Block", ...] = ()
    loc: Loc | None = None
    derivative: bool = False

    def reading(self, args: tuple[Atom, ...], blocks: tuple["Block", ...]) -> "Eqn":
        """Return the equation with other arguments and blocks."""
        return Eqn(self.outs, self.op, args, blocks, self.loc, self.derivative)


@dataclass(slots=True, eq=False)
class Block:
    """Equations in order; variables of enclosing blocks are visible inside."""

    params: tuple[Var, ...]
    eqns: tuple[Eqn, ...]
    results: tuple[Atom, ...]
    found: frozenset[object] | None = field(default=None, init=False, repr=False)  # its kinds


@dataclass(frozen=True, slots=True, eq=False)
class Param:
    """A parameter of a function: its variables are the leaves of its structure, usually one.

    kind is that of inspect.Parameter ("POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY", ...); default is
    a Python constant, ... for none, else a syntax tree or a live object; `differentiable` is what `wrt=None` selects;
    annotation is the text of it in generated code, "" for that of the variable's type.
    """

    name: str
    vars: tuple[Var, ...]
    kind: str = "POSITIONAL_OR_KEYWORD"
    default: Any = ...
    differentiable: bool = False
    tree: Tree = LEAF
    annotation: str = ""

    def numbers(self) -> tuple[Var, ...]:
        """Return the variables that derivatives are by."""
        return tuple(v for v, role in zip(self.vars, self.tree.roles()) if not role)

    def objects(self) -> tuple[Var, ...]:
        """Return the variables that stand for whole objects."""
        return tuple(v for v, role in zip(self.vars, self.tree.roles()) if role == "object")


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function: body.params are the variables of `params`, body.results the leaves of `result`.

    `about` keeps what readers see: "path", "qualname", "line", "doc", "lines" (the text).
    """

    name: str
    params: tuple[Param, ...]
    body: Block
    result: Tree = LEAF
    about: dict[str, Any] = field(default_factory=dict)

    def is_composite(self) -> bool:
        """Whether a function returns several numbers: a tuple, a list, or an array."""
        several = any(r.type.element or rank(r.type.shape) for r in self.body.results)
        return bool(self.result.kind) or several


@dataclass(eq=False)
class Module:
    """A function (`main`) and the functions that CALL equations name."""

    main: Function
    functions: dict[str, Function] = field(default_factory=dict)
