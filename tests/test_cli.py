"""The command line: what it writes where, its exit codes, and that it never runs the user's code."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from adjgen import pipeline
from adjgen.cli import COMMANDS, main
from adjgen.commands import jobs
from adjgen.files import MARKER

ROOT = Path(__file__).parent.parent
MODEL = '''"""A model."""

from math import exp, sqrt

print("this file was run")


def f(x):
    return sqrt(x**2 + exp(x**2))


def g(x, y=2.0):
    return x * y


def refused(x):
    return float("%.3f" % x)


class Pipe:
    def area(self, d):
        return 0.25 * 3.14 * d * d
'''


class Result:
    """What a command did."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def adjgen(capfd, monkeypatch):
    """A function that runs a command in this process."""

    def run(*args, stdin=b""):
        capfd.readouterr()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as leaving:
            main(args=[str(arg) for arg in args], prog_name="adjgen")
        sys.stdout.flush()
        return Result(leaving.value.code or 0, *capfd.readouterr())

    return run


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project with a model, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


# ------------------------------------------------------------------ generate


def test_a_module_goes_to_standard_output_alone(adjgen, folder, as_module):
    result = adjgen("generate", "model.py::f")
    assert result.code == 0
    assert result.err == ""
    assert result.out.startswith(f"{MARKER} from model.py::f. DO NOT EDIT.\n# adjgen: schema=1 ")
    value, gradient = as_module(result.out).f_value_and_grad(1.2)
    assert value == pytest.approx(2.3792216830292534, rel=1e-15)
    assert gradient == pytest.approx(2.6331447065577347, rel=1e-12)


def test_source_is_not_run(adjgen, folder):
    assert "this file was run" not in adjgen("generate", "model.py").out.replace(MODEL, "")
    assert "this file was run\n" not in adjgen("ops", "model.py::f", "--no-sympy").out


def test_what_is_refused_of_a_whole_file_is_listed(adjgen, folder):
    result = adjgen("generate", "model.py", "-o", "out.py")
    assert result.code == 0
    assert "wrote out.py (2 functions)" in result.err
    assert "model.py:17:" in result.err
    assert "1 of 3 functions refused:" in result.err
    assert result.out == ""


def test_strict_makes_a_refusal_an_error(adjgen, folder):
    assert adjgen("generate", "model.py", "--strict").code == 1


def test_a_named_function_that_is_refused_stops_everything(adjgen, folder):
    result = adjgen("generate", "model.py::f", "model.py::refused", "-o", "out.py")
    assert result.code == 1
    assert result.out == ""
    assert result.err.endswith("Nothing was written.\n")
    assert not os.path.exists("out.py")


def test_an_unknown_function_is_named_with_a_suggestion(adjgen, folder):
    result = adjgen("generate", "model.py::Pipe.aera")
    assert result.code == 1
    assert "ADJ003" in result.err


def test_methods_are_found(adjgen, folder):
    result = adjgen("generate", "model.py::Pipe.area")
    assert result.code == 0, result.err
    assert "area" in result.out


def test_generating_twice_changes_nothing(adjgen, folder):
    adjgen("generate", "model.py::f", "-o", "out.py")
    first = Path("out.py").read_bytes()
    result = adjgen("generate", "model.py::f", "-o", "out.py")
    assert result.err.startswith("unchanged: out.py")
    assert Path("out.py").read_bytes() == first


def test_folders_are_walked(adjgen, folder):
    for place in ("pkg", "pkg/deep", ".hidden", "pkg/__pycache__", "pkg/env"):
        Path(place).mkdir()
        Path(place, "m.py").write_text("def h(x):\n    return x * x\n")
    Path("pkg/env/pyvenv.cfg").touch()
    Path("pkg/empty.py").touch()
    Path("pkg/broken.py").write_text("def f(x:\n")
    Path("pkg/made.py").write_text(f"{MARKER} from x. DO NOT EDIT.\ndef h(x):\n    return x\n")
    result = adjgen("generate", "pkg", "-o", "out")
    written = sorted(str(path.relative_to("out")) for path in Path("out").rglob("*.py"))
    assert written == ["deep/m.py", "m.py"]
    assert "pkg/broken.py:1:" in result.err
    assert result.code == 0
    assert adjgen("generate", ".", "-o", "out", "--strict").code == 1


def test_processes_give_the_same_files(adjgen, folder):
    for name in ("a", "b", "c"):
        Path(f"{name}.py").write_text(f"def {name}(x):\n    return x * x * x\n")
    names = ("a.py", "b.py", "c.py", "model.py")
    adjgen("generate", *names, "-o", "one")
    result = adjgen("generate", *names, "-o", "two", "-j", "2")
    assert result.code == 0, result.err
    for name in names:
        assert Path("one", name).read_text() == Path("two", name).read_text()


def test_standard_input(adjgen, folder):
    result = adjgen("generate", "-", stdin=b"def h(x):\n    return x * x\n")
    assert result.code == 0, result.err
    assert f"{MARKER} from <stdin>" in result.out
    result = adjgen("generate", "-", stdin=b"\xff\xfe")
    assert result.code == 1
    assert "ADJ007" in result.err


def test_check_and_diff_write_nothing(adjgen, folder):
    result = adjgen("generate", "model.py::f", "-o", "out.py", "--check")
    assert (result.code, result.err) == (1, "out.py: missing\n")
    adjgen("generate", "model.py::f", "-o", "out.py")
    assert adjgen("generate", "model.py::f", "-o", "out.py", "--check").code == 0
    before = Path("out.py").read_text()
    Path("model.py").write_text(MODEL.replace("x**2 + exp", "x**3 + exp"))
    result = adjgen("generate", "model.py::f", "-o", "out.py", "--check", "--diff")
    assert (result.code, result.err) == (1, "out.py: the source changed\n")
    assert result.out.startswith("--- out.py\n+++ out.py\n@@ ")
    assert adjgen("generate", "model.py::f", "-o", "out.py", "--diff").code == 0
    assert Path("out.py").read_text() == before


def test_options_are_part_of_staleness(adjgen, folder):
    adjgen("generate", "model.py::f", "-o", "out.py")
    result = adjgen("generate", "model.py::f", "-o", "out.py", "--check", "--exact")
    assert (result.code, result.err) == (1, "out.py: the options changed\n")


def test_somebody_elses_file_is_kept(adjgen, folder):
    Path("mine.py").write_text("x = 1\n")
    result = adjgen("generate", "model.py::f", "-o", "mine.py")
    assert result.code == 2
    assert "ADJ004" in result.err
    assert Path("mine.py").read_text() == "x = 1\n"
    assert adjgen("generate", "model.py::f", "-o", "mine.py", "--force").code == 0


def test_modes_and_wrt(adjgen, folder, as_module):
    forward = as_module(adjgen("generate", "model.py::g", "--mode", "forward").out)
    assert hasattr(forward, "g_jvp") and not hasattr(forward, "g_vjp")
    reverse = as_module(adjgen("generate", "model.py::g", "--mode", "reverse", "--wrt", "y").out)
    assert not hasattr(reverse, "g_jvp")
    assert reverse.g_value_and_grad(3.0, 4.0) == (12.0, 3.0)


def test_define_gives_a_constant(adjgen, folder, as_module):
    Path("late.py").write_text(
        "import os\nG = float(os.environ['G'])\ndef h(x):\n    return G * x\n"
    )
    module = as_module(adjgen("generate", "late.py::h", "--define", "G=9.5").out)
    assert module.h_value_and_grad(2.0) == (19.0, 9.5)


def test_settings_of_the_project(adjgen, folder):
    Path("pyproject.toml").write_text('[tool.adjgen]\nmode = "forward"\n')
    assert "_vjp" not in adjgen("generate", "model.py::f").out
    assert "_vjp" in adjgen("generate", "model.py::f", "--mode", "reverse").out


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[tool.adjgen]\ntarget = "math"\nstile = "ssa"\n', "pyproject.toml:3:1: ADJ005 unknown setting"),
        ('[tool.adjgen]\nmode = "up"\n', "pyproject.toml:2:1: ADJ005 `mode` cannot be 'up'"),
        ("[tool.adjgen\n", "pyproject.toml: ADJ005 not a TOML file"),
    ],
)  # fmt: skip
def test_wrong_settings_are_errors(adjgen, folder, text, line):
    Path("pyproject.toml").write_text(text)
    result = adjgen("generate", "model.py::f")
    assert result.code == 2
    assert result.err.startswith(line)


def test_verification_before_writing(adjgen, folder, monkeypatch):
    result = adjgen("generate", "model.py::f", "-o", "out.py", "--verify")
    assert result.code == 0
    assert "model.py::f: ok (5 points, adjoint identity" in result.err
    usual = pipeline.generate

    def wrong(definitions, options):
        made = usual(definitions, options)
        return Wrong(made)

    class Wrong:
        def __init__(self, made):
            self.made = made

        def __getattr__(self, name):
            found = getattr(self.made, name)
            if name != "source":
                return found
            return found + "\n\ndef f_jvp(x, *, x_dot):\n    return f(x), 1e6 * x_dot\n"

    monkeypatch.setattr(pipeline, "generate", wrong)
    result = adjgen("generate", "model.py::f", "-o", "new.py", "--verify")
    assert result.code == 1
    assert "FAILED" in result.err
    assert not os.path.exists("new.py")


def test_operations_beside_a_module(adjgen, folder):
    result = adjgen("generate", "model.py::f", "--ops")
    assert result.out.startswith(MARKER)
    assert "value and gradient" in result.err
    result = adjgen("generate", "model.py::f", "--ops", "-o", "out.py")
    assert "value and gradient" in result.out


# ------------------------------------------------------------------ usage and exit codes


@pytest.mark.parametrize(
    "args",
    [
        ["generate"],
        ["generate", "missing.py"],
        ["generate", "model.py::"],
        ["generate", ".::f"],
        ["generate", "."],
        ["generate", "empty", "-o", "out"],
        ["generate", "model.py", "--check"],
        ["generate", "model.py", "-o", "."],
        ["generate", "model.py", "model.py::f", "-o", "model.py"],
        ["generate", "model.py", "--target", "fortran"],
        ["generate", "model.py", "--define", "9=8"],
        ["verify", "model.py", "--at", "x=one"],
        ["rules", "no_such_rule"],
        ["rules", "append"],
        ["explain", "ADJ999"],
        ["model.py"],
        ["nonsense"],
    ],
)
def test_wrong_usage(adjgen, folder, args):
    Path("empty").mkdir()
    result = adjgen(*args)
    assert result.code == 2
    assert result.out == ""
    assert "Error: " in result.err


def test_files_that_cannot_be_read_or_written(adjgen, folder):
    Path("folder.py").mkdir()
    Path("nul.py").write_bytes(b"x = 1\0\n")
    assert adjgen("generate", "nul.py").code == 1
    assert adjgen("generate", "model.py::f", "-o", "model.py/out.py").code == 2
    result = adjgen("generate", "model.py::f", "-o", "/proc/no/such/folder.py")
    assert result.code == 2
    assert "Traceback" not in result.err


def test_a_file_name_that_is_no_text(folder):
    name = os.fsdecode(b"\xff.py")
    Path(name).write_text("def h(x):\n    return x * x\n")
    for command in (["generate"], ["verify"], ["ops", "--no-sympy"]):
        line = [sys.executable, "-m", "adjgen", *command, name]
        done = subprocess.run(
            line, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.isascii()


@pytest.fixture
def broken(monkeypatch):
    """adjgen with a bug."""

    def generate(*_):
        raise RuntimeError("a wire came loose")

    monkeypatch.setattr(pipeline, "generate", generate)


def test_a_bug_has_a_short_message(adjgen, folder, broken):
    result = adjgen("generate", "model.py::f")
    assert result.code == 3
    assert "ADJ900" in result.err and "a wire came loose" in result.err
    assert "report" in result.err
    assert "Traceback" not in result.err


def test_a_bug_has_a_traceback_on_demand(adjgen, folder, broken, monkeypatch):
    monkeypatch.setenv("ADJGEN_DEBUG", "1")
    assert "Traceback" in adjgen("generate", "model.py::f").err


def test_an_interruption_leaves_whole_files(adjgen, folder, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "generate", interrupted)
    result = adjgen("generate", "model.py", "-o", "out.py")
    assert result.code == 130
    assert sorted(os.listdir()) == ["model.py", "pyproject.toml"]


SLOW = "def f{0}(x):\n    x = x * x\n" + "    x = x * x + 1.0\n" * 60 + "    return x\n"


def children(process):
    """The identities of a process's children."""
    done = subprocess.run(["ps", "-A", "-o", "ppid=,pid=,stat="], capture_output=True, text=True)
    lines = (line.split() for line in done.stdout.splitlines())
    return [own for parent, own, state in lines if parent == str(process) and "Z" not in state]


def runs(process):
    """Whether a process has not ended."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", process], capture_output=True, text=True)
    return bool(done.stdout.strip()) and "Z" not in done.stdout


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interruption_leaves_no_processes(folder, how):
    Path("pkg").mkdir()
    for k in range(90):  # it is not done when the signal comes, however late that is
        Path(f"pkg/m{k}.py").write_text("".join(SLOW.format(n) for n in range(30)))
    line = [sys.executable, "-m", "adjgen", "generate", "pkg", "-o", "out", "-j", "2"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(line, stderr=subprocess.PIPE, text=True, env=env)
    workers = []
    while len(workers) < 2 and running.poll() is None:
        workers = children(running.pid)
        time.sleep(0.01)
    time.sleep(0.3)
    running.send_signal(how)
    _, said = running.communicate(timeout=60)
    assert running.returncode == (130 if how == signal.SIGINT else -how), said
    assert "Traceback" not in said
    for _ in range(100):
        left = [worker for worker in workers if runs(worker)]
        if not left:
            break
        time.sleep(0.05)
    assert workers and not left
    assert not list(Path().rglob(".*.py*"))
    for path in Path().glob("out/*.py"):
        compile(path.read_text(), str(path), "exec")


def test_kinks_have_a_line_each_and_a_count_for_a_folder(adjgen, folder):
    Path("pkg").mkdir()
    for name in ("a", "b"):
        Path(f"pkg/{name}.py").write_text("def f(x):\n    return abs(x) if x != 1.0 else x\n")
    hint = "adjgen inspect FILE::FUNCTION --show kinks lists them.\n"
    each = "pkg/a.py::f: 1 kink and 1 test for equality\n"
    assert adjgen("generate", "pkg/a.py").err == each + hint
    assert adjgen("generate", "pkg/a.py", "-q").err == ""
    result = adjgen("generate", "pkg", "-o", "out")
    assert result.err.endswith("2 kinks and 2 tests for equality in 2 functions\n" + hint)


def test_standard_output_that_is_closed(folder):
    line = f"{sys.executable} -m adjgen rules | head -1"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stderr == ""


# ------------------------------------------------------------------ ops


def test_operations_as_json(adjgen, folder):
    result = adjgen("ops", "model.py::f", "--format", "json")
    report = json.loads(result.out)
    assert list(report) == ["model.py::f"]
    found = report["model.py::f"]
    assert found["value"]["total"] == 4
    assert found["value_and_grad"]["total"] == 7
    assert found["naive_sympy"]["total"] == 15
    assert found["sympy_cse"]["total"] == 7


def test_operations_as_a_table(adjgen, folder):
    result = adjgen("ops", "model.py", "--no-sympy")
    assert "model.py::f\n" in result.out
    (line,) = [line for line in result.out.splitlines() if "value and gradient" in line][:1]
    assert line.split()[3] == "7"


# ------------------------------------------------------------------ verify


def test_verify_reports_a_line_for_each_function(adjgen, folder):
    result = adjgen("verify", "model.py")
    assert result.code == 0
    first, second = result.out.splitlines()
    assert first.startswith("model.py::f: ok (5 points")
    assert second.startswith("model.py::g: ok (5 points")
    assert result.err.endswith("2 verified, 0 failed, 0 not verified\n")


def test_verify_names_what_it_needs(adjgen, folder):
    Path("count.py").write_text(
        "def h(x, n):\n    for _ in range(n):\n        x = x * x\n    return x\n"
    )
    result = adjgen("verify", "count.py::h")
    assert result.code == 1
    assert "not verified: parameter n has no value; use --at n=..." in result.out
    assert adjgen("verify", "count.py").code == 0
    assert ": ok (" in adjgen("verify", "count.py::h", "--at", "n=3").out
    assert ": ok (1 point," in adjgen("verify", "count.py::h", "--at", "x=0.7,n=3").out


def test_verify_against_the_original(adjgen, folder):
    result = adjgen("verify", "model.py::f", "--against-original")
    assert result.code == 0
    assert ": ok (" in result.out
    result = adjgen("verify", "model.py::f", "--against-original", "--exact")
    assert result.code == 0


# ------------------------------------------------------------------ rules, explain, help


def test_rules(adjgen):
    result = adjgen("rules")
    assert result.code == 0
    assert "tanh(x)" in result.out
    (line,) = [line for line in result.out.splitlines() if line.startswith("div(")]
    assert line.split(None, 2)[2] == "1.0 / b; -(y / b)"
    assert "dy/dx         1.0 - y * y" in adjgen("rules", "math.tanh").out


def test_explain(adjgen):
    assert adjgen("explain", "204").out == adjgen("explain", "adj204").out
    assert adjgen("explain", "ADJ204").out.startswith("# ADJ204: ")
    assert "ADJ301  " in adjgen("explain").out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_that_name_the_command(adjgen, command):
    result = adjgen(command, "--help")
    assert result.code == 0
    assert "Examples:" in result.out
    assert f"  adjgen {command}" in result.out.split("Examples:")[1]


def test_help_lists_the_commands_in_full(adjgen):
    text = adjgen("--help").out
    commands = text.split("Commands:\n")[1]
    assert [line.split()[0] for line in commands.splitlines() if line.strip()] == list(COMMANDS)
    assert "..." not in commands


def test_help_is_light():
    code = (
        "import sys\nfrom adjgen.cli import main\n"
        "try:\n    main(['--help'], prog_name='adjgen')\nexcept SystemExit:\n    pass\n"
        "print(sorted({'rich', 'black', 'sympy', 'numpy', 'jinja2', 'astor', 'ast'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] in ("[]", "['ast']"), done.stderr


def test_long_work_has_a_progress_bar(monkeypatch):
    shown = io.StringIO()
    shown.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(jobs, "PATIENCE", -1.0)
    assert list(jobs.results(abs, [1, -2, 3], 1, "counting")) == [1, 2, 3]
    assert "counting" in shown.getvalue()


def test_short_work_has_none(capfd):
    assert list(jobs.results(abs, [1, -2, 3], 1, "counting")) == [1, 2, 3]
    assert capfd.readouterr().err == ""


def test_no_colour_where_nobody_looks(adjgen, folder):
    assert "\x1b" not in adjgen("generate", "model.py::refused").err


def test_a_constant_of_another_module_that_this_file_rebinds(adjgen, folder):
    """Importing that module alone would give the old value, also in code that is carried."""
    (folder / "units.py").write_text("k = 1.0\n")
    text = "import units\nunits.k = 2.0\n\ndef f(x):\n    return x * {}\n"
    for expression in ("units.k", "max([units.k, 1.0])", "len([units.k])"):
        (folder / "rebinds.py").write_text(text.format(expression))
        result = adjgen("generate", "rebinds.py::f")
        assert (result.code, result.out) == (1, "")
        assert "ADJ501 generated code cannot import `units.k`" in result.err
        assert "line 2 of rebinds.py rebinds it" in result.err


def test_a_module_may_not_be_called_like_one_that_it_imports(adjgen, tmp_path):
    (tmp_path / "consts.py").write_text("T = [2.0] * 3\n")
    (tmp_path / "m.py").write_text("import consts\n\n\ndef f(x):\n    return x * consts.T[0]\n")
    (tmp_path / "out").mkdir()
    done = adjgen("generate", tmp_path / "m.py", "-o", tmp_path / "out" / "consts.py")
    assert done.code == 1 and "ADJ504" in done.err and not list((tmp_path / "out").iterdir())
    done = adjgen("generate", tmp_path / "m.py", "-o", tmp_path / "out" / "m_ad.py")
    assert done.code == 0, done.err


def test_text_that_python_cannot_read_is_a_bug_and_is_not_written(adjgen, tmp_path, monkeypatch):
    monkeypatch.setattr("adjgen.assemble.formatted", lambda text: text + "x = = 1\n")
    (tmp_path / "m.py").write_text(MODEL)
    done = adjgen("generate", tmp_path / "m.py", "-o", tmp_path / "out.py")
    assert done.code == 3 and "ADJ900" in done.err and not (tmp_path / "out.py").exists()
