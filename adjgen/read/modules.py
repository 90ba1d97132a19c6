"""Where a module is, found as `import` would find it, without importing it or its packages."""

import importlib.machinery
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adjgen.read.source import SourceFile, folders_above, import_root, module_name

# Modules whose objects are known by name and never read: Python's own and those with rules.
RULED = frozenset({"adjgen", "numba", "numpy", "scipy"})
# Their modules, for when they are not installed.
PARTS = {
    "adjgen": (),
    "numba": (),
    "numpy": ("fft", "linalg", "ma", "polynomial", "random", "testing", "typing"),
    "os": ("path",),
    "scipy": (
        "constants",
        "fft",
        "integrate",
        "interpolate",
        "linalg",
        "optimize",
        "special",
        "stats",
    ),  # fmt: skip
}
# Two spellings of one function; numpy's own __name__ decides.
NUMPY = {
    "abs": "absolute",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "concat": "concatenate",
    "conj": "conjugate",
    "mod": "remainder",
    "pow": "power",
    "true_divide": "divide",
}
STANDARD = os.path.dirname(os.__file__)


@dataclass(frozen=True)
class Module:
    """A module that was found.

    kind     "known" (never read), "source" (a .py file), "folder" (a namespace package),
             "compiled", "unclear" (two modules of that name), "missing"
    folders  where the modules of a package are
    """

    dotted: str
    kind: str
    file: str = ""
    folders: tuple[str, ...] = ()


def is_known(top: str) -> bool:
    """Whether the objects of a top-level module are known by name.

    >>> is_known("math"), is_known("numpy"), is_known("fluids")
    (True, True, False)
    """
    return top in RULED or top in sys.stdlib_module_names


def canonical(dotted: str) -> str:
    """Return the one name of an object that has several.

    >>> canonical("numpy.abs"), canonical("posixpath.join")
    ('numpy.absolute', 'os.path.join')
    """
    module, _, name = dotted.rpartition(".")
    if module == "numpy":
        name = NUMPY.get(name, name)
    if dotted == "scipy.special.digamma":
        name = "psi"
    if module in ("posixpath", "ntpath"):
        module = "os.path"
    return f"{module}.{name}" if module else name


def find_module(dotted: str, near: SourceFile) -> Module:
    """Return the module that `import dotted` finds from a file."""
    top, *rest = dotted.split(".")
    if is_known(top):
        return _known(dotted, near)
    for path in _search_paths(near):
        found = walk([top, *rest], path, dotted)
        if found.kind != "missing":
            return found
    return Module(dotted, "missing")


def find_relative(name: str, level: int, near: SourceFile) -> Module:
    """Return the module of `from ...name import`: by folder, so a package needs no __init__.py."""
    if not near.file:
        return Module("." * level + name, "missing")
    folder = list(zip(folders_above(near.file), range(level)))[-1][0]
    file = os.path.join(folder, "__init__.py")
    package = module_name(file)
    if name:
        inside = package if os.path.isfile(file) else ""
        return walk(name.split("."), [folder], f"{inside}.{name}".lstrip("."))
    if os.path.isfile(file):
        return Module(package, "source", file, (folder,))
    return Module(os.path.basename(folder), "folder", "", (folder,))


def submodule(package: Module, name: str, near: SourceFile) -> Module:
    """Return a module of a package."""
    dotted = f"{package.dotted}.{name}"
    if package.kind == "known":
        return _known(dotted, near)
    return walk([name], package.folders, dotted) if package.folders else Module(dotted, "missing")


def is_present(module: Module) -> bool:
    """Whether a module is there on this machine; those that are known by name need not be."""
    top = module.dotted.split(".")[0]
    if module.kind != "known" or top in sys.builtin_module_names:
        return module.kind != "missing"
    return walk([top], sys.path, top).kind != "missing"


def walk(names: Sequence[str], path: Iterable[str], dotted: str) -> Module:
    """Return the module that a list of names leads to, looking for the first in `path`."""
    spec = None
    for name in names:
        spec = _spec(name, list(path))
        if spec is None:
            return Module(dotted, "missing")
        path = _folders(spec)
    if spec is None:
        return Module(dotted, "missing")
    folders = tuple(path)
    if spec.origin is None:
        return Module(dotted, "folder", "", folders)
    readable = isinstance(spec.loader, importlib.machinery.SourceFileLoader)
    return Module(dotted, "source" if readable else "compiled", spec.origin, folders)


def source_of(module: Module) -> Module:
    """Return a module with its file also if it is one that is known by name."""
    return (
        walk(module.dotted.split("."), sys.path, module.dotted)
        if module.kind == "known"
        else module
    )


def _spec(name: str, path: list[str]) -> importlib.machinery.ModuleSpec | None:
    try:
        return importlib.machinery.PathFinder.find_spec(name, path)
    except (ImportError, OSError, ValueError, KeyError, AttributeError):
        return None  # a broken entry of sys.path


def _folders(spec: importlib.machinery.ModuleSpec) -> tuple[str, ...]:
    """Return where submodules are; iterating a namespace's own list looks into sys.modules."""
    folders = spec.submodule_search_locations
    return tuple(getattr(folders, "_path", folders) or ())


def _search_paths(near: SourceFile) -> Iterable[list[str]]:
    """Yield sys.path with the file's own root first, then the project's folders."""
    if not near.file:
        yield sys.path
        return
    root = import_root(near.file)
    real = {os.path.realpath(entry) for entry in sys.path}
    yield sys.path if root in real else [root, *sys.path]
    for folder in folders_above(near.file):
        if os.path.isfile(os.path.join(folder, "pyproject.toml")):
            yield [folder, os.path.join(folder, "src")]
            return


def _known(dotted: str, near: SourceFile) -> Module:
    top, *rest = dotted.split(".")
    if not rest and top not in RULED and _twin(top, near):
        return Module(dotted, "unclear")
    if not rest:
        return Module(dotted, "known")
    if walk([top], sys.path, top).kind == "missing" or dotted == "os.path":  # os.path is no file
        return Module(dotted, "known" if rest[0] in PARTS.get(top, ()) else "missing")
    found = walk([top, *rest], sys.path, dotted)
    return found if found.kind == "missing" else Module(dotted, "known")


def _twin(top: str, near: SourceFile) -> bool:
    """Whether a file beside `near` has the name of a module of Python: which is meant depends on
    how the program is started."""
    root = os.path.realpath(import_root(near.file)) if near.file else STANDARD
    path = [os.path.realpath(entry) for entry in sys.path]
    standard = os.path.realpath(STANDARD)
    if root == standard or root in path[path.index(standard) if standard in path else 0 :]:
        return False
    file = os.path.join(root, top + ".py")
    package = os.path.join(root, top, "__init__.py")
    return os.path.isfile(package) or (os.path.isfile(file) and os.path.realpath(file) != near.file)
