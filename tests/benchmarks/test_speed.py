"""The benchmark of speed runs, on few rounds and without peers; its limits hold with room for a busy machine."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from table import BEGIN, SECTION

SCRIPT = Path(__file__).parent / "speed.py"
README = Path(__file__).parent.parent.parent / "README.md"
RULE = re.compile(r"\| --- \|( ---: \|)+")


def run(folder, *words):
    command = [sys.executable, str(SCRIPT), "-o", str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tables(text):
    """The tables of a section: for each its rows, the head first, as lists of cells."""
    rows = [
        [cell.strip() for cell in line[1:-1].split("|")]
        for line in text.splitlines()
        if line[:1] == "|"
    ]
    starts = [k - 1 for k, row in enumerate(rows) if set(row) <= {"---", "---:"}]
    return [rows[i:j] for i, j in zip(starts, [*starts[1:], len(rows)])]


def test_table_of_the_cheapest_problem(tmp_path):
    text = run(tmp_path, "--only", "lecture", "--ways", "value,adjgen", "--rounds", "2")
    assert (tmp_path / "speed.md").read_text(encoding="utf-8") + "\n" == text
    times, preparation, operations = tables(text)
    assert times[0] == ["", "by hand", "noise", "value", "adjgen"]
    (name, micro, noise, *ratios) = times[2]
    assert name == "lecture" and micro.endswith(" µs") and noise.endswith("%")
    assert all(0.2 < float(ratio) < 5.0 for ratio in ratios)
    assert preparation[0] == ["", "adjgen"] and float(preparation[2][1]) > 0.0
    assert operations[2] == ["lecture", "7", "4", "7"]
    report = json.loads((tmp_path / "speed.json").read_text(encoding="utf-8"))
    assert report["rounds"] == 2 and report["machine"]


def test_gradients_of_networks_cost_what_those_by_hand_cost(tmp_path):
    text = run(tmp_path, "--only", "MLP|GMM", "--ways", "value,adjgen numpy", "--rounds", "10")
    ratios = [float(row[-1]) for row in tables(text)[0][2:]]
    assert len(ratios) == 5
    assert max(ratios) < 1.5, text  # 1.1 on a machine that does nothing else


def test_wrong_derivatives_are_not_timed():
    from problems import PROBLEMS
    from speed import prepared
    from ways import OURS, Way

    problem = PROBLEMS[0]
    _, _, expected = prepared(problem, OURS["by hand"], None, True)
    value, slope = expected
    for wrong in ((value, slope * 1.000001), (value, float("nan")), (value,)):
        with pytest.raises(AssertionError):
            prepared(problem, lambda p, wrong=wrong: Way(lambda x: wrong, p.args), expected, True)


def test_section_of_the_readme():
    (section,) = SECTION.findall(README.read_text(encoding="utf-8"))
    intro, times, *_ = section.removeprefix(BEGIN).strip().split("\n\n")
    assert re.match(r"On an? .+, CPython 3\.\d+\.\d+; medians of \d+ rounds", intro)
    head, rule, *rows = times.splitlines()
    assert RULE.fullmatch(rule) and "| adjgen |" in head and len(rows) >= 13
    assert all(row.count("|") == head.count("|") for row in rows)
    assert "adjgen loses" in section or "is more than 5 % faster" in section
