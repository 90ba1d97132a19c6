"""Modules that an import statement does not reach: `package.name` is a function of the same name.

After `from .erf import erf` in a package, `from package import erf` is the function, and so is
`import package.erf as x`. Generated code asks importlib for such a module.
"""

import sys
from typing import Any

from adjgen.read.live import LiveScope
from adjgen.read.modules import find_module
from adjgen.read.names import Missing, ModuleName
from adjgen.read.static import StaticScope, scope_of_file


def is_hidden(dotted: str, scope: Any, file: Any) -> bool:
    """Whether the package of a module gives its name to something else."""
    package, _, name = dotted.rpartition(".")
    if not package:
        return False
    if isinstance(scope, LiveScope):
        module = sys.modules.get(dotted)
        held = vars(sys.modules[package]).get(name, module) if package in sys.modules else module
        return held is not module
    static = scope if isinstance(scope, StaticScope) else getattr(scope, "scope", None)
    static = static or scope_of_file(file)
    around = static.scope_of(find_module(package, file))
    if around is None or name not in around.table.names:
        return False
    return not isinstance(around.own(name), (Missing, ModuleName))
