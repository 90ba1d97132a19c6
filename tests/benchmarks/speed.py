"""How fast derivatives run: adjgen's beside those by hand and those of its peers. One command, a table, a plot.

python tests/benchmarks/speed.py [--only PATTERN] [--ways NAMES] [--rounds N] [-o FOLDER] [--readme]

Every derivative is first compared with the one by hand. Times are of the processor, one thread,
medians of rounds in which all take turns; ratios are within one round. Peers that are not installed
(`pip install '.[bench]'`) are left out, by name.
"""

from __future__ import annotations

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import argparse  # noqa: E402
import gc  # noqa: E402
import importlib  # noqa: E402
import json  # noqa: E402
import re  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import symbolic_peers  # noqa: E402
import table  # noqa: E402
import tensor_peers  # noqa: E402
from problems import PROBLEMS, Problem  # noqa: E402
from timing import TooLongError, limited, measure, work  # noqa: E402
from ways import OURS, LeftOut, Way, flattened, numba_by_hand  # noqa: E402

from adjgen import UnsupportedError  # noqa: E402

LIMIT = 10.0  # processor seconds to prepare a way
MODULES = {"adjgen numpy": "numpy", "adjgen numba": "numba", "adjgen numba this length": "numba"}
WAYS = {
    **{name: (MODULES.get(name, "adjgen"), make) for name, make in OURS.items()},
    "numba by hand": ("numba", numba_by_hand),
    **symbolic_peers.PEERS,
    **tensor_peers.PEERS,
}


def importable(module: str) -> bool:
    """Whether a peer is installed; it is imported before any clock starts."""
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def prepared(problem: Problem, make, expected: np.ndarray | None, derives: bool):
    """Return a way, checked, and the seconds of its preparation and first call."""
    begin = work()
    with limited(LIMIT):
        way = make(problem)
        result = flattened(way.call(*way.args))
    seconds = work() - begin
    if expected is not None:
        right = expected if derives else expected[: problem.outputs]
        scale = 1e-9 * (1.0 + np.max(np.abs(right)))
        np.testing.assert_allclose(result, right, rtol=1e-9, atol=scale)
    return way, seconds, result


def entry(problem: Problem, names: list[str], rounds: int) -> dict:
    """Return the row of a problem: for each way its times, or why there are none."""
    ways: dict[str, Way] = {}
    row: dict[str, dict] = {}
    _, _, expected = prepared(problem, OURS["by hand"], None, True)
    for name in names:
        try:
            way, seconds, _ = prepared(problem, WAYS[name][1], expected, name != "value")
        except (LeftOut, TooLongError, UnsupportedError) as reason:
            row[name] = {"left out": str(reason).split("\n")[0]}
            continue
        ways[name] = way
        row[name] = {"preparation": seconds, "operations": way.operations}
    pairs = {name: (way.call, way.args) for name, way in ways.items()}
    first = pairs.pop("by hand")
    gc.collect()
    gc.disable()
    found = measure({"by hand": first, "by hand again": first, **pairs}, rounds)
    gc.enable()
    again = found.pop("by hand again")
    for name, times in found.items():
        row[name] |= times._asdict()
    row["by hand"]["noise"] = abs(again.ratio - 1.0) + again.spread
    return {"name": problem.name, "kind": problem.kind, "ways": row}


def main() -> None:
    """Measure, print the table and save it with its numbers and its plot."""
    options = arguments()
    asked = {name: module for name, (module, _) in WAYS.items() if name in options.ways}
    there = {module: importable(module) for module in asked.values()}
    names = [name for name, module in asked.items() if there[module]]
    missing = [name for name, module in asked.items() if not there[module]]
    report = {"machine": table.machine(), "missing": missing, "rounds": options.rounds, "rows": []}
    for problem in PROBLEMS:
        if re.search(options.only, problem.name):
            print(problem.name, end=" ", flush=True, file=sys.stderr)
            report["rows"].append(entry(problem, names, options.rounds))
            save(report, options.output)  # a long run that is stopped has its numbers so far
    print(file=sys.stderr)
    text = table.section(report, names)
    print(text)
    if options.output:
        import plot

        (options.output / "speed.md").write_text(text, encoding="utf-8")
        plot.draw(report, names, options.output / "speed.svg")
    if options.readme:
        table.into_readme(ROOT / "README.md", text)


def save(report: dict, folder: Path | None) -> None:
    """Write the numbers into a folder."""
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        numbers = json.dumps(report, indent=1)
        (folder / "speed.json").write_text(numbers + "\n", encoding="utf-8")


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="problems whose names have this pattern")
    parser.add_argument(
        "--ways", type=comma, default=list(WAYS), help="columns, separated by commas"
    )
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument(
        "-o", "--output", type=Path, help="save table, plot and numbers in a folder"
    )
    parser.add_argument("--readme", action="store_true", help="write README.md's section")
    options = parser.parse_args()
    options.ways = ["by hand", *options.ways]
    return options


def comma(text: str) -> list[str]:
    """Return the parts of a list with commas."""
    return text.split(",")


if __name__ == "__main__":
    main()
