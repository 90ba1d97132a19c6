"""The graph of a function in SSA form: for programs (JSON), for Graphviz (DOT)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from adjgen.ir.core import Atom, Block, Eqn, For, Function, If, Module, Param, Var
from adjgen.ir.spelling import Names, names_of, operation, spelled


def as_data(function: Function, names: Names) -> dict[str, Any]:
    """Return a function as dictionaries and lists: parameters, equations with their blocks, results."""
    params = [parameter_data(param, names) for param in function.params]
    body = block_data(function.body, names)
    equations, results = body["equations"], body["results"]
    return {"function": function.name, "parameters": params, "equations": equations, "results": results}  # fmt: skip


def values_at(module: Module, at: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every x_i at a point; of a loop's variables the last one.

    Raises
    ------
    ValueError
        A parameter has neither a value nor a default.
    """
    from adjgen.run import flat_results

    args = []
    for param in module.main.params:
        value = at.get(param.name, param.default)
        if value is ... or not (
            value is None or isinstance(value, int | float | str | tuple | list)
        ):
            raise ValueError(f"parameter {param.name} has no value; use --at {param.name}=...")
        args += list(value) if param.tree.kind and isinstance(value, tuple | list) else [value]
    values: dict[Var, Any] = {}
    flat_results(module.main, args, module, {}, values)
    names = names_of(module.main)
    return {names[var]: value for var, value in values.items()}


def parameter_data(param: Param, names: Names) -> dict[str, Any]:
    """Return a parameter as a dictionary; a structure has several x_i."""
    return {
        "name": param.name,
        "x": [names[var] for var in param.vars],
        "types": [str(var.type) for var in param.vars],
        "differentiable": param.differentiable,
    }


def block_data(block: Block, names: Names) -> dict[str, Any]:
    """Return a block as dictionaries and lists."""
    return {
        "params": [names[var] for var in block.params],
        "equations": [equation_data(eqn, names) for eqn in block.eqns],
        "results": [spelled(atom, names) for atom in block.results],
    }


def equation_data(eqn: Eqn, names: Names) -> dict[str, Any]:
    """Return an equation as a dictionary."""
    data: dict[str, Any] = {
        "outs": [names[var] for var in eqn.outs],
        "names": [var.hint for var in eqn.outs],
        "op": operation(eqn),
        "parents": [spelled(atom, names) for atom in eqn.args],
        "line": eqn.loc.line if eqn.loc else None,
        "derivative": eqn.derivative,
    }
    if eqn.blocks:
        data["blocks"] = [block_data(block, names) for block in eqn.blocks]
    return data


def as_dot(function: Function, names: Names) -> str:
    """Return a function in the language of Graphviz: a node for each x_i, blocks as clusters."""
    drawing = Drawing(names)
    shown = {var: param.name for param in function.params for var in param.vars}
    for var in function.body.params:
        drawing.node(names[var], shown.get(var, var.hint), "box")
    drawing.block(function.body)
    for k, atom in enumerate(function.body.results, 1):
        drawing.node(
            f"result {k}", "" if isinstance(atom, Var) else spelled(atom, names), "plaintext"
        )
        drawing.edge(atom, f"result {k}")
    head = [f"digraph {quoted(function.name)} {{", "  node [fontname=monospace];"]
    return "\n".join([*head, *drawing.lines, "}"]) + "\n"


class Drawing:
    """The lines of nodes, edges and clusters, which are numbered through."""

    def __init__(self, names: Names) -> None:
        self.names, self.clusters, self.indent = names, 0, "  "
        self.lines: list[str] = []

    def node(self, name: str, text: str, shape: str) -> None:
        """Add a node."""
        label = f"{name}\n{text}" if text else name
        self.lines.append(f"{self.indent}{quoted(name)} [label={quoted(label)}, shape={shape}];")

    def edge(self, atom: Atom, target: str, style: str = "") -> None:
        """Add an edge from a variable; constants are in the labels."""
        if isinstance(atom, Var):
            line = f"{quoted(self.names[atom])} -> {quoted(target)}{f' [style={style}]' if style else ''};"
            self.lines.append(self.indent + line)

    def block(self, block: Block) -> None:
        """Add the equations of a block."""
        for eqn in block.eqns:
            if eqn.blocks:
                self.control(eqn)
            for k, out in enumerate(eqn.outs):
                self.node(self.names[out], label(eqn, out, self.names), "ellipse")
                self.edges(eqn, k)

    def control(self, eqn: Eqn) -> None:
        """Add the blocks of a branch or loop as clusters."""
        titles = ("then", "else") if isinstance(eqn.op, If) else ("body", "condition")
        for title, block in zip(titles, eqn.blocks):
            self.clusters += 1
            self.lines.append(f"{self.indent}subgraph cluster_{self.clusters} {{")
            self.indent += "  "
            self.lines.append(f"{self.indent}label={quoted(f'{operation(eqn)}: {title}')};")
            for var in block.params:
                self.node(self.names[var], var.hint, "box")
            self.block(block)
            self.indent = self.indent[:-2]
            self.lines.append(f"{self.indent}}}")
        if isinstance(eqn.op, For):
            for arg, param in zip(eqn.args, eqn.blocks[0].params, strict=True):
                self.edge(arg, self.names[param], "dashed")

    def edges(self, eqn: Eqn, k: int) -> None:
        """Add the edges to an out: from the parents, or from the results of the blocks."""
        target = self.names[eqn.outs[k]]
        if isinstance(eqn.op, For):
            skip = eqn.op.exits and k >= eqn.op.carried
            self.edge(eqn.blocks[0].results[k + skip], target)
            return
        for arg in dict.fromkeys(eqn.args):
            self.edge(arg, target, "dashed" if eqn.blocks else "")
        for block in eqn.blocks:
            self.edge(block.results[k], target)


def label(eqn: Eqn, out: Var, names: Names) -> str:
    """Return `name = g(parents)` of an equation."""
    args = ", ".join(spelled(atom, names) for atom in eqn.args)
    what = f"{operation(eqn)}({args})"
    return f"{out.hint} = {what}" if out.hint else what


def quoted(text: str) -> str:
    """Return a DOT string.

    >>> print(quoted('a "b"'))
    "a \\\\"b\\\\""
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def rows(equations: list[dict[str, Any]], depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield a table row for each equation, those of blocks indented."""
    for eqn in equations:
        text = f"{eqn['op']}({', '.join(eqn['parents'])})"
        name = ", ".join(filter(None, eqn["names"]))
        row = {"x": ", ".join(eqn["outs"]), "parents": eqn["parents"], "line": eqn["line"] or ""}
        yield row | {"text": "    " * depth + text, "name": name}
        for block in eqn.get("blocks", ()):
            yield from rows(block["equations"], depth + 1)


def as_json(data: Any) -> str:
    """Return data as JSON text."""
    return json.dumps(data, indent=2, default=repr) + "\n"
