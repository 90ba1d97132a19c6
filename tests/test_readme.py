"""README.md says what is so: its programs run, its outputs are real, its tables come from the rules.

`pytest tests/test_readme.py --update` rewrites what is made: outputs and tables.
"""

import contextlib
import io
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from adjgen.commands.rules import formulas, head, is_public
from adjgen.elementary import TABLE as TABLE_OF_RULES
from adjgen.read.array_several import HANDLERS as SEVERAL

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.S | re.M)
OUTPUT = re.compile(r"(?<=<!-- output of: )(.+?)( -->\n```\w*\n)(.*?)(?=^```$)", re.S | re.M)
TABLE = re.compile(r"(?<=<!-- table: )(\w+)( -->\n)(.*?)(?=<!-- end -->)", re.S)
NEWER = {"fma", "sumprod"}  # named in the text; Python 3.11 has no such functions
EXPECTED = re.compile(r"^print\(.*\)  # (.*)$", re.M)


def blocks(language):
    return [body for kind, body in FENCE.findall(TEXT) if kind == language]


def output(command):
    """What an adjgen command prints, standard error included, in the checkout."""
    program, *words = shlex.split(command)
    assert program == "adjgen"
    done = subprocess.run(
        [sys.executable, "-m", "adjgen", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines()) + "\n"


def check(pattern, make, update):
    """Compare each made part with what is made now, or put that in its place."""
    parts = pattern.findall(TEXT)
    assert parts
    if update:
        current = README.read_text(encoding="utf-8")
        README.write_text(
            pattern.sub(lambda m: m[1] + m[2] + make(m[1]), current), encoding="utf-8"
        )
        return
    for what, _, text in parts:
        assert text == make(what), f"{what}: run pytest tests/test_readme.py --update"


@pytest.mark.parametrize("body", blocks("python"))
def test_programs(body, tmp_path, monkeypatch):
    """Each python block is a program; `print(...)  # text` prints that text."""
    monkeypatch.chdir(ROOT)
    program = tmp_path / "readme.py"
    program.write_text(body, encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        runpy.run_path(str(program), run_name="readme")
    assert printed.getvalue().splitlines() == EXPECTED.findall(body)


def test_commands_are_those_of_ci():
    shown = subprocess.run(
        ["bash", ".ci/run", "--show"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert len(blocks("sh")) == 2
    assert shown.stdout == "---\n".join(blocks("sh"))


def test_first_example_is_the_sample():
    _, mark, function = blocks("python")[0].partition("def f(")
    sample = (ROOT / "samples" / "lecture.py").read_text(encoding="utf-8")
    assert function and mark + function in sample


def test_parts_of_files():
    parts = re.findall(r"<!-- part of: (.+?) -->\n```\w*\n(.*?)^```$", TEXT, re.S | re.M)
    assert parts
    for path, text in parts:
        assert text in (ROOT / path).read_text(encoding="utf-8"), path


def test_outputs(update):
    check(OUTPUT, output, update)


def test_tables(update):
    check(TABLE, lambda name: TABLES[name](), update)


def public():
    """The rows that stand for what a program can write on every supported Python."""
    return [row for row in TABLE_OF_RULES.values() if is_public(row) and row.name not in NEWER]


def partials_table():
    """The rules that pass a derivative on."""
    lines = ["| function | partial derivatives | where there is none |", "|---|---|---|"]
    for row in public():
        if not row.refusal and formulas(row) != "0":
            lines.append(f"| `{head(row)}` | `{formulas(row)}` | {row.kink} |")
    return "\n" + "\n".join(lines) + "\n\n"


def flat_table():
    """The names of the rules whose derivative is zero everywhere."""
    names = [f"`{row.name}`" for row in public() if not row.refusal and formulas(row) == "0"]
    return ", ".join(names) + ".\n"


def array_table():
    """The functions of arrays that pass a derivative on."""
    rows = [row for row in TABLE_OF_RULES.values() if row.signature and row.jvp and not row.refusal]
    names = {row.name for row in rows} | {name.replace("numpy", "np", 1) for name in SEVERAL}
    return ", ".join(sorted(f"`{name}`" for name in names | {"np.add.at", "np.copyto"})) + ".\n"


def refused_table():
    """The rules without a derivative."""
    names = [f"`{row.name}`" for row in public() if row.refusal]
    return ", ".join(names) + ".\n"


TABLES = {
    "partials": partials_table, "flat": flat_table, "refused": refused_table, "arrays": array_table,
}  # fmt: skip
