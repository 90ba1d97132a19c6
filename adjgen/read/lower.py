"""From a definition to the intermediate form: signature, body, and the functions that it calls."""

import ast
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from adjgen.diagnostics import Problem, UnsupportedError
from adjgen.elementary.sequences import depth
from adjgen.ir.build import Builder
from adjgen.ir.core import Block, Const, Function, Loc, Module, Param, Var
from adjgen.ir.trees import LEAF
from adjgen.ir.types import OPAQUE, REAL, Type, differentiable, is_mutable, seq
from adjgen.read import inline
from adjgen.read.annotations import annotation
from adjgen.read.callers import show_changes
from adjgen.read.cells import opened
from adjgen.read.flow import yields
from adjgen.read.frame import Frame
from adjgen.read.lists import Retyped
from adjgen.read.lists import taken as list_taken
from adjgen.read.lowering import Reading, Reread, Session
from adjgen.read.missing import tuple_expression
from adjgen.read.names import ABSENT
from adjgen.read.objects import note_object
from adjgen.read.parameters import Uses, parameter_types
from adjgen.read.returned import returns_argument
from adjgen.read.said_arrays import says_floats
from adjgen.read.said_lists import says_plain
from adjgen.read.shared import shared_names
from adjgen.read.state import locals_of, parameters
from adjgen.read.structures import said_of_parameter, structured_param, value_of
from adjgen.read.values import Cell, Conflict, ListValue, Value, atoms_of, leaves, tree_of
from adjgen.read.views import check_views

DEEPEST = 8  # lists in a list


def lower(definition: Any, target: str = "math", wrt: Sequence[str | int] | None = None) -> Module:
    """Return a function as a Module, its unknown parameters numbers, or arrays for target numpy.

    What no derivative is asked for by may be any container there: `wrt` says by what one is.

    Raises
    ------
    UnsupportedError
        With all problems, if the function cannot be read.
    """
    reading = Reading(_passive(definition, wrt))
    try:
        return _read_at_last(definition, target, reading)
    except UnsupportedError as error:
        if reading.objects or reading.passive:
            with suppress(UnsupportedError):
                found = _read_at_last(definition, target, replace(reading, closed=True))
                found.main.about["closed"] = error.diagnostics  # the reasons if this is refused too
                return found
        raise


def _read_at_last(definition: Any, target: str, reading: Reading) -> Module:
    """Return a function as a Module, read again until it is known what its parameters are."""
    retyped: dict[tuple[Any, str], Type] = {}
    carried: dict[Loc, Conflict] = {}
    while True:
        try:
            return _lowered(definition, target, reading, retyped, carried)
        except Reread as again:
            assert again.lost.place is not None
            carried[again.lost.place] = again.lost
        except Retyped as found:
            if retyped.get(found.parameter) == found.kind or depth(found.kind) > DEEPEST:
                raise UnsupportedError([_of_two_kinds(*found.parameter)]) from None
            retyped[found.parameter] = found.kind


def _passive(definition: Any, wrt: Sequence[str | int] | None) -> set[str]:
    """Return the parameters that `wrt` leaves out; None leaves out none of those that are arrays."""
    names = [name for name, _ in parameters(definition.node)]
    if wrt is None:
        return set()
    places = {names[k] for k in wrt if isinstance(k, int) and -len(names) <= k < len(names)}
    return set(names) - places - set(wrt)


def _of_two_kinds(definition: Any, parameter: str) -> Problem:
    """Say that what is done with a parameter does not fit any list of numbers."""
    what = f"`{parameter}` is used as lists of different depth"
    why = "Put only numbers into a list of numbers, or lists of one depth."
    return definition.file.problem(definition.node, "ADJ205", what, why)  # type: ignore[no-any-return]


def _lowered(
    definition: Any,
    target: str,
    reading: Reading,
    retyped: dict[tuple[Any, str], Type],
    carried: dict[Loc, Conflict],
) -> Module:
    """Return a function as a Module, parameters and try statements read as earlier readings told."""
    session = Session(target, reading)
    session.main, session.retyped, session.carried = definition, retyped, carried
    _signature_problems(session, definition)
    session.recursive.add(definition)  # a call of itself is a CALL
    main = None
    if not session.problems:
        name = function_for_call(session, definition)
        main = session.functions[name]
    problems = [*session.problems, *session.settled]
    reading.objects |= session.objects
    if problems or main is None:
        raise UnsupportedError(problems)
    main.about["holders"] = session.holders
    main.about["tables"] = session.tables
    main.about["files"] = session.files
    main.about["numpy"] = session.numpy and target == "math"
    main.about["arrays"] = session.arrays
    main.about["hidden"] = session.hidden
    return Module(main, session.functions)


def _signature_problems(session: Session, definition: Any) -> None:
    frame = Frame(session, definition, set())
    node = definition.node
    if isinstance(node, ast.AsyncFunctionDef):
        what = "an async function has no derivative"
        frame.problem(node, "ADJ602", what, "Make it a plain function.")
    elif found := yields(node):
        what = f"`{definition.qualname}` is a generator, which has no derivative"
        frame.problem(found, "ADJ603", what, "Return the values instead.")
    else:
        refusal = inline.unreadable(frame, definition)
        if refusal:
            what = f"`{definition.qualname}` {refusal}"
            frame.problem(node, "ADJ302", what, "Differentiate the plain function.")


def name_of(definition: Any) -> str:
    """Return the name of a function, that of a lambda if it is bound to one in the source."""
    if isinstance(definition.node, ast.Lambda):
        return definition.name if definition.name.isidentifier() else "function"
    return str(definition.node.name)


def function_for_call(session: Session, definition: Any) -> str:
    """Return the name of a Function for CALL equations; it is lowered when first asked for."""
    name = name_of(definition)
    for taken, function in session.functions.items():
        if function.about["key"] == definition:
            return taken
    while name in session.functions:
        name += "_"
    about = {
        "key": definition,
        "path": definition.file.path,
        "qualname": definition.qualname,
        "line": definition.node.lineno,
        "target": session.target,
    }
    about["lines"] = definition.file.lines
    about["doc"] = (
        "" if isinstance(definition.node, ast.Lambda) else ast.get_docstring(definition.node) or ""
    )
    session.functions[name] = Function(name, (), Block((), (), ()), LEAF, about)
    outer, stack, problems = session.builder, session.stack, session.problems
    session.builder, session.stack, session.problems = Builder(), [], []
    cuts, session.cutting = session.cutting, 0
    try:
        session.functions[name] = _lowered_function(session, definition, session.functions[name])
    finally:
        session.settled += session.problems
        session.builder, session.stack, session.problems = outer, stack, problems
        session.cutting = cuts
    return name


def _lowered_function(session: Session, definition: Any, assumed: Function) -> Function:
    """Lower a function; one that calls itself must return what its calls were taken to return."""
    mark, guesses = len(session.problems), [seq(seq(REAL)), seq(REAL), REAL]
    without: Function | None = None  # what is assumed if a guess is wrong
    while True:
        session.builder = Builder()
        found = _function(session, definition, assumed.name, assumed.about)
        types, shares = inline.result_types(found), returns_argument(found)
        same = (found.result, types) == (assumed.result, inline.result_types(assumed))
        same = same and shares == assumed.about.get("returns_argument", False)
        found.about["returns_argument"] = shares
        if session.problems[mark:] and without is not None:
            del session.problems[mark:]
            assumed, without = without, None
        elif same or session.problems[mark:] or not assumed.about.get("called"):
            return found
        else:
            assumed = _assuming(found, types)
            if guesses and any(map(_is_vague, types)):  # numbers or lists, joined with such a call
                guess = guesses.pop()
                types = [guess if _is_vague(kind) else kind for kind in types]
                assumed, without = _assuming(found, types), assumed
        session.functions[assumed.name] = assumed


def _is_vague(kind: Type) -> bool:
    """Whether a type is that of any object, or of a list of any objects."""
    return kind == OPAQUE or (kind.element is not None and _is_vague(kind.element))


def _assuming(function: Function, types: Sequence[Type]) -> Function:
    """Return a function of which calls know no more than the types of its results."""
    results = tuple([Var("", kind) for kind in types])
    return replace(function, params=(), body=Block((), (), results))


def _function(session: Session, definition: Any, name: str, about: dict[str, Any]) -> Function:
    frame = Frame(session, definition, locals_of(definition.node))
    frame.at(definition.node)
    used = Uses(session, definition)
    types = parameter_types(session, definition, used)
    is_main = definition is session.main
    for (owner, n), kind_of in session.retyped.items():
        if owner == definition:
            types[n] = kind_of, _selected(definition, n, kind_of)
    params: list[Param] = []
    bound = inline.preset_values(frame, definition)
    keyword_only = False
    for parameter, kind in parameters(definition.node):
        if parameter in bound:
            continue
        keyword_only = keyword_only or parameter in getattr(definition, "preset", ())
        if keyword_only and not kind.startswith("VAR_"):
            kind = "KEYWORD_ONLY"
        type_, differentiable = types[parameter]
        default = default_tree(frame, definition, parameter)
        if is_main and (found := said_of_parameter(frame, parameter, about, used)) is not None:
            params.append(structured_param(parameter, found, kind, default))
            bound[parameter] = value_of(frame, params[-1])
            continue
        said = annotation(definition, parameter, type_, differentiable, used)
        one = Var(parameter, type_)
        note_object(frame, one)
        params.append(Param(parameter, (one,), kind, default, differentiable, annotation=said))
        bound[parameter] = _argument(session, params[-1], definition)
    session.functions[name] = replace(session.functions[name], params=tuple(params))
    result = inline.read_body(session, definition, bound, None, is_main)
    result = opened(list_taken(frame, definition.node, result), session.heap)
    check_views(frame, definition.node, [p for p in leaves(result) if isinstance(p, Var)])
    if is_main:
        show_changes(session, params, bound)
    if not all(isinstance(part, (Var, Const)) for part in leaves(result)):
        what = "the function returns different kinds of things"
        frame.problem(definition.node, "ADJ205", what, "Return numbers of one structure.")
        result = Const(None)
    variables = [var for param in params for var in param.vars]
    body = session.builder.block(atoms_of(result), variables)
    about["said"] = {p.name for p in params if p.tree.kind or says_plain(frame, p.name)}
    about["floats"] = {p.name for p in params if says_floats(definition, p.name)}
    about["shared"] = shared_names(session, body, params)
    return Function(name, tuple(params), body, tree_of(result), about)


def _selected(definition: Any, name: str, kind: Type) -> bool:
    """Whether `wrt=None` selects a parameter that turned out to be a list, or a whole number."""
    number = differentiable(kind) and kind != OPAQUE
    return number and definition.defaults.get(name, ABSENT) is ABSENT


def _argument(session: Session, param: Param, definition: Any) -> Value:
    """Return the value of a parameter: a number, or a list of the caller's."""
    (var,) = param.vars
    is_main = definition is session.main
    if not param.kind.startswith("VAR_"):
        session.origins[var] = (definition, param.name), 0
    if not is_mutable(var.type):
        return var
    frozen = "" if is_main else "it belongs to the caller"
    given = param.default is ... or type(param.default) in (int, float)
    if not given and param.default is not None:
        frozen = "it is the default of a parameter, which stays for the next call"
    optional = var if is_main and param.default is None else None
    cell = Cell(frozen=frozen, given=is_main and given, buffer=optional)
    session.heap[cell] = var
    return ListValue(cell)


def default_tree(frame: Frame, definition: Any, name: str) -> Any:
    """Return the default of a parameter as emission takes it: ..., a constant or a tree."""
    default = definition.defaults.get(name, ABSENT)
    if default is ABSENT:
        return ...
    if default is ...:
        return ast.Constant(...)
    if default is None or isinstance(default, (bool, int, float, str)):
        return default
    if isinstance(default, tuple) and (written := tuple_expression(default)) is not None:
        return written
    if isinstance(default, ast.expr):
        outside = Frame(frame.session, definition, ())  # `t=t` is another `t` than the parameter
        return outside.code(default, (), "", "", False)[0].render([], ())
    return inline.held_object(frame, definition, name, default)
