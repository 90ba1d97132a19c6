"""Private names: in a class `__k` means `_Class__k`, also for code that is moved out of the class."""

import ast
import copy
import re
from typing import Any

PRIVATE = re.compile(r"\b__\w*[^\W_]_?\b")
FIELDS = {
    ast.Name: "id", ast.Attribute: "attr", ast.arg: "arg", ast.keyword: "arg", ast.FunctionDef: "name",
    ast.ExceptHandler: "name",
}  # fmt: skip


def written_out(node: Any, owner: str, file: Any) -> Any:
    """Return a method with its private names as Python understands them; always the same object."""
    prefix = owner.lstrip("_")
    if not prefix or not PRIVATE.search(file.text):
        return node
    kept = file.kept.setdefault("private", {})
    if id(node) not in kept:
        new = _Private(f"_{prefix}").visit(copy.deepcopy(node))
        kept[id(node)] = kept[id(new)] = node, new
    return kept[id(node)][1]


class _Private(ast.NodeTransformer):
    """Writes private names out; a class inside has names of its own."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def visit(self, node: ast.AST) -> Any:
        name = FIELDS.get(type(node))
        old = getattr(node, name) if name else None
        if name and isinstance(old, str) and old.startswith("__") and not old.endswith("__"):
            setattr(node, name, self.prefix + old)
        return node if isinstance(node, ast.ClassDef) else self.generic_visit(node)
