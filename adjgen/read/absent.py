"""Names of an import that failed and was forgiven: `try: from x import f` and `except ImportError: pass`.

Whoever calls `f` anyway gets a NameError; the path that does not is what the function is for.
"""

import ast

from adjgen.ir.core import Const, Opaque
from adjgen.read.frame import Frame
from adjgen.read.opaque import Code


def is_forgiven(tree: ast.Module, name: str) -> bool:
    """Whether a `try` of the module imports a name."""
    tries = [node for node in ast.walk(tree) if isinstance(node, ast.Try)]
    imports = [inner for node in tries for part in node.body for inner in ast.walk(part)]
    aliases = [a for i in imports if isinstance(i, (ast.Import, ast.ImportFrom)) for a in i.names]
    return any(name == (alias.asname or alias.name.split(".")[0]) for alias in aliases)


def not_there(frame: Frame, node: ast.Name) -> Const:
    """Carry the NameError of a name that is not there; what follows it is never reached."""
    message = ast.Constant(f"name {node.id!r} is not defined")
    error = ast.Call(ast.Name("@builtins:NameError", ast.Load()), [message], [])
    code = Code(ast.copy_location(ast.Raise(error), node), effect=True)
    frame.emit(node, Opaque(code), (), [])
    return Const(float("nan"))
