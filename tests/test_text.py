"""The generated text as its reader sees it: types, returns in place, comments, what linters say."""

import subprocess
import sys
from pathlib import Path

import pytest

import adjgen

FOLDER = Path(__file__).parent.parent / "samples"
ARRAYS = [FOLDER / "neural_network" / f"{name}.py" for name in ("ingredients", "networks")]
SAMPLES = [*sorted(FOLDER.glob("*.py")), *ARRAYS]
# Not asked for: what the user's own code looks like (its constants, branches and docstrings), and
# max(), for which a conditional expression is written because it takes a twentieth of the time.
IGNORED = (
    "ANN401,ARG,B905,C901,COM,CPY,D,DOC,E501,E741,EM,ERA,FBT,FURB136,INP,N,PLR09,PLR2004,PLR6104,"
    "PLR6201,PLR1702,RET504,RET505,RUF069,RUF021,S,SIM108,SLF,TRY003,TRY004"
)


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("modules")
    for sample in SAMPLES:
        (folder / sample.name).write_text(adjgen.generate(sample).source)
        for mode in ("jacobian", "hessian"):
            source = adjgen.generate(sample, mode=mode).source
            (folder / f"{sample.stem}_{mode}.py").write_text(source)
    return folder


@pytest.mark.parametrize(
    "command",
    [
        "mypy --strict --no-incremental",
        f"ruff check --isolated --preview --select ALL --ignore {IGNORED}",
        "black --check --quiet",
    ],
)
def test_linters_find_nothing_in_the_generated_samples(modules, command):
    done = subprocess.run(
        [sys.executable, "-m", *command.split(), *sorted(map(str, modules.glob("*.py")))],
        capture_output=True,
        text=True,
        cwd=modules,
    )
    assert done.returncode == 0, done.stdout + done.stderr


HARD = '''
import math


def optional(x, y: float = None, flag=False, name: str | None = None, n: int = 3, k=0):
    """A parameter of each kind."""
    total = 0
    for i in range(n):
        total += x * i
    if y is not None and flag:
        total = total * y
    return total ** 0.3 if name == "cube" else total + k


def steps(x, limit=10, **more):
    """Lists in one arm only."""
    if x < 0:
        return x
    while x < limit:
        x = x * math.exp(x) + 1.0
    return math.sin(x)


def orbit(q, p, dt, n: int):
    """Lists that loops bind again."""
    for _ in range(n):
        a = [-v / sum(u * u for u in q) ** 1.5 for v in q]
        p = [u + dt * b for u, b in zip(p, a)]
        q = [u + dt * b for u, b in zip(q, p)]
    return sum(u * u for u in p) / 2 - 1 / math.sqrt(sum(u * u for u in q))
'''


def generated(tmp_path, text):
    path = tmp_path / "source.py"
    path.write_text(text)
    return adjgen.generate(path).source


def test_hard_functions_are_clean_too(tmp_path):
    path = tmp_path / "hard.py"
    path.write_text(generated(tmp_path, HARD))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", str(path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + path.read_text()


def test_signatures_say_types(tmp_path):
    source = " ".join(generated(tmp_path, HARD).split())
    assert (
        "def optional( x: float, y: float | None = None, flag: bool = False,"
        " name: str | None = None, n: int = 3, k: float = 0, ) -> float:"
    ) in source
    assert "y_dot: float, k_dot: float, ) -> tuple[float, float]:" in source
    assert "bar: float = 1.0, ) -> tuple[float, tuple[float, float, float]]:" in source
    assert "def steps(x: float, limit: float = 10, **more: Any) -> float:" in source
    assert "from typing import Any" in source
    assert "# Imports typing." in source


def test_a_wrong_annotation_is_not_copied(tmp_path):
    source = generated(tmp_path, "def f(x: int, flag: int = True):\n    return x * x\n")
    assert "def f(x: float, flag: int = True) -> float:" in source


NESTED = """
def nested(x, n: int):
    total = 0.0
    for i in range(n):
        for j in range(i):
            if total > 10.0:
                return total * x
            total += x * j
        if total > 5.0:
            break
    return total


def root(x, tol=1e-9):
    guess = x
    while True:
        step = (guess * guess - x) / (2.0 * guess)
        guess -= step
        if abs(step) < tol:
            return guess


def tries(x):
    for _ in range(50):
        if x > 10:
            return x
        x = x * 1.5
    raise ValueError("no convergence")
"""


def test_a_return_in_a_loop_stays_there(tmp_path):
    path = tmp_path / "source.py"
    path.write_text(NESTED)
    source = adjgen.generate(path, mode="forward").source
    assert "returned" not in source and "result" not in source
    assert "                return total * x\n" in source
    assert "            return guess, guess_dot\n" in source
    user, ours = {}, {}
    exec(NESTED, user)
    exec(source, ours)
    for point in [(0.5, 3), (2.0, 6), (40.0, 5), (0.0, 4), (3.0, 0)]:
        assert ours["nested"](*point) == user["nested"](*point)
        assert ours["nested_jvp"](*point, x_dot=1.0)[0] == user["nested"](*point)
    slope = (user["nested"](2.0 + 1e-6, 6) - user["nested"](2.0 - 1e-6, 6)) / 2e-6
    assert ours["nested_jvp"](2.0, 6, x_dot=1.0)[1] == pytest.approx(slope, rel=1e-8)
    assert ours["root_jvp"](2.0, x_dot=1.0, tol_dot=0.0)[1] == pytest.approx(0.5 / 2.0**0.5)
    assert ours["tries_jvp"](1.0, x_dot=1.0) == (1.5**6, 1.5**6)
    with pytest.raises(ValueError, match="no convergence"):
        ours["tries_jvp"](-1.0, x_dot=1.0)


def test_a_name_without_a_value_raises_as_it_does_in_the_source(tmp_path):
    text = "def f(x, k):\n    if k == 1:\n        y = x\n    elif k == 2:\n        y = 2 * x\n    return y\n"
    user, ours = {}, {}
    exec(text, user)
    exec(generated(tmp_path, text), ours)
    with pytest.raises(UnboundLocalError) as expected:
        user["f"](1.0, 3)
    for call in (ours["f"], ours["f_vjp"], ours["f_value_and_grad"]):
        with pytest.raises(UnboundLocalError) as found:
            call(1.0, 3)
        assert str(found.value) == str(expected.value)


def test_a_statement_on_several_lines_is_quoted_whole(tmp_path):
    text = "def f(x, y):\n    z = (\n        x * y  # a product\n        + y * y\n    )\n    return z * x\n"
    source = generated(tmp_path, text)
    assert "# z = (x * y + y * y)\n" in source
    lines = adjgen.generate(tmp_path / "source.py").lines
    quoted = [n for n, line in enumerate(source.split("\n"), 1) if "# z = (" in line]
    assert {lines[n] for n in quoted} == {2}


def test_text_reads_as_people_write_it(tmp_path):
    text = (
        "def f(x, h, r):\n    if 0.0 <= h and h < r:\n        return x * h\n"
        "    if not r in (1.0, 2.0):\n        raise ValueError('r')\n    return x\n"
    )
    source = generated(tmp_path, text)
    assert "if 0.0 <= h < r:" in source
    assert "if r not in (1.0, 2.0):" in source


def test_the_docstring_of_a_module_says_what_functions_take_and_return(tmp_path):
    text = "def f(x, y, *args, **more):\n    return x * y\n"
    source = generated(tmp_path, text)
    assert "    f(x, y, *args, **more) -> value\n" in source
    assert "    f_jvp(x, y, *args, x_dot, y_dot, **more) -> (value, value_dot)\n" in source
    assert "    f_value_and_grad(x, y, *args, **more) -> (value, (x_bar, y_bar))\n" in source
    lines = source.partition('"""')[2].split("\n")
    assert max(map(len, lines)) < 89


def test_a_method_that_is_known_leaves_no_comparison_of_constants(tmp_path):
    text = (
        "def either(x, method):\n    if method == 'a':\n        return x * x\n"
        "    elif method == 'b':\n        return 2.0 * x\n    raise ValueError(method)\n\n"
        "def f(x):\n    return either(x, 'b')\n"
    )
    path = tmp_path / "source.py"
    path.write_text(text)
    source = adjgen.generate(f"{path}::f").source
    assert "==" not in source and "raise" not in source


def test_a_minus_of_a_minus_is_not_written(tmp_path):
    text = "def f(x, y):\n    z = -x * y\n    return 1.0 - z * z * -y\n"
    assert "--" not in generated(tmp_path, text)


def test_the_sign_of_a_sum_is_not_written_twice(tmp_path):
    text = "def f(m, a):\n    r = 1.0 - a\n    return m / r + 3.0 * (a / r)\n"
    source = generated(tmp_path, text)
    assert "- -" not in source
    assert "a_bar = 3.0 * d_1 + value / r" in source


def test_what_is_carried_imports_no_more_than_it_needs(tmp_path):
    text = (
        "from scipy.interpolate import splev\n\nTCK = ([0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 0.0], 1)\n\n\n"
        "def f(x):\n    return x * float(splev(x, TCK))\n"
    )
    source = generated(tmp_path, text)
    assert "def splev_partial(" in source and "import math" not in source


def test_no_text_holds_the_folder_that_its_source_is_in(tmp_path):
    path = tmp_path / "thing.py"
    path.write_text("def f(x):\n    return x * x\n")
    found = adjgen.generate(f"{path}::f")
    assert str(tmp_path) not in found.source
    assert "# Regenerate: adjgen generate thing.py::f" in found.source
