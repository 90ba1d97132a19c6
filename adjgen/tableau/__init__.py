"""A function at a point: every executed x_i with value, local partials, tangent dx_i/dx_1, adjoint df/dx_i.

Both sweeps go over the record of a run with partials as floats: the chain rule without the
compiler, so a check of it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adjgen.diagnostics import AdjgenError, Problem
from adjgen.diff.products import Differentiator
from adjgen.diff.refusals import chosen
from adjgen.ir.core import Function, Module
from adjgen.ir.query import use_counts
from adjgen.ir.show import columns, indented
from adjgen.ir.spelling import place, shortened, spelled, structure
from adjgen.pipeline import deep_recursion
from adjgen.run import structured
from adjgen.tableau.record import Node, Recorder, Step, StoppedError, bare, live

At = Mapping[str, Any]
Wrt = Sequence[str] | None
LONGEST = 160  # rows of text; of a longer record the middle is left out


def at_point(module: Module, at: At, wrt: Wrt = None) -> str:
    """Return a function's equations with their values and derivatives at a point, as text.

    Raises
    ------
    AdjgenError
        A parameter has no value, or the function cannot be differentiated.
    """
    return tableau(module, at, wrt).text()


def tableau(module: Module, at: At, wrt: Wrt = None) -> "Tableau":
    """Return the record of a run with tangents and adjoints; see `at_point`."""
    with deep_recursion():
        found = Tableau(module, arguments(module.main, at), Recorder(module))
        found.run(active_parameters(module, wrt))
        return found


def active_parameters(module: Module, wrt: Wrt) -> set[str]:
    """Return the names of the parameters to differentiate; refuse what has no derivative."""
    if wrt is None and not any(param.differentiable for param in module.main.params):
        return set()
    names = [param.name for param in chosen(module.main, wrt)]
    Differentiator(module).product("vjp", names, False)
    return set(names)


@dataclass
class Tableau:
    """A run and its sweeps.

    inputs     the steps of the arguments
    direction  the input along which the tangents are ("" if there is none)
    output     the variable whose adjoints these are ("" if there are none)
    value      what the function returned
    stopped    why it did not ("" if it did)
    """

    module: Module
    at: dict[str, Any]
    recorder: Recorder
    inputs: list[Step] = field(default_factory=list)
    direction: str = ""
    output: str = ""
    value: Any = None
    stopped: str = ""

    @property
    def steps(self) -> list[Step]:
        """The executed equations in order, with remarks on the path between them."""
        return self.recorder.steps

    def run(self, active: set[str]) -> None:
        """Run the function, then sweep forward and backward."""
        recorder, function = self.recorder, self.module.main
        for param in function.params:
            recorder.argument(param, self.at[param.name], param.name in active)
        self.inputs = [*recorder.steps]
        results: list[Any] = []
        try:
            results = recorder.block(function.body)
            self.value = structured(function.result, iter(bare(results)))
        except (StoppedError, RecursionError) as error:
            self.stopped = self.reason(error)
        for step in self.inputs:
            if live(step.node) and not self.direction:
                self.direction, step.node.dot = step.x, 1.0
        self.seed(results)
        sweep([step.node for step in self.steps if step.node is not None])

    def seed(self, results: Sequence[Any]) -> None:
        """Choose the output: the first active one, or else a number on which nothing has influence."""
        for atom, result in zip(self.module.main.body.results, results):
            if self.direction and not self.output and isinstance(bare(result), int | float):
                self.output = spelled(atom, self.recorder.names)
            if live(result):
                self.output, result.bar = spelled(atom, self.recorder.names), 1.0
                break

    def reason(self, error: Exception) -> str:
        """Return where the run stopped, and why."""
        recorder = self.recorder
        where, what = place(recorder.eqn, recorder.function), str(error)
        if isinstance(error, RecursionError):
            what = "calls are nested too deeply"
        return f"{where}: {what}" if where else what

    def gradient(self) -> dict[str, float]:
        """Return the adjoints of the active inputs."""
        return {step.x: step.node.bar for step in self.inputs if live(step.node)}

    def text(self) -> str:
        """Return a table: a row for each executed equation."""
        rows = [self.row(step) for step in self.steps]
        left_out = len(rows) - LONGEST
        if left_out > 0:
            rows[3 * LONGEST // 4 : -LONGEST // 4] = [(f"... {left_out:,} more ...", *[""] * 6)]
        tangent = f"dx_i/d{self.direction}" if self.direction else ""
        adjoint = "df/dx_i" if self.output else ""
        partials = "partials" if tangent else ""
        head = ("x_i = g_i(parents)", "", "value", partials, tangent, adjoint, "")
        lines = [*self.legend(), columns([head, *rows], (40, 16, 18, 56)), *self.ending()]
        return "\n".join(lines)

    def row(self, step: Step) -> tuple[str, ...]:
        """Return the cells of a step."""
        text, node = indented(step.text, step.depth), step.node
        if node is None:
            return (text, "", "", "", "", "", step.place)
        partials = ", ".join(f"d{step.x}/d{x} = {p:.6g}" for x, p in step.partials.items())
        dot = number(node.dot) if node.active else ""
        bar = number(node.bar) if node.active and self.output else ""
        return (text, step.name, number(node.value), partials, dot, bar, step.place)

    def legend(self) -> Iterator[str]:
        """Yield the point, and what is differentiated by what."""
        point = ", ".join(f"{name} = {number(value)}" for name, value in self.at.items())
        yield f"{self.module.main.name} at {point}" if point else self.module.main.name
        if self.direction:
            yield f"tangents dx_i/d{self.direction}: forward, along the input {self.direction}"
        if self.output:
            yield f"adjoints df/dx_i: backward, from f = {self.output}"
        yield ""

    def ending(self) -> Iterator[str]:
        """Yield the value, or why there is none."""
        if self.stopped:
            yield f"stopped at {self.stopped}"
            return
        function, names = self.module.main, self.recorder.names
        spelling = (spelled(atom, names) for atom in function.body.results)
        yield f"return {structure(function.result, spelling)} = {number(self.value)}"

    def data(self) -> dict[str, Any]:
        """Return the same for programs, as JSON can hold it: inf and nan are text."""
        about = {"at": self.at, "direction": self.direction, "output": self.output}
        result = {"value": self.value, "gradient": self.gradient(), "stopped": self.stopped}
        steps = [self.step_data(step) for step in self.steps]
        return finite({**about, **result, "steps": steps})  # type: ignore[no-any-return]

    def step_data(self, step: Step) -> dict[str, Any]:
        """Return a step as a dictionary; a remark on the path has no x."""
        node, keys = step.node, ("text", "depth", "function", "turn", "place")
        data = {key: getattr(step, key) for key in keys}
        if node is None:
            return data
        data |= {"x": step.x, "name": step.name, "value": node.value, "partials": step.partials}
        data["tangent"] = node.dot if node.active else None
        data["adjoint"] = node.bar if node.active and self.output else None
        return data


def number(value: Any) -> str:
    """Return a value as text, numbers with 12 digits."""
    if isinstance(value, list | tuple):
        inner = ", ".join(map(number, value))
        return shortened(f"[{inner}]" if isinstance(value, list) else f"({inner})")
    return f"{value:.12g}" if isinstance(value, float) else shortened(repr(value))


def finite(data: Any) -> Any:
    """Return nested data with text in the place of inf and nan.

    >>> finite({"slope": [1.0, float("-inf")]})
    {'slope': [1.0, '-inf']}
    """
    if isinstance(data, Mapping):
        return {key: finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [finite(item) for item in data]
    return repr(data) if isinstance(data, float) and not math.isfinite(data) else data


def sweep(nodes: Sequence[Node]) -> None:
    """Compute tangents forward and adjoints backward; an adjoint is the sum over the children."""
    for node in nodes:
        if node.parents:
            node.dot = sum(times(parent.dot, partial) for parent, partial in node.parents)
    for node in reversed(nodes):
        for parent, partial in node.parents:
            parent.bar += times(node.bar, partial)


def times(slope: float, partial: float) -> float:
    """Return slope * partial; what has no influence has none through an infinite partial either."""
    return slope * partial if slope else 0.0


def arguments(function: Function, at: At) -> dict[str, Any]:
    """Return a value for each parameter: the given one or the default.

    Raises
    ------
    AdjgenError
        A value is missing, or is that of no parameter.
    """
    used = use_counts(function.body)
    names = [param.name for param in function.params]
    if unknown := [name for name in at if name not in names]:
        why = f"There are {', '.join(f'`{name}`' for name in names)}."
        raise refusal(function, f"there is no parameter `{unknown[0]}`", why)
    found: dict[str, Any] = {}
    for param in function.params:
        if param.name in at:
            found[param.name] = at[param.name]
        elif param.kind.startswith("VAR_"):
            found[param.name] = () if param.kind == "VAR_POSITIONAL" else {}
        elif param.default is None or isinstance(param.default, bool | int | float | str):
            found[param.name] = param.default
        elif not any(used[var] for var in param.vars):
            found[param.name] = None
    if missing := [name for name in names if name not in found]:
        what = f"no value for {', '.join(f'`{name}`' for name in missing)}"
        why = (
            f"A point has a value for each parameter: --at {','.join(f'{n}=...' for n in missing)}"
        )
        raise refusal(function, what, why)
    return found


def refusal(function: Function, what: str, why: str) -> AdjgenError:
    """Return an error at the first line of a function."""
    about = function.about
    line, lines = about.get("line", 0), about.get("lines", ())
    text = lines[line - 1].rstrip() if 0 < line <= len(lines) else ""
    col = len(text) - len(text.lstrip())
    problem = Problem("ADJ304", what, why, about.get("path", ""), line, col, len(text), text)
    return AdjgenError(str(problem), [problem])
