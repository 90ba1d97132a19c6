"""What a name in a function stands for.

A Scope answers with one of six bindings. They differ in what generated code may do with the name:
replace it by a rule, freeze its value, read it again later, call its derivative, or only import it.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Union

from adjgen.diagnostics import Problem

if TYPE_CHECKING:
    from adjgen.read.source import SourceFile


class _Absent:
    """The type of ABSENT."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Any = _Absent()  # no value is known here; None would be a value


@dataclass(frozen=True)
class Place:
    """Where generated code finds a value: attribute `name` (dotted) of a module or of `holder`.

    A holder stands for closures and for modules that `import` would not find.
    """

    module: str
    name: str
    holder: object = None


@dataclass(frozen=True)
class Known:
    """An object of Python, numpy, scipy, numba or adjgen by its canonical name, as `math.exp`."""

    dotted: str
    module: str = field(default="", compare=False, repr=False)

    def home(self) -> tuple[str, str]:
        """Return the module to import and the name in it.

        >>> Known("sys.float_info.max", "sys").home()
        ('sys', 'float_info.max')
        """
        module = self.module or self.dotted.rpartition(".")[0]
        return module, self.dotted[len(module) :].lstrip(".")


@dataclass(frozen=True, eq=False)
class Constant:
    """A number, string or None; with a place it is read there each time, without it is frozen.

    >>> Constant(0.0) == Constant(-0.0)
    False
    """

    value: object
    place: Place | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Constant) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def key(self) -> tuple[type, str, Place | None]:
        """Return what tells constants apart."""
        return type(self.value), repr(self.value), self.place


@dataclass(frozen=True)
class Callee:
    """A Python function whose source is known; `place` is where its name was found."""

    definition: "Definition"
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class ModuleName:
    """A module; `found` is the live module, or where it was found."""

    dotted: str
    found: object = field(default=None, compare=False)


@dataclass(frozen=True)
class External:
    """Anything else; generated code can import it if it has a place.

    `value` is the live object. `node` with `scope` is the expression of a module constant that is
    not folded (`log(2.0)`) but has the same value wherever it is evaluated, or a class. `table` is
    the display that a name of the module stands for when it is imported; `maker` what is called for it.
    """

    place: Place | None
    reason: str = ""
    value: Any = field(default=ABSENT, compare=False)
    node: ast.AST | None = field(default=None, compare=False)
    scope: "Scope | None" = field(default=None, compare=False)
    table: ast.AST | None = field(default=None, compare=False)
    maker: "Binding | None" = field(default=None, compare=False)


@dataclass(frozen=True)
class Missing:
    """A name that nothing binds; `why` says what was seen of it."""

    name: str
    why: str = field(default="", compare=False)


Binding = Union[Known, Constant, Callee, ModuleName, External, Missing]
FunctionNode = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]


class Scope(Protocol):
    """The names around a function: its closure, its module, the builtins; not its own locals."""

    def resolve(self, name: str) -> Binding:
        """Return what a name stands for."""

    def resolve_attribute(self, binding: Binding, attribute: str) -> Binding:
        """Return what `binding.attribute` stands for."""

    def imported(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> Binding:
        """Return what an import statement inside the function binds."""


@dataclass(frozen=True, eq=False, repr=False)
class Definition:
    """A function as text, with the meaning of its names; equal if it is the same function.

    defaults  parameter -> constant, else a syntax tree (command line) or the live object (API)
    bound     1 if the first parameter is `self` or `cls`, which is passive
    live      the function itself (API), under any bound method or functools.partial
    home      the class that a method stands in, as text; owner: that of its object
    self_value  the object it is bound to; ABSENT if `self` stays a parameter
    fixed     arguments that a functools.partial set by position: parameters no longer
    preset    those it set by keyword: keyword-only from there on, with this default
    """

    node: FunctionNode
    file: "SourceFile"
    scope: Scope
    qualname: str
    defaults: Mapping[str, object] = field(default_factory=dict)
    bound: int = 0
    live: Any = None
    self_value: Any = ABSENT
    static: bool = False
    owner: External | None = None
    home: External | None = None
    fixed: Mapping[str, object] = field(default_factory=dict)
    preset: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the qualified name."""
        return self.qualname.rpartition(".")[2]

    @property
    def place(self) -> Place:
        """Where generated code finds the function as an object."""
        if self.live is None:
            return Place(self.file.module, self.qualname)
        scope: Any = self.scope  # of a live function: LiveScope
        return scope.place_of(self.live)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<{self.qualname} of {self.file.path}:{self.node.lineno}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Definition) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def key(self) -> tuple[object, ...]:
        """Return what tells functions apart; a factory's functions share a node, not a closure."""
        given = [*self.fixed.items(), *self.preset.items()]
        owner = id(self.owner and self.owner.node)
        parts = id(self.node), id(self.live), id(self.self_value), owner, len(self.fixed)
        return *parts, *((name, id(value)) for name, value in given)


def identities(binding: Any) -> tuple[Any, list[str]]:
    """Return the live object that a name stands for, if it is known, and its dotted names."""
    if isinstance(binding, Known):
        return None, [binding.dotted]
    live, dotted = getattr(binding, "value", None), []
    if isinstance(binding, Callee):
        live = binding.definition.live
        dotted.append(f"{binding.definition.file.module}.{binding.definition.qualname}")
    place = getattr(binding, "place", None)
    if place is not None:
        dotted.append(f"{place.module}.{place.name}")
    return live, dotted


ALIASES = {
    "ln": "log",
    "log_10": "log10",
    "power": "pow",
    "square_root": "sqrt",
    "sqr": "sqrt",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "absolute": "fabs",
    "fmax": "max",
    "fmin": "min",
    "maximum": "max",
    "minimum": "min",
    "deg2rad": "radians",
    "rad2deg": "degrees",
    "gammaln": "lgamma",
    "loggamma": "lgamma",
    "ceiling": "ceil",
    "truncate": "trunc",
    "fix": "trunc",
    "mod": "fmod",
    "cosine": "cos",
    "sine": "sin",
    "tangent": "tan",
}


def did_you_mean(name: str, known: "list[str]") -> str:
    """Return the known name that was probably meant, or "".

    >>> did_you_mean("ln", ["exp", "log"]), did_you_mean("Fang2011", ["Fang_2011", "Moody"])
    ('log', 'Fang_2011')
    """
    import difflib

    alias = ALIASES.get(name.casefold())
    if alias in known:
        return alias or ""
    folded = {other.casefold(): other for other in reversed(known)}
    close = difflib.get_close_matches(name.casefold(), folded, 1, 0.76)
    return folded[close[0]] if close else ""
