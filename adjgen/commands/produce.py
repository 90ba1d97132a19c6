"""One file from source to generated text, in this process or another: a Job goes in, an Outcome comes out."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adjgen.commands.sources import Source, read
from adjgen.diagnostics import AdjgenError, Problem


@dataclass(frozen=True)
class Job:
    """A file and how to generate from it; `options` are those of pipeline.Options."""

    source: Source
    options: Mapping[str, Any] = field(default_factory=dict)
    define: Mapping[str, Any] = field(default_factory=dict)
    strict: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a file.

    text      the module, "" if nothing could be generated
    bases     (name in the module, qualified name in the source) of each differentiated function
    refused   the problems of each function that was not
    kinks     the places in each function where a derivative is a convention
    problems  those of the file itself
    arrays    the shapes of the parameters of each function that are arrays
    bug       the traceback of an exception that is adjgen's fault
    """

    job: Job
    text: str = ""
    bases: tuple[tuple[str, str], ...] = ()
    ops: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, list[Problem]] = field(default_factory=dict)
    kinks: Mapping[str, list[Problem]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    bug: str = ""
    module: str = ""  # the dotted name that imports the source
    root: str = ""  # the folder from which it does
    file: str = ""
    parameters: frozenset[str] = frozenset()
    arrays: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether something that was asked for by name was not done."""
        named = set(self.job.source.named) & set(self.refused)
        return bool(named or (not self.job.source.walked and (self.problems or self.bug)))


def produce(job: Job) -> Outcome:
    """Generate the module of a file; every exception becomes part of the outcome."""
    try:
        return _produced(job)
    except AdjgenError as error:
        return Outcome(job, problems=list(error.diagnostics))
    except Exception:
        return Outcome(job, bug=traceback.format_exc())


def _produced(job: Job) -> Outcome:
    from adjgen.emit.text import checked
    from adjgen.pipeline import Options, generate
    from adjgen.read.source import import_root

    file = read(job.source)
    found, refused = definitions(job, file)
    if not found:
        return Outcome(job, refused=refused)
    define = tuple(sorted(job.define.items()))
    options = Options(**job.options, define=define)
    generated = generate(found, options)
    if not options.formatted:
        checked(generated.source)
    refused.update(generated.refused)
    return Outcome(
        job,
        text=generated.source,
        bases=generated.bases,
        ops=generated.ops,
        refused=refused,
        kinks=generated.kinks,
        arrays=generated.arrays,
        module=file.module,
        root=import_root(file.file) if file.file else "",
        file=file.file,
        parameters=frozenset(name for definition in found for name in parameter_names(definition)),
    )


def parameter_names(definition: Any) -> list[str]:
    """Return the names of a function's parameters."""
    given = definition.node.args
    return [arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)]


def definitions(job: Job, file: Any) -> tuple[list[Any], dict[str, list[Problem]]]:
    """Return the definitions that a job asks for, and the problems of those that are not there."""
    from adjgen.read.source import find, functions

    names = list(job.source.named)
    if job.source.whole:
        names += [name for name in functions(file) if name not in names]
        if not names and not job.source.walked:
            problem = file.problem(None, "ADJ002", "no function at the top level of this file")
            raise AdjgenError(str(problem), [problem])
    found, refused = [], {}
    for name in names:
        try:
            definition = find(file, name)
            found.append(defined(definition, job.define))
        except AdjgenError as error:
            refused[name] = list(error.diagnostics)
    return found, refused


def defined(definition: Any, values: Mapping[str, Any]) -> Any:
    """Return a definition with constant values for some names of its module."""
    return Defined(definition.file, values, {}).within(definition) if values else definition


class Defined:
    """A scope in which `--define` gives some names of a file a constant value."""

    def __init__(self, file: Any, values: Mapping[str, Any], known: dict[Any, Any]) -> None:
        self.file, self.values, self.known = file, values, known
        self.scope: Any = None

    def within(self, definition: Any) -> Any:
        """Return a definition of the same file with these values; always the same object."""
        if definition not in self.known:
            scope = Defined(self.file, self.values, self.known)
            scope.scope = definition.scope
            self.known[definition] = replace(definition, scope=scope)
        return self.known[definition]

    def resolve(self, name: str) -> Any:
        """Return the given constant, or what the name stands for."""
        from adjgen.read.names import Constant

        if name in self.values:
            return Constant(self.values[name])
        return self.given(self.scope.resolve(name))

    def resolve_attribute(self, binding: Any, attribute: str) -> Any:
        """Return what `binding.attribute` stands for."""
        return self.given(self.scope.resolve_attribute(binding, attribute))

    def given(self, binding: Any) -> Any:
        """Return a binding whose function, if it is of this file, sees the given values."""
        from adjgen.read.names import Callee

        if isinstance(binding, Callee) and binding.definition.file is self.file:
            return Callee(self.within(binding.definition))
        return binding
