"""The canonical name of a live object of Python, numpy, scipy, numba or adjgen, whatever it is called."""

import os
import sys
from functools import cache
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from adjgen.read.modules import RULED, STANDARD, canonical, is_known

UNNAMED = ("numpy", "scipy.special")  # where ufuncs that do not say their module are looked for


def known_name(value: object) -> str:
    """Return the dotted name under which an object is known, or "".

    >>> import math
    >>> known_name(math.exp), known_name(max), known_name(lambda x: x)
    ('math.exp', 'builtins.max', '')
    """
    if isinstance(value, BuiltinFunctionType) and isinstance(value.__self__, ModuleType):
        return _known_builtin(value)
    if isinstance(value, MethodType):
        owner = _distribution(value.__self__)
        return f"{owner}.{value.__name__}" if owner else ""
    if not isinstance(value, (FunctionType, BuiltinFunctionType, type)) and not _of_numpy(value):
        return ""
    return _name_of(value)


@cache
def _known_builtin(value: object) -> str:
    """Return the name of a function of a compiled module: asked for at every use, and always the same."""
    return _name_of(value)


def _name_of(value: object) -> str:
    name = getattr(value, "__name__", None)
    if not isinstance(name, str):
        return ""
    for home in _homes(getattr(value, "__module__", None)):
        module = sys.modules.get(home)
        if module is not None and vars(module).get(name) is value and is_known_module(module):
            return canonical(f"{home}.{name}")
    return ""


def _distribution(value: object) -> str:
    """Return the dotted name of a distribution of scipy.stats, which is an object, or ""."""
    module = sys.modules.get("scipy.stats")
    name = (
        getattr(value, "name", None) if type(value).__module__.startswith("scipy.stats") else None
    )
    same = isinstance(name, str) and module is not None and vars(module).get(name) is value
    return f"scipy.stats.{name}" if same else ""


def _of_numpy(value: object) -> bool:
    module = type(value).__module__
    return isinstance(module, str) and module.split(".")[0] == "numpy" and callable(value)


def _homes(module: object) -> list[str]:
    """Return the modules that may show an object that was made in `module`, the public ones first."""
    if not isinstance(module, str):
        return list(UNNAMED)
    parts = module.split(".")
    if not is_known(parts[0]):
        return []
    public = [module[1:]] if module.startswith("_") and is_known(module[1:]) else []  # _warnings
    return public + [".".join(parts[:k]) for k in range(1, len(parts) + 1)]


def is_known_module(module: ModuleType) -> bool:
    """Whether a live module is what its name says, and not a file of the user's called `random`."""
    top = module.__name__.split(".")[0]
    if top in RULED:
        return True
    file = getattr(module, "__file__", None)
    if not is_known(top) or (file and not _real(file).startswith(_STANDARD)):
        return False
    return not file or not any(part in file for part in ("site-packages", "dist-packages"))


@cache
def _real(file: str) -> str:
    return os.path.realpath(file)  # which asks for every folder on the way


def is_of_python(value: Any) -> bool:
    """Whether a function, or the one in a bound method, is of a known module, which is never read.

    >>> import random
    >>> is_of_python(random.seed), is_of_python(is_of_python)
    (True, False)
    """
    function = value.__func__ if isinstance(value, MethodType) else value
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    plain = isinstance(function, FunctionType)
    return (
        plain
        and module is not None
        and vars(module) is function.__globals__
        and is_known_module(module)
    )


_STANDARD = os.path.realpath(STANDARD) + os.sep
