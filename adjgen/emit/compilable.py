"""What numba cannot compile, or would compile to something else: found in the equations, refused by name."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adjgen.diagnostics import Problem
from adjgen.elementary.row import TABLE
from adjgen.elementary.sequences import depth
from adjgen.emit.consumed import is_flat
from adjgen.emit.numba import ABSENT, NARROW
from adjgen.emit.raising import TESTS, as_written, raised
from adjgen.emit.unbound import maybe_absent
from adjgen.ir.core import (
    UNBOUND,
    Atom,
    Call,
    Const,
    Eqn,
    For,
    Function,
    If,
    Loc,
    Opaque,
    Param,
    Var,
)
from adjgen.ir.query import equations, moves
from adjgen.ir.types import INT, NOTHING, OPAQUE

COMPARED = {"eq", "ne", "is", "is_not"}
PLAIN = (float, int, bool, type(None), str)
LARGEST = 2**63
# Rows whose arguments behind the first are positions or lengths.
PLACES = {"item": 1, "with_item": 2, "add_at": 2, "part": 1, "range": 0, "nd_empty": 0}
KEEPING = {"gathered", "backwards"}  # rows whose value is as long as their argument
CODE = "ADJ803"


def problems(function: Function, about: Mapping[str, Any]) -> list[Problem]:
    """Return why numba cannot compile a function whose lists are arrays already.

    `about` is that of the module: its "files" are read for the lines that problems show.
    """
    return list(Compilable(function, about).problems())


class Compilable:
    """Looks through one function."""

    def __init__(self, function: Function, about: Mapping[str, Any]) -> None:
        self.function, self.files = function, about.get("files", {})
        self.other = "numpy" if about.get("arrays") else "math"  # the target that may know it
        self.eqns = list(equations(function.body))
        self.given = {v for p in function.params for v in p.vars}
        self.makers: dict[Atom, object] = {out: eqn.op for eqn in self.eqns for out in eqn.outs}
        self.text = texts(self.eqns)
        self.real = not_whole(self.eqns)

    def problems(self) -> Iterator[Problem]:
        """Yield everything that stands in the way."""
        for param in self.function.params:
            yield from self.parameter(param)
        found = [self.at(e.loc, what, hint) for e in self.eqns for what, hint in self.reasons(e)]
        yield from found
        if not found and any(
            r == Const(None) or r.type is OPAQUE for r in self.function.body.results
        ):
            yield self.at(None, "it returns something that is no number", "return numbers.")
        absent = maybe_absent(self.function.body)
        if any(var.type.element for var in absent if isinstance(var, Var)):
            yield self.at(None, "a list may have no value", "give it one on every path.")

    def at(self, loc: Loc | None, what: str, hint: str) -> Problem:
        """Return a problem at a place, that of the function if there is none."""
        about = self.function.about
        loc = loc or Loc(int(about.get("line", 0)), 0, about.get("path", ""))
        source = self.files.get(loc.path)
        lines: Sequence[str] = source.lines if source else about.get("lines", ())
        text = lines[loc.line - 1] if 0 < loc.line <= len(lines) else ""
        why = f"Use target {self.other}" + (f", or {hint[0].lower()}{hint[1:]}" if hint else ".")
        what = f"target numba: {what}"
        return Problem(CODE, what, why, loc.path, loc.line, loc.col, len(text.rstrip()), text)

    def parameter(self, param: Param) -> Iterator[Problem]:
        """Yield what is wrong with a parameter."""
        if param.kind.startswith("VAR_"):
            yield self.at(None, f"`*{param.name}`", "give each argument a parameter of its own.")
        for var in param.vars:
            if depth(var.type) > 1:
                yield self.at(None, f"`{param.name}` is a list of lists", "pass flat lists.")
            elif var.type.dtype or var.type.element and not is_flat(var.type):
                yield self.at(None, f"`{param.name}` is no list of numbers", "pass numbers.")

    def reasons(self, eqn: Eqn) -> Iterator[tuple[str, str]]:
        """Yield reason and hint for each thing in an equation that numba cannot take."""
        op = eqn.op
        if isinstance(op, Opaque):
            if not self.carries(op.payload, eqn):
                tree = self.tree(op.payload, eqn)
                yield named(tree), "write it with numbers."
        elif isinstance(op, str):
            yield from self.row(eqn, op)
        elif isinstance(op, If | For):
            yield from self.control(eqn)
        elif not isinstance(op, Call):
            yield f"`{type(op).__name__.lower()}`", ""
        for out in eqn.outs:
            if out.type is OPAQUE and out not in self.text:
                yield f"`{out.hint or 'a value'}` is not always a number", "make it one."

    def row(self, eqn: Eqn, op: str) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with an elementary function."""
        row = TABLE[op]
        fits, narrow = NARROW.get(op, (lambda _: True, ""))
        if op in ABSENT or row.home.startswith("scipy"):
            yield f"there is no `{op}`", ABSENT.get(op, "Write it with functions of math.")
        elif not fits(eqn):
            yield f"there is no `{op}` of {len(eqn.args)} numbers", narrow
        elif any(depth(a.type) > 1 for a in (*eqn.args, *eqn.outs)) and op not in DEEP:
            yield "a list of lists", "use flat lists."
        elif op in ("eq", "ne", "lt", "le", "gt", "ge", "is", "is_not") and any(
            a.type.element for a in eqn.args
        ):
            yield "lists are compared", "compare their items."
        elif op == "joined" and self.other == "numpy":
            yield "`+` of lists in a function that uses numpy", "write a loop."
        for arg in eqn.args:
            yield from self.argument(arg, op)
        for arg in eqn.args[PLACES.get(op, len(eqn.args)) :]:
            if arg in self.real or arg.type.name == "real":
                yield "a position or a length is no whole number", "compute it with whole numbers."
        if op == "item" and self.maker(eqn.args[0]) == "range":
            yield "an item of a range", "compute it."
        if op == "changed" and len(eqn.args) > 1 and self.maker(eqn.args[1]) not in KEEPING:
            yield "a list that is given may get another length", "return a new one."

    def maker(self, atom: Atom) -> object:
        """Return the row that made a value."""
        return self.makers.get(atom, "")

    def argument(self, arg: Atom, op: str) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with an argument of a row."""
        if isinstance(arg, Var):
            if arg.type is OPAQUE and arg not in self.given and arg not in self.text:
                yield f"`{arg.hint or 'a value'}` is not always a number", "make it one."
            return
        value = arg.value
        if type(value) is int and not -LARGEST <= value < LARGEST:
            yield f"{value} has more than 64 bits", "write it as a float."
        elif not isinstance(value, PLAIN):
            yield f"{value!r} is no number", "write it with numbers."
        elif isinstance(value, str) and op not in COMPARED and not op.startswith("require"):
            yield f"{value!r} is no number", "only compare texts."
        elif value is None and op not in COMPARED and op not in ("part", "slice", "no_derivative"):
            yield "None where a number is needed", "give it a value."

    def control(self, eqn: Eqn) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with a branch or a loop."""
        for source, target in moves(eqn):
            if source == Const(None) or (source.type is NOTHING and source is not UNBOUND):
                yield (
                    f"`{getattr(target, 'hint', '') or 'a value'}` may be None",
                    "give it a value.",
                )
        if isinstance(eqn.op, For):
            for walked in eqn.args[: eqn.op.seqs]:
                if not walked.type.element:
                    yield "a loop over what is not known to be a list", "pass a list of numbers."
        elif eqn.args[0].type.element:
            yield "a list is a condition", "compare its length with 0."

    def carries(self, payload: Any, eqn: Eqn) -> bool:
        """Whether numba knows code that is carried along: raise, assert, tests of texts."""
        tree = self.tree(payload, eqn)
        if payload.is_expression:
            texts_only = all(arg in self.given or arg in self.text for arg in eqn.args)
            return (
                bool(eqn.args)
                and texts_only
                and all(isinstance(n, TESTS) for n in ast.walk(tree))
                and alike(tree)
            )
        return raised(tree) is not None

    def tree(self, payload: Any, eqn: Eqn) -> Any:
        """Return the expression that is carried along, or the last of the statements."""
        read = [
            a.hint if isinstance(a, Var) and a.hint else f"a{k}" for k, a in enumerate(eqn.args)
        ]
        names: list[ast.expr] = [ast.Name(name, ast.Load()) for name in read]
        found = payload.render(names, [out.hint or f"b{k}" for k, out in enumerate(eqn.outs)])
        return found if payload.is_expression else found[-1]


def named(tree: ast.AST) -> str:
    """Return what a reader calls a piece of code: by the function that it calls, or its kind."""
    call = next((n for n in ast.walk(tree) if isinstance(n, ast.Call)), None)
    if call is None:
        return "this expression" if isinstance(tree, ast.expr) else "this statement"
    return f"a call of `{as_written(call.func)}`"


DEEP = {"len", "backwards"}


def alike(tree: ast.AST) -> bool:
    """Whether a test has names and texts only: numba compares nothing else with them."""
    constants = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    whole = [n for n in ast.walk(tree) if isinstance(n, ast.Tuple)]
    return all(isinstance(value, str) for value in constants) and all(t.elts for t in whole)


def texts(eqns: Sequence[Eqn]) -> set[Atom]:
    """Return the outs of tests of texts, which are truth values, and of slices."""
    return {o for eqn in eqns if isinstance(eqn.op, Opaque) or eqn.op == "slice" for o in eqn.outs}


def not_whole(eqns: Sequence[Eqn]) -> set[Atom]:
    """Return the values that are whole numbers in Python, and floats in numba: powers, items of arrays."""
    found: set[Atom] = set()
    size = -1
    while size != len(found):
        size = len(found)
        for eqn in eqns:
            pairs = list(moves(eqn))
            if eqn.op == "pow" and not isinstance(eqn.args[1], Const):
                found.update(eqn.outs)
            elif isinstance(eqn.op, str) and eqn.op not in ("int", "len", "floor", "ceil", "trunc"):
                pairs += [(a, o) for o in eqn.outs for a in eqn.args]
            found |= {o for a, o in pairs if a in found and o.type is INT}
    return found
