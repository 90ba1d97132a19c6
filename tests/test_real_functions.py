"""Functions of published packages that never heard of adjgen, generated where pip put them."""

import ast
import importlib
import importlib.util
import json
import subprocess
import sys
import types
from pathlib import Path

import mpmath
import pytest
from compare import assert_close, assert_same_bits, richardson

POINTS = json.loads((Path(__file__).parent / "real_points.json").read_text())
PACKAGES = ("chemicals", "fluids", "ht")


def source_of(selector):
    """The selector with the installed file's path; finding it imports nothing."""
    package, _, rest = selector.partition("/")
    (folder,) = importlib.util.find_spec(package).submodule_search_locations
    return f"{folder}/{rest}"


def original(selector):
    file, _, name = selector.partition("::")
    return getattr(importlib.import_module(file.removesuffix(".py").replace("/", ".")), name)


def with_mpmath(function):
    """The same code, with mpmath's functions under the names of math's."""
    changed = {
        name: getattr(mpmath, name)
        for name, value in function.__globals__.items()
        if getattr(value, "__module__", "") == "math" and hasattr(mpmath, name)
    }
    return types.FunctionType(
        function.__code__, {**function.__globals__, **changed}, argdefs=function.__defaults__
    )


def command(selector, path, *options):
    """Run the command line and return what it loaded."""
    line = [sys.executable, "-X", "importtime", "-m", "adjgen", "generate", source_of(selector)]
    done = subprocess.run([*line, "-o", str(path), *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {row.rpartition("|")[2].strip() for row in done.stderr.splitlines() if "|" in row}


@pytest.mark.parametrize("selector", POINTS)
def test_value_and_gradient(selector, tmp_path, as_module):
    path = tmp_path / "generated.py"
    loaded = command(selector, path, "--exact")
    assert "adjgen.cli" in loaded
    assert not [name for name in loaded if name.split(".")[0] in PACKAGES]
    text = path.read_text(encoding="utf-8")
    assert set(imports(text)) <= {"math"}
    name = selector.partition("::")[2]
    point = list(POINTS[selector].values())
    function = original(selector)
    module = as_module(text)
    value, gradient = getattr(module, f"{name}_value_and_grad")(*point)
    assert_same_bits(value, function(*point))
    assert_same_bits(getattr(module, name)(*point), function(*point))
    gradient = gradient if isinstance(gradient, tuple) else (gradient,)
    assert_close(gradient[: len(point)], differences(function, point), 1e-9)


@pytest.mark.parametrize("selector", POINTS)
def test_without_exact_within_an_ulp_or_so(selector, tmp_path, as_module):
    path = tmp_path / "generated.py"
    command(selector, path)
    name = selector.partition("::")[2]
    point = list(POINTS[selector].values())
    module = as_module(path.read_text(encoding="utf-8"))
    value, _ = getattr(module, f"{name}_value_and_grad")(*point)
    assert_close(value, original(selector)(*point), 1e-15)


def imports(text):
    """The names of the modules that a text imports."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def differences(function, point):
    """The gradient of the source function by differences of 50 digits."""
    with mpmath.workdps(50):
        run = with_mpmath(function)
        exact = [mpmath.mpf(x) for x in point]
        steps = [abs(x) * mpmath.mpf("1e-12") for x in exact]
        return tuple(float(richardson(run, exact, k, h)) for k, h in enumerate(steps))


def test_comparisons_that_become_equal_while_branches_are_fused(tmp_path, as_module):
    selector = "ht/hx.py::NTU_from_effectiveness"
    path = tmp_path / "generated.py"
    command(selector, path, "--exact", "--no-format")
    module = as_module(path.read_text(encoding="utf-8"))
    function = original(selector)
    for subtype in ("counterflow", "parallel", "crossflow", "S&T"):
        point = (0.6, 0.4, subtype)
        value, gradient = module.NTU_from_effectiveness_value_and_grad(*point)
        assert_same_bits(value, function(*point))
        for k, slope in enumerate(gradient[:2]):
            up, down = ([x + h * (j == k) for j, x in enumerate(point[:2])] for h in (1e-6, -1e-6))
            quotient = (function(*up, subtype) - function(*down, subtype)) / 2e-6
            assert_close(slope, quotient, 1e-6)
