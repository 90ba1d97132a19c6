"""Programs that are hard to get right, each in a file that says why: f, POINT (or POINTS), a docstring."""

import ast
from dataclasses import replace
from pathlib import Path

import judge
import pytest
from random_programs import Program

FOLDER = Path(__file__).parent / "programs"
FILES = sorted(FOLDER.glob("*.py"))
WAYS = [
    judge.Way(second=True),
    judge.Way(style="ssa", all_inputs=True),
    judge.Way(exact=False),
    judge.Way(generated=True),
    judge.Way(generated=True, style="ssa"),
]


def shape(value):
    """Return the shape of a result as judge knows it."""
    if isinstance(value, list):
        return 1 + max([shape(part) or 0 for part in value], default=0)
    return tuple(map(shape, value)) if isinstance(value, tuple) else None


def load(path):
    """Return a file as a program; its real parameters are those that POINT gives a float."""
    text = path.read_text(encoding="utf-8")
    with judge.imported(text) as (module, _):
        points = getattr(module, "POINTS", None) or (module.POINT,)
        names = judge.parameters(module.f)
        given = [dict(zip(names, point, strict=True)) for point in points]
        wrt = tuple(name for name in names if isinstance(given[0][name], (float, list)))
        found = judge.outcome(module.f, given[0])
    return Program(-1, text, wrt, shape(found.value), tuple(given))


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_program(path, way):
    program = load(path)
    if len(program.wrt) < len(program.points[0]):  # a passive number has to be told apart
        way = replace(way, all_inputs=False)
    tally = judge.judge(program, way)
    assert not tally.failures, str(tally.failures[0])
    assert any("compared" in fate for fate in tally.counts), f"nothing was compared: {tally}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_says_why_and_is_short(path):
    text = path.read_text(encoding="utf-8")
    assert len(ast.get_docstring(ast.parse(text)) or "") > 20
    assert len(text.splitlines()) <= 30
