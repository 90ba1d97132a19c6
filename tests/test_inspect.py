"""`adjgen inspect`: each part, each format, and values at a point."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from adjgen.cli import main

ROOT = Path(__file__).parent.parent
LECTURE = f"{ROOT / 'samples' / 'lecture.py'}::f"
LOOPS = """
def power(x, n=3):
    y = 1.0
    for _ in range(n):
        y = y * x
    while y > 100.0:
        y = y / 2.0
    return y if y > 0.0 else -y
"""


def inspect(*args):
    """The standard output of a command that must succeed."""
    result = CliRunner().invoke(main, ["inspect", *map(str, args)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def loops(tmp_path):
    """A file with one function that has loops."""
    path = tmp_path / "loops.py"
    path.write_text(LOOPS)
    return path


def test_source_and_ssa_are_shown_without_being_asked_for():
    text = inspect(LECTURE)
    source, ssa = text.split("\nSSA: x_i = g_i(parents)\n")
    assert "    8      return sqrt(x**2 + exp(x**2))" in source
    for k in range(1, 6):
        assert f"x_{k}" in ssa


def test_a_single_part_has_no_title():
    assert inspect(LECTURE, "--show", "source").startswith("    6  def f(x):\n")


def test_sweeps_are_listed():
    assert "_dot" in inspect(LECTURE, "--show", "forward")
    assert "_bar" in inspect(LECTURE, "--show", "reverse")


def test_operations():
    text = inspect(LECTURE, "--show", "ops")
    (line,) = [line for line in text.splitlines() if "value and gradient" in line]
    assert line.split()[3] == "7"


def test_values_at_a_point():
    text = inspect(LECTURE, "--show", "ssa", "--at", "x=1.2")
    assert "2.379221683" in text  # the value
    assert "2.633144706" in text  # its derivative


def test_values_at_a_point_as_json():
    found = json.loads(inspect(LECTURE, "--show", "ssa", "--at", "x=1.2", "--format", "json"))
    point = found["ssa"]["point"]
    assert point["at"] == {"x": 1.2}
    (last,) = [step for step in point["steps"] if step.get("x") == "x_5"]
    assert last["value"] == pytest.approx(2.3792216830292534, rel=1e-15)
    assert point["gradient"] == {"x_1": pytest.approx(2.6331447065577347, rel=1e-12)}


def test_json_has_the_same_variables_as_the_listing(loops):
    found = json.loads(inspect(loops, "--show", "ssa,ops", "--format", "json"))
    assert found["function"].endswith("::power")
    assert [p["name"] for p in found["ssa"]["parameters"]] == ["x", "n"]
    assert found["ops"]["value"]["total"] >= 0

    def names(equations):
        for eqn in equations:
            yield from eqn["outs"]
            for k, block in enumerate(eqn.get("blocks", ())):
                yield from block["params"] if k == 0 else ()  # a condition has those of the body
                yield from names(block["equations"])

    every = [x for p in found["ssa"]["parameters"] for x in p["x"]]
    every += names(found["ssa"]["equations"])
    assert len(every) == len(set(every))
    listing = inspect(loops, "--show", "ssa")
    assert set(re.findall(r"\bx_\d+\b", listing)) <= set(every)


def test_stages_are_shown_by_name():
    text = inspect(LECTURE, "--after", "lower")
    assert "pow" in text or "**" in text
    assert inspect(LECTURE, "--after", "value_and_grad") != inspect(LECTURE, "--after", "dce")


def test_unknown_names_are_listed():
    for args in (["--after", "magic"], ["--show", "magic"], ["--at", "magic=1"]):
        result = CliRunner().invoke(main, ["inspect", LECTURE, *args])
        assert result.exit_code == 2
        assert "magic" in result.output


def test_several_functions_must_be_chosen_from():
    result = CliRunner().invoke(main, ["inspect", str(ROOT / "samples" / "lecture.py")])
    assert result.exit_code == 2
    assert "name one: f, product_plus_sine" in result.output


def test_dot_is_a_digraph_whose_edges_join_its_nodes(loops):
    for source in (LECTURE, loops):
        text = inspect(source, "--format", "dot")
        assert text.startswith("digraph ")
        assert text.count("{") == text.count("}")
        nodes = set(re.findall(r'^ *("[^"]+") \[label=', text, re.M))
        ends = re.findall(r'^ *("[^"]+") -> ("[^"]+")', text, re.M)
        assert ends
        assert {end for edge in ends for end in edge} <= nodes


class Tags(HTMLParser):
    """Checks that tags are closed in order."""

    VOID = {"meta"}

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        self.open += [tag] if tag not in self.VOID else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_one_page_that_escapes_what_it_shows(tmp_path):
    path = tmp_path / "page.py"
    path.write_text("def f(x):\n    'less < & \"more\" <b>'\n    return x * x if x < 1.0 else x\n")
    text = inspect(path, "--format", "html")
    tags = Tags()
    tags.feed(text)
    assert not tags.open
    assert "<b>" not in text
    assert "less &lt; &amp; &#34;more&#34; &lt;b&gt;" in text
    assert "http" not in text


@pytest.mark.parametrize("form", ["text", "dot", "html", "json"])
def test_files_are_written_and_known_again(tmp_path, form):
    path = tmp_path / f"out.{form}"
    assert inspect(LECTURE, "--format", form, "--show", "ssa", "-o", path) == ""
    first = path.read_text()
    inspect(LECTURE, "--format", form, "--show", "ssa", "--exact", "-o", path)
    assert path.read_text() != first
    path.write_text("mine")
    result = CliRunner().invoke(main, ["inspect", LECTURE, "-o", str(path)])
    assert result.exit_code == 2
    assert path.read_text() == "mine"


def test_refusals_have_their_line(tmp_path):
    path = tmp_path / "async.py"
    path.write_text("async def f(x):\n    return x\n")
    result = CliRunner().invoke(main, ["inspect", str(path)])
    assert result.exit_code == 1
    assert "ADJ602" in result.output


def strict(text):
    """JSON as every program reads it: without NaN and Infinity, which are Python's own."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_called_functions_are_listed_below(tmp_path):
    path = tmp_path / "power.py"
    path.write_text("def f(x, n):\n    return x * f(x, n - 1) if n > 0 else x\n")
    text = inspect(path, "--show", "reverse")
    assert "\n\n_f_vjp:\nx_1 = x " in text
    found = strict(inspect(path, "--show", "reverse", "--format", "json"))
    assert "_f_vjp" in [each["function"] for each in found["reverse"]["functions"]]
    assert ">_f_vjp:<" in inspect(path, "--show", "reverse", "--format", "html")


def test_a_sweep_returns_the_derivative_by_every_parameter():
    source = f"{ROOT / 'samples' / 'lecture.py'}::product_plus_sine"
    assert re.search(r"^return x_\d+, \(\S+, \S+\)$", inspect(source, "--show", "reverse"), re.M)
    one = inspect(source, "--show", "reverse", "--wrt", "y")
    assert re.search(r"^return x_\d+, \S+$", one, re.M)


def test_a_point_with_inf_is_json_for_everybody():
    found = strict(inspect(LECTURE, "--show", "ssa", "--at", "x=inf", "--format", "json"))
    assert found["ssa"]["point"]["value"] == "inf"


@pytest.mark.parametrize("body, seen", [
    ("for v in xs:\n        y = y * v", "return x_6 = 6"),
    ("y = xs[0] * xs[1]", "stopped at line 3: item(x_1, 0): derivatives through lists"),
    ("for k in range(len(xs)):\n        y += xs[k]", "stopped at line 4: item(x_1, x_5)"),
    ("y = sum([v * v for v in xs])", "stopped at line 3: total(x_5): derivatives through lists"),
])  # fmt: skip
def test_a_point_says_where_it_stops_following_lists(tmp_path, body, seen):
    path = tmp_path / "lists.py"
    path.write_text(f"def f(xs, y=1.0):\n    # of lists\n    {body}\n    return y\n")
    text = inspect(path, "--show", "ssa", "--at", "xs=[2.0, 3.0]")
    assert seen in text
    assert "df/dx_i" not in text or "stopped" not in text  # no adjoint of what was not run


def test_a_point_as_a_page():
    text = inspect(LECTURE, "--show", "ssa,reverse", "--at", "x=1.2", "--format", "html")
    assert "2.63314470656" in text
    assert 'data-parents="x_1"' in text  # of the reverse sweep, which is not at the point


def test_a_point_without_a_value_is_a_diagnostic():
    source = f"{ROOT / 'samples' / 'lecture.py'}::scaled_sum"
    result = CliRunner().invoke(main, ["inspect", source, "--at", "y=1"])
    assert result.exit_code == 1
    assert "ADJ304 no value for `x`, `z`" in result.output


def test_a_point_never_runs_the_source(tmp_path):
    path = tmp_path / "trap.py"
    path.write_text("import sys\n\n\ndef f(x):\n    return x * sys.exit(7)\n")
    result = CliRunner().invoke(main, ["inspect", f"{path}::f", "--show", "ssa", "--at", "x=1.0"])
    assert "carried" in result.output or "ADJ" in result.output
    assert result.exit_code in (0, 1)


SAMPLES = [
    f"{path}::{name}"
    for path in sorted((ROOT / "samples").glob("*.py"))
    for name in re.findall(r"^def (\w+)", path.read_text(), re.M)
]


@pytest.mark.parametrize("source", SAMPLES, ids=lambda source: source.rpartition("/")[2])
def test_everything_of_every_sample(source):
    every = "source,ssa,forward,reverse,ops,graph"
    assert inspect(source, "--show", every).count("\n---") == 6
    assert set(every.split(",")) <= set(
        strict(inspect(source, "--show", every, "--format", "json"))
    )
    assert inspect(source, "--show", every, "--format", "html").count("<h2>") == 6
    for stage in ("lower", "cse (primal)", "algebra"):
        assert "\nreturn " in inspect(source, "--after", stage)


def test_kinks_are_listed_with_their_lines(tmp_path):
    path = tmp_path / "kinks.py"
    path.write_text("def f(x):\n    if x == 1.0:\n        return x\n    return x * abs(x)\n")
    text = inspect(path).split("Kinks: where the derivative is a convention\n")[1]
    assert "kinks.py:2:8: ADJ702 a test for equality" in text
    assert "kinks.py:4:16: ADJ701 a kink of `abs`; the convention is: 0 at x = 0" in text
    found = json.loads(inspect(path, "--format", "json"))["kinks"]
    assert [(one["code"], one["line"]) for one in found] == [("ADJ702", 2), ("ADJ701", 4)]
    assert "kinks" not in json.loads(inspect(LECTURE, "--format", "json"))
    assert "Kinks" not in inspect(LECTURE)


def test_a_long_condition_is_listed(tmp_path):
    file = tmp_path / "long.py"
    terms = " or ".join(f"x == {k}" for k in range(1500))
    file.write_text(f"def f(x):\n    return x if {terms} else x * x\n", encoding="utf-8")
    assert "x_3002" in inspect(file, "--show", "ssa,ops")
