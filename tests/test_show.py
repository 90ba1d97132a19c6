"""Listings of the intermediate form, and functions at a point: expected texts, and sweeps that are right."""

import copy
import importlib.util
import inspect
from dataclasses import replace
from pathlib import Path

import judge
import pytest
from compare import assert_close, leaves

import adjgen
from adjgen.diagnostics import AdjgenError
from adjgen.ir.build import Builder
from adjgen.ir.core import Const, For, Function, Module, Param, Var
from adjgen.ir.query import equations
from adjgen.ir.show import lines, listing
from adjgen.ir.spelling import names_of, spelled
from adjgen.ir.types import BOOL, REAL
from adjgen.pipeline import Options, helpers, primal, product
from adjgen.read.source import find, functions, read_file, read_text
from adjgen.stages import stages
from adjgen.tableau import at_point, record, tableau

TESTS = Path(__file__).parent
SAMPLES = sorted((TESTS.parent / "samples").glob("*.py"))
PROGRAMS = sorted((TESTS / "programs").glob("*.py"))
GOLDENS = TESTS / "goldens" / "show"
LISTINGS = [
    *("lecture.f", "lecture.f.jvp", "lecture.f.value_and_grad"),
    *("black_scholes.call_price", "dose.repeated_doses", "orbit.position"),
    *("logistic_map.logistic_map", "logistic_map.logistic_map.vjp"),
    *("pipe_flow.friction_factor", "robot_arm.hand"),
    *("programs.scaled", "programs.checked", "programs.power.vjp", "programs.without_value"),
]
POINTS = {
    "lecture.f": {"x": 1.2},
    "lecture.neuron": {"w0": 2.0, "w1": -3.0, "w2": -3.0, "x0": -1.0, "x1": -2.0},
    "lecture.product": {"a": 2.0, "b": 0.0, "c": 5.0},
    "logistic_map.logistic_map": {"x": 0.3, "r": 3.1, "n": 2},
    "dose.single_dose": {
        **{"time": 2.0, "dose": 100.0, "absorption": 0.9},
        **{"elimination": 0.2, "volume": 30.0},
    },
    "orbit.eccentric_anomaly": {"mean_anomaly": 0.3, "eccentricity": 0.1},
    "pipe_flow.friction_factor": {"reynolds": 2000.0, "roughness": 1e-4},
    "robot_arm.hand": {"shoulder": 0.3, "elbow": 0.2},
    "programs.scaled": {"x": 1.5},
    "programs.checked": {"x": 1.5},
    "programs.power": {"x": 1.5, "n": 2.0},
    "programs.total": {"xs": [1.0, 2.0, 300.0], "p": 1.5},
}
MORE = {  # where derivatives are compared: branches, loops, kinks of every sample
    "dose.single_dose": [
        {"time": -1.0, "dose": 1.0, "absorption": 1.0, "elimination": 1.0, "volume": 3.0},
        {"time": 1.0, "dose": 1.0, "absorption": 1.0, "elimination": 1.0, "volume": 3.0},
    ],
    "dose.repeated_doses": [
        {
            **{"time": 30.0, "dose": 100.0, "interval": 8.0, "doses": 5},
            **{"absorption": 0.9, "elimination": 0.2, "volume": 30.0},
        }
    ],
    "logistic_map.logistic_map": [{"x": 0.3, "r": 3.7, "n": 0}, {"x": 0.3, "r": 3.7, "n": 9}],
    "orbit.position": [{"time": 0.2, "semi_major": 1.0, "eccentricity": 0.3, "period": 1.0}],
    "pipe_flow.friction_factor": [{"reynolds": 1e5, "roughness": 1e-4}],
    "pipe_flow.pressure_drop": [
        {
            **{"flow": 0.01, "diameter": 0.1, "length": 10.0},
            **{"density": 1000.0, "viscosity": 1e-3, "roughness": 1e-5},
        }
    ],
    "pipe_flow.safe_diameter": [{"flow": 0.01}],
    "robot_arm.miss": [{"shoulder": 0.3, "elbow": 0.2, "target_x": 0.1, "target_y": 0.2}],
    "black_scholes.call_price": [
        {"spot": 100.0, "strike": 90.0, "rate": 0.02, "volatility": 0.2, "maturity": 1.5}
    ],
    "black_scholes.normal_cdf": [{"x": 0.4}],
}


def definition(name):
    """A function of a sample, or of the programs for this test, as file.function."""
    file, function = name.split(".")
    folder = GOLDENS if file == "programs" else TESTS.parent / "samples"
    return find(read_file(folder / f"{file}.py"), function)


def module_of(name):
    """The optimised form of a function, or of a product of it."""
    file, function, *kind = name.split(".")
    module = primal(definition(f"{file}.{function}"))
    bare = len([param for param in module.main.params if param.differentiable]) == 1
    return product(module, kind[0], None, bare, Options()) if kind else module


def live(path):
    """A file as an imported module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def expect(text, name, update):
    """Compare with a text of the folder of expected texts, or write it."""
    path = GOLDENS / f"{name}.txt"
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == path.read_text(encoding="utf-8"), f"see {path.name}; --update rewrites it"


@pytest.mark.parametrize("name", LISTINGS)
def test_listings(name, update):
    module = module_of(name)
    texts = [listing(module.main), *(f"{f.name}:\n{listing(f)}" for f in helpers(module))]
    expect("\n\n".join(texts), f"listing.{name}", update)


@pytest.mark.parametrize("name", POINTS)
def test_tableaux(name, update):
    expect(at_point(module_of(name), POINTS[name]), f"point.{name}", update)


def every_stage():
    """All stages of all functions of the samples and programs."""
    for path in (*SAMPLES, *PROGRAMS):
        file = read_file(path)
        for name in functions(file):
            one = find(file, name)
            kind = "vjp" if primal(one).main.result.kind else "value_and_grad"
            try:
                yield from stages(one, kind=kind)
            except AdjgenError:
                continue  # it has no parameter to differentiate


def test_each_variable_of_each_stage_has_one_line():
    count = 0
    for stage, function in every_stage():
        numbers = [var.number for var in names_of(function)]
        names = names_of(function)
        outs = [out for line in lines(function) for out in line.outs]
        conditions = [
            e.blocks[1]
            for e in equations(function.body)
            if isinstance(e.op, For) and len(e.blocks) == 2
        ]
        assert len(outs) == len(set(outs)), (function.name, stage)
        assert set(outs) == set(names.values()), (function.name, stage)
        assert len(names) - len(outs) == sum(len(block.params) for block in conditions)
        assert numbers == [var.number for var in names]
        count += 1
    assert count > 500


def test_parents_are_defined_before_they_are_used():
    for stage, function in every_stage():
        known = set()
        for line in lines(function):
            known |= set(line.outs) if "carrying" in line.text or "for " in line.text else set()
            assert set(line.parents) <= known, (function.name, stage, line)
            known |= set(line.outs)


def test_a_listing_changes_nothing():
    function = dict(stages(definition("pipe_flow.friction_factor")))["value_and_grad"]
    before = [(var.hint, var.number) for eqn in equations(function.body) for var in eqn.outs]
    about = copy.copy(function.about)
    listing(function)
    assert before == [(var.hint, var.number) for e in equations(function.body) for var in e.outs]
    assert about == function.about


def arms_in_arms(depth):
    """A function that tests x < 0, else x < 1, ...: what a chain of elif becomes."""
    x = Var("x", REAL)
    block = Builder().block([x])
    for k in reversed(range(depth)):
        outer, arm = Builder(), Builder()
        (test,) = outer.emit("lt", (x, Const(float(k))), [BOOL])
        outs = arm.emit("mul", (x, Const(k + 0.5)), [REAL])
        block = outer.block(outer.branch(test, arm.block(outs), block))
    return Function("f", (Param("x", (x,), differentiable=True),), replace(block, params=(x,)))


def test_arms_in_arms_are_listed_without_recursion():
    text = listing(arms_in_arms(1500))
    assert text.count("else:") == 1499  # the last one has nothing to compute
    assert "\n" + 12 * "    " + "[1499] x_" in text


def test_arms_in_arms_at_a_point():
    assert tableau(Module(arms_in_arms(150)), {"x": 140.5}).gradient() == {"x_1": 141.5}


def compare_with_the_compiler(function, module, point, wrt):
    """Fail unless the sweeps give what generated code gives; return whether there was a run."""
    found = tableau(module, point, wrt)
    if (
        found.stopped or not found.output
    ):  # no number was computed: there are but items of arguments
        return False
    results = [spelled(atom, names_of(module.main)) for atom in module.main.body.results]
    if len(results) < len(list(leaves(found.value))):
        return False  # a list is one variable: its items have no bars of their own here
    chosen = results.index(found.output)
    bars = iter(float(k == chosen) for k in range(len(results)))
    value, gradients = adjgen.vjp(function, wrt=wrt)(**point, bar=shaped(found.value, bars))
    assert_close(value, found.value)
    assert_close(tuple(found.gradient().values()), gradients, 1e-11, 1e-13)
    dots = {f"{name}_dot": float(name == wrt[0]) for name in wrt}
    _, tangents = adjgen.jvp(function, wrt=wrt)(**point, **dots)
    node = next((s.node for s in reversed(found.steps) if s.x == found.output), None)
    forward = 0.0 if node is None else node.dot
    assert_close(forward, leaves(tangents)[chosen][1], 1e-11, 1e-13)
    assert_close(forward, found.gradient()[found.direction], 1e-11, 1e-13)
    return True


def shaped(value, numbers):
    """Numbers in the structure of a value."""
    if isinstance(value, (tuple, list)):
        return type(value)(shaped(item, numbers) for item in value)
    return next(numbers)


def cases():
    """Yield each sample with its points."""
    for path in SAMPLES:
        for name in functions(read_file(path)):
            key = f"{path.stem}.{name}"
            points = [POINTS[key]] if key in POINTS else []
            points += MORE.get(key, [])
            yield pytest.param(path, name, points, id=key)


@pytest.mark.parametrize("path, name, points", [*cases()])
def test_sweeps_agree_with_generated_code(path, name, points):
    function, module = getattr(live(path), name), primal(find(read_file(path), name))
    defaults = {p.name: p.default for p in module.main.params if p.default is not ...}
    wrt = tuple(p.name for p in module.main.params if p.differentiable)
    if not points:
        names = [p.name for p in module.main.params]
        points = [{n: 0.3 + k * 0.17 for k, n in enumerate(names, start)} for start in range(3)]
    for point in points:
        assert compare_with_the_compiler(function, module, defaults | point, wrt)


def test_sweeps_agree_with_generated_code_on_programs():
    runs = 0
    for path in PROGRAMS:
        function, module = live(path), primal(find(read_file(path), "f"))
        names = list(inspect.signature(function.f).parameters)
        for values in getattr(function, "POINTS", None) or (function.POINT,):
            point = dict(zip(names, values, strict=True))
            wrt = tuple(name for name in names if isinstance(point[name], float))
            found = judge.outcome(function.f, point)
            numbers = [leaf for _, leaf in leaves(found.value)] if found.error is None else []
            if wrt and any(isinstance(number, float) for number in numbers):
                runs += compare_with_the_compiler(function.f, module, point, wrt)
    assert runs > 40


def test_defaults_are_taken_and_missing_values_are_named():
    module = module_of("pipe_flow.safe_diameter")
    assert tableau(module, {"flow": 0.01}).at == {"flow": 0.01, "limit": 2.0}
    with pytest.raises(AdjgenError, match=r"ADJ304 no value for `shoulder`, `elbow`") as caught:
        at_point(module_of("robot_arm.hand"), {"upper": 1.0})
    (problem,) = caught.value.diagnostics
    assert problem.line == 6
    assert "--at shoulder=...,elbow=..." in problem.why
    with pytest.raises(AdjgenError, match="there is no parameter `depth`"):
        at_point(module, {"depth": 1.0})


def test_a_method_needs_no_self_that_it_does_not_use():
    file = read_text("class C:\n    def f(self, x):\n        return x * x\n", "c.py")
    assert tableau(primal(find(file, "C.f")), {"x": 3.0}).gradient() == {"x_2": 6.0}


def test_what_is_refused_is_refused_here_too():
    file = read_text("import math\n\ndef f(x):\n    return math.frexp(x)[0]\n", "f.py")
    with pytest.raises(AdjgenError):
        at_point(primal(find(file, "f")), {"x": 3.0})


@pytest.mark.parametrize(
    "name, point, reason",
    [
        ("programs.scaled", {"x": 1.0}, "line 8: `kind not in LIMITS` is Python code"),
        ("programs.checked", {"x": 5.0}, 'line 23: `raise ValueError("x is too large for this")`'),
        ("programs.checked", {"x": 1.0}, "line 25: `n & 3` is Python code"),
        ("lecture.f", {"x": 400.0}, "line 8: exp(x_2) raises OverflowError: math range error"),
        ("programs.without_value", {"x": 1.0, "n": 0}, "line 49: `y` has no value on this path"),
        ("programs.endless", {"x": 1.0}, "line 55: more than 1,000 equations are executed"),
        ("programs.power", {"x": 1.0, "n": 1e6}, "line 32: more than 1,000"),
        ("black_scholes.normal_cdf", {"x": "text"}, "line 8: div("),
    ],
)
def test_runs_that_stop_say_where_and_why(name, point, reason, monkeypatch):
    monkeypatch.setattr(record, "MOST", 1000)
    found = tableau(module_of(name), point)
    assert found.stopped.startswith(reason)
    assert found.text().endswith(f"\nstopped at {found.stopped}")
    assert found.output == "" and found.value is None


def test_calls_without_end_stop():
    module = primal(find(read_text("def f(x):\n    return x * f(x)\n", "f.py"), "f"))
    assert tableau(module, {"x": 1.0}).stopped


def test_complex_values_stop():
    module = primal(find(read_text("def f(x):\n    return x**0.5\n", "f.py"), "f"))
    assert "not a real number" in tableau(module, {"x": -1.0}).stopped


def test_several_outs_have_partials_of_their_own():
    found = tableau(module_of("programs.remainder_and_quotient"), {"x": 7.5, "y": 2.0})
    assert {s.x: s.partials for s in found.steps if "divmod" in s.text} == {
        "x_3": {},
        "x_4": {"x_1": 1.0, "x_2": -3.0},
    }
    assert found.gradient() == {"x_1": 3.0, "x_2": -9.0}


def test_parameters_are_chosen_with_wrt():
    found = tableau(module_of("lecture.product"), {"a": 2.0, "b": 3.0, "c": 5.0}, ["c", "a"])
    assert found.gradient() == {"x_1": 15.0, "x_3": 6.0}


def test_a_function_without_numbers_has_values_only():
    module = primal(find(read_text("def f(n: bool):\n    return not n\n", "f.py"), "f"))
    found = tableau(module, {"n": True})
    assert (found.value, found.direction, found.output) == (False, "", "")
    assert "df/dx_i" not in found.text()


def test_long_records_are_cut_in_the_middle():
    text = at_point(module_of("logistic_map.logistic_map"), {"x": 0.3, "r": 3.1, "n": 1000})
    assert len(text.splitlines()) < 180
    assert "more ..." in text
    assert "turn 1:" in text and "turn 1000:" in text


def test_api_inspect():
    f = live(TESTS.parent / "samples" / "lecture.py").f
    assert adjgen.inspect(f) == listing(module_of("lecture.f").main)
    assert adjgen.inspect(f, at={"x": 1.2}) == at_point(module_of("lecture.f"), {"x": 1.2})
