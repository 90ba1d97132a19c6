"""`adjgen inspect`: what adjgen knows of one function, stage by stage, for people and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from adjgen.commands import arguments, options
from adjgen.commands.produce import Job, definitions, parameter_names
from adjgen.commands.sources import read, sources
from adjgen.diagnostics import AdjgenError, Problem, format_problem

if TYPE_CHECKING:
    from adjgen.ir.core import Function, Module

PARTS = ("source", "ssa", "forward", "reverse", "ops", "graph", "kinks")
TITLES = {
    "source": "Source",
    "ssa": "SSA: x_i = g_i(parents)",
    "forward": "Forward sweep: values and tangents",
    "reverse": "Reverse sweep: values and adjoints",
    "ops": "Operations",
    "graph": "Graph",
    "kinks": "Kinks: where the derivative is a convention",
}


@click.command(short_help="Show a function's SSA form, sweeps, operations, graph.")
@click.argument("source")
@click.option(
    "--show", metavar="LIST", help=f"Some of {','.join(PARTS)}. [default: source,ssa,kinks]"
)
@options.AT
@click.option(
    "--after", metavar="STAGE", help="Show the function after a stage; a wrong name lists them."
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "dot", "html"]), default="text",
    show_default=True, help="dot: the graph for Graphviz; html: a page that needs nothing else.",
)  # fmt: skip
@click.option("-o", "--output", metavar="PATH", help="Write to a file.")
@click.option("--force", is_flag=True, help="Overwrite a file that adjgen did not write.")
@options.WRT
@options.EXACT
@options.DEFINE
def inspect(source: str, **given: Any) -> None:
    """Show how adjgen sees a function: x_{d+1}..x_D, each g_i with its parents, and its kinks.

    SOURCE is file.py::function, or a file with one function. With --at the listing also has the
    values, local partials, tangents and adjoints at that point.

    \b
    Examples:
      adjgen inspect samples/lecture.py::f
      adjgen inspect samples/lecture.py::f --at x=1.2
      adjgen inspect samples/lecture.py::f --show forward,reverse,ops
      adjgen inspect samples/pipe_flow.py::friction_factor --format dot -o friction.dot
    """
    from adjgen.pipeline import deep_recursion

    with deep_recursion():
        show(View(the_job(source, given), arguments.merged(given["at"])), given)


def show(view: "View", given: Mapping[str, Any]) -> None:
    """Print what the options ask for, or write it to a file."""
    if given["after"]:
        shown = [view.stage(given["after"])]
    else:
        default = "ssa" if given["form"] == "dot" else "source,ssa"
        shown = [view.part(name) for name in chosen(given["show"] or default)]
        if not given["show"] and given["form"] != "dot" and view.kinks():
            shown.append(view.part("kinks"))
    text = {"text": as_text, "json": as_json, "dot": as_dot, "html": as_html}[given["form"]]
    deliver(text(view, shown), view.title, given)


def the_job(source: str, given: Mapping[str, Any]) -> Job:
    """Return the job of one file."""
    found = sources([source])
    if len(found) != 1 or found[0].walked:
        raise click.UsageError(f"{source}: name one function as file.py::function")
    return options.job(found[0], given)


def chosen(text: str) -> list[str]:
    """Return the parts that --show names."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in PARTS:
            raise click.UsageError(
                f"--show: there is no part {name!r}; there are {', '.join(PARTS)}"
            )
    return names


@dataclass
class Part:
    """Something to show: as text, and as data or a function if it is one, with those that it calls."""

    key: str
    title: str
    text: str
    data: Any = None
    function: "Function | None" = None
    called: "Sequence[Function]" = ()


class View:
    """One function and what can be shown of it."""

    def __init__(self, job: Job, at: Mapping[str, Any]) -> None:
        from adjgen.commands.verify import check_names
        from adjgen.diff.signature import wrt_names
        from adjgen.numbers_or_arrays import fitting_primal
        from adjgen.pipeline import Options

        file = read(job.source)
        found, refused = definitions(job, file)
        if refused:
            problems = [p for each in refused.values() for p in each]
            raise AdjgenError("\n".join(map(str, problems)), problems)
        if len(found) != 1:
            names = ", ".join(definition.qualname for definition in found)
            raise click.UsageError(f"{job.source.path} has several functions, name one: {names}")
        check_names(at, parameter_names(found[0]))
        self.at = dict(at)
        self.definition: Any = found[0]
        self.options = Options(**{**job.options, "mode": "both"})
        self.title = f"{file.path}::{self.definition.qualname}"
        self.module: Module = fitting_primal(self.definition, self.options)
        self.wrt = wrt_names(self.module, self.options.wrt)

    def product(self, kind: str) -> "Module":
        """Return the module of a derivative."""
        from adjgen.pipeline import product

        every = [param for param in self.module.main.params if param.differentiable]
        bare = len(self.wrt or every) == 1
        return product(self.module, kind, self.wrt, bare, self.options)

    @property
    def reverse(self) -> str:
        """Which product is the reverse sweep: a tuple has no gradient."""
        return "vjp" if self.module.main.is_composite() else "value_and_grad"

    def part(self, name: str) -> Part:
        """Return a part by name."""
        make = getattr(self, f"show_{name}")
        part: Part = make(name, TITLES[name])
        return part

    def listed(self, key: str, title: str, module: "Module") -> Part:
        """Return a part that lists a function, and those that it calls."""
        from adjgen.pipeline import helpers

        part = listed(key, title, module.main)
        part.called = helpers(module)
        for function in part.called:
            inner = listed(key, title, function)
            part.text += f"\n\n{function.name}:\n{inner.text}"
            part.data.setdefault("functions", []).append(inner.data)
        return part

    def show_source(self, key: str, title: str) -> Part:
        """Return the user's text, with its line numbers."""
        first, last = self.definition.node.lineno, self.definition.node.end_lineno
        lines = self.definition.file.lines[first - 1 : last]
        text = "\n".join(f"{k:5d}  {line}".rstrip() for k, line in enumerate(lines, first))
        return Part(key, title, text, {"line": first, "lines": list(lines)})

    def show_ssa(self, key: str, title: str) -> Part:
        """Return the listing of the function, at a point if one is given."""
        if not self.at:
            return self.listed(key, title, self.module)
        from adjgen.tableau import tableau

        found = tableau(self.module, self.at, self.wrt)
        part = self.listed(key, title, self.module)
        part.text, part.data["point"] = found.text(), found.data()
        return part

    def show_forward(self, key: str, title: str) -> Part:
        """Return the listing of the forward sweep."""
        return self.listed(key, title, self.product("jvp"))

    def show_reverse(self, key: str, title: str) -> Part:
        """Return the listing of the reverse sweep."""
        return self.listed(key, title, self.product(self.reverse))

    def show_ops(self, key: str, title: str) -> Part:
        """Return the operations of every product."""
        from adjgen.assemble import counts
        from adjgen.commands.ops import one_table
        from adjgen.pipeline import differentiated

        found = counts(differentiated(self.definition, self.options))
        report = {kind: operations.report() for kind, operations in found.items()}
        return Part(key, title, one_table(report), report)

    def show_graph(self, key: str, title: str) -> Part:
        """Return the graph of the function."""
        from adjgen.commands.graph import as_dot

        dot = as_dot(self.module.main)
        return Part(key, title, dot, dot, self.module.main)

    def kinks(self) -> list[Problem]:
        """Return the places where the derivative is a convention."""
        from adjgen.kinks import kinks

        return kinks(self.module, self.wrt)

    def show_kinks(self, key: str, title: str) -> Part:
        """Return the kinks and tests for equality, with their lines."""
        found = self.kinks()
        parts = [format_problem(replace(problem, why="")) for problem in found]
        hints = [f"adjgen explain {code} tells more." for code in sorted({p.code for p in found})]
        return Part(key, title, "\n".join([*parts, *hints]), [asdict(p) for p in found])

    def stage(self, name: str) -> Part:
        """Return the listing after a stage (after the last one of that name)."""
        from adjgen.stages import stages

        found = dict(stages(self.definition, self.wrt, self.options, self.reverse))
        if name not in found:
            raise click.UsageError(
                f"--after: there is no stage {name!r}; there are {', '.join(found)}"
            )
        return listed("after", f"After {name}", found[name])


def listed(key: str, title: str, function: "Function") -> Part:
    """Return a part that lists one function."""
    from adjgen.commands.graph import as_data
    from adjgen.ir.show import listing

    return Part(key, title, listing(function), as_data(function), function)


def as_text(view: View, shown: Sequence[Part]) -> str:
    """Return parts with their titles; a single one without."""
    if len(shown) == 1:
        return shown[0].text.rstrip("\n") + "\n"
    parts = [f"{part.title}\n{'-' * len(part.title)}\n{part.text.rstrip()}\n" for part in shown]
    return "\n".join(parts)


def as_json(view: View, shown: Sequence[Part]) -> str:
    """Return parts as one JSON object."""
    from adjgen.commands.graph import as_json

    data = {"generator": "Code generated by adjgen", "schema": 1, "function": view.title}
    return as_json(data | {part.key: part.data for part in shown})


def as_dot(view: View, shown: Sequence[Part]) -> str:
    """Return the graph of the one function among the parts."""
    from adjgen.commands.graph import as_dot

    functions = [part.function for part in shown if part.function]
    if len(functions) != 1:
        raise click.UsageError(
            "--format dot draws one of ssa, forward, reverse: name it with --show"
        )
    return as_dot(functions[0])


def as_html(view: View, shown: Sequence[Part]) -> str:
    """Return a page; equations are rows that show their parents."""
    from adjgen.ir.show import Line, lines
    from adjgen.skeleton import render

    sections = []
    for part in shown:
        rows: list[Line] = []
        if part.function and part.key != "graph" and "point" not in part.data:
            rows += lines(part.function)
            for function in part.called:
                rows += [Line(f"{function.name}:"), *lines(function)]
        sections.append({"title": part.title, "text": part.text, "rows": rows})
    return render("inspect.html.jinja", title=view.title, sections=sections)


def deliver(text: str, title: str, given: Mapping[str, Any]) -> None:
    """Print a text or write it to a file, which gets the marker of generated files."""
    if given["output"] in (None, "-"):
        click.echo(text, nl=False)
        return
    from adjgen.files import MARKER, Output

    marker = f"{MARKER} from {title}. DO NOT EDIT.\n"
    head = {"text": marker, "dot": marker.replace("#", "//", 1)}.get(given["form"], "")
    output = Output(given["output"], head + text)
    output.write(given["force"])
