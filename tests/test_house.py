"""The house rules: floors, who imports what, sizes, names, and what `import adjgen` loads."""

import ast
import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import adjgen

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "adjgen"
FILES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}

FLOORS = {
    "diagnostics": 0,
    "ir": 0,
    "elementary": 1,
    "config": 1,
    "files": 1,
    "skeleton": 1,
    "read": 2,
    "diff": 2,
    "passes": 2,
    "emit": 2,
    "run": 2,
    "pipeline": 3,
    "count": 3,
    "verify": 3,
    "tableau": 4,
    "api": 5,
    "cli": 5,
    "__init__": 6,
    "__main__": 6,
}
SPLIT = {  # parts of several files
    "assemble": "pipeline",
    "merge": "pipeline",
    "kinks": "pipeline",
    "stages": "pipeline",
    "strategies": "pipeline",
    "numbers_or_arrays": "pipeline",
    "matrices": "pipeline",
    "targeted": "pipeline",
    "trial": "verify",
    "compiled": "api",
    "decorator": "api",
    "jacobians": "api",
    "commands": "cli",
}
HOMES = {  # who may import what
    "ast": ("read/", "emit/"),
    "astor": ("emit/text.py",),
    "black": ("emit/text.py",),
    "sympy": ("count",),
    "numba": (),
}
HEAVY = {"sympy", "numba", "numpy", "black", "click", "rich", "jinja2", "astor"}


def name_of(path):
    return path.relative_to(PACKAGE).as_posix()


def part(path):
    """The folder or file of adjgen/ that a file belongs to."""
    return whole(path.relative_to(PACKAGE).parts[0].removesuffix(".py"))


def whole(name):
    """The part that a file at the top belongs to."""
    return SPLIT.get(name, name)


def imported(tree, path):
    """The dotted names of the modules that a file imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name_of(path)}:{node.lineno} imports relatively"
            yield node.module
            if node.module == "adjgen":
                yield from (f"adjgen.{alias.name}" for alias in node.names)


def functions(tree):
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function):
    return function.end_lineno - function.lineno + 1


def test_floors():
    wrong = []
    for path, tree in TREES.items():
        for module in imported(tree, path):
            if not module.startswith("adjgen."):
                continue
            other, mine = whole(module.split(".")[1]), part(path)
            if other != mine and not FLOORS.get(other, 9) < FLOORS[mine]:
                wrong.append(f"{name_of(path)} imports {module}")
    assert not wrong


def test_every_part_has_a_floor():
    assert {part(path) for path in FILES} <= set(FLOORS)


def test_homes_of_imports():
    wrong = []
    for path, tree in TREES.items():
        for module in imported(tree, path):
            homes = HOMES.get(module.split(".")[0])
            if homes is not None and not name_of(path).startswith(homes):
                wrong.append(f"{name_of(path)} imports {module}")
    assert not wrong


def test_sizes():
    long = [
        f"{name_of(path)}: {lines} lines"
        for path in FILES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    ]
    long += [
        f"{name_of(path)}:{f.lineno} {f.name}: {length(f)} lines"
        for path, tree in TREES.items()
        for f in functions(tree)
        if length(f) > 45
    ]
    assert not long


def test_functions_are_short():
    """The median function body, without its docstring, is five lines or less."""
    sizes = [len(body_lines(f)) for tree in TREES.values() for f in functions(tree)]
    assert statistics.median(sizes) <= 5


def body_lines(function):
    """The lines of a function's statements."""
    body = function.body[bool(ast.get_docstring(function)) :]
    return range(body[0].lineno, body[-1].end_lineno + 1) if body else range(0)


def test_module_docstrings():
    wrong = []
    for path, tree in TREES.items():
        text, *_ = (ast.get_docstring(tree) or "").partition("\nbefore ")  # a pass shows an example
        if not text or len(text.splitlines()) >= 6:
            wrong.append(name_of(path))
    assert not wrong


def test_no_cellar():
    names = {p.stem for p in PACKAGE.rglob("*")} & {"utils", "util", "helpers", "helper", "misc"}
    assert not names


def texts():
    """The text files of the project, without what tools leave behind."""
    kinds = {".py", ".md", ".toml", ".jinja", ".j2", ".json", ".txt", ""}
    folders = ["adjgen", "samples", "templates", "tests", ".ci"]
    found = [p for folder in folders for p in (ROOT / folder).rglob("*")]
    found += [p for p in ROOT.iterdir() if p.name != ".git"]
    return [p for p in found if p.is_file() and p.suffix in kinds and "__pycache__" not in p.parts]


UNFINISHED = re.compile(r"\b(TODO" + r"|FIXME|XXX)\b|raise " + r"NotImplementedError")
PLACES = re.compile(r"(?<![\w.])/(work|home|root|Users|tmp)/" + r"\w|pypi" + r"\.org")


def lines_with(pattern, paths):
    return [
        f"{path.relative_to(ROOT)}:{k} {line.strip()[:80]}"
        for path in paths
        for k, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_nothing_unfinished():
    assert not lines_with(UNFINISHED, FILES)


def test_no_machine_paths():
    assert not lines_with(PLACES, texts())


def test_no_test_is_skipped():
    pattern = re.compile(r"pytest\.(skip|xfail)|mark\.(skip|xfail)|" + r"importorskip")
    assert not lines_with(pattern, [p for p in TESTS if p.name != "test_house.py"])


def test_public_names_have_docstrings():
    missing = [n for n in adjgen.__all__ if not getattr(adjgen, n).__doc__]
    assert adjgen.__all__ and not missing


def test_public_functions_of_the_package_have_docstrings():
    missing = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and not any(getattr(d, "id", "") == "overload" for d in node.decorator_list)
    ]
    assert not missing


def test_import_is_light():
    code = "import json, sys, adjgen; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert not HEAVY & set(json.loads(done.stdout))


@pytest.mark.parametrize("command", ["ruff check --output-format concise", "ruff format --check"])
def test_ruff(command):
    done = subprocess.run(
        [sys.executable, "-m", *command.split(), "."], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path), "-p", "adjgen"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
