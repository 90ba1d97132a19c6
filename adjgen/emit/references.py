"""References to names of modules in trees that are being written."""

import ast


def outside(module: str, name: str) -> ast.Name:
    """Return a reference to a name of a module; emit.module chooses how it is written."""
    return ast.Name(f"@{module}:{name}", ast.Load())
