"""The state of lowering: a Session a product, a Frame a function whose body is being read.

A frame maps names to values. Equations go to the session's current builder, so a callee that is
read in place simply continues its caller's block.
"""

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adjgen.diagnostics import Problem
from adjgen.elementary.row import TABLE
from adjgen.ir.core import UNBOUND, Atom, Const, Op, Opaque, Var
from adjgen.ir.types import NOTHING, OPAQUE, REAL, Type, of_constant
from adjgen.read import names, outside
from adjgen.read.bound import require_at_once, require_bound
from adjgen.read.constants import number
from adjgen.read.containers import as_object, note_holding, refuse_changes, with_changes
from adjgen.read.cutting import entering
from adjgen.read.definite import read_first
from adjgen.read.flow import assigned
from adjgen.read.hidden import is_hidden
from adjgen.read.lowering import Arm, Mark, Reread, Session
from adjgen.read.missing import missing_hint
from adjgen.read.opaque import Code, changes, loaded
from adjgen.read.questions import fields_taken_out, taken_out
from adjgen.read.scopes import check_scopes
from adjgen.read.values import (
    BindingValue,
    Conflict,
    Display,
    FunctionValue,
    ListValue,
    RowValue,
    Value,
)
from adjgen.read.views import check_views, keep_lists, may_hold, note_made_of, pass_on

KEEPING = ("add", "mul", "max", "min")  # of lists these give lists, or one of them
NO_ANSWERS: Mapping[str, Atom] = {}
# modules whose functions take arrays
OF_ARRAYS = ("numpy", "scipy.special", "scipy.stats", "scipy.integrate", "scipy.optimize")


class Frame:
    """A function being read: its names, and how it reports and emits."""

    def __init__(self, session: Session, definition: Any, locals: Iterable[str]) -> None:
        self.session = session
        self.definition = definition
        self.locals = set(locals)
        self.env: dict[str, Value] = {}
        self.outer: Frame | None = None
        self.is_main = False  # what it returns goes to nobody else
        session.files[definition.file.path] = definition.file

    # ---- places and problems

    def at(self, node: ast.AST) -> None:
        """Stamp what is emitted next with the place of a node."""
        if hasattr(node, "lineno"):
            self.session.builder.loc = self.definition.file.loc(node)

    def problem(self, node: ast.AST, code: str, what: str, why: str = "") -> Var:
        """Report a problem and return a value that stands for what could not be read."""
        self.session.problems.append(self.definition.file.problem(node, code, what, why))
        return Var("", NOTHING)

    # ---- equations

    def emit(
        self, node: ast.AST, op: Op, args: Sequence[Atom], types: Sequence[Type]
    ) -> tuple[Var, ...]:
        """Append an equation that stands at a node."""
        self.at(node)
        check_views(self, node, args)
        return self.session.builder.emit(op, args, types)

    def row(self, node: ast.AST, name: str, *args: Atom) -> Var:
        """Append an elementary function of atoms."""
        self.session.numpy |= bool(TABLE[name].home)
        self.session.arrays |= TABLE[name].home in OF_ARRAYS
        check_views(self, node, args)
        self.at(node)
        out = self.session.builder.value(name, args, self.session.type_of(name, args))
        if name in KEEPING and any(self.in_doubt(arg) or arg.type.element for arg in args):
            self.session.doubtful.add(out)
        if may_hold(self.session, out):
            note_held = keep_lists if name in KEEPING else pass_on
            note_held(self.session, args, [out])
            note_made_of(self.session, out, args)
        return out

    def in_doubt(self, atom: Atom) -> bool:
        """Whether a value may be a container after all."""
        return atom.type == OPAQUE or atom in self.session.doubtful

    def arm(self, read: Callable[[], Any], loc_of: ast.AST) -> Arm:
        """Read something into a block of its own; return what that leaves."""
        session = self.session
        outer, env, heap = session.builder, self.env, session.heap
        session.builder, self.env, session.heap = outer.nested(), dict(env), dict(heap)
        try:
            self.at(loc_of)
            result = read()
            return Arm(session.builder, self.env, session.heap, result)
        finally:
            session.builder, self.env, session.heap = outer, env, heap

    def attempt(self, read: Callable[[], Value | None]) -> Value | None:
        """Read something; forget everything of it if that gives None."""
        start = Mark(self)
        found = read()
        if found is None:
            start.rewind()
        return found

    # ---- names

    def frame_of(self, name: str) -> "Frame | None":
        """Return the frame, this or one around it, in which a name is local."""
        frame: Frame | None = self
        while frame is not None and name not in frame.locals:
            frame = frame.outer
        return frame

    def held(self, name: str) -> Value:
        """Return what a name stands for, which may be nothing on this path."""
        owner = self.frame_of(name)
        if owner is None:
            return BindingValue(self.definition.scope.resolve(name))
        return owner.env.get(name, UNBOUND)

    def binding(self, node: ast.AST) -> Any:
        """Return what a dotted name outside the function stands for, or None for a local value."""
        if isinstance(node, ast.Name):
            value = self.held(node.id)
            return value.binding if isinstance(value, BindingValue) else None
        if isinstance(node, ast.Attribute):
            base = self.binding(node.value)
            if isinstance(base, (names.ModuleName, names.Known, names.External)):
                return self.definition.scope.resolve_attribute(base, node.attr)
        return None

    def dotted(self, node: ast.AST) -> str:
        """Return the canonical name of a function of Python's own, or ""."""
        binding = self.binding(node)
        return binding.dotted if isinstance(binding, names.Known) else ""

    def lookup(self, node: ast.Name) -> Value:
        """Return the value of a name."""
        owner = self.frame_of(node.id)
        if owner is None:
            return self.outside(node, self.definition.scope.resolve(node.id))
        value = owner.env.get(node.id, UNBOUND)
        if isinstance(value, Conflict):
            return self.lost(node, value)
        if value is UNBOUND:
            what = f"`{node.id}` is read before it is assigned"
            return self.problem(node, "ADJ501", what, "Assign it on every path that leads here.")
        require_bound(self, node, node.id, owner)
        return value

    def lost(self, node: ast.AST, name: Conflict) -> Var:
        """Report a name of which nothing is known any more; the try that lost it can be read otherwise."""
        if name.place is not None and name.place not in self.session.trying:
            raise Reread(name)
        return self.problem(node, name.code, name.reason, name.hint)

    def outside(self, node: ast.expr, binding: Any) -> Value:
        """Return the value of a name that is not local: a constant, or an expression that reads it."""
        if isinstance(binding, names.Constant):
            if binding.place is None or self.session.frozen:
                return Const(binding.value)
            return self.opaque(node, "", type=of_constant(binding.value))
        if isinstance(binding, names.Callee):
            return FunctionValue(binding.definition)
        if (known := number(binding)) is not None:  # math.pi
            return Const(known) if self.session.frozen else self.opaque(node, "", type=REAL)
        if isinstance(binding, (names.Known, names.ModuleName)):
            return BindingValue(binding)
        if isinstance(binding, names.Missing):
            return self.problem(
                node, "ADJ501", f"`{ast.unparse(node)}` is not defined", missing_hint(binding)
            )
        return self.opaque(node, "ADJ301 its value is not known before run time")

    # ---- carried code

    def opaque(
        self, node: ast.expr, reason: str, hint: str = "", type: Type = OPAQUE,
        problems: tuple[Problem, ...] = (),
    ) -> Var:  # fmt: skip
        """Carry an expression as it is; whether an active value enters it is decided later."""
        if assigned([node]):
            return self.problem(
                node,
                "ADJ401",
                "`:=` inside an expression that is carried as it is",
                "Assign before it.",
            )
        effect = changes(node, self.dotted)
        node, answers = taken_out(self, node)
        code, reads = self.code(node, (), reason, hint, effect, answers=answers)
        return self.carried(node, replace(code, problems=problems), reads, [type])[0]

    def carried(
        self, node: ast.AST, code: Code, reads: Sequence[Atom], types: Sequence[Type]
    ) -> tuple[Var, ...]:
        """Append carried code; it is given, behind what it reads, the lists that it may change besides."""
        owners = [self.frame_of(name) for name in code.reads]
        held = [(n, f.env.get(n, a) if f else a) for n, f, a in zip(code.reads, owners, reads)]
        given = reads
        if code.effect and not code.observes and not code.inward:
            code, given = with_changes(self, node, code, dict(held), reads)
        outs = self.emit(node, Opaque(code), given, types)
        if not self.session.cutting:
            note_holding(self, code, dict(held), reads, outs)
        return outs

    def code(
        self, node: ast.AST, writes: Sequence[str], reason: str, hint: str, effect: bool,
        observes: bool = False, before: Sequence[str] = (), answers: Mapping[str, Atom] = NO_ANSWERS,
    ) -> tuple[Code, list[Atom]]:  # fmt: skip
        """Return the payload of carried code and the atoms that it reads."""
        check_scopes(self, node)
        node, fields = fields_taken_out(self, node, writes)
        answers = {**answers, **fields}
        node, tables = outside.tables_named(self, node)
        reads: dict[str, Atom] = dict(answers)
        written = dict(tables)
        first = read_first([node])
        free = (name for name in loaded(node) if name not in answers and name not in tables)
        for name in [*free, *before]:
            value = self.held(name)
            if isinstance(value, BindingValue):
                written[name] = self.expression_of(node, value.binding, name)
            elif name in writes and (value is UNBOUND or name not in (*first, *before)):
                continue  # the code assigns it before it reads it, or fails as the user's does
            else:
                reads[name] = self.readable(node, name, value)
                if name in first:
                    require_at_once(self, node, name)
        if effect and not observes:
            refuse_changes(self, node, list(reads))
        payload = Code(
            node, tuple(reads), tuple(writes), written, tuple(n for n in before if n in reads),
            effect, observes, reason, hint,
        )  # fmt: skip
        return payload, entering(self, node, [*reads.values()], effect)

    def readable(self, node: ast.AST, name: str, value: Value) -> Atom:
        """Return an atom for a local name that carried code reads."""
        if isinstance(value, FunctionValue):
            what = f"the function `{name}` is passed to code that adjgen cannot read"
            return self.problem(
                node, "ADJ301", what, "Call it directly, or move it to module level."
            )
        if isinstance(value, Conflict) and value.place is not None:
            return self.lost(node, value)
        if isinstance(value, Conflict) or value is UNBOUND:
            return self.problem(
                node, "ADJ501", f"`{name}` may have no value here", "Assign it first."
            )
        return self.materialise(node, value)

    def materialise(self, node: ast.AST, value: Value) -> Atom:
        """Return an atom for a value: a tuple becomes an object."""
        if isinstance(value, Display):
            return as_object(self, node, value)
        if isinstance(value, (Var, Const)):
            return value
        if isinstance(value, (ListValue, RowValue)) and value.cell.stale:
            self.problem(node, "ADJ407", value.cell.stale, "Read it through the other name.")
        if isinstance(value, ListValue):
            return self.session.heap[value.cell]
        if isinstance(value, RowValue):
            if value.has_moved():
                what = "a row of a list that was changed since"
                self.problem(node, "ADJ407", what, "Take the row again.")
            return self.row(node, "item", self.session.heap[value.cell], *value.where)
        if isinstance(value, BindingValue):
            code = Code(self.expression_of(node, value.binding, ast.unparse(node)))
            return self.emit(node, Opaque(code), (), [OPAQUE])[0]
        return self.problem(
            node, "ADJ205", "a function is used as a value here", "Call it directly."
        )

    def expression_of(self, node: ast.AST, binding: Any, name: str) -> ast.expr:
        """Return what generated code writes for a name from outside the function."""
        return outside.expression_of(self, node, binding, name)

    def member_of(self, module: str, name: str) -> ast.Name:
        """Return a reference to a name of a module; emission chooses how it is written."""
        self.session.numpy |= module.partition(".")[0] in ("numpy", "scipy")
        self.session.arrays |= module.partition(".")[0] == "numpy"
        if is_hidden(module, self.definition.scope, self.definition.file):
            self.session.hidden.add(module)
        return ast.Name(f"@{module}:{name}", ast.Load())
