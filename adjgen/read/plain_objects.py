"""Objects of which a store into an attribute runs no code: `self`, in a class that says nothing of stores."""

import ast
from typing import Any


def plain_self(frame: Any) -> set[str]:
    """Return the name that a method has for its object, if its class and those above have no properties."""
    definition = frame.definition
    names = [a.arg for a in (*definition.node.args.posonlyargs, *definition.node.args.args)]
    owner = definition.qualname.rpartition(".")[0]
    if not definition.bound or not names or frame.frame_of(names[0]) is not frame:
        return set()
    classes = {n.name: n for n in definition.file.tree.body if isinstance(n, ast.ClassDef)}
    pending, seen = [owner], set()
    for name in pending:
        if name == "object" or name in seen:
            continue
        seen.add(name)
        if name not in classes or not _says_nothing(classes[name]):
            return set()
        pending += [ast.unparse(base) for base in classes[name].bases]
    return {names[0]}


def _says_nothing(node: ast.ClassDef) -> bool:
    """Whether no attribute of a class may be a property or a descriptor, and stores are Python's own."""
    methods = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    others = [n for n in node.body if n not in methods]
    plain = (ast.Assign, ast.AnnAssign, ast.Expr, ast.Pass)
    values = [getattr(n, "value", None) for n in others]
    decorated = [d for n in (node, *methods) for d in n.decorator_list]
    return (
        not node.keywords
        and all(isinstance(n, plain) for n in others)
        and all(
            v is None or isinstance(v, ast.Constant | ast.Tuple | ast.List | ast.Dict)
            for v in values
        )
        and all(n.name not in ("__setattr__", "__getattribute__") for n in methods)
        and all(isinstance(d, ast.Name) and d.id in KNOWN for d in decorated)
    )


KNOWN = {
    "staticmethod",
    "classmethod",
    "dataclass",
}  # decorators that make no descriptor with a setter
