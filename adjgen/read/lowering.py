"""What one act of lowering shares, and what is left of a block that was read for itself."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from adjgen.diagnostics import Problem
from adjgen.elementary.row import TABLE
from adjgen.elementary.trace import result_type
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Function, Loc, Var
from adjgen.ir.shapes import symbol
from adjgen.ir.types import OPAQUE, REAL, Type, array
from adjgen.read.cells import Heap
from adjgen.read.guards import Guard
from adjgen.read.values import Conflict, Value
from adjgen.read.views import Views


class Reread(Exception):
    """A try loses a name that is read behind it: read the function again, the try as it is."""

    def __init__(self, lost: Conflict) -> None:
        super().__init__(lost.reason)
        self.lost = lost


@dataclass
class Reading:
    """How a function is read.

    passive    its parameters that no derivative is asked for by
    closed     whether those, and new objects, are objects of which nothing is known
    objects    whether there were any that are read as their fields
    """

    passive: Container[str] = ()
    closed: bool = False
    objects: bool = False


class Session:
    """What one act of lowering shares: the builder, the problems, the functions called."""

    def __init__(self, target: str = "math", reading: Reading | None = None) -> None:
        self.target = target
        self.passive = reading.passive if reading else ()
        self.closed = reading is not None and reading.closed
        self.frozen = target == "numba"  # which compiles the names of modules as constants
        self.views: Views = {}
        self.own: set[Atom] = set()  # objects that are no list of another name, whatever they hold
        # values that are no numbers: why a refusal says so, where they are computed with
        self.foreign: dict[Atom, str] = {}
        self.related: dict[Atom, list[Atom]] = {}  # objects of which one may be in the other
        self.builder = Builder()
        self.problems: list[Problem] = []  # a loop that is read again forgets those of its body
        self.settled: list[Problem] = []  # those of functions, which are read once
        self.functions: dict[str, Function] = {}
        self.holders: dict[str, object] = {}
        self.tables: dict[tuple[str, str], Any] = {}  # module, name -> what is written out there
        self.main: Any = None  # the definition that is lowered for itself
        self.stack: list[Any] = []
        self.recursive: set[Any] = set()  # definitions that are called, not read in place
        self.trying: list[Loc] = []  # the try statements around
        self.carried: dict[Loc, Conflict] = {}  # those to carry as they are, for what would be lost
        self.guards: list[Guard] = []  # the bodies of try statements that are being read
        self.cutting = 0  # how many reads of what is cut are going on
        self.in_place = 0  # statements of callees that were read in place
        self.files: dict[str, Any] = {}
        self.solutions: dict[Var, Any] = {}  # what solvers returned -> attribute, residual
        self.keywords: dict[
            Var, Any
        ] = {}  # the **kwargs of functions read in place -> what they hold
        self.hidden: set[str] = set()  # modules that `from package import name` does not reach
        self.objects = False  # whether there are objects that are read as their fields
        self.numpy = False  # whether numpy is used, so that values may be arrays
        self.arrays = False  # whether functions are used that take arrays
        self.doubtful: set[Atom] = set()  # taken for numbers, but `n * items` may be a list
        self.named: set[Var] = set()
        self.twice: set[Atom] = set()  # values that have, or had, two names
        self.updated: set[Atom] = set()  # numbers before an update in place, as `y += 1`
        self.heap: Heap = {}
        self.uses: dict[int, Any] = {}  # by the id of a definition: how it uses its names
        self.frames: list[Any] = []  # of the functions that are being read
        self.retyped: dict[tuple[Any, str], Type] = {}  # by function and parameter
        # The parameter that a value comes from, and how many lists deep in it.
        self.origins: dict[Var, tuple[tuple[Any, str], int]] = {}

    def type_of(self, name: str, args: tuple[Atom, ...]) -> Type:
        """Return the type of a row's value; what is unknown may be an array, where there are arrays."""
        row = TABLE[name]
        kind = result_type(row, args)
        if self.target == "numpy" and kind is REAL and row.category != "sequence":
            return array(symbol()) if any(arg.type is OPAQUE for arg in args) else kind
        return kind


@dataclass
class Arm:
    """A block that was read: its equations, the names and lists after it, its result."""

    builder: Builder
    env: dict[str, Value]
    heap: Heap
    result: Any


class Mark:
    """A moment of lowering, to which it can go back."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame
        session = frame.session
        self.counts = len(session.builder.eqns), len(session.problems), len(session.settled)
        self.env, self.heap = dict(frame.env), dict(session.heap)
        self.functions = dict(session.functions)

    def problems(self) -> list[Problem]:
        """Return the problems that were found since then."""
        session, (_, own, settled) = self.frame.session, self.counts
        return [*session.problems[own:], *session.settled[settled:]]

    def rewind(self) -> None:
        """Forget everything since then."""
        session, (eqns, own, settled) = self.frame.session, self.counts
        del session.builder.eqns[eqns:], session.problems[own:], session.settled[settled:]
        self.frame.env, session.heap = dict(self.env), dict(self.heap)
        session.functions = dict(self.functions)
