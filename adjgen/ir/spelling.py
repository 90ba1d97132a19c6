"""How variables, constants and equations are written in listings: x_i, g_i(parents), carried code.

Names for variables without a number are found here; the function stays as it is.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from adjgen.ir.core import Atom, Block, Call, Eqn, For, Function, If, Opaque, Root, Try, Var
from adjgen.ir.integrals import Integral, Quadrature
from adjgen.ir.trees import Tree

Names = Mapping[Var, str]
LONGEST = 60  # characters of carried code, or of a constant
SWEEPS = ("_dot", "_bar", "_tape")


def names_of(function: Function) -> Names:
    """Return a name for every variable: x_i, or in a sweep what it is the tangent or adjoint of.

    The parameters of a loop's condition are those of its body, at the start of a turn. A second
    version of x_bar is x_bar.2.
    """
    sweep = "product" in function.about
    own, same = variables(function.body)
    numbers = count(max((var.number for var in own), default=0) + 1)
    names: dict[Var, str] = {}
    taken: set[str] = set()
    for var in own:
        hinted = sweep and not var.number and (var.hint.endswith(SWEEPS) or var.hint == "bar")
        base = var.hint if hinted else f"x_{var.number or next(numbers)}"
        versions = (f"{base}.{k}" if k > 1 else base for k in count(1))
        names[var] = next(name for name in versions if name not in taken)
        taken.add(names[var])
    return names | {var: names[other] for var, other in same.items()}


def variables(body: Block) -> tuple[list[Var], dict[Var, Var]]:
    """Return the variables of a function in order, and those of conditions with the body's ones."""
    own: list[Var] = []
    same: dict[Var, Var] = {}
    pending: list[Block | Eqn] = [body]
    while pending:
        item = pending.pop()
        if isinstance(item, Eqn):
            own += item.outs
            continue
        own += [var for var in item.params if var not in same]
        for eqn in reversed(item.eqns):
            pending += [eqn, *reversed(eqn.blocks)]
            if isinstance(eqn.op, For) and eqn.op.tested:
                same |= zip(eqn.blocks[1].params, eqn.blocks[0].params[eqn.op.seqs :])
    return own, same


def leaf_names(name: str, tree: Tree) -> list[str]:
    """Return how the leaves of a structured value are reached: p[0], p[1][0]."""
    if tree.kind in ("", "items"):
        return [name]
    if tree.record is not None:
        fields = zip(tree.record.fields, tree.children)
        parts = (leaf_names(f"{name}.{f}" if f else name, child) for f, child in fields)
        return [leaf for leaves in parts for leaf in leaves]
    inner = (leaf_names(f"{name}[{k}]", child) for k, child in enumerate(tree.children))
    return [leaf for leaves in inner for leaf in leaves]


def spelled(atom: Atom, names: Names) -> str:
    """Return the name of a variable, or a constant."""
    return names[atom] if isinstance(atom, Var) else shortened(repr(atom))


def shortened(text: str) -> str:
    """Return a text on one line, its end cut off if it is long."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def operation(eqn: Eqn) -> str:
    """Return what an equation computes, in a word or two."""
    op = eqn.op
    if isinstance(op, If):
        return "if"
    if isinstance(op, Try):
        return "try"
    if isinstance(op, For):
        return "for" if op.seqs else "while" if op.tested else "loop"
    if isinstance(op, Quadrature):
        return f"integral of {op.function}"
    if isinstance(op, Call):
        return f"call {op.function}"
    if isinstance(op, Root):
        return "integral" if isinstance(op, Integral) else "root"
    return "python" if isinstance(op, Opaque) else op


def applied(eqn: Eqn, names: Names, function: Function) -> str:
    """Return `g(parents)` of an equation without blocks; carried code is quoted."""
    if isinstance(eqn.op, Opaque):
        return f"`{code(eqn, function)}`"
    args = [spelled(arg, names) for arg in eqn.args]
    keywords = eqn.op.keywords if isinstance(eqn.op, Call) else ()
    for k, keyword in enumerate(keywords, len(args) - len(keywords)):
        args[k] = f"{keyword}={args[k]}"
    return f"{operation(eqn)}({', '.join(args)})"


def code(eqn: Eqn, function: Function) -> str:
    """Return the text of carried code as it stands in the source, shortened."""
    node: Any = getattr(getattr(eqn.op, "payload", None), "node", None)
    lines = source_lines(eqn, function)
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", None) or 0
    if name := getattr(node, "id", "").removeprefix("@").replace(":", "."):
        return str(name)  # @math:pi is what read/ calls math.pi
    if not 0 < first <= last <= len(lines):
        return operand(lines[eqn.loc.line - 1][eqn.loc.col :]) if eqn.loc and lines else "Python"
    chosen = [line.encode() for line in lines[first - 1 : last]]
    chosen[-1] = chosen[-1][: node.end_col_offset]
    chosen[0] = chosen[0][node.col_offset :]
    return shortened("\n".join(line.decode(errors="replace") for line in chosen))


def operand(text: str) -> str:
    """Return the start of a line up to a comma, colon or bracket that something before it opened.

    >>> operand("k & f(3, 4)) + 2")
    'k & f(3, 4)'
    """
    depth = 0
    for k, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth < 0 or (depth == 0 and char in ",:"):
            return shortened(text[:k])
    return shortened(text)


def source_lines(eqn: Eqn, function: Function) -> tuple[str, ...]:
    """Return the lines of the file from which an equation comes, none if they are not known."""
    about, path = function.about, eqn.loc.path if eqn.loc else ""
    if path in ("", about.get("path", "")):
        return tuple(about.get("lines", ()))
    file = about.get("files", {}).get(path)
    return file.lines if file else ()


def place(eqn: Eqn, function: Function) -> str:
    """Return the line of an equation, with the file if that is another."""
    if not eqn.loc or not eqn.loc.line:
        return ""
    elsewhere = eqn.loc.path not in ("", function.about.get("path", ""))
    return f"{eqn.loc.path}:{eqn.loc.line}" if elsewhere else f"line {eqn.loc.line}"


def structure(tree: Tree, leaves: Iterator[str], outer: bool = True) -> str:
    """Return a nested value whose leaves are names, a tuple without its outer parentheses."""
    if not tree.kind:
        return next(leaves)
    if tree.kind == "items":
        return f"tuple({structure(tree.children[0], leaves)})"
    if tree.record is not None:
        fields = zip(tree.record.fields, tree.children)
        given = ", ".join(f"{f}={structure(child, leaves, False)}" for f, child in fields)
        return f"{tree.record.name()}({given})"
    items = ", ".join(structure(child, leaves, False) for child in tree.children)
    if tree.kind == "list":
        return f"[{items}]"
    items += "," if len(tree.children) == 1 else ""
    return items if outer and items else f"({items})"


def turns(eqn: Eqn, op: For, names: Names) -> str:
    """Return what a loop walks: `for x_3 in x_2`, `while`, or `loop`."""
    if not op.seqs:
        return operation(eqn)
    elements = ", ".join(names[var] for var in eqn.blocks[0].params[: op.seqs])
    walked = ", ".join(spelled(atom, names) for atom in eqn.args[: op.seqs])
    return f"for {elements} in {walked if op.seqs == 1 else f'zip({walked})'}"
