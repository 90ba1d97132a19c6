"""The graph of a function in SSA form: for programs (JSON), for Graphviz (DOT)."""

import json
from typing import Any

from adjgen.ir.core import Atom, Block, Eqn, For, Function, If, Param, Try, Var
from adjgen.ir.spelling import Names, applied, names_of, operation, spelled
from adjgen.pipeline import deep_recursion

SMALL = 100_000  # characters of JSON that a person may read
DEEPEST = 12  # steps of indentation


def as_data(function: Function) -> dict[str, Any]:
    """Return a function as dictionaries and lists: parameters, equations with their blocks, results."""
    names = names_of(function)
    with deep_recursion():
        body = block_data(function.body, names, function)
    return {
        "function": function.name,
        "parameters": [parameter_data(param, names) for param in function.params],
        "equations": body["equations"],
        "results": body["results"],
    }


def parameter_data(param: Param, names: Names) -> dict[str, Any]:
    """Return a parameter as a dictionary; a structure has several x_i."""
    return {
        "name": param.name,
        "x": [names[var] for var in param.vars],
        "types": [str(var.type) for var in param.vars],
        "differentiable": param.differentiable,
    }


def block_data(block: Block, names: Names, function: Function) -> dict[str, Any]:
    """Return a block as dictionaries and lists."""
    return {
        "params": [names[var] for var in block.params],
        "equations": [equation_data(eqn, names, function) for eqn in block.eqns],
        "results": [spelled(atom, names) for atom in block.results],
    }


def equation_data(eqn: Eqn, names: Names, function: Function) -> dict[str, Any]:
    """Return an equation as a dictionary."""
    data: dict[str, Any] = {
        "outs": [names[var] for var in eqn.outs],
        "names": [var.hint for var in eqn.outs],
        "op": operation(eqn),
        "text": applied(eqn, names, function),
        "parents": [spelled(atom, names) for atom in eqn.args],
        "path": eqn.loc.path if eqn.loc else None,
        "line": eqn.loc.line if eqn.loc else None,
        "derivative": eqn.derivative,
    }
    if eqn.blocks:
        data["blocks"] = [block_data(block, names, function) for block in eqn.blocks]
    return data


def as_dot(function: Function) -> str:
    """Return a function in the language of Graphviz: a node for each x_i, blocks as clusters."""
    drawing = Drawing(function)
    with deep_recursion():
        drawing.whole()
    head = [f"digraph {quoted(function.name)} {{", "  node [fontname=monospace];"]
    return "\n".join([*head, *drawing.lines, "}"]) + "\n"


class Drawing:
    """The lines of nodes, edges and clusters, which are numbered through."""

    def __init__(self, function: Function) -> None:
        self.function, self.names = function, names_of(function)
        self.clusters, self.depth = 0, 1
        self.lines: list[str] = []

    def add(self, line: str) -> None:
        """Add a line with its indentation."""
        self.lines.append("  " * min(self.depth, DEEPEST) + line)

    def whole(self) -> None:
        """Add everything: parameters, equations, results."""
        for param in self.function.params:
            for var in param.vars:
                self.node(self.names[var], param.name, "box")
        body = self.function.body
        self.block(body)
        for k, atom in enumerate(body.results, 1):
            constant = "" if isinstance(atom, Var) else spelled(atom, self.names)
            self.node(f"result {k}", constant, "plaintext")
            self.edge(atom, f"result {k}")

    def node(self, name: str, text: str, shape: str) -> None:
        """Add a node."""
        label = f"{name}\n{text}" if text else name
        self.add(f"{quoted(name)} [label={quoted(label)}, shape={shape}];")

    def edge(self, atom: Atom, target: str, style: str = "") -> None:
        """Add an edge from a variable; constants are in the labels."""
        if isinstance(atom, Var):
            line = f"{quoted(self.names[atom])} -> {quoted(target)}{f' [style={style}]' if style else ''};"
            self.add(line)

    def block(self, block: Block) -> None:
        """Add the equations of a block."""
        for eqn in block.eqns:
            if eqn.blocks:
                self.control(eqn)
            for k, out in enumerate(eqn.outs):
                what = applied(eqn, self.names, self.function)
                self.node(self.names[out], f"{out.hint} = {what}" if out.hint else what, "ellipse")
                self.edges(eqn, k)

    def control(self, eqn: Eqn) -> None:
        """Add the blocks of a branch or loop as clusters."""
        titles = ["then", "else"] if isinstance(eqn.op, If) else ["body", "condition"]
        if isinstance(eqn.op, Try):
            titles = ["body", *["handler"] * len(eqn.args)]
        for title, block in zip(titles, eqn.blocks):
            self.clusters += 1
            self.add(f"subgraph cluster_{self.clusters} {{")
            self.depth += 1
            self.add(f"label={quoted(f'{operation(eqn)}: {title}')};")
            for var in block.params if title != "condition" else ():  # those of the body
                self.node(self.names[var], var.hint, "box")
            self.block(block)
            self.depth -= 1
            self.add("}")
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


def quoted(text: str) -> str:
    """Return a DOT string.

    >>> quoted("a b")
    '"a b"'
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def as_json(data: Any) -> str:
    """Return data as JSON text; what is large is not indented, it may be nested deeply."""
    with deep_recursion():
        text = json.dumps(data, default=repr)
        return (json.dumps(data, indent=2, default=repr) if len(text) < SMALL else text) + "\n"
